/* The Markets page: one tab per section; the address says which. */
import { bus } from "./bus.js";
import { component, el, render, words } from "./dom.js";
import { busy, failure, settled } from "./waiting.js";

const SECTIONS = ["rank", "baro", "compare", "gap", "make", "mission", "support", "list", "method"];
const FILES = { rank: "ranking.js", baro: "barometer.js", compare: "compare.js", gap: "gap.js", make: "supply.js", mission: "mission.js", support: "support.js", list: "shortlist.js", method: "method.js" };

export default component("markets", async (root, state, current) => {
  await paint(root, state, current);
});

async function paint(root, state, current) {
  const { data } = state;
  // A section that asks again (its own choice, not the address) is one more turn.
  state.again = () => { const turn = (state.turn += 1); return paint(root, state, () => state.turn === turn); };
  busy(root);
  const w = await words(data);
  if (!current()) return;
  if (!root.querySelector(".kh-section")) root.replaceChildren(el("div", { class: "kh-nav" }), el("div", { class: "kh-section", id: "kh-section", role: "tabpanel" }));
  const [nav, section] = [root.querySelector(":scope > .kh-nav"), root.querySelector(":scope > .kh-section")];
  render(nav, tabs(data, w));
  section.setAttribute("aria-label", w[`ui.show.${data.show}`]);
  try {
    const module = await import(`./${FILES[data.show]}`);
    const nodes = await module.draw({ data, w, state });
    if (!current()) return;
    render(section, ...nodes.filter(Boolean));
    section.dataset.show = data.show;
    root.dataset.shown = data.query;
  } catch (error) {
    if (!current()) return;
    section.querySelector(":scope > .kh-failed")?.remove();
    const line = failure(error, w, () => { line.remove(); state.again(); });
    // What is on screen belongs to another section: it goes; the same section's figures stay.
    if (section.dataset.show === data.show) section.prepend(line); else section.replaceChildren(line);
  } finally {
    if (current()) settled(root);
  }
}

function tabs(data, w) {
  return el("div", { class: "kh-tabs-row", role: "tablist", "aria-label": w["ui.sections"], on: { keydown: arrows } }, SECTIONS.map((key) => el("button", {
    type: "button", role: "tab", "data-key": `show-${key}`, "data-show": key, "aria-selected": String(key === data.show), "aria-controls": "kh-section",
    tabindex: key === data.show ? "0" : "-1", text: w[`ui.show.${key}`] || key,
    on: { click: () => bus.go({ op: "set", field: "show", value: key }) } })));
}

function arrows(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const all = [...event.currentTarget.children];
  const at = all.indexOf(event.target.closest("[role=tab]"));
  if (!step || at < 0) return;
  event.preventDefault();
  const forward = getComputedStyle(event.currentTarget).direction === "rtl" ? -step : step;
  all[(at + forward + all.length) % all.length].focus();
}
