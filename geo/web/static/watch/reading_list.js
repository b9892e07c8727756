/* What this browser keeps for its reader: a list of reports to read together, views to follow. */

import { el } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { bus } from "../core/view_store.js";

const READING = "kharita.reading";
const FOLLOWED = "kharita.followed";
const MOST = 40;
const DAY_MS = 86_400_000;
const MONTH_DAYS = 90;

/* What was kept may be anything: only what has the right shape counts. */
function kept(key, good) {
  try {
    const list = JSON.parse(localStorage.getItem(key) || "[]");
    return Array.isArray(list) ? list.filter(good).slice(0, MOST) : [];
  } catch {
    return [];
  }
}

function keep(key, list) {
  try {
    localStorage.setItem(key, JSON.stringify(list.slice(0, MOST)));
  } catch {
    /* a browser that keeps nothing still shows the page */
  }
}

const reports = () =>
  kept(READING, (r) => typeof r?.id === "string" && typeof r?.title === "string");
const followed = () =>
  kept(FOLLOWED, (f) => typeof f?.query === "string" && typeof f?.name === "string");

/* ------------------------------------------------------------------ reading list */

export function listButton(a, state, w) {
  const held = reports().some((r) => r.id === a.id);
  return el("button", {
    type: "button",
    class: "kh-button",
    "data-key": "list",
    "aria-pressed": String(held),
    text: w[held ? "ui.watch.list_remove" : "ui.watch.list_add"],
    on: {
      click: () => {
        const others = reports().filter((r) => r.id !== a.id);
        keep(
          READING,
          held ? others : [...others, { id: a.id, title: a.title.map((p) => p[0]).join("") }],
        );
        state.again();
      },
    },
  });
}

export function listPart(state, w) {
  const list = reports();
  if (!list.length) return null;
  const change = (next) => {
    keep(READING, next);
    state.again();
  };
  const moved = (i, by) => {
    const next = [...list];
    next.splice(i + by, 0, ...next.splice(i, 1));
    change(next);
  };
  const small = (word, name, i, act, off) =>
    el(
      "button",
      {
        type: "button",
        class: "kh-small",
        "data-key": `${name}-${list[i].id}`,
        "aria-label": w[word].replace("{id}", list[i].id),
        disabled: off,
        on: { click: act },
      },
      [icon(name)],
    );
  const query = new URLSearchParams({ ids: list.map((r) => r.id).join(), lang: state.data.lang });
  return el("section", { class: "kh-list-part" }, [
    el("h3", {}, [
      el("span", { text: w["ui.watch.list"] }),
      el("i", { text: String(list.length) }),
    ]),
    el("p", { class: "kh-hint", text: w["ui.watch.list_lead"] }),
    el(
      "ol",
      {},
      list.map((r, i) =>
        el("li", {}, [
          el("button", {
            type: "button",
            class: "kh-link",
            dir: "auto",
            text: r.title,
            on: { click: () => state.send({ op: "set", field: "sel", value: `report:${r.id}` }) },
          }),
          small("ui.watch.up", "up", i, () => moved(i, -1), i === 0),
          small("ui.watch.down", "down", i, () => moved(i, 1), i === list.length - 1),
          small("ui.watch.drop", "close", i, () => change(list.filter((_, j) => j !== i)), false),
        ]),
      ),
    ),
    el(
      "a",
      {
        class: "kh-button kh-primary",
        download: true,
        href: `/watch.pdf?${query}`,
      },
      [el("span", { text: w["ui.watch.list_pdf"] }), icon("download")],
    ),
  ]);
}

/* ------------------------------------------------------------------ following */

const day = (date) => date.toISOString().slice(0, 10);

export function followPart(state, w) {
  const { filters, lang } = state.data;
  state.since ??= day(new Date(Date.now() - MONTH_DAYS * DAY_MS));
  const where = (kind, query, since, more = {}) => {
    const params = new URLSearchParams(query);
    for (const [key, value] of Object.entries({ lang, ...(since ? { since } : {}), ...more }))
      params.set(key, value);
    return `/digest.${kind}?${params}`;
  };
  const links = (query, since) => [
    el("a", {
      href: where("html", query, since),
      target: "_blank",
      rel: "noopener",
      text: w["ui.watch.follow_page"],
    }),
    el("a", {
      href: where("atom", query, since),
      target: "_blank",
      rel: "noopener",
      text: w["ui.watch.follow_atom"],
    }),
    el("a", {
      href: where("html", query, since, { download: "1" }),
      download: true,
      text: w["ui.watch.follow_mail"],
    }),
  ];
  const here = el("p", { class: "kh-digests" }, links(filters, state.since));
  const date = el("input", {
    type: "date",
    "data-key": "since",
    value: state.since,
    on: {
      change: (e) => {
        state.since = e.target.value;
        here.replaceChildren(...links(filters, state.since));
      },
    },
  });
  const name = () =>
    [...document.querySelectorAll(".kh-reports .kh-chip > span")]
      .map((n) => n.textContent)
      .join(" · ") || w["ui.watch.follow_everything"];
  const list = followed();
  const known = list.some((f) => f.query === filters);
  return el("section", { class: "kh-follow" }, [
    el("h3", { text: w["ui.watch.follow"] }),
    el("p", { class: "kh-hint", text: w["ui.watch.follow_lead"] }),
    el("div", { class: "kh-row" }, [
      el("label", {}, [el("span", { text: w["ui.watch.follow_since"] }), date]),
      el("button", {
        type: "button",
        class: "kh-button",
        "data-key": "follow",
        disabled: known,
        text: w["ui.watch.follow_keep"],
        on: {
          click: () => {
            keep(FOLLOWED, [{ query: filters, name: name(), seen: day(new Date()) }, ...list]);
            state.again();
          },
        },
      }),
    ]),
    here,
    list.length
      ? el(
          "ul",
          { "aria-label": w["ui.watch.follow_kept"] },
          list.map((f, i) =>
            el("li", {}, [
              el("button", {
                type: "button",
                class: "kh-link",
                dir: "auto",
                "data-key": `go-${i}`,
                text: f.name,
                on: { click: () => bus.open(`v=1&${f.query}`) },
              }),
              // What is new since it was kept, or since the page of news was last opened from here.
              el("a", {
                href: where("html", f.query, f.seen),
                target: "_blank",
                rel: "noopener",
                text: w["ui.watch.follow_page"],
                on: {
                  click: () =>
                    keep(
                      FOLLOWED,
                      followed().map((g) =>
                        g.query === f.query ? { ...g, seen: day(new Date()) } : g,
                      ),
                    ),
                },
              }),
              el(
                "button",
                {
                  type: "button",
                  class: "kh-small",
                  "data-key": `unfollow-${i}`,
                  "aria-label": w["ui.watch.drop"].replace("{id}", f.name),
                  on: {
                    click: () => {
                      keep(
                        FOLLOWED,
                        list.filter((_, j) => j !== i),
                      );
                      state.again();
                    },
                  },
                },
                [icon("close")],
              ),
            ]),
          ),
        )
      : null,
  ]);
}
