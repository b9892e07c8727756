/* The records as rows: one tab per collection, sorted and paged by the server.
 *
 * Selecting only marks rows: the answer is asked again when language, filters, tab or sort
 * change, and the rows on screen stay until it is there.
 */
import { getJSON, words } from "../core/api.js";
import { component } from "../core/component.js";
import { el, moveByArrow, render } from "../core/dom.js";
import { mark } from "../core/icons.js";
import { busy, failure, settled } from "../core/loading.js";

const TABS = ["buyers", "sites", "maisons", "reports", "fairs"];
const PAGE = 24; // a screenful and more: a browser pays for every clipped cell it lays out
const SCROLLED = 500; // rows that scrolling alone brings; further pages wait for a click
const FALLING = new Set(["number", "date"]); // sorted from the largest or newest first

export default component("rows", load);

function sortOf(state) {
  state.sorts ||= new Map();
  return state.sorts.get(state.data.tab) || "";
}

const keyOf = (state) =>
  [state.data.lang, state.data.filters, state.data.tab, sortOf(state)].join("|");

function addresses({ data }, sort) {
  const fixed = [data.filters, sort && `sort=${sort}`, `limit=${PAGE}`].filter(Boolean).join("&");
  return (offset) => `/api/rows/${data.tab}?${fixed}${offset ? `&offset=${offset}` : ""}`;
}

async function load(root, state) {
  const { data } = state;
  state.wanted = keyOf(state);
  const key = state.wanted;
  if (state.shown === key) {
    root.querySelector(":scope > .kh-failed")?.remove();
    pressTab(root, data.tab);
    settled(root);
    return choose(root, state);
  }
  busy(root);
  pressTab(root, data.tab);
  try {
    const page = addresses(state, sortOf(state));
    const [answer, facets, w] = await Promise.all([
      getJSON(page(0)),
      getJSON(`/api/facets?${data.filters}`).catch(() => null),
      words(data),
    ]);
    if (state.wanted !== key) return;
    draw(root, state, { answer, facets, page, w });
    state.shown = key;
    state.shownTab = data.tab;
  } catch (error) {
    const w = await words(data).catch(() => ({}));
    if (state.wanted === key) failed(root, state, error, w);
  } finally {
    if (state.wanted === key) settled(root);
  }
}

/* Rows of the same tab stay beside the sentence; those of another tab would be wrong. */
function failed(root, state, error, w) {
  const same = state.shownTab === state.data.tab && root.querySelector(".kh-scroll");
  root.querySelector(":scope > .kh-failed")?.remove();
  const line = failure(error, w, () => {
    line.remove();
    load(root, state);
  });
  if (same) return root.prepend(line);
  state.shown = null;
  render(root, tabs(null, state, w), line);
}

function draw(root, state, { answer, facets, page, w }) {
  const sort = sortOf(state);
  const resort = (value) => {
    state.sorts.set(state.data.tab, value);
    load(root, state);
  };
  const body = el("tbody", { role: "rowgroup" }, lines(answer, state, w));
  const table = el("table", { role: "grid", "aria-label": answer.text }, [
    el("thead", { role: "rowgroup" }, [
      el(
        "tr",
        { role: "row" },
        answer.columns.map((c) => heading(c, sort, resort)),
      ),
    ]),
    body,
  ]);
  body.addEventListener("keydown", moveByKey);
  const scroller = el(
    "div",
    {
      class: "kh-scroll",
      id: "kh-rows-shown",
      role: "tabpanel",
      "aria-labelledby": `kh-tab-${state.data.tab}`,
      "data-scroll": state.wanted,
    },
    answer.total
      ? [table, more(answer, { body, page, state, w })]
      : [el("p", { class: "kh-empty", role: "status", text: answer.empty })],
  );
  render(root, tabs(facets, state, w), scroller);
  root.dataset.filters = state.data.filters;
  choose(root, state);
}

/* ------------------------------------------------------------------ tabs and headings */

