/* Both axes at once, never added: what a market is, and what we have for it. */

import { figure, shape } from "../core/chart.js";
import { el } from "../core/dom.js";
import { select } from "./api.js";

const W = 420;
const H = 380;
const LEFT = 34;
const BOTTOM = 34;
const TOP = 14;
const RIGHT = 12;
const TALL = 11; // a line of the label type

export function quadrant(rows, a, w) {
  const swapped = a.axis === "readiness";
  const placed = rows
    .filter((r) => r.rank && r.other !== null)
    .map((r) => ({ ...r, ax: swapped ? r.other : r.score, ay: swapped ? r.score : r.other }));
  if (placed.length < 2) return null;
  const low = Math.min(...placed.map((p) => p.ax), 50);
  const x = (v) => LEFT + ((v - low) / (100 - low)) * (W - LEFT - RIGHT);
  const y = (v) => TOP + (1 - v / 100) * (H - TOP - BOTTOM);
  const half = (low + 100) / 2;
  const nodes = [
    shape("rect", {
      x: x(half),
      y: TOP,
      width: W - RIGHT - x(half),
      height: y(50) - TOP,
      class: "kh-quad",
    }),
  ];
  for (const v of [0, 25, 50, 75, 100])
    nodes.push(
      shape("line", { x1: LEFT, x2: W - RIGHT, y1: y(v), y2: y(v), class: "kh-axis" }),
      shape("text", { x: LEFT - 5, y: y(v) + 3, "text-anchor": "end", text: v }),
    );
  for (const v of [low, half, 100])
    nodes.push(
      shape("text", { x: x(v), y: H - BOTTOM + 16, "text-anchor": "middle", text: Math.round(v) }),
    );
  nodes.push(
    shape("text", {
      x: (LEFT + W) / 2,
      y: H - 6,
      "text-anchor": "middle",
      class: "kh-axis-name",
      text: w["ui.quad.x"],
    }),
    shape("text", {
      x: 10,
      y: H / 2 - 10,
      "text-anchor": "middle",
      transform: `rotate(-90 10 ${H / 2 - 10})`,
      class: "kh-axis-name",
      text: w["ui.quad.y"],
    }),
  );
  const taken = placed.map((p) => ({
    l: x(p.ax) - 5,
    r: x(p.ax) + 5,
    t: y(p.ay) - 5,
    b: y(p.ay) + 5,
  }));
  for (const p of [...placed].sort((m, n) => n.ax + n.ay - m.ax - m.ay)) {
    const dot = shape(
      "circle",
      {
        cx: x(p.ax),
        cy: y(p.ay),
        r: 4.5,
        class: `kh-market-dot${p.unknown > 0.5 ? " part" : ""}`,
        "data-dot": p.iso2,
      },
      [
        shape("title", {
          text: [
            p.name,
            `${w["ui.quad.x"]} ${Math.round(p.ax)}`,
            `${w["ui.quad.y"]} ${Math.round(p.ay)}`,
          ].join(" · "),
        }),
      ],
    );
    dot.addEventListener("click", () => select(p.iso2));
    nodes.push(dot);
    const room = spot(p, x(p.ax), y(p.ay), taken);
    if (room) {
      taken.push(room);
      nodes.push(
        shape("text", {
          x: room.at === "end" ? room.r : room.l,
          y: room.b - 2.5,
          "text-anchor": room.at,
          class: "kh-market-name",
          text: p.name,
        }),
      );
    }
  }
  return el("section", { class: "kh-quadrant" }, [
    el("h3", { text: w["ui.quad.title"] }),
    figure(
      W,
      H,
      placed.map((p) => `${p.name} ${Math.round(p.ax)}, ${Math.round(p.ay)}`).join(". "),
      nodes,
      "kh-quad-chart",
    ),
    el("p", { class: "kh-quiet", text: w["ui.quad.note"] }),
  ]);
}

/* The first free place beside a dot: right, left, above, below; none when it is crowded. */
function spot(p, cx, cy, taken) {
  const wide = p.name.length * 5.6;
  const tries = [
    { l: cx + 7, at: "start" },
    { l: cx - 7 - wide, at: "end" },
  ].flatMap((s) =>
    [-5.5, -14, 3].map((dy) => ({ ...s, r: s.l + wide, t: cy + dy, b: cy + dy + TALL })),
  );
  return tries.find(
    (s) =>
      s.l > LEFT &&
      s.r < W &&
      s.t > 0 &&
      !taken.some((o) => s.l < o.r && s.r > o.l && s.t < o.b && s.b > o.t),
  );
}
