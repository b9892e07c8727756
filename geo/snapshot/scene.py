"""One immutable description of everything a snapshot says, in the reader's language.

``scene_of`` reads the view and the query once; every output (SVG, PNG, PDF, slide, HTML)
is drawn from the same Scene, so they cannot disagree.

Units    positions are sheet units from the map box's corner; see ``sizes``.
Counts   every matching record on a shown layer is in exactly one mark, one tag, or
         ``outside`` (beyond the frame): ``Scene.accounted`` is their sum.
"""
from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from geo.answers.facets import sentence
from geo.answers.layers import bounds_answer, layer_answer, selected_place
from geo.answers.names import COLLECTION_OF, is_demo, is_open, kind_label, where
from geo.answers.rows import rows_answer
from geo.cells import Bbox
from geo.codec import encode
from geo.i18n import Words, words
from geo.query import Query
from geo.settings import boundaries
from geo.snapshot.fonts import clean, fit, isolate, width_of
from geo.snapshot.ground import Frame, frame_around, frame_at
from geo.snapshot.labels import place_labels, record_labels
from geo.snapshot.placing import Label, Mark, Rect, Room, around, inside, meets, merged, spread
from geo.snapshot.sizes import Layout, Size, layout_of
from geo.view import RECORDS, ViewState

TITLE_CHARS = 200
#: Below this zoom a record without a position is a figure, above a phrase.
PHRASES_FROM = 4.0
MOST_ROWS = 60
TAG_SIZE = 11.5
NAME_ROOM = 190.0
#: More chosen countries than this are no longer a choice to point at.
MOST_PICKED = 12
#: Width and height of what the scale bar and the north arrow stand on.
SCALE_PLATE, NORTH_PLATE = (186.0, 60.0), (52.0, 56.0)
_PLACES_CONCERN = {"region", "province", "site", "status"}
CREDITS = ("snapshot.credit_facts", "snapshot.credit_ground", "snapshot.credit_legal")


@dataclass(frozen=True, slots=True)
class Tag:
    """Records of one place that have no position, said in words."""

    kind: str
    text: str
    n: int
    x: float
    y: float
    rect: Rect


@dataclass(frozen=True, slots=True)
class Figure:
    """One key figure: value, what it counts, and what is to know about it."""

    value: str
    label: str
    sub: str


@dataclass(frozen=True, slots=True)
class Row:
    """One record of the list. ``place`` says so when only its country is known."""

    id: str
    name: str
    kind: str
    place: str
    demo: bool
    open: bool


@dataclass(frozen=True, slots=True)
class Key:
    """One line of the legend: what is drawn, what it means, how many there are."""

    symbol: str
    text: str
    count: str


@dataclass(frozen=True)
class Scene:
    """What every output draws. Texts are plain text, never markup."""

    lang: str
    rtl: bool
    size: Size
    layout: Layout
    title: str
    filters: str
    frame: Frame
    boundaries: str
    picked: tuple[str, ...]
    areas: tuple[str, ...]
    marks: tuple[Mark, ...]
    tags: tuple[Tag, ...]
    labels: tuple[Label, ...]
    outside: int
    figures_title: str
    figures: tuple[Figure, ...]
    listed: str
    rows_title: str
    rows: tuple[Row, ...]
    rows_total: int
    legend_title: str
    legend: tuple[Key, ...]
    scale_text: str
    scale_lat: str
    scale_units: float
    north: str
    corners: tuple[str, str]
    demo: str
    version: str
    stamp: str
    credits: tuple[str, ...]
    link: str
    link_title: str
    link_text: str

    @property
    def accounted(self) -> int:
        """Records in marks, in tags and outside the frame."""
        return (sum(m.n for m in self.marks) + sum(g.n for g in self.tags) + self.outside)


