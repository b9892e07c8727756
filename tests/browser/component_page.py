"""A page that holds one component and an API made of fixtures: no Streamlit, no server.

The real assets of ``geo.web.assets`` are handed to the browser as they are; every other
request is answered from `Stage.answers`, and may be held back to look at a component
while it waits.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Page, Route

from geo.i18n.words import catalogue
from geo.web.assets import assets

ORIGIN = "http://kharita.test"
HTML = """<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>stage</title>
<link rel="stylesheet" href="/assets/app.css">
<style>
body{margin:0;background:#fff;font-family:Inter,"IBM Plex Sans Arabic",sans-serif;font-size:14px}
.st-key-kh-table,.st-key-kh-dock{margin:8px}.st-key-kh-dock{height:640px!important}</style></head>
<body class="stApp"><input id="elsewhere" aria-label="elsewhere">
<div class="st-key-kh-table"></div><div class="st-key-kh-dock"></div>
<script type="module">
window.intents = [];
// The page's view, as a test gives it; acts of the reader are kept, not carried out.
const followers = [];
window.kharita = { notice: "", look: () => false, follow: (key, act) => followers.push(act),
  go: (intent) => window.intents.push(intent) };
window.show = async (name, data) => {
  window.kharita.view = data;
  const component = await import(`/assets/${name}.js`);
  const parentElement = document.querySelector(
    name === "explore/panel" ? ".st-key-kh-dock" : ".st-key-kh-table");
  component.default({ data: {}, parentElement, setTriggerValue: () => {} });
};
window.ready = true;
</script></body></html>"""


class Stage:
    """One page, the answers of its API, and what it asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.answers: dict[str, Any] = {}
        self.requested: list[str] = []
        self.problems: list[str] = []
        self._held: dict[str, list[Route]] = {}
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("dialog", lambda dialog: (self.problems.append("dialog"), dialog.dismiss()))
        page.route("**/*", self._answer)
        page.goto(f"{ORIGIN}/")
        page.wait_for_function("window.ready")

    def show(self, name: str, *, filters: str = "v=1", lang: str = "fr", **data: str) -> None:
        """Hand new data to component ``name``, as Streamlit does after each run."""
        data = {"tab": "buyers", "sel": "", **data}
        self.page.evaluate(
            "([name, data]) => window.show(name, data)",
            [
                name,
                {
                    **data,
                    "filters": filters,
                    "query": filters,
                    "lang": lang,
                    "dir": "rtl" if lang == "ar" else "ltr",
                    "words": f"/words.{lang}.json",
                },
            ],
        )

    def intents(self) -> list[dict[str, Any]]:
        """What the component asked Python to do, oldest first."""
        return self.page.evaluate("window.intents")

    def hold(self, part: str) -> None:
        """Keep back the answers to addresses that contain ``part``."""
        self._held[part] = []

    def release(self, part: str) -> None:
        """Give the answers that were kept back."""
        for route in self._held.pop(part):
            self._fulfill(route)

    def _answer(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        if not url.path.startswith("/assets/"):
            self.requested.append(unquote(url.path + (f"?{url.query}" if url.query else "")))
        for part, routes in self._held.items():
            if part in route.request.url:
                routes.append(route)
                return
        self._fulfill(route)

    def _fulfill(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        address = unquote(url.path + (f"?{url.query}" if url.query else ""))
        asset = assets().get(url.path.removeprefix("/assets/"))
        if url.path == "/":
            route.fulfill(body=HTML, content_type="text/html")
        elif url.path.startswith("/assets/") and asset:
            route.fulfill(body=asset.make(), content_type=asset.media_type)
        elif url.path.startswith("/words."):
            lang = url.path.split(".")[1]
            _give(
                route,
                {
                    k: catalogue(lang).get(k, v)
                    for k, v in catalogue("fr").items()
                    if k.startswith("ui.")
                },
            )
        else:
            # The longest part that fits is the most particular answer.
            parts = sorted((p for p in self.answers if p in address), key=len, reverse=True)
            answer = self.answers[parts[0]] if parts else refusal(404, "Rien ici.")
            _give(route, answer(address) if callable(answer) else answer)


def refusal(status: int, text: str) -> dict[str, Any]:
    """An API answer that refuses with one sentence."""
    return {"status": status, "error": {"code": "error.test", "text": text}}


def _give(route: Route, answer: dict[str, Any]) -> None:
    status = answer["status"] if "error" in answer else 200
    route.fulfill(status=status, body=json.dumps(answer), content_type="application/json")
