/* The signs of buttons and the marks of records, as small drawings beside their words. */
import { GLYPHS } from "./palette.js";

const SVG = "http://www.w3.org/2000/svg";

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

export const mark = (kind, { open = true, demo = false } = {}) =>
  svg(`kh-mark ${kind}${open ? "" : " hollow"}${demo ? " dashed" : ""}`, { viewBox: "0 0 16 16" }, [
    GLYPHS[kind] || GLYPHS.craft,
  ]);
