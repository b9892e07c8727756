/* A view opened from a short link: what it showed then, what it shows now. */

import { el, render } from "../core/dom.js";
import { sharedView } from "../core/shared_banner.js";

/* Both pictures side by side, and the lists of what differs. */
export async function comparison(box, data, w) {
  if (!data.shared) return render(box);
  const answer = await sharedView(data).catch((error) => ({
    failed: error.text || w["ui.failed"],
  }));
  if (answer.failed)
    return render(box, el("p", { class: "kh-failed", role: "alert", text: answer.failed }));
  const picture = (title, src) =>
    el("figure", {}, [
      el("figcaption", { text: title }),
      el("img", { src, alt: title, width: 480, height: 270 }),
    ]);
  const query = [
    answer.address,
    "size=540p",
    answer.title && `title=${encodeURIComponent(answer.title)}`,
  ]
    .filter(Boolean)
    .join("&");
  const list = (key) =>
    answer[key].total &&
    el("div", {}, [
      el("h3", { text: `${w[`ui.shr.${key}`]} (${answer[key].text})` }),
      el(
        "ul",
        {},
        answer[key].rows.map((r) => el("li", { dir: "auto", text: r.name })),
      ),
    ]);
  render(
    box,
    el("h2", {
      dir: "auto",
      text: [answer.title, w["ui.shr.banner"].replace("{date}", answer.created)]
        .filter(Boolean)
        .join(" · "),
    }),
    el("div", { class: "kh-two" }, [
      picture(`${w["ui.shr.then"]} · ${answer.created}`, `/s/${data.shared}.png`),
      picture(w["ui.shr.now"], `/snapshot.png?${query}`),
    ]),
    answer.same
      ? el("p", { class: "kh-hint", text: w["ui.shr.same"] })
      : el("div", { class: "kh-diff" }, ["added", "removed", "changed"].map(list)),
    el(
      "dl",
      { class: "kh-counts", "aria-label": w["ui.shr.counts"] },
      Object.entries(answer.counts.now).flatMap(([key, now]) => [
        el("dt", { text: w[`ui.tab.${key}`] }),
        el("dd", {
          dir: "ltr",
          text:
            answer.counts.then[key] === now ? String(now) : `${answer.counts.then[key]} → ${now}`,
        }),
      ]),
    ),
  );
}
