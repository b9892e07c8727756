/* The page of one market: every fact we hold, ready to print as a brief. */

import { el } from "../core/dom.js";
import { mark } from "../core/icons.js";
import { sign } from "../core/rich_text.js";
import { file, opened, read, select, source, toMap } from "./api.js";
import { star } from "./shortlist_store.js";

export function marketPage(a, data, w) {
  return el("article", { class: "kh-market", "data-page": a.iso2 }, [
    el("p", { class: "kh-quiet" }, [el("span", { text: [a.world, a.evidence].join(" · ") })]),
    a.lead
      ? el("p", { dir: "auto" }, [
          el("span", { lang: "fr", text: `${a.lead} ` }),
          source(a.lead_href, "", w),
        ])
      : null,
    el("p", { class: "kh-agreement", text: a.agreement }),
    el("div", { class: "kh-acts" }, [
      el("button", {
        type: "button",
        class: "kh-button",
        "data-key": "to-map",
        text: a.on_map,
        on: { click: () => toMap({ market: a.iso2, sel: `market:${a.iso2}` }) },
      }),
      file(data, `${a.iso2}/brief.pdf`, w["ui.brief.pdf"]),
      el("a", {
        class: "kh-button kh-file",
        "data-key": "sheet",
        href: `/brief.pdf?market=${a.iso2}&lang=${data.lang}`,
        download: true,
        text: w["ui.brief.sheet"],
      }),
      star(`market:${a.iso2}`, a.name, w),
    ]),
    a.doubts.length
      ? el("section", { class: "kh-doubts", "data-section": "doubts" }, [
          el("h3", { text: w["ui.watch.doubts"] }),
          el("p", { text: a.doubt }),
          ...a.doubts.map((d) =>
            el("div", { class: "kh-doubt" }, [
              el("p", { dir: "auto", text: d.about }),
              el(
                "div",
                { class: "kh-sides" },
                d.sides.map((s) =>
                  el(
                    "button",
                    {
                      type: "button",
                      class: "kh-claim",
                      "data-key": `doubt-${d.about}-${s.report}`,
                      on: { click: () => read(s.sel) },
                    },
                    [
                      sign(s.sign, w),
                      el("b", {}, [el("bdi", { text: s.value })]),
                      el("span", { dir: "auto", text: s.title }),
                      el("i", { text: [s.report, s.date, s.period].filter(Boolean).join(" · ") }),
                    ],
                  ),
                ),
              ),
            ]),
          ),
        ])
      : null,
    ...a.sections.map((s) =>
      el("section", { "data-section": s.key }, [
        el("h3", {}, [el("span", { text: s.title }), el("i", { text: s.count })]),
        s.rows.length
          ? el(
              "ul",
              {
                class:
                  s.key.startsWith("buyers_kind") || s.key === "buyers_city"
                    ? "kh-pairs"
                    : "kh-lines",
              },
              s.rows.map((r) => line(r, a, data, w)),
            )
          : el("p", { class: "kh-quiet", text: s.empty }),
      ]),
    ),
    el("p", { class: "kh-note", text: a.note }),
  ]);
}

function line(r, a, data, w) {
  const inside = [
    r.sel ? mark(r.sel.split(":")[0], { demo: r.demo }) : null,
    el("b", { dir: "auto", lang: r.lang || null, text: r.title }),
    r.demo ? el("i", { class: "kh-tag-demo", text: w["ui.demo"] }) : null,
    el("span", { dir: "auto", lang: r.lang || null, text: r.text }),
  ];
  const page = r.href ? source(r.href, "", w) : null; // beside a button, never in it
  const act = r.market
    ? () => select(r.market)
    : r.craft
      ? () => toMap({ market: a.iso2, craft: r.craft })
      : r.sel
        ? () => toMap({ market: a.iso2, ...opened(r.sel, data) })
        : null;
  return el(
    "li",
    {},
    act
      ? [
          r.sel && !/^(report|fair):/.test(r.sel) ? star(r.sel, r.title, w) : null,
          el(
            "button",
            {
              type: "button",
              class: "kh-lineb",
              "data-key": `line-${r.sel || r.market || r.craft}`,
              on: { click: act },
            },
            inside,
          ),
          page,
        ]
      : [...inside, page],
  );
}
