/* What forms that change records share: a refusal, what was and is, who signs. */
import { el } from "./dom.js";

/* The line that says what went wrong; empty and hidden until then. */
export function refusal() {
  const node = el("p", { class: "kh-failed", role: "alert", hidden: true });
  return {
    node,
    say(text) {
      node.textContent = text;
      node.hidden = !text;
    },
  };
}

/* What a record was and is, field by field. */
export function differences(fields, w) {
  return el(
    "dl",
    { class: "kh-differ" },
    fields.flatMap((f) => [
      el("dt", { text: f.field }),
      el("dd", {}, [
        f.before ? el("del", { dir: "auto", title: w["ui.was"], text: f.before }) : null,
        f.after
          ? el("ins", { dir: "auto", title: w["ui.is"], text: f.after })
          : el("ins", { class: "none", text: w["ui.nothing"] }),
      ]),
    ]),
  );
}

const NAME = "kharita.name";

/* Who signs a change: nothing to ask when there is a login, else a name this browser remembers. */
export function signature(signed, w) {
  let name = "";
  try {
    name = localStorage.getItem(NAME) || "";
  } catch {
    /* a browser that keeps nothing asks again */
  }
  const field = el("input", {
    type: "text",
    maxlength: 80,
    autocomplete: "name",
    dir: "auto",
    "data-key": "author",
    value: name,
    on: {
      input: () => {
        name = field.value;
        try {
          localStorage.setItem(NAME, name);
        } catch {
          /* as above */
        }
      },
    },
  });
  return {
    node: signed
      ? null
      : el("label", { class: "kh-asked" }, [el("span", { text: w["ui.form.author"] }), field]),
    get author() {
      return name;
    },
  };
}
