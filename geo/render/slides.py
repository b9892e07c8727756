"""PowerPoint decks (16:9): the map with its figures and legend, then records as editable tables.

Every text is a run of text; the table is a native one. Slides name Arial, which every
office has in Latin and Arabic: a deck cannot carry its fonts.

Units    slides are 13.333 x 7.5 inches.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import segno
from pptx import Presentation
from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_LINE_DASH_STYLE
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml.ns import qn
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide
from pptx.text.text import TextFrame
from pptx.util import Emu, Inches, Pt

from geo.i18n.words import Words, words
from geo.model import palette
from geo.model.palette import CLUSTER, FILL, KEYLINE, PALE, WHITE
from geo.render.scene import Scene
from geo.render.scene_text import LegendEntry, ListedRecord
from geo.text.cleaning import clean

WIDE, HIGH = 13.333, 7.5
EDGE, PANEL = 0.45, 3.05
ROWS_PER_SLIDE = 15
FONT = "Arial"
INK, SOFT, TEAL, LINE = (
    color[1:] for color in (palette.INK, palette.SOFT, palette.BRAND, palette.LINE)
)
_SHAPES = {
    "buyer": MSO_SHAPE.OVAL,
    "site": MSO_SHAPE.RECTANGLE,
    "maison": MSO_SHAPE.ISOSCELES_TRIANGLE,
    "fair": MSO_SHAPE.DIAMOND,
}


def pptx_of(scene: Scene, map_png: bytes) -> bytes:
    """The deck of a scene.

    Parameters
    ----------
    map_png : the map alone, of the shape of ``scene.layout.map``.
    """
    deck = new_deck(scene.title, scene.lang)
    t = words(scene.lang)
    map_slide(deck, scene, map_png, t)
    for first in range(0, len(scene.rows), ROWS_PER_SLIDE):
        _table_slide(deck, scene, scene.rows[first : first + ROWS_PER_SLIDE], first, t)
    return saved(deck)


def new_deck(title: str, lang: str) -> Deck:
    """An empty 16:9 deck."""
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDE), Inches(HIGH)
    deck.core_properties.title = title[:255]
    deck.core_properties.author = "Kharita"
    deck.core_properties.language = lang
    return deck


def saved(deck: Deck) -> bytes:
    """The bytes of a deck."""
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def new_slide(deck: Deck, scene: Scene, heading: str) -> Slide:
    """A slide with its heading, filters, date, sources, code and speaker notes."""
    slide: Any = deck.slides.add_slide(deck.slide_layouts[5])  # title only, which has one
    title = slide.shapes.title
    title.left, title.top = Inches(EDGE), Inches(0.28)
    title.width, title.height = Inches(WIDE - 2 * EDGE), Inches(0.62)
    frame = title.text_frame
    frame.word_wrap = True
    frame.vertical_anchor = MSO_ANCHOR.MIDDLE
    frame.margin_left = frame.margin_right = 0
    size = 28 if len(heading) < 50 else 22 if len(heading) < 100 else 16
    write_lines(frame, [(heading, size, True, INK)], scene)
    size = 13 if len(scene.filters) < 140 else 10 if len(scene.filters) < 400 else 7
    text_box(slide, scene, EDGE, 0.88, WIDE - 2 * EDGE, 0.45, [(scene.filters, size, False, SOFT)])
    foot = scene.stamp if not scene.demo else f"{scene.stamp}  \u00b7  {scene.demo}"
    code = code_png(scene.link)
    aside = 0.75 if code else 0.0
    if code:
        slide.shapes.add_picture(
            io.BytesIO(code),
            Inches(EDGE if scene.rtl else WIDE - EDGE - 0.62),
            Inches(6.76),
            Inches(0.62),
            Inches(0.62),
        )
    text_box(
        slide,
        scene,
        EDGE + (aside if scene.rtl else 0),
        6.78,
        WIDE - 2 * EDGE - aside,
        0.6,
        [
            (foot, 10, True, INK),
            (" ".join(scene.credits), 7.5, False, SOFT),
            (scene.link, 7.5, False, SOFT),
        ],
    )
    slide.notes_slide.notes_text_frame.text = ""
    write_lines(
        slide.notes_slide.notes_text_frame,
        [(line, 12, False, INK) for line in notes_of(scene)],
        scene,
    )
    made: Slide = slide
    return made


def code_png(link: str) -> bytes:
    """The QR code of an address as PNG; empty when it would be too fine for a slide."""
    out = io.BytesIO()
    try:
        code = segno.make(link, micro=False, error="l", boost_error=False)
    except (ValueError, segno.DataOverflowError):
        return b""
    if code.symbol_size(border=0)[0] > 77:
        return b""
    code.save(out, kind="png", scale=6, border=0)
    return out.getvalue()


def notes_of(scene: Scene) -> list[str]:
    """Speaker notes: filters, figures, legend, sources, address."""
    t = words(scene.lang)
    lines = [scene.title, scene.filters, ""]
    lines += [
        " ".join(filter(None, (f.value, f.label, f"({f.sub})" if f.sub else "")))
        for f in scene.figures
    ]
    lines += [
        "",
        *(t("snapshot.filter", label=k.text, values=k.count) for k in scene.legend if k.count),
    ]
    if scene.demo:
        lines.append(t("snapshot.demo", demo=scene.demo))
    return [clean(line) for line in [*lines, "", scene.stamp, *scene.credits, scene.link]]


def map_slide(deck: Deck, scene: Scene, map_png: bytes, t: Words, heading: str = "") -> Slide:
    """A slide with the map, its figures and its legend."""
    slide = new_slide(deck, scene, heading or scene.title)
    top, height = 1.38, 5.3
    width = min(WIDE - 2 * EDGE - PANEL - 0.3, height * scene.layout.map.w / scene.layout.map.h)
    height = width * scene.layout.map.h / scene.layout.map.w
    left = WIDE - EDGE - width if scene.rtl else EDGE
    picture = slide.shapes.add_picture(
        io.BytesIO(map_png), Inches(left), Inches(top), Inches(width), Inches(height)
    )
    _described(picture, t("snapshot.map_alt", title=scene.title))
    picture.line.color.rgb = RGBColor.from_string(LINE)
    panel = EDGE if scene.rtl else EDGE + width + 0.3
    room = WIDE - 2 * EDGE - width - 0.3
    _figures(slide, scene, panel, top, room)
    _legend(slide, scene, panel, top + 3.02, room)
    return slide


def add_picture(slide: Slide, scene: Scene, picture: bytes, width: float, alt: str) -> None:
    """A picture under the heading, at the side where reading begins; width in inches."""
    made = slide.shapes.add_picture(
        io.BytesIO(picture),
        Inches(WIDE - EDGE - width if scene.rtl else EDGE),
        Inches(1.38),
        Inches(width),
    )
    _described(made, alt)
    made.line.color.rgb = RGBColor.from_string(LINE)


def _figures(slide: Slide, scene: Scene, x: float, y: float, w: float) -> None:
    text_box(slide, scene, x, y, w, 0.3, [(scene.figures_title, 12, True, INK)])
    column = 0.85
    for i, figure in enumerate(scene.figures):
        at = y + 0.38 + i * 0.62
        value_x = x + w - column if scene.rtl else x
        text_x = x if scene.rtl else x + column + 0.08
        text_box(slide, scene, value_x, at, column, 0.5, [(figure.value, 22, True, INK)], end=True)
        text_box(
            slide,
            scene,
            text_x,
            at + 0.02,
            w - column - 0.08,
            0.5,
            [(figure.label, 12, True, INK), (figure.sub, 9, False, SOFT)],
        )


def _legend(slide: Slide, scene: Scene, x: float, y: float, w: float) -> None:
    text_box(slide, scene, x, y, w, 0.3, [(scene.legend_title, 12, True, INK)])
    for i, key in enumerate(scene.legend):
        at = y + 0.34 + i * 0.245
        mark_x = x + w - 0.22 if scene.rtl else x
        _symbol(slide, key, mark_x + 0.03, at + 0.035)
        text_x = x + 0.55 if scene.rtl else x + 0.32
        text_box(slide, scene, text_x, at, w - 0.87, 0.23, [(key.text, 9, False, INK)])
        count_x = x if scene.rtl else x + w - 0.55
        text_box(slide, scene, count_x, at, 0.55, 0.23, [(key.count, 9, True, INK)], end=True)


def _symbol(slide: Slide, key: LegendEntry, x: float, y: float) -> None:
    kind = {"hollow": "site", "demo": "buyer", "many": "site"}.get(key.symbol, key.symbol)
    shape = slide.shapes.add_shape(
        _SHAPES.get(kind, MSO_SHAPE.ROUNDED_RECTANGLE if kind == "tag" else MSO_SHAPE.RIGHT_ARROW),
        Inches(x),
        Inches(y),
        Inches(0.16),
        Inches(0.16),
    )
    shape.shadow.inherit = False
    shape.fill.solid()
    color = FILL.get(kind, WHITE if kind == "tag" else KEYLINE)
    shape.line.color.rgb = RGBColor.from_string(CLUSTER.get(kind, CLUSTER["buyer"])[1:])
    shape.line.width = Pt(1.25)
    if key.symbol == "hollow":
        color = WHITE
    elif key.symbol == "demo":
        color = PALE["buyer"]
        shape.line.dash_style = MSO_LINE_DASH_STYLE.SQUARE_DOT
    elif key.symbol == "many":
        color = CLUSTER["site"]
    shape.fill.fore_color.rgb = RGBColor.from_string(color[1:])
    if key.symbol in ("many", "tag"):
        frame = shape.text_frame
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.word_wrap = False
        paragraph = frame.paragraphs[0]
        paragraph.alignment = PP_ALIGN.CENTER
        run = paragraph.add_run()
        run.text = "5" if key.symbol == "many" else "3"
        run.font.size, run.font.bold, run.font.name = Pt(7), True, FONT
        run.font.color.rgb = RGBColor.from_string("FFFFFF" if key.symbol == "many" else INK)


def _table_slide(
    deck: Deck, scene: Scene, rows: Sequence[ListedRecord], first: int, t: Words
) -> None:
    shown = t(
        "snapshot.shown_of",
        shown=f"{t.number(first + 1)}\u2013{t.number(first + len(rows))}",
        total=t.number(scene.rows_total),
    )
    slide = new_slide(deck, scene, f"{scene.rows_title} \u00b7 {shown}")
    heads = [t("column.name"), t("column.kind"), t("export.col.place"), t("export.col.origin")]
    lines = [heads, *([r.name, r.kind, r.place, t("origin.demo") if r.demo else ""] for r in rows)]
    add_table(slide, scene, lines, (5.0, 2.9, 3.5, 1.0333), bold_column=0)


def add_table(
    slide: Slide,
    scene: Scene,
    lines: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    bold_column: int,
    size: float = 10.5,
) -> None:
    """A native table, its first line the heads; widths in inches, in reading order."""
    last = len(widths) - 1
    table = slide.shapes.add_table(
        len(lines),
        len(widths),
        Inches(EDGE),
        Inches(1.38),
        Inches(sum(widths)),
        Inches(0.33 * len(lines)),
    ).table
    if scene.rtl:  # some offices ignore a table's own direction: the columns are turned instead
        widths = widths[::-1]
    for i, width in enumerate(widths):
        table.columns[i].width = Inches(width)
    for i, line in enumerate(lines):
        table.rows[i].height = Inches(0.33)
        for j, text in enumerate(line):
            cell = table.cell(i, last - j if scene.rtl else j)
            cell.margin_top = cell.margin_bottom = Emu(20_000)
            cell.vertical_anchor = MSO_ANCHOR.MIDDLE
            cell.fill.solid()
            cell.fill.fore_color.rgb = RGBColor.from_string(
                TEAL if i == 0 else "F6F3EC" if i % 2 == 0 else "FFFFFF"
            )
            write_lines(
                cell.text_frame,
                [
                    (
                        text,
                        11 if i == 0 else size,
                        i == 0 or j == bold_column,
                        "FFFFFF" if i == 0 else INK,
                    )
                ],
                scene,
            )


def text_box(
    slide: Slide,
    scene: Scene,
    x: float,
    y: float,
    w: float,
    h: float,
    lines: Sequence[tuple[str, float, bool, str]],
    *,
    end: bool = False,
) -> None:
    """Add a text box, in inches; ``end`` aligns its lines with the end of the line."""
    frame = slide.shapes.add_textbox(Inches(x), Inches(y), Inches(w), Inches(h)).text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.word_wrap = True
    write_lines(frame, lines, scene, end=end)


def write_lines(
    frame: TextFrame,
    lines: Sequence[tuple[str, float, bool, str]],
    scene: Scene,
    *,
    end: bool = False,
) -> None:
    """Fill a frame, one paragraph a line, in the direction of the sheet."""
    for i, (text, size, bold, color) in enumerate(lines):
        paragraph = frame.paragraphs[0] if i == 0 else frame.add_paragraph()
        paragraph.alignment = PP_ALIGN.RIGHT if scene.rtl != end else PP_ALIGN.LEFT
        paragraph._p.get_or_add_pPr().set("rtl", "1" if scene.rtl else "0")
        run = paragraph.add_run()
        run.text = text
        run.font.size, run.font.bold = Pt(size), bold
        run.font.color.rgb = RGBColor.from_string(color)
        run.font.name = FONT
        properties = run._r.get_or_add_rPr()
        properties.set("lang", {"ar": "ar-MA", "fr": "fr-FR"}.get(scene.lang, "en-GB"))
        script = properties.makeelement(qn("a:cs"), {"typeface": FONT})
        properties.append(script)


def _described(picture: Any, text: str) -> None:
    """Set the alternative text of a picture."""
    picture._element.nvPicPr.cNvPr.set("descr", text)
