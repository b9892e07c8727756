/* The view and its address in the browser: the twin of geo/model/view.py and geo/model/address.py.
   The field table itself comes from Python (fields.js); a property test compares the two. */
import { FIELDS, LANGUAGES, LIMITS, SELECTABLE } from "./fields.js";

// biome-ignore lint/suspicious/noControlCharactersInRegex: what no text of an address may hold
const CONTROL = /[\x00-\x1f\x7f\u2028\u2029]+/g;
const SPACE = /[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g;
const ID = /^[\p{L}\p{N}_.:-]{1,120}$/u;
const formOf = (info) => new RegExp(`^(?:${info.pattern})$`, "u");
const byName = new Map(FIELDS.map((info) => [info.name, info]));

/* The view of a query string; what is unknown falls back to its default. */
export function read(search) {
  const given = Object.fromEntries(new URLSearchParams(search)); // the last of two wins
  return Object.fromEntries(
    FIELDS.map((info) => {
      const text = given[info.name];
      return [info.name, text ? parse(info, text) : info.default];
    }),
  );
}

function parse(info, text) {
  if (info.name === "at") return camera(text);
  if (info.name === "q") {
    const clean = text.replace(CONTROL, " ").replace(SPACE, " ").trim();
    return [...clean].slice(0, LIMITS.text).join("").replace(/ $/, "");
  }
  if (info.name === "sel") {
    const cut = text.indexOf(":");
    return SELECTABLE.includes(text.slice(0, cut)) && ID.test(text.slice(cut + 1)) ? text : "";
  }
  const form = info.pattern && formOf(info);
  if (form && !info.many) return form.test(text) ? text : info.default;
  if (form) return [...new Set(text.split(","))].filter((piece) => form.test(piece));
  const known = (code) => !info.values || info.values.includes(code);
  if (!info.many) return known(text) ? text : info.default;
  if (text === "none") return [];
  const pieces = [...new Set(text.split(",").filter(Boolean))];
  const good = pieces.filter(known);
  return good.length || !pieces.length ? good : info.default;
}

function camera(text) {
  const numbers = text.split(",").map((part) => (part.trim() ? Number(part) : NaN));
  const [lon, lat, zoom] = numbers;
  if (numbers.length !== 3 || !numbers.every(Number.isFinite)) return null;
  if (Math.abs(lon) > 540 || Math.abs(lat) > 85.06 || zoom < 1 || zoom > 18) return null;
  return numbers;
}

/* The query string of a view: only what differs from the default, in field order. */
export function write(view, only) {
  const parts = FIELDS.filter(
    (info) => (!only || info.affects === only) && !same(view[info.name], info.default),
  ).map((info) => `${info.name}=${quoted(spell(info, view[info.name]))}`);
  if (parts.length && !only) parts.unshift(`v=${LIMITS.version}`);
  return parts.join("&");
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function spell(info, value) {
  if (info.name === "at")
    return `${degrees(value[0])},${degrees(value[1])},${+value[2].toFixed(2)}`;
  return info.many ? value.join() || "none" : value;
}

const degrees = (v) => v.toFixed(4).replace(/^-(0\.0000)$/, "$1");

const quoted = (text) =>
  encodeURIComponent(text.toWellFormed?.() ?? text)
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%2C/g, ",")
    .replace(/%3A/g, ":")
    .replace(/%40/g, "@")
    .replace(/%3B/g, ";");

/* The view after an intent of the reader; one that makes no sense changes nothing.
   `toggle` a code of a facet, `set` a field, `put` several at once, `clear` one filter or all. */
export function apply(view, { op, field, value }) {
  if (op === "clear" && !field)
    return {
      ...view,
      ...Object.fromEntries(FIELDS.filter((i) => i.filter).map((i) => [i.name, i.default])),
    };
  if (op === "put")
    return Object.entries(value).reduce(
      (v, [name, text]) => apply(v, { op: "set", field: name, value: text }),
      view,
    );
  const info = byName.get(field);
  if (!info) return view;
  if (op === "clear") return { ...view, [field]: info.default };
  if (op === "toggle")
    return info.many ? { ...view, [field]: toggled(info, view[field], value) } : view;
  const text = Array.isArray(value) ? value.join() : value;
  return { ...view, [field]: text ? parse(info, text) : info.default };
}

function toggled(info, picked, code) {
  if (info.pattern && !formOf(info).test(code)) return picked;
  if (info.values && !info.values.includes(code)) return picked;
  const next = picked.includes(code) ? picked.filter((c) => c !== code) : [...picked, code];
  // What is shown unless switched off keeps its order, so that all of it is the default again.
  return info.default.length ? info.values.filter((c) => next.includes(c)) : next;
}

/* What the components of a page are told of a view. */
export function described(view) {
  return {
    ...view,
    query: write(view),
    filters: write(view, "data"),
    locate: write(view, "locate"),
    dir: LANGUAGES[view.lang],
    filtered: FIELDS.some((i) => i.filter && !same(view[i.name], i.default)),
    words: asset(`words.${view.lang}.json`),
    labels: asset(`basemap/labels.${view.lang}.json`),
  };
}

const asset = (path) => new URL(`../${path}`, import.meta.url).pathname;
