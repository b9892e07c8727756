"""A scene as one self-contained SVG sheet: no foreignObject, no script, no external reference.

Every text is data: escaped, one line, isolated in the direction of the sheet. resvg, typst
and browsers read an RLI...PDI run inside left-to-right anchors alike, so a right-to-left
text is wrapped in one and anchors stay physical.
"""

from __future__ import annotations

from collections.abc import Iterable

import segno

from geo.i18n.words import words
from geo.model.palette import INK, LINE, SOFT, WHITE
from geo.render.fonts import FAMILY, fit, width_of, wrap
from geo.render.map_svg import FAINT, map_parts, mat
from geo.render.mark_svg import n, symbol_svg
from geo.render.scene import Scene
from geo.render.sheets import SheetBox
from geo.render.text_svg import Pen, data
from geo.text.cleaning import isolate

#: The smallest module of a code that a phone reads from paper, sheet units.
MODULE = 1.25
CODE_SIDE = 104.0


def svg_of(scene: Scene) -> str:
    """The whole sheet."""
    size = scene.size
    pen = Pen(scene)
    body = [
        f'<rect width="{n(size.units_w)}" height="{n(size.units_h)}" fill="{WHITE}"/>',
        *map_parts(scene, pen),
        mat(scene),
        *_head(pen),
        *_panel(pen),
        *foot_parts(pen),
    ]
    return document(size.units_w, size.units_h, size.pixels_w, size.pixels_h, scene, body)


def map_svg(scene: Scene) -> str:
    """The map alone, for a slide or a page that sets its own words around it."""
    box = scene.layout.map
    shift = f'<g transform="translate({n(-box.x)} {n(-box.y)})">'
    scale = scene.size.pixels_w / scene.size.units_w
    return document(
        box.w,
        box.h,
        round(box.w * scale),
        round(box.h * scale),
        scene,
        [shift, *map_parts(scene, Pen(scene)), "</g>"],
    )


