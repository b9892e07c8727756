/* What every component uses: nodes made from text, one memory of answers, words, marks. */
import { bus } from "./view_store.js";

const SVG = "http://www.w3.org/2000/svg";
const KEPT = 60;
window.__kharitaMemory ||= new Map();
const memory = window.__kharitaMemory;

/* A node; `on` holds listeners, `class`, `text`, `dir` and any attribute as given. */
export function el(tag, { class: name, text, on = {}, ...attributes } = {}, children = []) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined)
      node.setAttribute(key, value);
    if (key === "checked" || key === "value") node[key] = value;
  }
  for (const [type, act] of Object.entries(on)) node.addEventListener(type, act);
  node.append(...[].concat(children).filter(Boolean));
  return node;
}

/* One request per address, shared by all components; a failure is not remembered. */
export function getJSON(path) {
  if (!memory.has(path)) {
    if (memory.size >= KEPT) memory.delete(memory.keys().next().value);
    const asked = fetch(path).then(async (answer) => {
      const content = await answer.json().catch(() => ({}));
      if (!answer.ok)
        throw Object.assign(new Error(String(answer.status)), { text: content.error?.text });
      return content;
    });
    asked.catch(() => memory.delete(path));
    memory.set(path, asked);
  }
  return memory.get(path);
}

/* Send what is to be kept or made, as `json` or as bytes: its JSON answer or its file. A refusal is
   an Error with its sentence, its status and the whole answer. */
export async function send(path, { method = "POST", json, body, headers = {} } = {}) {
  const typed = json === undefined ? {} : { "content-type": "application/json" };
  const answer = await fetch(path, {
    method,
    headers: { "x-kharita": "1", ...typed, ...headers },
    body: json === undefined ? body : JSON.stringify(json),
  });
  const isJSON = (answer.headers.get("content-type") || "").includes("json");
  if (answer.ok && !isJSON) return answer.blob();
  const told = isJSON ? await answer.json().catch(() => ({})) : {};
  if (answer.status === 401) dispatchEvent(new Event("kharita-who"));
  if (!answer.ok)
    throw Object.assign(new Error(told.error?.text || String(answer.status)), {
      text: told.error?.text,
      status: answer.status,
      told,
    });
  return told;
}

/* What was answered before is no longer true: every part asks again. */
export const forget = () => memory.clear();

bus.getJSON = getJSON; // the map's frame shares the memory of its page
window.dispatchEvent(new Event("kharita")); // whole only now: a frame that was first may follow

export const words = (data) => getJSON(data.words);

function svg(name, attributes, shapes) {
  const node = document.createElementNS(SVG, "svg");
  node.setAttribute("class", name);
  node.setAttribute("aria-hidden", "true");
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  for (const d of shapes) {
    const path = document.createElementNS(SVG, "path");
    path.setAttribute("d", d);
    node.append(path);
  }
  return node;
}

const ICONS = {
  search: ["M10.5 10.5 14 14", "M7 2.5a4.5 4.5 0 1 0 .01 0z"],
  share: ["M6 9 14 2", "M9 2h5v5", "M12 10v4H2V4h4"],
  close: ["M4 4l8 8", "M12 4l-8 8"],
  check: ["M3 8.5 6.5 12 13 4.5"],
  left: ["M10 3 5 8l5 5"],
  right: ["M6 3l5 5-5 5"],
  download: ["M8 2v8.5", "M4.5 7.5 8 11l3.5-3.5", "M3 14h10"],
  up: ["M3 10l5-5 5 5"],
  down: ["M3 6l5 5 5-5"],
  plus: ["M8 3v10", "M3 8h10"],
  person: ["M8 2a2.75 2.75 0 1 0 .01 0z", "M2.5 14c.5-3.2 2.7-5 5.5-5s5 1.8 5.5 5"],
  link: ["M6 3H3v10h10v-3", "M9 3h4v4", "M13 3 7.5 8.5"],
};
export const icon = (name) => svg("kh-icon", { viewBox: "0 0 16 16" }, ICONS[name]);

const SHAPES = {
  buyer: "M8 2a6 6 0 1 0 .01 0z",
  site: "M2.6 2.6h10.8v10.8H2.6z",
  maison: "M8 1.6 14.6 13.4H1.4z",
  fair: "M8 .6 15.4 8 8 15.4.6 8z",
  report: "M3.5 1.5h6l3 3v10h-9z",
  note: "M3.5 1.5h6l3 3v10h-9z",
  market: "M8 1.5a6.5 6.5 0 1 0 .01 0z M1.5 8h13",
  craft: "M8 1.5 14.5 8 8 14.5 1.5 8z",
  region: "M2 4l4-2 4 2 4-2v10l-4 2-4-2-4 2z",
};
export const mark = (kind, { open = true, demo = false } = {}) =>
  svg(`kh-mark ${kind}${open ? "" : " hollow"}${demo ? " dashed" : ""}`, { viewBox: "0 0 16 16" }, [
    SHAPES[kind] || SHAPES.craft,
  ]);

