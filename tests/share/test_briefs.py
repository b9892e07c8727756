"""Briefs and atlases: their words against the query, their pages against the paper."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from geo.core.errors import BadRequest, NotFound
from geo.core.jobs import Cancelled, Job
from geo.explore.api.table import listed_records
from geo.i18n.labels import is_demo, is_open
from geo.i18n.words import words
from geo.model.address import decode
from geo.model.export_statistics import exports
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.query.report_match import why
from geo.render.fonts import width_of
from geo.share.atlas import KINDS, atlas_pdf, checked_codes
from geo.share.brief import Brief, brief_pdf, brief_svg, more_lines
from geo.share.brief_layout import BRIEF, share
from geo.share.market_brief import bought, market_brief, record_name
from geo.share.region_brief import region_brief
from tests.render.scenes import BASE, DAY, HOSTILE
from tests.render.test_outputs import walk_fonts

LANGS = ("fr", "ar", "en")
SVG = "{http://www.w3.org/2000/svg}"
ISOLATES = re.compile(r"[\u2066-\u2069]")


def brief(query: Query, kind: str, code: str, lang: str) -> Brief:
    return KINDS[kind](query, code, lang, base=BASE, today=DAY)


def bare(text: str) -> str:
    return " ".join(ISOLATES.sub("", text).split())


def texts(svg: str) -> list[str]:
    """The texts of a page beside its map, in the order they are drawn."""
    return [bare(t.text or "") for t in ElementTree.fromstring(svg).findall(f"{SVG}text")]


def pdf_words(pdf: bytes) -> set[str]:
    page = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range()
    return set(re.findall(r"\w+", bare(page)))


def sections(found: Brief):
    yield from found.facts
    for row in found.body:
        for _, column in row:
            yield from column


def shown_lines(section, drawn: list[str], titles: set[str]) -> tuple[int, list[str]]:
    """How many lines of a section are drawn, and all that is drawn in it."""
    first = drawn.index(section.title) + 1
    last = next((i for i in range(first, len(drawn)) if drawn[i] in titles), len(drawn))
    own, at, shown = drawn[first:last], 0, 0
    for line in section.lines:
        text = bare(line.text)
        at = next(
            (
                i + 1
                for i in range(at, len(own))
                if len(own[i]) >= min(len(text), 8) and text.startswith(own[i])
            ),
            0,
        )
        if not at:
            break
        shown += 1
    return shown, own


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", ["DE", "US", "SA", "CI"])
def test_a_market_says_what_the_query_says(query, catalogue, workers, code, lang):
    t, view = words(lang), ViewState(lang=lang, market=(code,))
    found = brief(query, "market", code, lang)
    drawn = texts(brief_svg(found))
    counts = query.counts(view)
    market = catalogue.market_by_code[code]
    assert drawn[1] == t.pick(market.name) and t(f"world.{market.world_region}") in drawn[2]
    assert [f.value for f in found.figures] == [
        t.number(n) for n in (counts["buyers"], *places(query, view), counts["reports"])
    ]
    assert all(f.value in drawn for f in found.figures)
    if market.agreements:
        assert t("agreement.unverified", agreements="").strip() in " ".join(drawn)
    expected = [b for b in listed_records(query, view, "buyers")]
    buyers = next(s for s in sections(found) if s.title == t("section.buyers"))
    assert [line.text for line in buyers.lines] == [record_name(b) for b in expected]
    assert [line.demo for line in buyers.lines] == sorted(is_demo(b) for b in expected)
    pdf = pdf_words(brief_pdf(found, workers))
    for record in expected[:5]:
        name = bare(record_name(record))
        assert set(re.findall(r"\w+", name)) <= pdf, name


def places(query: Query, view: ViewState) -> tuple[int, int]:
    crafts = bought(listed_records(query, view, "buyers"))
    counts = query.counts(ViewState(craft=crafts))
    return (counts["sites"], counts["maisons"]) if crafts else (0, 0)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("kind", "code"), [("market", "DE"), ("market", "US"), ("region", "03"), ("region", "12")]
)
def test_what_does_not_fit_is_counted(query, kind, code, lang):
    found = brief(query, kind, code, lang)
    drawn = texts(brief_svg(found))
    titles, cut = {s.title for s in sections(found)}, 0
    for section in sections(found):
        shown, own = shown_lines(section, drawn, titles)
        if section.lines and shown < section.total:
            cut += 1
            more = bare(more_lines(found.scene, section, section.total - shown, 9_999)[0])
            assert any(text and more.startswith(text) for text in own), (section.title, more, own)
    assert cut or code == "12"


@pytest.mark.parametrize("lang", LANGS)
def test_reports_are_newest_first_and_say_why(query, lang):
    t, found = words(lang), brief(query, "market", "DE", lang)
    section = next(s for s in sections(found) if s.title == t("section.reports"))
    reports = query.matching_reports(ViewState(market=("DE",)))
    assert [line.text for line in section.lines] == [t.pick(r.title) for r in reports]
    for line, report in zip(section.lines, reports, strict=True):
        assert report.id in line.sub and why(report, "DE", t) in line.sub
    drawn = texts(brief_svg(found))
    assert bare(section.lines[0].sub).startswith(
        next(d for d in drawn if d.startswith(reports[0].id))
    )


def test_export_figures_have_their_period_and_source_newest_first(query):
    section = brief(query, "market", "JP", "fr").facts[1]
    (row,) = [r for r in exports() if r.market == "JP"]
    assert section.lines[0].text == "2023 : 9,09 millions de dirhams" and row.value_mdh == 9.09
    assert "mda.gov.ma" in section.lines[0].sub
    newest = brief(query, "market", "US", "fr").facts[1].lines
    years = [int(re.findall(r"20\d\d", line.text.partition(" : ")[0])[-1]) for line in newest]
    assert years == sorted(years, reverse=True) and "49 %" in newest[0].text
    assert len({line.text for line in newest}) == len(newest)
    assert brief(query, "market", "PL", "fr").facts[1].lines == ()


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("code", ["03", "08", "12"])
def test_a_region_says_what_the_catalogue_says(query, catalogue, workers, code, lang):
    t, found = words(lang), brief(query, "region", code, lang)
    sites = [s for s in catalogue.sites if s.region == code]
    provinces = [a for a in catalogue.provinces if a.region == code]
    bare_ones = [
        a
        for a in provinces
        if not any(
            s.province == a.code and s.class_ == "maison" and is_open(s) and not is_demo(s)
            for s in sites
        )
    ]
    opened = sum(map(is_open, sites))
    assert [f.value for f in found.figures] == [
        t.number(n)
        for n in (
            opened,
            len(sites) - opened,
            sum(s.class_ == "maison" for s in sites),
            len(bare_ones),
        )
    ]
    drawn = " ".join(texts(brief_svg(found)))
    for area in provinces:
        assert t.pick(area.name) in drawn
    table = next(s for s in sections(found) if s.title == t("brief.by_province"))
    assert sum(int(line.cells[0]) + int(line.cells[1]) for line in table.lines) == len(sites)
    assert [line.text for line in table.lines if line.tone == "alert"] == [
        t.pick(a.name) for a in bare_ones
    ]
    kinds = next(s for s in sections(found) if s.title == t("brief.by_kind"))
    assert sum(int(line.cells[0]) + int(line.cells[1]) for line in kinds.lines) == len(sites)
    assert pdf_words(brief_pdf(found, workers)) >= {t.number(len(sites) - opened)}


def test_exporters_are_listed_in_their_region_only(query):
    rabat, fes = (" ".join(texts(brief_svg(brief(query, "region", c, "fr")))) for c in ("04", "03"))
    assert "Callitris" in rabat and "Callitris" not in fes and "Anou Cooperative" in fes
    marrakech = " ".join(texts(brief_svg(brief(query, "region", "07", "ar"))))
    assert all(name in marrakech for name in ("Dounia Home", "Some Slow Concept", "Soufiane Zarib"))


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", ["market", "region"])
def test_no_text_covers_another_on_any_page(query, kind, lang):
    for code in checked_codes(query, kind, []):
        found = brief(query, kind, code, lang)
        text_areas = []
        for text in ElementTree.fromstring(brief_svg(found)).findall(f"{SVG}text"):
            if not (text.text or "").strip():
                continue
            size, x, y = (float(text.get(k)) for k in ("font-size", "x", "y"))
            wide = width_of(text.text, size, int(text.get("font-weight")))
            left = x - {"start": 0, "middle": wide / 2, "end": wide}[text.get("text-anchor")]
            assert left > 20 and left + wide < BRIEF.units_w - 20 and y < BRIEF.units_h - 10, (
                text.text
            )
            text_areas.append((left, y - 0.72 * size, left + wide, y + 0.2 * size, text.text))
        clashes = [
            (a[4], b[4])
            for a, b in combinations(text_areas, 2)
            if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
        ]
        assert clashes == [], (code, clashes)


def test_a_brief_is_one_a4_with_its_own_fonts(query, workers):
    for lang in LANGS:
        reader = PdfReader(io.BytesIO(brief_pdf(brief(query, "market", "FR", lang), workers)))
        (page,) = reader.pages
        assert [round(float(v) / 72 * 25.4) for v in page.mediabox[2:]] == [210, 297]
        fonts = [f.get_object() for f in walk_fonts(page)]
        assert fonts and all("IBMPlexSansArabic" in str(f["/BaseFont"]) for f in fonts)
        assert reader.trailer["/Root"]["/Lang"] == lang


@pytest.mark.parametrize("kind", ["market", "region"])
def test_the_arabic_page_is_mirrored_and_its_map_is_not(query, kind):
    code = checked_codes(query, kind, [])[0]
    left, right = (brief(query, kind, code, lang) for lang in ("fr", "ar"))
    for name in ("map", "facts", "head", "foot"):
        a, b = getattr(left.plan, name), getattr(right.plan, name)
        assert b == a.mirrored(BRIEF.units_w)
    assert left.scene.frame == right.scene.frame


@pytest.mark.parametrize(("kind", "code", "lang"), [("market", "DE", "fr"), ("region", "08", "ar")])
def test_the_code_reopens_the_view(query, catalogue, workers, kind, code, lang):
    png = workers.png(brief_svg(brief(query, kind, code, lang)), 1654, 2339)
    (read,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)))
    view, notices = decode(read.text.partition("?")[2], catalogue)
    assert notices == [] and view == ViewState(lang=lang, sel=f"{kind}:{code}", **{kind: (code,)})


@pytest.mark.parametrize("lang", LANGS)
def test_demo_records_carry_the_word(query, catalogue, lang):
    t, found = words(lang), brief(query, "market", "SA", lang)
    section = next(s for s in sections(found) if s.title == t("section.buyers"))
    assert section.lines and all("d\u00e9mo" in line.text for line in section.lines if line.demo)
    assert found.scene.demo and found.scene.demo in " ".join(texts(brief_svg(found)))


def test_hostile_data_stay_text(query, catalogue, workers):
    hostile = [h for h in HOSTILE if len(h) < 200]
    buyers = tuple(
        replace(
            b,
            name=hostile[i % len(hostile)],
            city=hostile[(i + 1) % len(hostile)],
            provenance="published",
        )
        for i, b in enumerate(catalogue.buyers)
    )
    sites = tuple(replace(s, name=hostile[i % len(hostile)]) for i, s in enumerate(catalogue.sites))
    changed = Query(replace(catalogue, buyers=buyers, sites=sites))
    for kind, code in (("market", "DE"), ("region", "03")):
        found = brief(changed, kind, code, "fr")
        root = ElementTree.fromstring(brief_svg(found))
        assert {e.tag for e in root.iter()} <= {
            SVG + n for n in ("svg", "title", "desc", "g", "rect", "path", "circle", "text")
        }
        reader = PdfReader(io.BytesIO(brief_pdf(found, workers)))
        assert len(reader.pages) == 1
    same = Query(replace(catalogue, buyers=tuple(replace(b, name=HOSTILE[0]) for b in buyers)))
    assert any(
        t.startswith("<script>") for t in texts(brief_svg(brief(same, "market", "DE", "fr")))
    )


def test_a_market_of_thousands_is_one_page_that_counts_them(query, catalogue):
    one = next(b for b in catalogue.buyers if b.country == "PL")
    many = tuple(replace(one, id=f"pl-{i}", name=f"Sklep {i:04}") for i in range(5_000))
    found = brief(Query(replace(catalogue, buyers=many)), "market", "PL", "en")
    drawn = texts(brief_svg(found))
    section = next(s for s in sections(found) if s.title == words("en")("section.buyers"))
    shown, own = shown_lines(section, drawn, {s.title for s in sections(found)})
    assert 5 < shown < 60 and section.total == 5_000
    assert any(t.startswith(f"and {5_000 - shown:,} more") for t in own)


def test_unknown_codes_are_refused(query):
    for make, code in ((market_brief, "ZZ"), (region_brief, "99"), (region_brief, "08.401")):
        with pytest.raises(NotFound):
            make(query, code, "fr")
    with pytest.raises(NotFound):
        checked_codes(query, "market", ["DE", "ZZ"])
    with pytest.raises(BadRequest):
        checked_codes(query, "planet", [])
    assert checked_codes(query, "market", ["DE", "FR", "DE"]) == ["DE", "FR"]
    assert len(checked_codes(query, "region", [])) == 12


def test_room_is_shared_fairly():
    assert share(100, [10, 200, 20]) == [10, 70, 20]
    assert share(100, [10, 20]) == [10, 20]
    assert share(100, [80, 90, 90], [True, False, False]) == [80, 10, 10]


@pytest.mark.slow
def test_an_atlas_is_one_page_each_in_the_order_asked(query, workers):
    steps, codes = [], ["FR", "DE", "JP"]
    content = atlas_pdf(
        query,
        "market",
        codes,
        "en",
        workers,
        base=BASE,
        today=DAY,
        progress=lambda done, total: steps.append((done, total)),
    )
    reader = PdfReader(io.BytesIO(content))
    assert steps == [(0, 3), (1, 3), (2, 3), (3, 3)] and len(reader.pages) == 3
    assert [str(o.title) for o in reader.outline] == ["France", "Germany", "Japan"]
    assert [reader.get_destination_page_number(o) for o in reader.outline] == [0, 1, 2]
    for page, name in zip(reader.pages, ("France", "Germany", "Japan"), strict=True):
        assert name in page.extract_text()
    assert reader.metadata.title == words("en")("atlas.market")


def test_a_cancelled_atlas_stops_between_two_pages(query, workers):
    job: Job[bytes] = Job()

    def progress(done: int, total: int) -> None:
        if done == 2:
            job.cancel()
        job.progress(done, total)

    with pytest.raises(Cancelled):
        atlas_pdf(query, "region", ["01", "02", "03", "04"], "ar", workers, progress=progress)
    assert (job.done, job.total) == (2, 4)
