"""Offline map: one HTML file that opens with no network: map, popups, table, text filter, data.

Scripts and styles are inline and named by hash in a strict content-security-policy; data
travel as JSON in a block that is never run, and reach the page as text only.
"""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from geo.core.errors import BadRequest
from geo.explore.api.fairs import country_of, matching_fairs, when
from geo.explore.api.table import COLUMNS
from geo.i18n.words import Words, words
from geo.model import palette
from geo.model.palette import PICKED, SELECTED
from geo.model.records import Buyer, Fair
from geo.places.basemap import labels_bytes
from geo.places.basemap_data import BasemapData
from geo.places.curve import mercator
from geo.render.frame import Frame, areas_of, basemap_paths
from geo.render.map_layout import raw_tags
from geo.render.map_svg import TONES, tone_of
from geo.render.scene import Scene
from geo.render.sheet_svg import code_path
from geo.share.export.export_columns import Export
from geo.text.cleaning import clean

MAX_RECORDS = 2_500
_FOLDER = Path(__file__).parent / "offline_viewer"
_FONTS = Path(__file__).parent.parent / "web" / "static" / "fonts"
_WORDS = (
    "north",
    "km",
    "m",
    "lat_north",
    "lat_south",
    "scale_lat",
    "zoom_in",
    "zoom_out",
    "zoom_fit",
    "close",
    "figures",
    "reopen",
    "search",
    "shown_of",
    "none",
)
_POPUP = (
    "class",
    "kind",
    "place",
    "region",
    "country",
    "crafts",
    "status",
    "year",
    "origin",
    "precision",
)
MAX_BYTES = 1_500_000
#: The finer base map: how many frames around it reaches, and how much finer than the frame
#: it is drawn. The next pair is tried when the file would be too heavy; the last has none.
_WINDOWS = ((2.0, 2.0), (1.5, 1.5), (1.1, 1.0), (0.0, 0.0))


def html_of(scene: Scene, export: Export) -> bytes:
    """The file of a scene and of the records of the same view.

    Raises
    ------
    BadRequest : more than 2,500 records: the file would be too heavy to mail.
    """
    t = words(scene.lang)
    if len(export.records) > MAX_RECORDS:
        raise BadRequest("error.export_too_big", limit=t.number(MAX_RECORDS))
    for reach, finer in _WINDOWS:
        page = _page(scene, _data(scene, export, reach, finer))
        if len(page) < MAX_BYTES:
            return page
    raise BadRequest("error.export_too_big", limit=t.number(MAX_RECORDS))


def _page(scene: Scene, content: dict[str, Any]) -> bytes:
    t = words(scene.lang)
    data = orjson.dumps(content).decode()
    for char, code in (
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u2028", "\\u2028"),
        ("\u2029", "\\u2029"),
    ):
        data = data.replace(char, code)
    script = (_FOLDER / "viewer.js").read_text(encoding="utf-8")
    style = _style(scene.lang)
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; font-src data:; "
        f"script-src '{_hash(script)}'; style-src '{_hash(style)}'"
    )
    return "".join(
        [
            f'<!doctype html><html lang="{scene.lang}" dir="{t.dir}"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{escape(scene.title)}</title><style>{style}</style></head><body>",
            '<h1 id="title"></h1><p class="filters" id="filters"></p>',
            '<main><div id="map"></div><aside id="side"></aside></main>',
            '<div class="tools" id="tools"></div><div class="scroll" id="table"></div>',
            '<footer id="foot"></footer>',
            f'<script type="application/json" id="data">{data}</script>',
            f"<script>{script}</script></body></html>",
        ]
    ).encode()


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _style(lang: str) -> str:
    files = [("Inter", "100 900", "inter-latin-wght-normal")]
    if lang == "ar":
        files += [
            ("IBM Plex Sans Arabic", "400", "ibm-plex-sans-arabic-arabic-400-normal"),
            ("IBM Plex Sans Arabic", "600 700", "ibm-plex-sans-arabic-arabic-600-normal"),
        ]
    faces = [
        f'@font-face{{font-family:"{family}";font-weight:{weight};src:url(data:font/woff2;base64,'
        f'{base64.b64encode((_FONTS / f"{name}.woff2").read_bytes()).decode()}) format("woff2")'
        + (
            ";unicode-range:U+0600-06FF,U+0750-077F,U+FB50-FDFF,U+FE70-FEFC"
            if family != "Inter"
            else ""
        )
        + "}"
        for family, weight, name in files
    ]
    colors = f":root{{--ink:{palette.INK};--teal:{palette.BRAND};--warn:{palette.PAGE['warn']}}}"
    return "".join(faces) + colors + (_FOLDER / "viewer.css").read_text(encoding="utf-8")


