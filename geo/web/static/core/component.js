/* A part of the page that Streamlit mounts, and that follows the reader's view by itself. */
import { words } from "./api.js";
import { el } from "./dom.js";
import { failure } from "./loading.js";
import { forgetTheme, markPage } from "./theme.js";
import { bus } from "./view_store.js";

/* A component: one root in its parent, redrawn when its answer is there, never emptied before.
   `state.data` is the reader's view (view_store.js) and what Python gave; `act` takes what Python
   gave, and how to send something back. */
export function component(name, draw, act = () => {}) {
  return ({ data: given, parentElement, setTriggerValue }) => {
    let root = parentElement.querySelector(`:scope > .kh-${name}`);
    if (!root) {
      root = el("div", { class: `kh-${name}` });
      parentElement.append(root);
    }
    root.kharita ||= { send: bus.go };
    const state = root.kharita;
    const show = () => {
      state.data = { ...bus.view, ...given };
      const data = state.data;
      markPage(data);
      root.dir = data.dir;
      state.turn = (state.turn || 0) + 1;
      const turn = state.turn;
      const current = () => state.turn === turn;
      Promise.resolve(draw(root, state, current)).catch((error) => {
        if (current()) failed(root, data, error, () => draw(root, state, current));
      });
    };
    act(given, setTriggerValue);
    forgetTheme();
    bus.follow(root, show, () => root.isConnected);
    if (!bus.look()) show();
  };
}

async function failed(root, data, error, again) {
  const w = await words(data).catch(() => ({}));
  root.querySelector(".kh-failed")?.remove();
  const retry = () => {
    root.querySelector(".kh-failed")?.remove();
    Promise.resolve(again()).catch((e) => failed(root, data, e, again));
  };
  root.prepend(failure(error, w, retry));
}
