/* The ranking: one row per market with its parts, its unknown share and its rank interval. */

import { getJSON } from "../core/api.js";
import { figure, hatch, shape } from "../core/chart.js";
import { el } from "../core/dom.js";
import { save } from "../core/download.js";
import { bus } from "../core/view_store.js";
import { answerPath, chosen, select, source } from "./api.js";
import { marketPage } from "./market.js";
import { quadrant } from "./quadrant.js";

const W = 100;
const H = 14;

export async function draw({ data, w }) {
  const iso2 = chosen(data);
  const [a, why, page] = await Promise.all([
    getJSON(answerPath(data, "rank", ["axis", "weights"])),
    iso2 ? getJSON(answerPath(data, `why/${iso2}`, ["axis", "weights"])).catch(() => null) : null,
    iso2 ? getJSON(answerPath(data, `page/${iso2}`)).catch(() => null) : null,
  ]);
  const both = why ? null : quadrant(a.rows, a, w);
  return [
    el("div", { class: `kh-split${why ? " open" : both ? " pair" : ""}` }, [
      el("div", { class: "kh-main" }, [
        head(a, w),
        ...a.notices.map((text) => el("p", { class: "kh-notice", role: "status", text })),
        a.rows.length
          ? table(a, data, w)
          : el("p", { class: "kh-empty", role: "status", text: a.empty }),
      ]),
      why
        ? el("aside", { class: "kh-side", "aria-label": why.name, "data-scroll": `why-${iso2}` }, [
            reasons(why, w),
            page ? marketPage(page, data, w) : null,
          ])
        : both
          ? el("aside", { class: "kh-side", "aria-label": w["ui.quad.title"] }, [both])
          : null,
    ]),
  ];
}

function head(a, w) {
  return el("header", { class: "kh-chead" }, [
    el("div", {}, [el("h2", { text: a.title }), el("p", { text: a.subtitle })]),
    el(
      "div",
      { class: "kh-switch phone", role: "group", "aria-label": w["ui.rank.axis"] },
      a.axes.map((x) =>
        el("button", {
          type: "button",
          "data-key": `head-axis-${x.key}`,
          "aria-pressed": String(x.on),
          text: x.text,
          on: { click: () => bus.go({ op: "set", field: "axis", value: x.key }) },
        }),
      ),
    ),
    el("button", {
      type: "button",
      class: "kh-button",
      "data-key": "rank-csv",
      text: w["ui.rank.csv"],
      on: { click: () => save(a.file, a.csv, "text/csv") },
    }),
    el("ul", { class: "kh-legend" }, [
      ...a.criteria
        .filter((c) => !c.aside)
        .map((c) =>
          el("li", { title: c.help }, [
            el("i", { class: `kh-tone tone-${c.tone}` }),
            el("span", { text: c.text }),
          ]),
        ),
      el("li", {}, [
        el("i", { class: "kh-tone unknown" }),
        el("span", { text: w["ui.rank.unknown"] }),
      ]),
    ]),
  ]);
}

function table(a, data, w) {
  const heads = [
    ["rank", w["ui.rank.rank"]],
    ["name", w["ui.rank.market"]],
    ["bar", "0–100"],
    ["score", w["ui.rank.score"]],
    ["known", w["ui.rank.known"]],
    ["other", a.other_text],
    ["interval", w["ui.rank.interval"]],
  ];
  const mine = chosen(data);
  return el("div", { class: "kh-ranked", "data-scroll": "ranking" }, [
    el("table", {}, [
      el("caption", { class: "kh-unseen", text: `${a.title} · ${a.axis_text}` }),
      el("thead", {}, [
        el(
          "tr",
          {},
          heads.map(([key, text]) =>
            el(
              "th",
              { scope: "col", class: `of-${key}` },
              key === "bar"
                ? [scale(), el("span", { class: "kh-unseen", text })]
                : [el("span", { text })],
            ),
          ),
        ),
      ]),
      el(
        "tbody",
        {},
        a.rows.map((row) =>
          el(
            "tr",
            {
              "data-market": row.iso2,
              "aria-selected": String(row.iso2 === mine),
              class: row.rank ? "" : "unranked",
              on: { click: () => select(row.iso2 === mine ? "" : row.iso2) },
            },
            [
              el("td", { class: "of-rank", text: row.rank_text }),
              el("td", { class: "of-name" }, [
                el("button", {
                  type: "button",
                  class: "kh-plain",
                  "data-key": `rank-${row.iso2}`,
                  "aria-expanded": String(row.iso2 === mine),
                  text: row.name,
                  on: {
                    click: (e) => {
                      e.stopPropagation();
                      select(row.iso2 === mine ? "" : row.iso2);
                    },
                  },
                }),
                row.doubt
                  ? el("span", {
                      class: "kh-doubted",
                      role: "img",
                      title: row.doubt,
                      "aria-label": row.doubt,
                      text: "⇄",
                    })
                  : null,
                pick(row, data, w),
              ]),
              el("td", { class: "of-bar" }, [bar(row, a)]),
              el("td", { class: "of-score" }, [el("b", { text: row.score_text })]),
              el("td", { class: "of-known", text: row.coverage_text }),
              el("td", { class: "of-other", text: row.other_text }),
              el("td", { class: "of-interval" }, [
                interval(row, a.markets),
                el("span", { class: "kh-unseen", text: row.interval_text }),
              ]),
            ],
          ),
        ),
      ),
    ]),
  ]);
}

