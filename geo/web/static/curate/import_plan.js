/* What an import would do: what was understood, what can be answered, the rows, the map, the
   button. */
import { el } from "../core/dom.js";
import { differences, signature } from "../core/form_parts.js";
import { icon } from "../core/icons.js";
import { pointMap } from "../map/point_map.js";

const SHOWN = ["refused", "alike", "new", "changed", "unchanged", "left"];
const LEVELS = ["reject", "refuse", "warn"];

export function importPlan(a, held, act, { data, w }) {
  const rejected = a.outcome === "reject";
  return [
    el("header", { class: "kh-chead" }, [
      el("div", {}, [
        el("h2", {}, [el("bdi", { text: a.file })]),
        el("p", { text: [a.rows, ...a.detected.map((d) => `${d.label} ${d.value}`)].join(" · ") }),
      ]),
      el("button", {
        type: "button",
        class: "kh-link",
        "data-key": "give-up",
        text: w["ui.import.give_up"],
        on: { click: act.give },
      }),
    ]),
    rejected
      ? el("p", { class: "kh-failed", role: "alert", text: w["ui.import.rejected"] })
      : figures(a, held, act, w),
    el(
      "div",
      { class: "kh-understood" },
      [
        el(
          "section",
          {},
          [
            offers(a, act, w),
            problems(a, w),
            rejected ? null : columns(a, held, act, w),
            guesses(a, held, act, w),
            choices(a, act, w),
          ].filter(Boolean),
        ),
        rejected
          ? null
          : el(
              "section",
              {},
              [rows(a, held, act, w), placed(a, held, act, data, w), store(a, held, act, w)].filter(
                Boolean,
              ),
            ),
      ].filter(Boolean),
    ),
  ];
}

/* ------------------------------------------------------------------ what was understood */

function figures(a, held, act, w) {
  return el(
    "div",
    { class: "kh-tallies", role: "group", "aria-label": w["ui.import.counts"] },
    SHOWN.filter((key) => a.counts[key] || ["new", "changed", "refused"].includes(key)).map((key) =>
      el(
        "button",
        {
          type: "button",
          class: key,
          "data-key": `count-${key}`,
          "aria-pressed": String(showing(a, held) === key),
          disabled: !a.counts[key],
          on: {
            click: () => {
              held.show = key;
              act.again();
            },
          },
        },
        [el("b", { text: String(a.counts[key]) }), el("span", { text: w[`ui.import.n_${key}`] })],
      ),
    ),
  );
}

const showing = (a, held) =>
  a.counts[held.show] ? held.show : SHOWN.find((key) => a.counts[key]) || "new";

function offers(a, act, w) {
  if (!a.offers.length) return null;
  const answer = {
    swap: (o) => act.answer({ swap: o.value }),
    west: () => act.answer({ west: true }),
    crs: (o) => act.answer({ crs: o.value }),
    repair: () => act.read({ repair: true }),
  };
  return el("div", { class: "kh-offers" }, [
    el("h3", { text: w["ui.import.offers"] }),
    ...a.offers.map((o) =>
      el("div", { class: "kh-offer" }, [
        el("p", { text: o.text }),
        el("button", {
          type: "button",
          class: "kh-button",
          "data-key": `offer-${o.kind}-${o.value}`,
          text: w["ui.import.do_it"],
          on: { click: () => answer[o.kind](o) },
        }),
      ]),
    ),
  ]);
}

function problems(a, w) {
  const grave = a.problems.filter((p) => LEVELS.includes(p.level));
  const notes = a.problems.filter((p) => p.level === "note");
  const list = (found) =>
    el(
      "ul",
      { class: "kh-problems-list" },
      found.map((p) =>
        el("li", { class: p.level, "data-code": p.code }, [
          p.where ? el("b", { dir: "auto", text: p.where }) : null,
          el("span", { dir: "auto", text: p.text }),
        ]),
      ),
    );
  return el("div", {}, [
    grave.length ? el("h3", { text: w["ui.import.problems"] }) : null,
    grave.length ? list(grave) : null,
    notes.length
      ? el("details", { "data-key": "notes" }, [
          el("summary", { text: `${w["ui.import.notes"]} (${notes.length})` }),
          list(notes),
        ])
      : null,
  ]);
}

