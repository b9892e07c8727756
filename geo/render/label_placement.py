"""Label placement: names of the base map and of records that stand alone.

Units    sheet units from the map box's corner; zoom as Leaflet counts it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from geo.places.basemap import labels_bytes
from geo.places.basemap_data import BasemapData
from geo.places.curve import mercator
from geo.render.fonts import width_of, wrap
from geo.render.frame import Frame
from geo.render.mark_placement import STEPS, Label, Mark, Rect, Room, around, beside, inside
from geo.text.folding import fold

#: Size and weight of each kind of name.
STYLE = {
    "home": (14.5, 600),
    "market": (12.5, 600),
    "country": (12, 400),
    "region": (12.5, 500),
    "province": (11, 400),
    "town": (11.5, 500),
    "record": (12.5, 600),
    "sea": (12, 400),
}
#: More single records than this are read in the table, not on the map.
MOST_NAMED = 14
#: From afar a single record is an accident of the grouping: only a chosen one is named.
NAMED_FROM = 3.4
_GREAT_TOWN = 6


@lru_cache(maxsize=6)
def _names(data: BasemapData, lang: str) -> tuple[list[list[Any]], np.ndarray, np.ndarray]:
    rows = json.loads(labels_bytes(data, lang))["labels"]
    x, y = mercator(np.array([r[1] for r in rows], float), np.array([r[2] for r in rows], float))
    return rows, x, y


def record_labels(marks: Sequence[Mark], frame: Frame, room: Room) -> list[Label]:
    """The names of single records beside their marks, when they are few."""
    single = [m for m in marks if m.n == 1 and m.name]
    if len(single) > MOST_NAMED or frame.zoom < NAMED_FROM:
        single = [m for m in single if m.selected or m.named]
    found = []
    size, weight = STYLE["record"]
    for mark in single:
        width = width_of(mark.name, size, weight)
        for anchor, x, y, rect in beside(mark.x, mark.y, mark.radius + 5, width, size * 0.62):
            if inside(rect, frame.width, frame.height) and room.free(rect):
                room.take(rect)
                found.append(Label((mark.name,), "record", x, y, anchor, size, weight, None, rect))
                break
    return found


def place_labels(data: BasemapData, frame: Frame, lang: str, room: Room) -> list[Label]:
    """The names of countries, regions and towns that find room, the most important first."""
    rows, x, y = _names(data, lang)
    px, py = (x - frame.left) * frame.world, (y - frame.top) * frame.world
    zoom = round(frame.zoom)
    visible = [
        i
        for i in np.flatnonzero((px >= 0) & (px <= frame.width) & (py >= 0) & (py <= frame.height))
        if rows[i][3] <= zoom <= rows[i][4]
    ]
    cities = Room(
        (px[i] - 4, py[i] - 4, px[i] + 4, py[i] + 4)
        for i in visible
        if rows[i][5] == "town" and rows[i][3] <= _GREAT_TOWN
    )
    found: list[Label] = []
    written: set[str] = set()
    for i in visible:
        text, kind, reach = rows[i][0], rows[i][5], rows[i][6] * frame.world / 360
        word = fold(text)
        if kind in ("province", "town", "sea") and word in written:
            continue
        label = _placed(text, kind, float(px[i]), float(py[i]), reach, frame, room, cities)
        if label:
            room.take(label.rect)
            if label.dot:
                room.take(_dot(*label.dot))
            written.add(word)
            found.append(label)
    return found


def _dot(x: float, y: float) -> Rect:
    return (x - 4, y - 4, x + 4, y + 4)


def _placed(
    text: str, kind: str, x: float, y: float, reach: float, frame: Frame, room: Room, cities: Room
) -> Label | None:
    size, weight = STYLE[kind]
    if kind == "town":
        # Under a mark the point itself is not drawn, and the name stands beside the mark.
        dot = (x, y) if room.free(_dot(x, y)) else None
        for anchor, ax, ay, rect in beside(
            x, y, 6 if dot else 17, width_of(text, size, weight), size * 0.6
        ):
            if inside(rect, frame.width, frame.height) and room.free(rect):
                return Label((text,), kind, ax, ay, anchor, size, weight, dot, rect)
        return None
    lines = tuple(wrap(text, 104, size, weight) if kind in ("region", "province") else [text])
    half = max(width_of(line, size, weight) for line in lines) / 2
    tall = len(lines) * size * 0.6
    spots = [
        (x + dx, y + dy)
        for dx, dy in STEPS
        if not (dx or dy)  # a sea never goes ashore
        or kind != "sea"
        and (abs(dx) <= max(12, reach) and abs(dy) <= max(9, reach * 0.8))
    ]
    free = [(s, around(*s, half, tall)) for s in spots]
    free = [(s, r) for s, r in free if inside(r, frame.width, frame.height) and room.free(r)]
    best = next((pair for pair in free if cities.free(pair[1])), None) or (
        free[0] if free and kind != "region" else None
    )
    if best is None:
        return None
    (lx, ly), rect = best
    return Label(lines, kind, lx, ly, "middle", size, weight, None, rect)
