/* Where to start from: one field with suggestions, the device's position, the middle of the map;
   and how far to look. The list is a combobox as the ARIA practices describe it. */
import { getJSON, words } from "../core/api.js";
import { component } from "../core/component.js";
import { debounce, el, render } from "../core/dom.js";
import { icon } from "../core/icons.js";

const KM = ["10", "25", "50", "100"];
const NEAREST = ["3", "5", "10", "20", "within"];
const WAIT_MS = 90;

export default component("place", async (root, state, current) => {
  const { data } = state;
  const [w, near] = await Promise.all([
    words(data),
    data.place
      ? getJSON(`/api/near?${[data.filters, data.locate].filter(Boolean).join("&")}`).catch(
          () => null,
        )
      : null,
  ]);
  if (!current()) return;
  const redo = root.dataset.lang !== data.lang;
  if (!root.childElementCount || redo) build(root, state, w);
  root.dataset.lang = data.lang;
  const { input, clear } = state.parts;
  const name = near?.place?.name || "";
  if (document.activeElement !== input || state.chosen)
    input.value = name.replace(/[\u2066\u2069]/g, "");
  state.chosen = false;
  clear.hidden = !data.place && !input.value;
  for (const [field, box] of Object.entries(state.parts.groups)) {
    for (const node of box.querySelectorAll("input")) node.checked = node.value === data[field];
  }
  state.parts.nearest.value = data.nearest;
  // Chosen elsewhere: what was said of the last search is over.
  if (root.dataset.place !== data.place) say(state, "");
  root.dataset.place = data.place;
});

function build(root, state, w) {
  const listId = "kh-places";
  const hint = w["ui.place_hint"];
  const list = el("ul", {
    id: listId,
    role: "listbox",
    class: "kh-places",
    "aria-label": w["ui.places_found"],
    hidden: true,
  });
  const note = el("p", { class: "kh-place-note", role: "status", hidden: true });
  const input = el("input", {
    type: "text",
    id: "kh-place-field",
    role: "combobox",
    "aria-expanded": "false",
    "aria-controls": listId,
    "aria-autocomplete": "list",
    "aria-label": w["ui.place"],
    placeholder: hint,
    autocomplete: "off",
    spellcheck: "false",
    maxlength: 200,
    dir: "auto",
  });
  const offer = el("button", {
    type: "button",
    class: "kh-link",
    hidden: true,
    text: w["ui.place_online"],
  });
  const clear = el(
    "button",
    {
      type: "button",
      class: "kh-place-clear",
      hidden: true,
      "aria-label": w["ui.place_clear"],
      title: w["ui.place_clear"],
    },
    [icon("close")],
  );
  const tool = (name, text) =>
    el("button", { type: "button", class: "kh-place-tool", title: text, "aria-label": text }, [
      drawn(name),
    ]);
  const device = tool("device", w["ui.place_device"]);
  const middle = tool("middle", w["ui.place_map"]);
  const nearest = el(
    "select",
    {
      "aria-label": w["ui.show"],
      on: { change: (e) => state.send({ op: "set", field: "nearest", value: e.target.value }) },
    },
    NEAREST.map((n) => el("option", { value: n, text: w[`ui.nearest.${n}`] })),
  );
  const groups = {
    km: segments(
      "km",
      KM.map((k) => [k, `${k} ${w["ui.km"]}`]),
      w["ui.radius"],
      state,
    ),
  };
  state.parts = { input, list, note, offer, clear, nearest, groups };
  const search = finder(root, state, w);
  input.addEventListener("input", () => {
    clear.hidden = !input.value && !state.data.place;
    search.typed();
  });
  input.addEventListener("keydown", (event) => search.key(event));
  input.addEventListener("focus", () => input.select());
  input.addEventListener("blur", (event) => search.left(event.relatedTarget));
  clear.addEventListener("click", () => {
    input.value = "";
    search.close();
    say(state, "");
    state.send({ op: "set", field: "place", value: "" });
    input.focus();
  });
  device.addEventListener("click", () => locate(state, w, search));
  middle.addEventListener("click", () => {
    const map = document.querySelector(".st-key-kh-map iframe")?.contentWindow?.kharita?._map;
    const at = map?.getCenter();
    if (at) search.take(`${at.lng.toFixed(5)},${at.lat.toFixed(5)}`);
  });
  render(
    root,
    el("div", { class: "kh-place-bar" }, [
      el("div", { class: "kh-place-box" }, [
        el("span", { class: "kh-place-field" }, [icon("search"), input, clear, device, middle]),
        el("div", { class: "kh-place-pop" }, [note, list, offer]),
      ]),
      el("div", { class: "kh-place-how" }, [
        groups.km,
        el("label", { class: "kh-select" }, [
          el("span", { class: "kh-unseen", text: w["ui.show"] }),
          nearest,
        ]),
      ]),
    ]),
  );
}

