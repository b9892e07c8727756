/* A file becomes a report: read off the page, decided on by the editor, published whole. */

import { me } from "../core/account.js";
import { forget, send } from "../core/api.js";
import { el, render } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { marked } from "../core/rich_text.js";

const LOOK_MS = 250;
const KINDS = ["market", "craft", "town", "buyer", "organisation", "figure"];

export function publishPart(state, w) {
  // One box for the life of the page: what is being decided survives other redraws.
  state.publishing ??= {};
  const box =
    state.publishing.lang === state.data.lang
      ? state.publishing.box
      : el("section", { class: "kh-publish" });
  if (state.publishing.lang !== state.data.lang) {
    Object.assign(state.publishing, { lang: state.data.lang, box });
    box.hidden = true; // publishing is for editors
    me(state.data.lang)
      .then((person) => {
        if (person.may.includes("editor")) {
          box.hidden = false;
          idle(box, state, w);
        }
      })
      .catch(() => {});
  }
  return box;
}

const lang = (state) => `lang=${state.data.lang}`;

function idle(box, state, w, message = "") {
  const take = (file) => file && upload(file, box, state, w);
  const input = el("input", {
    type: "file",
    class: "kh-unseen",
    accept: ".pdf,.docx,.html,.htm,.md,.txt",
    on: { change: () => take(input.files[0]) },
  });
  const drop = el(
    "label",
    {
      class: "kh-drop",
      on: {
        dragover: (e) => {
          e.preventDefault();
          drop.classList.add("over");
        },
        dragleave: () => drop.classList.remove("over"),
        drop: (e) => {
          e.preventDefault();
          drop.classList.remove("over");
          take(e.dataTransfer.files[0]);
        },
      },
    },
    [icon("plus"), el("span", { text: w["ui.pub.choose"] }), input],
  );
  render(
    box,
    el("h3", { text: w["ui.pub.title"] }),
    el("p", { class: "kh-hint", text: w["ui.pub.lead"] }),
    ...(message ? [el("p", { class: "kh-failed", role: "alert", text: message })] : []),
    drop,
  );
}

