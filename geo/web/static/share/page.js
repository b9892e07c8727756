/* Everything a view can leave as: picture, document, data, link, brief, atlas. */
import { getJSON, send, words } from "../core/api.js";
import { copy } from "../core/clipboard.js";
import { component } from "../core/component.js";
import { debounce, el, render } from "../core/dom.js";
import { icon } from "../core/icons.js";
import { busy, settled } from "../core/loading.js";
import { meetingPart } from "./scene_list.js";
import { comparison } from "./shared_view.js";

const RECENT = "kharita.shared";
const PICTURES = [
  ["png", "1080p"],
  ["png", "4k"],
  ["png", "a4"],
  ["png", "a3"],
];
const DOCUMENTS = [
  ["pptx", ""],
  ["pdf", "a4"],
  ["pdf", "a3"],
  ["html", ""],
  ["svg", ""],
];
const DATA = ["xlsx", "csv", "geojson", "gpkg", "kmz", "gpx", "vcf"];
const NAMES = { csv: "CSV", geojson: "GeoJSON", gpkg: "GeoPackage" }; // the same in every language

export default component("sharing", async (root, state, current) => {
  const w = await words(state.data);
  if (!current()) return;
  state.title ??= "";
  if (state.lang !== state.data.lang) {
    // typed text and unfolded parts stay while filters change
    state.lang = state.data.lang;
    frame(root, state, w);
  }
  preview(root, state, w);
  links(root, state, w);
  await comparison(root.querySelector(".kh-compare"), state.data, w);
});

function frame(root, state, w) {
  const debouncedRefresh = debounce(() => {
    preview(root, state, w);
    links(root, state, w);
  }, 600);
  const title = el("input", {
    type: "text",
    maxlength: 200,
    dir: "auto",
    value: state.title,
    placeholder: w["ui.shr.title_hint"],
    on: {
      input: (e) => {
        state.title = e.target.value;
        debouncedRefresh();
      },
    },
  });
  render(
    root,
    el("div", { class: "kh-share-main" }, [
      el("h1", { text: w["ui.shr.heading"] }),
      el("p", { class: "kh-hint", text: w["ui.shr.lead"] }),
      el("section", { class: "kh-compare" }),
      el("label", { class: "kh-field" }, [el("span", { text: w["ui.shr.title"] }), title]),
      el("figure", { class: "kh-preview" }, [
        el("p", { class: "kh-drawing", "aria-hidden": "true", text: w["ui.shr.drawing"] }),
        el("img", { alt: w["ui.shr.preview"], width: 960, height: 540 }),
        el("p", {
          class: "kh-failed",
          role: "alert",
          hidden: true,
          text: w["ui.shr.preview_failed"],
        }),
      ]),
      meetingPart(w),
    ]),
    el("div", { class: "kh-share-side" }),
  );
}

const params = (state, more = {}) =>
  new URLSearchParams({
    ...Object.fromEntries(new URLSearchParams(state.data.query)),
    ...(state.title.trim() ? { title: state.title.trim() } : {}),
    ...more,
  });
const without = (query) => {
  query.delete("shared");
  query.delete("embed");
  return query;
};

function preview(root, state) {
  const figure = root.querySelector(".kh-preview");
  const img = figure.querySelector("img");
  const url = `/snapshot.png?${without(params(state, { size: "540p" }))}`;
  if (img.getAttribute("src") === url) return;
  busy(figure);
  const end = (failed) => {
    settled(figure);
    figure.querySelector(".kh-failed").hidden = !failed;
    img.hidden = failed;
  };
  img.onload = () => end(false);
  img.onerror = () => end(true);
  img.src = url;
}

/* ------------------------------------------------------------------ links */

function links(root, state, w) {
  const file = (text, href) =>
    el("a", { class: "kh-file", href, download: true }, [el("span", { text }), icon("download")]);
  const snapshot = ([kind, size]) =>
    file(
      w[`ui.shr.${kind}${size ? `_${size}` : ""}`],
      `/snapshot.${kind}?${without(params(state, { ...(size ? { size } : {}), download: "1" }))}`,
    );
  const part = (title, lead, nodes) =>
    el("section", {}, [
      el("h2", { text: title }),
      lead ? el("p", { class: "kh-hint", text: lead }) : null,
      ...nodes,
    ]);
  render(
    root.querySelector(".kh-share-side"),
    part(w["ui.shr.link"], w["ui.shr.link_lead"], link(state, w)),
    part(w["ui.shr.pictures"], "", PICTURES.map(snapshot)),
    part(w["ui.shr.documents"], "", DOCUMENTS.map(snapshot)),
    part(
      w["ui.shr.data"],
      "",
      DATA.map((kind) =>
        file(NAMES[kind] || w[`ui.shr.${kind}`], `/export.${kind}?${without(params(state))}`),
      ),
    ),
    part(w["ui.shr.brief"], "", briefs(state, w, file)),
    atlas(state, w),
  );
}

