/* A page made of sections, one tab each; a field of the view says which one is open. Each section
   is a module that draws its nodes: `draw({ data, w, state })`, loaded when it is first opened. */

import { words } from "./api.js";
import { component } from "./component.js";
import { el, moveByArrow, render } from "./dom.js";
import { busy, failure, settled } from "./loading.js";
import { bus } from "./view_store.js";

export function sectionTabs(name, field, sections) {
  return component(name, (root, state, current) => paint(root, state, current, field, sections));
}

async function paint(root, state, current, field, sections) {
  const { data } = state;
  const open = data[field];
  // A section that asks again (its own choice, not the address) is one more turn.
  state.again = () => {
    state.turn += 1;
    const turn = state.turn;
    return paint(root, state, () => state.turn === turn, field, sections);
  };
  busy(root);
  const w = await words(data);
  if (!current()) return;
  if (!root.querySelector(".kh-section"))
    root.replaceChildren(
      el("div", { class: "kh-nav" }),
      el("div", { class: "kh-section", id: "kh-section", role: "tabpanel" }),
    );
  const [nav, section] = [
    root.querySelector(":scope > .kh-nav"),
    root.querySelector(":scope > .kh-section"),
  ];
  render(nav, tabs(open, w, field, Object.keys(sections)));
  section.setAttribute("aria-label", w[`ui.${field}.${open}`]);
  try {
    const module = await sections[open]();
    const nodes = await module.draw({ data, w, state });
    if (!current()) return;
    render(section, ...nodes.filter(Boolean));
    section.dataset.show = open;
    root.dataset.shown = data.query;
  } catch (error) {
    if (!current()) return;
    section.querySelector(":scope > .kh-failed")?.remove();
    const line = failure(error, w, () => {
      line.remove();
      state.again();
    });
    // What is on screen belongs to another section: it goes; the same section's figures stay.
    if (section.dataset.show === open) section.prepend(line);
    else section.replaceChildren(line);
  } finally {
    if (current()) settled(root);
  }
}

function tabs(open, w, field, keys) {
  return el(
    "div",
    {
      class: "kh-tabs-row",
      role: "tablist",
      "aria-label": w["ui.sections"],
      on: { keydown: moveByArrow },
    },
    keys.map((key) =>
      el("button", {
        type: "button",
        role: "tab",
        "data-key": `show-${key}`,
        "data-show": key,
        "aria-selected": String(key === open),
        "aria-controls": "kh-section",
        tabindex: key === open ? "0" : "-1",
        text: w[`ui.${field}.${key}`] || key,
        on: { click: () => bus.go({ op: "set", field, value: key }) },
      }),
    ),
  );
}
