/* One record as a form. Saving names a reason; when somebody else was first, both versions are
   laid side by side and the editor chooses, field by field. */

import { forget, send } from "../core/api.js";
import { el, render } from "../core/dom.js";
import { differences, refusal, signature } from "../core/form_parts.js";
import { bus } from "../core/view_store.js";
import { pointMap } from "../map/point_map.js";

/* What a record of each collection is called in the address. */
export const KIND = { buyers: "buyer", sites: "site", fairs: "fair", markets: "market" };
const AT = /^\s*(-?\d{1,2}(?:[.,]\d+)?)\s*[;, ]\s*(-?\d{1,3}(?:[.,]\d+)?)\s*$/;

/* The nodes of the form of one record, `id` "new" for an empty one; a sentence when it is refused.
 */
export async function formPart(collection, id, { data, w, state, held }) {
  const path = `/api/held/${collection}/${encodeURIComponent(id)}`;
  const key = `${path}|${data.lang}`;
  // What is being typed survives other redraws; another record is another form.
  if (held.form?.key === key) return held.form.nodes;
  const answer = await fetch(`${path}?lang=${data.lang}`);
  const a = await answer.json().catch(() => ({}));
  if (!answer.ok)
    return [
      el("div", { class: "kh-notice", role: "status" }, [
        el("span", { text: a.error?.text || w["ui.failed"] }),
      ]),
    ];
  const form = {
    key,
    path,
    a,
    values: {},
    lon_lat: a.lon_lat,
    revision: a.revision,
    reason: "",
    nodes: [],
  };
  for (const f of a.fields) form.values[f.name] = f.value;
  held.form = form;
  form.nodes = parts(form, { data, w, state, held });
  return form.nodes;
}

function parts(form, ctx) {
  const { a } = form;
  const { w } = ctx;
  const errorLine = refusal();
  const sign = signature(a.signed, w);
  const box = el("div", { class: "kh-clash" });
  const act = async (path, json, then) => {
    errorLine.say("");
    render(box);
    mend(form, {});
    try {
      const made = await send(`${path}?lang=${ctx.data.lang}`, {
        json: { ...json, author: sign.author },
      });
      forget();
      then(made);
    } catch (error) {
      errorLine.say(error.message);
      if (error.answer?.fields) mend(form, error.answer.fields);
      if (error.answer?.clashes) render(box, ...clash(form, error.answer.clashes[0], ctx));
      errorLine.node.scrollIntoView({ block: "nearest" });
    }
  };
  form.save = () =>
    act(
      form.path,
      { answers: form.values, lon_lat: form.lon_lat, revision: form.revision, reason: form.reason },
      (made) => {
        ctx.held.form = null;
        ctx.held.fresh = "";
        const sel = `${KIND[a.collection]}:${made.id}`;
        if (sel === ctx.data.sel) ctx.state.again();
        else bus.go({ op: "set", field: "sel", value: sel });
      },
    );
  const again = () => {
    ctx.held.form = null;
    ctx.state.again();
  };
  const reason = el("input", {
    type: "text",
    maxlength: 300,
    dir: "auto",
    value: form.reason,
    "data-key": "reason",
    on: {
      input: (e) => {
        form.reason = e.target.value;
      },
    },
  });
  return [
    el("header", { class: "kh-form-head" }, [
      el("h2", {}, [el("bdi", { text: a.name || a.title })]),
      el("p", {
        class: "kh-hint",
        text: a.removed
          ? w["ui.form.removed"]
          : a.demo
            ? w["ui.form.demo"]
            : a.id
              ? w["ui.form.lead"]
              : w["ui.form.new"],
      }),
    ]),
    el(
      "form",
      {
        class: "kh-form",
        novalidate: true,
        on: {
          submit: (e) => {
            e.preventDefault();
            form.save();
          },
        },
      },
      [
        el(
          "div",
          { class: "kh-questions" },
          a.fields.map((f) => question(f, form, w)),
        ),
        a.placed ? place(form, ctx) : null,
        el("div", { class: "kh-questions" }, [
          el("label", { class: "kh-asked" }, [
            el("span", { text: w["ui.form.reason"] }),
            reason,
            el("small", { text: w["ui.form.reason_hint"] }),
          ]),
          sign.node,
        ]),
        errorLine.node,
        box,
        el("div", { class: "kh-row" }, [
          el("button", {
            type: "submit",
            class: "kh-button kh-primary",
            "data-key": "save",
            text: w["ui.form.save"],
          }),
          el("button", {
            type: "button",
            class: "kh-button",
            "data-key": "revert",
            text: w["ui.form.revert"],
            on: { click: again },
          }),
          a.id && !a.removed && a.collection !== "markets"
            ? el("button", {
                type: "button",
                class: "kh-link kh-danger",
                "data-key": "remove",
                text: w["ui.form.remove"],
                on: {
                  click: () =>
                    act(
                      `${form.path}/remove`,
                      { revision: form.revision, reason: form.reason },
                      again,
                    ),
                },
              })
            : null,
        ]),
      ],
    ),
    a.history.length ? past(form, act, again, w) : null,
  ].filter(Boolean);
}

