/* Files made of what the page already has. */
import { el } from "./dom.js";

export function save(name, text, type) {
  const bom = type === "text/csv" ? "\ufeff" : "";
  const href = URL.createObjectURL(new Blob([bom, text], { type }));
  const link = el("a", { href, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(href), 10000);
}