def document(
    width: float, height: float, pixels_w: int, pixels_h: int, scene: Scene, body: Iterable[str]
) -> str:
    """An SVG of so many units and pixels; its title and description are the scene's."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{pixels_w}" height="{pixels_h}" '
        f'viewBox="0 0 {n(width)} {n(height)}" font-family="{FAMILY}" xml:lang="{scene.lang}">'
        f"<title>{data(scene.title)}</title><desc>{data(scene.filters)}</desc>"
        f"{''.join(body)}</svg>"
    )


# --- head -----------------------------------------------------------------------------


def _head(pen: Pen) -> list[str]:
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
        filters = wrap(scene.filters, box.w, fits)
        if len(filters) <= most:
            break
    if len(filters) > most:
        filters = _cut_filters(pen, box.w, fits, most)
    if len(filters) > 1:
        y -= 4
    for line in filters:
        parts.append(pen.text(pen.start(box), y, line, fits, color=SOFT))
        y += fits * 1.3
    return parts


def _cut_filters(pen: Pen, room: float, size: float, most: int) -> list[str]:
    """As many filters as fit, and how many more the address names."""
    t = words(pen.scene.lang)
    texts = pen.scene.filters.split(t("ui.comma"))
    for kept in range(len(texts), 0, -1):
        text = (
            t("ui.comma").join(texts[:kept])
            + " "
            + t("snapshot.filters_cut", n=t.number(len(texts) - kept))
        )
        lines = wrap(text, room, size)
        if len(lines) <= most:
            return lines
    return wrap(pen.scene.filters, room, size, lines=most)


# --- panel ----------------------------------------------------------------------------

LEGEND_STEP, ROW_STEP, FIGURE_STEP, HEADING = 21.5, 20.5, 45.0, 27.0


def _panel(pen: Pen) -> list[str]:
    scene = pen.scene
    legend_h = HEADING + LEGEND_STEP * len(scene.legend)
    if len(scene.layout.panel) == 3:
        first, second, third = scene.layout.panel
        return [*_figures(pen, first), *_list(pen, second), *_legend(pen, third)]
    (box,) = scene.layout.panel
    figures_h = HEADING + FIGURE_STEP * len(scene.figures) - 4
    list_h = box.h - figures_h - legend_h - 42
    middle = SheetBox(box.x, box.y + figures_h + 22, box.w, list_h)
    last = SheetBox(box.x, box.bottom - legend_h, box.w, legend_h)
    rules = [rule(box, middle.y - 12), rule(box, last.y - 12)]
    return [*_figures(pen, box), *rules, *_list(pen, middle), *_legend(pen, last)]


def rule(box: SheetBox, y: float) -> str:
    """A thin line across a box."""
    return f'<path d="M{n(box.x)} {n(y)}H{n(box.right)}" stroke="{LINE}" stroke-width="1.2"/>'


def _heading(pen: Pen, box: SheetBox, text: str) -> str:
    return pen.text(pen.start(box), box.y + 12, text, 15, weight=600)


def _figures(pen: Pen, box: SheetBox) -> list[str]:
    parts = [_heading(pen, box, pen.scene.figures_title)]
    column = max(44.0, *(width_of(f.value, 27, 600) for f in pen.scene.figures))
    y = box.y + HEADING + 18
    for figure in pen.scene.figures:
        parts.append(
            pen.text(pen.start(box, column), y + 5, figure.value, 27, weight=600, anchor="end")
        )
        room = box.w - column - 16
        parts.append(
            pen.text(
                pen.start(box, column + 16), y - 3, fit(figure.label, room, 15, 600), 15, weight=600
            )
        )
        parts.append(
            pen.text(
                pen.start(box, column + 16), y + 14, fit(figure.sub, room, 12.5), 12.5, color=SOFT
            )
        )
        y += FIGURE_STEP
    return parts


def _list(pen: Pen, box: SheetBox) -> list[str]:
    scene = pen.scene
    parts = [_heading(pen, box, scene.rows_title)]
    fits = max(1, int((box.h - HEADING + 4) / ROW_STEP))
    complete = scene.rows_total <= fits
    shown = scene.rows[: fits if complete else fits - 1]
    y = box.y + HEADING + 8
    t = words(scene.lang)
    for row in shown:
        place = fit(row.place, box.w * 0.46, 12.5)
        room = box.w - width_of(place, 12.5) - 14
        weight, color = (400, SOFT) if row.demo else (600, INK)
        parts.append(
            pen.text(
                pen.start(box),
                y,
                isolate(fit(row.name, room, 13, weight)),
                13,
                weight=weight,
                color=color,
            )
        )
        parts.append(pen.text(pen.end(box), y, place, 12.5, color=SOFT, anchor="end"))
        y += ROW_STEP
    if not shown:
        parts.append(pen.text(pen.start(box), y, t("snapshot.none"), 13, color=SOFT))
    elif not complete:
        left = t.number(scene.rows_total - len(shown))
        parts.append(
            pen.text(
                pen.start(box), y, fit(t("snapshot.more", n=left), box.w, 12.5), 12.5, color=SOFT
            )
        )
    return parts


def _legend(pen: Pen, box: SheetBox) -> list[str]:
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


def foot_parts(pen: Pen, *, link_w: float = 250.0, lines: int = 5) -> list[str]:
    """Date, version, sources, and the code and address that reopen the view.

    Parameters
    ----------
    link_w : width of the address.
    lines : the most lines the sources may take.
    """
    scene, box = pen.scene, pen.scene.layout.foot
    t = words(scene.lang)
    parts = [rule(box, box.y)]
    code, side = code_path(scene.link)
    code_x = box.x if pen.rtl else box.right - side
    if code:
        parts.append(
            f'<path transform="translate({n(code_x)} {n(box.y + 12)})" d="{code}" fill="{INK}"/>'
        )
    gap = side + 16 if code else 0
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
    notices = [t("snapshot.demo", demo=scene.demo)] if scene.demo else []
    for line in wrap(" ".join([*notices, *scene.credits]), room, 11.5, lines=lines):
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
                rows.append(
                    f"M{(i - run) * step:.2f} {j * step:.2f}h{run * step:.2f}"
                    f"v{step:.2f}h{-run * step:.2f}Z"
                )
                run = 0
    return "".join(rows), modules * step
