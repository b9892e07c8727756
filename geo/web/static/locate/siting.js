/* Where next: the question, the sites with what each brings, and a way to pin or forbid them. */

import { el } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { bus } from "../core/view_store.js";
import { segments } from "./start_place.js";

const COUNTS = ["0", "1", "2", "3", "5", "10", "20"];

/* Ask until the answer is final; `told` gets each one. The map listens to the same event. */
export async function follow(query, onChange, alive) {
  let stop = false;
  const share = (answer) => {
    bus.siting = { query, answer };
    window.dispatchEvent(new Event("kharita-siting"));
    onChange(answer, () => {
      stop = true;
    });
  };
  while (alive()) {
    const answer = await fetch(`/api/siting?${query}${stop ? "&stop=1" : ""}`).then(async (r) => {
      const content = await r.json();
      if (!r.ok) throw Object.assign(new Error(String(r.status)), { text: content.error?.text });
      return content;
    });
    if (!alive()) return;
    share(answer);
    if (answer.state !== "working") return;
  }
}

export function siting(answer, w, state, cancel) {
  const { data } = state;
  const set = (field, value) => state.send({ op: "set", field, value });
  const count = el(
    "select",
    { "data-key": "new", on: { change: (e) => set("new", e.target.value) } },
    COUNTS.map((n) => el("option", { value: n, text: n === "0" ? w["ui.new_none"] : n })),
  );
  count.value = data.new;
  const apart = el(
    "select",
    { "data-key": "apart", on: { change: (e) => set("apart", e.target.value) } },
    ["0", "10", "25", "50"].map((n) =>
      el("option", { value: n, text: n === "0" ? w["ui.apart_none"] : `${n} ${w["ui.km"]}` }),
    ),
  );
  apart.value = data.apart;
  return el("div", { class: "kh-siting" }, [
    el("div", { class: "kh-siting-how" }, [
      el("label", {}, [el("span", { text: w["ui.new"] }), count]),
      el("div", {}, [
        el("span", { text: w["ui.where"] }),
        segments(
          "where",
          ["any", "rural"].map((v) => [v, w[`ui.where.${v}`]]),
          w["ui.where"],
          state,
        ),
      ]),
      el("label", {}, [el("span", { text: w["ui.apart"] }), apart]),
    ]),
    ...(answer ? result(answer, w, state, cancel, set) : []),
  ]);
}

function result(answer, w, state, cancel, set) {
  const { data } = state;
  if (answer.state === "off") return [el("p", { class: "kh-small", text: answer.lead })];
  const without = (list, code) => list.filter((c) => c !== code);
  return [
    answer.state === "working"
      ? el("p", { class: "kh-working", role: "status" }, [
          el("progress", { "aria-label": answer.stage }),
          el("span", { text: answer.stage }),
          el("button", {
            type: "button",
            class: "kh-button",
            "data-key": "stop",
            text: w["ui.stop"],
            on: { click: cancel },
          }),
        ])
      : null,
    answer.text
      ? el("p", { class: "kh-brings" }, [
          el("b", { text: answer.text }),
          " ",
          el("span", { text: answer.state === "done" ? answer.sure : "" }),
        ])
      : null,
    ...answer.notes.map((text) => el("p", { class: "kh-notice", text })),
    el(
      "ol",
      { class: "kh-next" },
      answer.sites.map((s) =>
        el("li", { "data-code": s.code }, [
          el("span", { class: `kh-rank${s.pinned ? " pinned" : ""}`, text: String(s.rank) }),
          el(
            "button",
            {
              type: "button",
              class: "kh-item",
              "data-key": `go-${s.code}`,
              on: { click: () => set("place", `${s.lon.toFixed(5)},${s.lat.toFixed(5)}`) },
            },
            [el("b", { dir: "auto", text: s.name }), el("i", { text: s.sub })],
          ),
          el("b", { class: "kh-num" }, [el("bdi", { dir: "ltr", text: s.gain })]),
          el("i", { class: "kh-num", text: s.after }),
          el("button", {
            type: "button",
            class: "kh-mini",
            "data-key": `pin-${s.code}`,
            "aria-pressed": String(s.pinned),
            text: s.pinned ? w["ui.unpin"] : w["ui.pin"],
            "aria-label": `${s.pinned ? w["ui.unpin"] : w["ui.pin"]} : ${s.name}`,
            on: { click: () => state.send({ op: "toggle", field: "pin", value: s.code }) },
          }),
          el("button", {
            type: "button",
            class: "kh-mini",
            "data-key": `ban-${s.code}`,
            text: w["ui.ban"],
            "aria-label": `${w["ui.ban"]} : ${s.name}`,
            on: {
              click: () => {
                set("pin", without(data.pin, s.code));
                state.send({ op: "toggle", field: "ban", value: s.code });
              },
            },
          }),
        ]),
      ),
    ),
    el("p", { class: "kh-row" }, [
      el("span", { class: "kh-small", text: answer.rules }),
      data.ban.length
        ? el("button", {
            type: "button",
            class: "kh-link",
            "data-key": "unban",
            text: `${w["ui.unban"]} (${data.ban.length})`,
            on: { click: () => set("ban", "") },
          })
        : null,
      answer.sites.length
        ? el(
            "a",
            {
              class: "kh-button kh-print",
              href: `/argument?${data.query}`,
              target: "_blank",
              rel: "noopener",
            },
            [icon("share"), el("span", { text: w["ui.argument"] })],
          )
        : null,
    ]),
  ];
}
