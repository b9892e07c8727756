"""Briefs: one A4 page about a market or a region, rendered as SVG and PDF.

Drawn with the pen, the map and the foot of snapshots; which records it holds is decided in
``market_brief`` and ``region_brief``. A list that is too long for its place states how many more
there are and where to read them: nothing is cut silently.

Units    sheet units, see ``brief_layout``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from geo.i18n.words import words
from geo.model.palette import BRAND, INK, PAGE, SOFT, WHITE
from geo.render.fonts import fit, width_of, wrap
from geo.render.map_svg import map_parts, mat
from geo.render.mark_placement import Mark
from geo.render.mark_svg import mark_svg, n, symbol_svg
from geo.render.scene import Scene
from geo.render.scene_text import KeyFigure
from geo.render.sheet_svg import document, foot_parts, rule
from geo.render.sheets import SheetBox
from geo.render.text_svg import Pen
from geo.render.workers import Workers
from geo.share.brief_layout import (
    BRIEF,
    GAP,
    Body,
    BriefLayout,
    BriefLine,
    Section,
    columns_of,
    share,
)
from geo.text.cleaning import isolate

TEXT, SMALL, HEADING = 12.0, 10.8, 24.0
STEP, SUB_STEP, AFTER = 15.0, 13.0, 3.5
MARK_ROOM, CELL_GAP, BETWEEN = 17.0, 8.0, 14.0
_TONES = {
    "strong": (600, INK),
    "plain": (400, INK),
    "soft": (400, SOFT),
    "alert": (600, PAGE["bad"]),
}


@dataclass(frozen=True)
class Brief:
    """The content of one page; ``scene`` holds its map, stamp, sources, link and title."""

    scene: Scene
    plan: BriefLayout
    kicker: str
    lead: str
    figures: tuple[KeyFigure, ...]
    facts: tuple[Section, ...]
    body: Body


def brief_pdf(brief: Brief, workers: Workers) -> bytes:
    """The page as a vector PDF.

    Raises
    ------
    RenderFailed : a drawing process gave up.
    """
    return workers.pdf(
        [brief_svg(brief)], BRIEF.mm_w, BRIEF.mm_h, title=brief.scene.title, lang=brief.scene.lang
    )


def brief_svg(brief: Brief) -> str:
    """The page as one SVG."""
    scene, plan = brief.scene, brief.plan
    pen = Pen(scene)
    body = [
        f'<rect width="{n(BRIEF.units_w)}" height="{n(BRIEF.units_h)}" fill="{WHITE}"/>',
        *map_parts(scene, pen),
        mat(scene),
        *_head(brief, pen),
        *_strip(brief, pen),
        *_column(pen, plan.facts, brief.facts),
        *_legend(pen, plan),
        *_body(pen, plan.body, brief.body),
        *foot_parts(pen, link_w=178, lines=6),
    ]
    return document(BRIEF.units_w, BRIEF.units_h, BRIEF.pixels_w, BRIEF.pixels_h, scene, body)


def _head(brief: Brief, pen: Pen) -> list[str]:
    box, title = brief.plan.head, brief.scene.title
    size = next((s for s in (30.0, 26.0, 22.0) if width_of(title, s, 600) <= box.w), 18.0)
    return [
        pen.text(pen.start(box), box.y + 12, brief.kicker, 12.5, weight=600, color=BRAND),
        pen.text(pen.start(box), box.y + 44, fit(title, box.w, size, 600), size, weight=600),
        pen.text(pen.start(box), box.y + 67, fit(brief.lead, box.w, TEXT), TEXT, color=SOFT),
        rule(box, box.bottom + 4),
    ]


def _strip(brief: Brief, pen: Pen) -> list[str]:
    areas = columns_of(brief.plan.strip, [1] * len(brief.figures), rtl=pen.rtl)
    parts = []
    for box, figure in zip(areas, brief.figures, strict=True):
        room = width_of(figure.value, 27, 600) + 10
        parts.append(pen.text(pen.start(box), box.y + 33, figure.value, 27, weight=600))
        lines = wrap(figure.label, box.w - room, TEXT, 600, lines=2)
        y = box.y + (24 if len(lines) == 1 else 16)
        for text in lines:
            parts.append(pen.text(pen.start(box, room), y, text, TEXT, weight=600))
            y += 13.5
        parts.append(
            pen.text(
                pen.start(box, room), y + 1, fit(figure.sub, box.w - room, SMALL), SMALL, color=SOFT
            )
        )
    return parts


def _legend(pen: Pen, plan: BriefLayout) -> list[str]:
    """The keys of the map, under it."""
    room, parts, x, y = plan.body, [], 0.0, plan.map.bottom + 17
    for key in pen.scene.legend:
        text = f"{key.text} ({key.count})" if key.count else key.text
        width = 18 + width_of(text, SMALL)
        if x and x + width > room.w:
            x, y = 0.0, y + 16
        parts.append(
            f'<g transform="translate({n(pen.start(room, x + 7))} {n(y - 4)}) '
            f'scale(.74)">{symbol_svg(key.symbol, 0, 0)}</g>'
        )
        parts.append(pen.text(pen.start(room, x + 18), y, text, SMALL, color=SOFT))
        x += width + 16
    return parts


# --- lists ----------------------------------------------------------------------------


def _body(pen: Pen, box: SheetBox, rows: Body) -> list[str]:
    needs, least = (
        [
            max(
                _total_height(size, sections, column.w)
                for column, sections in _columns(pen, box, row)
            )
            for row in rows
        ]
        for size in (_full_height, partial(_least_height, pen))
    )
    spare = share(
        box.h - GAP * (len(rows) - 1) - sum(least),
        [need - low for need, low in zip(needs, least, strict=True)],
    )
    heights = [low + more for low, more in zip(least, spare, strict=True)]
    parts, y = [], box.y
    for row, height in zip(rows, heights, strict=True):
        parts.append(rule(box, y - 10))
        for column, sections in _columns(pen, SheetBox(box.x, y, box.w, height), row):
            parts += _column(pen, column, sections)
        y += height + GAP
    return parts


def _columns(
    pen: Pen, box: SheetBox, row: tuple[tuple[float, tuple[Section, ...]], ...]
) -> list[tuple[SheetBox, tuple[Section, ...]]]:
    areas = columns_of(box, [width for width, _ in row], rtl=pen.rtl)
    return [(b, sections) for b, (_, sections) in zip(areas, row, strict=True)]


def _total_height(
    size: Callable[[Section, float], float], sections: tuple[Section, ...], width: float
) -> float:
    return sum(size(s, width) for s in sections) + BETWEEN * (len(sections) - 1)


def _column(pen: Pen, box: SheetBox, sections: tuple[Section, ...]) -> list[str]:
    needs = [_full_height(s, box.w) for s in sections]
    parts, y = [], box.y
    heights = share(box.h - BETWEEN * (len(sections) - 1), needs, [s.complete for s in sections])
    for section, height in zip(sections, heights, strict=True):
        parts += _section(pen, SheetBox(box.x, y, box.w, height), section)
        y += height + BETWEEN
    return parts


def _full_height(section: Section, width: float) -> float:
    lines = section.lines or (BriefLine(section.empty, tone="soft"),)
    return (
        _heading_height(section, width)
        + sum(_line_height(section, line, width) for line in lines)
        + 1
    )


def _least_height(pen: Pen, section: Section, width: float) -> float:
    """The least height of a section: all of a table, else one line and how many more."""
    complete = _full_height(section, width)
    if section.complete or not section.lines:
        return complete
    more = more_lines(pen.scene, section, section.total, width)
    return min(
        complete,
        _heading_height(section, width)
        + _line_height(section, section.lines[0], width)
        + SUB_STEP * len(more)
        + 1,
    )


def _heading_height(section: Section, width: float) -> float:
    lead = _lead(section, width)
    return (
        HEADING
        + SUB_STEP * len(lead)
        + (STEP if section.heads else 0)
        + (AFTER if lead or section.heads else 0)
    )


def _lead(section: Section, width: float) -> list[str]:
    return wrap(section.lead, width, SMALL, lines=3) if section.lead else []


def _first(section: Section, line: BriefLine, width: float) -> list[str]:
    room = (
        width
        - sum(section.columns)
        - CELL_GAP * len(section.columns)
        - (MARK_ROOM if line.mark else 0)
    )
    return wrap(line.text, room, TEXT, _TONES[line.tone][0], lines=6)


def _sub(line: BriefLine, width: float) -> list[str]:
    room = width - (MARK_ROOM if line.mark else 0)
    return wrap(line.sub, room, SMALL, lines=2) if line.sub else []


def _line_height(section: Section, line: BriefLine, width: float) -> float:
    return STEP * len(_first(section, line, width)) + SUB_STEP * len(_sub(line, width)) + AFTER


def _section(pen: Pen, box: SheetBox, section: Section) -> list[str]:
    parts = [pen.text(pen.start(box), box.y + 12, section.title, 13.5, weight=600, color=BRAND)]
    y = box.y + HEADING + 6
    for text in _lead(section, box.w):
        parts.append(pen.text(pen.start(box), y, text, SMALL, color=SOFT))
        y += SUB_STEP
    if section.heads:
        parts += _cells(pen, box, section, section.heads, y, SOFT)
    y = box.y + 6 + _heading_height(section, box.w)
    bottom = box.bottom + 6
    shown = _fitting(pen, section, box.w, bottom - y)
    for line in section.lines[:shown]:
        parts += _line(pen, box, section, line, y)
        y += _line_height(section, line, box.w)
    if not section.lines:
        for text in wrap(section.empty, box.w, TEXT, lines=2):
            parts.append(pen.text(pen.start(box), y, text, TEXT, color=SOFT))
            y += STEP
    elif shown < section.total:
        for text in more_lines(pen.scene, section, section.total - shown, box.w):
            parts.append(pen.text(pen.start(box), y, text, SMALL, color=BRAND))
            y += SUB_STEP
    return parts


def _fitting(pen: Pen, section: Section, width: float, room: float) -> int:
    """How many lines are drawn: all, or what leaves room to say how many are not."""
    heights = [_line_height(section, line, width) for line in section.lines]
    if sum(heights) <= room and len(heights) == section.total:
        return len(heights)
    for kept in range(len(heights), 0, -1):
        more = more_lines(pen.scene, section, section.total - kept, width)
        if sum(heights[:kept]) + SUB_STEP * len(more) <= room:
            return kept
    return 0


def more_lines(scene: Scene, section: Section, left: int, width: float) -> list[str]:
    """How many more there are, and where the whole list is."""
    t = words(scene.lang)
    return wrap(t.n(section.more, left, address=isolate(scene.link_text)), width, SMALL)


def _line(pen: Pen, box: SheetBox, section: Section, line: BriefLine, y: float) -> list[str]:
    weight, color = _TONES[line.tone]
    inset = MARK_ROOM if line.mark else 0.0
    parts = _cells(pen, box, section, line.cells, y, SOFT)
    if line.mark:
        drawn = mark_svg(Mark(line.mark, 0, 0, open=line.open, demo=line.demo))
        parts.append(
            f'<g transform="translate({n(pen.start(box, 6))} {n(y - 4)}) scale(.72)">{drawn}</g>'
        )
    for text in _first(section, line, box.w):
        parts.append(
            pen.text(
                pen.start(box, inset),
                y,
                isolate(text) if line.own else text,
                TEXT,
                weight=weight,
                color=color,
            )
        )
        y += STEP
    y -= 1
    for text in _sub(line, box.w):
        parts.append(pen.text(pen.start(box, inset), y, text, SMALL, color=SOFT))
        y += SUB_STEP
    return parts


def _cells(
    pen: Pen, box: SheetBox, section: Section, cells: tuple[str, ...], y: float, color: str
) -> list[str]:
    parts, inset = [], 0.0
    for width, text in reversed(list(zip(section.columns, cells, strict=False))):
        parts.append(
            pen.text(
                pen.end(box, inset), y, fit(text, width, SMALL), SMALL, color=color, anchor="end"
            )
        )
        inset += width + CELL_GAP
    return parts
