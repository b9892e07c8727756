/* Small charts of our own: SVG nodes made from numbers and text, never from markup. */
const SVG = "http://www.w3.org/2000/svg";

export function shape(tag, attributes = {}, children = []) {
  const node = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "text") node.textContent = value;
    else if (value !== null && value !== undefined && value !== false)
      node.setAttribute(key, value);
  }
  node.append(...[].concat(children).filter(Boolean));
  return node;
}

/* A figure that says in words what it shows: `label` for those who hear, a table beside it. */
export const figure = (width, height, label, children, name = "kh-chart", stretched = false) =>
  shape(
    "svg",
    {
      viewBox: `0 0 ${width} ${height}`,
      preserveAspectRatio: stretched ? "none" : null,
      class: name,
      role: "img",
      "aria-label": label,
    },
    children,
  );

let hatches = 0;
/* A hatch of its own id, so that two charts on a page never share a definition. */
export function hatch() {
  hatches += 1;
  const id = `kh-hatch-${hatches}`;
  const defs = shape("defs", {}, [
    shape(
      "pattern",
      { id, width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      [
        shape("rect", { width: 5, height: 5, class: "kh-hatch-ground" }),
        shape("line", { x1: 0, y1: 0, x2: 0, y2: 5, class: "kh-hatch-line" }),
      ],
    ),
  ]);
  return { defs, fill: `url(#${id})` };
}

/* Path data of a country's rings: each point is a step from the last, in `1 / scale` degrees. */
export const ringPath = (rings, scale, x, y) =>
  rings
    .map((ring) => {
      let [lon, lat, path] = [0, 0, ""];
      for (let i = 0; i < ring.length; i += 2) {
        lon += ring[i];
        lat += ring[i + 1];
        path += `${i ? "L" : "M"}${x(lon / scale).toFixed(1)} ${y(lat / scale).toFixed(1)}`;
      }
      return `${path}Z`;
    })
    .join("");

/* Round steps for an axis from zero, four or five of them. */
export function steps(highest) {
  if (!(highest > 0)) return [0, 1];
  const raw = highest / 4;
  const size = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * size).find((n) => n >= raw);
  const found = [];
  for (let v = 0; v < highest + step * 0.999; v += step) found.push(+v.toPrecision(12));
  return found;
}
