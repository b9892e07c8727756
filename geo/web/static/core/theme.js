/* What style sheets ask of the page: the reader's theme, direction and language. Written only when
   it changes: each write costs a new style of every element. */
let dark = null; // looked at once per run of Python

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", forgetTheme);

export function forgetTheme() {
  dark = null;
}

export function markPage({ dir, lang, embed }) {
  const html = document.documentElement;
  dark ??= isDark();
  if (html.dataset.khDir !== dir) html.dataset.khDir = dir;
  if (html.lang !== lang) html.lang = lang;
  const theme = dark ? "dark" : "light";
  if (html.dataset.khTheme !== theme) html.dataset.khTheme = theme;
  if ((html.dataset.khEmbed || "") !== embed) html.dataset.khEmbed = embed;
}

function isDark() {
  const app = document.querySelector(".stApp") || document.body;
  const background = getComputedStyle(app).backgroundColor.match(/[\d.]+/g) || [255, 255, 255];
  const [r, g, b] = background.map(Number);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b < 100;
}
