/* The scenes of a meeting as a list: name, order, present, minutes. */

import { getJSON, send } from "../core/api.js";
import { el, render } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { bus } from "../core/view_store.js";
import { begin } from "./presentation.js";
import { add, load, move, nameOf, remove, rename, save } from "./scene_store.js";

/* A section that follows what is kept, also when another window changes it. */
export function meetingPart(w) {
  const box = el("section", { class: "kh-meeting" });
  const draw = () => render(box, ...content(w));
  for (const name of ["kharita-meeting", "storage"]) {
    addEventListener(name, function follow() {
      if (box.isConnected) draw();
      else removeEventListener(name, follow);
    });
  }
  draw();
  return box;
}

function content(w) {
  const meeting = load();
  const status = el("p", { class: "kh-said-here", role: "status" });
  const title = el("input", {
    type: "text",
    maxlength: 200,
    dir: "auto",
    "data-key": "meeting-title",
    value: meeting.title,
    placeholder: w["ui.meet.title"],
    "aria-label": w["ui.meet.title"],
    on: { change: (e) => save({ ...load(), title: e.target.value }) },
  });
  const addView = async () => {
    const { query, filters } = bus.view;
    const facets = await getJSON(`/api/facets?${filters}`).catch(() => null);
    if (!add(query, facets ? nameOf(facets) : "")) status.textContent = w["ui.meet.full"];
  };
  const minutes = (kind) =>
    el("button", {
      type: "button",
      class: "kh-button",
      "data-key": `minutes-${kind}`,
      text: w[`ui.meet.${kind}`],
      on: { click: () => leaveWith(kind, status, w) },
    });
  const full = meeting.scenes.length > 0;
  return [
    el("h2", { text: w["ui.meet.heading"] }),
    el("p", { class: "kh-hint", text: w["ui.meet.lead"] }),
    el("div", { class: "kh-row" }, [
      title,
      el("button", {
        type: "button",
        class: "kh-button",
        "data-key": "add-scene",
        text: w["ui.meet.add_hint"],
        on: { click: addView },
      }),
    ]),
    full
      ? el(
          "ol",
          { class: "kh-scenes" },
          meeting.scenes.map((scene, i) => line(scene, i, meeting.scenes.length, w)),
        )
      : el("p", { class: "kh-empty", text: w["ui.meet.empty"] }),
    full
      ? el("div", { class: "kh-row" }, [
          el("button", {
            type: "button",
            class: "kh-button kh-primary",
            "data-key": "present",
            text: w["ui.meet.present"],
            on: { click: () => begin() },
          }),
          minutes("docx"),
          minutes("pptx"),
        ])
      : null,
    status,
  ].filter(Boolean);
}

function line(scene, i, count, w) {
  const button = (key, name, act, disabled) =>
    el(
      "button",
      {
        type: "button",
        class: "kh-tool",
        "data-key": `${key}-${scene.id}`,
        "aria-label": `${w[key]} ${scene.title}`,
        title: w[key],
        disabled,
        on: { click: act },
      },
      [icon(name)],
    );
  return el("li", {}, [
    el("span", { class: "kh-number", text: String(i + 1) }),
    el("input", {
      type: "text",
      maxlength: 200,
      dir: "auto",
      "data-key": `name-${scene.id}`,
      value: scene.title,
      "aria-label": w["ui.meet.name"],
      on: { change: (e) => rename(scene.id, e.target.value) },
    }),
    scene.notes.length
      ? el("i", { class: "kh-badge", text: String(scene.notes.length), title: w["ui.meet.note"] })
      : null,
    button("ui.meet.open", "link", () => bus.visit("/", scene.query)),
    button("ui.meet.up", "up", () => move(scene.id, -1), i === 0),
    button("ui.meet.down", "down", () => move(scene.id, 1), i === count - 1),
    button("ui.meet.remove", "close", () => remove(scene.id)),
  ]);
}

async function leaveWith(kind, status, w) {
  status.textContent = w["ui.meet.making"];
  const { title, scenes } = load();
  try {
    const file = await send(`/minutes.${kind}`, {
      json: {
        lang: bus.view.lang,
        title,
        scenes: scenes.map((s) => ({
          title: s.title,
          query: s.query,
          notes: s.notes.map(({ text, pin, owner, due }) => ({ text, pin, owner, due })),
        })),
      },
    });
    const href = URL.createObjectURL(file);
    el("a", { href, download: `kharita.${kind}` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 60_000);
    status.textContent = "";
  } catch (error) {
    status.textContent = error.message;
  }
}
