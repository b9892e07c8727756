/* The addresses of the Markets page's answers, and pieces its sections share. */

import { apply, write } from "../core/address.js";
import { el } from "../core/dom.js";
import { FIELDS } from "../core/fields.js";
import { linkText, pageLink } from "../core/links.js";
import { bus } from "../core/view_store.js";

/* The query of an answer that depends on filters and on some fields of the page. */
export function answerPath(data, path, fields = [], more = {}) {
  const extra = fields
    .filter((name) => FIELDS.some((f) => f.name === name) && data[name]?.length)
    .map((name) => `${name}=${encodeURIComponent([].concat(data[name]).join())}`);
  const others = Object.entries(more)
    .filter(([, v]) => v !== "" && v !== undefined && v !== null)
    .map(([k, v]) => `${k}=${encodeURIComponent(v)}`);
  const query = [data.filters, ...extra, ...others].filter(Boolean).join("&");
  return `/api/markets/${path}${query ? `?${query}` : ""}`;
}

/* Where a figure comes from: a link, where that is a page of the web. */
export function source(href, text, w) {
  const inside = linkText(text || w["ui.rank.source"], w);
  return pageLink(href, { class: "kh-source" }, inside) || (text ? el("bdi", { text }) : null);
}

/* What a record opens on the map: a fair is seen only with its layer. */
export const opened = (sel, data) => ({
  sel,
  ...(sel.startsWith("fair:") ? { layers: [...new Set([...data.layers, "fairs"])].join() } : {}),
});

/* Go to the map with some filters set, in one entry of the history. */
export function toMap(fields) {
  const query = new URLSearchParams(location.search);
  for (const name of [
    "show",
    "axis",
    "weights",
    "compare",
    "measure",
    "months",
    "days",
    "start",
    "request",
    "terms",
    "turnover",
    "legal",
    "stars",
    "at",
  ])
    query.delete(name);
  for (const [name, value] of Object.entries(fields))
    if (value) query.set(name, value);
    else query.delete(name);
  if (![...query.keys()].includes("v") && [...query.keys()].length) query.set("v", "1");
  history.pushState({}, "", `/?${query.toString().replace(/%2C/g, ",").replace(/%3A/g, ":")}`);
  dispatchEvent(new PopStateEvent("popstate", { state: {} }));
}

/* Open a report in the watch room, the filters kept. */
export const read = (sel) =>
  bus.visit("/veille", write(apply(bus.view, { op: "set", field: "sel", value: sel })));

export const select = (iso2) =>
  bus.go({ op: "set", field: "sel", value: iso2 ? `market:${iso2}` : "" });

/* The market a page is about: the selected one. */
export const chosen = (data) => (data.sel.startsWith("market:") ? data.sel.slice(7) : "");

/* A link to a file that the server draws, with the view and the weights it is about. */
export function file(data, path, text, more = {}) {
  const [, query = ""] = answerPath(data, "", ["axis", "weights", "days"], more).split("?");
  return el("a", {
    class: "kh-button kh-file",
    "data-key": `file-${path}`,
    href: `/markets/${path}${query ? `?${query}` : ""}`,
    download: true,
    text,
  });
}
