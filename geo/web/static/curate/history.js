/* What was changed, by whom and why; each change set can be looked into and undone. */
import { forget, getJSON, send } from "../core/api.js";
import { el, render } from "../core/dom.js";
import { differences, refusal, signature } from "../core/form_parts.js";
import { pointMap } from "../map/point_map.js";

export async function draw({ data, w, state }) {
  state.past ??= { lang: "", pages: [], open: null, refused: "" };
  const held = state.past;
  if (held.lang !== data.lang || !held.pages.length) {
    held.lang = data.lang;
    held.pages = [];
    await page(held, data, "");
  }
  const me = await getJSON(`/api/me?lang=${data.lang}`).catch(() => ({ may: [] }));
  const sets = held.pages.flatMap((p) => p.sets);
  const last = held.pages.at(-1);
  return [
    el("div", { class: "kh-chead" }, [
      el("div", {}, [
        el("h2", { text: w["ui.history.title"] }),
        el("p", { text: w["ui.history.lead"] }),
      ]),
    ]),
    held.refused ? el("div", { class: "kh-notice", role: "status", text: held.refused }) : null,
    !held.refused && !sets.length
      ? el("p", { class: "kh-empty", text: w["ui.history.none"] })
      : null,
    el(
      "ol",
      { class: "kh-sets" },
      sets.map((s) => line(s, held, { data, w, state })),
    ),
    last?.next
      ? el("button", {
          type: "button",
          class: "kh-button kh-wide",
          "data-key": "more",
          text: w["ui.history.more"],
          on: {
            click: async () => {
              await page(held, data, last.next);
              state.again();
            },
          },
        })
      : null,
    me.may.includes("administrator") ? auditLog(data, w) : null,
  ];
}

/* Who wrote, or was refused, what: for administrators, asked for when it is opened. */
function auditLog(data, w) {
  const box = el("div", { class: "kh-scrolled", tabindex: "0" });
  const open = async () => {
    const log = await fetch(`/api/audit?${new URLSearchParams({ lang: data.lang, limit: 200 })}`)
      .then((r) => r.json())
      .catch(() => ({}));
    if (!log.entries)
      return render(box, el("p", { class: "kh-failed", text: log.error?.text || w["ui.failed"] }));
    const head = ["when", "who", "role", "what", "outcome"];
    render(
      box,
      el("table", {}, [
        el("thead", {}, [
          el(
            "tr",
            {},
            head.map((key) => el("th", { scope: "col", text: w[`ui.audit.${key}`] })),
          ),
        ]),
        el(
          "tbody",
          {},
          log.entries.map((e) =>
            el("tr", {}, [
              el("td", { dir: "ltr", text: e.at.slice(0, 19).replace("T", " ") }),
              el("td", { dir: "ltr", text: e.email || e.short || "—" }),
              el("td", { text: e.role_text }),
              el("td", { dir: "ltr", text: e.what }),
              el("td", {
                text:
                  e.outcome < 400 ? w["ui.audit.done"] : `${w["ui.audit.refused"]} (${e.outcome})`,
              }),
            ]),
          ),
        ),
      ]),
    );
  };
  return el(
    "details",
    {
      class: "kh-trail",
      "data-key": "trail",
      on: {
        toggle: (e) => {
          if (e.target.open) open();
        },
      },
    },
    [
      el("summary", { text: w["ui.audit.title"] }),
      el("p", { class: "kh-hint", text: w["ui.audit.lead"] }),
      box,
    ],
  );
}

async function page(held, data, before) {
  const answer = await fetch(
    `/api/changes?${new URLSearchParams({ lang: data.lang, ...(before ? { before } : {}) })}`,
  );
  const body = await answer.json().catch(() => ({}));
  held.refused = answer.ok ? "" : body.error?.text || String(answer.status);
  if (answer.ok) held.pages.push(body);
}

function line(s, held, ctx) {
  const { w } = ctx;
  const open = held.open?.number === s.number;
  return el("li", { "data-set": s.number }, [
    el(
      "button",
      {
        type: "button",
        class: "kh-set",
        "data-key": `set-${s.number}`,
        "aria-expanded": String(open),
        on: {
          click: async () => {
            held.open = open
              ? null
              : await fetch(`/api/changes/${s.number}?lang=${ctx.data.lang}`)
                  .then((r) => r.json())
                  .catch(() => null);
            ctx.state.again();
          },
        },
      },
      [
        el("time", { text: s.when }),
        el("span", { class: "kh-who" }, [
          el("b", { dir: "auto", text: s.reason }),
          el("i", { text: [s.kind, s.author || w["ui.history.nobody"], ...s.counts].join(" · ") }),
        ]),
      ],
    ),
    open ? inside(held.open, ctx) : null,
  ]);
}

function inside(set, ctx) {
  const { data, w } = ctx;
  const errorLine = refusal();
  const sign = signature(set.signed, w);
  const undo = async (only) => {
    try {
      await send(`/api/changes/${set.number}/undo?lang=${data.lang}`, {
        json: {
          author: sign.author,
          reason: w["ui.history.undo_reason"].replace("{n}", set.number),
          ...(only ? { only } : {}),
        },
      });
      ctx.state.past = null;
      forget();
      ctx.state.again();
    } catch (error) {
      errorLine.say(error.message);
    }
  };
  const moved = set.changes.filter((c) => c.to || c.from).slice(0, 60);
  const canvas = moved.length ? el("div", { class: "kh-pointmap", role: "application" }) : null;
  if (canvas)
    pointMap(canvas, {
      data,
      label: w["ui.history.map"],
      points: moved.flatMap((c) =>
        same(c.from, c.to)
          ? [{ lon_lat: c.to, kind: "other", name: c.name }]
          : [
              { lon_lat: c.from, kind: "before", name: c.name },
              { lon_lat: c.to, kind: "after", name: c.name },
            ],
      ),
    }).catch(() => canvas.remove());
  return el("div", { class: "kh-inside" }, [
    errorLine.node,
    canvas,
    el(
      "ul",
      {},
      set.changes.map((c) =>
        el("li", {}, [
          el("p", {}, [
            el("b", { dir: "auto", text: c.name }),
            el("i", { text: c.what }),
            set.changes.length > 1
              ? el("button", {
                  type: "button",
                  class: "kh-link",
                  "data-key": `undo-${c.id}`,
                  text: w["ui.history.undo_one"],
                  on: { click: () => undo([[c.collection, c.id]]) },
                })
              : null,
          ]),
          differences(c.fields, w),
        ]),
      ),
    ),
    set.more
      ? el("p", { class: "kh-hint", text: w["ui.history.others"].replace("{n}", set.more) })
      : null,
    sign.node,
    el("button", {
      type: "button",
      class: "kh-button",
      "data-key": `undo-set-${set.number}`,
      text: w["ui.history.undo"],
      on: { click: () => undo(null) },
    }),
  ]);
}

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
