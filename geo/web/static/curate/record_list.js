/* The records one by one: find one, correct it, place it, see what was done to it before. */

import { getJSON } from "../core/api.js";
import { debounce, el } from "../core/dom.js";
import { icon, mark } from "../core/icons.js";
import { bus } from "../core/view_store.js";
import { formPart, KIND } from "./record_form.js";

const TABS = ["buyers", "sites", "maisons", "fairs", "markets"];
const COLLECTION = Object.fromEntries(
  Object.entries(KIND).map(([collection, kind]) => [kind, collection]),
);
const kindOf = (tab) => KIND[tab] || KIND.sites; // maisons are sites
const WAIT_MS = 200;

export async function draw({ data, w, state }) {
  const cut = data.sel.indexOf(":");
  const [kind, id] = cut > 0 ? [data.sel.slice(0, cut), data.sel.slice(cut + 1)] : ["", ""];
  state.records ??= { tab: "buyers", q: "", fresh: "" };
  const held = state.records;
  if (COLLECTION[kind] && !TABS.some((tab) => tab === held.tab && kindOf(tab) === kind))
    held.tab = COLLECTION[kind];
  const wanted = held.fresh
    ? [held.fresh, "new"]
    : COLLECTION[kind]
      ? [COLLECTION[kind], id]
      : null;
  const [list, form] = await Promise.all([
    listed(data, held),
    wanted && formPart(...wanted, { data, w, state, held }),
  ]);
  return [
    el("div", { class: "kh-records" }, [
      el("section", { class: "kh-finder" }, [
        picker(held, state, w),
        el("div", { class: "kh-row" }, [
          search(held, state, w),
          el(
            "button",
            {
              type: "button",
              class: "kh-button",
              "data-key": "new",
              disabled: held.tab === "markets",
              on: {
                click: () => {
                  held.fresh = COLLECTION[kindOf(held.tab)];
                  state.again();
                },
              },
            },
            [icon("plus"), el("span", { text: w["ui.records.new"] })],
          ),
        ]),
        rows(list, data, held, w),
      ]),
      el(
        "section",
        { class: "kh-sheet" },
        form || [el("p", { class: "kh-empty", text: w["ui.records.choose"] })],
      ),
    ]),
  ];
}

function picker(held, state, w) {
  return el(
    "div",
    { class: "kh-switch", role: "group", "aria-label": w["ui.book.records"] },
    TABS.map((tab) =>
      el("button", {
        type: "button",
        "data-key": `of-${tab}`,
        "aria-pressed": String(tab === held.tab),
        text: w[`ui.tab.${tab}`],
        on: {
          click: () => {
            Object.assign(held, { tab, q: "", fresh: "" });
            state.again();
          },
        },
      }),
    ),
  );
}

function search(held, state, w) {
  const look = debounce(() => state.again(), WAIT_MS);
  return el("input", {
    type: "search",
    class: "kh-quick",
    "data-key": "find",
    value: held.q,
    maxlength: 80,
    placeholder: w["ui.records.find"],
    "aria-label": w["ui.records.find"],
    on: {
      input: (e) => {
        held.q = e.target.value;
        look();
      },
    },
  });
}

const listed = (data, held) =>
  getJSON(`/api/records/${held.tab}?${new URLSearchParams({ lang: data.lang, q: held.q })}`);

function rows(list, data, held, w) {
  if (!list.rows.length) return el("p", { class: "kh-empty", text: w["ui.records.none"] });
  return el("div", {}, [
    el("p", { class: "kh-hint", role: "status", text: list.text }),
    el(
      "ul",
      { class: "kh-found", "data-scroll": "found" },
      list.rows.map((r) => {
        const sel = `${kindOf(held.tab)}:${r.id}`;
        return el("li", {}, [
          el(
            "button",
            {
              type: "button",
              "data-key": `open-${sel}`,
              "aria-pressed": String(sel === data.sel && !held.fresh),
              on: {
                click: () => {
                  held.fresh = "";
                  bus.go({ op: "set", field: "sel", value: sel });
                },
              },
            },
            [
              mark(r.class, { demo: r.demo, open: r.open }),
              el("span", { class: "kh-who" }, [
                el("b", { dir: "auto", text: r.name }),
                el("i", { dir: "auto", text: r.where }),
              ]),
            ],
          ),
        ]);
      }),
    ),
  ]);
}
