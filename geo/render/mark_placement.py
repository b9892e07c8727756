"""Placement of marks, tags and labels without overlap and without losing a record.

Marks of one class that would overlap merge (their counts add up); marks of different classes
are pushed apart; texts get free room.

Units    sheet units from the map box's upper left corner.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

RADIUS = 7.5
_CELL = 64.0
_ROUNDS = 8
#: Steps by which the name of a ground may move to find room, nearest first.
STEPS = (
    (0, 0),
    (-14, 0),
    (14, 0),
    (0, -11),
    (0, 11),
    (0, -22),
    (0, 22),
    (-30, 0),
    (30, 0),
    (-26, -16),
    (26, -16),
    (-26, 16),
    (26, 16),
    (0, -34),
    (0, 34),
    (-52, 0),
    (52, 0),
    (-48, -30),
    (48, -30),
    (-48, 30),
    (48, 30),
)

Rect = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark: a record (``n`` = 1) or several of one class.

    Attributes
    ----------
    kind : buyer, site, maison, fair; ``buyer-tag`` or ``site-tag`` for records without a position.
    age : freshness, a step of ``geo.model.records.AGE_STEPS``; an older record is paler.
    text : the figure of a mark that stands for several.
    """

    kind: str
    x: float
    y: float
    n: int = 1
    id: str = ""
    name: str = ""
    text: str = ""
    open: bool = True
    demo: bool = False
    named: bool = False
    selected: bool = False
    age: int = 0

    @property
    def radius(self) -> float:
        """Half its height."""
        if self.kind.endswith("tag"):
            return 9.5
        if self.n == 1:
            return RADIUS
        return min(26.0, 11 + 3 * math.log10(self.n) + (3 if self.n > 999 else 0))

    @property
    def rect(self) -> Rect:
        """What it covers, with its ring."""
        r = self.radius + 2.5
        wide = r + (6 if self.kind.endswith("tag") else 0)
        return (self.x - wide, self.y - r, self.x + wide, self.y + r)


@dataclass(frozen=True, slots=True)
class Label:
    """A text that found room. ``anchor`` is start, middle or end, as SVG counts (left to right)."""

    lines: tuple[str, ...]
    kind: str
    x: float
    y: float
    anchor: str
    size: float
    weight: int
    dot: tuple[float, float] | None
    rect: Rect


def meets(a: Rect, b: Rect) -> bool:
    """Whether two rectangles share ground."""
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]


class Room:
    """The rectangles already taken, found by grid cell."""

    def __init__(self, taken: Iterable[Rect] = ()) -> None:
        self._cells: dict[tuple[int, int], list[Rect]] = {}
        for rect in taken:
            self.take(rect)

    def take(self, rect: Rect) -> None:
        """Mark a rectangle as taken."""
        for cell in self._over(rect):
            self._cells.setdefault(cell, []).append(rect)

    def free(self, rect: Rect) -> bool:
        """Whether nothing is there yet."""
        return not any(
            meets(rect, other) for cell in self._over(rect) for other in self._cells.get(cell, ())
        )

    @staticmethod
    def _over(rect: Rect) -> list[tuple[int, int]]:
        return [
            (i, j)
            for i in range(int(rect[0] // _CELL), int(rect[2] // _CELL) + 1)
            for j in range(int(rect[1] // _CELL), int(rect[3] // _CELL) + 1)
        ]


def merged(marks: Sequence[Mark]) -> list[Mark]:
    """Marks of one kind that would hide each other become one; counts add up."""
    kept: list[Mark] = []
    cells: dict[tuple[str, int, int], list[int]] = {}
    for mark in sorted(marks, key=lambda m: (-m.selected, -m.n, m.id)):
        cx, cy = int(mark.x // _CELL), int(mark.y // _CELL)
        near = [
            i
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            for i in cells.get((mark.kind, cx + dx, cy + dy), ())
        ]
        host = next(
            (
                i
                for i in near
                if not kept[i].selected
                and not mark.selected
                and math.hypot(kept[i].x - mark.x, kept[i].y - mark.y)
                < (kept[i].radius + mark.radius) * 0.95
            ),
            None,
        )
        if host is None:
            cells.setdefault((mark.kind, cx, cy), []).append(len(kept))
            kept.append(mark)
        else:
            kept[host] = replace(
                kept[host],
                n=kept[host].n + mark.n,
                id="",
                name="",
                open=True,
                demo=False,
                named=kept[host].named or mark.named,
            )
    return kept


def spread(marks: Sequence[Mark], width: float, height: float) -> list[Mark]:
    """Push overlapping marks apart by a few units, and keep them inside the box."""
    at = [[m.x, m.y] for m in marks]
    reach = [m.radius + 2 for m in marks]
    for _ in range(_ROUNDS):
        cells: dict[tuple[int, int], list[int]] = {}
        for i, (x, y) in enumerate(at):
            cells.setdefault((int(x // _CELL), int(y // _CELL)), []).append(i)
        moved = False
        for i in range(len(at)):
            cx, cy = int(at[i][0] // _CELL), int(at[i][1] // _CELL)
            for j in (
                j
                for dx in (-1, 0, 1)
                for dy in (-1, 0, 1)
                for j in cells.get((cx + dx, cy + dy), ())
                if j > i
            ):
                dx, dy = at[j][0] - at[i][0], at[j][1] - at[i][1]
                d, need = math.hypot(dx, dy), reach[i] + reach[j]
                if d >= need:
                    continue
                ux, uy = (dx / d, dy / d) if d > 0.5 else ((1.0, 0.0) if i % 2 else (0.0, 1.0))
                push = (need - d) / 2
                at[i][0] -= ux * push
                at[i][1] -= uy * push
                at[j][0] += ux * push
                at[j][1] += uy * push
                moved = True
        if not moved:
            break
    edge = 16.0
    return [
        replace(m, x=min(max(x, edge), width - edge), y=min(max(y, edge), height - edge))
        for m, (x, y) in zip(marks, at, strict=True)
    ]


def around(x: float, y: float, half: float, tall: float) -> Rect:
    """The rectangle of a text centred on a point."""
    return (x - half - 3, y - tall - 1, x + half + 3, y + tall + 1)


def beside(
    x: float, y: float, gap: float, width: float, tall: float
) -> list[tuple[str, float, float, Rect]]:
    """Where the name of a point may stand: ``(anchor, x, y, rect)``, best first."""
    return [
        ("start", x + gap, y, (x + gap - 1, y - tall, x + gap + width + 2, y + tall)),
        ("end", x - gap, y, (x - gap - width - 2, y - tall, x - gap + 1, y + tall)),
        ("middle", x, y - gap - tall + 2, around(x, y - gap - tall + 2, width / 2, tall)),
        ("middle", x, y + gap + tall - 2, around(x, y + gap + tall - 2, width / 2, tall)),
    ]


def inside(rect: Rect, width: float, height: float, edge: float = 4.0) -> bool:
    """Whether a rectangle is wholly in the map box."""
    return (
        rect[0] >= edge and rect[1] >= edge and rect[2] <= width - edge and rect[3] <= height - edge
    )
