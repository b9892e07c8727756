"""Layout of a scene's map: its frame, its marks and tags, and labels in free room.

Units    sheet units from the map box's upper left corner.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from geo.explore.api.layers import LAYER_COLLECTIONS, bounds_answer, layer_answer
from geo.i18n.words import Words
from geo.model.view import RECORDS, ViewState
from geo.places.basemap_data import BasemapData
from geo.query.engine import Query
from geo.query.viewport import Bbox
from geo.render.fonts import fit, width_of
from geo.render.frame import Frame, frame_around, frame_at
from geo.render.label_placement import place_labels, record_labels
from geo.render.mark_placement import Label, Mark, Rect, Room, around, inside, meets, merged, spread
from geo.render.sheets import Layout
from geo.text.cleaning import clean

#: Below this zoom a record without a position is a figure, above a phrase.
PHRASES_FROM = 4.0
TAG_SIZE = 11.5
NAME_ROOM = 190.0
#: More chosen countries than this are no longer a choice to point at.
MOST_PICKED = 12
#: Width and height of what the scale bar and the north arrow stand on.
SCALE_PLATE, NORTH_PLATE = (186.0, 60.0), (52.0, 56.0)


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag: records of one place that have no position, as a phrase."""

    kind: str
    text: str
    n: int
    x: float
    y: float
    rect: Rect


def raw_tags(query: Query, view: ViewState, t: Words) -> list[dict[str, Any]]:
    """The tags of both layers, as the live map has them, each with its ``layer``."""
    nowhere = Bbox(0, 0, 0, 0)
    return [
        {**tag, "layer": layer}
        for layer in ("buyers", "sites")
        for tag in layer_answer(query, layer, view, nowhere, 1, t)["tags"]
    ]


def frame_of(query: Query, view: ViewState, tags: list[dict[str, Any]], layout: Layout) -> Frame:
    """The view's camera, or what shows its result, its tags and its chosen areas with room."""
    if view.at:
        return frame_at(*view.at, layout.map)
    bbox = bounds_answer(query, view)["bbox"]
    points = [(bbox[0], bbox[1]), (bbox[2], bbox[3])] if bbox else []
    narrowed = {name for info, _ in view.picks() for name in info.concerns} or set(RECORDS)
    points += [
        tuple(g["lon_lat"])
        for g in tags
        if not g["wide"]
        and (g["layer"] in narrowed or (g["layer"] == "sites" and "maisons" in narrowed))
    ]
    for code in areas_of_view(view):  # what is outlined is shown whole
        area = query.catalogue.area_by_code.get(code)
        points += [(area.bbox[0], area.bbox[1]), (area.bbox[2], area.bbox[3])] if area else []
    return frame_around(points, layout.map)


def place_records(
    query: Query, view: ViewState, frame: Frame, tags: list[dict[str, Any]], t: Words
) -> tuple[list[Mark], list[dict[str, Any]], int]:
    """Placed marks, tags that are phrases, and how many records both stand for (no fairs)."""
    kind, chosen = view.selected or ("", "")
    chosen = chosen if kind in ("buyer", "site", "fair") else ""
    found = []
    for layer in LAYER_COLLECTIONS:
        for f in layer_answer(query, layer, view, frame.bbox, frame.zoom, t)["features"]:
            p = f["properties"]
            x, y = frame.place(*f["geometry"]["coordinates"])
            found.append(
                Mark(
                    p["class"],
                    x,
                    y,
                    p.get("n", 1),
                    f.get("id", ""),
                    short_name(p.get("name", "")),
                    "",
                    p.get("open", True),
                    p.get("demo", False),
                    p.get("named", False),
                    bool(chosen) and f.get("id") == chosen,
                    p.get("age", 0),
                )
            )
    near, phrases = frame.zoom >= PHRASES_FROM, []
    for tag in tags:
        x, y = frame.place(*tag["lon_lat"])
        if not (0 <= x <= frame.width and 0 <= y <= frame.height):
            continue
        if tag["field"] == "region" and tag["wide"] == (frame.zoom >= 5):
            continue
        if near:
            phrases.append({**tag, "x": x, "y": y})
        else:
            found.append(Mark(f"{tag['layer'][:-1]}-tag", x, y, tag["n"], f"{tag['code']}"))
    if len(phrases) > 1:  # a phrase may stand beside its country: it says which one
        phrases = [
            {**g, "text": t("snapshot.filter", label=g["name"], values=g["text"])} for g in phrases
        ]
    marks = spread(merged(found), frame.width, frame.height)
    marks = [
        replace(m, text=t.compact(m.n)) if m.n > 1 or m.kind.endswith("tag") else m for m in marks
    ]
    return (
        marks,
        phrases,
        sum(m.n for m in marks if m.kind != "fair") + sum(g["n"] for g in phrases),
    )


