/* The docked panel: everything known about one thing, and what it is linked to. */

import { apply, write } from "../core/address.js";
import { getJSON, words } from "../core/api.js";
import { component } from "../core/component.js";
import { el, render } from "../core/dom.js";
import { save } from "../core/download.js";
import { icon, mark } from "../core/icons.js";
import { linkText, pageLink } from "../core/links.js";
import { busy, failure, settled } from "../core/loading.js";
import { parts } from "../core/rich_text.js";
import { bus } from "../core/view_store.js";

const SWIPE_PX = 40;

/* Where Enter or Space was last pressed, until the reader does something else: an opening by
   keyboard takes the focus along, a click does not. */
let pressedOn = null;
addEventListener(
  "pointerdown",
  () => {
    pressedOn = null;
  },
  true,
);
addEventListener(
  "keydown",
  (event) => {
    pressedOn = event.key === "Enter" || event.key === " " ? event.target : null;
  },
  true,
);

export default component("card", load);

async function load(root, state) {
  const { data } = state;
  const cut = data.sel.indexOf(":");
  const [kind, id] =
    cut < 0 ? ["overview", "all"] : [data.sel.slice(0, cut), data.sel.slice(cut + 1)];
  state.wanted = `${data.lang}|${data.filters}|${data.sel}`;
  const key = state.wanted;
  const opened = data.sel && data.sel !== state.sel ? pressedOn : null;
  if (data.sel !== state.sel) delete document.body.dataset.khSheet;
  state.sel = data.sel;
  document.body.dataset.khSel = data.sel ? "1" : "";
  closeOnEscape(root, state);
  busy(root);
  try {
    const [answer, w] = await Promise.all([
      getJSON(`/api/entity/${kind}/${encodeURIComponent(id)}?${data.filters}`),
      words(data),
    ]);
    if (state.wanted !== key) return;
    show(root, state, content(answer, w, state));
    if (opened) takeFocus(root, state, opened);
  } catch (error) {
    const w = await words(data).catch(() => ({}));
    if (state.wanted !== key) return;
    show(root, state, [
      el("header", {}, [data.sel ? grab(w) : null, data.sel ? closer(w, state) : null]),
      failure(error, w, () => load(root, state)),
    ]);
  } finally {
    if (state.wanted === key) settled(root);
  }
}

function show(root, state, nodes) {
  render(
    root,
    el(
      "article",
      { "aria-labelledby": "kh-card-title", "data-scroll": `${state.data.sel}|${state.data.lang}` },
      nodes,
    ),
  );
  root.dataset.sel = state.data.sel;
  root.dataset.filters = state.data.filters;
}

/* ------------------------------------------------------------------ opening and closing */

function close(state) {
  state.send({ op: "set", field: "sel", value: "" });
  const back = state.back;
  state.back = null;
  if (back?.isConnected) back.focus({ preventScroll: true });
}

function takeFocus(root, state, from) {
  if (!root.contains(from)) state.back = from;
  root.querySelector("h2").focus({ preventScroll: true });
}

/* Anywhere on the page, except where Escape already means something. */
function closeOnEscape(root, state) {
  if (state.listening) return;
  state.listening = true;
  document.addEventListener("keydown", function onKey(event) {
    if (!root.isConnected) return document.removeEventListener("keydown", onKey);
    if (event.key !== "Escape" || event.defaultPrevented || !state.data.sel) return;
    if (
      event.target.closest?.(
        "input, textarea, select, [contenteditable], [role=dialog], [role=listbox]",
      )
    )
      return;
    close(state);
  });
}

function closer(w, state) {
  return el(
    "button",
    {
      type: "button",
      class: "kh-close",
      "data-key": "close",
      "aria-label": w["ui.close"],
      title: w["ui.close"],
      on: { click: () => close(state) },
    },
    [icon("close")],
  );
}

/* The handle of the phone's sheet: press or pull up for the whole height, pull down to close. */
function grab(w) {
  const tall = () => document.body.dataset.khSheet === "tall";
  const size = (on) => {
    if (on) document.body.dataset.khSheet = "tall";
    else delete document.body.dataset.khSheet;
    handle.setAttribute("aria-expanded", String(on));
  };
  let from = null;
  let pulled = false;
  const handle = el("button", {
    type: "button",
    class: "kh-grab",
    "data-key": "grab",
    "aria-label": w["ui.sheet"],
    "aria-expanded": String(tall()),
    on: {
      pointerdown: (event) => {
        from = event.clientY;
        pulled = false;
        handle.setPointerCapture(event.pointerId);
      },
      pointerup: (event) => {
        const by = from === null ? 0 : event.clientY - from;
        from = null;
        pulled = Math.abs(by) > SWIPE_PX;
        if (!pulled) return;
        if (by < 0) size(true);
        else if (tall()) size(false);
        else handle.parentElement.querySelector(".kh-close").click();
      },
      pointercancel: () => {
        from = null;
      },
      click: () => {
        if (!pulled) size(!tall());
        pulled = false;
      },
    },
  });
  return handle;
}

