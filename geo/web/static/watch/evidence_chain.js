/* The evidence chain as a list: one step at a time, by keyboard, in step with the map. */

import { el } from "../core/dom.js";
import { icon, mark } from "../core/icons.js";
import { marked, parts, source } from "../core/rich_text.js";
import { bus } from "../core/view_store.js";

const at = (state, chain) => Math.min(Number(state.data.proof) || 0, chain.steps.length);

export function chainPart(a, state, w) {
  const { chain } = a;
  const now = at(state, chain);
  return el("section", { class: "kh-chain", "aria-labelledby": "kh-chain-title" }, [
    el("h3", { id: "kh-chain-title" }, [
      el("span", { text: w["ui.watch.chain"] }),
      chain.steps.length
        ? el("i", {
            role: "status",
            text: now
              ? w["ui.watch.step"].replace("{n}", now).replace("{total}", chain.steps.length)
              : String(chain.steps.length),
          })
        : null,
    ]),
    chain.empty
      ? el("p", { class: "kh-empty", text: chain.empty })
      : el("p", { class: "kh-hint", text: w["ui.watch.chain_lead"] }),
    el(
      "ol",
      {},
      chain.steps.map((s, i) => step(s, i + 1, now, chain, state, w)),
    ),
    chain.more ? el("p", { class: "kh-hint", text: chain.more }) : null,
  ]);
}

function step(s, n, now, chain, state, w) {
  const node = chain.nodes[s.end];
  const on = n === now;
  return el("li", { class: `${s.kind}${on ? " on" : ""}` }, [
    el(
      "button",
      {
        type: "button",
        class: "kh-step",
        "data-key": `step-${n}`,
        "data-step": n,
        tabindex: n === (now || 1) ? "0" : "-1",
        "aria-expanded": String(on),
        on: { click: () => go(state, on ? 0 : n) },
      },
      [
        mark(node.class, { open: node.open }),
        el("span", {}, [
          el("b", { dir: "auto", text: node.title }),
          node.sub ? el("i", {}, parts(node.sub)) : null,
        ]),
        el("em", { class: s.basis, text: s.basis_text }),
      ],
    ),
    on
      ? el("div", { class: "kh-proof" }, [
          el("p", { class: "kh-why", text: s.why }),
          ...s.quotes.map((q) =>
            el("blockquote", {}, [
              el("p", { dir: "auto", lang: "fr" }, marked(q.pieces)),
              el("cite", {}, [
                el(
                  "button",
                  {
                    type: "button",
                    class: "kh-link",
                    "data-key": `q-${q.address}`,
                    "data-points": q.address,
                    on: { click: () => point(q.address) },
                  },
                  [el("bdi", { text: q.where })],
                ),
              ]),
            ]),
          ),
          s.fact ? el("p", { class: "kh-fact", dir: "auto", lang: "fr", text: s.fact }) : null,
          s.sources.length
            ? el(
                "ul",
                { class: "kh-srcs" },
                s.sources.map((src) => source(src, w)),
              )
            : null,
          node.lon === null ? el("p", { class: "kh-hint", text: w["ui.watch.no_place"] }) : null,
          el(
            "button",
            {
              type: "button",
              class: "kh-link",
              "data-key": "fiche",
              on: {
                click: () => {
                  const sel = encodeURIComponent(s.end).replace("%3A", ":");
                  bus.visit("/", `v=1&lang=${state.data.lang}&sel=${sel}`);
                },
              },
            },
            [
              el("span", { text: w["ui.watch.fiche"] }),
              icon(state.data.dir === "rtl" ? "left" : "right"),
            ],
          ),
        ])
      : null,
  ]);
}

const go = (state, n) => state.send({ op: "set", field: "proof", value: n ? String(n) : "" });

/* Show a quoted passage where it stands in the text. */
function point(address) {
  const place = document.querySelector(`.kh-text [data-address="${CSS.escape(address)}"]`);
  if (!place) return;
  for (const old of document.querySelectorAll(".kh-pointed")) old.classList.remove("kh-pointed");
  place.classList.add("kh-pointed");
  place.scrollIntoView({ block: "center" });
}

/* Arrows walk, Home and End jump; what supports the step is marked in the text. */
export function walk(root, chain, state) {
  const now = at(state, chain);
  for (const q of chain.steps[now - 1]?.quotes || [])
    root
      .querySelector(`.kh-text [data-address="${CSS.escape(q.address)}"]`)
      ?.classList.add("kh-pointed");
  root.querySelector(".kh-chain li.on")?.scrollIntoView({ block: "nearest" });
  root.querySelector(".kh-chain ol").onkeydown = (event) => {
    const last = chain.steps.length;
    const to = {
      ArrowDown: Math.min(now + 1, last),
      ArrowUp: Math.max(now - 1, 1),
      Home: 1,
      End: last,
    }[event.key];
    if (!to || !event.target.classList.contains("kh-step")) return;
    event.preventDefault();
    if (to === now) return;
    // The focus goes along once the step is drawn: render() finds it again by its key.
    root.querySelector(`[data-step="${to}"]`).focus({ preventScroll: true });
    go(state, to);
  };
}
