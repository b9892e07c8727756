/* Who can make it? A pasted request becomes a list of terms, and the terms a list of sites. */

import { getJSON } from "../core/api.js";
import { el } from "../core/dom.js";
import { FIELDS } from "../core/fields.js";
import { mark } from "../core/icons.js";
import { bus } from "../core/view_store.js";
import { answerPath, source, toMap } from "./api.js";
import { star } from "./shortlist_store.js";

const form = new RegExp(`^(?:${FIELDS.find((f) => f.name === "request").pattern})$`, "u");
const oneLine = (text) => text.replace(/\s+/g, " ").trim();

export async function draw({ data, w, state }) {
  // A request too long for the address stays here; the terms read from it are in the address.
  state.make ||= { text: "", long: false };
  const held = state.make;
  if (data.request) Object.assign(held, { text: data.request, long: false });
  else if (!held.long) held.text = "";
  const a = await getJSON(
    answerPath(data, "supply", ["terms"], data.terms ? {} : { text: held.text }),
  );
  const put = (value) => {
    const before = bus.view.query;
    bus.go({ op: "put", value });
    if (bus.view.query === before) state.again();
  };
  const set = (codes) => put({ terms: codes.join("|") || "none" });
  const understand = async (text) => {
    const line = oneLine(text);
    const short = { request: line, terms: "" };
    Object.assign(held, {
      text,
      long: Boolean(line) && !(form.test(line) && bus.fits({ op: "put", value: short })),
    });
    if (!held.long) return put(short);
    const read = await getJSON(answerPath({ ...data, terms: "" }, "supply", [], { text }));
    const value = { request: "", terms: read.terms.map((t) => t.code).join("|") || "none" };
    return put(bus.fits({ op: "put", value }) ? value : { request: "", terms: "" });
  };
  const codes = a.terms.map((t) => t.code);
  const area = el("textarea", {
    rows: 4,
    maxlength: 1500,
    "data-key": "request",
    dir: "auto",
    placeholder: w["ui.make.example"],
    "aria-label": w["ui.make.text"],
    value: held.text,
  });
  return [
    el("header", { class: "kh-chead" }, [
      el("div", {}, [el("h2", { text: a.title }), el("p", { text: a.lead })]),
    ]),
    el(
      "form",
      {
        class: "kh-request",
        on: {
          submit: (e) => {
            e.preventDefault();
            understand(area.value);
          },
        },
      },
      [
        area,
        el("button", {
          type: "submit",
          class: "kh-button primary",
          "data-key": "understand",
          text: w["ui.make.read"],
        }),
      ],
    ),
    el("div", { class: "kh-terms", role: "group", "aria-label": w["ui.make.terms"] }, [
      ...a.terms.map((t) =>
        el("span", { class: "kh-chip", "data-term": t.code, title: t.said || null }, [
          el("i", { text: t.kind }),
          el("span", { dir: "auto", text: t.text }),
          el("button", {
            type: "button",
            "data-key": `term-${t.code}`,
            "aria-label": `${w["ui.make.drop"]} ${t.kind} ${t.text}`,
            text: "×",
            on: { click: () => set(codes.filter((c) => c !== t.code)) },
          }),
        ]),
      ),
      el(
        "select",
        {
          "data-key": "add-craft",
          "aria-label": w["ui.make.add"],
          on: { change: (e) => e.target.value && set([...codes, `craft:${e.target.value}`]) },
        },
        [
          el("option", { value: "", text: w["ui.make.add"] }),
          ...a.crafts
            .filter((c) => !codes.includes(`craft:${c.key}`))
            .map((c) => el("option", { value: c.key, text: c.text })),
        ],
      ),
      el("input", {
        type: "text",
        "data-key": "add-word",
        maxlength: 40,
        placeholder: w["ui.make.word"],
        "aria-label": w["ui.make.word"],
        dir: "auto",
        on: {
          keydown: (e) => {
            if (e.key === "Enter" && e.target.value.trim()) {
              e.preventDefault();
              set([...codes, `word:${e.target.value.trim()}`]);
            }
          },
        },
      }),
    ]),
    held.long
      ? el("p", { class: "kh-notice", role: "status", text: w["ui.make.not_in_link"] })
      : null,
    ...a.unsaid.map((text) => el("p", { class: "kh-quiet", role: "status", text })),
    a.empty ? el("p", { class: "kh-empty", text: a.empty }) : null,
    a.rows.length
      ? el("div", { class: "kh-pair wide" }, [
          el("section", {}, [
            el("h3", { text: a.count }),
            el(
              "ol",
              { class: "kh-sites" },
              a.rows.map((r) => line(r, w)),
            ),
          ]),
          el("section", {}, [
            a.maisons.length ? el("h3", { text: a.maisons_title }) : null,
            el(
              "ul",
              { class: "kh-lines" },
              a.maisons.map((m) =>
                el("li", {}, [
                  el(
                    "button",
                    {
                      type: "button",
                      class: "kh-lineb",
                      "data-key": `maison-${m.sel}`,
                      on: { click: () => toMap({ sel: m.sel }) },
                    },
                    [
                      mark("maison"),
                      el("b", { dir: "auto", text: m.name }),
                      el("span", { dir: "auto", text: [m.km, m.where, m.why].join(" · ") }),
                    ],
                  ),
                ]),
              ),
            ),
            a.rules.length ? el("h3", { text: a.rules_title }) : null,
            el(
              "ul",
              { class: "kh-lines" },
              a.rules.map((r) =>
                el("li", {}, [
                  el("b", { dir: "auto", lang: "fr", text: r.title }),
                  el("span", { text: r.text }),
                  source(r.href, "", w),
                ]),
              ),
            ),
          ]),
        ])
      : null,
  ];
}

function line(r, w) {
  return el("li", { "data-site": r.sel }, [
    el("div", { class: "kh-site-head" }, [
      mark(r.class, r),
      el("button", {
        type: "button",
        class: "kh-plain",
        "data-key": `site-${r.sel}`,
        dir: "auto",
        text: r.name,
        on: { click: () => toMap({ sel: r.sel }) },
      }),
      r.demo ? el("i", { class: "kh-tag-demo", text: w["ui.demo"] }) : null,
      el("b", { title: w["ui.make.points"], text: r.points }),
      star(r.sel, r.name, w),
    ]),
    el("p", {
      class: "kh-quiet",
      dir: "auto",
      text: [r.kind, r.where, r.km].filter(Boolean).join(" · "),
    }),
    el("p", { class: "kh-yes" }, [
      el("b", { text: `${w["ui.make.why"]} ` }),
      el("span", { text: r.reasons.join(" · ") }),
    ]),
    r.missing.length
      ? el("p", { class: "kh-no" }, [
          el("b", { text: `${w["ui.make.missing"]} ` }),
          el("span", { text: r.missing.join(" · ") }),
        ])
      : null,
  ]);
}