def place_texts(
    data: BasemapData,
    frame: Frame,
    marks: list[Mark],
    phrases: list[dict[str, Any]],
    corners: tuple[str, str],
    lang: str,
) -> tuple[list[Label], list[Tag]]:
    """Names and phrases, each in free room: furniture and marks first, then what matters."""
    room = Room(
        [
            *(m.rect for m in marks),
            corner_rect(frame, corners[0], *SCALE_PLATE),
            corner_rect(frame, corners[1], *NORTH_PLATE),
        ]
    )
    pills = []
    for tag in sorted(phrases, key=lambda g: -g["n"]):
        pill = _pill(tag, frame, room)
        room.take(pill.rect)
        pills.append(pill)
    labels = record_labels(marks, frame, room)
    return labels + place_labels(data, frame, lang, room), pills


def short_name(name: str) -> str:
    """A record's name as a map writes it: what follows a middle dot is left to the table."""
    return fit(clean(name).partition(" \u00b7 ")[0], NAME_ROOM, 12.5, 600)


def corners_of(frame: Frame, marks: list[Mark]) -> tuple[str, str]:
    """Where the scale bar and the north arrow stand: where they hide no mark, if they can."""
    covered = [m.rect for m in marks]
    order = ("bottom-right", "bottom-left", "top-left", "top-right")
    found = []
    for wide, high, first in ((*SCALE_PLATE, "bottom-right"), (*NORTH_PLATE, "top-right")):
        free = [c for c in (first, *order) if c not in found]
        found.append(
            min(
                free,
                key=lambda c: sum(meets(corner_rect(frame, c, wide, high), r) for r in covered),
            )
        )
    return found[0], found[1]


def corner_rect(frame: Frame, corner: str, wide: float, high: float) -> Rect:
    """The rectangle of a plate in a corner of the map box."""
    x = frame.width - wide if corner.endswith("right") else 0.0
    y = frame.height - high if corner.startswith("bottom") else 0.0
    return (x, y, x + wide, y + high)


def _pill(tag: dict[str, Any], frame: Frame, room: Room) -> Tag:
    half = width_of(tag["text"], TAG_SIZE, 500) / 2 + 8
    x0, y0 = tag["x"], tag["y"]
    ways = ((0, 0), (0, 1), (0, -1), (1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1))
    spots = [
        (x0 + dx * step * 1.6, y0 + dy * step)
        for step in range(0, 190, 14)
        for dx, dy in (ways if step else ways[:1])
    ]
    rects = [(s, around(*s, half, 11)) for s in spots]
    (x, y), rect = next(
        (
            pair
            for pair in rects
            if inside(pair[1], frame.width, frame.height, 6) and room.free(pair[1])
        ),
        rects[0],
    )
    return Tag("buyer" if tag["field"] == "market" else "site", tag["text"], tag["n"], x, y, rect)


def picked_of(view: ViewState) -> tuple[str, ...]:
    """Codes of the countries to outline: the selected market, or the few filtered ones."""
    kind, id_ = view.selected or ("", "")
    return tuple(
        dict.fromkeys(
            [
                *([id_] if kind == "market" else []),
                *(view.market if len(view.market) <= MOST_PICKED else ()),
            ]
        )
    )


def areas_of_view(view: ViewState) -> tuple[str, ...]:
    """Codes of the regions and provinces to outline."""
    kind, id_ = view.selected or ("", "")
    return tuple(
        dict.fromkeys(
            [
                *([id_] if kind == "region" else []),
                *view.region,
                *(view.province if len(view.province) <= MOST_PICKED else ()),
            ]
        )
    )
