"""A Scene as one pure SVG: no foreignObject, no script, no outside reference.

Every text is data: escaped, one line, isolated in the direction of the sheet. resvg, typst
and browsers read an RLI...PDI run inside left-to-right anchors alike, so a right-to-left
text is wrapped in one and anchors stay physical.
"""
from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import escape

import segno

from geo.i18n import words
from geo.snapshot.fonts import FAMILY, PDI, RLI, fit, isolate, width_of, wrap
from geo.snapshot.ground import Ground, areas_of, ground_of
from geo.snapshot.marksvg import INK, SEVERAL, WHITE, mark_svg, n, symbol_svg
from geo.snapshot.placing import Label
from geo.snapshot.scene import NORTH_PLATE, Scene, corner_rect
from geo.snapshot.sizes import Box

SEA, LINE, BORDER = "#C5D5DC", "#DDD8CD", "#FFFFFF"
GROUND = {"land": "#F8F4EC", "market": "#EDE2CB", "home": "#EFE3C6"}
PICKED, PICKED_LINE = "#C3DDD8", "#0F3D3E"
REGION, PROVINCE = "#B9A878", "#CDBE96"
SOFT, FAINT = "#52605E", "#5F6B69"
NAMES = {"home": "#2F3B39", "market": "#36433F", "country": "#56625F", "region": "#5F5030",
         "province": "#6B5C3A", "town": "#36433F", "record": INK}
#: The smallest module of a code that a phone reads from paper, sheet units.
MODULE = 1.25
CODE_SIDE = 104.0


def svg_of(scene: Scene, *, title: bool = True) -> str:
    """The whole sheet.

    Parameters
    ----------
    title : False draws everything but the title, for a slide that has its own.
    """
    size = scene.size
    pen = _Pen(scene)
    body = [f'<rect width="{n(size.units_w)}" height="{n(size.units_h)}" fill="{WHITE}"/>',
            *map_parts(scene, pen), _mat(scene), *_head(pen), *_panel(pen), *_foot(pen)]
    return _document(size.units_w, size.units_h, size.pixels_w, size.pixels_h, scene, body)


def map_svg(scene: Scene) -> str:
    """The map alone, for a slide or a page that sets its own words around it."""
    box = scene.layout.map
    shift = f'<g transform="translate({n(-box.x)} {n(-box.y)})">'
    scale = scene.size.pixels_w / scene.size.units_w
    return _document(box.w, box.h, round(box.w * scale), round(box.h * scale), scene,
                     [shift, *map_parts(scene, _Pen(scene)), "</g>"])


def _document(width: float, height: float, pixels_w: int, pixels_h: int, scene: Scene,
              body: Iterable[str]) -> str:
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{pixels_w}" height="{pixels_h}" '
            f'viewBox="0 0 {n(width)} {n(height)}" font-family="{FAMILY}" xml:lang="{scene.lang}">'
            f'<title>{_data(scene.title)}</title><desc>{_data(scene.filters)}</desc>'
            f'{"".join(body)}</svg>')


def _data(text: str) -> str:
    """Text as XML data, in the characters XML can hold."""
    return escape("".join(c for c in text if c >= " " and c not in "\ufffe\uffff"
                          and not "\ud800" <= c <= "\udfff"), {'"': "&quot;"})


class _Pen:
    """Writes texts in the direction of the sheet."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.rtl = scene.rtl

    def text(self, x: float, y: float, text: str, size: float, *, weight: int = 400,
             color: str = INK, anchor: str = "start") -> str:
        """One line; ``start`` is where reading begins in the sheet's language."""
        if self.rtl:
            anchor = {"start": "end", "end": "start"}.get(anchor, anchor)
        return self.raw(x, y, text, size, weight=weight, color=color, anchor=anchor)

    def raw(self, x: float, y: float, text: str, size: float, *, weight: int = 400,
            color: str = INK, anchor: str = "start", more: str = "") -> str:
        """One line; ``start`` is the left."""
        if self.rtl:
            text = f"{RLI}{text}{PDI}"
        return (f'<text x="{n(x)}" y="{n(y)}" font-size="{size:g}" font-weight="{weight}" '
                f'fill="{color}" text-anchor="{anchor}"{more}>{_data(text)}</text>')

    def start(self, box: Box, inset: float = 0) -> float:
        """The x where a line of a box begins."""
        return box.right - inset if self.rtl else box.x + inset

    def end(self, box: Box, inset: float = 0) -> float:
        """The x where a line of a box ends."""
        return box.x + inset if self.rtl else box.right - inset


# --- head -----------------------------------------------------------------------------

