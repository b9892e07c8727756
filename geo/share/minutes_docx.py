"""Minutes as DOCX: each view with its picture and actions, then every action in one table.

Right-to-left minutes have right-to-left paragraphs, runs, tables and sections, as Word keeps
them. Documents name Arial, which every office has in Latin and Arabic.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.document import Document as Doc
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from geo.i18n.words import Words, words
from geo.model import palette
from geo.share.minutes import Action, Minutes, Page, heads
from geo.text.cleaning import clean

FONT = "Arial"
INK, SOFT, TEAL = (color[1:] for color in (palette.INK, palette.SOFT, palette.BRAND))
EDGE_CM, PICTURE_CM = 2.0, 16.6
LANGS = {"ar": "ar-MA", "fr": "fr-FR", "en": "en-GB"}
LINK = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink"


def minutes_docx(minutes: Minutes) -> bytes:
    """The document of a meeting."""
    t = words(minutes.lang)
    doc = Document()
    _prepare(doc, minutes)
    _heading(doc, minutes, minutes.title, 0)
    _paragraph(doc, minutes, minutes.date, color=SOFT)
    for place, page in enumerate(minutes.pages):
        _page(doc, minutes, page, t, new=bool(place))
    _heading(doc, minutes, t("minutes.all"), 1, new=True)
    _table(doc, minutes, minutes.actions, t, with_scene=True)
    out = io.BytesIO()
    doc.save(out)
    return out.getvalue()


def _prepare(doc: Doc, minutes: Minutes) -> None:
    properties = doc.core_properties
    properties.title, properties.author = minutes.title[:255], "Kharita"
    properties.language = minutes.lang
    section = doc.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(EDGE_CM)
    section.top_margin = section.bottom_margin = Cm(EDGE_CM)
    if minutes.rtl:
        section._sectPr.append(OxmlElement("w:bidi"))
    for name, size, color in (
        ("Normal", 10.5, INK),
        ("Title", 22, INK),
        ("Heading 1", 15, TEAL),
        ("Heading 2", 12, TEAL),
    ):
        style = doc.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        style.font.color.rgb = RGBColor.from_string(color)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for key in list(fonts.attrib):
            if key.endswith("Theme"):
                del fonts.attrib[key]
        for key in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{key}"), FONT)
    last = minutes.pages[-1].scene
    foot = section.footer.paragraphs[0]
    _write(
        foot,
        minutes,
        " \u00b7 ".join(filter(None, (last.stamp, *last.credits))),
        size=7,
        color=SOFT,
    )


def _page(doc: Doc, minutes: Minutes, page: Page, t: Words, *, new: bool) -> None:
    scene = page.scene
    _heading(doc, minutes, page.heading, 1, new=new)
    _paragraph(doc, minutes, scene.filters, color=SOFT)
    picture = doc.add_paragraph()
    _direct(picture, minutes)
    shape = picture.add_run().add_picture(io.BytesIO(page.picture), width=Cm(PICTURE_CM))
    shape._inline.docPr.set("descr", t("minutes.picture", title=scene.title))
    if scene.demo:
        _paragraph(doc, minutes, t("snapshot.demo", demo=scene.demo), size=8.5, color=SOFT)
    if page.ignored:
        _paragraph(doc, minutes, page.ignored, size=9)
    _link(doc, minutes, t("minutes.reopen"), scene.link)
    _heading(doc, minutes, t("minutes.actions"), 2)
    if page.actions:
        _table(doc, minutes, page.actions, t, with_scene=False)
    else:
        _paragraph(doc, minutes, t("minutes.none"), color=SOFT)


def _heading(doc: Doc, minutes: Minutes, text: str, level: int, *, new: bool = False) -> None:
    """A heading of the document's outline; ``new``: on a page of its own."""
    paragraph = doc.add_heading(level=level)
    paragraph.paragraph_format.page_break_before = new or None
    _write(paragraph, minutes, text, bold=True)


def _paragraph(
    doc: Doc, minutes: Minutes, text: str, *, size: float = 10.5, color: str = INK
) -> None:
    _write(doc.add_paragraph(), minutes, text, size=size, color=color)


def _write(
    paragraph: Paragraph,
    minutes: Minutes,
    text: str,
    *,
    size: float = 0,
    bold: bool = False,
    color: str = "",
) -> None:
    """One run of plain text in the direction of the minutes."""
    _direct(paragraph, minutes)
    _dress(paragraph.add_run(clean(text)), minutes, size=size, bold=bold, color=color)


