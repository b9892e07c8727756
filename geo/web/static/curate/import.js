/* Bringing a file in: drop it, see what was understood and what it would change, answer, store.
   Nothing is stored before the last button; each answer plans the whole file again. */
import { forget, send } from "../core/api.js";
import { el, render } from "../core/dom.js";
import { refusal } from "../core/form_parts.js";
import { icon } from "../core/icons.js";
import { importPlan } from "./import_plan.js";

const KINDS = ["buyers", "sites", "maisons", "markets", "fairs"];
const LOOK_MS = 300;

/* One box for the life of the page: what is being decided survives other redraws. */
export async function draw({ data, w, state }) {
  state.importing ??= { kind: "buyers", box: el("div", { class: "kh-import" }) };
  const held = state.importing;
  if (held.lang !== data.lang) {
    held.lang = data.lang;
    if (held.id) await look(held, { data, w, state });
    else idle(held, { data, w, state });
  }
  return [held.box];
}

const here = (held) => `/api/import/${held.id}`;

function idle(held, ctx, message = "") {
  const { data, w } = ctx;
  held.id = null;
  const take = (file) => file && begin(file, held, ctx);
  const input = el("input", {
    type: "file",
    class: "kh-unseen",
    id: "kh-import-file",
    accept: ".xlsx,.csv,.tsv,.txt,.geojson,.json,.gpkg,.kml,.kmz",
    on: { change: () => take(input.files[0]) },
  });
  const drop = el(
    "label",
    {
      class: "kh-drop",
      on: {
        dragover: (e) => {
          e.preventDefault();
          drop.classList.add("over");
        },
        dragleave: () => drop.classList.remove("over"),
        drop: (e) => {
          e.preventDefault();
          drop.classList.remove("over");
          take(e.dataTransfer.files[0]);
        },
      },
    },
    [
      icon("plus"),
      el("span", { text: w["ui.import.choose"] }),
      el("small", { text: w["ui.import.formats"] }),
      input,
    ],
  );
  render(
    held.box,
    el("div", { class: "kh-chead" }, [
      el("div", {}, [
        el("h2", { text: w["ui.import.title"] }),
        el("p", { text: w["ui.import.lead"] }),
      ]),
    ]),
    steps(0, w),
    el(
      "div",
      { class: "kh-switch", role: "group", "aria-label": w["ui.import.what"] },
      KINDS.map((kind) =>
        el("button", {
          type: "button",
          "data-key": `kind-${kind}`,
          "aria-pressed": String(kind === held.kind),
          text: w[`ui.tab.${kind}`],
          on: {
            click: () => {
              held.kind = kind;
              idle(held, ctx);
            },
          },
        }),
      ),
    ),
    ...(message ? [el("p", { class: "kh-failed", role: "alert", text: message })] : []),
    drop,
    el("p", { class: "kh-hint" }, [
      el("span", { text: `${w["ui.import.no_file"]} ` }),
      el("a", {
        class: "kh-link",
        download: true,
        "data-key": "template",
        href: `/import/template/${held.kind}.xlsx?lang=${data.lang}`,
        text: w["ui.import.template"].replace("{kind}", w[`ui.tab.${held.kind}`]),
      }),
    ]),
  );
}

function steps(at, w) {
  return el(
    "ol",
    { class: "kh-steps" },
    ["drop", "check", "store", "undo"].map((step, i) =>
      el(
        "li",
        { class: i < at ? "done" : i === at ? "on" : "", "aria-current": i === at ? "step" : null },
        [
          el("b", {}, [i < at ? icon("check") : el("span", { text: String(i + 1) })]),
          el("span", { text: w[`ui.import.step_${step}`] }),
        ],
      ),
    ),
  );
}

async function begin(file, held, ctx) {
  const { data, w } = ctx;
  Object.assign(held, { name: file.name, options: {}, reading: {}, show: "" });
  waiting(held, ctx, file.name);
  try {
    held.id = (
      await send(
        `/api/import?${new URLSearchParams({ name: file.name, kind: held.kind, lang: data.lang })}`,
        { body: file },
      )
    ).id;
    await look(held, ctx);
  } catch (error) {
    idle(held, ctx, error.text || w["ui.failed"]);
  }
}

