/* Nodes made from text, never from markup, and how they are replaced. */

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
  const debounced = (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...args), delay);
  };
  debounced.cancel = () => clearTimeout(timer);
  return debounced;
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
