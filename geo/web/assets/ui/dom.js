/* What every component shares: building nodes, asking the API, words, icons, marks.
 *
 * Nodes are only ever built with createElement and textContent: text from the data can not
 * become markup. One copy of this module lives in the page, so its memo is shared.
 */
const SVG = "http://www.w3.org/2000/svg";

/* ---------------------------------------------------------------- nodes */

const PROPERTIES = new Set(["checked", "disabled", "value", "hidden", "open", "indeterminate"]);

/** el("button", {class, text, dir, on: {click}, "aria-label": …}, [children]).
 *  An attribute that is null, undefined or false is left out; true writes it empty. */
export function el(tag, options = {}, children = []) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(options)) {
    if (value === null || value === undefined) continue;
    if (name === "class") node.className = value;
    else if (name === "text") node.textContent = value;
    else if (name === "on") for (const [event, call] of Object.entries(value)) node.addEventListener(event, call);
    else if (name === "style") for (const [key, item] of Object.entries(value)) node.style.setProperty(key, item);
    else if (PROPERTIES.has(name)) node[name] = value;
    else if (name === "href") { if (safeLink(value)) node.setAttribute("href", value); }
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false) node.setAttribute(name, String(value));
  }
  node.append(...[children].flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Links from the data: the web and our own pages, nothing that runs. */
function safeLink(address) {
  try {
    return ["http:", "https:", "mailto:"].includes(new URL(address, location.href).protocol);
  } catch {
    return false;
  }
}

export function svg(tag, attributes = {}, children = []) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value));
  node.append(...children);
  return node;
}

/** Replace the children of `parent` by `nodes`, keeping what the reader was doing: focus and
 *  caret, scroll positions and open <details>, recognised by their data-key. */
export function render(parent, nodes) {
  const keyed = (node) => [...node.querySelectorAll("[data-key]")];
  const active = parent.contains(document.activeElement) ? document.activeElement : null;
  const focus = active?.closest("[data-key]")?.dataset.key;
  const caret = active && "selectionStart" in active ? safely(() => [active.selectionStart, active.selectionEnd]) : null;
  const scrolled = new Map(), opened = new Map();
  for (const node of keyed(parent)) {
    if (node.scrollTop || node.scrollLeft) scrolled.set(node.dataset.key, [node.scrollTop, node.scrollLeft]);
    if (node.tagName === "DETAILS") opened.set(node.dataset.key, node.open);
  }
  const [top, left] = [parent.scrollTop, parent.scrollLeft];
  parent.replaceChildren(...[nodes].flat(3).filter(Boolean));
  for (const node of keyed(parent)) {
    const { key } = node.dataset;
    if (opened.has(key)) node.open = opened.get(key);
    if (scrolled.has(key)) [node.scrollTop, node.scrollLeft] = scrolled.get(key);
    if (focus === key && !parent.contains(document.activeElement)) {
      node.focus({ preventScroll: true });
      if (caret && caret[0] !== null) safely(() => node.setSelectionRange(...caret));
    }
  }
  [parent.scrollTop, parent.scrollLeft] = [top, left];
}

function safely(call) {
  try { return call(); } catch { return null; }   // inputs without a caret throw
}

/* ---------------------------------------------------------------- component life */

/** The component's own element inside `parentElement`, the same one at every call. It carries
 *  language and direction, and tells the page which theme Streamlit is in. */
export function root(parentElement, name, data = {}) {
  let node = parentElement.querySelector(`:scope > .${name}`);
  if (!node) {
    node = el("div", { class: name });
    parentElement.append(node);
  }
  if (data.dir) node.dir = data.dir;
  if (data.lang) node.lang = data.lang;
  page(parentElement, data);
  return node;
}

function page(parentElement, { lang, dir }) {
  const html = document.documentElement;
  const background = getComputedStyle(parentElement).getPropertyValue("--st-background-color").trim();
  if (background) html.dataset.khTheme = isDark(background) ? "dark" : "light";
  if (lang) html.lang = lang;
  if (dir) html.dataset.khDir = dir;
}

function isDark(colour) {
  const hex = /^#([0-9a-f]{6})/i.exec(colour);
  const parts = hex ? hex[1].match(/../g).map((pair) => parseInt(pair, 16)) : (colour.match(/[\d.]+/g) || []).map(Number);
  return parts.length >= 3 && 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2] < 110;
}

