/* The answers of the HTTP API: one memory of them for all components, and what is sent. */
import { bus } from "./view_store.js";

const KEPT = 60;
window.__kharitaMemory ||= new Map();
const memory = window.__kharitaMemory;

/* One request per address, shared by all components; a failure is not remembered. */
export function getJSON(path) {
  if (!memory.has(path)) {
    if (memory.size >= KEPT) memory.delete(memory.keys().next().value);
    const answer = fetch(path).then(async (response) => {
      const content = await response.json().catch(() => ({}));
      if (!response.ok)
        throw Object.assign(new Error(String(response.status)), { text: content.error?.text });
      return content;
    });
    answer.catch(() => memory.delete(path));
    memory.set(path, answer);
  }
  return memory.get(path);
}

/* Send what is to be kept or made, as `json` or as bytes: its JSON answer or its file. A refusal is
   an Error with its sentence (`text`), its `status` and the whole `answer`. */
export async function send(path, { method = "POST", json, body, headers = {} } = {}) {
  const typed = json === undefined ? {} : { "content-type": "application/json" };
  const response = await fetch(path, {
    method,
    headers: { "x-kharita": "1", ...typed, ...headers },
    body: json === undefined ? body : JSON.stringify(json),
  });
  const isJSON = (response.headers.get("content-type") || "").includes("json");
  if (response.ok && !isJSON) return response.blob();
  const answer = isJSON ? await response.json().catch(() => ({})) : {};
  if (response.status === 401) dispatchEvent(new Event("kharita-who"));
  if (!response.ok)
    throw Object.assign(new Error(answer.error?.text || String(response.status)), {
      text: answer.error?.text,
      status: response.status,
      answer,
    });
  return answer;
}

/* After a change earlier answers no longer hold: every part fetches again. */
export const forget = () => memory.clear();

bus.getJSON = getJSON; // the map's frame shares the memory of its page
window.dispatchEvent(new Event("kharita")); // whole only now: a frame that was first may follow

/* The sentences of the reader's language. */
export const words = (data) => getJSON(data.words);
