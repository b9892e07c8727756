/* The mark of a facility beside its name, as the Locate map draws it (map/marks.js): the shape says
   the use; the colour and the filling say the status. */

import { FORM_GLYPHS } from "../core/palette.js";

const SVG = "http://www.w3.org/2000/svg";
const LINES = "M-2 10 10-2M1 13 13 1M4 16 16 4M7 19 19 7";

export function facility({ form, status, demo }) {
  const node = document.createElementNS(SVG, "svg");
  node.setAttribute("class", `kh-mark kh-facility ${status}${demo ? " dashed" : ""}`);
  node.setAttribute("viewBox", "0 0 16 16");
  node.setAttribute("aria-hidden", "true");
  const path = (d, name) => {
    const made = document.createElementNS(SVG, "path");
    made.setAttribute("d", d);
    made.setAttribute("class", name);
    node.append(made);
    return made;
  };
  const outline = FORM_GLYPHS[form] || FORM_GLYPHS.other;
  path(outline, "shape");
  if (status === "under_construction") path(LINES, "lines").style.clipPath = `path("${outline}")`;
  return node;
}