def scene_of(query: Query, view: ViewState, *, size: Size, title: str = "", base: str = "",
             link: str = "", today: date | None = None) -> Scene:
    """The scene of a view.

    Parameters
    ----------
    title : any characters; control characters go, and what passes 200 characters.
    base : scheme and host of the permalink, such as ``https://map.example``.
    link : a short address to print instead of the permalink.
    today : the date the sheet carries.
    """
    t = words(view.lang)
    layout = layout_of(size, rtl=t.dir == "rtl")
    tags = raw_tags(query, view, t)
    frame = _frame(query, view, tags, layout)
    marks, phrases, shown = _placed(query, view, frame, tags, t)
    corners = corners_of(frame, marks)
    labels, pills = _written(frame, marks, phrases, corners, view.lang)
    counts = query.counts(view)
    total = sum(counts[name] for name in RECORDS if name in view.layers)
    metres, units = frame.scale_bar(150)
    demo = sum(query.counts(_demo_only(view))[n] for n in RECORDS if n in view.layers) \
        if not view.origin or "demo" in view.origin else 0
    collection = _listed(view, counts)
    link = link or f"{base}/?{encode(view)}".removesuffix("?")
    outside = total - shown
    return Scene(
        lang=view.lang, rtl=t.dir == "rtl", size=size, layout=layout,
        title=clean(title, TITLE_CHARS) or _default_title(query, view, t),
        filters=filters_text(query, view, t), frame=frame, boundaries=boundaries(),
        picked=_picked(view), areas=_areas(view), marks=tuple(marks), tags=tuple(pills), labels=tuple(labels),
        outside=outside, figures_title=t("snapshot.figures"),
        figures=tuple(_figures(query, view, counts, t)),
        listed=collection, rows_title=t(f"snapshot.list.{collection}"),
        rows=tuple(_rows(query, view, collection, t)), rows_total=counts[collection],
        legend_title=t("ui.legend"),
        legend=tuple(_legend(query, view, counts, marks, pills, demo, outside, t)),
        scale_text=_distance(metres, t),
        scale_lat=t("snapshot.scale_lat", lat=_latitude(frame.middle_lat, t)), scale_units=units,
        north=t("snapshot.north"), corners=corners, demo=t.n("count.demo", demo) if demo else "",
        version=query.catalogue.version,
        stamp=t("snapshot.stamp", date=t.date((today or date.today()).isoformat()),
                version=isolate(query.catalogue.version)),
        credits=tuple(t(key) for key in CREDITS), link=link,
        link_title=t("snapshot.reopen"), link_text=_shown_link(link))


def filters_text(query: Query, view: ViewState, t: Words, *, lead: bool = True) -> str:
    """The filters of a view in one sentence; every output and export states it.

    Parameters
    ----------
    lead : begin by saying that these are filters; False where a label beside it does.
    """
    first, *pieces = sentence(query, view, t)
    groups: dict[str, list[str]] = {}
    for piece in pieces:
        groups.setdefault(piece["label"], []).append(piece.get("title") or piece["text"])
    said = [t("snapshot.filter", label=label, values=t.any_of(values))
            for label, values in groups.items()]
    text = t("snapshot.filter_join").join(said) or first["text"]
    if said and lead:
        text = t("snapshot.filters", filters=text)
    hidden = [t(f"ui.layer.{name}") for name in RECORDS if name not in view.layers]
    if hidden:
        text += t("snapshot.filter_join") + t("snapshot.hidden", layers=t.all_of(hidden))
    return clean(text)


# --- the map --------------------------------------------------------------------------

def raw_tags(query: Query, view: ViewState, t: Words) -> list[dict[str, Any]]:
    """The tags of both layers, as the live map has them, each with its ``layer``."""
    nowhere = Bbox(0, 0, 0, 0)
    return [{**tag, "layer": layer} for layer in ("buyers", "sites")
            for tag in layer_answer(query, layer, view, nowhere, 1, t)["tags"]]


def _frame(query: Query, view: ViewState, tags: list[dict[str, Any]], layout: Layout) -> Frame:
    if view.at:
        return frame_at(*view.at, layout.map)
    bbox = bounds_answer(query, view)["bbox"]
    points = [(bbox[0], bbox[1]), (bbox[2], bbox[3])] if bbox else []
    narrowed = {name for info, _ in view.picks() for name in info.concerns} or set(RECORDS)
    points += [tuple(g["lon_lat"]) for g in tags if not g["wide"]
               and (g["layer"] in narrowed or (g["layer"] == "sites" and "maisons" in narrowed))]
    for code in _areas(view):  # what is outlined is shown whole
        area = query.catalogue.area_by_code.get(code)
        points += [(area.bbox[0], area.bbox[1]), (area.bbox[2], area.bbox[3])] if area else []
    return frame_around(points, layout.map)