function tabs(facets, state, w) {
  const figures = new Map((facets?.figures || []).map((f) => [f.key, f.value]));
  if (facets?.fairs) figures.set("fairs", facets.fairs);
  const here = state.data.tab;
  return el(
    "div",
    {
      class: "kh-tabs-row",
      role: "tablist",
      "aria-label": w["ui.table"],
      on: { keydown: moveByArrow },
    },
    TABS.map((key) =>
      el(
        "button",
        {
          type: "button",
          role: "tab",
          id: `kh-tab-${key}`,
          "data-key": `tab-${key}`,
          "data-tab": key,
          "aria-selected": String(key === here),
          "aria-controls": "kh-rows-shown",
          tabindex: key === here ? "0" : "-1",
          on: {
            click: () => {
              if (key !== state.data.tab) state.send({ op: "set", field: "tab", value: key });
            },
          },
        },
        [
          mark(key.replace(/s$/, "")),
          el("span", { text: w[`ui.tab.${key}`] || key }),
          figures.has(key) ? el("i", { text: figures.get(key) }) : null,
        ],
      ),
    ),
  );
}

function pressTab(root, tab) {
  for (const button of root.querySelectorAll("[data-tab]")) {
    const here = button.dataset.tab === tab;
    button.setAttribute("aria-selected", String(here));
    button.tabIndex = here ? 0 : -1;
  }
}

/* A heading goes round: its first direction, the other one, the order the API gives. */
function heading(column, sort, resort) {
  const [first, second] = FALLING.has(column.kind)
    ? [`-${column.key}`, column.key]
    : [column.key, `-${column.key}`];
  const order =
    sort === column.key ? "ascending" : sort === `-${column.key}` ? "descending" : "none";
  const arrow = { ascending: "↑", descending: "↓", none: "" }[order];
  const text = el("span", { text: column.label });
  const about = { scope: "col", role: "columnheader", class: `${column.kind} of-${column.key}` };
  if (!column.sortable) return el("th", about, [text]);
  return el("th", { ...about, "aria-sort": order }, [
    el(
      "button",
      {
        type: "button",
        "data-key": `sort-${column.key}`,
        on: { click: () => resort(sort === first ? second : sort === second ? "" : first) },
      },
      [text, el("span", { class: "kh-arrow", "aria-hidden": "true", text: arrow })],
    ),
  ]);
}

/* ------------------------------------------------------------------ rows */

const lines = (answer, state, w) => answer.rows.map((row) => line(row, answer.columns, state, w));

function line(row, columns, state, w) {
  const select = () => {
    state.mine = row.sel;
    choose(tr.closest(".kh-rows"), state, row.sel);
    state.send({ op: "set", field: "sel", value: row.sel });
  };
  const tr = el(
    "tr",
    {
      role: "row",
      tabindex: "-1",
      "data-sel": row.sel,
      "data-key": `row-${row.sel}`,
      class: row.named ? "named" : "",
      on: {
        click: select,
        keydown: (event) => {
          if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            select();
          }
        },
      },
    },
    row.cells.map((cell, i) => (i ? plain(cell, columns[i]) : name(row, cell, w))),
  );
  return tr;
}

/* The first cell also holds, for narrow screens, the other ones as a second line. */
function name(row, cell, w) {
  const second = row.cells
    .slice(1)
    .filter((c) => c.text)
    .flatMap((c, i) => [i ? el("span", { text: " · " }) : null, el("bdi", { text: c.text })]);
  return el("td", { role: "gridcell" }, [
    el("span", { class: "kh-first" }, [
      mark(row.class, row),
      el("span", { class: "kh-name", dir: "auto", title: cell.text, text: cell.text }),
      row.named ? el("span", { class: "kh-unseen", text: ` ${w["ui.named"] || ""}` }) : null,
      row.demo ? el("i", { class: "kh-tag-demo", text: w["ui.demo"] || "" }) : null,
    ]),
    el("span", { class: "kh-second" }, second),
  ]);
}

function plain(cell, column) {
  const full = cell.sub ? `${cell.text} · ${cell.sub}` : cell.text;
  return el("td", { role: "gridcell", class: column?.kind || "text", title: full || null }, [
    el(
      "span",
      { class: "kh-cell", dir: "auto" },
      cell.text
        ? [el("span", { text: cell.text }), cell.sub ? el("i", { text: ` ${cell.sub}` }) : null]
        : [el("span", { class: "kh-none", "aria-hidden": "true", text: "—" })],
    ),
  ]);
}

