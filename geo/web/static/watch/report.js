/* What is read: one report with its evidence chain, or what all of them say together. */

import { getJSON, words } from "../core/api.js";
import { component } from "../core/component.js";
import { el, render } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { busy, failure, settled } from "../core/loading.js";
import { marked, parts, sign, source } from "../core/rich_text.js";
import { bus } from "../core/view_store.js";
import { chainPart, walk } from "./evidence_chain.js";
import { publishPart } from "./publish.js";
import { followPart, listButton, listPart } from "./reading_list.js";

const LATEST = 12;

export default component("watchread", load);

async function load(root, state) {
  const { data } = state;
  const id = data.sel.startsWith("report:") ? data.sel.slice(7) : "";
  state.wanted = `${data.filters}|${data.lang}|${data.sel}|${data.proof}`;
  const key = state.wanted;
  busy(root);
  try {
    const path = id
      ? `/api/watch/${encodeURIComponent(id)}?${data.filters}`
      : `/api/watch?${data.filters}`;
    const [answer, w] = await Promise.all([getJSON(path), words(data)]);
    if (state.wanted !== key) return;
    state.again = () => load(root, state);
    render(root, id ? report(answer, state, w) : overview(answer, state, w));
    if (state.read !== data.sel) root.querySelector(":scope > *")?.scrollTo(0, 0);
    if (id) walk(root, answer.chain, state);
    state.read = data.sel;
    root.dataset.sel = data.sel;
  } catch (error) {
    const w = await words(data).catch(() => ({}));
    if (state.wanted === key)
      render(
        root,
        el("div", {}, [id ? back(state, w) : null, failure(error, w, () => load(root, state))]),
      );
  } finally {
    if (state.wanted === key) settled(root);
  }
}

const back = (state, w) =>
  el(
    "button",
    {
      type: "button",
      class: "kh-link kh-back",
      "data-key": "back",
      on: { click: () => state.send({ op: "set", field: "sel", value: "" }) },
    },
    [icon(state.data.dir === "rtl" ? "right" : "left"), el("span", { text: w["ui.watch.back"] })],
  );

/* ------------------------------------------------------------------ one report */

function report(a, state, w) {
  const file = (text, kind, more) => {
    const query = new URLSearchParams({ ids: a.id, lang: state.data.lang, ...more });
    return el("a", { class: "kh-button", download: true, href: `/watch.${kind}?${query}` }, [
      el("span", { text }),
      icon("download"),
    ]);
  };
  const picked = state.data.report.includes(a.id);
  return el(
    "article",
    { class: "kh-open-report", "aria-labelledby": "kh-read-title", "data-scroll": `read-${a.id}` },
    [
      el("header", {}, [
        back(state, w),
        el("p", { class: "kh-over" }, [
          el("b", {}, [el("bdi", { text: a.id })]),
          el("span", { text: a.when }),
          el("em", { text: a.kind }),
        ]),
        el("h2", { id: "kh-read-title", dir: "auto", tabindex: "-1" }, marked(a.title)),
        el("div", { class: "kh-row" }, [
          el("button", {
            type: "button",
            class: "kh-button",
            "data-key": "filter",
            "aria-pressed": String(picked),
            text: w["ui.watch.filter"],
            on: { click: () => state.send({ op: "toggle", field: "report", value: a.id }) },
          }),
          file(w["ui.watch.export_a4"], "pdf", {}),
          file(w["ui.watch.export_slide"], "pptx", {}),
          listButton(a, state, w),
          a.original
            ? el(
                "a",
                {
                  class: "kh-button",
                  download: true,
                  href: `/watch/original/${encodeURIComponent(a.id)}`,
                },
                [el("span", { text: w["ui.pub.original"] }), icon("download")],
              )
            : null,
        ]),
      ]),
      el("div", { class: "kh-columns" }, [
        el("div", { class: "kh-text" }, [
          ...a.notes.map((n) => note(n, w)),
          facts(a, w),
          signals(a.signals, w),
          doubts(a.doubts, state, w),
          relatedPart(a.related, state, w),
          el("p", { class: "kh-note", text: a.note }),
        ]),
        chainPart(a, state, w),
      ]),
    ],
  );
}

function note(n, w) {
  return el("section", { class: "kh-wnote", "data-note": n.id }, [
    el("h3", { dir: "auto", lang: "fr", "data-address": `${n.id}.0` }, [...marked(n.title)]),
    el("p", { class: "kh-over" }, [
      el("b", {}, [el("bdi", { text: n.id })]),
      n.date ? el("span", { text: n.date }) : null,
    ]),
    el(
      "p",
      { class: "kh-said-text", dir: "auto", lang: "fr" },
      n.sentences.flatMap((s, i) => [
        i ? " " : null,
        el("span", { "data-address": s.address }, marked(s.pieces)),
      ]),
    ),
    n.figures.length
      ? el(
          "ul",
          { class: "kh-nums", "aria-label": w["ui.watch.figures"] },
          n.figures.map((f) =>
            el("li", { "data-address": f.address }, [
              el("b", {}, [el("bdi", { text: f.value })]),
              el("span", { dir: "auto", text: f.label }),
            ]),
          ),
        )
      : null,
    n.sources.length
      ? el(
          "ul",
          { class: "kh-srcs", "aria-label": w["ui.sources"] },
          n.sources.map((s) => source(s, w)),
        )
      : null,
  ]);
}