/* The arrows go from tab to tab of a tablist, in the direction it is read. */
export function moveByArrow(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const all = [...event.currentTarget.children];
  const at = all.indexOf(event.target.closest("[role=tab]"));
  if (!step || at < 0) return;
  event.preventDefault();
  const forward = getComputedStyle(event.currentTarget).direction === "rtl" ? -step : step;
  all[(at + forward + all.length) % all.length].focus();
}

export function debounce(act, delay) {
  let timer;
  const later = (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...args), delay);
  };
  later.cancel = () => clearTimeout(timer);
  return later;
}

/* Replace the content of `parent`, keeping focus, scroll and what is unfolded (data-key). */
export function render(parent, ...given) {
  const nodes = given.filter((node) => node !== null && node !== undefined);
  const active = parent.contains(document.activeElement) ? document.activeElement : null;
  const key = active?.dataset.key;
  const caret = active?.selectionStart ?? null;
  const tops = new Map(
    [...parent.querySelectorAll("[data-scroll]")].map((n) => [n.dataset.scroll, n.scrollTop]),
  );
  const open = new Map(
    [...parent.querySelectorAll("details[data-key]")].map((n) => [n.dataset.key, n.open]),
  );
  for (const fresh of nodes) {
    if (!fresh.querySelectorAll) continue;
    for (const d of [fresh, ...fresh.querySelectorAll("details")])
      if (open.has(d.dataset.key)) d.open = open.get(d.dataset.key);
  }
  parent.replaceChildren(...nodes);
  for (const n of parent.querySelectorAll("[data-scroll]"))
    n.scrollTop = tops.get(n.dataset.scroll) || 0;
  if (!key) return;
  const again = parent.querySelector(`[data-key="${CSS.escape(key)}"]`);
  again?.focus({ preventScroll: true });
  if (caret !== null && again?.setSelectionRange) again.setSelectionRange(caret, caret);
}

/* A component: one root in its parent, redrawn when its answer is there, never emptied before.
   `state.data` is the reader's view (bus.js) and what Python gave; `act` takes what Python is told.
   */
export function component(name, draw, act = () => {}) {
  return ({ data: given, parentElement, setTriggerValue }) => {
    let root = parentElement.querySelector(`:scope > .kh-${name}`);
    if (!root) {
      root = el("div", { class: `kh-${name}` });
      parentElement.append(root);
    }
    root.kharita ||= { send: bus.go };
    const state = root.kharita;
    const show = () => {
      state.data = { ...bus.view, ...given };
      const data = state.data;
      mood(data);
      root.dir = data.dir;
      state.turn = (state.turn || 0) + 1;
      const turn = state.turn;
      const current = () => state.turn === turn;
      Promise.resolve(draw(root, state, current)).catch((error) => {
        if (current()) failed(root, data, error, () => draw(root, state, current));
      });
    };
    act(given, setTriggerValue);
    dark = null;
    bus.follow(root, show, () => root.isConnected);
    if (!bus.look()) show();
  };
}

/* What style sheets ask of the page. Written only when it changes: each write costs a new style
   of every element; the theme is looked at once per run of Python. */
let dark = null;
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  dark = null;
});

function mood({ dir, lang, embed }) {
  const html = document.documentElement;
  dark ??= isDark();
  if (html.dataset.khDir !== dir) html.dataset.khDir = dir;
  if (html.lang !== lang) html.lang = lang;
  const theme = dark ? "dark" : "light";
  if (html.dataset.khTheme !== theme) html.dataset.khTheme = theme;
  if ((html.dataset.khEmbed || "") !== embed) html.dataset.khEmbed = embed;
}

function isDark() {
  const app = document.querySelector(".stApp") || document.body;
  const [r, g, b] = (getComputedStyle(app).backgroundColor.match(/[\d.]+/g) || [255, 255, 255]).map(
    Number,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 100;
}

async function failed(root, data, error, again) {
  const w = await words(data).catch(() => ({}));
  root.querySelector(".kh-failed")?.remove();
  root.prepend(
    el("div", { class: "kh-failed", role: "alert" }, [
      el("span", { text: error.text || w["ui.failed"] || "" }),
      el("button", {
        type: "button",
        class: "kh-link",
        text: w["ui.retry"] || "↻",
        on: {
          click: () => {
            root.querySelector(".kh-failed")?.remove();
            Promise.resolve(again()).catch((e) => failed(root, data, e, again));
          },
        },
      }),
    ]),
  );
}
