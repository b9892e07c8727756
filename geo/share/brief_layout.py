"""Layout of a brief: where its parts stand, and how its lists share the room they have.

Units    sheet units; a brief is an upright A4 of 840 x 1188, so that 12 units print as 8.5 pt.
Mirror   right-to-left briefs swap sides; the map inside is never mirrored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geo.render.sheets import Layout, SheetBox, Size

WIDE, HIGH, EDGE, GAP = 840.0, 1188.0, 42.0, 24.0
BRIEF = Size("brief", WIDE, HIGH, 2480, 3508, 210, 297)
FOOT_H = 134.0
#: More lines than this stand on no page: the rest is only counted.
MOST_LINES = 60
HEAD_H, STRIP_H, MAP_W, MAP_H = 74.0, 48.0, 452.0, 262.0


@dataclass(frozen=True, slots=True)
class BriefLine:
    """One line of a section.

    Attributes
    ----------
    text : what is written first; at most six printed lines.
    cells : short texts at the end of the line, one per column of the section.
    sub : a smaller text under it; at most two printed lines.
    mark : the class of a mark drawn before it; empty = none.
    tone : ``strong``, ``plain``, ``soft`` or ``alert``.
    own : the text is a name that keeps its own direction.
    """

    text: str
    cells: tuple[str, ...] = ()
    sub: str = ""
    mark: str = ""
    open: bool = True
    demo: bool = False
    tone: str = "plain"
    own: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A titled list. ``total`` counts what the lines stand for, shown or not.

    Attributes
    ----------
    lead : a sentence under the title.
    columns : widths of the cells, units, in reading order.
    heads : what the cells are; empty = not written.
    empty : the text when there is no line.
    complete : it takes the room it needs before the others share the rest.
    more : the key of the sentence that says how many more there are, and where.
    """

    title: str
    lines: tuple[BriefLine, ...]
    total: int
    lead: str = ""
    columns: tuple[float, ...] = ()
    heads: tuple[str, ...] = ()
    empty: str = ""
    complete: bool = False
    more: str = "brief.more"


#: Rows of columns of sections, top to bottom, with the width of each column.
Body = tuple[tuple[tuple[float, tuple[Section, ...]], ...], ...]


@dataclass(frozen=True, slots=True)
class BriefLayout:
    """The fixed parts of a brief, mirrored where the sheet is."""

    head: SheetBox
    strip: SheetBox
    map: SheetBox
    facts: SheetBox
    body: SheetBox
    foot: SheetBox

    @property
    def layout(self) -> Layout:
        """As a scene needs it."""
        return Layout(self.head, self.map, (self.facts,), self.foot)


def plan_of(*, rtl: bool) -> BriefLayout:
    """Where the parts of a brief stand."""
    inner = WIDE - 2 * EDGE
    head = SheetBox(EDGE, 34, inner, HEAD_H)
    strip = SheetBox(EDGE, head.bottom + 8, inner, STRIP_H)
    ground = SheetBox(EDGE, strip.bottom + 12, MAP_W, MAP_H)
    facts = SheetBox(ground.right + GAP, ground.y, inner - MAP_W - GAP, MAP_H)
    foot = SheetBox(EDGE, HIGH - 28 - FOOT_H, inner, FOOT_H)
    top = ground.bottom + 50
    body = SheetBox(EDGE, top, inner, foot.y - 14 - top)
    parts = [head, strip, ground, facts, body, foot]
    return BriefLayout(*(b.mirrored(WIDE) for b in parts) if rtl else parts)


def share(room: float, needs: Sequence[float], first: Sequence[bool] = ()) -> list[float]:
    """Divide the room: small needs are met in full, the others share alike.

    Parameters
    ----------
    first : which ones are served before the others share.
    """
    given = [needs[i] if served else 0.0 for i, served in enumerate(first)] or [0.0] * len(needs)
    left = room - sum(given)
    waiting = sorted((i for i in range(len(needs)) if not given[i]), key=lambda i: needs[i])
    for place, i in enumerate(waiting):
        given[i] = max(0.0, min(needs[i], left / (len(waiting) - place)))
        left -= given[i]
    return given


def columns_of(box: SheetBox, widths: Sequence[float], *, rtl: bool) -> list[SheetBox]:
    """Boxes side by side in reading order; widths are shares of the room."""
    room = box.w - GAP * (len(widths) - 1)
    total, x, found = sum(widths), 0.0, []
    for width in widths:
        w = room * width / total
        found.append(SheetBox(box.right - x - w if rtl else box.x + x, box.y, w, box.h))
        x += w + GAP
    return found
