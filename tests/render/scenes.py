"""The reference scenes and the worst titles."""

from __future__ import annotations

from datetime import date

from geo.model.view import ViewState
from geo.query.engine import Query
from geo.render.scene import Scene, scene_of
from geo.render.sheets import SIZES

BASE = "https://kharita.example"
DAY = date(2026, 11, 24)
VIEWS = {
    "world": {},
    "morocco": {"region": ("03",)},
    "germany": {"market": ("DE",), "craft": ("tapis_tissage",), "sel": "market:DE"},
    "empty": {"q": "zzzzzzzz"},
}
HOSTILE = [
    '<script>alert(1)</script><image href="http://evil.example/x.png"/>]]>&amp;&',
    '#eval("1") $x^2$ #image("/etc/passwd") \\u{202e}*bold* `raw` @ref <label>',
    '=HYPERLINK("http://evil.example","x")',
    "\x00\x08\x1b[31m\u202eabc\u2067\u2028 \ufffe\uffff",
    "m\u00eame \u0645\u0631\u062d\u0628\u0627 \U0001f600 \u6f22\u5b57 {braces} %s ${alert(1)}",
    "x" * 10_000,
    "mot " * 2_500,
    "\u0627\u0644" * 3_000,
]


def scene(query: Query, name: str, lang: str = "fr", size: str = "1080p", **more) -> Scene:
    """One reference scene, on a fixed day."""
    return scene_of(
        query, ViewState(lang=lang, **VIEWS[name]), size=SIZES[size], base=BASE, today=DAY, **more
    )
