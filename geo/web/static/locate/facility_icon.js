/* The mark of a facility beside its name, as the Locate map draws it (map/marks.js): the shape says
   the use; the colour and the filling say the status. */

const SVG = "http://www.w3.org/2000/svg";
const SHAPES = {
  complex: "M2.6 2.6h10.8v10.8H2.6z",
  sale: "M8 1 15 8 8 15 1 8z",
  training: "M8 2a6 6 0 1 0 .01 0z",
  maison: "M8 1.6 14.6 13.4H1.4z",
  other: "M8 1.2 14 4.6v6.8L8 14.8 2 11.4V4.6z",
};
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
  const outline = SHAPES[form] || SHAPES.other;
  path(outline, "shape");
  if (status === "under_construction") path(LINES, "lines").style.clipPath = `path("${outline}")`;
  return node;
}
