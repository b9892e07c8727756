/* What is around the place: the alert first, the facilities by distance, national coverage. */
import { getJSON, words } from "../core/api.js";
import { component } from "../core/component.js";
import { el, render } from "../core/dom.js";
import { mark } from "../core/icons.js";
import { pageLink } from "../core/links.js";
import { busy, failure, settled } from "../core/loading.js";
import { facility } from "./facility_icon.js";

const ask = (data) => [data.filters, data.locate].filter(Boolean).join("&");

export default component("around", load);

async function load(root, state) {
  const { data } = state;
  state.wanted = `${ask(data)}|${data.sel}|${data.lang}`;
  const key = state.wanted;
  busy(root);
  try {
    const [near, cover, w] = await Promise.all([
      getJSON(`/api/near?${ask(data)}`),
      getJSON(`/api/coverage?${ask(data)}`),
      words(data),
    ]);
    const picked = await chosen(near, data);
    if (state.wanted !== key) return;
    render(
      root,
      el(
        "article",
        { "data-scroll": `${data.place}|${data.lang}`, tabindex: "-1" },
        content(near, cover, picked, w, state),
      ),
    );
    root.dataset.place = data.place;
    root.dataset.sel = data.sel;
    document.body.dataset.khSel = "";
    if (state.sel !== data.sel)
      root.querySelector(".kh-stop.on")?.scrollIntoView({ block: "nearest" });
    state.sel = data.sel;
  } catch (error) {
    const w = await words(data).catch(() => ({}));
    if (state.wanted === key)
      render(root, el("article", {}, [failure(error, w, () => load(root, state))]));
  } finally {
    if (state.wanted === key) settled(root);
  }
}

/* A facility picked on the map that is not in the list: its name and facts, from its own sheet. */
async function chosen(near, { sel, filters }) {
  if (!sel.startsWith("site:") || near.items.some((item) => item.sel === sel)) return null;
  return getJSON(`/api/entity/site/${encodeURIComponent(sel.slice(5))}?${filters}`).catch(
    () => null,
  );
}

function content(near, cover, picked, w, state) {
  const place = near.place;
  return [
    el("header", {}, [
      el("p", { class: "kh-over", text: place ? w["ui.around"] : "" }),
      el("h2", { tabindex: "-1" }, [
        el("span", { dir: "auto", text: place ? place.name : near.title }),
      ]),
      place ? el("p", { class: "kh-under", text: place.sub }) : null,
      place
        ? el("p", { class: "kh-code" }, [
            `${w["ui.plus_code"]} `,
            el("bdi", { dir: "ltr", text: place.code }),
          ])
        : null,
    ]),
    near.sheet
      ? el("p", {}, [
          el("a", {
            href: `/sheet/${near.sheet.code}?${state.data.query}`,
            target: "_blank",
            rel: "noopener",
            text: near.sheet.text,
          }),
        ])
      : null,
    place?.credit ? el("p", { class: "kh-small kh-credit", text: place.credit }) : null,
    place?.note ? el("p", { class: "kh-note", text: place.note }) : null,
    near.alert ? alert(near.alert, state) : null,
    picked ? sheet(picked, w, state) : null,
    place
      ? el("section", { "data-section": "near", "aria-label": near.title }, [
          el("h3", {}, [el("span", { text: near.title }), el("i", { text: w["ui.crow"] })]),
          near.items.length
            ? el(
                "ol",
                {},
                near.items.map((item) => stop(item, w, state)),
              )
            : el("p", { class: "kh-empty", text: near.empty }),
          near.unplaced ? el("p", { class: "kh-small", text: near.unplaced }) : null,
          near.reachable ? reach(w, state) : null,
        ])
      : el("p", { class: "kh-lead", text: near.empty }),
    national(cover),
    cover.uncovered.length ? lacking(cover, w, state) : null,
    place
      ? el("p", { class: "kh-small kh-method" }, [
          near.method,
          " ",
          !near.source
            ? null
            : el("a", {
                href: near.source,
                target: "_blank",
                rel: "noopener noreferrer",
                text: w["ui.factor_source"],
              }),
        ])
      : null,
  ];
}

function alert(a, state) {
  return el("div", { class: `kh-alert ${a.tone}`, role: "status" }, [
    el("b", { text: a.title }),
    a.text ? el("span", { text: a.text }) : null,
    ...a.actions.map((action) =>
      el("button", {
        type: "button",
        class: "kh-button",
        "data-key": `meant-${action.place}`,
        text: action.text,
        on: { click: () => state.send({ op: "set", field: "place", value: action.place }) },
      }),
    ),
  ]);
}

