/* What is shown, in one sentence, with a cross on each part; figures; notices. */

import { getJSON, words } from "../core/api.js";
import { component } from "../core/component.js";
import { el, render } from "../core/dom.js";
import { icon, mark } from "../core/icons.js";
import { banner } from "../core/shared_banner.js";
import { bus } from "../core/view_store.js";

export default component("said", async (root, state, current) => {
  const w = await words(state.data);
  const [answer, reminder] = await Promise.all([
    getJSON(`/api/facets?${state.data.filters}`),
    banner(state.data, w),
  ]);
  if (!current()) return;
  const chips = answer.sentence.map((piece) =>
    piece.field ? chip(piece, w, state) : el("span", { text: piece.text }),
  );
  // What Python could not read is said until the reader's next act.
  if (state.notice !== state.data.notice)
    Object.assign(state, { notice: state.data.notice, first: state.data.query });
  const notices = [
    ...(state.data.query === state.first ? state.data.notice : []),
    ...(bus.notice ? [w[bus.notice]] : []),
  ];
  if (root.dataset.filters !== undefined && root.dataset.filters !== state.data.filters)
    announce(root, answer.figures);
  render(
    root,
    state.data.title ? el("h1", { class: "kh-unseen", text: state.data.title }) : null,
    ...(reminder ? [reminder] : []),
    ...notices.map((text) => el("p", { class: "kh-notice", role: "status", text })),
    el("div", { class: "kh-line" }, [
      el("p", { class: "kh-sentence" }, [
        ...chips,
        answer.active > 1
          ? el("button", {
              type: "button",
              class: "kh-link",
              "data-key": "all",
              text: w["ui.clear_all"],
              on: { click: () => state.send({ op: "clear" }) },
            })
          : null,
      ]),
      el(
        "div",
        { class: "kh-figures" },
        answer.figures.map((f) =>
          el("span", { class: "kh-figure", "data-figure": f.key }, [
            mark(f.class),
            el("b", { text: f.value }),
            el("i", { text: f.label }),
          ]),
        ),
      ),
    ]),
    ...(answer.blame
      ? [
          el("p", { class: "kh-blame", role: "status" }, [
            el("span", { text: answer.blame.text }),
            el("button", {
              type: "button",
              class: "kh-button",
              text: answer.blame.label,
              on: { click: () => state.send({ op: "clear", field: answer.blame.field }) },
            }),
          ]),
        ]
      : []),
  );
  root.dataset.filters = state.data.filters;
});

/* A change of the counts is said aloud: by a line that stays, for a new one would not be heard. */
function announce(root, figures) {
  let line = root.parentElement.querySelector(":scope > .kh-counts");
  if (!line) {
    line = el("p", { class: "kh-counts kh-unseen", role: "status" });
    root.after(line);
  }
  line.textContent = figures.map((f) => `${f.value} ${f.label}`).join(", ");
}

function chip(piece, w, state) {
  const remove = ["q", "fresh"].includes(piece.field)
    ? { op: "clear", field: piece.field }
    : { op: "toggle", field: piece.field, value: piece.value };
  return el("span", { class: "kh-chip", title: piece.title || piece.label, dir: "auto" }, [
    el("span", { text: piece.text }),
    el(
      "button",
      {
        type: "button",
        "data-key": `chip-${piece.field}-${piece.value}`,
        "aria-label": `${w["ui.remove"]} ${piece.label} ${piece.text}`,
        on: { click: () => state.send(remove) },
      },
      [icon("close")],
    ),
  ]);
}
