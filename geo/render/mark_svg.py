"""SVG symbols of marks and legend: one shape and colour per class, readable in grey.

Buyer circle, site square, Maison triangle, fair diamond; hollow when not yet open; dashed and
pale when generated; darker with a figure when several.
"""

from __future__ import annotations

from geo.model.palette import (
    CLUSTER,
    FILL,
    FULLNESS,
    INK,
    KEYLINE,
    NAMED,
    PALE,
    SELECTED,
    WHITE,
)
from geo.render.mark_placement import Mark


def n(value: float) -> str:
    """A number as path data writes it: one decimal, no trailing zero."""
    return f"{round(value, 1):g}"


def outline(kind: str, x: float, y: float, r: float) -> str:
    """Path data of a class's shape."""
    if kind == "buyer":
        return (
            f"M{n(x - r)} {n(y)}a{n(r)} {n(r)} 0 1 0 {n(2 * r)} 0"
            f"a{n(r)} {n(r)} 0 1 0 {n(-2 * r)} 0Z"
        )
    if kind == "site":
        s = r * 0.9
        return f"M{n(x - s)} {n(y - s)}h{n(2 * s)}v{n(2 * s)}h{n(-2 * s)}Z"
    if kind == "fair":
        s = r * 1.25
        return f"M{n(x)} {n(y - s)}L{n(x + s)} {n(y)}L{n(x)} {n(y + s)}L{n(x - s)} {n(y)}Z"
    return (
        f"M{n(x)} {n(y - r * 1.15)}L{n(x + r * 1.15)} {n(y + r * 0.85)}"
        f"L{n(x - r * 1.15)} {n(y + r * 0.85)}Z"
    )


def mark_svg(mark: Mark) -> str:
    """One mark: ring, shape and figure."""
    if mark.kind.endswith("tag"):
        return tag_svg(mark)
    kind, x, y, r = mark.kind, mark.x, mark.y, mark.radius
    parts = []
    if mark.selected or mark.named:
        color, width = (SELECTED, 4) if mark.selected else (NAMED, 2.5)
        parts.append(
            f'<path d="{outline(kind, x, y, r + 4.5)}" fill="none" stroke="{color}" '
            f'stroke-width="{width}"/>'
        )
    parts.append(f'<path d="{outline(kind, x, y, r + 1.7)}" fill="{WHITE}"/>')
    shape = outline(kind, x, y, r)
    if mark.n > 1:
        letters = 13 if r > 15 else 12
        down = r * 0.28 if kind == "maison" else 0
        parts.append(f'<path d="{shape}" fill="{CLUSTER[kind]}"/>')
        parts.append(
            f'<text x="{n(x)}" y="{n(y + down + letters * 0.34)}" font-size="{letters}" '
            f'font-weight="600" fill="{WHITE}" text-anchor="middle">{mark.text}</text>'
        )
    elif mark.demo:
        fill = PALE[kind] if mark.open else WHITE
        parts.append(
            f'<path d="{shape}" fill="{fill}" stroke="{CLUSTER[kind]}" '
            'stroke-width="1.6" stroke-dasharray="2.6 1.9"/>'
        )
    elif not mark.open:
        parts.append(
            f'<path d="{shape}" fill="{WHITE}" stroke="{CLUSTER[kind]}" stroke-width="2.2"/>'
        )
    else:
        full = FULLNESS.get(mark.age, 1)
        stroke, thick = (KEYLINE, ".9") if full > 0.6 else (CLUSTER[kind], "1.8")
        parts.append(
            f'<path d="{shape}" fill="{FILL[kind]}" fill-opacity="{full}" stroke="{stroke}" '
            f'stroke-width="{thick}"/>'
            if mark.age
            else f'<path d="{shape}" fill="{FILL[kind]}" stroke="{KEYLINE}" stroke-width=".9"/>'
        )
    return "".join(parts)


def tag_svg(mark: Mark) -> str:
    """A small label: so many records here have no known town."""
    kind = mark.kind.removesuffix("-tag")
    half = 8.5 + 3 * (len(mark.text) - 1)
    return (
        f'<rect x="{n(mark.x - half)}" y="{n(mark.y - 8.5)}" width="{n(2 * half)}" height="17" '
        f'rx="5" fill="{WHITE}" stroke="{CLUSTER[kind]}" stroke-width="1.5"/>'
        f'<text x="{n(mark.x)}" y="{n(mark.y + 4)}" font-size="11.5" font-weight="600" '
        f'fill="{INK}" text-anchor="middle">{mark.text}</text>'
    )


def symbol_svg(symbol: str, x: float, y: float) -> str:
    """The drawing of one line of the legend, centred on a point."""
    if symbol in FILL:
        return mark_svg(Mark(symbol, x, y))
    if symbol == "hollow":
        return mark_svg(Mark("site", x, y, open=False))
    if symbol == "demo":
        return mark_svg(Mark("buyer", x, y, demo=True))
    if symbol == "many":
        mark = mark_svg(Mark("site", 0, 0, 5, text="5"))
        return f'<g transform="translate({n(x)} {n(y)}) scale(.76)">{mark}</g>'
    if symbol == "tag":
        return tag_svg(Mark("buyer-tag", x, y, 3, text="3"))
    return (
        f'<path d="M{n(x - 9)} {n(y)}h13m-5 -5l5 5l-5 5" fill="none" stroke="{KEYLINE}" '
        f'stroke-width="1.8"/><path d="M{n(x + 8)} {n(y - 8)}v16" stroke="{KEYLINE}" '
        'stroke-width="1.8"/>'
    )
