/* How good the records are, by collection, and the list to work through. */

import { getJSON } from "../core/api.js";
import { el } from "../core/dom.js";
import { icon, mark } from "../core/icons.js";
import { bus } from "../core/view_store.js";

export async function draw({ data, w, state }) {
  state.quality ??= { fault: "", more: [] };
  const held = state.quality;
  const path = (offset) =>
    `/api/quality?${new URLSearchParams({ lang: data.lang, fault: held.fault, offset })}`;
  const a = await getJSON(path(0));
  const pages = await Promise.all(held.more.map((offset) => getJSON(path(offset))));
  const last = pages.at(-1) || a;
  const choose = (fault) => {
    Object.assign(held, { fault, more: [] });
    state.again();
  };
  return [
    el("div", { class: "kh-chead" }, [
      el("div", {}, [
        el("h2", { text: w["ui.quality.title"] }),
        el("p", { text: w["ui.quality.lead"] }),
      ]),
    ]),
    a.problems.length
      ? el("details", { class: "kh-notice", "data-key": "problems" }, [
          el("summary", { text: w["ui.quality.problems"].replace("{n}", a.problems.length) }),
          el(
            "ul",
            {},
            a.problems.map((text) => el("li", { dir: "auto", text })),
          ),
        ])
      : null,
    el(
      "div",
      { class: "kh-assessed" },
      a.collections.map((c) => assessed(c, w)),
    ),
    el("section", { class: "kh-todo" }, [
      el("h3", {}, [
        el("span", { text: w["ui.quality.todo"] }),
        el("i", { role: "status", text: a.text }),
      ]),
      el(
        "div",
        { class: "kh-faults", role: "group", "aria-label": w["ui.quality.todo"] },
        a.faults.map((f) =>
          el(
            "button",
            {
              type: "button",
              "data-key": `fault-${f.value}`,
              "aria-pressed": String(f.value === held.fault),
              title: f.hint,
              on: { click: () => choose(f.value === held.fault ? "" : f.value) },
            },
            [el("span", { text: f.label }), el("b", { text: f.text })],
          ),
        ),
      ),
      a.total
        ? el(
            "ul",
            { class: "kh-tasks" },
            [a, ...pages].flatMap((page) => page.todo).map((task) => item(task, w)),
          )
        : el("p", { class: "kh-empty", text: w["ui.quality.nothing"] }),
      last.next === null
        ? null
        : el("button", {
            type: "button",
            class: "kh-button kh-wide",
            "data-key": "more",
            text: w["ui.quality.more"],
            on: {
              click: () => {
                held.more.push(last.next);
                state.again();
              },
            },
          }),
    ]),
  ];
}

function assessed(c, w) {
  return el("section", { class: "kh-card-plain", "data-collection": c.key }, [
    el("h3", {}, [
      el("span", { text: c.title }),
      el("i", { text: [c.real_text, c.demo_text].filter(Boolean).join(" · ") }),
    ]),
    el(
      "ul",
      { class: "kh-filled", "aria-label": w["ui.quality.filled"] },
      c.fields.map((f) =>
        el("li", { title: f.text }, [
          el("span", { text: f.label }),
          el("span", { class: "kh-gauge" }, [bar(f.pct)]),
          el("b", { text: `${f.pct} %` }),
          el("span", { class: "kh-unseen", text: f.text }),
        ]),
      ),
    ),
    c.fresh.length
      ? el("p", { class: "kh-fresh" }, [
          el("b", { text: w["ui.quality.fresh"] }),
          ...c.fresh.map((f) => el("span", { "data-fresh": f.key, text: `${f.label} ${f.n}` })),
        ])
      : null,
    c.precision.length
      ? el("p", { class: "kh-fresh" }, [
          el("b", { text: w["ui.quality.precision"] }),
          ...c.precision.map((p) => el("span", { text: `${p.label} ${p.n}` })),
        ])
      : null,
  ]);
}

function bar(pct) {
  const node = el("i", { class: pct < 34 ? "low" : pct < 67 ? "middle" : "" });
  node.style.inlineSize = `${pct}%`;
  return node;
}

function item(task, w) {
  return el("li", {}, [
    mark(task.class, { demo: task.demo }),
    el("span", { class: "kh-who" }, [
      el("b", { dir: "auto", text: task.name }),
      el("i", { dir: "auto", text: task.where }),
    ]),
    el(
      "span",
      { class: "kh-wrongs" },
      task.faults.map((f) => el("i", { "data-fault": f.key, text: f.label })),
    ),
    el(
      "button",
      {
        type: "button",
        class: "kh-link",
        "data-key": `mend-${task.sel}`,
        "aria-label": `${w["ui.quality.mend"]} : ${task.name}`,
        on: { click: () => bus.go({ op: "put", value: { book: "records", sel: task.sel } }) },
      },
      [el("span", { text: w["ui.quality.mend"] }), icon("right")],
    ),
  ]);
}
