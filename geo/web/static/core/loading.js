/* What a part shows while it waits for the API, and when the answer does not come. */
import { el } from "./dom.js";

const FELT_MS = 300;

/* What was there stays. It is dimmed once the wait is felt, so a quick answer never flashes. */
export function busy(root) {
  root.setAttribute("aria-busy", "true");
  root.khSlow ??= setTimeout(() => root.classList.add("waiting"), FELT_MS);
}

export function settled(root) {
  clearTimeout(root.khSlow);
  root.khSlow = null;
  root.classList.remove("waiting");
  root.removeAttribute("aria-busy");
}

/* One sentence and a button to ask again. */
export function failure(error, w, retry) {
  return el("div", { class: "kh-failed", role: "alert" }, [
    el("span", { text: error.text || w["ui.failed"] || "" }),
    el("button", {
      type: "button",
      class: "kh-link",
      "data-key": "retry",
      text: w["ui.retry"] || "↻",
      on: { click: retry },
    }),
  ]);
}
