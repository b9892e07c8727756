/* The export barometer: comparable lines, a map with an explicit "no figure", every statement. */

import { getJSON } from "../core/api.js";
import { figure, hatch, ringPath, shape, steps } from "../core/chart.js";
import { el } from "../core/dom.js";
import { bus } from "../core/view_store.js";
import { answerPath, select, source, toMap } from "./api.js";

const CLASSES = 4;

export async function draw({ data, w }) {
  const world = new URL("../basemap/110m.regions.json", import.meta.url).pathname;
  const [a, land] = await Promise.all([
    getJSON(answerPath(data, "barometer", ["measure", "months"])),
    getJSON(world).catch(() => ({ countries: [], scale: 1000 })),
  ]);
  const choose = (field, value) => bus.go({ op: "set", field, value });
  return [
    el("header", { class: "kh-chead" }, [
      el("div", {}, [
        el("h2", { text: a.title }),
        el("p", {}, [el("b", { text: a.headline }), el("span", { text: ` ${a.subtitle}` })]),
      ]),
      el("div", { class: "kh-pickers" }, [
        el(
          "div",
          { class: "kh-switch", role: "group", "aria-label": w["ui.baro.measure"] },
          a.measures.map((m) =>
            el("button", {
              type: "button",
              "data-key": `measure-${m.key}`,
              "aria-pressed": String(m.on),
              text: m.text,
              on: { click: () => choose("measure", m.key) },
            }),
          ),
        ),
        el("label", {}, [
          el("span", { class: "kh-unseen", text: w["ui.baro.window"] }),
          el(
            "select",
            { "data-key": "window", on: { change: (e) => choose("months", e.target.value) } },
            a.windows.map((m) => el("option", { value: m.key, selected: m.on, text: m.text })),
          ),
        ]),
      ]),
    ]),
    a.warn ? el("p", { class: "kh-notice", role: "status", text: a.warn }) : null,
    el("div", { class: "kh-pair" }, [
      el("section", {}, [
        el("h3", { text: `${w["ui.baro.lines"]} · ${a.unit}` }),
        a.lines.length ? trend(a) : el("p", { class: "kh-empty", role: "status", text: a.empty }),
        a.lines.length ? values(a, w) : null,
      ]),
      el("section", {}, [
        el("h3", { text: w["ui.baro.map"] }),
        a.map_note ? el("p", { class: "kh-notice", role: "status", text: a.map_note }) : null,
        world_(a, land, w),
        el("p", { class: "kh-quiet", text: w["ui.baro.symbols"] }),
      ]),
    ]),
    el("section", { class: "kh-statements" }, [
      el("h3", { text: w["ui.baro.table"] }),
      ...a.notices.map((text) => el("p", { class: "kh-quiet", text })),
      statements(a, w),
    ]),
    a.cities.length
      ? el("section", {}, [
          el("h3", { text: w["ui.baro.cities"] }),
          el(
            "ul",
            { class: "kh-lines" },
            a.cities.map((c) =>
              el("li", {}, [
                el("b", { text: `${c.city} · ${c.value}` }),
                el("span", { dir: "auto" }, [
                  `${c.about} · ${c.period} · `,
                  el("span", { lang: "fr", text: c.note }),
                ]),
                source(c.href, "", w),
              ]),
            ),
          ),
        ])
      : null,
  ];
}

function trend(a) {
  const W = 560;
  const H = 230;
  const left = 44;
  const bottom = 24;
  const right = 8;
  const top = 10;
  const all = a.lines.flatMap((l) => l.points);
  const years = [...new Set(all.map((p) => p.year))].sort((x, y) => x - y);
  const span = Math.max(1, years.at(-1) - years[0]);
  const high = steps(Math.max(...all.map((p) => p.value), 1));
  const low = Math.min(0, ...all.map((p) => p.value));
  const x = (year) => left + ((year - years[0]) / span) * (W - left - right - 12) + 6;
  const y = (v) => top + (1 - (v - low) / (high.at(-1) - low)) * (H - top - bottom);
  const nodes = [];
  for (const v of low < 0 ? [low, ...high] : high)
    nodes.push(
      shape("line", {
        x1: left,
        x2: W - right,
        y1: y(v),
        y2: y(v),
        class: v === 0 ? "kh-axis strong" : "kh-axis",
      }),
      shape("text", { x: left - 5, y: y(v) + 3, "text-anchor": "end", text: Math.round(v) }),
    );
  for (const year of years)
    nodes.push(shape("text", { x: x(year), y: H - 8, "text-anchor": "middle", text: year }));
  a.lines.forEach((l, i) => {
    nodes.push(
      shape("path", {
        d: l.points
          .map((p, k) => `${k ? "L" : "M"}${x(p.year).toFixed(1)} ${y(p.value).toFixed(1)}`)
          .join(""),
        class: `kh-line-path line-${i}`,
      }),
    );
    for (const p of l.points)
      nodes.push(
        shape(
          "circle",
          {
            cx: x(p.year),
            cy: y(p.value),
            r: p.approximate ? 2.5 : 3.2,
            class: `kh-point line-${i}${p.approximate ? " about" : ""}`,
          },
          [shape("title", { text: `${l.text} · ${p.period} · ${p.text}` })],
        ),
      );
  });
  return figure(
    W,
    H,
    a.lines
      .map((l) => `${l.text}: ${l.points.map((p) => `${p.year} ${p.text}`).join(", ")}`)
      .join(". "),
    nodes,
    "kh-trend",
  );
}

