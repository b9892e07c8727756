/* The delegate loop: download a region's Excel file, hand it back, see what it proposes; a
   steward accepts or refuses each change. The map shows before and after. */

import { forget, getJSON, send } from "../core/api.js";
import { el, render } from "../core/dom.js";
import { mark } from "../core/icons.js";
import { bus } from "../core/view_store.js";

/* The tab's own node: it lives as long as the tab is open. */
export function fix(w, state) {
  const { data } = state;
  state.fix ||= { name: "", region: "", report: null, error: "" };
  const held = state.fix;
  held.region = data.region[0] || held.region || "01";
  const root = el("div", { class: "kh-fix" });
  const refresh = async () => {
    const [regions, list] = await Promise.all([
      getJSON(`/api/regions?lang=${data.lang}`),
      fetch(`/api/corrections?lang=${data.lang}&region=${held.region}`).then((r) => r.json()),
    ]);
    if (!root.isConnected && root.childElementCount) return;
    show(root, { w, state, held, regions: regions.regions, list, refresh });
    share(list.open);
  };
  refresh().catch((error) =>
    root.replaceChildren(el("p", { class: "kh-failed", text: error.text || w["ui.failed"] })),
  );
  return root;
}

/* What the map draws: positions that would move. */
export function share(corrections) {
  bus.corrections = corrections.filter((c) => c.to);
  window.dispatchEvent(new Event("kharita-corrections"));
}

function show(root, ctx) {
  const { w, state, held, regions, list } = ctx;
  const { data } = state;
  const region = el(
    "select",
    {
      "data-key": "fix-region",
      on: {
        change: (e) => {
          held.region = e.target.value;
          held.report = null;
          ctx.refresh();
        },
      },
    },
    regions.map((r) => el("option", { value: r.code, text: r.name })),
  );
  region.value = held.region;
  const file = el("input", {
    type: "file",
    accept: ".xlsx",
    class: "kh-unseen",
    id: "kh-fix-file",
    on: { change: () => file.files[0] && upload(file.files[0], ctx) },
  });
  const name = el("input", {
    type: "text",
    "data-key": "fix-name",
    maxlength: 80,
    autocomplete: "name",
    value: held.name,
    on: {
      input: (e) => {
        held.name = e.target.value;
      },
    },
  });
  render(
    root,
    ...[
      el("p", { class: "kh-small", text: w["ui.fix_lead"] }),
      el("div", { class: "kh-siting-how" }, [
        el("label", {}, [el("span", { text: w["ui.fix_region"] }), region]),
        list.me ? null : el("label", {}, [el("span", { text: w["ui.fix_name"] }), name]),
        el("a", {
          class: "kh-button kh-print",
          href: `/sheet/${held.region}.xlsx?lang=${data.lang}`,
          download: "",
          text: w["ui.fix_download"],
        }),
        file,
        el("button", {
          type: "button",
          class: "kh-button",
          "data-key": "fix-upload",
          text: w["ui.fix_upload"],
          on: { click: () => file.click() },
        }),
      ]),
      held.error ? el("p", { class: "kh-failed", role: "alert", text: held.error }) : null,
      held.report
        ? el("div", { class: "kh-report", role: "status" }, [
            el("b", { text: held.report.text }),
            el(
              "ul",
              {},
              held.report.remarks.map((r) =>
                el("li", {}, [el("i", { text: r.line }), el("span", { text: r.text })]),
              ),
            ),
          ])
        : null,
      el("h3", { text: `${w["ui.fix_open"]} (${list.total})` }),
      list.open.length
        ? el(
            "ul",
            { class: "kh-fixes" },
            list.open.map((c) => row(c, ctx, list.can_judge)),
          )
        : el("p", { class: "kh-small", text: w["ui.fix_none"] }),
      list.done.length ? el("h3", { text: w["ui.fix_done"] }) : null,
      list.done.length
        ? el(
            "ul",
            { class: "kh-fixes done" },
            list.done.map((c) => row(c, ctx, false)),
          )
        : null,
    ].filter(Boolean),
  );
}

function row(c, ctx, can) {
  const { w } = ctx;
  const judge = (verdict, text) =>
    el("button", {
      type: "button",
      class: "kh-mini",
      "data-key": `${verdict}-${c.id}`,
      text,
      "aria-label": `${text} : ${c.name}, ${c.field}`,
      on: { click: () => decide(c, verdict, ctx) },
    });
  return el("li", { "data-id": c.id }, [
    mark(c.class),
    el("span", {}, [el("b", { dir: "auto", text: c.name }), el("i", { text: c.judged || c.by })]),
    el("span", { class: "kh-change" }, [
      el("em", { text: c.field }),
      el("del", { title: w["ui.fix_before"] }, [el("bdi", { text: c.before })]),
      el("ins", { title: w["ui.fix_after"] }, [el("bdi", { text: c.after })]),
    ]),
    can ? judge("accept", w["ui.fix_accept"]) : null,
    can ? judge("refuse", w["ui.fix_refuse"]) : null,
  ]);
}

/* Header values are latin-1: a name travels as the bytes of its UTF-8. */
const signed = (held) => ({
  "x-name": String.fromCharCode(...new TextEncoder().encode(held.name)),
});

async function upload(file, ctx) {
  const { held, state, w } = ctx;
  Object.assign(held, { error: "", report: null });
  try {
    held.report = await send(`/api/corrections/${held.region}?lang=${state.data.lang}`, {
      body: file,
      headers: signed(held),
    });
  } catch (error) {
    held.error = error.text || w["ui.failed"];
  }
  ctx.refresh();
}

async function decide(c, verdict, ctx) {
  const { held, state, w } = ctx;
  held.error = "";
  try {
    await send(`/api/corrections/${c.id}/${verdict}?lang=${state.data.lang}`, {
      headers: signed(held),
    });
    forget();
  } catch (error) {
    held.error = error.text || w["ui.failed"];
  }
  ctx.refresh();
}