def _placed(query: Query, view: ViewState, frame: Frame, tags: list[dict[str, Any]], t: Words
            ) -> tuple[list[Mark], list[dict[str, Any]], int]:
    """Marks in place, the tags that are phrases, and how many records both stand for."""
    chosen = (view.selected or ("", ""))[1] if selected_place(query, view) else ""
    found = []
    for layer in ("buyers", "sites"):
        for f in layer_answer(query, layer, view, frame.bbox, frame.zoom, t)["features"]:
            p = f["properties"]
            x, y = frame.place(*f["geometry"]["coordinates"])
            found.append(Mark(p["class"], x, y, p.get("n", 1), f.get("id", ""),
                              short_name(p.get("name", "")), "", p.get("open", True),
                              p.get("demo", False), p.get("named", False),
                              bool(chosen) and f.get("id") == chosen))
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
        phrases = [{**g, "text": t("snapshot.filter", label=g["name"], values=g["text"])}
                   for g in phrases]
    marks = spread(merged(found), frame.width, frame.height)
    marks = [replace(m, text=t.compact(m.n)) if m.n > 1 or m.kind.endswith("tag") else m
             for m in marks]
    return marks, phrases, sum(m.n for m in marks) + sum(g["n"] for g in phrases)


def _written(frame: Frame, marks: list[Mark], phrases: list[dict[str, Any]],
             corners: tuple[str, str], lang: str) -> tuple[list[Label], list[Tag]]:
    """Names and phrases, each in free room: furniture and marks first, then what matters."""
    room = Room([*(m.rect for m in marks), corner_rect(frame, corners[0], *SCALE_PLATE),
                 corner_rect(frame, corners[1], *NORTH_PLATE)])
    pills = []
    for tag in sorted(phrases, key=lambda g: -g["n"]):
        pill = _pill(tag, frame, room)
        room.take(pill.rect)
        pills.append(pill)
    labels = record_labels(marks, frame, room)
    return labels + place_labels(frame, lang, room), pills


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
        found.append(min(free, key=lambda c: sum(
            meets(corner_rect(frame, c, wide, high), r) for r in covered)))
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
    spots = [(x0 + dx * step * 1.6, y0 + dy * step) for step in range(0, 190, 14)
             for dx, dy in (ways if step else ways[:1])]
    rects = [(s, around(*s, half, 11)) for s in spots]
    (x, y), rect = next((pair for pair in rects if inside(pair[1], frame.width, frame.height, 6)
                         and room.free(pair[1])), rects[0])
    return Tag("buyer" if tag["field"] == "market" else "site", tag["text"], tag["n"], x, y, rect)


def _picked(view: ViewState) -> tuple[str, ...]:
    kind, id_ = view.selected or ("", "")
    return tuple(dict.fromkeys([*([id_] if kind == "market" else []), *(view.market if len(view.market) <= MOST_PICKED else ())]))


def _areas(view: ViewState) -> tuple[str, ...]:
    """Codes of the regions and provinces to outline."""
    kind, id_ = view.selected or ("", "")
    return tuple(dict.fromkeys([*([id_] if kind == "region" else []), *view.region,
                                *(view.province if len(view.province) <= MOST_PICKED else ())]))


# --- the words ------------------------------------------------------------------------

def _default_title(query: Query, view: ViewState, t: Words) -> str:
    _, *pieces = sentence(query, view, t)
    texts = [p.get("title") or p["text"] for p in pieces]
    if not texts:
        return t("snapshot.title")
    return clean(" \u00b7 ".join(texts[:3]) + (" \u2026" if len(texts) > 3 else ""), TITLE_CHARS)


def _demo_only(view: ViewState) -> ViewState:
    return view.with_(origin=("demo",))


