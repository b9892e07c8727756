/* Two to four markets side by side. */

import { getJSON } from "../core/api.js";
import { el } from "../core/dom.js";
import { bus } from "../core/view_store.js";
import { answerPath } from "./api.js";

export async function draw({ data, w }) {
  const a = await getJSON(answerPath(data, "compare", ["axis", "weights", "compare"]));
  const set = (codes) => bus.go({ op: "set", field: "compare", value: codes });
  const chosen = data.compare.slice(0, 4);
  const names = new Map(a.choices.map((c) => [c.iso2, c.name]));
  const chooser = el(
    "div",
    { class: "kh-chooser", role: "group", "aria-label": w["ui.compare.choose"] },
    [
      ...chosen.map((code) =>
        el("span", { class: "kh-chip" }, [
          el("span", { text: names.get(code) }),
          el("button", {
            type: "button",
            "data-key": `drop-${code}`,
            "aria-label": `${w["ui.compare.drop"]} ${names.get(code)}`,
            text: "×",
            on: { click: () => set(chosen.filter((c) => c !== code)) },
          }),
        ]),
      ),
      chosen.length < 4
        ? el(
            "select",
            {
              "data-key": "add-market",
              "aria-label": w["ui.compare.add"],
              on: { change: (e) => e.target.value && set([...chosen, e.target.value]) },
            },
            [
              el("option", { value: "", text: w["ui.compare.add"] }),
              ...a.choices
                .filter((c) => !chosen.includes(c.iso2))
                .map((c) => el("option", { value: c.iso2, text: c.name })),
            ],
          )
        : null,
    ],
  );
  if (a.empty)
    return [
      chooser,
      el("p", { class: "kh-empty", role: "status", text: a.empty }),
      el("button", {
        type: "button",
        class: "kh-button",
        "data-key": "suggest",
        text: a.suggest_text,
        on: { click: () => set(a.suggest) },
      }),
    ];
  const fact = (key) =>
    el("tr", {}, [
      el("th", { scope: "row", text: a.labels[key] }),
      ...a.markets.map((m) => el("td", { dir: "auto", text: m[key] })),
    ]);
  return [
    chooser,
    el(
      "div",
      { class: "kh-because" },
      a.sentences.map((text) => el("p", { text })),
    ),
    el("div", { class: "kh-compared", "data-scroll": "compare" }, [
      el("table", {}, [
        el("caption", { class: "kh-unseen", text: a.title }),
        el("thead", {}, [
          el("tr", {}, [
            el("th", { scope: "col", text: a.subtitle }),
            ...a.markets.map((m) =>
              el("th", { scope: "col", "data-market": m.iso2 }, [el("span", { text: m.name })]),
            ),
          ]),
        ]),
        el("tbody", {}, [
          ...["rank", "score", "interval", "coverage", "agreement", "crafts", "doubt"].map(fact),
          ...a.axes.flatMap((axis) => [
            el("tr", { class: "group" }, [
              el("th", { scope: "rowgroup", colspan: a.markets.length + 1, text: axis.text }),
            ]),
            ...axis.rows.map((r) =>
              el("tr", {}, [
                el("th", { scope: "row", text: r.text }),
                ...a.markets.map((m) => {
                  const c = m.axes[axis.key].find((x) => x.key === r.key);
                  const best =
                    c.known &&
                    a.markets.every((o) => {
                      const x = o.axes[axis.key].find((y) => y.key === r.key);
                      return !x.known || num(x.points) <= num(c.points);
                    });
                  const points = c.points === "—" ? c.how : `${c.points} / ${c.out_of}`;
                  return el(
                    "td",
                    { class: c.known ? (best ? "best" : "") : "missing", title: c.how },
                    [
                      el("span", { dir: "auto", text: c.value }),
                      el("small", { text: [c.year, points].filter(Boolean).join(" · ") }),
                    ],
                  );
                }),
              ]),
            ),
          ]),
        ]),
      ]),
    ]),
  ];
}

const num = (text) => Number(String(text).replace(/\s/g, "").replace(",", "."));