/* What was done to the record, newest first; any state it had can be restored. */
function past(form, act, again, w) {
  const { a } = form;
  const first = a.history.at(-1).changes[0];
  const back = (to, number) =>
    el("button", {
      type: "button",
      class: "kh-link",
      "data-key": `restore-${to}`,
      text: w["ui.form.restore"],
      on: {
        click: () =>
          act(
            `${form.path}/restore`,
            {
              to,
              revision: form.revision,
              reason: form.reason || w["ui.form.restore_reason"].replace("{n}", number),
            },
            again,
          ),
      },
    });
  return el("section", {}, [
    el("h3", { text: w["ui.form.history"] }),
    el(
      "ol",
      { class: "kh-past" },
      [
        ...a.history.map((s) =>
          el("li", {}, [
            el("p", {}, [
              el("b", { text: s.when }),
              el("span", {
                dir: "auto",
                text: [s.kind, s.author || w["ui.history.nobody"], s.reason].join(" · "),
              }),
            ]),
            ...s.changes.map((c) => differences(c.fields, w)),
            s.changes[0].revision === form.revision ? null : back(s.changes[0].revision, s.number),
          ]),
        ),
        first.revision === 1 && first.existed
          ? el("li", {}, [el("p", {}, [el("b", { text: w["ui.form.shipped"] })]), back(0, 0)])
          : null,
      ].filter(Boolean),
    ),
  ]);
}

/* Under each field, what is wrong with its answer. */
function mend(form, wrong) {
  for (const node of form.nodes.flatMap((n) => [...n.querySelectorAll("[data-field]")])) {
    const text =
      wrong[node.dataset.field] || (node.dataset.field === "geometry" && wrong.lon) || "";
    node.classList.toggle("wrong", Boolean(text));
    node.querySelector(".kh-wrong").textContent = text;
  }
}

/* ------------------------------------------------------------------ one question */

function question(f, form, w) {
  const set = (value) => {
    form.values[f.name] = value;
  };
  const label = el("span", { text: f.label + (f.required ? " *" : "") });
  const wrong = el("small", { class: "kh-wrong", role: "alert" });
  const wide = f.kind === "long" || f.kind === "many" || f.kind === "sources";
  const shell = (tag, more) =>
    el(tag, { class: `kh-asked${wide ? " wide" : ""}`, "data-field": f.name }, [
      ...more,
      f.hint ? el("small", { text: f.hint }) : null,
      wrong,
    ]);
  if (f.kind === "many")
    return shell("fieldset", [
      el("legend", { text: f.label }),
      el(
        "div",
        { class: "kh-ticks" },
        f.choices.map((c) =>
          el("label", {}, [
            el("input", {
              type: "checkbox",
              value: c.value,
              checked: f.value.includes(c.value),
              on: {
                change: (e) =>
                  set(
                    e.target.checked
                      ? [...form.values[f.name], c.value]
                      : form.values[f.name].filter((v) => v !== c.value),
                  ),
              },
            }),
            el("span", { text: c.label }),
          ]),
        ),
      ),
    ]);
  if (f.kind === "sources")
    return shell("fieldset", [
      el("legend", { text: f.label + (f.required ? " *" : "") }),
      sources(f, form, w),
    ]);
  return shell("label", [label, control(f, set, w)]);
}

function control(f, set, w) {
  const common = { "data-key": `f-${f.name}`, on: { input: (e) => set(e.target.value) } };
  if (f.kind === "flag")
    return pick(
      [
        { value: "yes", label: w["ui.yes"] },
        { value: "no", label: w["ui.no"] },
      ],
      f.value,
      common,
    );
  if (f.kind === "one") return pick(f.choices, f.value, common);
  if (f.kind === "long")
    return el("textarea", { ...common, rows: 3, maxlength: 4000, dir: "auto", value: f.value });
  const type = f.kind === "url" ? "url" : "text";
  const form = { date: "2026-01-31", url: "https://" }[f.kind];
  return el("input", {
    ...common,
    type,
    maxlength: 300,
    dir: f.kind === "text" ? "auto" : "ltr",
    inputmode: f.kind === "number" || f.kind === "whole" ? "decimal" : null,
    placeholder: form || "",
    value: f.value ?? "",
  });
}

function pick(choices, value, common) {
  const node = el(
    "select",
    common,
    [{ value: "", label: "—" }, ...choices].map((c) =>
      el("option", { value: c.value, text: c.label }),
    ),
  );
  node.value = value ?? "";
  return node;
}

