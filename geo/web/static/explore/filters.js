/* The facets: what each value would leave, following all other filters. */
import { getJSON, words } from "../core/api.js";
import { component } from "../core/component.js";
import { el, render } from "../core/dom.js";

const SHORT = 8;
const LONG = 12;
const UNFOLDED = ["market", "craft", "buyer", "status"];

export default component("facets", async (root, state, current) => {
  const [answer, w] = await Promise.all([
    getJSON(`/api/facets?${state.data.filters}`),
    words(state.data),
  ]);
  if (!current()) return;
  state.expanded ||= new Set();
  state.typed ||= new Map();
  const only = state.data.only || [];
  const shown = only.length
    ? only.map((name) => answer.facets.find((f) => f.field === name)).filter(Boolean)
    : answer.facets;
  const redraw = () =>
    render(
      root,
      head(answer, w, state),
      ...shown.map((f) => facet(f, w, state, redraw)),
      only.length ? null : age(answer.ages, state),
      demo(answer, w, state),
    );
  redraw();
  root.dataset.filters = state.data.filters;
});

function head(answer, w, state) {
  return el("div", { class: "kh-rail-head" }, [
    el("h2", { text: w["ui.filters"] }),
    answer.active
      ? el("button", {
          type: "button",
          class: "kh-link",
          "data-key": "clear-all",
          text: w["ui.clear_all"],
          on: { click: () => state.send({ op: "clear" }) },
        })
      : null,
  ]);
}

function facet(f, w, state, redraw) {
  const all = f.groups.flatMap((g) => g.values);
  const typed = (state.typed.get(f.field) || "").toLocaleLowerCase();
  const expanded = state.expanded.has(f.field) || typed;
  const best = new Set(
    [...all]
      .sort((a, b) => b.count - a.count)
      .slice(0, SHORT)
      .map((v) => v.value),
  );
  const shown = (v) =>
    v.picked ||
    (typed
      ? v.label.toLocaleLowerCase().includes(typed)
      : expanded || all.length <= SHORT + 2 || best.has(v.value));
  const groups = f.groups
    .map((g) => [g, g.values.filter(shown)])
    .filter(([, values]) => values.length);
  return el(
    "details",
    {
      "data-key": `facet-${f.field}`,
      "data-field": f.field,
      open: UNFOLDED.includes(f.field) || f.picked > 0,
    },
    [
      el("summary", {}, [
        el("span", { text: f.label }),
        f.picked ? el("b", { class: "kh-badge", text: String(f.picked) }) : null,
      ]),
      el("p", { class: "kh-hint", text: f.hint }),
      all.length > LONG
        ? el("input", {
            type: "search",
            class: "kh-quick",
            "data-key": `quick-${f.field}`,
            placeholder: w["ui.quick"],
            "aria-label": `${w["ui.quick"]} ${f.label}`,
            value: state.typed.get(f.field) || "",
            on: {
              input: (e) => {
                state.typed.set(f.field, e.target.value);
                redraw();
              },
            },
          })
        : null,
      ...groups.map(([g, values]) =>
        el("fieldset", {}, [
          g.label
            ? el("legend", { text: g.label })
            : el("legend", { class: "kh-unseen", text: f.label }),
          ...values.map((v) => value(f, v, state)),
        ]),
      ),
      el("div", { class: "kh-facet-foot" }, [
        all.length > SHORT + 2 && !typed
          ? el("button", {
              type: "button",
              class: "kh-link",
              "data-key": `all-${f.field}`,
              text: expanded ? w["ui.fewer"] : `${w["ui.all_values"]} (${all.length})`,
              on: {
                click: () => {
                  if (expanded) state.expanded.delete(f.field);
                  else state.expanded.add(f.field);
                  redraw();
                },
              },
            })
          : null,
        f.picked
          ? el("button", {
              type: "button",
              class: "kh-link",
              "data-key": `clear-${f.field}`,
              text: w["ui.clear"],
              on: { click: () => state.send({ op: "clear", field: f.field }) },
            })
          : null,
      ]),
    ],
  );
}

function value(f, v, state) {
  return el(
    "label",
    {
      class: `kh-value${v.disabled ? " off" : ""}`,
      title: v.sub ? `${v.sub} · ${v.label}` : null,
    },
    [
      el("input", {
        type: "checkbox",
        "data-key": `${f.field}-${v.value}`,
        "data-value": v.value,
        checked: v.picked,
        disabled: v.disabled,
        on: { change: () => state.send({ op: "toggle", field: f.field, value: v.value }) },
      }),
      el("span", { class: "kh-label", text: v.label }),
      el("span", { class: "kh-count", text: v.text }),
    ],
  );
}

/* Tolerated age: one slider, its last step tolerates everything. */
function age(a, state) {
  const at = a.steps.findIndex((s) => s.value === a.value);
  const ageLabel = el("b", { text: a.steps[at].label });
  const count = el("i", { text: a.steps[at].text });
  const show = (i) => {
    ageLabel.textContent = a.steps[i].label;
    count.textContent = a.steps[i].text;
  };
  return el("div", { class: "kh-age", "data-field": "fresh" }, [
    el("label", {}, [
      el("span", { text: a.label }),
      el("span", { class: "kh-age-said" }, [ageLabel, count]),
      el("input", {
        type: "range",
        "data-key": "fresh",
        min: 0,
        max: a.steps.length - 1,
        step: 1,
        value: at,
        "aria-valuetext": `${a.steps[at].label}, ${a.steps[at].text}`,
        on: {
          input: (e) => show(Number(e.target.value)),
          change: (e) =>
            state.send({ op: "set", field: "fresh", value: a.steps[Number(e.target.value)].value }),
        },
      }),
    ]),
    el("p", { class: "kh-hint", text: [a.hint, a.undated].filter(Boolean).join(" ") }),
  ]);
}

function demo(answer, w, state) {
  return el("label", { class: "kh-demo" }, [
    el("input", {
      type: "checkbox",
      role: "switch",
      "data-key": "demo",
      checked: answer.demo.on,
      on: {
        change: (e) =>
          state.send(
            e.target.checked
              ? { op: "clear", field: "origin" }
              : { op: "set", field: "origin", value: ["published", "imported"] },
          ),
      },
    }),
    el("span", {}, [el("b", { text: w["ui.demo_switch"] }), el("i", { text: answer.demo.label })]),
  ]);
}
