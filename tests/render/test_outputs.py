"""Each output opened again by another program's eyes."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from PIL import Image
from pptx import Presentation
from pptx.oxml.ns import qn
from pypdf import PdfReader

from geo.explore.api.table import listed_records
from geo.model.address import decode, encode
from geo.model.records import LANGUAGES
from geo.model.view import ViewState
from geo.render.sheet_svg import map_svg, svg_of
from geo.render.sheets import SIZES
from geo.render.slides import pptx_of
from geo.render.workers import RenderFailed
from geo.share.snapshot import SnapshotRequest, render
from tests.render.scenes import BASE, DAY, HOSTILE, VIEWS, scene

PURE = {"svg", "title", "desc", "g", "path", "rect", "circle", "text", "clipPath"}
#: Attributes that could reach outside or run.
ACTIVE = re.compile(r"href|src|style|on\w+", re.IGNORECASE)


def checked(svg: str) -> ET.Element:
    """The SVG parsed, after the proof that it is pure."""
    root = ET.fromstring(svg)
    for node in root.iter():
        assert node.tag.rpartition("}")[2] in PURE
        for name in node.attrib:
            assert not ACTIVE.fullmatch(name.rpartition("}")[2]), name
    return root


def drawn(query, workers, kind: str, view: ViewState, size: str = "", title: str = "") -> bytes:
    return render(query, SnapshotRequest(kind, view, size, title, BASE, day=DAY), workers)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", sorted(VIEWS))
def test_svg_is_pure_and_complete(query, name, lang):
    found = scene(query, name, lang)
    root = checked(svg_of(found))
    texts = " ".join(t.text or "" for t in root.iter("{http://www.w3.org/2000/svg}text"))
    for key in found.legend:
        assert key.count in texts
    for text in (found.scale_text, found.scale_lat, found.version, found.legend_title):
        assert text in texts
    checked(map_svg(found))


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_stay_text_in_every_output(query, workers, title):
    found = scene(query, "germany", title=title)
    root = checked(svg_of(found))
    shown = "".join("".join(t.itertext()) for t in root.iter("{http://www.w3.org/2000/svg}text"))
    start = found.title[:12].strip()
    assert start in shown
    png = workers.png(svg_of(found), 480, 270)
    assert Image.open(io.BytesIO(png)).size == (480, 270)
    pdf = workers.pdf([svg_of(found)], 297, 210, title=found.title, lang="fr")
    reader = PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 1 and reader.metadata.title == found.title
    deck = Presentation(io.BytesIO(pptx_of(found, png)))
    assert deck.slides[0].shapes.title.text_frame.text == found.title


def test_data_with_markup_stays_text(query, workers, catalogue):
    from dataclasses import replace

    from geo.query.engine import Query

    buyers = tuple(
        replace(b, name=HOSTILE[i % 5], city=HOSTILE[(i + 1) % 5])
        for i, b in enumerate(catalogue.buyers)
    )
    hostile = Query(replace(catalogue, buyers=buyers))
    found = scene(hostile, "germany")
    checked(svg_of(found))
    png = workers.png(svg_of(found), 480, 270)
    assert workers.pdf([svg_of(found)], 297, 210, title=found.title, lang="fr").startswith(b"%PDF")
    assert Presentation(io.BytesIO(pptx_of(found, png)))


@pytest.mark.parametrize("size", ["1080p", "4k", "a4", "a4-portrait"])
def test_png_has_the_size_it_was_asked(query, workers, size):
    png = drawn(query, workers, "png", ViewState(market=("DE",)), size)
    sheet = SIZES[size]
    assert Image.open(io.BytesIO(png)).size == (sheet.pixels_w, sheet.pixels_h)


@pytest.mark.parametrize(("size", "mm"), [("a4", (297, 210)), ("a3-portrait", (297, 420))])
def test_pdf_has_text_and_its_own_fonts(query, workers, size, mm):
    view = ViewState(lang="fr", **VIEWS["germany"])
    reader = PdfReader(io.BytesIO(drawn(query, workers, "pdf", view, size, "Tapis en Allemagne")))
    (page,) = reader.pages
    assert [
        round(float(v) / 72 * 25.4) for v in (page.mediabox.width, page.mediabox.height)
    ] == list(mm)
    text = " ".join(page.extract_text().split())
    for part in (
        "Tapis en Allemagne",
        "Filtres",
        "Chiffres cl\u00e9s",
        "Casa Eurabia",
        "L\u00e9gende",
        "km",
        "RGPH 2014 et 2024",
        "24 novembre 2026",
        "d\u00e9monstration",
    ):
        assert part in text, part
    found = {str(f["/BaseFont"]): f for f in walk_fonts(page)}
    assert found and all("IBMPlexSansArabic" in name for name in found)
    for font in found.values():
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "/FontFile2" in descriptor or "/FontFile3" in descriptor


def walk_fonts(node, seen=None):
    """Every font of a page, those of its drawings included."""
    seen = set() if seen is None else seen
    resources = node["/Resources"].get_object() if "/Resources" in node else {}
    for font in resources.get("/Font", {}).values():
        yield font.get_object()
    for form in resources.get("/XObject", {}).values():
        form = form.get_object()
        if id(form) not in seen:
            seen.add(id(form))
            yield from walk_fonts(form, seen)


def test_arabic_pdf_holds_its_words(query, workers):
    view = ViewState(lang="ar", **VIEWS["germany"])
    text = PdfReader(io.BytesIO(drawn(query, workers, "pdf", view))).pages[0].extract_text()
    for word in ("\u0623\u0644\u0645\u0627\u0646\u064a\u0627", "\u0627\u0644\u0633\u0648\u0642"):
        assert word in text or word[::-1] in text  # some readers give the order of the eye
    assert not set(text) & set("\u2067\u2068\u2069")
    assert "Casa Eurabia" in text


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["germany", "world"])
def test_deck_has_an_editable_table_that_equals_the_query(query, workers, lang, name):
    view = ViewState(lang=lang, **VIEWS[name])
    deck = Presentation(io.BytesIO(drawn(query, workers, "pptx", view, title="T")))
    assert round(deck.slide_width / deck.slide_height, 3) == 1.778
    column = 3 if lang == "ar" else 0
    names = [
        row.cells[column].text_frame.text
        for slide in list(deck.slides)[1:]
        for shape in slide.shapes
        if shape.has_table
        for row in list(shape.table.rows)[1:]
    ]
    expected = [" ".join(r.name.split()) for r in listed_records(query, view, "buyers")]
    assert (
        sorted(names) == sorted(expected)
        if len(expected) <= 60
        else (len(names) == 60 and set(names) <= set(expected))
    )
    found = scene(query, name, lang, title="T")
    for slide in deck.slides:
        notes = slide.notes_slide.notes_text_frame.text
        assert found.filters in notes and found.version in notes and found.link in notes
        for paragraph in slide.shapes.title.text_frame.paragraphs:
            assert paragraph._p.find(qn("a:pPr")).get("rtl") == ("1" if lang == "ar" else "0")
    pictures = [s for s in deck.slides[0].shapes if s.shape_type == 13]
    assert len(pictures) == 2  # the map and the code
    words = " ".join(s.text_frame.text for s in deck.slides[0].shapes if s.has_text_frame)
    assert all(key.text in words for key in found.legend)


@pytest.mark.parametrize("name", ["world", "germany", "morocco"])
@pytest.mark.parametrize(("lang", "size"), [("fr", "1080p"), ("ar", "1080p"), ("en", "a4")])
def test_code_is_read_back_and_restores_the_view(query, workers, catalogue, name, lang, size):
    view = ViewState(lang=lang, **VIEWS[name])
    png = drawn(query, workers, "png", view, size)
    (code,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))
    assert code.text.startswith(f"{BASE}/")
    again, notices = decode(code.text.partition("?")[2], catalogue)
    assert notices == [] and again == view


def test_an_address_too_long_for_a_code_says_so(query, workers, catalogue):
    view = ViewState(
        market=tuple(m.iso2 for m in catalogue.markets),
        q="x" * 80,
        province=tuple(a.code for a in catalogue.provinces),
    )
    assert len(encode(view)) > 700
    root = checked(drawn(query, workers, "svg", view).decode())
    texts = " ".join(t.text or "" for t in root.iter("{http://www.w3.org/2000/svg}text"))
    assert "Adresse trop longue pour un code" in texts


def test_grey_keeps_sea_and_land_and_marks_apart(query, workers):
    png = drawn(query, workers, "png", ViewState(**VIEWS["germany"]), "540p")
    grey = Image.open(io.BytesIO(png)).convert("L")
    levels = [
        round(0.299 * int(c[1:3], 16) + 0.587 * int(c[3:5], 16) + 0.114 * int(c[5:7], 16))
        for c in ("#C5D5DC", "#EDE2CB", "#F8F4EC", "#0072B2", "#B54C00")
    ]
    histogram = grey.histogram()
    for level in levels:
        assert sum(histogram[level - 2 : level + 3]) > 20, level
    sea, market, land = levels[:3]
    assert land - market >= 12 and market - sea >= 12


def test_a_refused_drawing_is_an_error_and_the_next_one_works(workers):
    with pytest.raises(RenderFailed):
        workers.png("<svg", 10, 10)
    assert workers.png('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>', 4, 4)
