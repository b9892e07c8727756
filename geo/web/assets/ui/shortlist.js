/* What was starred, with notes; exported as a file. */
import { save, toMap } from "./asked.js";
import { bus } from "./bus.js";
import { el, mark } from "./dom.js";
import { keep, stars } from "./stars.js";

export async function draw({ w, state }) {
  const list = stars();
  return [
    el("header", { class: "kh-chead" }, [el("div", {}, [el("h2", { text: w["ui.star.title"] }), el("p", { text: w["ui.star.lead"] })]),
      list.length ? el("button", { type: "button", class: "kh-button", "data-key": "star-csv", text: w["ui.star.csv"], on: { click: () => save("kharita-selection.csv", csv(stars(), w), "text/csv") } }) : null]),
    list.length ? el("ul", { class: "kh-shortlist" }, list.map((s) => row(s, w, state))) : el("p", { class: "kh-empty", role: "status", text: w["ui.star.empty"] })];
}

function row(s, w, state) {
  const kind = s.sel.split(":")[0];
  const open = () => (kind === "market" ? bus.go({ op: "set", field: "sel", value: s.sel }) : toMap({ sel: s.sel }));
  const edit = (note) => keep(stars().map((x) => (x.sel === s.sel ? { ...x, note: note.slice(0, 500) } : x)));
  return el("li", {}, [mark(kind),
    el("button", { type: "button", class: "kh-plain", "data-key": `open-${s.sel}`, dir: "auto", text: s.name, on: { click: open } }),
    el("input", { type: "text", value: s.note || "", maxlength: 500, placeholder: w["ui.star.note"], "aria-label": `${w["ui.star.note"]} ${s.name}`, "data-key": `note-${s.sel}`, dir: "auto", on: { change: (e) => edit(e.target.value) } }),
    el("button", { type: "button", class: "kh-close-inline", "data-key": `unstar-${s.sel}`, "aria-label": `${w["ui.star.drop"]} ${s.name}`, text: "×", on: { click: () => { keep(stars().filter((x) => x.sel !== s.sel)); state.again(); } } })]);
}

/* No spreadsheet takes a cell for a formula. */
const cell = (text) => `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
const csv = (list, w) => [["id", "name", w["ui.star.note"]], ...list.map((s) => [s.sel, s.name, s.note || ""])].map((r) => r.map(cell).join(",")).join("\r\n");