function sources(f, form, w) {
  const box = el("div", { class: "kh-sources" });
  form.values[f.name] = f.value.map((s) => ({ ...s }));
  const list = form.values[f.name];
  const line = (s) =>
    el(
      "div",
      { class: "kh-source-line" },
      [
        ["label", w["ui.form.source_label"], "auto"],
        ["url", "https://", "ltr"],
        ["date", "2026-01-31", "ltr"],
      ].map(([key, hint, dir]) =>
        el("input", {
          type: "text",
          maxlength: key === "url" ? 2000 : 200,
          dir,
          placeholder: hint,
          "aria-label": w[`ui.form.source_${key}`],
          value: s[key] || "",
          on: {
            input: (e) => {
              s[key] = e.target.value;
            },
          },
        }),
      ),
    );
  const show = () =>
    render(
      box,
      ...list.map(line),
      el("button", {
        type: "button",
        class: "kh-link",
        "data-key": "source",
        text: w["ui.form.source_add"],
        on: {
          click: () => {
            list.push({ label: "", url: "", date: "" });
            show();
          },
        },
      }),
    );
  if (!list.length) list.push({ label: "", url: "", date: "" });
  show();
  return box;
}

/* ------------------------------------------------------------------ the position */

function place(form, { data, w }) {
  const text = (at) => (at ? `${at[1]}, ${at[0]}` : "");
  const wrong = el("small", { class: "kh-wrong", role: "alert" });
  const canvas = el("div", { class: "kh-pointmap", role: "application" });
  let map;
  const input = el("input", {
    type: "text",
    dir: "ltr",
    "data-key": "position",
    placeholder: "31.6295, -7.9811",
    maxlength: 60,
    value: text(form.lon_lat),
    on: {
      change: () => {
        const found = AT.exec(input.value);
        wrong.textContent = input.value && !found ? w["ui.form.position_form"] : "";
        if (input.value && !found) return;
        form.lon_lat = found
          ? [Number(found[2].replace(",", ".")), Number(found[1].replace(",", "."))]
          : null;
        map?.move(form.lon_lat);
      },
    },
  });
  pointMap(canvas, {
    data,
    label: w["ui.form.position"],
    points: [{ lon_lat: form.lon_lat, kind: "after", name: form.a.name }],
    onMove: (at) => {
      form.lon_lat = at;
      input.value = text(at);
    },
  }).then(
    (made) => {
      map = made;
    },
    () => canvas.remove(),
  );
  return el("fieldset", { class: "kh-asked wide", "data-field": "geometry" }, [
    el("legend", { text: w["ui.form.position"] }),
    canvas,
    el("label", { class: "kh-row" }, [el("span", { text: w["ui.form.position_text"] }), input]),
    el("button", {
      type: "button",
      class: "kh-link",
      "data-key": "unplace",
      text: w["ui.form.position_none"],
      on: {
        click: () => {
          form.lon_lat = null;
          input.value = "";
        },
      },
    }),
    wrong,
  ]);
}

/* ------------------------------------------------------------------ two versions */

function clash(form, c, { w }) {
  const chosen = {};
  const rows = c.fields.map((f, i) =>
    el("tr", {}, [
      el("th", { scope: "row", text: f.field }),
      ...[
        ["theirs", f.before],
        ["mine", f.after],
      ].map(([whose, value]) =>
        el("td", {}, [
          el("label", {}, [
            el("input", {
              type: "radio",
              name: `clash-${i}`,
              checked: whose === "mine",
              on: {
                change: () => {
                  chosen[f.name] = whose;
                },
              },
            }),
            el("span", { dir: "auto", text: value || w["ui.nothing"] }),
          ]),
        ]),
      ),
    ]),
  );
  const take = () => {
    for (const [name, whose] of Object.entries(chosen))
      if (whose === "theirs") {
        if (name === "position") form.lon_lat = c.theirs_lon_lat;
        else
          form.values[name] =
            c.theirs[name] === true ? "yes" : c.theirs[name] === false ? "no" : c.theirs[name];
      }
    form.revision = c.revision;
    form.save();
  };
  return [
    el("h3", { text: w["ui.form.two_versions"] }),
    c.fields.length
      ? el("table", {}, [
          el("thead", {}, [
            el("tr", {}, [
              el("th", {}),
              el("th", { scope: "col", text: w["ui.form.theirs"] }),
              el("th", { scope: "col", text: w["ui.form.mine"] }),
            ]),
          ]),
          el("tbody", {}, rows),
        ])
      : el("p", { text: w["ui.form.same"] }),
    el("button", {
      type: "button",
      class: "kh-button kh-primary",
      "data-key": "take",
      text: w["ui.form.take"],
      on: { click: take },
    }),
  ];
}