function link(state, w) {
  const status = el("p", { class: "kh-said-here kh-link-said", role: "status" });
  const copied = async (text) => {
    const message = (await copy(text)) ? w["ui.copied"] : text;
    (document.querySelector(".kh-link-said") || status).textContent = message;
  };
  const make = el("button", {
    type: "button",
    class: "kh-button kh-primary",
    "data-key": "short",
    text: w["ui.shr.link_make"],
    on: {
      click: async () => {
        make.disabled = true;
        try {
          const made = await send("/api/shared", {
            json: {
              query: String(without(params(state))),
              title: state.title.trim(),
              lang: state.data.lang,
            },
          });
          remember({ code: made.code, title: state.title.trim() || made.title || made.code });
          // The part may have been drawn again meanwhile: what is on the screen is told.
          (document.querySelector(".kh-recent") || list).replaceChildren(...recent(w, copied));
          await copied(`${location.origin}/s/${made.code}`);
        } catch (error) {
          status.textContent = error.message;
        } finally {
          make.disabled = false;
        }
      },
    },
  });
  const here = () => `${location.origin}/?${state.data.query}`;
  const embed = () => {
    const src = `${location.origin}/?${without(params(state))}&embed=1`;
    return `<iframe src="${src}" width="800" height="500" title="Kharita" loading="lazy"></iframe>`;
  };
  const list = el(
    "ul",
    { class: "kh-recent", "aria-label": w["ui.shr.recent"] },
    recent(w, copied),
  );
  return [
    make,
    status,
    list,
    el("button", {
      type: "button",
      class: "kh-link",
      "data-key": "long",
      text: w["ui.shr.long"],
      on: { click: () => copied(here()) },
    }),
    state.data.framed &&
      el("button", {
        type: "button",
        class: "kh-link",
        "data-key": "embed",
        text: w["ui.shr.embed"],
        on: { click: () => copied(embed()) },
      }),
  ];
}

/* Codes are secrets of who made them: only this browser lists them. */
function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(RECENT) || "[]");
    return Array.isArray(kept)
      ? kept.filter((k) => typeof k?.code === "string" && typeof k?.title === "string")
      : [];
  } catch {
    return [];
  }
}

function remember(made) {
  try {
    localStorage.setItem(
      RECENT,
      JSON.stringify([made, ...remembered().filter((k) => k.code !== made.code)].slice(0, 12)),
    );
  } catch {
    /* a browser that keeps nothing still has the link in its clipboard */
  }
}

const recent = (w, copied) =>
  remembered()
    .slice(0, 5)
    .map(({ code, title }) =>
      el("li", {}, [
        el("a", { href: `/s/${encodeURIComponent(code)}`, dir: "auto", text: title }),
        el("code", { text: code }),
        el("button", {
          type: "button",
          class: "kh-link",
          text: w["ui.shr.copy"],
          on: { click: () => copied(`${location.origin}/s/${code}`) },
        }),
      ]),
    );

/* ------------------------------------------------------------------ briefs and atlas */

function briefs({ data }, w, file) {
  const chosen = [
    ...data.market.map((code) => ["market", code]),
    ...data.region.map((code) => ["region", code]),
  ].slice(0, 6);
  if (!chosen.length) return [el("p", { class: "kh-hint", text: w["ui.shr.brief_none"] })];
  return chosen.map(([kind, code]) => {
    const row = file(code, `/brief.pdf?${kind}=${encodeURIComponent(code)}&lang=${data.lang}`);
    getJSON(`/api/entity/${kind}/${encodeURIComponent(code)}?${data.filters}`)
      .then((a) => {
        row.firstChild.textContent = a.title;
      })
      .catch(() => {});
    return row;
  });
}

function atlas(state, w) {
  const box = el("section", { class: "kh-atlas" });
  const idle = () =>
    render(
      box,
      el("h2", { text: w["ui.shr.atlas_market"] }),
      el("p", { class: "kh-hint", text: w["ui.shr.atlas_lead"] }),
      ...["market", "region"].map((kind) =>
        el("button", {
          type: "button",
          class: "kh-button",
          "data-key": `atlas-${kind}`,
          text: w[`ui.shr.atlas_${kind}`],
          on: { click: () => run(kind) },
        }),
      ),
    );
  const failed = (error) => {
    idle();
    box.append(el("p", { class: "kh-failed", role: "alert", text: error.message }));
  };

  async function run(kind) {
    let job;
    try {
      job = await send("/api/jobs/atlas", {
        json: { kind, codes: state.data[kind], lang: state.data.lang },
      });
    } catch (error) {
      return failed(error);
    }
    const bar = el("progress", { max: 1, value: 0, "aria-label": w[`ui.shr.atlas_${kind}`] });
    const status = el("p", { class: "kh-said-here", role: "status" });
    render(
      box,
      el("h2", { text: w[`ui.shr.atlas_${kind}`] }),
      bar,
      status,
      el("button", {
        type: "button",
        class: "kh-link",
        text: w["ui.shr.atlas_cancel"],
        on: {
          click: async () => {
            await fetch(`/api/jobs/${job.id}`, { method: "DELETE" });
          },
        },
      }),
    );
    const look = async () => {
      if (!bar.isConnected) return;
      const answer = await fetch(`/api/jobs/${job.id}?lang=${state.data.lang}`)
        .then((a) => a.json())
        .catch(() => ({ state: "lost" }));
      bar.max = answer.total || 1;
      bar.value = answer.done || 0;
      if (answer.state === "done") {
        render(
          box,
          el("h2", { text: w["ui.shr.atlas_done"] }),
          el("a", { class: "kh-file", href: `/api/jobs/${job.id}/file`, download: true }, [
            el("span", { text: w["ui.shr.atlas_get"] }),
            icon("download"),
          ]),
        );
      } else if (answer.state === "running") {
        status.textContent = answer.text;
        setTimeout(look, 400);
      } else if (answer.state === "cancelled") idle();
      else failed({ message: answer.text || answer.error?.text || w["ui.failed"] });
    };
    look();
  }
  idle();
  return box;
}