function columns(a, held, act, w) {
  const pick = (c) =>
    select([{ value: "", label: w["ui.import.unused"] }, ...a.fields], c.field, {
      "aria-label": c.heading,
      "data-key": `column-${c.heading}`,
      on: {
        change: (e) =>
          act.answer({ columns: { ...held.options.columns, [c.heading]: e.target.value } }),
      },
    });
  const doubtful = a.columns.some((c) => !c.sure);
  const look = doubtful ? ` · ${w["ui.import.look"]}` : "";
  return el("details", { "data-key": "columns", open: a.outcome === "reject" }, [
    el("summary", { text: `${w["ui.import.columns"]} (${a.columns.length})${look}` }),
    el("table", {}, [
      el(
        "tbody",
        {},
        a.columns.map((c) =>
          el("tr", { class: c.sure ? "" : "doubt" }, [
            el("th", { scope: "row", dir: "auto", text: c.heading }),
            el("td", {}, [pick(c)]),
          ]),
        ),
      ),
    ]),
  ]);
}

function guesses(a, held, act, w) {
  if (!a.guesses.length && !a.supposed.length) return null;
  const set = (g, value) =>
    act.answer({
      values: {
        ...held.options.values,
        [g.field]: { ...held.options.values?.[g.field], [g.raw]: value },
      },
    });
  const right = (g) => {
    const codes = a.vocabularies[g.field];
    if (!codes || g.codes.length > 1) return el("b", { dir: "auto", text: g.as });
    return select([{ value: "", label: w["ui.import.leave_out"] }, ...codes], g.codes[0] || "", {
      "aria-label": g.raw,
      "data-key": `guess-${g.field}-${g.raw}`,
      on: { change: (e) => set(g, e.target.value) },
    });
  };
  return el("details", { "data-key": "guesses", open: a.guesses.some((g) => g.unknown) }, [
    el("summary", { text: `${w["ui.import.guesses"]} (${a.guesses.length + a.supposed.length})` }),
    el("table", {}, [
      el("tbody", {}, [
        ...a.guesses.map((g) =>
          el("tr", { class: g.unknown ? "doubt" : "" }, [
            el("td", {}, [el("i", { text: g.label }), el("b", { dir: "auto", text: g.raw })]),
            el("td", {}, [right(g)]),
            el("td", {
              class: "kh-sure",
              text: g.unknown ? w["ui.import.unknown"] : `${g.sure} % · ${g.n}×`,
            }),
          ]),
        ),
        ...a.supposed.map((s) =>
          el("tr", {}, [
            el("td", {}, [el("i", { text: s.field }), el("b", { text: w["ui.import.not_said"] })]),
            el("td", {}, [el("b", { dir: "auto", text: s.as })]),
            el("td", { class: "kh-sure", text: `${s.n}×` }),
          ]),
        ),
      ]),
    ]),
  ]);
}

/* Another sheet, layer or separator than the one that was taken. */
function choices(a, act, w) {
  const known = a.choices.filter((c) => c.values.length > 1 && ["sheet", "layer"].includes(c.key));
  return known.length
    ? el(
        "div",
        { class: "kh-row" },
        known.map(({ key, values, taken }) =>
          el("label", { class: "kh-asked" }, [
            el("span", { text: w[`ui.import.${key}`] }),
            select(
              values.map((name) => ({ value: name, label: name })),
              taken,
              {
                "data-key": `choice-${key}`,
                on: { change: (e) => act.read({ [key]: e.target.value }) },
              },
            ),
          ]),
        ),
      )
    : null;
}

