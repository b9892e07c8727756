/* The docked panel: everything known about one thing, and what it is linked to. */
import { component, el, getJSON, icon, mark, render, words } from "./dom.js";

export default component("card", async (root, state, current) => {
  const { data } = state;
  const cut = data.sel.indexOf(":");
  const [kind, id] = cut < 0 ? ["overview", "all"] : [data.sel.slice(0, cut), data.sel.slice(cut + 1)];
  document.body.dataset.khSel = data.sel ? "1" : "";
  root.closest(".st-key-kh-dock")?.setAttribute("aria-busy", "true");
  root.classList.add("waiting");
  try {
    const [answer, w] = await Promise.all([getJSON(`/api/entity/${kind}/${encodeURIComponent(id)}?${data.filters}`), words(data)]);
    if (!current()) return;
    const fresh = root.dataset.sel !== data.sel;
    render(root, el("article", { "data-scroll": data.sel || "overview", tabindex: "-1", on: { keydown: (e) => { if (e.key === "Escape" && data.sel) close(state); } } },
      content(answer, w, state)));
    root.dataset.sel = data.sel;
    if (fresh && data.sel && state.keyboard) root.querySelector("h2").focus({ preventScroll: true });
  } catch (error) {
    if (current()) render(root, data.sel ? closer(await words(data), state) : "");
    throw error;
  } finally {
    if (current()) root.classList.remove("waiting");
  }
});

const close = (state) => state.send({ op: "set", field: "sel", value: "" });

function closer(w, state) {
  return el("button", { type: "button", class: "kh-close", "data-key": "close", "aria-label": w["ui.close"], on: { click: () => close(state) } }, [icon("close")]);
}

function content(a, w, state) {
  return [
    el("header", {}, [
      el("span", { class: "kh-grab" }), state.data.sel ? closer(w, state) : null,
      a.subtitle ? el("p", { class: "kh-over", dir: "auto", text: a.subtitle }) : null,
      el("h2", { tabindex: "-1", dir: "auto" }, [mark(a.class, { open: !a.tags.some((t) => t.tone === "closed"), demo: a.demo }), el("span", { text: a.title })]),
      a.tags.length ? el("p", { class: "kh-tags" }, a.tags.map((t) => el("span", { class: `kh-tag ${t.tone}`, text: t.text }))) : null]),
    a.lead ? el("p", { class: "kh-lead", dir: "auto", text: a.lead }) : null,
    a.filter ? el("button", { type: "button", class: "kh-button kh-wide", "data-key": "filter", "aria-pressed": String(a.filter.picked), text: a.filter.text,
      on: { click: () => state.send({ op: "toggle", field: a.filter.field, value: a.filter.value }) } }) : null,
    a.facts.length ? el("dl", {}, a.facts.flatMap((f) => [el("dt", { text: f.label }), el("dd", { dir: "auto" }, [link(f.href, f.value)])])) : null,
    ...a.sections.map((s) => section(s, state)),
    a.sources.length ? el("section", { class: "kh-sources" }, [el("h3", { text: w["ui.sources"] }), el("ul", {}, a.sources.map((s) => el("li", {}, [
      link(s.href, s.text), s.date ? el("i", { text: s.date }) : null])))]) : null,
    a.note ? el("p", { class: "kh-note", text: a.note }) : null];
}

/* Only addresses of pages become links; anything else is text. */
function link(href, text) {
  if (!/^https?:\/\//i.test(href || "")) return el("span", { text });
  return el("a", { href, target: "_blank", rel: "noopener noreferrer", dir: "auto" }, [el("span", { text }), icon("link")]);
}

function section(s, state) {
  const rows = s.rows.map((row) => {
    const inside = [mark(row.class, row), el("span", { dir: "auto" }, [el("b", { text: row.title }), el("i", { text: row.sub }), row.why ? el("em", { text: row.why }) : null])];
    return el("li", {}, [row.sel ? el("button", { type: "button", class: "kh-item", "data-key": `${s.key}-${row.sel}`, on: { click: (e) => {
      state.keyboard = e.detail === 0;
      state.send({ op: "set", field: "sel", value: row.sel });
    } } }, inside) : el("div", { class: "kh-item" }, inside)]);
  });
  const follow = s.more && (s.more.field ? { op: "set", field: s.more.field, value: [s.more.value], tab: s.more.tab } : { op: "set", field: "tab", value: s.more.tab });
  return el("section", { "data-section": s.key }, [
    el("h3", {}, [el("span", { text: s.title }), el("i", { text: s.text })]),
    rows.length ? el("ul", {}, rows) : el("p", { class: "kh-empty", text: s.empty }),
    follow ? el("button", { type: "button", class: "kh-link", "data-key": `more-${s.key}`, text: s.more.text, on: { click: () => state.send(follow) } }) : null]);
}
