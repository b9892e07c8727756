/* The scenes of a meeting, kept in this browser: no network is needed to present them.
   A scene is a view (its query), a name, and the notes taken while it was shown. */
const KEY = "kharita.meeting";
const MOST_SCENES = 40;
export const MOST_NOTES = 400;
const MOST_CHARS = 2000;

const text = (value, most = MOST_CHARS) => (typeof value === "string" ? value.slice(0, most) : "");

/* What is kept may have been written by an older version, or by hand: only the known shape is
   read. */
function clean(raw) {
  const list = (value) => (Array.isArray(value) ? value : []);
  return {
    title: text(raw?.title, 200),
    scenes: list(raw?.scenes)
      .slice(0, MOST_SCENES)
      .map((s) => ({
        id: text(s?.id, 40) || fresh(),
        title: text(s?.title, 200),
        query: text(s?.query),
        notes: list(s?.notes)
          .slice(0, MOST_NOTES)
          .map((n) => ({
            text: text(n?.text),
            pin: text(n?.pin, 140),
            pinName: text(n?.pinName, 200),
            owner: text(n?.owner, 120),
            due: text(n?.due, 10),
          })),
      })),
  };
}

const fresh = () => crypto.randomUUID?.() ?? String(Math.random()).slice(2);

export function load() {
  try {
    return clean(JSON.parse(localStorage.getItem(KEY) || "{}"));
  } catch {
    return clean({});
  }
}

/* Whether the browser kept it (it refuses when its store is full or switched off). */
export function save(meeting) {
  try {
    localStorage.setItem(KEY, JSON.stringify(meeting));
  } catch {
    return false;
  }
  dispatchEvent(new Event("kharita-meeting"));
  return true;
}

/* Add a view as the last scene; false when there is no room. */
export function add(query, title) {
  const meeting = load();
  if (meeting.scenes.length >= MOST_SCENES) return false;
  meeting.scenes.push({ id: fresh(), title: text(title, 200), query, notes: [] });
  return save(meeting);
}

export function change(id, act) {
  const meeting = load();
  const at = meeting.scenes.findIndex((s) => s.id === id);
  if (at >= 0) act(meeting.scenes, at);
  return save(meeting);
}

export const move = (id, by) =>
  change(id, (scenes, at) => {
    const to = at + by;
    if (to >= 0 && to < scenes.length) scenes.splice(to, 0, ...scenes.splice(at, 1));
  });
export const remove = (id) => change(id, (scenes, at) => scenes.splice(at, 1));
export const rename = (id, title) =>
  change(id, (scenes, at) => {
    scenes[at].title = text(title, 200);
  });

/* What a view is about, in a few words: the chips of its sentence. */
export const nameOf = (facets) =>
  facets.sentence
    .filter((p) => p.field)
    .map((p) => p.text)
    .join(" · ") ||
  facets.sentence[0]?.text ||
  "";