function select(options, value, attributes) {
  const node = el(
    "select",
    attributes,
    options.map((o) => el("option", { value: o.value, text: o.label })),
  );
  node.value = value;
  return node;
}

/* ------------------------------------------------------------------ rows */

function rows(a, held, act, w) {
  const shown = showing(a, held);
  const box = el("div", { class: "kh-import-rows", "data-show": shown });
  const more = async (offset) => {
    const page = await act.rows(shown, offset);
    box.querySelector("[data-key=more-rows]")?.remove();
    box.append(
      el(
        "ul",
        {},
        page.rows.map((r) => row(r, shown, held, act, w)),
      ),
    );
    if (page.next !== null)
      box.append(
        el("button", {
          type: "button",
          class: "kh-button kh-wide",
          "data-key": "more-rows",
          text: w["ui.import.more"],
          on: { click: () => more(page.next) },
        }),
      );
    box.dataset.loaded = shown;
  };
  more(0);
  return el("div", {}, [el("h3", { text: w[`ui.import.rows_${shown}`] }), box]);
}

function row(r, shown, held, act, w) {
  const decide = (value) =>
    act.answer({ decisions: { ...held.options.decisions, [r.row]: value } });
  const mend = (m) => {
    const input = el("input", {
      type: "text",
      maxlength: 4000,
      dir: "auto",
      value: m.cell,
      "aria-label": m.heading,
      "data-key": `cell-${r.row}-${m.heading}`,
    });
    const put = () =>
      act.answer({
        cells: {
          ...held.options.cells,
          [r.row]: { ...held.options.cells?.[r.row], [m.heading]: input.value },
        },
      });
    input.addEventListener("keydown", (e) => {
      if (e.key === "Enter") put();
    });
    return el("span", { class: "kh-mend" }, [
      el("i", { dir: "auto", text: m.heading }),
      input,
      el("button", {
        type: "button",
        class: "kh-mini",
        text: w["ui.import.put"],
        on: { click: put },
      }),
    ]);
  };
  return el("li", { "data-row": r.row }, [
    el("p", {}, [
      el("i", { class: "kh-line-no", text: w["ui.import.line"].replace("{n}", r.row) }),
      el("b", { dir: "auto", text: r.name }),
      r.placed ? el("span", { class: "kh-quiet", text: r.placed }) : null,
    ]),
    ...r.remarks.map((m) =>
      el("div", { class: "kh-remark" }, [
        el("span", { dir: "auto", text: m.text }),
        m.heading && shown === "refused" ? mend(m) : null,
      ]),
    ),
    ...r.alike.map((x) =>
      el("div", { class: "kh-remark" }, [
        el("span", {
          dir: "auto",
          text: `${x.name} — ${[x.why, x.apart].filter(Boolean).join(", ")}`,
        }),
        el("span", { class: "kh-row" }, [
          x.id
            ? el("button", {
                type: "button",
                class: "kh-mini",
                "data-key": `same-${r.row}`,
                text: w["ui.import.same"],
                on: { click: () => decide(x.id) },
              })
            : null,
          el("button", {
            type: "button",
            class: "kh-mini",
            "data-key": `other-${r.row}`,
            text: w["ui.import.other"],
            on: { click: () => decide("new") },
          }),
        ]),
      ]),
    ),
    shown === "changed" || shown === "new" ? differences(r.fields, w) : null,
    shown === "left"
      ? el("button", {
          type: "button",
          class: "kh-link",
          text: w["ui.import.take_back"],
          on: { click: () => decide("") },
        })
      : el("button", {
          type: "button",
          class: "kh-link",
          "data-key": `skip-${r.row}`,
          text: w["ui.import.skip"],
          on: { click: () => decide("skip") },
        }),
  ]);
}

