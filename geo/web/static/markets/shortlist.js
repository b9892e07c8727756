/* What was starred, with notes; exported as a file. */

import { getJSON } from "../core/api.js";
import { el } from "../core/dom.js";
import { save } from "../core/download.js";
import { LIMITS } from "../core/fields.js";
import { mark } from "../core/icons.js";
import { bus } from "../core/view_store.js";
import { answerPath, toMap } from "./api.js";
import { codes, keep, stars } from "./shortlist_store.js";

const MOST = 60; // as geo/markets/api/shortlist.py

export async function draw({ data, w, state }) {
  const list = stars();
  const shared = data.stars.length ? await getJSON(answerPath(data, "stars", ["stars"])) : null;
  return [
    shared ? proposal(shared, w) : null,
    el("header", { class: "kh-chead" }, [
      el("div", {}, [el("h2", { text: w["ui.star.title"] }), el("p", { text: w["ui.star.lead"] })]),
      list.length
        ? el("button", {
            type: "button",
            class: "kh-button primary",
            "data-key": "star-link",
            text: w["ui.star.link"],
            on: { click: (event) => link(event.currentTarget, list, data, w) },
          })
        : null,
      list.length
        ? el("button", {
            type: "button",
            class: "kh-button",
            "data-key": "star-csv",
            text: w["ui.star.csv"],
            on: { click: () => save("kharita-selection.csv", csv(stars(), w), "text/csv") },
          })
        : null,
    ]),
    list.length
      ? el(
          "ul",
          { class: "kh-shortlist" },
          list.map((s) => row(s, w, state)),
        )
      : el("p", { class: "kh-empty", role: "status", text: w["ui.star.empty"] }),
  ];
}

/* A list that came in the link: taken whole, beside one's own and its notes, or left. */
function proposal(a, w) {
  const own = new Set(stars().map((s) => s.sel));
  const fresh = a.rows.filter((r) => !own.has(r.sel));
  const leave = () => bus.go({ op: "set", field: "stars", value: "" });
  const take = () => {
    keep([...stars(), ...fresh.map(({ sel, name }) => ({ sel, name, note: "" }))]);
    leave();
  };
  return el("section", { class: "kh-shared-list" }, [
    el("h2", { text: a.title }),
    el("p", { class: "kh-quiet", text: a.lead }),
    el(
      "ul",
      { class: "kh-lines" },
      a.rows.map((r) =>
        el("li", { "data-shared": r.sel }, [
          mark(r.sel.split(":")[0]),
          el("b", { dir: "auto", text: r.name }),
          el("span", { dir: "auto", text: r.text }),
          own.has(r.sel) ? el("i", { text: w["ui.star.have"] }) : null,
        ]),
      ),
    ),
    a.gone ? el("p", { class: "kh-quiet", role: "status", text: a.gone }) : null,
    el("div", { class: "kh-acts" }, [
      fresh.length
        ? el("button", {
            type: "button",
            class: "kh-button primary",
            "data-key": "take-stars",
            text: w["ui.star.take"],
            on: { click: take },
          })
        : null,
      el("button", {
        type: "button",
        class: "kh-button",
        "data-key": "leave-stars",
        text: w["ui.star.leave"],
        on: { click: leave },
      }),
    ]),
  ]);
}

/* Copy an address that holds the ids; notes stay here. */
async function link(button, list, data, w) {
  const lang = data.lang === "fr" ? "" : `&lang=${data.lang}`;
  const query = `v=1${lang}&show=list&stars=${codes(list).join()}`;
  if (list.length > MOST || query.length > LIMITS.address)
    button.textContent = w["ui.star.too_many"];
  else {
    const done = await navigator.clipboard
      .writeText(`${location.origin}${location.pathname}?${query}`)
      .then(
        () => true,
        () => false,
      );
    button.textContent = done ? w["ui.star.copied"] : w["ui.star.not_copied"];
  }
}

function row(s, w, state) {
  const kind = s.sel.split(":")[0];
  const open = () =>
    kind === "market" ? bus.go({ op: "set", field: "sel", value: s.sel }) : toMap({ sel: s.sel });
  const edit = (note) =>
    keep(stars().map((x) => (x.sel === s.sel ? { ...x, note: note.slice(0, 500) } : x)));
  return el("li", {}, [
    mark(kind),
    el("button", {
      type: "button",
      class: "kh-plain",
      "data-key": `open-${s.sel}`,
      dir: "auto",
      text: s.name,
      on: { click: open },
    }),
    el("input", {
      type: "text",
      value: s.note || "",
      maxlength: 500,
      placeholder: w["ui.star.note"],
      "aria-label": `${w["ui.star.note"]} ${s.name}`,
      "data-key": `note-${s.sel}`,
      dir: "auto",
      on: { change: (e) => edit(e.target.value) },
    }),
    el("button", {
      type: "button",
      class: "kh-close-inline",
      "data-key": `unstar-${s.sel}`,
      "aria-label": `${w["ui.star.drop"]} ${s.name}`,
      text: "×",
      on: {
        click: () => {
          keep(stars().filter((x) => x.sel !== s.sel));
          state.again();
        },
      },
    }),
  ]);
}

/* No spreadsheet takes a cell for a formula, at whatever sign it splits the line:
   geo/text/csv_injection.py. */
const UNSEEN =
  "[\\s\\u0000-\\u0020\\u00a0\\u00ad\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff]*";
const START = new RegExp(`^${UNSEEN}[-=+@|%＝＋－＠]`);
const INSIDE = new RegExp(`([;\\t\\r\\n]${UNSEEN})(?=[-=+@＝＋－＠])`, "g");
export const guarded = (text) => {
  const inside = text.replace(INSIDE, "$1'");
  return START.test(inside) ? `'${inside}` : inside;
};
const cell = (text) => `"${guarded(text).replaceAll('"', '""')}"`;
const csv = (list, w) =>
  [["id", "name", w["ui.star.note"]], ...list.map((s) => [s.sel, s.name, s.note || ""])]
    .map((r) => r.map(cell).join(","))
    .join("\r\n");
