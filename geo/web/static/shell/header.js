/* The fixed header: brand, search, language, share. */

import { goBack, whoControl } from "../core/account.js";
import { getJSON, words } from "../core/api.js";
import { copy } from "../core/clipboard.js";
import { component } from "../core/component.js";
import { debounce, el } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { bus } from "../core/view_store.js";
import { resume } from "../share/presentation.js";
import { add, nameOf } from "../share/scene_store.js";

const LANGUAGES = [
  ["fr", "Fr"],
  ["ar", "ع"],
  ["en", "En"],
];

export default component(
  "head-tools",
  async (root, state, current) => {
    const { data } = state;
    const w = await words(data);
    const person = await whoControl(data, w, (what) => sign(what));
    if (!current()) return;
    if (root.childElementCount && root.dataset.lang === data.lang) {
      const input = root.querySelector("input");
      if (document.activeElement !== input) input.value = data.q;
      return;
    }
    root.dataset.lang = data.lang;
    const search = (value) =>
      state.data.q !== value.trim() && state.send({ op: "set", field: "q", value: value.trim() });
    const debouncedSearch = debounce(search, 350);
    const input = el("input", {
      type: "search",
      value: data.q,
      placeholder: w[innerWidth > 640 ? "ui.search" : "ui.search_short"],
      "aria-label": w["ui.search"],
      maxlength: 80,
      autocomplete: "off",
      dir: data.dir,
      on: {
        input: (e) => debouncedSearch(e.target.value),
        keydown: (e) => {
          if (e.key === "Enter") {
            debouncedSearch.cancel();
            search(input.value);
          }
          if (e.key === "Escape") {
            debouncedSearch.cancel();
            input.value = "";
            search("");
          }
        },
      },
    });
    const status = el("span", { class: "kh-copied", role: "status" });
    const say = (text) => {
      status.textContent = text;
      setTimeout(() => {
        status.textContent = "";
      }, 2500);
    };
    const scene = el(
      "button",
      {
        type: "button",
        class: "kh-scene",
        title: w["ui.meet.add_hint"],
        "aria-label": w["ui.meet.add_hint"],
        on: {
          click: async () => {
            const { query, filters } = bus.view;
            const facets = await getJSON(`/api/facets?${filters}`).catch(() => null);
            say(w[add(query, facets ? nameOf(facets) : "") ? "ui.meet.added" : "ui.meet.full"]);
          },
        },
      },
      [icon("plus"), el("span", { text: w["ui.meet.scene"] })],
    );
    const share = el(
      "button",
      {
        type: "button",
        class: "kh-share",
        title: w["ui.share_hint"],
        on: {
          click: async () => {
            say((await copy(window.location.href)) ? w["ui.copied"] : w["ui.copy_failed"]);
          },
        },
      },
      [icon("share"), el("span", { text: w["ui.share"] })],
    );
    root.replaceChildren(
      el("div", { class: "kh-brand" }, [
        el("b", { text: "Kharita" }),
        el("i", { text: "خريطة", lang: "ar" }),
      ]),
      el("label", { class: "kh-search" }, [icon("search"), input]),
      el(
        "div",
        { class: "kh-langs", dir: "ltr", role: "group", "aria-label": w["ui.language"] },
        LANGUAGES.map(([code, text]) =>
          el("button", {
            type: "button",
            lang: code,
            text,
            "aria-pressed": String(code === data.lang),
            on: { click: () => state.send({ op: "set", field: "lang", value: code }) },
          }),
        ),
      ),
      scene,
      share,
      ...(person ? [person] : []),
      status,
    );
    skip(w);
    document.querySelector(".kh-alone")?.remove();
    if (data.embed)
      document.body.append(
        el("nav", { class: "kh-alone", "aria-label": w["ui.share"] }, [
          el("a", {
            class: "kh-open-whole",
            href: location.href.replace(/&?embed=1/, ""),
            target: "_blank",
            rel: "noopener",
            text: w["ui.shr.embed_open"],
          }),
        ]),
      );
  },
  listen,
);

/* First on the way of the keyboard: past navigation and filters, to the heading of the page. */
function skip(w) {
  const to = () => {
    const heading = document.querySelector("[data-testid=stMain] h1");
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus();
  };
  document.querySelector(".kh-skip")?.remove();
  document.body.prepend(
    el("button", { type: "button", class: "kh-skip", text: w["ui.skip"], on: { click: to } }),
  );
}

/* Python learns of a change through this component: the whole address, so that the last one wins.
 */
let sign = () => {};
let mended = null; // what Python says again with each of its runs is done once
function listen({ repaired, live, login }, setTriggerValue) {
  bus.live = live;
  sign = (what) => setTriggerValue("sign", { what, at: Date.now() });
  bus.sync = (query) => setTriggerValue("go", { query, at: Date.now() });
  if (repaired !== mended && repaired !== null) {
    bus.correct(repaired);
    bus.look();
  }
  mended = repaired;
  goBack({ login, lang: bus.view.lang }).catch(() => {});
  resume();
}
