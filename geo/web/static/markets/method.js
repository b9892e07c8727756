/* The method, from the table the code reads; and the trade data kept on disk. */

import { me } from "../core/account.js";
import { forget, getJSON } from "../core/api.js";
import { el } from "../core/dom.js";
import { answerPath } from "./api.js";

export async function draw({ data, w, state }) {
  const a = await getJSON(answerPath(data, "method", ["axis", "weights"]));
  return [
    el("header", { class: "kh-chead" }, [
      el("div", {}, [el("h2", { text: a.title }), el("p", { text: a.lead })]),
    ]),
    el(
      "div",
      {
        class: "kh-method",
        "data-scroll": "method",
        tabindex: "0",
        role: "region",
        "aria-label": a.title,
      },
      [
        el("table", {}, [
          el("caption", { class: "kh-unseen", text: a.title }),
          el("thead", {}, [
            el(
              "tr",
              {},
              [...a.columns, ...a.presets].map((text) => el("th", { scope: "col", text })),
            ),
          ]),
          el(
            "tbody",
            {},
            a.rows.map((r) =>
              el("tr", { "data-criterion": r.key }, [
                el("th", { scope: "row" }, [
                  el("b", { text: r.text }),
                  el("small", { text: r.help }),
                  r.aside ? el("small", { class: "warn", text: r.aside }) : null,
                ]),
                ...[r.axis, r.scale, r.direction, r.bounds, r.known, r.weight, ...r.presets].map(
                  (text) => el("td", { dir: "auto", text }),
                ),
              ]),
            ),
          ),
        ]),
      ],
    ),
    el(
      "ul",
      { class: "kh-rules" },
      a.rules.map((text) => el("li", { text })),
    ),
    el("section", { class: "kh-trade" }, [
      el("h3", { text: a.trade_title }),
      el("p", { class: "kh-quiet", text: a.trade_note }),
      ...a.services.map((s) =>
        el("p", {}, [el("b", { text: `${s.name} ` }), el("span", { dir: "auto", text: s.text })]),
      ),
      refresh(a, w, state),
    ]),
  ];
}

/* Ask the server to fetch, and follow its progress by asking again: nothing is pushed. */
function refresh(a, w, state) {
  const status = el("p", { role: "status", class: "kh-progress" });
  const button = el("button", {
    type: "button",
    class: "kh-button",
    "data-key": "trade-refresh",
    text: a.refresh,
    on: {
      click: async () => {
        button.disabled = true;
        try {
          let answer = await fetch(
            `/api/markets/trade/refresh?lang=${document.documentElement.lang}`,
            { method: "POST", headers: { "x-kharita": "1" } },
          ).then((r) => r.json());
          while (answer.running) {
            status.textContent = answer.text;
            await new Promise((next) => {
              setTimeout(next, 700);
            });
            answer = await fetch(
              `/api/markets/trade/progress?lang=${document.documentElement.lang}`,
            ).then((r) => r.json());
          }
          const end = answer.text || answer.error?.text || "";
          forget(); // what was fetched counts from now on
          await state.again();
          const line = document.querySelector(".kh-progress");
          if (line) line.textContent = end;
        } catch {
          status.textContent = w["ui.failed"];
        } finally {
          button.disabled = false;
        }
      },
    },
  });
  const part = el("div", { hidden: true }, [button, status]);
  me(document.documentElement.lang)
    .then((person) => {
      part.hidden = !person.may.includes("editor");
    })
    .catch(() => {});
  return part;
}
