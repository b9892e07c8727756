/* Coverage as a table: by area, by craft, and where it lacks; with what it counts above it. */
import { getJSON, words } from "../core/api.js";
import { component } from "../core/component.js";
import { el, render } from "../core/dom.js";
import { busy, failure, settled } from "../core/loading.js";
import { fix, share } from "./corrections.js";
import { follow, siting } from "./siting.js";
import { segments } from "./start_place.js";

const VIEWS = ["cover", "crafts", "missing", "next", "fix"];

export default component("cover", load);

async function load(root, state) {
  const { data } = state;
  const query = [data.filters, data.locate].filter(Boolean).join("&");
  state.wanted = `${query}|${data.lang}`;
  const key = state.wanted;
  busy(root);
  try {
    const [answer, w] = await Promise.all([getJSON(`/api/coverage?${query}`), words(data)]);
    if (state.wanted !== key) return;
    const planning = data.new !== "0" || data.pin.length > 0;
    if (planning && !state.planning) state.view = "next";
    state.planning = planning;
    draw(root, answer, w, state);
    root.dataset.query = query;
    const current = () => root.isConnected && state.wanted === key;
    await follow(
      query,
      (plan, cancel) => {
        state.plan = plan;
        state.cancel = cancel;
        if (state.view === "next") draw(root, answer, w, state);
        root.dataset.sited = plan.state === "working" ? "" : query;
      },
      current,
    );
  } catch (error) {
    const w = await words(data).catch(() => ({}));
    if (state.wanted === key)
      render(
        root,
        failure(error, w, () => load(root, state)),
      );
  } finally {
    if (state.wanted === key) settled(root);
  }
}

function draw(root, answer, w, state) {
  state.view ||= "cover";
  const redraw = () => draw(root, answer, w, state);
  const tab = (name) =>
    el("button", {
      type: "button",
      role: "tab",
      "data-key": `tab-${name}`,
      "aria-selected": String(state.view === name),
      text: w[`ui.tab.${name}`],
      on: {
        click: () => {
          state.view = name;
          if (name !== "fix") share([]);
          redraw();
        },
      },
    });
  const { data } = state;
  render(
    root,
    el("div", { class: "kh-cover-head" }, [
      el(
        "div",
        { class: "kh-tabs-row", role: "tablist", "aria-label": w["ui.tab.cover"] },
        VIEWS.map(tab),
      ),
      el("div", { class: "kh-cover-how" }, [
        segments(
          "cover",
          ["province", "region", "off"].map((v) => [v, w[`ui.cover.${v}`]]),
          w["ui.cover_unit"],
          state,
        ),
        segments(
          "milieu",
          ["all", "rural", "urban"].map((v) => [v, w[`ui.milieu.${v}`]]),
          w["ui.milieu"],
          state,
        ),
        el("label", { class: "kh-check" }, [
          el("input", {
            type: "checkbox",
            role: "switch",
            "data-key": "coming",
            checked: data.coming === "yes",
            on: {
              change: (e) =>
                state.send({ op: "set", field: "coming", value: e.target.checked ? "yes" : "no" }),
            },
          }),
          el("span", { text: w["ui.coming"] }),
        ]),
      ]),
    ]),
    el(
      "div",
      {
        class: "kh-scroll",
        "data-scroll": state.view,
        tabindex: "0",
        role: "tabpanel",
        "aria-label": w[`ui.tab.${state.view}`],
      },
      [
        state.view === "cover"
          ? table(answer, w, state, redraw)
          : state.view === "crafts"
            ? crafts(answer, w, state)
            : state.view === "fix"
              ? fix(w, state)
              : state.view === "next"
                ? siting(state.plan, w, state, state.cancel)
                : missing(answer, state),
      ],
    ),
  );
}

function table(answer, w, state, redraw) {
  const [by, down] = state.sort || ["", false];
  const at = answer.columns.findIndex((c) => c.key === by);
  const rows =
    at < 0
      ? answer.rows
      : [...answer.rows].sort((a, b) => compare(a.cells[at], b.cells[at]) * (down ? -1 : 1));
  const sort = (key) => {
    state.sort = by === key && down ? ["", false] : [key, by !== key ? key !== "area" : !down];
    redraw();
  };
  return el("table", {}, [
    el("caption", { class: "kh-unseen", text: `${w["ui.cover_table"]}. ${answer.note}` }),
    el("thead", {}, [
      el(
        "tr",
        {},
        answer.columns.map((c) =>
          el(
            "th",
            {
              scope: "col",
              class: `${c.key === "area" ? "area" : "num"}${c.chosen ? " chosen" : ""}`,
              "aria-sort": c.key === by ? (down ? "descending" : "ascending") : null,
            },
            [
              el(
                "button",
                { type: "button", "data-key": `sort-${c.key}`, on: { click: () => sort(c.key) } },
                [
                  el("span", { text: c.label }),
                  el("span", {
                    class: "kh-arrow",
                    "aria-hidden": "true",
                    text: c.key === by ? (down ? "↓" : "↑") : "",
                  }),
                ],
              ),
            ],
          ),
        ),
      ),
    ]),
    el(
      "tbody",
      {},
      rows.map((row) =>
        el(
          "tr",
          { "data-code": row.code },
          row.cells.map((cell, i) =>
            i === 0
              ? el("th", { scope: "row" }, [
                  el("span", { class: `kh-swatch ${row.class}`, "aria-hidden": "true" }),
                  el("span", { text: cell.text }),
                ])
              : el("td", {
                  class: `num${answer.columns[i].chosen ? " chosen" : ""}`,
                  text: cell.text,
                }),
          ),
        ),
      ),
    ),
    el("tfoot", {}, [
      el("tr", {}, [
        el("td", { colspan: answer.columns.length, text: `${answer.unplaced} ${answer.note}` }),
      ]),
    ]),
  ]);
}

const compare = (a, b) => a.sort - b.sort || a.text.localeCompare(b.text);

function crafts(answer, w, state) {
  return el(
    "ul",
    { class: "kh-bars wide" },
    answer.crafts.map((c) =>
      el("li", { class: c.picked ? "on" : "" }, [
        el("button", {
          type: "button",
          class: "kh-link",
          "data-key": `craft-${c.craft}`,
          "aria-pressed": String(c.picked),
          text: c.label,
          on: { click: () => state.send({ op: "toggle", field: "craft", value: c.craft }) },
        }),
        el("span", { class: "kh-bar", "aria-hidden": "true" }, [
          el("span", { style: `inline-size:${(c.share * 100).toFixed(1)}%` }),
        ]),
        el("b", { text: c.text }),
        el("i", { text: c.facilities, title: w["ui.layer.sites"] }),
      ]),
    ),
  );
}

function missing(answer, state) {
  return el(
    "ul",
    { class: "kh-lacking wide" },
    answer.uncovered.map((u) =>
      el("li", {}, [
        el(
          "button",
          {
            type: "button",
            class: "kh-item",
            "data-key": `miss-${u.code}`,
            on: { click: () => state.send({ op: "set", field: "place", value: u.ref }) },
          },
          [
            el("b", { dir: "auto", text: u.name }),
            el("i", { text: u.people }),
            el("b", { class: "kh-num", text: u.distance }),
          ],
        ),
      ]),
    ),
  );
}
