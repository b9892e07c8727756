/* Presenting: the map alone with large type, one scene after the other, notes on the way. */

import { getJSON, words } from "../core/api.js";
import { el } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { bus } from "../core/view_store.js";
import { change, load, MOST_NOTES } from "./scene_store.js";

const FLAG = "kharita.presenting"; // the scene on show, so that a reload goes on
let bar = null;

const presenting = () => sessionStorage.getItem(FLAG) !== null;

export function begin(at = 0) {
  if (!load().scenes.length) return;
  sessionStorage.setItem(FLAG, String(at));
  // a browser may refuse: the page is enough
  document.documentElement.requestFullscreen?.().catch(() => {});
  if (location.pathname === "/") show();
  else bus.visit("/", load().scenes[at].query);
}

function leave() {
  sessionStorage.removeItem(FLAG);
  bar?.remove();
  bar = null;
  delete document.documentElement.dataset.khPresent;
  if (document.fullscreenElement) document.exitFullscreen();
}

/* Called by the header on each page: goes on presenting after a reload, ends elsewhere. */
export function resume() {
  if (!presenting() || bar?.isConnected) return;
  if (location.pathname === "/") show();
  else leave();
}

const at = () => Math.min(Number(sessionStorage.getItem(FLAG)) || 0, load().scenes.length - 1);

function go(to) {
  const { scenes } = load();
  if (to < 0 || to >= scenes.length) return;
  sessionStorage.setItem(FLAG, String(to));
  show();
}

async function show() {
  const scene = load().scenes[at()];
  if (!scene) return leave();
  document.documentElement.dataset.khPresent = "1";
  bus.open(scene.query);
  const w = await words(bus.view);
  draw(w);
}

function draw(w) {
  const { scenes } = load();
  const here = at();
  const scene = scenes[here];
  const button = (key, act, name, disabled = false) =>
    el(
      "button",
      {
        type: "button",
        class: "kh-button",
        "aria-label": w[key],
        title: w[key],
        disabled,
        on: { click: act },
      },
      [icon(name)],
    );
  const fresh = el(
    "section",
    { class: "kh-present", dir: bus.view.dir, "aria-label": w["ui.meet.heading"] },
    [
      el("div", { class: "kh-present-line" }, [
        el("p", { class: "kh-present-count", text: `${here + 1} / ${scenes.length}` }),
        el("h1", { dir: "auto", role: "status", text: scene.title }),
        button(
          "ui.meet.prev",
          () => go(here - 1),
          bus.view.dir === "rtl" ? "right" : "left",
          !here,
        ),
        button(
          "ui.meet.next",
          () => go(here + 1),
          bus.view.dir === "rtl" ? "left" : "right",
          here === scenes.length - 1,
        ),
        el("button", {
          type: "button",
          class: "kh-button",
          text: `${w["ui.meet.note"]} (${scene.notes.length})`,
          on: { click: () => toggleNotes(w) },
        }),
        el("button", {
          type: "button",
          class: "kh-button",
          text: w["ui.meet.leave"],
          on: { click: leave },
        }),
      ]),
      el("p", { class: "kh-present-keys", text: w["ui.meet.keys"] }),
    ],
  );
  if (bar?.isConnected) {
    const notes = bar.querySelector(".kh-notes");
    bar.replaceWith(fresh);
    bar = fresh;
    if (notes) toggleNotes(w);
  } else {
    bar = fresh;
    document.body.append(bar);
    addEventListener("keydown", onKey);
  }
}

function onKey(event) {
  if (!bar?.isConnected) return removeEventListener("keydown", onKey);
  if (event.target.closest?.("input, textarea, select")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const forward = bus.view.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const back = bus.view.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
  const act = {
    [forward]: () => go(at() + 1),
    [back]: () => go(at() - 1),
    PageDown: () => go(at() + 1),
    PageUp: () => go(at() - 1),
    Home: () => go(0),
    End: () => go(load().scenes.length - 1),
    n: () => words(bus.view).then(toggleNotes),
    Escape: leave,
  }[event.key];
  if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  act();
}

/* ------------------------------------------------------------------ notes */

/* What a note may be pinned to: the selection and the picked markets of what is on show. */
async function pins(w) {
  const found = [["", w["ui.meet.pin_none"]]];
  const { sel, market, filters } = bus.view;
  for (const pin of [sel, ...market.map((code) => `market:${code}`)].filter(
    (p, i, all) => p && all.indexOf(p) === i,
  )) {
    const cut = pin.indexOf(":");
    const answer = await getJSON(
      `/api/entity/${pin.slice(0, cut)}/${encodeURIComponent(pin.slice(cut + 1))}?${filters}`,
    ).catch(() => null);
    if (answer) found.push([pin, answer.title]);
  }
  return found;
}

async function toggleNotes(w) {
  const open = bar.querySelector(".kh-notes");
  if (open) return open.remove();
  const scene = load().scenes[at()];
  const choices = await pins(w);
  const field = (key, node) => el("label", {}, [el("span", { text: w[key] }), node]);
  const text = el("textarea", { rows: 2, maxlength: 2000, dir: "auto" });
  const owner = el("input", { type: "text", maxlength: 120, dir: "auto" });
  const due = el("input", { type: "date" });
  const pin = el(
    "select",
    {},
    choices.map(([value, name], i) => el("option", { value, text: name, selected: i === 1 })),
  );
  const again = () => {
    bar.querySelector(".kh-notes").remove();
    draw(w);
    toggleNotes(w);
  };
  bar.append(
    el(
      "form",
      {
        class: "kh-notes",
        on: {
          submit: (event) => {
            event.preventDefault();
            if (!text.value.trim()) return text.focus();
            change(scene.id, (scenes, i) => {
              if (scenes[i].notes.length < MOST_NOTES)
                scenes[i].notes.push({
                  text: text.value.trim(),
                  owner: owner.value.trim(),
                  due: due.value,
                  pin: pin.value,
                  pinName: pin.value ? pin.selectedOptions[0].text : "",
                });
            });
            again();
          },
        },
      },
      [
        el(
          "ul",
          {},
          scene.notes.map((note, i) =>
            el("li", {}, [
              el("span", {
                dir: "auto",
                text: [note.pinName, note.text, note.owner, note.due].filter(Boolean).join(" · "),
              }),
              el("button", {
                type: "button",
                class: "kh-link",
                text: w["ui.meet.remove"],
                on: {
                  click: () => {
                    change(scene.id, (scenes, k) => scenes[k].notes.splice(i, 1));
                    again();
                  },
                },
              }),
            ]),
          ),
        ),
        field("ui.meet.note_text", text),
        field("ui.meet.pin", pin),
        field("ui.meet.owner", owner),
        field("ui.meet.due", due),
        el("button", { type: "submit", class: "kh-button", text: w["ui.meet.save"] }),
      ],
    ),
  );
  text.focus();
}