def _head(pen: _Pen) -> list[str]:
    scene, box = pen.scene, pen.scene.layout.head
    size = next((s for s in (34.0, 30.0, 26.0) if width_of(scene.title, s, 600) <= box.w), 0.0)
    lines = [scene.title] if size else wrap(scene.title, box.w, 22, 600, lines=2)
    size = size or 22.0
    y = box.y + (30 if len(lines) == 1 else 10)
    parts = []
    for line in lines:
        parts.append(pen.text(pen.start(box), y, line, size, weight=600))
        y += size * 1.2
    y = box.y + (62 if len(lines) == 1 else 57)
    for fits, most in ((17.0, 1), (14.0, 2), (11.5, 3)):
        said = wrap(scene.filters, box.w, fits)
        if len(said) <= most:
            break
    if len(said) > most:
        said = _cut_filters(pen, box.w, fits, most)
    if len(said) > 1:
        y -= 4
    for line in said:
        parts.append(pen.text(pen.start(box), y, line, fits, color=SOFT))
        y += fits * 1.3
    return parts


def _cut_filters(pen: _Pen, room: float, size: float, most: int) -> list[str]:
    """As many filters as fit, and how many more the address names."""
    t = words(pen.scene.lang)
    texts = pen.scene.filters.split(t("ui.comma"))
    for kept in range(len(texts), 0, -1):
        text = t("ui.comma").join(texts[:kept]) + " " + t("snapshot.filters_cut",
                                                             n=t.number(len(texts) - kept))
        lines = wrap(text, room, size)
        if len(lines) <= most:
            return lines
    return wrap(pen.scene.filters, room, size, lines=most)


# --- map ------------------------------------------------------------------------------

def map_parts(scene: Scene, pen: _Pen) -> list[str]:
    """The map in its box: ground, names, tags, marks, scale, north."""
    box = scene.layout.map
    ground = ground_of(scene.frame, scene.boundaries)
    return [
        f'<g transform="translate({n(box.x)} {n(box.y)})">',
        f'<rect width="{n(box.w)}" height="{n(box.h)}" fill="{SEA}"/>',
        *_ground(ground, scene), *(_label(label, pen) for label in scene.labels),
        *_furniture(scene, pen), *(mark_svg(m) for m in scene.marks), *_tags(scene, pen), "</g>",
    ]


def _mat(scene: Scene) -> str:
    """Paper around the map, over what its ground draws beyond the box: a clip costs more."""
    box, w, h = scene.layout.map, scene.size.units_w, scene.size.units_h
    hole = f"M{n(box.x)} {n(box.y)}H{n(box.right)}V{n(box.bottom)}H{n(box.x)}Z"
    return (f'<path d="M0 0H{n(w)}V{n(h)}H0Z{hole}" fill="{WHITE}" fill-rule="evenodd"/>'
            f'<path d="{hole}" fill="none" stroke="{LINE}"/>')


def _ground(ground: Ground, scene: Scene) -> list[str]:
    zoom, picked = scene.frame.zoom, set(scene.picked)
    by_kind: dict[str, list[str]] = {}
    for iso2, kind, path in ground.countries:
        by_kind.setdefault("picked" if iso2 in picked else kind, []).append(path)
    thick = 0.6 if zoom < 4 else 0.9
    parts = [f'<path d="{"".join(by_kind[kind])}" fill="{color}" fill-rule="evenodd" '
             f'stroke="{BORDER}" stroke-width="{thick}" stroke-linejoin="round"/>'
             for kind, color in GROUND.items() if kind in by_kind]
    if "picked" in by_kind:
        parts.append(f'<path d="{"".join(by_kind["picked"])}" fill="{PICKED}" '
                     f'fill-rule="evenodd" stroke="{PICKED_LINE}" stroke-width="1.4" '
                     'stroke-linejoin="round"/>')
    if ground.outline:
        parts.append(f'<path d="{ground.outline}" fill="{GROUND["home"]}" fill-rule="evenodd"/>')
    areas = areas_of(scene.frame, scene.areas)
    if areas:
        parts.append(f'<path d="{areas}" fill="{PICKED}" fill-rule="evenodd"/>')
    for path, color, width in ((ground.provinces, PROVINCE, 0.8),
                               (ground.regions, REGION, 0.5 if zoom < 4 else 1.0),
                               (ground.outline, REGION, 0.9 if zoom < 4 else 1.5),
                               (areas, PICKED_LINE, 1.4)):
        if path:
            parts.append(f'<path d="{path}" fill="none" stroke="{color}" '
                         f'stroke-width="{width}" stroke-linejoin="round"/>')
    return parts