function moveByKey(event) {
  const row = event.target.closest("tr");
  const { currentTarget: body } = event;
  const to = {
    ArrowDown: row?.nextElementSibling,
    ArrowUp: row?.previousElementSibling,
    Home: body.firstElementChild,
    End: body.lastElementChild,
  }[event.key];
  if (to === undefined || event.target !== row) return;
  event.preventDefault();
  if (to) return focusRow(to);
  if (event.key === "ArrowDown") body.closest(".kh-scroll").querySelector(".kh-more")?.click();
}

function focusRow(row) {
  for (const other of row.parentElement.children) other.tabIndex = -1;
  row.tabIndex = 0;
  row.focus({ preventScroll: true });
  reveal(row, "nearest");
}

/* Where the next page is asked for: by scrolling near it, by a click, by the down arrow. */
function more(answer, { body, page, state, w }) {
  if (answer.next === null) return null;
  let loading = false;
  let onward = false; // onward: the reader wants to go on, not just to see
  const foot = el("div", { class: "kh-foot" });
  const button = el("button", {
    type: "button",
    class: "kh-more kh-link",
    "data-key": "more",
    text: w["ui.more"],
    on: {
      click: () => {
        onward = true;
        ask();
      },
    },
  });
  async function ask() {
    if (loading) return;
    loading = true;
    try {
      const next = await getJSON(page(answer.next));
      if (!foot.isConnected) return;
      const fresh = lines({ ...next, columns: answer.columns }, state, w);
      // Looked at now, not when the page was asked: the reader may have gone elsewhere since.
      const follow =
        foot.contains(document.activeElement) ||
        (onward && body.lastElementChild === document.activeElement);
      body.append(...fresh);
      const after = more(next, { body, page, state, w });
      if (after) foot.replaceWith(after);
      else foot.remove();
      choose(body.closest(".kh-rows"), state);
      if (follow && fresh[0]) focusRow(fresh[0]);
    } catch (error) {
      foot.replaceChildren(
        failure(error, w, () => {
          foot.replaceChildren(button);
          ask();
        }),
      );
    } finally {
      loading = false;
    }
  }
  foot.append(button);
  if (answer.next < SCROLLED) whenNear(foot, ask);
  return foot;
}

function whenNear(foot, act) {
  const seen = (entries) => {
    // Who stands on the button decides: loading by itself would take it away under the focus.
    if (!entries.some((e) => e.isIntersecting) || foot.contains(document.activeElement)) return;
    watcher.disconnect();
    act();
  };
  let watcher;
  // After this turn: the foot is in its scroller, which is what "near" is measured from.
  queueMicrotask(() => {
    watcher = new IntersectionObserver(seen, {
      root: foot.closest(".kh-scroll"),
      rootMargin: "240px 0px",
    });
    watcher.observe(foot);
  });
}

/* ------------------------------------------------------------------ selection */

/* Mark the selected row, and bring it into view when it was chosen elsewhere. */
function choose(root, state, sel = state.data.sel) {
  const rows = [...root.querySelectorAll("tr[data-sel]")];
  const chosen = rows.find((row) => row.dataset.sel === sel);
  for (const row of rows) row.setAttribute("aria-selected", String(row === chosen));
  const stop = rows.find((row) => row === document.activeElement) || chosen || rows[0];
  for (const row of rows) row.tabIndex = row === stop ? 0 : -1;
  if (chosen && state.mine !== sel) reveal(chosen, "middle");
  state.mine = sel; // tried once: a later page that holds the row must not pull the reader back
}

/* Scrolls the rows only, never the page, and not at all when the row is already whole. */
function reveal(row, where) {
  const scroller = row.closest(".kh-scroll");
  const head = scroller.querySelector("thead").getBoundingClientRect().height;
  const box = scroller.getBoundingClientRect();
  const at = row.getBoundingClientRect();
  const above = at.top - box.top - head;
  const below = at.bottom - box.bottom;
  if (above >= 0 && below <= 0) return;
  if (where === "middle") scroller.scrollTop += above - (box.height - head - at.height) / 2;
  else scroller.scrollTop += above < 0 ? above : below;
}
