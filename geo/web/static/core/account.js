/* Who is asking. Pages offer what `me` says a person may do; the server decides again each time. */
import { getJSON } from "./api.js";
import { el } from "./dom.js";
import { icon } from "./icons.js";

const BACK = "kh-back";

export const me = (lang) => getJSON(`/api/me?lang=${lang}`);

/* The header's control: log in, or who is logged in and the way out. Nothing without a login. It
   asks again when the page is looked at again, and when the server did not know who asked. */
export async function whoControl(data, w, sign) {
  if (!data.login) return null;
  const root = el("div", { class: "kh-who" });
  const again = async () => {
    if (!root.isConnected) return;
    const person = await fetch(`/api/me?lang=${data.lang}`)
      .then((answer) => answer.json())
      .catch(() => null);
    if (person && person.name !== root.dataset.name) draw(root, person, w, sign);
  };
  addEventListener("kharita-who", again);
  document.addEventListener("visibilitychange", () => document.hidden || again());
  draw(root, await me(data.lang), w, sign);
  return root;
}

function draw(root, person, w, sign) {
  root.dataset.name = person.name;
  if (!person.name) {
    const button = el(
      "button",
      {
        type: "button",
        class: "kh-who-in",
        title: w["ui.log_in"],
        "aria-label": w["ui.log_in"],
        on: {
          click: () => {
            sessionStorage.setItem(BACK, location.pathname + location.search);
            sign("in");
          },
        },
      },
      [icon("person"), el("span", { text: w["ui.log_in"] })],
    );
    root.replaceChildren(
      button,
      ...(person.problem
        ? [el("p", { class: "kh-who-ended", role: "alert", text: person.problem })]
        : []),
    );
    return;
  }
  root.replaceChildren(
    el("details", {}, [
      el(
        "summary",
        {
          title: `${person.name} · ${person.role_text}`,
          "aria-label": `${person.name} · ${person.role_text}`,
        },
        [el("b", { dir: "auto", text: person.name.slice(0, 1).toUpperCase() })],
      ),
      el("div", { class: "kh-who-menu" }, [
        el("b", { dir: "auto", text: person.name }),
        el("i", { text: person.role_text }),
        el("button", {
          type: "button",
          class: "kh-link",
          text: w["ui.log_out"],
          on: { click: () => sign("out") },
        }),
      ]),
    ]),
  );
}

/* The provider sends people to the first page: back to where they logged in from. */
export async function goBack(data) {
  const back = sessionStorage.getItem(BACK);
  if (!data.login || !back || !(await me(data.lang)).name) return;
  sessionStorage.removeItem(BACK);
  if (back !== location.pathname + location.search) location.replace(back);
}