def _label(label: Label, pen: _Pen) -> str:
    parts = []
    if label.dot:
        x, y = label.dot
        parts.append(f'<circle cx="{n(x)}" cy="{n(y)}" r="2.2" fill="{NAMES["town"]}" '
                     f'stroke="{WHITE}" stroke-width=".8"/>')
    step = label.size * 1.15
    y = label.y - (len(label.lines) - 1) * step / 2 + label.size * 0.34
    halo = (' paint-order="stroke" stroke="#FFFDF8" stroke-opacity=".85" stroke-width="3" '
            'stroke-linejoin="round"')
    for line in label.lines:
        text = isolate(line) if pen.rtl and label.kind == "record" else line
        parts.append(pen.raw(label.x, y, text, label.size, weight=label.weight,
                             color=NAMES[label.kind], anchor=label.anchor, more=halo))
        y += step
    return "".join(parts)


def _tags(scene: Scene, pen: _Pen) -> list[str]:
    parts = []
    for tag in scene.tags:
        x0, y0, x1, y1 = tag.rect
        parts.append(f'<rect x="{n(x0)}" y="{n(y0)}" width="{n(x1 - x0)}" height="{n(y1 - y0)}" '
                     f'rx="6" fill="{WHITE}" stroke="{SEVERAL[tag.kind]}" stroke-width="1.3"/>')
        parts.append(pen.raw(tag.x, tag.y + 4, tag.text, 11.5, weight=500, anchor="middle"))
    return parts


def _furniture(scene: Scene, pen: _Pen) -> list[str]:
    length = scene.scale_units
    plate = max(length, width_of(scene.scale_text, 12.5, 600), width_of(scene.scale_lat, 11)) + 24
    left, top, right, bottom = corner_rect(scene.frame, scene.corners[0], plate + 12, 60)
    middle, y = (left + right) / 2, bottom - 15
    north = corner_rect(scene.frame, scene.corners[1], *NORTH_PLATE)
    nx, ny = (north[0] + north[2]) / 2, north[1]
    return [
        f'<rect x="{n(left + 6)}" y="{n(top + 6)}" width="{n(plate)}" height="48" '
        f'rx="4" fill="{WHITE}" fill-opacity=".88"/>',
        f'<path d="M{n(middle - length / 2)} {n(y - 7)}v7h{n(length)}v-7" fill="none" '
        f'stroke="{INK}" stroke-width="1.6"/>',
        pen.raw(middle, y - 23, scene.scale_text, 12.5, weight=600, anchor="middle"),
        pen.raw(middle, y - 8, scene.scale_lat, 11, color=SOFT, anchor="middle"),
        f'<circle cx="{n(nx)}" cy="{n(ny + 30)}" r="19" fill="{WHITE}" fill-opacity=".88"/>',
        f'<path d="M{n(nx)} {n(ny + 14)}l6 15l-6 -4l-6 4Z" fill="{INK}"/>',
        pen.raw(nx, ny + 43, scene.north, 12, weight=600, anchor="middle"),
    ]


# --- panel ----------------------------------------------------------------------------

LEGEND_STEP, ROW_STEP, FIGURE_STEP, HEADING = 21.5, 20.5, 45.0, 27.0


def _panel(pen: _Pen) -> list[str]:
    scene = pen.scene
    legend_h = HEADING + LEGEND_STEP * len(scene.legend)
    if len(scene.layout.panel) == 3:
        first, second, third = scene.layout.panel
        return [*_figures(pen, first), *_list(pen, second), *_legend(pen, third)]
    (box,) = scene.layout.panel
    figures_h = HEADING + FIGURE_STEP * len(scene.figures) - 4
    list_h = box.h - figures_h - legend_h - 42
    middle = Box(box.x, box.y + figures_h + 22, box.w, list_h)
    last = Box(box.x, box.bottom - legend_h, box.w, legend_h)
    rules = [_rule(box, middle.y - 12), _rule(box, last.y - 12)]
    return [*_figures(pen, box), *rules, *_list(pen, middle), *_legend(pen, last)]


def _rule(box: Box, y: float) -> str:
    return f'<path d="M{n(box.x)} {n(y)}H{n(box.right)}" stroke="{LINE}" stroke-width="1.2"/>'


def _heading(pen: _Pen, box: Box, text: str) -> str:
    return pen.text(pen.start(box), box.y + 12, text, 15, weight=600)


def _figures(pen: _Pen, box: Box) -> list[str]:
    parts = [_heading(pen, box, pen.scene.figures_title)]
    column = max(44.0, *(width_of(f.value, 27, 600) for f in pen.scene.figures))
    y = box.y + HEADING + 18
    for figure in pen.scene.figures:
        parts.append(pen.text(pen.start(box, column), y + 5, figure.value, 27, weight=600,
                              anchor="end"))
        room = box.w - column - 16
        parts.append(pen.text(pen.start(box, column + 16), y - 3, fit(figure.label, room, 15, 600),
                              15, weight=600))
        parts.append(pen.text(pen.start(box, column + 16), y + 14, fit(figure.sub, room, 12.5),
                              12.5, color=SOFT))
        y += FIGURE_STEP
    return parts


