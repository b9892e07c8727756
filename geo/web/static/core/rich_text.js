/* Quoted words: found ones marked, addresses that can be pointed at, links only to web pages. */
import { el } from "./dom.js";
import { linkText, pageLink } from "./links.js";

/* Pieces `[text, found]` as nodes; a text is never read as markup. */
export const marked = (pieces) =>
  pieces.map(([text, found]) => (found ? el("mark", { text }) : document.createTextNode(text)));

/* Each part keeps its own reading order. */
export const parts = (text) =>
  text.split(" · ").flatMap((part, i) => [i ? " · " : null, el("bdi", { text: part })]);

export function source({ href, text, date }, w) {
  return el("li", {}, [
    pageLink(href, { title: href }, linkText(text, w)) || el("span", { dir: "auto", text }),
    date ? el("i", { text: date }) : null,
  ]);
}

const SIGNS = {
  "+": ["up", "ui.watch.sign_up", "▲"],
  "-": ["down", "ui.watch.sign_down", "▼"],
  0: ["flat", "ui.watch.sign_flat", "●"],
};

/* A sign says its meaning in words too: never by colour or shape alone. */
export function sign(code, w, text = "") {
  const [name, word, shape] = SIGNS[code];
  return el("span", { class: `kh-sign ${name}` }, [
    el("span", { "aria-hidden": "true", text: shape }),
    el("span", { text: text || w[word] }),
  ]);
}
