"""Printed report: one A4 page with its map, evidence chain and notes, each link with its proof.

Drawn like a snapshot (``geo.render``): one pure SVG per page, every text plain data. The same
page serves a chain handed over in a meeting and one page of a reading list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from geo.i18n.words import Words, words
from geo.model.palette import CHAIN, INK, LINE, SOFT, WHITE
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.render.fonts import fit, wrap
from geo.render.frame import frame_around
from geo.render.map_layout import corners_of, place_texts
from geo.render.map_svg import map_parts, mat
from geo.render.mark_placement import Mark
from geo.render.mark_svg import n
from geo.render.scene import Scene, scene_of
from geo.render.scene_text import distance, latitude
from geo.render.sheet_svg import document
from geo.render.sheets import Layout, SheetBox, Size, size_named
from geo.render.text_svg import Pen
from geo.text.cleaning import clean, isolate

SHEET = "a4-portrait"
MARGIN, MAP_TOP, MAP_HIGH, GAP = 48.0, 176.0, 500.0, 40.0
FOOT = 64.0
BEND = 0.14


def sheet_of(
    query: Query,
    reading: dict[str, Any],
    lang: str,
    *,
    base: str = "",
    today: date | None = None,
    page: str = "",
) -> str:
    """The page of one report as SVG.

    Parameters
    ----------
    reading : the answer of ``geo.watch.api.reading`` for the report.
    base : scheme and host of the printed address.
    page : what the foot says of the page's place in a list.
    """
    t, size = words(lang), size_named(SHEET)
    box = SheetBox(MARGIN, MAP_TOP, size.units_w - 2 * MARGIN, MAP_HIGH)
    scene = chain_scene(query, reading, t, size, box, today)
    pen = Pen(scene)
    title = "".join(p[0] for p in reading["title"])
    top = MAP_TOP + MAP_HIGH + 30
    wide = (size.units_w - 2 * MARGIN - GAP) / 2
    columns = [
        SheetBox(MARGIN, top, wide, size.units_h - FOOT - top),
        SheetBox(MARGIN + wide + GAP, top, wide, size.units_h - FOOT - top),
    ]
    if scene.rtl:
        columns.reverse()
    body = [
        f'<rect width="{n(size.units_w)}" height="{n(size.units_h)}" fill="{WHITE}"/>',
        *map_parts(scene, pen),
        *chain_lines(scene, reading["chain"]),
        mat(scene),
        *_head(pen, reading, title),
        *_notes(pen, columns[0], reading),
        *_steps(pen, columns[1], reading["chain"], t),
        *_foot(pen, reading, f"{base}/veille?v=1&sel=report:{reading['id']}", page),
    ]
    return document(size.units_w, size.units_h, size.pixels_w, size.pixels_h, scene, body)


def chain_scene(
    query: Query, reading: dict[str, Any], t: Words, size: Size, box: SheetBox, today: date | None
) -> Scene:
    """A scene without marks, its map in ``box``, framed around the ends of the chain."""
    ends = reading["chain"]["nodes"]
    markets = tuple(sel[7:] for sel in ends if sel.startswith("market:"))
    bare = scene_of(
        query,
        ViewState(lang=t.lang, layers=(), market=markets),
        size=size,
        title="".join(p[0] for p in reading["title"]),
        today=today,
    )
    frame = frame_around([(e["lon"], e["lat"]) for e in ends.values() if e["lon"] is not None], box)
    # Names give way to the ends of the chain.
    taken = [
        Mark("buyer", *frame.place(e["lon"], e["lat"]))
        for e in ends.values()
        if e["lon"] is not None
    ]
    corners = corners_of(frame, taken)
    labels, _ = place_texts(bare.basemap, frame, taken, [], corners, t.lang)
    metres, units = frame.scale_bar(150)
    return replace(
        bare,
        layout=Layout(bare.layout.head, box, (), bare.layout.foot),
        frame=frame,
        marks=(),
        tags=(),
        labels=tuple(labels),
        corners=corners,
        scale_units=units,
        scale_text=distance(metres, t),
        scale_lat=t("snapshot.scale_lat", lat=latitude(frame.middle_lat, t)),
    )


def chain_lines(scene: Scene, chain: dict[str, Any]) -> list[str]:
    """Curves from market to buyer to site, dashed where inferred, and their ends."""
    box, ends = scene.layout.map, chain["nodes"]

    def place(sel: str) -> tuple[float, float] | None:
        end = ends.get(sel)
        if not end or end["lon"] is None:
            return None
        x, y = scene.frame.place(end["lon"], end["lat"])
        return box.x + x, box.y + y

    market = {s["end"]: s["start"] for s in chain["steps"] if s["kind"] == "buyer"}
    parts = []
    for step in chain["steps"]:
        start = place(step["start"]) or place(market.get(step["start"], ""))
        end = place(step["end"])
        if not start or not end or start == end:
            continue
        (x0, y0), (x1, y1) = start, end
        way = -1 if x1 >= x0 else 1
        cx = (x0 + x1) / 2 - (y1 - y0) * BEND * way
        cy = (y0 + y1) / 2 + (x1 - x0) * BEND * way
        dash = ' stroke-dasharray="7 5"' if step["basis"] == "inferred" else ""
        parts.append(
            f'<path d="M{n(x0)} {n(y0)}Q{n(cx)} {n(cy)} {n(x1)} {n(y1)}" fill="none" '
            f'stroke="{CHAIN[step["kind"]]}" stroke-width="1.8" stroke-opacity=".8"{dash}/>'
        )
    for number, step in enumerate(chain["steps"], start=1):
        at = place(step["end"])
        if at:
            parts.append(_numbered(*at, number, CHAIN[step["kind"]]))
    return parts


def _numbered(x: float, y: float, number: int, color: str) -> str:
    return (
        f'<circle cx="{n(x)}" cy="{n(y)}" r="10" fill="{color}" stroke="{WHITE}" stroke-width="2"/>'
        f'<text x="{n(x)}" y="{n(y + 4)}" font-size="11" font-weight="600" fill="{WHITE}" '
        f'text-anchor="middle">{number}</text>'
    )


def _head(pen: Pen, reading: dict[str, Any], title: str) -> list[str]:
    box = SheetBox(MARGIN, 40, pen.scene.size.units_w - 2 * MARGIN, 130)
    over = " \u00b7 ".join((isolate(reading["id"]), reading["when"], reading["kind"]))
    parts = [pen.text(pen.start(box), 62, over, 16, color=SOFT)]
    y = 98.0
    for line in wrap(clean(title), box.w, 28, 600, lines=2):
        parts.append(pen.text(pen.start(box), y, line, 28, weight=600))
        y += 34
    about = f"{reading['markets']} \u00b7 {reading['crafts']}"
    return [
        *parts,
        pen.text(pen.start(box), min(y, 166), fit(clean(about), box.w, 15), 15, color=SOFT),
    ]


class _Column:
    """A column that is filled with lines until it is full."""

    def __init__(self, pen: Pen, box: SheetBox) -> None:
        self.pen, self.box, self.y = pen, box, box.y
        self.parts: list[str] = []

    def room(self, high: float) -> bool:
        return self.y + high <= self.box.bottom

    def write(
        self,
        text: str,
        size: float,
        *,
        weight: int = 400,
        color: str = INK,
        inset: float = 0,
        lines: int = 9,
        after: float = 0,
        quoted: bool = False,
    ) -> None:
        """Lines of a text; ``quoted`` is in a language of its own, whose direction it keeps."""
        for line in wrap(
            clean(text) if quoted else text, self.box.w - inset, size, weight, lines=lines
        ):
            if not self.room(size * 1.3):
                return
            self.y += size * 1.3
            self.parts.append(
                self.pen.text(
                    self.pen.start(self.box, inset),
                    self.y,
                    isolate(line) if quoted and self.pen.rtl else line,
                    size,
                    weight=weight,
                    color=color,
                )
            )
        self.y += after


def _joined(*parts: str) -> str:
    """Parts side by side, each in its own direction."""
    return " \u00b7 ".join(isolate(clean(p)) for p in parts if p)


def _notes(pen: Pen, box: SheetBox, reading: dict[str, Any]) -> list[str]:
    column = _Column(pen, box)
    for note in reading["notes"]:
        if not column.room(120):
            break
        column.write("".join(p[0] for p in note["title"]), 17, weight=600, lines=2, quoted=True)
        column.write(_joined(note["id"], note["date"]), 13, color=SOFT, after=2)
        column.write(
            " ".join("".join(p[0] for p in s["pieces"]) for s in note["sentences"]),
            14.5,
            after=4,
            quoted=True,
        )
        for figure in note["figures"][:3]:
            column.write(_joined(figure["value"], figure["label"]), 13.5, weight=500, lines=1)
        for source in note["sources"][:2]:
            column.write(
                _joined(source["text"], source["date"], source["href"]), 11.5, color=SOFT, lines=1
            )
        column.y += 12
    for signal in reading["signals"][:4]:
        column.write(_joined(signal["value"], signal["about"], signal["period"]), 13, lines=1)
    return column.parts


def _steps(pen: Pen, box: SheetBox, chain: dict[str, Any], t: Words) -> list[str]:
    column = _Column(pen, box)
    column.write(t("ui.watch.chain"), 17, weight=600, after=4)
    if not chain["steps"]:
        column.write(chain["empty"], 14, color=SOFT)
    indent = {"market": 0.0, "buyer": 14.0, "site": 28.0}
    for number, step in enumerate(chain["steps"], start=1):
        if not column.room(76):
            left = len(chain["steps"]) - number + 1
            column.write(t("watch.sheet_more", n=t.number(left)), 13, color=SOFT, lines=1)
            break
        end, inset = chain["nodes"][step["end"]], indent[step["kind"]] + 28
        x, y = column.pen.start(box, indent[step["kind"]] + 10), column.y + 14
        column.parts.append(_numbered(x, y, number, CHAIN[step["kind"]]))
        column.write(
            end["title"], 14.5, weight=600, inset=inset, lines=1, quoted=step["kind"] != "market"
        )
        quote = next(iter(step["quotes"]), None)
        if quote:
            column.write(
                "".join(p[0] for p in quote["pieces"]), 13, inset=inset, lines=2, quoted=True
            )
        source = quote["where"] if quote else step["crafts"]
        column.write(
            " \u00b7 ".join(p for p in (step["basis_text"], end["sub"], source) if p),
            12,
            color=SOFT,
            inset=inset,
            lines=1,
            after=5,
        )
    return column.parts


def _foot(pen: Pen, reading: dict[str, Any], link: str, page: str) -> list[str]:
    scene, width = pen.scene, pen.scene.size.units_w - 2 * MARGIN
    box = SheetBox(MARGIN, scene.size.units_h - FOOT, width, FOOT)
    y = box.y + 22
    return [
        f'<path d="M{n(box.x)} {n(box.y + 4)}h{n(width)}" stroke="{LINE}"/>',
        pen.text(
            pen.start(box), y, fit(clean(reading["note"]), width - 120, 12.5), 12.5, color=SOFT
        ),
        pen.text(pen.end(box), y, isolate(page), 12.5, color=SOFT, anchor="end"),
        pen.text(
            pen.start(box),
            y + 18,
            f"{scene.stamp} \u00b7 {isolate(link.partition('://')[2] or link)}",
            12.5,
            color=SOFT,
        ),
    ]


def sheets_of(
    query: Query,
    readings: Sequence[dict[str, Any]],
    lang: str,
    *,
    base: str = "",
    today: date | None = None,
) -> list[str]:
    """The pages of several reports, in their order, each with its place in the list."""
    total = len(readings)
    return [
        sheet_of(query, r, lang, base=base, today=today, page=f"{i} / {total}" if total > 1 else "")
        for i, r in enumerate(readings, start=1)
    ]
