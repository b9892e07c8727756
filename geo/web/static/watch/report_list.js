/* The reports as cards: what each says, counted by kind, market, craft and year. */

import { getJSON, words } from "../core/api.js";
import { component } from "../core/component.js";
import { el, render } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { busy, failure, settled } from "../core/loading.js";
import { marked, parts, sign } from "../core/rich_text.js";
import { bus } from "../core/view_store.js";

export default component("reports", load);

async function load(root, state) {
  state.wanted = `${state.data.filters}|${state.data.lang}`;
  const key = state.wanted;
  if (state.pages?.key !== key) state.pages = { key, more: [] };
  busy(root);
  try {
    const [answer, w] = await Promise.all([
      getJSON(`/api/watch?${state.data.filters}`),
      words(state.data),
    ]);
    if (state.wanted !== key) return;
    draw(root, state, answer, w);
    root.dataset.filters = state.data.filters;
  } catch (error) {
    const w = await words(state.data).catch(() => ({}));
    if (state.wanted === key)
      render(
        root,
        failure(error, w, () => load(root, state)),
      );
  } finally {
    if (state.wanted === key) settled(root);
  }
}

function draw(root, state, answer, w) {
  const [kinds, ...menus] = answer.facets;
  const last = state.pages.more.at(-1) || answer;
  const cards = [...answer.cards, ...state.pages.more.flatMap((page) => page.cards)];
  const more =
    last.next === null
      ? null
      : el("button", {
          type: "button",
          class: "kh-button kh-wide",
          "data-key": "more",
          text: w["ui.watch.more"],
          on: {
            click: async () => {
              const page = await getJSON(
                `/api/watch?${state.data.filters}&offset=${last.next}`,
              ).catch(() => null);
              if (!page) return;
              state.pages.more.push(page);
              draw(root, state, answer, w);
            },
          },
        });
  const chosen = state.data.sel;
  render(
    root,
    el("header", {}, [
      el("h1", {}, [
        el("span", { text: w["ui.watch.heading"] }),
        el("i", { role: "status" }, parts(`${answer.text} · ${answer.notes}`)),
        el("button", {
          type: "button",
          class: "kh-link",
          "data-key": "publish",
          text: w["ui.pub.title"],
          on: { click: toPublish },
        }),
      ]),
      kindButtons(kinds, state, w),
      el(
        "div",
        { class: "kh-menus" },
        menus.map((f) => menu(f, state, w)),
      ),
      chips(answer.chips, state, w),
    ]),
    el("div", { class: "kh-cards", "data-scroll": "cards" }, [
      answer.empty
        ? el("p", { class: "kh-empty", text: answer.empty })
        : el(
            "ul",
            {},
            cards.map((c) => el("li", {}, [card(c, chosen === c.sel, state, w)])),
          ),
      more,
      el("p", { class: "kh-note", text: answer.note }),
    ]),
  );
  if (state.shown !== chosen) {
    // the chosen card is in sight when the page opens on it
    state.shown = chosen;
    if (innerWidth > 760) root.querySelector(".kh-wcard.on")?.scrollIntoView({ block: "nearest" });
  }
}

function kindButtons(f, state, w) {
  const button = (text, count, on, act, key) =>
    el(
      "button",
      { type: "button", "aria-pressed": String(on), "data-key": key, on: { click: act } },
      [el("span", { text }), count ? el("b", { text: count }) : null],
    );
  return el(
    "div",
    { class: "kh-kinds", role: "group", "aria-label": w["ui.watch.kinds"], "data-scroll": "kinds" },
    [
      button(
        w["ui.watch.all"],
        "",
        !f.picked,
        () => state.send({ op: "clear", field: f.field }),
        "kind-all",
      ),
      ...f.values.map((v) =>
        button(
          v.label,
          v.text,
          v.picked,
          () => state.send({ op: "toggle", field: f.field, value: v.value }),
          `kind-${v.value}`,
        ),
      ),
    ],
  );
}

/* A facet as a menu that folds out: the list of reports needs the room. */
function menu(f, state, w) {
  return el(
    "details",
    {
      class: "kh-menu",
      "data-key": `menu-${f.field}`,
      "data-field": f.field,
      on: { toggle: closeOthers, keydown: closeOnEscape },
    },
    [
      el("summary", {}, [
        el("span", { text: f.label }),
        f.picked ? el("b", { class: "kh-badge", text: String(f.picked) }) : null,
      ]),
      el("div", { class: "kh-menu-box", "data-scroll": `menu-${f.field}` }, [
        ...f.values.map((v) =>
          el("label", { class: "kh-value" }, [
            el("input", {
              type: "checkbox",
              "data-key": `${f.field}-${v.value}`,
              "data-value": v.value,
              checked: v.picked,
              on: { change: () => state.send({ op: "toggle", field: f.field, value: v.value }) },
            }),
            el("span", { class: "kh-label", text: v.label }),
            el("span", { class: "kh-count", text: v.text }),
          ]),
        ),
        f.picked
          ? el("button", {
              type: "button",
              class: "kh-link",
              text: w["ui.clear"],
              on: { click: () => state.send({ op: "clear", field: f.field }) },
            })
          : null,
      ]),
    ],
  );
}

