/* Market by craft: what each pair lacks. A cell opens the map on that pair. */
import { ask, toMap } from "./asked.js";
import { el, getJSON } from "./dom.js";

export async function draw({ data, w }) {
  const a = await getJSON(ask(data, "gap"));
  if (a.empty) return [el("p", { class: "kh-empty", role: "status", text: a.empty })];
  return [
    el("header", { class: "kh-chead" }, [el("div", {}, [el("h2", { text: a.title }), el("p", { text: a.subtitle })]),
      el("ul", { class: "kh-legend" }, a.legend.map((g) => el("li", { title: g.help }, [el("i", { class: `kh-gap ${g.key}` }), el("span", { text: `${g.text} (${g.count})` })])))]),
    el("div", { class: "kh-matrix", "data-scroll": "matrix" }, [el("table", {}, [
      el("caption", { class: "kh-unseen", text: a.title }),
      el("thead", {}, [el("tr", {}, [el("th", { scope: "col", text: w["ui.gap.craft"] }), ...a.markets.map((m) => el("th", { scope: "col", class: "tall" }, [el("span", { text: m.name })]))])]),
      el("tbody", {}, a.crafts.map((c) => el("tr", {}, [el("th", { scope: "row", text: c.text }), ...c.cells.map(cell)])))])]),
    el("p", { class: "kh-total" }, [el("b", { text: a.text })]), el("p", { class: "kh-quiet", text: a.note })];
}

function cell(c) {
  const dots = "·".repeat(Math.min(3, c.reports));
  return el("td", {}, [el("button", { type: "button", class: `kh-gap ${c.gap}`, "data-cell": `${c.market}-${c.craft}`, title: c.text, "aria-label": c.text,
    on: { click: () => toMap({ market: c.market, craft: c.craft, tab: c.buyers ? "" : "sites" }) } }, [
    el("b", { text: c.buyers || (c.gap === "supply_without_buyers" ? "+" : "") }), el("i", { text: dots })])]);
}