async function upload(file, box, state, w) {
  const bar = el("progress", { max: 1, "aria-label": w["ui.pub.title"] });
  const status = el("p", { class: "kh-hint", role: "status", dir: "auto", text: file.name });
  const stop = el("button", { type: "button", class: "kh-link", text: w["ui.pub.cancel"] });
  render(box, el("h3", { text: w["ui.pub.title"] }), status, bar, stop);
  try {
    const job = await send(
      `/api/intake?${new URLSearchParams({ name: file.name, lang: state.data.lang })}`,
      { body: file },
    );
    const here = `/api/intake/${encodeURIComponent(job.id)}`;
    let going = true;
    stop.onclick = () => {
      going = false;
      send(`${here}?${lang(state)}`, { method: "DELETE" }).catch(() => {});
      idle(box, state, w);
    };
    for (;;) {
      const answer = await send(`${here}?${lang(state)}`, { method: "GET" });
      if (!going) return;
      if (answer.state === "refused") return idle(box, state, w, answer.text);
      if (answer.state === "done") return decide(answer, here, file, box, state, w);
      if (answer.of) {
        Object.assign(bar, { max: answer.of, value: answer.done });
        status.textContent = w["ui.pub.reading"]
          .replace("{done}", answer.done)
          .replace("{of}", answer.of);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  } catch (error) {
    idle(box, state, w, error.message);
  }
}

function decide(a, here, file, box, state, w) {
  const chosen = {
    title: a.title,
    date: a.date,
    titles: {},
    kind: "etude_marche",
    accepted: new Set(a.proposals.filter((p) => p.accepted).map((p) => p.position)),
    corrected: {},
    signs: new Map(),
  };
  const field = (word, node) =>
    el("label", { class: "kh-field" }, [el("span", { text: w[word] }), node]);
  const failed = el("p", { class: "kh-failed", role: "alert", hidden: true });
  const go = el("button", {
    type: "button",
    class: "kh-button kh-primary",
    text: w["ui.pub.publish"],
    on: {
      click: async () => {
        go.disabled = true;
        failed.hidden = true;
        try {
          const made = await send(`${here}/publish?${lang(state)}`, {
            json: { ...chosen, accepted: [...chosen.accepted], signals: signalsOf(a, chosen) },
          });
          idle(box, state, w);
          forget(); // the reports are others now: ask again for everything
          state.send({ op: "set", field: "sel", value: made.sel });
        } catch (error) {
          failed.textContent = error.message;
          failed.hidden = false;
        } finally {
          go.disabled = false;
        }
      },
    },
  });
  render(
    box,
    el("h3", {}, [
      el("span", { text: w["ui.pub.title"] }),
      el("i", { dir: "auto", text: `${file.name} · ${a.pages}` }),
    ]),
    ...a.notes.map((text) => el("p", { class: "kh-notice", role: "status", text })),
    field(
      "ui.pub.field_title",
      el("input", {
        type: "text",
        maxlength: 200,
        dir: "auto",
        value: a.title,
        on: {
          input: (e) => {
            chosen.title = e.target.value;
          },
        },
      }),
    ),
    el("details", { class: "kh-proposals", "data-titles": "" }, [
      el("summary", {}, [el("span", { text: w["ui.pub.titles"] })]),
      el("p", { class: "kh-hint", text: w["ui.pub.titles_lead"] }),
      ...a.languages
        .filter((l) => l.value !== a.lang)
        .map((l) =>
          el("label", { class: "kh-field" }, [
            el("span", { text: l.label }),
            el("input", {
              type: "text",
              maxlength: 200,
              dir: "auto",
              "data-title": l.value,
              on: {
                input: (e) => {
                  chosen.titles[l.value] = e.target.value;
                },
              },
            }),
          ]),
        ),
    ]),
    ...Object.entries(a.names).map(([kind, list]) =>
      el(
        "datalist",
        { id: `kh-names-${kind}` },
        list.map((n) => el("option", { value: n.label })),
      ),
    ),
    el("div", { class: "kh-two-fields" }, [
      field(
        "ui.pub.field_date",
        el("input", {
          type: "text",
          dir: "ltr",
          inputmode: "numeric",
          placeholder: "2026-01-31",
          pattern: "[0-9]{4}(-[0-9]{2}){0,2}",
          value: a.date,
          on: {
            input: (e) => {
              chosen.date = e.target.value.trim();
            },
          },
        }),
      ),
      field(
        "ui.pub.field_kind",
        el(
          "select",
          {
            on: {
              change: (e) => {
                chosen.kind = e.target.value;
              },
            },
          },
          a.kinds.map((k) =>
            el("option", { value: k.value, selected: k.value === chosen.kind, text: k.label }),
          ),
        ),
      ),
    ]),
    el("h4", { text: w["ui.pub.found"] }),
    el("p", { class: "kh-hint", text: w["ui.pub.found_lead"] }),
    ...KINDS.map((kind) => group(kind, a, chosen, w)).filter(Boolean),
    signs(a, chosen, w),
    failed,
    el("div", { class: "kh-row" }, [
      go,
      el("button", {
        type: "button",
        class: "kh-link",
        text: w["ui.pub.cancel"],
        on: {
          click: () => {
            send(`${here}?${lang(state)}`, { method: "DELETE" }).catch(() => {});
            idle(box, state, w);
          },
        },
      }),
    ]),
  );
}

/* What is accepted of a kind, as corrected: code and name. */
function acceptedOf(kind, a, chosen) {
  const label = new Map((a.choices[kind] || []).map((c) => [c.value, c.label]));
  const codes = a.proposals
    .filter((p) => p.kind === kind && chosen.accepted.has(p.position))
    .map((p) => chosen.corrected[p.position] || p.id);
  const found = [...new Set(codes)].map((code) => ({ code, label: label.get(code) || code }));
  return found.length ? found : [{ code: "", label: null }];
}

const pairs = (a, chosen) =>
  acceptedOf("market", a, chosen).flatMap((m) => acceptedOf("craft", a, chosen).map((c) => [m, c]));
const signalsOf = (a, chosen) =>
  pairs(a, chosen)
    .map(([m, c]) => ({
      market: m.code,
      craft: c.code,
      sign: chosen.signs.get(`${m.code}|${c.code}`) || "",
    }))
    .filter((s) => s.sign);

/* The editor's sign for each accepted market and craft; the list is made when it is opened. */
function signs(a, chosen, w) {
  const list = el("ul");
  const fill = () =>
    list.replaceChildren(
      ...pairs(a, chosen)
        .slice(0, 60)
        .map(([m, c]) => {
          const key = `${m.code}|${c.code}`;
          const market = m.label || w["ui.pub.all_markets"];
          const craft = c.label || w["ui.pub.all_crafts"];
          const about = `${market} · ${craft}`;
          return el("li", {}, [
            el("label", {}, [
              el("b", { dir: "auto", text: about }),
              el(
                "select",
                {
                  "data-signal": key,
                  on: { change: (e) => chosen.signs.set(key, e.target.value) },
                },
                [
                  ["", w["ui.pub.sign_none"]],
                  ["+", w["ui.watch.sign_up"]],
                  ["0", w["ui.watch.sign_flat"]],
                  ["-", w["ui.watch.sign_down"]],
                ].map(([value, text]) =>
                  el("option", { value, text, selected: (chosen.signs.get(key) || "") === value }),
                ),
              ),
            ]),
          ]);
        }),
    );
  return el("details", { class: "kh-proposals", "data-signals": "", on: { toggle: fill } }, [
    el("summary", {}, [el("span", { text: w["ui.pub.signs"] })]),
    el("p", { class: "kh-hint", text: w["ui.pub.signs_lead"] }),
    list,
  ]);
}

function group(kind, a, chosen, w) {
  const list = a.proposals.filter((p) => p.kind === kind);
  if (!list.length) return null;
  return el("details", { class: "kh-proposals", open: kind !== "figure" && kind !== "town" }, [
    el("summary", {}, [
      el("span", { text: w[`ui.pub.kind_${kind}`] }),
      el("i", { text: String(list.length) }),
    ]),
    el(
      "ul",
      {},
      list.map((p) => proposal(p, a, chosen, w)),
    ),
  ]);
}

/* How a proposal is corrected: another code of a list, another name, another figure. */
function correction(p, a, chosen, w) {
  const label = {
    "aria-label": w["ui.pub.correct"].replace("{label}", p.label),
    "data-correct": `${p.kind}:${p.id}`,
  };
  const put = (value) => {
    chosen.corrected[p.position] = value;
  };
  if (a.choices[p.kind])
    return el(
      "select",
      { ...label, on: { change: (e) => put(e.target.value) } },
      a.choices[p.kind].map((c) =>
        el("option", { value: c.value, selected: c.value === p.id, text: c.label }),
      ),
    );
  const names = a.names[p.kind];
  const typed = (value, change, more = {}) =>
    el("input", {
      type: "text",
      maxlength: 120,
      dir: "auto",
      value,
      ...label,
      ...more,
      on: { change },
    });
  if (names)
    return typed(
      p.label,
      (e) => {
        const known = names.find((n) => n.label === e.target.value.trim());
        if (known) put(known.value);
        e.target.setCustomValidity(known ? "" : w["ui.pub.unknown_name"]);
        if (!known) {
          e.target.reportValidity();
          delete chosen.corrected[p.position];
        }
      },
      { list: `kh-names-${p.kind}` },
    );
  if (p.kind === "organisation")
    return typed(p.label, (e) => {
      if (e.target.value.trim()) put(e.target.value.trim());
      else delete chosen.corrected[p.position];
    });
  const figure = { ...p.figure };
  return el(
    "span",
    { class: "kh-figure-edit" },
    ["value", "unit", "period"].map((key) =>
      typed(
        figure[key] || "",
        (e) => {
          figure[key] = e.target.value.trim();
          put({ value: figure.value, unit: figure.unit, period: figure.period });
        },
        {
          "data-part": key,
          title: w[`ui.pub.figure_${key}`],
          "aria-label": w[`ui.pub.figure_${key}`],
        },
      ),
    ),
  );
}

function proposal(p, a, chosen, w) {
  const tick = el("input", {
    type: "checkbox",
    "data-proposal": `${p.kind}:${p.id}`,
    checked: chosen.accepted.has(p.position),
    on: {
      change: (e) => {
        if (e.target.checked) chosen.accepted.add(p.position);
        else chosen.accepted.delete(p.position);
      },
    },
  });
  return el("li", {}, [
    el("label", {}, [
      tick,
      el("b", { dir: "auto", text: p.label }),
      el("em", { text: `${p.confidence} % · ${p.how}` }),
    ]),
    correction(p, a, chosen, w),
    el("p", { dir: "auto" }, marked(p.pieces)),
    el("i", { text: p.where }),
  ]);
}
