/* The weights of the score: sliders and presets, kept in the address. */

import { apply, write } from "../core/address.js";
import { getJSON, words } from "../core/api.js";
import { component } from "../core/component.js";
import { debounce, el, render } from "../core/dom.js";
import { bus } from "../core/view_store.js";
import { answerPath } from "./api.js";

export default component("weights", async (root, state, current) => {
  const { data } = state;
  const open = ["rank", "compare", "method"].includes(data.show);
  root.hidden = !open;
  if (!open) return;
  const [a, w] = await Promise.all([
    getJSON(answerPath(data, "rank", ["axis", "weights"])),
    words(data),
  ]);
  if (!current()) return;
  // One drag is one entry of the history: its first step is pushed, the others replace it.
  state.save ||= debounce((codes) => {
    const intent = { op: "set", field: "weights", value: codes };
    if (state.pushed) {
      bus.correct(write(apply(bus.view, intent)));
      bus.look();
    } else {
      state.pushed = true;
      state.send(intent);
    }
  }, 120);
  state.ended ||= debounce(() => {
    state.pushed = false;
  }, 180);
  const held = new Map(data.weights.map((code) => code.split(".")));
  // A slider that is being dragged is not replaced under the finger.
  if (root.querySelector("input:active")) {
    for (const c of a.criteria) patch(root, c);
    return;
  }
  const move = (key, value) => {
    held.set(key, String(value));
    state.save([...held].map(([k, v]) => `${k}.${v}`));
  };
  render(
    root,
    el("div", { class: "kh-rail-head" }, [
      el("h2", { text: w["ui.rank.weights"] }),
      el("button", {
        type: "button",
        class: "kh-link",
        "data-key": "reset-weights",
        text: w["ui.rank.reset"],
        on: { click: () => state.send({ op: "clear", field: "weights" }) },
      }),
    ]),
    el(
      "div",
      { class: "kh-switch", role: "group", "aria-label": w["ui.rank.axis"] },
      a.axes.map((x) =>
        el("button", {
          type: "button",
          "data-key": `axis-${x.key}`,
          "aria-pressed": String(x.on),
          text: x.text,
          on: { click: () => state.send({ op: "set", field: "axis", value: x.key }) },
        }),
      ),
    ),
    el(
      "div",
      { class: "kh-presets", role: "group", "aria-label": w["ui.rank.presets"] },
      a.presets.map((p) =>
        el("button", {
          type: "button",
          class: "kh-preset",
          "data-key": `preset-${p.key}`,
          "aria-pressed": String(p.on),
          text: p.text,
          on: {
            click: () =>
              state.send(
                p.weights.length
                  ? { op: "set", field: "weights", value: p.weights }
                  : { op: "clear", field: "weights" },
              ),
          },
        }),
      ),
    ),
    ...a.criteria.map((c) =>
      el("label", { class: `kh-weight${c.aside ? " aside" : ""}`, title: c.help }, [
        el("span", { class: "kh-weight-name" }, [
          el("i", { class: `kh-tone tone-${c.tone}` }),
          el("span", { text: c.text }),
          el("b", { "data-weight": c.key, text: c.aside ? "—" : c.share }),
        ]),
        el("input", {
          type: "range",
          min: 0,
          max: 100,
          step: 5,
          value: c.weight,
          "data-key": `weight-${c.key}`,
          "data-criterion": c.key,
          "aria-label": c.text,
          "aria-valuetext": `${c.weight} (${c.share})`,
          on: { input: (e) => move(c.key, e.target.value), change: () => state.ended() },
        }),
        c.aside ? el("small", { text: c.aside_text }) : null,
      ]),
    ),
    el("details", { class: "kh-reading", "data-key": "reading" }, [
      el("summary", { text: w["ui.rank.reading"] }),
      ...a.reading.map((text) => el("p", { text })),
    ]),
  );
  root.dataset.weights = data.weights.join();
});

function patch(root, c) {
  const shown = root.querySelector(`[data-weight="${CSS.escape(c.key)}"]`);
  if (shown) shown.textContent = c.aside ? "—" : c.share;
}