/* ------------------------------------------------------------------ content */

function content(a, w, state) {
  const open = !a.tags.some((t) => t.tone === "closed");
  return [
    el("header", {}, [
      state.data.sel ? grab(w) : null,
      state.data.sel ? closer(w, state) : null,
      a.subtitle ? el("p", { class: "kh-over" }, parts(a.subtitle)) : null,
      el("h2", { id: "kh-card-title", tabindex: "-1" }, [
        a.class === "overview" ? null : mark(a.class, { open, demo: a.demo }),
        el("span", { dir: "auto", text: a.title }),
      ]),
    ]),
    a.tags.length
      ? el(
          "ul",
          { class: "kh-tags" },
          a.tags.map((t) => el("li", { class: `kh-tag ${t.tone}`, text: t.text })),
        )
      : null,
    a.lead
      ? el("p", { class: "kh-lead", dir: "auto", lang: a.lead_lang || null, text: a.lead })
      : null,
    a.filter
      ? el("button", {
          type: "button",
          class: "kh-button kh-wide",
          "data-key": "filter",
          "aria-pressed": String(a.filter.picked),
          text: a.filter.text,
          on: {
            click: () => state.send({ op: "toggle", field: a.filter.field, value: a.filter.value }),
          },
        })
      : null,
    a.kind === "report"
      ? el("button", {
          type: "button",
          class: "kh-link",
          "data-key": "read",
          text: w["ui.watch.read"],
          on: { click: () => bus.visit("/veille", bus.view.query) },
        })
      : null,
    a.kind === "market"
      ? el("button", {
          type: "button",
          class: "kh-link",
          "data-key": "to-markets",
          text: w["ui.market.page"],
          on: {
            click: () =>
              bus.visit("/marches", write(apply(bus.view, { op: "clear", field: "show" }))),
          },
        })
      : null,
    a.calendar
      ? el("button", {
          type: "button",
          class: "kh-button kh-wide",
          "data-key": "calendar",
          text: a.calendar.text,
          on: { click: () => save(a.calendar.file, a.calendar.ics, "text/calendar") },
        })
      : null,
    a.facts.length
      ? el(
          "dl",
          {},
          a.facts.flatMap((f) => [
            el("dt", { text: f.label }),
            el("dd", {}, [link(f.href, f.value, w)]),
          ]),
        )
      : null,
    ...a.sections.map((s) => section(s, state)),
    a.sources.length
      ? el("section", { class: "kh-sources" }, [
          el("h3", { text: w["ui.sources"] }),
          el(
            "ul",
            {},
            a.sources.map((s) =>
              el("li", {}, [link(s.href, s.text, w), s.date ? el("i", { text: s.date }) : null]),
            ),
          ),
        ])
      : null,
    a.note ? el("p", { class: "kh-note", text: a.note }) : null,
  ];
}

function link(href, text, w) {
  return pageLink(href, {}, linkText(text, w)) || el("span", {}, parts(text));
}

function section(s, state) {
  const follow =
    s.more &&
    (s.more.field
      ? {
          op: "put",
          value: { [s.more.field]: [s.more.value], ...(s.more.tab ? { tab: s.more.tab } : {}) },
        }
      : { op: "set", field: "tab", value: s.more.tab });
  return el("section", { "data-section": s.key, "aria-label": s.title }, [
    el("h3", {}, [el("span", { text: s.title }), el("i", { text: s.text })]),
    s.rows.length
      ? el(
          "ul",
          {},
          s.rows.map((row) => el("li", {}, [item(row, s, state)])),
        )
      : el("p", { class: "kh-empty", text: s.empty }),
    follow
      ? el("button", {
          type: "button",
          class: "kh-link",
          "data-key": `more-${s.key}`,
          text: s.more.text,
          on: { click: () => state.send(follow) },
        })
      : null,
  ]);
}

/* The linking sentence is in the reader's language, except in notes, which are quoted. */
function item(row, s, state) {
  const quoted = row.class === "note" ? "fr" : null;
  const inside = [
    mark(row.class, row),
    el("span", {}, [
      el("b", { dir: "auto", lang: quoted, text: row.title }),
      row.sub ? el("i", {}, parts(row.sub)) : null,
      row.why
        ? quoted
          ? el("em", { dir: "auto", lang: quoted, text: row.why })
          : el("em", {}, parts(row.why))
        : null,
    ]),
  ];
  if (!row.sel) return el("div", { class: "kh-item" }, inside);
  return el(
    "button",
    {
      type: "button",
      class: "kh-item",
      "data-key": `${s.key}-${row.sel}`,
      on: { click: () => state.send({ op: "set", field: "sel", value: row.sel }) },
    },
    inside,
  );
}