def _list(pen: _Pen, box: Box) -> list[str]:
    scene = pen.scene
    parts = [_heading(pen, box, scene.rows_title)]
    fits = max(1, int((box.h - HEADING + 4) / ROW_STEP))
    whole = scene.rows_total <= fits
    shown = scene.rows[: fits if whole else fits - 1]
    y = box.y + HEADING + 8
    t = words(scene.lang)
    for row in shown:
        place = fit(row.place, box.w * 0.46, 12.5)
        room = box.w - width_of(place, 12.5) - 14
        weight, color = (400, SOFT) if row.demo else (600, INK)
        parts.append(pen.text(pen.start(box), y, isolate(fit(row.name, room, 13, weight)), 13,
                              weight=weight, color=color))
        parts.append(pen.text(pen.end(box), y, place, 12.5, color=SOFT, anchor="end"))
        y += ROW_STEP
    if not shown:
        parts.append(pen.text(pen.start(box), y, t("snapshot.none"), 13, color=SOFT))
    elif not whole:
        left = t.number(scene.rows_total - len(shown))
        parts.append(pen.text(pen.start(box), y, fit(t("snapshot.more", n=left), box.w, 12.5),
                              12.5, color=SOFT))
    return parts


def _legend(pen: _Pen, box: Box) -> list[str]:
    parts = [_heading(pen, box, pen.scene.legend_title)]
    y = box.y + HEADING + 6
    for key in pen.scene.legend:
        parts.append(symbol_svg(key.symbol, pen.start(box, 12), y - 4))
        room = box.w - 34 - width_of(key.count, 13, 600) - 10
        parts.append(pen.text(pen.start(box, 34), y, fit(key.text, room, 13), 13))
        parts.append(pen.text(pen.end(box), y, key.count, 13, weight=600, anchor="end"))
        y += LEGEND_STEP
    return parts


# --- foot -----------------------------------------------------------------------------

def _foot(pen: _Pen) -> list[str]:
    scene, box = pen.scene, pen.scene.layout.foot
    t = words(scene.lang)
    parts = [_rule(box, box.y)]
    code, side = code_path(scene.link)
    code_x = box.x if pen.rtl else box.right - side
    if code:
        parts.append(f'<path transform="translate({n(code_x)} {n(box.y + 12)})" d="{code}" '
                     f'fill="{INK}"/>')
    gap = side + 16 if code else 0
    link_w = 250.0
    y = box.y + 32
    parts.append(pen.text(pen.end(box, gap), y, scene.link_title, 15, weight=600, anchor="end"))
    shown = scene.link_text if code else t("snapshot.link_long")
    for line in wrap(shown, link_w, 11.5, lines=4):
        y += 17
        text = isolate(line) if code else line
        parts.append(pen.text(pen.end(box, gap), y, text, 11.5, color=SOFT, anchor="end"))
    room = box.w - gap - link_w - 40
    y = box.y + 30
    parts.append(pen.text(pen.start(box), y, scene.stamp, 14.5, weight=600))
    lines = [t("snapshot.demo", demo=scene.demo)] if scene.demo else []
    lines += scene.credits
    wrapped = wrap(" ".join(lines), room, 11.5, lines=5)
    for line in wrapped:
        y += 17
        parts.append(pen.text(pen.start(box), y, line, 11.5, color=FAINT))
    return parts


def code_path(link: str) -> tuple[str, float]:
    """Path data of the QR code of an address, and its side; empty when it would be too fine."""
    try:
        code = segno.make(link, error="m", micro=False, boost_error=False)
        if code.symbol_size(border=0)[0] * MODULE > CODE_SIDE:
            code = segno.make(link, error="l", micro=False, boost_error=False)
    except (ValueError, segno.DataOverflowError):
        return "", 0.0
    modules = code.symbol_size(border=0)[0]
    if modules * MODULE > CODE_SIDE:
        return "", 0.0
    step = min(3.2, CODE_SIDE / modules)
    rows = []
    for j, row in enumerate(code.matrix):
        run = 0
        for i, dark in enumerate([*row, 0]):
            if dark:
                run += 1
            elif run:
                rows.append(f"M{(i - run) * step:.2f} {j * step:.2f}h{run * step:.2f}"
                            f"v{step:.2f}h{-run * step:.2f}Z")
                run = 0
    return "".join(rows), modules * step