/* The same numbers as the lines, each with its page. */
function values(a, w) {
  const years = [...new Set(a.lines.flatMap((l) => l.points.map((p) => p.year)))].sort(
    (x, y) => x - y,
  );
  return el("div", { class: "kh-values" }, [
    el("table", {}, [
      el("caption", { class: "kh-unseen", text: w["ui.baro.lines"] }),
      el("thead", {}, [
        el("tr", {}, [el("td", {}), ...years.map((y) => el("th", { scope: "col", text: y }))]),
      ]),
      el(
        "tbody",
        {},
        a.lines.map((l, i) =>
          el("tr", {}, [
            el("th", { scope: "row" }, [
              el("i", { class: `kh-stroke line-${i}` }),
              l.market
                ? el("button", {
                    type: "button",
                    class: "kh-link",
                    "data-key": `line-${l.key}`,
                    text: l.text,
                    on: { click: () => toMap({ market: l.market }) },
                  })
                : el("span", { text: l.text }),
            ]),
            ...years.map((year) => {
              const p = l.points.find((q) => q.year === year);
              return el(
                "td",
                { class: p ? "" : "missing" },
                p ? [source(p.href, p.short, w)] : [el("span", { text: "—" })],
              );
            }),
          ]),
        ),
      ),
    ]),
  ]);
}

function world_(a, land, w) {
  const W = 560;
  const H = 300;
  const home = a.origin;
  const x = (lon) => ((lon + 170) / 350) * W;
  const y = (lat) => ((78 - lat) / 130) * H;
  const of = new Map(a.map.map((m) => [m.iso2, m]));
  const known = a.map.filter((m) => m.value !== null);
  const top = Math.max(1, ...known.map((m) => m.value));
  const cuts = [10, 50, 150];
  const klass = (v) => cuts.filter((c) => v >= c).length;
  const { defs, fill } = hatch();
  const nodes = [defs, shape("rect", { width: W, height: H, class: "kh-sea" })];
  for (const c of land.countries) {
    const m = of.get(c.iso2);
    const d = ringPath(c.rings, land.scale, x, y);
    const shade = m && (m.value === null ? "blank" : `class-${klass(m.value)}`);
    const path = shape(
      "path",
      {
        d,
        class: ["kh-land", c.home && "home", shade, m && !m.picked && "off"]
          .filter(Boolean)
          .join(" "),
        style: m && m.value === null ? `fill:${fill}` : null,
        "data-iso2": m ? c.iso2 : null,
      },
      m ? [shape("title", { text: `${m.name} · ${m.text}` })] : [],
    );
    if (m)
      path.addEventListener("click", () => {
        select(c.iso2);
        bus.go({ op: "set", field: "show", value: "rank" });
      });
    nodes.push(path);
  }
  for (const m of [...known].sort((p, q) => q.value - p.value)) {
    const [fx, fy, tx, ty] = [x(home[0]), y(home[1]), x(m.lon_lat[0]), y(m.lon_lat[1])];
    const bend = Math.min(fy, ty) - Math.abs(fx - tx) * 0.22 - 6;
    nodes.push(
      shape("path", {
        d: `M${fx} ${fy}Q${(fx + tx) / 2} ${bend} ${tx} ${ty}`,
        class: "kh-flow",
        "stroke-width": (0.8 + 5 * Math.sqrt(m.value / top)).toFixed(2),
      }),
    );
  }
  for (const m of known)
    nodes.push(
      shape(
        "circle",
        {
          cx: x(m.lon_lat[0]),
          cy: y(m.lon_lat[1]),
          r: (2 + 12 * Math.sqrt(m.value / top)).toFixed(1),
          class: "kh-bubble",
        },
        [shape("title", { text: `${m.name} · ${m.text}` })],
      ),
    );
  nodes.push(shape("circle", { cx: x(home[0]), cy: y(home[1]), r: 3.5, class: "kh-home-dot" }));
  const label = known.map((m) => `${m.name} ${m.text}`).join(". ");
  const bounds = ["< 10", "10–50", "50–150", "> 150"];
  return el("div", { class: "kh-worldmap" }, [
    figure(W, H, label, nodes, "kh-world"),
    el(
      "ul",
      { class: "kh-legend" },
      [...Array(CLASSES).keys()]
        .map((i) =>
          el("li", {}, [
            el("i", { class: `kh-tone class-${i}` }),
            el("span", { dir: "ltr", text: bounds[i] }),
          ]),
        )
        .concat(
          el("li", {}, [el("i", { class: "kh-tone unknown" }), el("span", { text: a.map_none })]),
        ),
    ),
    el(
      "ul",
      { class: "kh-lines tight" },
      [...known]
        .sort((p, q) => q.value - p.value)
        .map((m) =>
          el("li", {}, [
            el("b", { text: m.name }),
            el("span", { text: m.text }),
            source(m.href, "", w),
          ]),
        ),
    ),
  ]);
}

function statements(a, w) {
  return el("div", { class: "kh-scrolled", "data-scroll": "statements" }, [
    el("table", {}, [
      el("thead", {}, [
        el(
          "tr",
          {},
          a.columns.map((text) => el("th", { scope: "col", text })),
        ),
      ]),
      el(
        "tbody",
        {},
        a.rows.map((r) =>
          el("tr", { "data-statement": r.id }, [
            el("td", {}, [
              el("span", { text: r.period }),
              r.part ? el("i", { class: "kh-part", text: r.part }) : null,
            ]),
            el("td", { dir: "auto", text: r.about, title: r.note || null }),
            el("td", { text: [r.approximate, r.value].filter(Boolean).join(" ") || "—" }),
            el("td", { text: r.share || "—" }),
            el("td", { text: r.growth || "—" }),
            el("td", {}, [source(r.href, "", w)]),
          ]),
        ),
      ),
    ]),
    a.more ? el("p", { class: "kh-quiet", text: a.more }) : null,
  ]);
}
