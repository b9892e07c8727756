/* A mission: buyers of a market grouped into days, with a brief each, as page and calendar. */

import { getJSON } from "../core/api.js";
import { el } from "../core/dom.js";
import { save } from "../core/download.js";
import { mark } from "../core/icons.js";
import { bus } from "../core/view_store.js";
import { answerPath, chosen, file, select, toMap } from "./api.js";
import { star } from "./shortlist_store.js";

export async function draw({ data, w }) {
  const iso2 = chosen(data);
  const list = await getJSON(answerPath(data, "compare"));
  const bar = (a) =>
    el("div", { class: "kh-chooser" }, [
      el("label", {}, [
        el("span", { text: w["ui.mission.market"] }),
        el(
          "select",
          { "data-key": "mission-market", on: { change: (e) => select(e.target.value) } },
          [
            el("option", { value: "", text: w["ui.mission.choose"] }),
            ...list.choices.map((c) =>
              el("option", { value: c.iso2, selected: c.iso2 === iso2, text: c.name }),
            ),
          ],
        ),
      ]),
      el("label", {}, [
        el("span", { text: w["ui.mission.days"] }),
        el(
          "select",
          {
            "data-key": "mission-days",
            on: { change: (e) => bus.go({ op: "set", field: "days", value: e.target.value }) },
          },
          (a?.choices || [data.days]).map((n) =>
            el("option", { value: n, selected: n === data.days, text: n }),
          ),
        ),
      ]),
      el("label", {}, [
        el("span", { text: w["ui.mission.start"] }),
        el("input", {
          type: "date",
          "data-key": "mission-start",
          value: a?.start || data.start,
          on: { change: (e) => bus.go({ op: "set", field: "start", value: e.target.value }) },
        }),
      ]),
      a?.ics
        ? el("button", {
            type: "button",
            class: "kh-button primary",
            "data-key": "ics",
            text: w["ui.mission.ics"],
            on: { click: () => save(a.file, a.ics, "text/calendar") },
          })
        : null,
      a?.ics
        ? file(data, `${a.iso2}/mission.pdf`, w["ui.mission.print"], { start: data.start })
        : null,
    ]);
  if (!iso2)
    return [
      bar(null),
      el("p", { class: "kh-empty", role: "status", text: w["ui.mission.choose"] }),
    ];
  const a = await getJSON(answerPath(data, `mission/${iso2}`, ["days", "start"]));
  return [
    el("header", { class: "kh-chead" }, [
      el("div", {}, [el("h2", { text: a.title }), el("p", { text: a.empty || a.text })]),
    ]),
    bar(a),
    el(
      "div",
      { class: "kh-days" },
      a.days.map((d) =>
        el("section", { class: "kh-day" }, [
          el("h3", {}, [el("span", { text: d.title }), el("i", { text: d.date })]),
          ...d.stops.map((s) =>
            el("div", { class: "kh-stop" }, [
              el("h4", {}, [el("span", { text: s.city }), s.km ? el("i", { text: s.km }) : null]),
              ...s.visits.map((v) => visit(v, w)),
            ]),
          ),
        ]),
      ),
    ),
    rest(a.left_text, a.left, w),
    rest(a.placeless_text, a.placeless, w),
    a.fairs.length
      ? el("section", {}, [
          el("h3", { text: a.fairs_text }),
          el(
            "ul",
            { class: "kh-lines" },
            a.fairs.map((text) => el("li", { dir: "auto", text })),
          ),
        ])
      : null,
    el("p", { class: "kh-quiet", text: a.note }),
  ];
}

function visit(v, w) {
  const lines = (title, rows) =>
    rows.length
      ? el("div", { class: "kh-brief" }, [
          el("i", { text: title }),
          ...rows.map((r) =>
            el("button", {
              type: "button",
              class: "kh-link",
              "data-key": `${v.sel}-${r.sel}`,
              dir: "auto",
              text: r.text,
              on: { click: () => toMap({ sel: r.sel }) },
            }),
          ),
        ])
      : null;
  return el("article", { class: "kh-visit" }, [
    el("div", { class: "kh-site-head" }, [
      mark("buyer", { demo: v.demo }),
      el("button", {
        type: "button",
        class: "kh-plain",
        "data-key": `visit-${v.sel}`,
        dir: "auto",
        text: v.name,
        on: { click: () => toMap({ sel: v.sel }) },
      }),
      v.demo ? el("i", { class: "kh-tag-demo", text: w["ui.demo"] }) : null,
      star(v.sel, v.name, w),
    ]),
    el("p", {
      class: "kh-quiet",
      dir: "auto",
      text: [v.kind, v.crafts, v.contact].filter(Boolean).join(" · "),
    }),
    v.lead ? el("p", { class: "kh-quiet", dir: "auto", lang: "fr", text: v.lead }) : null,
    lines(v.reports_text, v.reports),
    lines(v.sites_text, v.sites),
  ]);
}

const rest = (title, rows, w) =>
  rows.length
    ? el("section", {}, [
        el("h3", {}, [el("span", { text: title }), el("i", { text: String(rows.length) })]),
        el(
          "p",
          { class: "kh-quiet" },
          rows
            .slice(0, 24)
            .flatMap((r, i) => [
              i ? " · " : null,
              el("bdi", { text: r.text }),
              r.demo ? ` (${w["ui.demo"]})` : null,
            ]),
        ),
      ])
    : null;
