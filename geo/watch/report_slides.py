"""Slides of the evidence chain of reports: its map, then each link in an editable table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from geo.i18n.words import Words, words
from geo.query.engine import Query
from geo.render.map_svg import map_parts
from geo.render.scene import Scene
from geo.render.scene_text import shown_link
from geo.render.sheet_svg import document
from geo.render.sheets import SLIDE, SheetBox
from geo.render.slides import (
    INK,
    SOFT,
    add_picture,
    add_table,
    new_deck,
    new_slide,
    saved,
    text_box,
)
from geo.render.text_svg import Pen
from geo.text.cleaning import clean, isolate
from geo.watch.report_page import chain_lines, chain_scene

#: The map of a slide, sheet units, and the picture made of it, pixels.
MAP, PIXELS = SheetBox(0, 0, 760, 500), (1_520, 1_000)
#: Steps named beside the map, and lines of a table that a slide has room for.
NAMED, LINES = 14, 7
QUOTE = 150
WIDTHS = (0.6, 3.2, 5.2, 1.8, 1.6)


def slides_of(
    query: Query,
    readings: Sequence[dict[str, Any]],
    lang: str,
    png: Callable[[str, int, int], bytes],
    *,
    base: str = "",
    today: date | None = None,
) -> bytes:
    """The deck of several reports.

    Parameters
    ----------
    readings : answers of ``geo.watch.api.reading``.
    png : draws an SVG at so many pixels.
    """
    t = words(lang)
    deck = new_deck(t("watch.sheet_title"), lang)
    for reading in readings:
        scene = _scene(query, reading, t, base, today)
        slide = new_slide(deck, scene, scene.title)
        picture = png(_map_svg(scene, reading["chain"]), *PIXELS)
        add_picture(slide, scene, picture, 8.0, t("snapshot.map_alt", title=scene.title))
        text_box(
            slide, scene, 0.45 if scene.rtl else 8.75, 1.38, 4.1, 5.2, _named(reading["chain"], t)
        )
        lines = _lines(reading["chain"])
        for first in range(0, len(lines), LINES):
            more = new_slide(
                deck, scene, t("snapshot.filter", label=t("ui.watch.chain"), values=scene.title)
            )
            heads = ["", *(t(f"watch.slide.{k}") for k in ("link", "proof", "where", "basis"))]
            add_table(
                more, scene, [heads, *lines[first : first + LINES]], WIDTHS, bold_column=1, size=10
            )
    return saved(deck)


def _scene(query: Query, reading: dict[str, Any], t: Words, base: str, today: date | None) -> Scene:
    link = f"{base}/veille?v=1&sel=report:{reading['id']}" + (
        "" if t.lang == "fr" else f"&lang={t.lang}"
    )
    about = " \u00b7 ".join((reading["id"], reading["when"], reading["markets"], reading["crafts"]))
    return replace(
        chain_scene(query, reading, t, SLIDE, MAP, today),
        filters=clean(about),
        demo="",
        figures=(),
        legend=(),
        link=link,
        link_text=shown_link(link),
    )


def _map_svg(scene: Scene, chain: dict[str, Any]) -> str:
    return document(
        MAP.w, MAP.h, *PIXELS, scene, [*map_parts(scene, Pen(scene)), *chain_lines(scene, chain)]
    )


def _named(chain: dict[str, Any], t: Words) -> list[tuple[str, float, bool, str]]:
    """The links by number, as on the map."""
    steps = chain["steps"]
    if not steps:
        return [(chain["empty"], 13, False, SOFT)]
    lines: list[tuple[str, float, bool, str]] = [
        (
            f"{i}. {isolate(clean(chain['nodes'][s['end']]['title']))} \u00b7 {s['basis_text']}",
            11,
            s["kind"] == "market",
            INK,
        )
        for i, s in enumerate(steps[:NAMED], start=1)
    ]
    left = len(steps) - NAMED
    return lines + (
        [(t("watch.sheet_more", n=t.number(left)), 10, False, SOFT)] if left > 0 else []
    )


def _lines(chain: dict[str, Any]) -> list[list[str]]:
    """One line per link: number, both ends, sentence and place, stated or inferred."""
    found = []
    for i, step in enumerate(chain["steps"], start=1):
        quote = next(iter(step["quotes"]), None)
        text = "".join(p[0] for p in quote["pieces"]) if quote else step["why"]
        ends = " \u2192 ".join(
            isolate(clean(chain["nodes"][sel]["title"]))
            for sel in (step["start"], step["end"])
            if sel in chain["nodes"]
        )
        found.append(
            [
                str(i),
                ends,
                clean(text if len(text) <= QUOTE else f"{text[: QUOTE - 1]}\u2026"),
                quote["where"] if quote else "",
                step["basis_text"],
            ]
        )
    return found
