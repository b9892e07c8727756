/* What the map is made of, whose it is, which outline it draws. */
import { getJSON } from "../core/api.js";
import { el } from "../core/dom.js";

export async function draw({ data, w }) {
  const a = await getJSON(`/api/about?lang=${data.lang}`);
  return [
    el("div", { class: "kh-chead" }, [
      el("div", {}, [el("h2", { text: w["ui.about.title"] }), el("p", { text: a.version })]),
    ]),
    a.missing
      ? el("p", { class: "kh-notice", role: "status", text: a.missing })
      : el("div", { class: "kh-scrolled", tabindex: "0" }, [
          el("table", {}, [
            el("thead", {}, [
              el(
                "tr",
                {},
                ["file", "records", "demo", "credit", "licence"].map((key) =>
                  el("th", { scope: "col", text: w[`ui.about.${key}`] }),
                ),
              ),
            ]),
            el(
              "tbody",
              {},
              a.files.map((f) =>
                el("tr", {}, [
                  el("th", { scope: "row", dir: "ltr", text: f.name }),
                  ...["records", "demo", "credit", "licence"].map((key) =>
                    el("td", { dir: "auto", text: f[key] }),
                  ),
                ]),
              ),
            ),
          ]),
        ]),
    el("section", {}, [
      el("h3", { text: w["ui.about.outline"] }),
      el("p", { text: `${a.outline} ${a.legal}` }),
    ]),
  ];
}