def _direct(paragraph: Paragraph, minutes: Minutes) -> None:
    if minutes.rtl:
        properties = paragraph._p.get_or_add_pPr()
        properties.insert_element_before(
            OxmlElement("w:bidi"),
            "w:adjustRightInd",
            "w:snapToGrid",
            "w:spacing",
            "w:ind",
            "w:contextualSpacing",
            "w:jc",
            "w:rPr",
            "w:sectPr",
        )


def _dress(
    run: Run, minutes: Minutes, *, size: float = 0, bold: bool = False, color: str = ""
) -> None:
    if size:
        run.font.size = Pt(size)
    if bold:
        run.font.bold = run.font.cs_bold = True
    if color:
        run.font.color.rgb = RGBColor.from_string(color)
    run.font.rtl = True if minutes.rtl else None
    properties = run._r.get_or_add_rPr()
    if size:
        properties.append(_element("w:szCs", val=str(round(size * 2))))
    key = "bidi" if minutes.rtl else "val"
    properties.append(_element("w:lang", **{key: LANGS[minutes.lang]}))
    _ordered(properties)


#: The order Word insists on, for what is set here.
_ORDER = (
    "rStyle",
    "rFonts",
    "b",
    "bCs",
    "i",
    "iCs",
    "color",
    "sz",
    "szCs",
    "u",
    "rtl",
    "cs",
    "lang",
)


def _ordered(properties: Any) -> None:
    children: list[Any] = sorted(properties, key=lambda e: _ORDER.index(e.tag.rpartition("}")[2]))
    for child in children:
        properties.append(child)


def _element(tag: str, **values: str) -> Any:
    found = OxmlElement(tag)
    for key, value in values.items():
        found.set(qn(f"w:{key}"), value)
    return found


def _link(doc: Doc, minutes: Minutes, label: str, address: str) -> None:
    """What the address does, then the address, which opens it."""
    paragraph = doc.add_paragraph()
    _write(paragraph, minutes, label, size=9)
    paragraph.add_run(" ")
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), doc.part.relate_to(address, LINK, is_external=True))
    run = Run(OxmlElement("w:r"), paragraph)
    run.text = clean(address)
    run.font.size, run.font.underline = Pt(9), True
    run.font.color.rgb = RGBColor.from_string("0072B2")
    _ordered(run._r.get_or_add_rPr())
    link.append(run._r)
    paragraph._p.append(link)


# --- tables ---------------------------------------------------------------------------


def _table(
    doc: Doc, minutes: Minutes, actions: Sequence[Action], t: Words, *, with_scene: bool
) -> None:
    widths = (1.3, 5.6, 3.3, 2.7, 2.4, 1.7) if with_scene else (1.3, 6.8, 3.6, 2.8, 2.5)
    table = doc.add_table(rows=1 + len(actions), cols=len(widths))
    table.style = "Table Grid"
    table.autofit = False
    if minutes.rtl:
        properties = table._tbl.tblPr
        properties.insert_element_before(
            OxmlElement("w:bidiVisual"),
            "w:tblStyleRowBandSize",
            "w:tblStyleColBandSize",
            "w:tblW",
            "w:jc",
            "w:tblCellSpacing",
            "w:tblInd",
            "w:tblBorders",
            "w:shd",
            "w:tblLayout",
            "w:tblCellMar",
            "w:tblLook",
        )
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    lines = [heads(t, with_scene=with_scene), *(a.cells(with_scene=with_scene) for a in actions)]
    for i, (row, line) in enumerate(zip(list(table.rows), lines, strict=True)):
        for cell, width, text in zip(row.cells, widths, line, strict=True):
            cell.width = Cm(width)
            spacing = cell.paragraphs[0].paragraph_format
            spacing.space_before = spacing.space_after = Pt(3)
            _write(
                cell.paragraphs[0],
                minutes,
                text,
                size=9,
                bold=i == 0,
                color="FFFFFF" if i == 0 else INK,
            )
            if i == 0:
                _fill(cell, TEAL)
    _repeat_heads(table)
    if not actions:
        _paragraph(doc, minutes, t("minutes.none"), color=SOFT)


def _fill(cell: _Cell, color: str) -> None:
    cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=color))


def _repeat_heads(table: Table) -> None:
    properties = table.rows[0]._tr.get_or_add_trPr()
    properties.append(_element("w:tblHeader", val="true"))
