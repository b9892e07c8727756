/* The records as rows: one tab per collection, sorted and paged by the server. */
import { component, el, getJSON, mark, render, words } from "./dom.js";

export default component("rows", async (root, state, current) => {
  const { data } = state;
  if (state.tab !== data.tab) state.sort = "";
  state.tab = data.tab;
  const address = (offset) => `/api/rows/${data.tab}?${[data.filters, state.sort && `sort=${state.sort}`, offset && `offset=${offset}`].filter(Boolean).join("&")}`;
  const again = () => draw().catch(() => {});
  async function draw() {
    const [answer, facets, w] = await Promise.all([getJSON(address(0)), getJSON(`/api/facets?${data.filters}`), words(data)]);
    if (!current()) return;
    const body = el("tbody", {}, answer.rows.map((row) => line(row, state, w)));
    const table = el("table", {}, [
      el("thead", {}, [el("tr", {}, answer.columns.map((c) => title(c, state, again)))]), body]);
    const scroller = el("div", { class: "kh-scroll", "data-scroll": `${data.tab}?${data.filters}` }, [table,
      answer.total ? null : el("p", { class: "kh-empty", text: answer.empty }), more(answer, body, address, state, w)]);
    render(root, tabs(facets, state, w), scroller);
    root.dataset.filters = data.filters;
    mend(root, state);
  }
  const key = `${data.lang}|${data.filters}|${data.tab}|${state.sort}`;
  if (state.key === key) return mend(root, state);
  await draw();
  if (current()) state.key = key;
});

function tabs(facets, state, w) {
  return el("div", { class: "kh-tabs-row", role: "tablist", "aria-label": w["ui.table"] }, facets.figures.map((f) => el("button", {
    type: "button", role: "tab", "data-key": `tab-${f.key}`, "aria-selected": String(f.key === state.data.tab),
    on: { click: () => state.send({ op: "set", field: "tab", value: f.key }) } }, [mark(f.class), el("span", { text: w[`ui.tab.${f.key}`] }), el("i", { text: f.value })])));
}

function title(column, state, again) {
  const down = state.sort === `-${column.key}`;
  const up = state.sort === column.key;
  return el("th", { scope: "col", "aria-sort": up ? "ascending" : down ? "descending" : "none" }, [el("button", { type: "button", "data-key": `sort-${column.key}`,
    text: `${column.label}${up ? " ↑" : down ? " ↓" : ""}`, on: { click: () => { state.sort = up ? `-${column.key}` : column.key; state.key = ""; again(); } } })]);
}

function line(row, state, w) {
  const cells = row.cells.map((cell, i) => el("td", { dir: "auto", title: cell.text }, i ? [el("span", { text: cell.text })] : [
    mark(row.class, row), el("span", { class: "kh-name", text: cell.text }), row.demo ? el("i", { class: "kh-tag-demo", text: w["ui.demo"] }) : null]));
  const select = () => { state.mine = row.sel; state.send({ op: "set", field: "sel", value: row.sel }); };
  return el("tr", { tabindex: "0", "data-sel": row.sel, "data-key": `row-${row.sel}`, class: row.named ? "named" : "", on: {
    click: select,
    keydown: (e) => {
      if (e.key === "Enter" || e.key === " ") { e.preventDefault(); select(); }
      const to = e.key === "ArrowDown" ? e.currentTarget.nextElementSibling : e.key === "ArrowUp" ? e.currentTarget.previousElementSibling : null;
      if (to) { e.preventDefault(); to.focus(); }
    } } }, cells);
}

function more(answer, body, address, state, w) {
  if (answer.next === null) return null;
  const button = el("button", { type: "button", class: "kh-more kh-link", text: w["ui.more"], on: { click: async () => {
    const next = await getJSON(address(answer.next));
    body.append(...next.rows.map((row) => line(row, state, w)));
    button.replaceWith(more(next, body, address, state, w) || "");
    markSelected(body, state.data.sel);
  } } });
  return button;
}

function markSelected(body, sel) {
  let found = null;
  for (const row of body.querySelectorAll("tr[data-sel]")) {
    const is = row.dataset.sel === sel;
    row.setAttribute("aria-selected", String(is));
    if (is) found = row;
  }
  return found;
}

/* The selected row is marked; it is brought into view when it was chosen elsewhere. */
function mend(root, state) {
  const row = markSelected(root, state.data.sel);
  const scroller = root.querySelector(".kh-scroll");
  if (row && state.mine !== state.data.sel) scroller.scrollTop = row.offsetTop - scroller.clientHeight / 2;
  state.mine = state.data.sel;
}
