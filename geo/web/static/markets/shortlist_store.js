/* The shortlist of this browser: stars with a note. Nothing leaves the browser but by an export. */
import { el } from "../core/dom.js";

const KEY = "kharita.shortlist";
const MOST = 200;

export function stars() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) || "[]");
    return Array.isArray(kept)
      ? kept
          .filter((s) => s && typeof s.sel === "string" && typeof s.name === "string")
          .slice(0, MOST)
      : [];
  } catch {
    return [];
  }
}

export function keep(list) {
  try {
    localStorage.setItem(KEY, JSON.stringify(list.slice(0, MOST)));
    return true;
  } catch {
    return false;
  }
}

/* The shortlist as a field of the address, and back: its kinds by one letter. */
const LETTER = { market: "m", buyer: "b", site: "s" };
export const codes = (list) =>
  list.map((s) => `${LETTER[s.sel.split(":")[0]]}${s.sel.slice(s.sel.indexOf(":"))}`);

export function star(sel, name, w) {
  const on = () => stars().some((s) => s.sel === sel);
  const button = el("button", {
    type: "button",
    class: "kh-star",
    "data-star": sel,
    "data-key": `star-${sel}`,
    on: {
      click: (event) => {
        event.stopPropagation();
        const list = stars();
        const next = list.some((s) => s.sel === sel)
          ? list.filter((s) => s.sel !== sel)
          : list.length < MOST
            ? [...list, { sel, name, note: "" }]
            : list;
        keep(next);
        paint();
      },
    },
  });
  const paint = () => {
    const is = on();
    button.textContent = is ? "★" : "☆";
    button.setAttribute("aria-pressed", String(is));
    button.setAttribute("aria-label", `${is ? w["ui.star.drop"] : w["ui.star.add"]} ${name}`);
    button.title = is ? w["ui.star.drop"] : w["ui.star.add"];
  };
  paint();
  return button;
}
