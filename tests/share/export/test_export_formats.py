"""Every export reopened: its rows are the query's, its filters are stated, its text is data."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from dataclasses import replace
from datetime import date, datetime
from xml.etree import ElementTree as ET

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
from PIL import Image

from geo.model.records import LANGUAGES
from geo.model.view import RECORDS, ViewState
from geo.query.engine import Query
from geo.share.export.export_columns import COLUMNS, export_of
from geo.share.export.formats import FORMATS
from geo.text.csv_injection import guarded

ID = [c.key for c in COLUMNS].index("id")
DAY, BASE = date(2026, 11, 24), "https://kharita.example"
VIEWS = {
    "all": {},
    "germany": {"market": ("DE",), "craft": ("tapis_tissage",)},
    "published": {"origin": ("published",)},
    "sites": {"layers": ("sites",), "region": ("03",)},
    "empty": {"q": "zzzzzzzz"},
}
HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "  =1+1",
    "<script>alert(1)</script>",
    "a;b,c\\d\ne",
    "END:VCARD\r\nBEGIN:VCARD",
    "]]>&<!--",
    "http://evil.example/",
    "{=1}",
    "\x00\x1b\ufffe",
]


def exported(query, name="all", lang="fr"):
    return export_of(query, ViewState(lang=lang, **VIEWS[name]), base=BASE, today=DAY)


def made(kind, export):
    return FORMATS[kind].make(export)


@pytest.fixture(params=sorted(VIEWS))
def export(request, query):
    return exported(query, request.param)


@pytest.fixture(scope="module")
def hostile(catalogue):
    """The shipped records with the worst texts in every free field."""
    buyers = tuple(
        replace(
            b,
            name=HOSTILE[i % len(HOSTILE)],
            city=HOSTILE[(i + 1) % len(HOSTILE)],
            website=HOSTILE[(i + 2) % len(HOSTILE)],
        )
        for i, b in enumerate(catalogue.buyers)
    )
    sites = tuple(
        replace(s, name=HOSTILE[i % len(HOSTILE)], town=HOSTILE[(i + 3) % len(HOSTILE)])
        for i, s in enumerate(catalogue.sites)
    )
    return exported(Query(replace(catalogue, buyers=buyers, sites=sites)))


def test_records_are_those_of_the_query(export):
    counts = export.query.counts(export.view)
    assert len(export.records) == sum(counts[n] for n in RECORDS if n in export.view.layers)
    assert len({r.id for r in export.records}) == len(export.records)
    assert len(export.reports) == counts["reports"]


def ids(export):
    return [r.id for r in export.records]


def test_excel_rows_types_and_statement(export):
    book = openpyxl.load_workbook(io.BytesIO(made("xlsx", export)))
    first, about, reports = book.worksheets
    rows = list(first.iter_rows(min_row=2, values_only=True))
    assert [r[ID] for r in rows if r[ID]] == ids(export)
    assert [c.value for c in first[1]] == [export.labels[c.key] for c in COLUMNS]
    kinds = {"whole": int, "number": (int, float), "text": str, "date": (str, datetime)}
    for row, record in zip(rows, export.records, strict=False):
        for value, column in zip(row, COLUMNS, strict=True):
            assert value is None or isinstance(value, kinds[column.kind]), column.key
        assert row[ID] == record.id
    about_text = "\n".join(str(c.value) for row in about.iter_rows() for c in row)
    assert (
        export.link in about_text
        and export.query.catalogue.version in about_text
        and "2026" in about_text
    )
    assert all(text in about_text for _, text in export.about())
    assert reports.max_row - 1 == len(export.reports)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_sheets_read_in_the_direction_of_the_language(query, lang):
    book = openpyxl.load_workbook(io.BytesIO(made("xlsx", exported(query, "germany", lang))))
    assert [bool(s.sheet_view.rightToLeft) for s in book.worksheets] == [lang == "ar"] * 3


def test_csv_rows_and_statement(export):
    content = made("csv", export)
    assert content.startswith(b"\xef\xbb\xbf")
    head, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    assert len(head) == len(COLUMNS) + 1
    assert [r[ID] for r in rows if r[ID]] == ids(export)
    assert rows and all("24 novembre 2026" in r[-1] for r in rows)
    lon = [c.key for c in COLUMNS].index("lon")
    for row, record in zip(rows, export.records, strict=False):
        assert (
            row[lon] == ""
            if not record.lon_lat
            else abs(float(row[lon].lstrip("'")) - record.lon_lat[0]) < 1e-6
        )


def test_geojson_rows_and_statement(export):
    content = json.loads(made("geojson", export))
    assert [f["id"] for f in content["features"]] == ids(export)
    assert content["about"]["filters"] == export.filters and content["about"]["demo"] == export.demo
    for feature, record in zip(content["features"], export.records, strict=True):
        assert feature["properties"]["demo"] == (record.provenance == "demo")
        assert (
            feature["geometry"] is None
            if not record.lon_lat
            else (feature["geometry"]["coordinates"] == list(record.lon_lat))
        )


def test_geopackage_rows_and_statement(export, tmp_path):
    path = tmp_path / "k.gpkg"
    path.write_bytes(made("gpkg", export))
    assert sorted(name for name, _ in pyogrio.list_layers(path)) == ["about", "kharita"]
    frame = gpd.read_file(path, layer="kharita")
    assert list(frame["id"]) == ids(export)
    assert frame.crs.to_epsg() == 4326 and int(frame["demo"].sum()) == export.demo
    assert int(frame.geometry.notna().sum()) == len(export.placed)
    about = pyogrio.read_dataframe(path, layer="about", read_geometry=False)
    assert list(zip(about["label"], about["text"], strict=True)) == export.about()


def test_kmz_rows_icons_and_statement(export):
    archive = zipfile.ZipFile(io.BytesIO(made("kmz", export)))
    space = {"k": "http://www.opengis.net/kml/2.2"}
    root = ET.fromstring(archive.read("doc.kml"))
    assert root.findtext("k:Document/k:name", namespaces=space) == export.filters
    found = [
        e.findtext("k:value", namespaces=space)
        for e in root.iterfind(".//k:Data[@name='id']", space)
    ]
    assert found == [r.id for r in export.placed]
    icons = {e.text for e in root.iterfind(".//k:href", space)}
    assert icons == {n for n in archive.namelist() if n.startswith("icons/")}
    for name in icons:
        assert Image.open(io.BytesIO(archive.read(name))).getpixel((0, 0))[3] == 0
    styles = {"#" + e.get("id") for e in root.iterfind(".//k:Style", space)}
    assert {e.text for e in root.iterfind(".//k:styleUrl", space)} <= styles


def test_gpx_rows_and_statement(export):
    space = {"g": "http://www.topografix.com/GPX/1/1"}
    root = ET.fromstring(made("gpx", export))
    assert [e.text for e in root.iterfind("g:wpt/g:cmt", space)] == [r.id for r in export.placed]
    description = root.findtext("g:metadata/g:desc", namespaces=space)
    left_out = len(export.records) - len(export.placed)
    assert export.query.catalogue.version in description
    assert (str(left_out) in description) if left_out else True


def cards(content: bytes) -> list[list[str]]:
    """The vCards of a file, lines unfolded."""
    lines = content.decode().replace("\r\n ", "").split("\r\n")
    found: list[list[str]] = []
    for line in lines:
        if line == "BEGIN:VCARD":
            found.append([])
        if line:
            found[-1].append(line)
    return found


def test_vcard_rows_and_statement(export):
    content = made("vcf", export)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    found = cards(content)
    uids = [line for card in found for line in card if line.startswith("UID:")]
    assert [u.removeprefix("UID:kharita-") for u in uids] == ids(export)
    for card in found:
        assert card[-1] == "END:VCARD" and any("24 novembre 2026" in line for line in card)


@pytest.mark.parametrize("kind", sorted(FORMATS))
@pytest.mark.parametrize("lang", LANGUAGES)
def test_demo_records_carry_the_word(query, kind, lang):
    export = exported(query, "germany", lang)
    assert export.demo > 0
    word = export.t("origin.demo")
    content = made(kind, export)
    if kind in ("xlsx", "kmz"):
        archive = zipfile.ZipFile(io.BytesIO(content))
        content = b"".join(
            archive.read(n) for n in archive.namelist() if n.endswith((".xml", ".kml"))
        )
    if kind == "vcf":
        content = content.replace(b"\r\n ", b"")
    assert word in content.decode("utf-8", "ignore")


def test_no_spreadsheet_runs_a_text(hostile):
    book = openpyxl.load_workbook(io.BytesIO(made("xlsx", hostile)))
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" and cell.hyperlink is None
    archive = zipfile.ZipFile(io.BytesIO(made("xlsx", hostile)))
    assert not any(b"<f>" in archive.read(n) for n in archive.namelist() if "worksheets/sheet" in n)
    numbers = {i for i, c in enumerate(COLUMNS) if c.kind in ("number", "whole")}
    for row in csv.reader(io.StringIO(made("csv", hostile).decode("utf-8-sig"), newline="")):
        for i, cell in enumerate(row):
            assert i in numbers or not cell.lstrip().startswith(("=", "+", "-", "@", "\t"))


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", " =1", "|x", "%0a"])
def test_guard_neutralises_formulas(text):
    assert guarded(text) == f"'{text}" and guarded("Tapis = beau") == "Tapis = beau"


def test_hostile_text_stays_text_everywhere(hostile):
    assert len(cards(made("vcf", hostile))) == len(hostile.records)
    root = ET.fromstring(made("gpx", hostile))
    assert not [e for e in root.iter() if e.tag.endswith("script")]
    kml = ET.fromstring(zipfile.ZipFile(io.BytesIO(made("kmz", hostile))).read("doc.kml"))
    names = {e.text for e in kml.iter() if e.tag.endswith("}name")}
    assert any("<script>alert(1)</script>" in n for n in names if n)
    assert len(json.loads(made("geojson", hostile))["features"]) == len(hostile.records)
    assert made("gpkg", hostile)[:15] == b"SQLite format 3"


def test_too_many_records_are_refused(query, monkeypatch):
    from geo.core.errors import BadRequest
    from geo.share.export import export_columns

    monkeypatch.setattr(export_columns, "MAX_RECORDS", 10)
    with pytest.raises(BadRequest):
        exported(query)
