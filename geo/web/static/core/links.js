/* The one rule of links that come from data: only pages of the web become links. */
import { el } from "./dom.js";
import { icon } from "./icons.js";

/* Whether `href` is a page of the web: no script, no file, no name of a user in it. */
function isPage(href) {
  try {
    const { protocol, username } = new URL(href);
    return (protocol === "https:" || protocol === "http:") && !username;
  } catch {
    return false;
  }
}

/* A link that opens beside the app; null where `href` is no page of the web. */
export const pageLink = (href, attributes, children) =>
  isPage(href)
    ? el("a", { href, target: "_blank", rel: "noopener noreferrer", ...attributes }, children)
    : null;

/* What is inside such a link: its text, and that it opens another tab. */
export const linkText = (text, w) => [
  el("bdi", { text }),
  icon("link"),
  el("span", { class: "kh-unseen", text: ` (${w["ui.new_tab"]})` }),
];