/* Two to four markets side by side: a box per row, kept in the address. */
function pick(row, data, w) {
  const on = data.compare.includes(row.iso2);
  return el(
    "label",
    { class: "kh-pick", title: w["ui.rank.compare"], on: { click: (e) => e.stopPropagation() } },
    [
      el("input", {
        type: "checkbox",
        "data-key": `pick-${row.iso2}`,
        checked: on,
        disabled: !on && data.compare.length >= 4,
        "aria-label": `${w["ui.rank.compare"]} ${row.name}`,
        on: { change: () => bus.go({ op: "toggle", field: "compare", value: row.iso2 }) },
      }),
    ],
  );
}

const scale = () =>
  el(
    "span",
    { class: "kh-scale", "aria-hidden": "true", dir: "ltr" },
    [0, 25, 50, 75, 100].map((v) => el("i", { text: v })),
  );

function bar(row, a) {
  const { defs, fill } = hatch();
  const nodes = [defs, shape("rect", { x: 0, y: 3, width: W, height: 8, class: "kh-track" })];
  let at = 0;
  for (const part of row.parts) {
    nodes.push(
      shape("rect", {
        x: at,
        y: 1.5,
        width: Math.max(0, part.points - 0.35),
        height: 11,
        class: `tone-${part.tone}`,
      }),
    );
    at += part.points;
  }
  if (row.unknown)
    nodes.push(shape("rect", { x: at, y: 1.5, width: row.unknown, height: 11, fill }));
  if (row.rank && row.unknown)
    nodes.push(
      shape("line", { x1: row.score, x2: row.score, y1: 0, y2: H, class: "kh-mark-line" }),
    );
  const names = new Map(a.criteria.map((c) => [c.key, c.text]));
  const parts = row.parts.map((p) => `${names.get(p.key)} ${Math.round(p.points)}`);
  return figure(W, H, [row.name, row.score_text, ...parts].join(" · "), nodes, "kh-bar", true);
}

function interval(row, markets) {
  if (!row.rank) return el("span", { class: "kh-quiet", text: row.interval_text });
  const { defs, fill } = hatch();
  const x = (rank) => 3 + ((rank - 1) / Math.max(1, markets - 1)) * (W - 6);
  const wide = Math.max(3, x(row.high) - x(row.low));
  return el("span", { title: row.interval_text }, [
    figure(
      W,
      H,
      row.interval_text,
      [
        defs,
        shape("line", { x1: 2, x2: W - 2, y1: 7, y2: 7, class: "kh-axis" }),
        shape("rect", {
          x: x(row.low) - 1.5,
          y: 4.5,
          width: wide + 3,
          height: 5,
          rx: 2,
          class: row.unstable ? "kh-range unstable" : "kh-range",
          style: row.unstable ? `fill:${fill}` : null,
        }),
        shape("circle", { cx: x(row.rank), cy: 7, r: 2.7, class: "kh-dot" }),
      ],
      "kh-interval",
    ),
  ]);
}

function reasons(a, w) {
  return el("section", { class: "kh-why", "data-why": a.iso2 }, [
    el("header", {}, [
      el("p", { class: "kh-over", text: `${w["ui.rank.why"]} · ${a.axis_text}` }),
      el("div", { class: "kh-why-title" }, [
        el("h2", { text: a.name }),
        el("span", { text: a.place }),
        el("b", { text: a.score_text }),
        el("button", {
          type: "button",
          class: "kh-close-inline",
          "data-key": "close-why",
          "aria-label": w["ui.close"],
          text: "×",
          on: { click: () => select("") },
        }),
      ]),
      el("p", { class: "kh-quiet", text: [a.interval, a.coverage].filter(Boolean).join(" · ") }),
    ]),
    el(
      "ul",
      { class: "kh-components" },
      a.components.map((c) =>
        el("li", { class: c.known ? "" : "missing", "data-criterion": c.key }, [
          el("i", { class: `kh-tone ${c.known ? `tone-${c.tone}` : "unknown"}` }),
          el("div", {}, [
            el("b", { text: c.text }),
            el("span", {}, [el("bdi", { text: c.value })]),
            el("small", {}, [
              el("span", { text: c.how }),
              c.href ? " · " : null,
              source(c.href, "", w),
            ]),
          ]),
          el("span", { class: "kh-out" }, [
            el("b", { text: c.points }),
            el("i", { text: ` / ${c.out_of}` }),
          ]),
        ]),
      ),
    ),
    a.tips.length
      ? el("div", { class: "kh-tips" }, [
          el("h3", { text: w["ui.rank.tips"] }),
          el(
            "ul",
            {},
            a.tips.map((text) => el("li", { text })),
          ),
        ])
      : null,
  ]);
}
