/* The support desk: eligibility with its rule and source, programmes, fairs by month. */

import { getJSON } from "../core/api.js";
import { figure, ringPath, shape } from "../core/chart.js";
import { el } from "../core/dom.js";
import { save } from "../core/download.js";
import { FIELDS } from "../core/fields.js";
import { mark } from "../core/icons.js";
import { bus } from "../core/view_store.js";
import { answerPath, opened, source, toMap } from "./api.js";

const form = new RegExp(`^(?:${FIELDS.find((f) => f.name === "turnover").pattern})$`, "u");

export async function draw({ data, w, state }) {
  // What is no number is asked all the same, to be told so, and is in no address.
  state.support ||= { refused: "" };
  const held = state.support;
  const world = new URL("../basemap/110m.regions.json", import.meta.url).pathname;
  const [a, land] = await Promise.all([
    getJSON(
      answerPath(data, "support", held.refused ? ["legal"] : ["turnover", "legal"], {
        turnover: held.refused,
      }),
    ),
    getJSON(world).catch(() => ({ countries: [], scale: 1000 })),
  ]);
  const turnover = el("input", {
    type: "text",
    inputmode: "decimal",
    "data-key": "turnover",
    value: held.refused || data.turnover,
    maxlength: 12,
    placeholder: "1,5",
  });
  const apply = (more = {}) => {
    const text = turnover.value.trim();
    held.refused = !text || form.test(text) ? "" : text;
    const before = bus.view.query;
    bus.go({ op: "put", value: { ...more, turnover: held.refused ? "" : text } });
    if (bus.view.query === before) state.again();
  };
  return [
    el("header", { class: "kh-chead" }, [
      el("div", {}, [el("h2", { text: a.title }), el("p", { text: a.lead })]),
    ]),
    el("section", { class: "kh-helper" }, [
      el("h3", { text: w["ui.support.helper"] }),
      el(
        "form",
        {
          class: "kh-chooser",
          on: {
            submit: (e) => {
              e.preventDefault();
              apply();
            },
          },
        },
        [
          el("label", {}, [el("span", { text: w["ui.support.turnover"] }), turnover]),
          el("label", {}, [
            el("span", { text: w["ui.support.status"] }),
            el(
              "select",
              { "data-key": "status", on: { change: (e) => apply({ legal: e.target.value }) } },
              [
                el("option", { value: "", text: w["ui.support.any"] }),
                ...a.statuses.map((s) =>
                  el("option", { value: s.key, selected: s.key === data.legal, text: s.text }),
                ),
              ],
            ),
          ]),
          el("label", {}, [
            el("span", { text: w["ui.support.craft"] }),
            el(
              "select",
              {
                "data-key": "support-craft",
                on: {
                  change: (e) =>
                    bus.go(
                      e.target.value
                        ? { op: "set", field: "craft", value: [e.target.value] }
                        : { op: "clear", field: "craft" },
                    ),
                },
              },
              [
                el("option", { value: "", text: w["ui.support.any"] }),
                ...a.crafts.map((c) =>
                  el("option", { value: c.key, selected: c.on, text: c.text }),
                ),
              ],
            ),
          ]),
          el("button", {
            type: "submit",
            class: "kh-button primary",
            "data-key": "check",
            text: w["ui.support.check"],
          }),
        ],
      ),
      el(
        "ul",
        { class: "kh-verdicts" },
        a.verdicts.map((v) =>
          el("li", { "data-verdict": v.key, class: v.answer }, [
            el("b", { class: "kh-answer", text: v.answer_text }),
            el("div", {}, [
              el("b", { text: v.name }),
              el("span", { text: v.why }),
              el("small", {
                dir: "auto",
                lang: "fr",
                text: v.sources.map((s) => s.text).join(" ; "),
              }),
              el("small", {
                dir: "auto",
                lang: "fr",
                text: [...new Set(v.sources.map((s) => s.source))].join(" ; "),
              }),
            ]),
          ]),
        ),
      ),
    ]),
    el(
      "div",
      { class: "kh-pair" },
      a.groups
        .filter((g) => g.rows.length)
        .map((g) =>
          el("section", {}, [
            el("h3", { text: g.title }),
            el(
              "ul",
              { class: "kh-lines" },
              g.rows.map((r) =>
                el("li", {}, [
                  headed(r.value, r.title),
                  el("span", { dir: "auto", lang: "fr", text: r.text }),
                  el("small", { class: "kh-quiet", dir: "auto", lang: "fr", text: r.source }),
                ]),
              ),
            ),
          ]),
        ),
    ),
    el("section", {}, [
      el("h3", { text: a.fairs_title }),
      el("p", { class: "kh-quiet", text: a.fairs_note }),
      a.ics
        ? el("p", {}, [
            el("button", {
              type: "button",
              class: "kh-button",
              "data-key": "fairs-ics",
              text: a.calendar,
              on: { click: () => save("kharita-salons.ics", a.ics, "text/calendar") },
            }),
          ])
        : null,
      places(a, land),
      el(
        "div",
        { class: "kh-months" },
        a.months.map((m) =>
          el("div", {}, [
            el("h4", { text: m.title }),
            el(
              "ul",
              { class: "kh-lines" },
              m.rows.map((f) =>
                el("li", {}, [
                  el(
                    "button",
                    {
                      type: "button",
                      class: "kh-lineb",
                      "data-key": `line-${f.sel}`,
                      on: { click: () => toMap(opened(f.sel, data)) },
                    },
                    [mark("fair"), el("b", { dir: "auto", text: f.title })],
                  ),
                  el("span", { dir: "auto", text: [f.country, f.kind, f.text].join(" · ") }),
                  source(f.href, "", w),
                ]),
              ),
            ),
          ]),
        ),
      ),
    ]),
    el("section", {}, [
      el("details", { "data-key": "programmes" }, [
        el("summary", {}, [el("b", { text: a.programmes_title })]),
        el(
          "ul",
          { class: "kh-lines" },
          a.programmes.map((p) =>
            el("li", {}, [
              headed(p.value, p.title, p.year),
              el("span", { dir: "auto", lang: "fr", text: p.text }),
              source(p.href, "", w),
            ]),
          ),
        ),
      ]),
    ]),
  ];
}

/* A quoted name, in French, between what is said in the reader's language. */
const headed = (value, title, year) =>
  el("b", { dir: "auto" }, [
    value ? `${value} · ` : null,
    el("bdi", { lang: "fr", text: title }),
    year ? ` · ${year}` : null,
  ]);

function places(a, land) {
  const W = 900;
  const H = 300;
  const x = (lon) => ((lon + 130) / 270) * W;
  const y = (lat) => ((64 - lat) / 66) * H;
  const nodes = [shape("rect", { width: W, height: H, class: "kh-sea" })];
  for (const c of land.countries) {
    const d = ringPath(c.rings, land.scale, x, y);
    nodes.push(shape("path", { d, class: `kh-land${c.home ? " home" : ""}` }));
  }
  for (const p of a.places)
    nodes.push(
      shape(
        "circle",
        {
          cx: x(p.lon_lat[0]).toFixed(1),
          cy: y(p.lon_lat[1]).toFixed(1),
          r: 4 + 1.6 * Math.sqrt(p.n),
          class: "kh-bubble",
        },
        [shape("title", { text: `${p.name} · ${p.text}` })],
      ),
    );
  return figure(W, H, a.places.map((p) => `${p.name} (${p.n})`).join(", "), nodes, "kh-world");
}