def _data(scene: Scene, export: Export, reach: float, finer: float) -> dict[str, Any]:
    t = export.t
    frame = scene.frame
    path, side = code_path(scene.link)
    return {
        "title": scene.title,
        "filters": scene.filters,
        "dir": t.dir,
        "link": scene.link,
        "locale": {"ar": "ar-MA"}.get(scene.lang, scene.lang),
        "tab": scene.listed,
        "stamp": scene.stamp,
        "credits": [
            *([t("snapshot.demo", demo=scene.demo)] if scene.demo else []),
            *scene.credits,
            t("snapshot.offline"),
        ],
        "words": {
            **{k: t(f"snapshot.{k}") for k in _WORDS},
            "legend": scene.legend_title,
            "demo": t("ui.demo"),
            "map": t("snapshot.map_alt", title=scene.title),
        },
        "view": {
            "x": frame.left + frame.width / frame.world / 2,
            "y": frame.top + frame.height / frame.world / 2,
            "world": frame.world,
            "w": frame.width,
        },
        "palette": {
            "fill": palette.FILL,
            "cluster": palette.CLUSTER,
            "pale": palette.PALE,
            "names": palette.NAMES,
            "ink": palette.INK,
            "keyline": palette.KEYLINE,
            "sea": palette.SEA,
            "home": palette.LAND["home"],
            "picked": palette.PICKED,
            "selected": palette.SELECTED,
        },
        "figures": [(f.value, f.label, f.sub) for f in scene.figures],
        "legend": [(k.symbol, k.text, k.count) for k in scene.legend if k.symbol != "outside"],
        "code": {"path": path, "side": side},
        "ground": _grounds(scene, reach, finer),
        "labels": _labels(scene.basemap, scene.lang),
        "records": _records(export),
        "tags": _tags(export),
        "tabs": _tabs(export),
    }


def _grounds(scene: Scene, reach: float, finer: float) -> list[dict[str, Any]]:
    """The world, and a finer window around the frame."""
    world = Frame(0.0, 0.0, 1500.0, 1500.0, 1500.0)
    frame, found = scene.frame, [_ground(world, scene)]
    if reach and frame.zoom > 2.8:
        wide, high = frame.width / frame.world * reach, frame.height / frame.world * reach
        left = max(0.0, frame.left - (wide - wide / reach) / 2)
        top = max(0.0, frame.top - (high - high / reach) / 2)
        scale = frame.world * finer
        found.append(
            _ground(
                Frame(left, top, scale, min(wide, 1 - left) * scale, min(high, 1 - top) * scale),
                scene,
            )
        )
    return found


def _ground(frame: Frame, scene: Scene) -> dict[str, Any]:
    ground = basemap_paths(scene.basemap, frame, scene.boundaries)
    by_kind: dict[str, list[str]] = {}
    for iso2, kind, path in ground.countries:
        by_kind.setdefault(tone_of(iso2, kind, scene), []).append(path)
    countries = [
        (color, "".join(by_kind[kind]), "#FFFFFF", 0.8)
        for kind, color in TONES.items()
        if kind in by_kind
    ]
    if "picked" in by_kind:
        countries.append((PICKED, "".join(by_kind["picked"]), SELECTED, 1.4))
    areas = areas_of(scene.basemap, frame, scene.areas)
    return {
        "left": frame.left,
        "top": frame.top,
        "world": frame.world,
        "w": frame.width,
        "h": frame.height,
        "countries": countries,
        "outline": ground.outline,
        "areas": areas,
        "regions": ground.regions,
        "provinces": ground.provinces,
    }