/** A signal for the newest question of `node`; the one before is given up. */
export function fresh(node) {
  node.khAsk?.abort();
  node.khAsk = new AbortController();
  return node.khAsk.signal;
}

/** The intents of one component: `const {toggle, set, clear} = intents(setTriggerValue)`. */
export function intents(setTriggerValue) {
  const send = (intent) => setTriggerValue("do", intent);
  return {
    send,
    toggle: (field, value) => send({ op: "toggle", field, value }),
    set: (field, value) => send({ op: "set", field, value }),
    clear: (field) => send(field ? { op: "clear", field } : { op: "clear" }),
    select: (sel) => send({ op: "set", field: "sel", value: sel }),
    close: () => send({ op: "set", field: "sel", value: "" }),
  };
}

/** Calls `work` once nothing was asked for `wait` milliseconds. `.now(…)` and `.cancel()`. */
export function debounce(work, wait) {
  let timer = 0;
  const later = (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => work(...values), wait);
  };
  later.cancel = () => clearTimeout(timer);
  later.now = (...values) => { clearTimeout(timer); work(...values); };
  return later;
}

/* ---------------------------------------------------------------- the API */

const MEMO_SIZE = 60, MEMO_MS = 300_000;
const memo = (window.khMemo ??= new Map());   // path -> {at, answer: Promise, stop, waiting, done}

/** The JSON at `path`. Components asking the same question share one request; answers stay
 *  for five minutes. Throws {code, text, status}; an abandoned question throws AbortError. */
export function getJSON(path, { signal } = {}) {
  let entry = memo.get(path);
  if (!entry || Date.now() - entry.at > MEMO_MS) entry = ask(path);
  memo.delete(path);
  memo.set(path, entry);                      // newest last: the first is the one to drop
  while (memo.size > MEMO_SIZE) memo.delete(memo.keys().next().value);
  if (!signal) { entry.waiting += 1; return entry.answer; }
  return new Promise((resolve, reject) => {
    entry.waiting += 1;
    const leave = () => {
      entry.waiting -= 1;
      if (!entry.waiting && !entry.done) { memo.delete(path); entry.stop.abort(); }
      reject(new DOMException("Given up", "AbortError"));
    };
    if (signal.aborted) return leave();
    signal.addEventListener("abort", leave, { once: true });
    entry.answer.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
  });
}

function ask(path) {
  const stop = new AbortController();
  const entry = { at: Date.now(), stop, waiting: 0, done: false };
  entry.answer = fetch(path, { signal: stop.signal, headers: { Accept: "application/json" } })
    .catch((problem) => { throw problem.name === "AbortError" ? problem : { code: "network", text: "", status: 0 }; })
    .then(async (response) => {
      const body = await response.json().catch(() => null);
      if (response.ok && body) return body;
      throw { code: body?.error?.code || "http", text: body?.error?.text || "", status: response.status };
    })
    .finally(() => { entry.done = true; });
  entry.answer.catch(() => { if (memo.get(path) === entry) memo.delete(path); });   // ask again next time
  return entry;
}

/** `/api/facets` and `query` -> one address. */
export function address(path, query, more = {}) {
  const extra = new URLSearchParams(Object.entries(more).filter(([, value]) => value !== "" && value !== null && value !== undefined)).toString();
  const parts = [query, extra].filter(Boolean).join("&");
  return parts ? `${path}?${parts}` : path;
}

/** The `ui.` words of the reader's language: `const t = await words(data); t("ui.close")`.
 *  An unknown key is given back, `{name}` places are filled from `values`. */
export async function words(data) {
  const texts = await getJSON(data.words).catch(() => ({}));
  const t = (key, values = {}) => String(texts[key] ?? key)
    .replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  return Object.assign(t, texts);
}

/** One line and a button to ask again, in the place of what could not be shown. */
export function failure(t, problem, retry) {
  return el("div", { class: "kh-failure", role: "alert" }, [
    el("p", { text: problem?.text || t("ui.error_network") }),
    el("button", { class: "kh-button", type: "button", text: t("ui.retry"), on: { click: retry } }),
  ]);
}

