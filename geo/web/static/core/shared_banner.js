/* What stands above the map of a view that was opened from a short link. */
import { getJSON } from "./api.js";
import { el } from "./dom.js";
import { bus } from "./view_store.js";

/* What the view showed when it was kept, and what has changed since. */
export const sharedView = ({ shared, lang }) => getJSON(`/api/shared/${shared}?lang=${lang}`);

/* One line above the map; null when the view was not opened from a short link. */
export async function banner(data, w) {
  if (!data.shared) return null;
  const answer = await sharedView(data).catch(() => null);
  if (!answer) return null;
  return el("p", { class: "kh-notice kh-shared", role: "status" }, [
    el("span", {
      dir: "auto",
      text: [
        answer.title,
        w["ui.shr.banner"].replace("{date}", answer.created),
        w[answer.same ? "ui.shr.banner_same" : "ui.shr.banner_changed"],
      ]
        .filter(Boolean)
        .join(" · "),
    }),
    el("button", {
      type: "button",
      class: "kh-link",
      "data-key": "compare",
      text: w["ui.shr.compare"],
      on: { click: () => bus.visit("/partager", bus.view.query) },
    }),
    el("button", {
      type: "button",
      class: "kh-link",
      "data-key": "dismiss",
      text: w["ui.shr.dismiss"],
      on: { click: () => bus.go({ op: "clear", field: "shared" }) },
    }),
  ]);
}