/* Where the records would lie; those placed by their town's name can be dragged to their door. */
function placed(a, held, act, data, w) {
  if (!a.points.length) return null;
  const canvas = el("div", { class: "kh-pointmap", role: "application" });
  const guessed = a.points.filter((p) => p.guessed).length;
  pointMap(canvas, {
    data,
    label: w["ui.import.map"],
    points: a.points.flatMap((p) => [
      ...(p.from && String(p.from) !== String(p.lon_lat)
        ? [{ lon_lat: p.from, kind: "before", name: p.name }]
        : []),
      { lon_lat: p.lon_lat, kind: p.guessed ? "guessed" : "other", name: p.name, row: p.row },
    ]),
    onDrag: (point, at) => act.answer({ places: { ...held.options.places, [point.row]: at } }),
  }).catch(() => canvas.remove());
  return el("div", {}, [
    el("h3", {}, [
      el("span", { text: w["ui.import.map"] }),
      guessed ? el("i", { text: w["ui.import.guessed"].replace("{n}", guessed) }) : null,
    ]),
    canvas,
    a.online
      ? el("button", {
          type: "button",
          class: "kh-link",
          "data-key": "online",
          text: w["ui.import.online"],
          on: { click: act.online },
        })
      : null,
  ]);
}

/* ------------------------------------------------------------------ storing */

function store(a, held, act, w) {
  const ready = a.counts.new + a.counts.changed;
  const sign = signature(a.signed, w);
  held.reason ??= "";
  held.demo ??= "keep";
  const about = (key, dir, hint) =>
    el("label", { class: "kh-asked" }, [
      el("span", { text: w[`ui.import.${key}`] }),
      el("input", {
        type: "text",
        maxlength: 300,
        dir,
        placeholder: hint,
        "data-key": `about-${key}`,
        value: held.options[key] || "",
        on: { change: (e) => act.answer({ [key]: e.target.value.trim() }) },
      }),
    ]);
  const demo = el("fieldset", { class: "kh-asked wide" }, [
    el("legend", { text: a.demo_text }),
    el(
      "div",
      { class: "kh-ticks" },
      ["keep", "replaced", "all"].map((key) =>
        el("label", {}, [
          el("input", {
            type: "radio",
            name: "kh-demo-choice",
            value: key,
            checked: held.demo === key,
            "data-key": `demo-${key}`,
            on: {
              change: () => {
                held.demo = key;
              },
            },
          }),
          el("span", { text: w[`ui.import.demo_${key}`] }),
        ]),
      ),
    ),
  ]);
  const warned = a.counts.refused
    ? el("a", { class: "kh-button", download: true, "data-key": "remarks", href: act.remarks }, [
        icon("download"),
        el("span", { text: w["ui.import.remarks"] }),
      ])
    : null;
  return el("div", { class: "kh-store" }, [
    el("h3", { text: w["ui.import.store_title"] }),
    el("div", { class: "kh-questions" }, [
      about("source", "auto", a.file),
      about("url", "ltr", "https://"),
      about("day", "ltr", "2026-01-31"),
      el("label", { class: "kh-asked" }, [
        el("span", { text: w["ui.form.reason"] }),
        el("input", {
          type: "text",
          maxlength: 300,
          dir: "auto",
          "data-key": "reason",
          value: held.reason || w["ui.import.reason"].replace("{file}", a.file),
          on: {
            input: (e) => {
              held.reason = e.target.value;
            },
          },
        }),
      ]),
      sign.node,
      a.demo ? demo : null,
    ]),
    el("div", { class: "kh-row" }, [
      el("button", {
        type: "button",
        class: "kh-button kh-primary",
        "data-key": "store",
        disabled: !ready,
        text: w["ui.import.store"].replace("{n}", ready),
        on: {
          click: () =>
            act.store({
              author: sign.author,
              reason: held.reason || w["ui.import.reason"].replace("{file}", a.file),
              demo: held.demo,
              rows: null,
            }),
        },
      }),
      warned,
    ]),
    el("p", { class: "kh-hint", text: w["ui.import.safe"] }),
  ]);
}