function stop(item, w, state) {
  const on = item.sel === state.data.sel;
  return el("li", { class: `kh-stop${on ? " on" : ""}` }, [
    el(
      "button",
      {
        type: "button",
        class: "kh-item",
        "data-key": item.sel,
        "aria-pressed": String(on),
        on: { click: () => state.send({ op: "set", field: "sel", value: on ? "" : item.sel }) },
      },
      [
        facility({ form: item.form, status: item.state, demo: item.demo }),
        el("b", { dir: "auto", text: item.name }),
        el("b", { class: "kh-away", text: item.distance }),
        el("i", {}, parts([item.kind, item.status, item.town])),
        el("i", { class: "kh-away", text: item.road }),
        el("span", { class: "kh-crafts" }, parts(item.does)),
        el("em", {}, parts(item.known)),
      ],
    ),
    el("p", { class: "kh-ways" }, [
      el("span", { class: "kh-unseen", text: `${w["ui.directions"]} ` }),
      ...item.links.map((l, i) =>
        el("a", {
          href: l.href,
          target: i ? "_blank" : null,
          rel: "noopener noreferrer",
          text: l.text,
          "aria-label": `${w["ui.directions"]}, ${l.text} : ${item.name}`,
        }),
      ),
      item.phone
        ? el("a", {
            href: `tel:${item.phone.replace(/[^+0-9]/g, "")}`,
            dir: "ltr",
            text: item.phone,
          })
        : null,
      pageLink(item.contact, { text: w["ui.source_page"] }),
    ]),
  ]);
}

/* Areas by road, when a server gives them and the reader asks: they may take seconds. */
function reach(w, state) {
  const { data } = state;
  const box = el("div", { class: "kh-reach", "data-reach": "" });
  if (data.reach === "yes") {
    getJSON(`/api/reach?${ask(data)}`)
      .then((answer) => {
        render(
          box,
          el(
            "ul",
            {},
            answer.bands.map((b) =>
              el("li", {}, [
                el("b", { text: b.label }),
                el("span", {}, parts([b.people, b.sites])),
              ]),
            ),
          ),
          el("p", { class: "kh-small", role: "status", text: answer.note }),
        );
        box.dataset.reach = String(answer.bands.length);
      })
      .catch(() =>
        render(box, el("p", { class: "kh-small", role: "alert", text: w["ui.failed"] })),
      );
  }
  return el("div", {}, [
    el("label", { class: "kh-check" }, [
      el("input", {
        type: "checkbox",
        role: "switch",
        "data-key": "reach",
        checked: data.reach === "yes",
        on: {
          change: (e) =>
            state.send({ op: "set", field: "reach", value: e.target.checked ? "yes" : "no" }),
        },
      }),
      el("span", { text: w["ui.reach"] }),
    ]),
    box,
  ]);
}

function sheet(a, w, state) {
  return el("section", { class: "kh-picked", "data-section": "picked", "aria-label": a.title }, [
    el("h3", {}, [
      mark(a.class, { open: !a.tags.some((t) => t.tone === "closed"), demo: a.demo }),
      el("span", { dir: "auto", text: a.title }),
    ]),
    el("p", { class: "kh-small" }, parts([...a.tags.map((t) => t.text), a.subtitle])),
    el(
      "dl",
      {},
      a.facts
        .slice(0, 8)
        .flatMap((f) => [el("dt", { text: f.label }), el("dd", { text: f.value })]),
    ),
    el("div", { class: "kh-row" }, [
      el("button", {
        type: "button",
        class: "kh-button",
        "data-key": "start-here",
        text: w["ui.start_here"],
        on: { click: () => state.send({ op: "set", field: "place", value: state.data.sel }) },
      }),
      el("button", {
        type: "button",
        class: "kh-link",
        "data-key": "unpick",
        text: w["ui.close"],
        on: { click: () => state.send({ op: "set", field: "sel", value: "" }) },
      }),
    ]),
  ]);
}

function national(cover) {
  return el("section", { "data-section": "coverage", "aria-label": cover.title }, [
    el("h3", { text: cover.title }),
    el("p", { class: "kh-small", text: cover.lead }),
    el(
      "ul",
      { class: "kh-bars" },
      cover.totals.map((t) =>
        el("li", { class: t.chosen ? "on" : "" }, [
          el("span", { text: t.label }),
          el("span", { class: "kh-bar", "aria-hidden": "true" }, [
            el("span", { style: `inline-size:${(t.share * 100).toFixed(1)}%` }),
          ]),
          el("b", { text: t.text }),
        ]),
      ),
    ),
    cover.gain ? el("p", { class: "kh-gain", text: cover.gain }) : null,
    cover.demo ? el("p", { class: "kh-demo-said", text: cover.demo }) : null,
    el("p", { class: "kh-small", text: cover.unplaced }),
  ]);
}

function lacking(cover, w, state) {
  return el("section", { "data-section": "lacking", "aria-label": w["ui.tab.missing"] }, [
    el("h3", { text: w["ui.tab.missing"] }),
    el("p", { class: "kh-small", text: cover.lacking }),
    el(
      "ul",
      { class: "kh-lacking" },
      cover.uncovered.slice(0, 6).map((u) =>
        el("li", {}, [
          el(
            "button",
            {
              type: "button",
              class: "kh-item",
              "data-key": `lack-${u.code}`,
              on: { click: () => state.send({ op: "set", field: "place", value: u.ref }) },
            },
            [
              el("b", { dir: "auto", text: u.name }),
              el("i", { text: u.people }),
              el("b", { class: "kh-num", text: u.distance }),
            ],
          ),
        ]),
      ),
    ),
  ]);
}

/* Each part keeps its own reading order. */
const parts = (texts) =>
  texts.filter(Boolean).flatMap((text, i) => [i ? " · " : null, el("bdi", { text })]);
