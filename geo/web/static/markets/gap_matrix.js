/* Market by craft: what each pair lacks. A cell opens the map on that pair, its dots its reports.
 */

import { getJSON } from "../core/api.js";
import { el } from "../core/dom.js";
import { mark } from "../core/icons.js";
import { answerPath, read, toMap } from "./api.js";

export async function draw({ data, w }) {
  const a = await getJSON(answerPath(data, "gap"));
  const shelf = el("section", { class: "kh-chips", role: "status", "data-key": "gap-reports" });
  if (a.empty) return [el("p", { class: "kh-empty", role: "status", text: a.empty })];
  return [
    el("header", { class: "kh-chead" }, [
      el("div", {}, [el("h2", { text: a.title }), el("p", { text: a.subtitle })]),
      el(
        "ul",
        { class: "kh-legend" },
        a.legend.map((g) =>
          el("li", { title: g.help }, [
            el("i", { class: `kh-gap ${g.key}` }),
            el("span", { text: `${g.text} (${g.count})` }),
          ]),
        ),
      ),
    ]),
    el("div", { class: "kh-matrix", "data-scroll": "matrix" }, [
      el("table", {}, [
        el("caption", { class: "kh-unseen", text: a.title }),
        el("thead", {}, [
          el("tr", {}, [
            el("th", { scope: "col", text: w["ui.gap.craft"] }),
            ...a.markets.map((m) =>
              el("th", { scope: "col", class: "tall" }, [el("span", { text: m.name })]),
            ),
          ]),
        ]),
        el(
          "tbody",
          {},
          a.crafts.map((c) =>
            el("tr", {}, [
              el("th", { scope: "row", text: c.text }),
              ...c.cells.map((x) => cell(x, a, shelf)),
            ]),
          ),
        ),
      ]),
    ]),
    shelf,
    el("p", { class: "kh-total" }, [el("b", { text: a.text })]),
    el("p", { class: "kh-quiet", text: a.note }),
  ];
}

function cell(c, a, shelf) {
  return el("td", {}, [
    el(
      "button",
      {
        type: "button",
        class: `kh-gap ${c.gap}`,
        "data-cell": `${c.market}-${c.craft}`,
        title: c.text,
        "aria-label": c.text,
        on: {
          click: () => toMap({ market: c.market, craft: c.craft, tab: c.buyers ? "" : "sites" }),
        },
      },
      [el("b", { text: c.buyers || (c.gap === "supply_without_buyers" ? "+" : "") })],
    ),
    c.reports.length
      ? el("button", {
          type: "button",
          class: "kh-gap-reports",
          "data-reports": `${c.market}-${c.craft}`,
          title: `${c.pair} · ${c.reports_text}`,
          "aria-label": `${c.pair} · ${c.reports_text}`,
          text: "·".repeat(Math.min(3, c.reports.length)),
          on: { click: () => show(c, a, shelf) },
        })
      : null,
  ]);
}

/* The reports behind a cell, as chips that open them. */
function show(c, a, shelf) {
  shelf.replaceChildren(
    el("h3", { text: `${c.pair} · ${c.reports_text}` }),
    ...c.reports.map((id) => {
      const r = a.reports[id];
      return el(
        "button",
        {
          type: "button",
          class: "kh-chip",
          "data-report": id,
          title: r.title,
          on: { click: () => read(r.sel) },
        },
        [
          mark("report"),
          el("bdi", { text: id }),
          el("span", { dir: "auto", text: r.title }),
          el("i", { text: r.date }),
        ],
      );
    }),
  );
  shelf.scrollIntoView({ block: "nearest" });
}