export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {                                   // no clipboard outside https and localhost
    const area = el("textarea", { value: text, class: "kh-offscreen", "aria-hidden": "true" });
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/* ---------------------------------------------------------------- icons and marks */

// 24 x 24, stroked with the text colour.
const ICONS = {
  search: ["M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13z", "M15.5 15.5 20 20"],
  close: ["M6 6l12 12", "M18 6 6 18"],
  check: ["M5 12.5l4.5 4.5L19 7.5"],
  share: ["M12 15V4", "M8.5 7 12 3.5 15.5 7", "M8 10H6v10h12V10h-2"],
  link: ["M10 14l4-4", "M9 8l2-2a4 4 0 0 1 6 0l1 1a4 4 0 0 1 0 6l-2 2", "M15 16l-2 2a4 4 0 0 1-6 0l-1-1a4 4 0 0 1 0-6l2-2"],
  chevron: ["M8 10l4 4 4-4"],
  next: ["M10 7l5 5-5 5"],
  plus: ["M12 5v14", "M5 12h14"],
  minus: ["M5 12h14"],
  layers: ["M12 4 3.5 9 12 14l8.5-5z", "M4 13.5 12 18l8-4.5"],
  expand: ["M4 9V4h5", "M15 4h5v5", "M20 15v5h-5", "M9 20H4v-5"],
  fit: ["M4 9V4h5", "M15 4h5v5", "M20 15v5h-5", "M9 20H4v-5", "M12 9.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5z"],
  download: ["M12 4v11", "M8 11.5 12 15.5 16 11.5", "M5 19h14"],
  external: ["M8 7h9v9", "M17 7 7 17"],
  info: ["M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z", "M12 11v5.5", "M12 7.5v.5"],
  warning: ["M12 4 2.8 20h18.4z", "M12 10v5", "M12 17.2v.5"],
  filter: ["M4 6h16", "M7 12h10", "M10 18h4"],
  list: ["M4 6h16", "M4 12h16", "M4 18h16"],
  map: ["M9 5 4 7v12l5-2 6 2 5-2V5l-5 2z", "M9 5v12", "M15 7v12"],
  place: ["M12 21s6.5-6 6.5-11A6.5 6.5 0 0 0 5.5 10c0 5 6.5 11 6.5 11z", "M12 12.200a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.400z"],
  report: ["M6 3.500h9l3.5 3.500v13.500H6z", "M9 10h6.5", "M9 13.500h6.5", "M9 17h4"],
};

export function icon(name, size = 16) {
  return svg("svg", { viewBox: "0 0 24 24", width: size, height: size, class: `kh-icon kh-icon-${name}`, "aria-hidden": "true", focusable: "false" },
    (ICONS[name] || []).map((d) => svg("path", { d })));
}

/** The mark of a class, as on the map: buyer circle, site square, Maison triangle; an outline
 *  when not open yet, dashed when it is demonstration data. */
export function mark(kind, { open = true, demo = false, size = 14 } = {}) {
  const shapes = {
    buyer: ["circle", { cx: 8, cy: 8, r: 5.2 }],
    site: ["rect", { x: 3, y: 3, width: 10, height: 10, rx: 1 }],
    maison: ["path", { d: "M8 2.5 13.8 13H2.200z" }],
    report: ["path", { d: "M4 2.500h6l2.5 2.500v8.500H4z" }],
  };
  const [tag, attributes] = shapes[kind] || ["path", { d: "M8 2.5 13.5 8 8 13.5 2.5 8z" }];
  const state = `${open ? "" : " is-hollow"}${demo ? " is-demo" : ""}`;
  return svg("svg", { viewBox: "0 0 16 16", width: size, height: size, class: `kh-mark kh-mark-${kind}${state}`, "aria-hidden": "true", focusable: "false" },
    [svg(tag, attributes)]);
}

/** The sign of Kharita: a folded map with a red place on it. */
export function logo(size = 20) {
  return svg("svg", { viewBox: "0 0 24 24", width: size, height: size, class: "kh-logo", "aria-hidden": "true", focusable: "false" }, [
    svg("path", { class: "kh-logo-sheet", d: "M8.5 4 3 6.200v14l5.5-2.2 7 2.2 5.5-2.200v-14l-5.5 2.200z" }),
    svg("path", { class: "kh-logo-fold", d: "M8.5 4v14M15.5 6.200v14" }),
    svg("circle", { class: "kh-logo-place", cx: 15.5, cy: 10.5, r: 3.4 }),
  ]);
}