function closeOthers(event) {
  if (event.target.open)
    for (const other of event.target.parentElement.querySelectorAll("details[open]"))
      if (other !== event.target) other.open = false;
}

function closeOnEscape(event) {
  if (event.key !== "Escape" || !event.currentTarget.open) return;
  event.preventDefault();
  event.currentTarget.open = false;
  event.currentTarget.querySelector("summary").focus();
}

addEventListener("pointerdown", (event) => {
  for (const open of document.querySelectorAll(".kh-menu[open]"))
    if (!open.contains(event.target)) open.open = false;
});

/* Publishing stands under what all reports say: close the open one and go there. */
function toPublish() {
  bus.go({ op: "set", field: "sel", value: "" });
  const go = () => document.querySelector(".kh-publish")?.scrollIntoView({ block: "start" });
  if (document.querySelector(".kh-publish")) return go();
  const seen = new MutationObserver(() => {
    if (document.querySelector(".kh-publish")) {
      seen.disconnect();
      go();
    }
  });
  seen.observe(document.querySelector(".kh-watchread"), { childList: true, subtree: true });
}

function chips(list, state, w) {
  if (!list.length) return null;
  return el("p", { class: "kh-sentence" }, [
    ...list.map((c) =>
      el("span", { class: "kh-chip", dir: "auto", title: c.title || c.label }, [
        el("span", { text: c.text }),
        el(
          "button",
          {
            type: "button",
            "data-key": `chip-${c.field}-${c.value}`,
            "aria-label": `${w["ui.remove"]} ${c.label} ${c.text}`,
            on: {
              click: () =>
                state.send(
                  c.field === "q"
                    ? { op: "clear", field: "q" }
                    : { op: "toggle", field: c.field, value: c.value },
                ),
            },
          },
          [icon("close")],
        ),
      ]),
    ),
    list.length > 1
      ? el("button", {
          type: "button",
          class: "kh-link",
          "data-key": "all",
          text: w["ui.clear_all"],
          on: { click: () => state.send({ op: "clear" }) },
        })
      : null,
  ]);
}

/* The whole card opens the report; its title is the button, so that it is read as one. */
function card(c, on, state, w) {
  const open = () => state.send({ op: "set", field: "sel", value: c.sel });
  const signs = Object.entries(c.signs).map(([code, n]) => sign(code, w, String(n)));
  return el(
    "article",
    {
      class: `kh-wcard${on ? " on" : ""}`,
      "data-report": c.id,
      on: {
        click: (event) => {
          if (!event.target.closest("button, a")) open();
        },
      },
    },
    [
      el("p", { class: "kh-over" }, [
        el("b", {}, [el("bdi", { text: c.id })]),
        el("span", { text: c.when }),
        el("em", { text: c.kind }),
      ]),
      el("h2", {}, [
        el(
          "button",
          {
            type: "button",
            "data-key": `card-${c.id}`,
            "aria-current": on ? "true" : null,
            dir: "auto",
            on: { click: open },
          },
          marked(c.title),
        ),
      ]),
      c.extract ? el("blockquote", { dir: "auto", lang: "fr" }, marked(c.extract.pieces)) : null,
      el("p", { class: "kh-about" }, parts(`${c.markets} · ${c.crafts}`)),
      c.figures.length
        ? el(
            "ul",
            { class: "kh-nums" },
            c.figures.map((f) =>
              el("li", {}, [
                el("b", {}, [el("bdi", { text: f.value })]),
                el("span", { dir: "auto", text: f.label }),
              ]),
            ),
          )
        : null,
      el("p", { class: "kh-foot" }, [
        el("span", {}, parts(`${c.notes} · ${c.sources}`)),
        ...signs,
        c.doubted
          ? el("span", { class: "kh-doubted", title: w["ui.watch.doubted"] }, [
              el("span", { "aria-hidden": "true", text: "⇄" }),
              el("span", { class: "kh-unseen", text: w["ui.watch.doubted"] }),
            ])
          : null,
      ]),
    ],
  );
}
