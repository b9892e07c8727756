"""Paper sizes and page layouts of rendered sheets: pixels, millimetres, and where each part stands.

Units    sheet units; the shorter side of a screen sheet is 900.
Mirror   right-to-left sheets swap the sides of the parts; the map inside is never mirrored.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from geo.core.errors import BadRequest

MARGIN = 48.0
GAP = 36.0
PANEL = 340.0
HEAD = 132.0
FOOT = 116.0
MM_PER_INCH = 25.4


@dataclass(frozen=True, slots=True)
class SheetBox:
    """A rectangle in sheet units, from its upper left corner."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        """The x of its right side."""
        return self.x + self.w

    @property
    def bottom(self) -> float:
        """The y of its lower side."""
        return self.y + self.h

    def mirrored(self, width: float) -> SheetBox:
        """The same box on the other side of a sheet of this width."""
        return SheetBox(width - self.x - self.w, self.y, self.w, self.h)


@dataclass(frozen=True, slots=True)
class Size:
    """One sheet.

    Attributes
    ----------
    name : what the address calls it.
    units_w, units_h : the sheet in units.
    pixels_w, pixels_h : the picture; print sheets have 300 pixels to the inch.
    mm_w, mm_h : the printed page; a screen sheet prints 1 unit as 0.21 mm.
    """

    name: str
    units_w: float
    units_h: float
    pixels_w: int
    pixels_h: int
    mm_w: float
    mm_h: float

    @property
    def upright(self) -> bool:
        """Whether it is taller than wide."""
        return self.units_h > self.units_w


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the parts of a sheet stand. ``panel`` columns are listed in reading order."""

    head: SheetBox
    map: SheetBox
    panel: tuple[SheetBox, ...]
    foot: SheetBox


def _screen(name: str, width: int, height: int) -> Size:
    units_w = 900 * width / height
    return Size(name, units_w, 900, width, height, round(units_w * 0.21, 2), 189)


def _print(name: str, mm_w: float, mm_h: float) -> Size:
    long = 1600.0
    scale = long / max(mm_w, mm_h)
    return Size(
        name,
        round(mm_w * scale, 1),
        round(mm_h * scale, 1),
        round(mm_w / MM_PER_INCH * 300),
        round(mm_h / MM_PER_INCH * 300),
        mm_w,
        mm_h,
    )


SIZES: Mapping[str, Size] = MappingProxyType(
    {
        s.name: s
        for s in (
            _screen("1080p", 1920, 1080),
            _screen("4k", 3840, 2160),
            _screen("540p", 960, 540),
            _print("a4", 297, 210),
            _print("a4-portrait", 210, 297),
            _print("a3", 420, 297),
            _print("a3-portrait", 297, 420),
        )
    }
)
DEFAULT = "1080p"
#: What a slide's map is taken from: fewer units, so that its names are read from the back row.
SLIDE = Size("slide", 1280, 720, 1920, 1080, 268.8, 151.2)


def size_named(name: str) -> Size:
    """The sheet of a name; empty means 1080p.

    Raises
    ------
    BadRequest : no such sheet.
    """
    found = SIZES.get(name.lower() or DEFAULT)
    if found is None:
        raise BadRequest("error.snapshot_size", value=name[:40], known=" ".join(SIZES))
    return found


def layout_of(size: Size, *, rtl: bool) -> Layout:
    """Where the parts of a sheet stand, mirrored for right-to-left languages."""
    width, height = size.units_w, size.units_h
    inner = width - 2 * MARGIN
    foot = SheetBox(MARGIN, height - 32 - FOOT, inner, FOOT)
    head = SheetBox(MARGIN, 36, inner, HEAD - 36)
    if size.upright:
        panel_h = 540.0
        ground = SheetBox(MARGIN, HEAD, inner, foot.y - HEAD - 2 * 24 - panel_h)
        each = (inner - 2 * GAP) / 3
        panel = tuple(
            SheetBox(MARGIN + i * (each + GAP), ground.bottom + 24, each, panel_h) for i in range(3)
        )
    else:
        ground = SheetBox(MARGIN, HEAD, inner - GAP - PANEL, foot.y - HEAD - 20)
        panel = (SheetBox(ground.right + GAP, HEAD, PANEL, ground.h),)
    if rtl:
        head, ground, foot = (b.mirrored(width) for b in (head, ground, foot))
        panel = tuple(b.mirrored(width) for b in panel)
    return Layout(head, ground, panel, foot)