/* A row of radio buttons that looks like one control. */
export function segments(field, values, label, state) {
  return el("fieldset", { class: "kh-segments" }, [
    el("legend", { class: "kh-unseen", text: label }),
    ...values.map(([value, text]) =>
      el("label", {}, [
        el("input", {
          type: "radio",
          name: `kh-${field}`,
          value,
          checked: state.data[field] === value,
          "data-key": `${field}-${value}`,
          on: { change: () => state.send({ op: "set", field, value }) },
        }),
        el("span", { text }),
      ]),
    ),
  ]);
}

function finder(root, state, w) {
  const { input, list } = state.parts;
  let items = [];
  let active = -1;
  let turn = 0;
  let sure = false;
  let shownFor = "";
  const open = (on) => {
    list.hidden = !on;
    input.setAttribute("aria-expanded", String(on));
  };
  const mark = (n) => {
    active = n;
    [...list.children].forEach((node, i) => {
      node.setAttribute("aria-selected", String(i === n));
    });
    const node = list.children[n];
    if (node) {
      input.setAttribute("aria-activedescendant", node.id);
      node.scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const close = () => {
    open(false);
    mark(-1);
  };
  const take = (ref) => {
    close();
    say(state, "");
    state.parts.offer.hidden = true;
    state.chosen = true;
    state.send({ op: "set", field: "place", value: ref });
  };
  const { offer } = state.parts;
  offer.addEventListener("click", () => {
    input.focus();
    look(true);
  });
  const look = async (online = false) => {
    const text = input.value.trim();
    const mine = ++turn;
    if (!text) {
      items = [];
      close();
      say(state, "");
      offer.hidden = true;
      return;
    }
    const query = `lang=${state.data.lang}&text=${encodeURIComponent(text)}`;
    const answer = await getJSON(`/api/${online ? "geocode" : "places"}?${query}`).catch(
      (error) => ({ items: [], note: error.text || w["ui.failed"], sure: false }),
    );
    if (mine !== turn) return;
    // Only when the gazetteer is not certain, and only if the reader asks.
    offer.hidden = !(answer.online && !answer.sure && (answer.note || !answer.items.length));
    ({ items, sure } = answer);
    shownFor = text;
    say(state, answer.note);
    render(
      list,
      ...items.map((item, i) =>
        el(
          "li",
          {
            id: `kh-place-${i}`,
            role: "option",
            "aria-selected": "false",
            on: {
              pointerdown: (event) => event.preventDefault(),
              click: () => take(item.ref),
            },
          },
          [el("b", { dir: "auto", text: item.name }), el("i", { text: item.sub })],
        ),
      ),
    );
    open(items.length > 0 && document.activeElement === input);
    mark(-1);
  };
  const debouncedLook = debounce(() => look(), WAIT_MS);
  return {
    close,
    take,
    typed() {
      mark(-1);
      debouncedLook();
    }, // what was marked answered another text
    left(to) {
      debouncedLook.cancel();
      turn++;
      open(false);
      if (!root.contains(to)) say(state, "");
    },
    async key(event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (list.hidden && items.length) {
          open(true);
          mark(event.key === "ArrowDown" ? 0 : items.length - 1);
          return;
        }
        if (items.length)
          mark((active + (event.key === "ArrowDown" ? 1 : -1) + items.length) % items.length);
      } else if (event.key === "Enter") {
        event.preventDefault();
        if (active >= 0) {
          take(items[active].ref);
          return;
        }
        debouncedLook.cancel();
        if (shownFor !== input.value.trim()) await look();
        // Only what is certain is taken unasked; namesakes wait for a choice.
        if (sure && items.length) take(items[0].ref);
        else if (items.length) {
          open(true);
          mark(0);
        }
      } else if (event.key === "Escape") {
        event.preventDefault();
        close();
      }
    },
  };
}

function say(state, text) {
  const { note } = state.parts;
  note.textContent = text;
  note.hidden = !text;
  if (!text) state.parts.offer.hidden = true;
}

function locate(state, w, search) {
  if (!navigator.geolocation) {
    say(state, w["ui.place_denied"]);
    return;
  }
  say(state, w["ui.place_searching"]);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => search.take(`${coords.longitude.toFixed(5)},${coords.latitude.toFixed(5)}`),
    () => say(state, w["ui.place_denied"]),
    { timeout: 10_000, maximumAge: 60_000 },
  );
}

/* A sight for the device's position, a framed point for the middle of the map. */
const DRAWN = {
  device: [
    "M8 4.500a3.500 3.500 0 1 0 .01 0z",
    "M8 1v2.500",
    "M8 12.500v2.500",
    "M1 8h2.500",
    "M12.500 8H15",
  ],
  middle: [
    "M2 5V2h3",
    "M11 2h3v3",
    "M14 11v3h-3",
    "M5 14H2v-3",
    "M8 6.500a1.500 1.500 0 1 0 .01 0z",
  ],
};

function drawn(name) {
  const node = icon("link");
  node.replaceChildren(
    ...DRAWN[name].map((d) => {
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
      path.setAttribute("d", d);
      return path;
    }),
  );
  return node;
}
