"""Tables of the model as the browser gets them: fields and limits, colours and shapes.

One table, two readers: scripts import ``core/fields.js`` and ``core/palette.js``, the map's frame
loads ``map/palette.js``, style sheets read custom properties.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from geo.core.settings import settings
from geo.i18n.words import words
from geo.model import palette
from geo.model.address import MAX_CHARS, VERSION
from geo.model.records import LANGUAGES
from geo.model.view import FIELDS, MAX_TEXT, SELECTABLE


def fields_js() -> bytes:
    """The fields of the view, their limits and the languages, as a module."""
    return _module(
        {
            "FIELDS": [
                {
                    "name": f.name,
                    "many": f.many,
                    "default": f.default,
                    "affects": f.affects,
                    "values": f.values if isinstance(f.values, tuple) else None,
                    "pattern": f.pattern,
                    "filter": bool(f.concerns),
                }
                for f in FIELDS.values()
            ],
            "LANGUAGES": {lang: words(lang).dir for lang in LANGUAGES},
            "SELECTABLE": SELECTABLE,
            "LIMITS": {"text": MAX_TEXT, "address": MAX_CHARS, "version": VERSION},
            "BOUNDARIES": settings().boundaries,
        }
    )


def palette_js() -> bytes:
    """The shapes beside the names of records, as a module."""
    return _module({"GLYPHS": palette.GLYPHS, "FORM_GLYPHS": palette.FORM_GLYPHS})


def map_palette_js() -> bytes:
    """What the map's scripts draw with: a classic script, as they are."""
    table = {
        "fill": palette.FILL,
        "cluster": palette.CLUSTER,
        "fullness": {str(step): part for step, part in palette.FULLNESS.items()},
        "named": palette.NAMED,
        "plan": palette.PLAN,
        "glyphs": palette.GLYPHS,
        "chainGlyphs": palette.CHAIN_GLYPHS,
        "fading": palette.FADING,
        "day": {
            "selected": palette.SELECTED,
            "status": palette.STATUS,
            "neutral": palette.NEUTRAL,
            "chain": palette.CHAIN,
            "coverage": palette.COVERAGE,
            "ground": {"sea": palette.SEA, **palette.LAND, "picked": palette.PICKED},
        },
        "night": {
            "selected": palette.SELECTED_NIGHT,
            "status": palette.STATUS_NIGHT,
            "neutral": palette.NEUTRAL_NIGHT,
            "chain": palette.CHAIN_NIGHT,
            "coverage": palette.COVERAGE_NIGHT,
            "ground": {
                "sea": palette.SEA_NIGHT,
                **palette.LAND_NIGHT,
                "picked": palette.PICKED_NIGHT,
            },
        },
    }
    return b"window.KharitaPalette = %s;\n" % orjson.dumps(table)


def palette_css() -> bytes:
    """Custom properties of the page, by day and by night."""
    day, night = (
        {
            **surface,
            **palette.class_properties(fills, statuses),
            **{f"cover-{name}": color for name, (color, _) in coverage.items()},
        }
        for surface, fills, statuses, coverage in (
            (palette.PAGE, palette.FILL, palette.STATUS, palette.COVERAGE),
            (palette.PAGE_NIGHT, palette.FILL_NIGHT, palette.STATUS_NIGHT, palette.COVERAGE_NIGHT),
        )
    )
    return _rule(":root", day) + _rule('html[data-kh-theme="dark"]', night)


def map_palette_css() -> bytes:
    """Custom properties of the map's frame, whose marks keep their colours at night."""
    day = {**palette.MAP, **palette.class_properties(palette.FILL, {})}
    return _rule("html", day) + _rule('html[data-dark="1"]', palette.MAP_NIGHT)


def _module(tables: Mapping[str, Any]) -> bytes:
    return b"".join(
        b"export const %s = %s;\n" % (name.encode(), orjson.dumps(table))
        for name, table in tables.items()
    )


def _rule(selector: str, properties: Mapping[str, str]) -> bytes:
    lines = "".join(f"  --{name}: {value};\n" for name, value in properties.items())
    return f"{selector} {{\n{lines}}}\n".encode()