def _labels(data: BasemapData, lang: str) -> list[list[Any]]:
    rows = json.loads(labels_bytes(data, lang))["labels"]
    x, y = mercator(np.array([r[1] for r in rows], float), np.array([r[2] for r in rows], float))
    return [
        [r[0], round(float(a), 6), round(float(b), 6), *r[3:6]]
        for r, a, b in zip(rows, x, y, strict=True)
    ]


def _fairs(export: Export) -> list[Fair]:
    # What the map shows when its layer is on.
    return matching_fairs(export.query, export.view) if "fairs" in export.view.layers else []


def _place(lon_lat: tuple[float, float] | None) -> tuple[float | None, float | None]:
    if not lon_lat:
        return None, None
    x, y = mercator(np.array([lon_lat[0]]), np.array([lon_lat[1]]))
    return round(float(x[0]), 7), round(float(y[0]), 7)


def _records(export: Export) -> list[dict[str, Any]]:
    found = []
    for record in export.records:
        row = export.row(record)
        x, y = _place(record.lon_lat)
        found.append(
            {
                "class": record.class_,
                "name": row["name"],
                "x": x,
                "y": y,
                "open": isinstance(record, Buyer) or record.status == "active",
                "demo": record.provenance == "demo",
                "lines": [(export.labels[k], str(row[k])) for k in _POPUP if row[k]],
                "links": [s.url for s in record.sources if s.url][:4],
            }
        )
    return found + [_fair(fair, export.t) for fair in _fairs(export)]


def _fair(fair: Fair, t: Words) -> dict[str, Any]:
    x, y = _place(fair.lon_lat)
    lines = [
        ("dates", when(fair, t)),
        ("venue", fair.venue),
        ("city", fair.city),
        ("market", country_of(fair, t)),
    ]
    return {
        "class": "fair",
        "name": fair.name,
        "x": x,
        "y": y,
        "open": True,
        "demo": False,
        "lines": [(t(f"fact.{k}"), text) for k, text in lines if text],
        "links": [s.url for s in fair.sources if s.url][:4],
    }


def _tags(export: Export) -> list[dict[str, Any]]:
    where: dict[str, list[int]] = {}
    for i, record in enumerate(export.records):
        if not record.lon_lat:
            code = record.country if isinstance(record, Buyer) else record.region
            where.setdefault(code, []).append(i)
    found = []
    for tag in raw_tags(export.query, export.view.with_(zone=""), export.t):
        x, y = mercator(np.array([tag["lon_lat"][0]]), np.array([tag["lon_lat"][1]]))
        found.append(
            {
                "kind": "buyer" if tag["field"] == "market" else "site",
                "region": tag["field"] == "region",
                "wide": tag["wide"],
                "text": tag["text"],
                "name": tag["name"],
                "x": round(float(x[0]), 6),
                "y": round(float(y[0]), 6),
                "all": [i for code in tag["code"].split(",") for i in where.get(code, ())],
            }
        )
    return found


def _tabs(export: Export) -> list[dict[str, Any]]:
    t, tabs = export.t, []
    fairs = _fairs(export)
    places = {id(r): i for i, r in enumerate([*export.records, *fairs])}
    groups = {
        name: [r for r in export.records if f"{r.class_}s" == name]
        for name in ("buyers", "sites", "maisons")
    }
    for name, records in {**groups, "reports": export.reports, "fairs": fairs}.items():
        if records:
            tabs.append(
                {
                    "key": name,
                    "text": f"{t(f'ui.tab.{name}')} ({t.number(len(records))})",
                    "columns": [t(f"column.{c.key}") for c in COLUMNS[name]],
                    "rows": [
                        {
                            "cells": [clean(c.show(r, export.query, t)) for c in COLUMNS[name]],
                            "i": places.get(id(r)),
                        }
                        for r in records
                    ],
                }
            )
    return tabs