function waiting(held, ctx, text) {
  const { w } = ctx;
  const bar = el("progress", { "aria-label": w["ui.import.title"] });
  const status = el("p", { class: "kh-hint", role: "status", dir: "auto", text });
  const stop = el("button", {
    type: "button",
    class: "kh-link",
    "data-key": "cancel",
    text: w["ui.import.cancel"],
    on: { click: () => give(held, ctx) },
  });
  render(held.box, steps(1, w), status, bar, stop);
  return ({ stage, done, of }) => {
    status.textContent = of > 1 ? `${stage} (${done} / ${of})` : stage;
    if (of > 1) Object.assign(bar, { max: of, value: done });
  };
}

function give(held, ctx) {
  // else it is swept
  if (held.id) send(`${here(held)}?lang=${ctx.data.lang}`, { method: "DELETE" }).catch(() => {});
  idle(held, ctx);
}

/* Ask until the work is done; what is on the screen stays until it is felt. */
async function look(held, ctx) {
  const { data, w } = ctx;
  const id = held.id;
  let tell = null;
  try {
    for (let turn = 0; ; turn += 1) {
      const answer = await fetch(`${here(held)}?lang=${data.lang}`);
      const a = await answer.json().catch(() => ({}));
      if (held.id !== id) return;
      if (!answer.ok) return idle(held, ctx, a.error?.text || w["ui.failed"]);
      if (a.state !== "running") return show(a, held, ctx);
      if (turn > 1) {
        tell ??= waiting(held, ctx, a.stage);
        tell(a);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  } catch {
    idle(held, ctx, w["ui.failed"]);
  }
}

function show(a, held, ctx) {
  const { data, w } = ctx;
  if (a.state === "failed") return idle(held, ctx, a.error || w["ui.failed"]);
  if (a.state === "stored") return stored(a, held, ctx);
  const errorLine = refusal();
  errorLine.say(a.error);
  const ask = async (path, json) => {
    errorLine.say("");
    try {
      await send(`${here(held)}/${path}?lang=${data.lang}`, { json });
      await look(held, ctx);
    } catch (error) {
      errorLine.say(error.text || w["ui.failed"]);
      errorLine.node.scrollIntoView({ block: "nearest" });
    }
  };
  const act = {
    rows: (shown, offset) =>
      fetch(
        `${here(held)}/rows?${new URLSearchParams({ lang: data.lang, show: shown, offset })}`,
      ).then((r) => r.json()),
    answer: (change = {}) => {
      Object.assign(held.options, change);
      return ask("answer", { options: held.options, reading: held.reading });
    },
    read: (change) => {
      Object.assign(held.reading, change);
      return ask("answer", { options: held.options, reading: held.reading });
    },
    online: () => ask("online", {}),
    store: (json) => ask("store", json),
    give: () => give(held, ctx),
    again: () => show(a, held, ctx),
    remarks: `${here(held)}/remarks.xlsx?lang=${data.lang}`,
  };
  render(held.box, steps(1, w), ...importPlan(a, held, act, ctx), errorLine.node);
  held.box.dataset.planned = String(Number(held.box.dataset.planned || 0) + 1);
}

function stored(a, held, ctx) {
  const { w } = ctx;
  forget();
  ctx.state.past = null;
  render(
    held.box,
    steps(3, w),
    el("div", { class: "kh-stored", role: "status" }, [
      el("h2", { text: a.made ? w["ui.import.stored"] : w["ui.import.nothing_stored"] }),
      el("p", { dir: "auto", text: `${a.file} · ${a.rows}` }),
      el("div", { class: "kh-row" }, [
        el("button", {
          type: "button",
          class: "kh-button kh-primary",
          "data-key": "to-history",
          text: w["ui.import.to_history"],
          on: { click: () => ctx.state.send({ op: "set", field: "book", value: "history" }) },
        }),
        el("button", {
          type: "button",
          class: "kh-button",
          "data-key": "another",
          text: w["ui.import.another"],
          on: { click: () => idle(held, ctx) },
        }),
      ]),
    ]),
  );
  held.id = null;
}
