/* A file becomes a report: read off the page, decided on by the editor, published whole. */
import { el, icon, render } from "./dom.js";
import { marked } from "./quoted.js";
import { me } from "./who.js";

const LOOK_MS = 250;
const KINDS = ["market", "craft", "town", "buyer", "organisation", "figure"];

export function publishPart(state, w) {
  // One box for the life of the page: what is being decided survives other redraws.
  const box = (state.publishing ??= {}).lang === state.data.lang ? state.publishing.box : el("section", { class: "kh-publish" });
  if (state.publishing.lang !== state.data.lang) {
    Object.assign(state.publishing, { lang: state.data.lang, box });
    box.hidden = true; // publishing is for editors
    me(state.data.lang).then((person) => { if (person.may.includes("editor")) { box.hidden = false; idle(box, state, w); } }).catch(() => {});
  }
  return box;
}

const lang = (state) => `lang=${state.data.lang}`;

async function ask(path, options) {
  const answer = await fetch(path, { ...options, headers: { "x-kharita": "1", ...options?.headers } });
  const told = await answer.json().catch(() => ({}));
  if (answer.status === 401) dispatchEvent(new Event("kharita-who"));
  if (!answer.ok) throw new Error(told.error?.text || String(answer.status));
  return told;
}

function idle(box, state, w, said = "") {
  const send = (file) => file && upload(file, box, state, w);
  const input = el("input", { type: "file", class: "kh-unseen", accept: ".pdf,.docx,.html,.htm,.md,.txt", on: { change: () => send(input.files[0]) } });
  const drop = el("label", { class: "kh-drop", on: {
    dragover: (e) => { e.preventDefault(); drop.classList.add("over"); }, dragleave: () => drop.classList.remove("over"),
    drop: (e) => { e.preventDefault(); drop.classList.remove("over"); send(e.dataTransfer.files[0]); } } }, [icon("plus"), el("span", { text: w["ui.pub.choose"] }), input]);
  render(box, el("h3", { text: w["ui.pub.title"] }), el("p", { class: "kh-hint", text: w["ui.pub.lead"] }),
    ...(said ? [el("p", { class: "kh-failed", role: "alert", text: said })] : []), drop);
}

async function upload(file, box, state, w) {
  const bar = el("progress", { max: 1, "aria-label": w["ui.pub.title"] });
  const told = el("p", { class: "kh-hint", role: "status", dir: "auto", text: file.name });
  const stop = el("button", { type: "button", class: "kh-link", text: w["ui.pub.cancel"] });
  render(box, el("h3", { text: w["ui.pub.title"] }), told, bar, stop);
  try {
    const job = await ask(`/api/intake?${new URLSearchParams({ name: file.name, lang: state.data.lang })}`, { method: "POST", body: file });
    const here = `/api/intake/${encodeURIComponent(job.id)}`;
    let going = true;
    stop.onclick = () => { going = false; ask(`${here}?${lang(state)}`, { method: "DELETE" }).catch(() => {}); idle(box, state, w); };
    for (;;) {
      const answer = await ask(`${here}?${lang(state)}`);
      if (!going) return;
      if (answer.state === "refused") return idle(box, state, w, answer.text);
      if (answer.state === "done") return decide(answer, here, file, box, state, w);
      if (answer.of) {
        Object.assign(bar, { max: answer.of, value: answer.done });
        told.textContent = w["ui.pub.reading"].replace("{done}", answer.done).replace("{of}", answer.of);
      }
      await new Promise((later) => setTimeout(later, LOOK_MS));
    }
  } catch (error) {
    idle(box, state, w, error.message);
  }
}

function decide(a, here, file, box, state, w) {
  const chosen = { title: a.title, date: a.date, kind: "etude_marche", accepted: new Set(a.proposals.filter((p) => p.accepted).map((p) => p.position)), corrected: {} };
  const field = (word, node) => el("label", { class: "kh-field" }, [el("span", { text: w[word] }), node]);
  const failed = el("p", { class: "kh-failed", role: "alert", hidden: true });
  const go = el("button", { type: "button", class: "kh-button kh-primary", text: w["ui.pub.publish"], on: { click: async () => {
    go.disabled = true;
    failed.hidden = true;
    try {
      const made = await ask(`${here}/publish?${lang(state)}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ ...chosen, accepted: [...chosen.accepted] }) });
      idle(box, state, w);
      window.__kharitaMemory?.clear(); // the reports are others now: ask again for everything
      state.send({ op: "set", field: "sel", value: made.sel });
    } catch (error) {
      failed.textContent = error.message;
      failed.hidden = false;
    } finally {
      go.disabled = false;
    }
  } } });
  render(box, el("h3", {}, [el("span", { text: w["ui.pub.title"] }), el("i", { dir: "auto", text: `${file.name} · ${a.pages}` })]),
    ...a.notes.map((text) => el("p", { class: "kh-notice", role: "status", text })),
    field("ui.pub.field_title", el("input", { type: "text", maxlength: 200, dir: "auto", value: a.title, on: { input: (e) => { chosen.title = e.target.value; } } })),
    el("div", { class: "kh-two-fields" }, [
      field("ui.pub.field_date", el("input", { type: "text", dir: "ltr", inputmode: "numeric", placeholder: "2026-01-31", pattern: "[0-9]{4}(-[0-9]{2}){0,2}", value: a.date, on: { input: (e) => { chosen.date = e.target.value.trim(); } } })),
      field("ui.pub.field_kind", el("select", { on: { change: (e) => { chosen.kind = e.target.value; } } }, a.kinds.map((k) => el("option", { value: k.value, selected: k.value === chosen.kind, text: k.label }))))]),
    el("h4", { text: w["ui.pub.found"] }), el("p", { class: "kh-hint", text: w["ui.pub.found_lead"] }),
    ...KINDS.map((kind) => group(kind, a, chosen, w)).filter(Boolean), failed,
    el("div", { class: "kh-row" }, [go, el("button", { type: "button", class: "kh-link", text: w["ui.pub.cancel"], on: { click: () => { ask(`${here}?${lang(state)}`, { method: "DELETE" }).catch(() => {}); idle(box, state, w); } } })]));
}

function group(kind, a, chosen, w) {
  const list = a.proposals.filter((p) => p.kind === kind);
  if (!list.length) return null;
  return el("details", { class: "kh-proposals", open: kind !== "figure" && kind !== "town" }, [
    el("summary", {}, [el("span", { text: w[`ui.pub.kind_${kind}`] }), el("i", { text: String(list.length) })]),
    el("ul", {}, list.map((p) => proposal(p, a.choices[kind], chosen, w)))]);
}

function proposal(p, choices, chosen, w) {
  const tick = el("input", { type: "checkbox", "data-proposal": `${p.kind}:${p.id}`, checked: chosen.accepted.has(p.position), on: { change: (e) => { if (e.target.checked) chosen.accepted.add(p.position); else chosen.accepted.delete(p.position); } } });
  return el("li", {}, [
    el("label", {}, [tick, el("b", { dir: "auto", text: p.label }), el("em", { text: `${p.confidence} % · ${p.how}` })]),
    choices ? el("select", { "aria-label": w["ui.pub.correct"].replace("{label}", p.label), on: { change: (e) => { chosen.corrected[p.position] = e.target.value; } } }, choices.map((c) => el("option", { value: c.value, selected: c.value === p.id, text: c.label }))) : null,
    el("p", { dir: "auto" }, marked(p.pieces)), el("i", { text: p.where })]);
}