function facts(a, w) {
  const rows = [
    ["ui.watch.markets", a.markets],
    ["ui.watch.crafts", a.crafts],
    ["ui.watch.organisations", a.organisations.join(" · ")],
    ["ui.watch.places", a.places],
  ].filter(([, text]) => text);
  return el(
    "dl",
    { class: "kh-wfacts" },
    rows.flatMap(([key, text]) => [el("dt", { text: w[key] }), el("dd", {}, parts(text))]),
  );
}

function signals(list, w) {
  if (!list.length) return null;
  return el("section", { class: "kh-signals" }, [
    el("h3", { text: w["ui.watch.signals"] }),
    el("p", { class: "kh-hint", text: w["ui.watch.signals_lead"] }),
    el(
      "ul",
      {},
      list.map((s) =>
        el("li", {}, [
          sign(s.sign, w),
          el("b", {}, [el("bdi", { text: s.value })]),
          el("span", {}, parts([s.about, s.period].filter(Boolean).join(" · "))),
        ]),
      ),
    ),
  ]);
}

function doubts(list, state, w) {
  if (!list.length) return null;
  const side = (s) =>
    el(
      "button",
      {
        type: "button",
        class: "kh-claim",
        "data-key": `doubt-${s.report}-${s.address}`,
        "data-report": s.report,
        on: { click: () => state.send({ op: "set", field: "sel", value: s.sel }) },
      },
      [
        sign(s.sign, w),
        el("b", {}, [el("bdi", { text: s.value })]),
        el("span", { dir: "auto", text: s.title }),
        el("i", {}, parts([s.report, s.date, s.period].filter(Boolean).join(" · "))),
      ],
    );
  return el("section", { class: "kh-doubts" }, [
    el("h3", { text: w["ui.watch.doubts"] }),
    el("p", { class: "kh-hint", text: w["ui.watch.doubts_lead"] }),
    ...list.map((d) =>
      el("div", { class: "kh-doubt" }, [
        el("p", {}, parts(d.about)),
        el("div", { class: "kh-sides" }, d.sides.map(side)),
      ]),
    ),
  ]);
}

function relatedPart(list, state, w) {
  if (!list.length) return null;
  return el("section", { class: "kh-related" }, [
    el("h3", { text: w["ui.watch.related"] }),
    el(
      "ul",
      {},
      list.map((r) =>
        el("li", {}, [
          el(
            "button",
            {
              type: "button",
              class: "kh-rel",
              "data-key": `rel-${r.id}`,
              on: { click: () => state.send({ op: "set", field: "sel", value: r.sel }) },
            },
            [
              el("b", { dir: "auto", text: r.title }),
              el("i", {}, parts(`${r.id} · ${r.when}`)),
              el("em", {}, parts(r.why)),
            ],
          ),
        ]),
      ),
    ),
  ]);
}

/* ------------------------------------------------------------------ all of them */

function overview(a, state, w) {
  return el("div", { class: "kh-open-report kh-overview", "data-scroll": "overview" }, [
    el("p", { class: "kh-lead", text: w["ui.watch.choose"] }),
    el("div", { class: "kh-columns" }, [
      el("div", { class: "kh-text" }, [
        timeline(a.timeline, w),
        doubts(a.doubts, state, w),
        followPart(state, w),
        publishPart(state, w),
      ]),
      el("div", {}, [listPart(state, w), latest(a.signals, w)]),
    ]),
  ]);
}

function timeline(years, w) {
  if (!years.length) return null;
  const most = Math.max(...years.map((y) => y.n));
  return el("section", { class: "kh-timeline" }, [
    el("h3", { text: w["ui.watch.timeline"] }),
    el(
      "ol",
      {},
      years.map((y) => {
        const bar = el("span", {
          class: "kh-yearbar",
          title: w["ui.watch.timeline_bar"].replace("{year}", y.year).replace("{n}", y.n),
        });
        bar.style.setProperty("--n", y.n / most);
        return el("li", {}, [
          el("b", { text: y.n ? String(y.n) : "" }),
          bar,
          el("i", { text: String(y.year) }),
        ]);
      }),
    ),
  ]);
}

function latest(list, w) {
  if (!list.length) return null;
  return el("section", { class: "kh-signals" }, [
    el("h3", { text: w["ui.watch.signals"] }),
    el("p", { class: "kh-hint", text: w["ui.watch.signals_lead"] }),
    el(
      "ul",
      {},
      list.slice(0, LATEST).map((s) =>
        el("li", {}, [
          sign(s.sign, w),
          el("b", {}, [el("bdi", { text: s.value })]),
          el("span", {}, parts(`${s.about} · ${s.period}`)),
          el("button", {
            type: "button",
            class: "kh-link",
            "data-key": `sig-${s.report}-${s.address}`,
            text: s.report,
            on: { click: () => bus.go({ op: "set", field: "sel", value: s.sel }) },
          }),
        ]),
      ),
    ),
  ]);
}