def _figures(query: Query, view: ViewState, counts: dict[str, int], t: Words) -> list[Figure]:
    demo = query.counts(_demo_only(view)) if not view.origin or "demo" in view.origin else {}
    found = []
    for name in RECORDS:
        parts = []
        if name != "buyers":
            coming = counts[name] - _open_count(query, view, name)
            parts += [t("snapshot.sub_coming", n=t.number(coming))] if coming else []
        if demo.get(name):
            parts.append(t("snapshot.sub_demo", n=t.number(demo[name])))
        found.append(Figure(t.number(counts[name]), t.n(f"figure.{name}", counts[name]),
                            " \u00b7 ".join(parts)))
    reports = query.matching_reports(view)
    shown = reports if len(reports) <= 3 else reports[:2]
    ids = t("ui.comma").join(isolate(r.id) for r in shown)
    if len(reports) > len(shown):
        ids = t("ui.and_more", names=ids, n=t.number(len(reports) - len(shown)))
    found.append(Figure(t.number(len(reports)), t.n("figure.reports", len(reports)), ids))
    return found


def _open_count(query: Query, view: ViewState, name: str) -> int:
    if view.status and "active" not in view.status:
        return 0
    return query.counts(view.with_(status=("active",)))[name]


def _listed(view: ViewState, counts: dict[str, int]) -> str:
    """Which collection the list shows: the open tab, or what the filters are about."""
    asked = view.tab if view.tab in RECORDS else "buyers"
    if asked == "buyers" and any(i.name in _PLACES_CONCERN for i, _ in view.picks()):
        asked = "sites" if counts["sites"] else "maisons"
    order = [asked, *RECORDS]
    return next((n for n in order if counts[n] and n in view.layers), asked)


def listed_records(query: Query, view: ViewState, collection: str) -> list[Any]:
    """The matching records of a collection, published first, then by name."""
    columns = query.columns[collection]
    rows = np.flatnonzero(query.passing(collection, view)).tolist()
    return sorted(map(columns.record, rows), key=lambda r: (is_demo(r), r.name, r.id))


def _rows(query: Query, view: ViewState, collection: str, t: Words) -> list[Row]:
    page = rows_answer(query, collection, view, t, limit=MOST_ROWS)["rows"]
    found = []
    for row in page:
        id_ = row["sel"].partition(":")[2]
        catalogue = query.catalogue
        record = (catalogue.buyers[catalogue.buyer_row[id_]] if collection == "buyers"
                  else catalogue.sites[catalogue.site_row[id_]])
        if collection == "buyers":
            place = record.city or t("snapshot.country_only")
            if len(view.market) != 1:
                place = where(record, catalogue, t)
        else:
            place = record.town or record.commune or t("precision.unknown")
        found.append(Row(id_, clean(record.name, 120), kind_label(record, t), clean(place, 80),
                         is_demo(record), is_open(record)))
    return found


def _legend(query: Query, view: ViewState, counts: dict[str, int], marks: list[Mark],
            pills: list[Tag], demo: int, outside: int, t: Words) -> list[Key]:
    found = [Key(COLLECTION_CLASS[name], t(f"snapshot.key.{name}"), t.number(counts[name]))
             for name in RECORDS if name in view.layers]
    coming = sum(counts[n] - _open_count(query, view, n) for n in ("sites", "maisons")
                 if n in view.layers)
    if coming:
        found.append(Key("hollow", t("snapshot.key.hollow"), t.number(coming)))
    if demo:
        found.append(Key("demo", t("snapshot.key.demo"), t.number(demo)))
    if any(m.n > 1 and not m.kind.endswith("tag") for m in marks):
        found.append(Key("many", t("snapshot.key.many"), ""))
    unplaced = sum(m.n for m in marks if m.kind.endswith("tag")) + sum(p.n for p in pills)
    if unplaced:
        found.append(Key("tag", t("snapshot.key.tag"), t.number(unplaced)))
    if outside:
        found.append(Key("outside", t("snapshot.key.outside"), t.number(outside)))
    return found


COLLECTION_CLASS = {plural: one for one, plural in COLLECTION_OF.items()}


def _distance(metres: float, t: Words) -> str:
    if metres >= 1000:
        return t("snapshot.km", n=t.number(metres / 1000))
    return t("snapshot.m", n=t.number(metres))


def _latitude(lat: float, t: Words) -> str:
    return t("snapshot.lat_north" if lat >= 0 else "snapshot.lat_south", n=t.number(abs(round(lat))))


def _shown_link(link: str) -> str:
    return link.partition("://")[2] or link
