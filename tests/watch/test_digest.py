"""Digests and reading lists: valid feeds, plain data, nothing fetched."""

from __future__ import annotations

import io
from datetime import date
from xml.etree import ElementTree as ET

import feedparser
import pytest
from starlette.testclient import TestClient

from geo.i18n.words import words
from geo.model.view import ViewState
from geo.watch.api.reading import reading_answer
from geo.watch.digest import atom_of, digest_of, html_of
from geo.watch.digest_command import main
from tests.web_app import web_app


@pytest.fixture(scope="module")
def client():
    return TestClient(web_app())


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
def test_the_feed_is_valid_and_says_what_is_new(query, lang):
    view = ViewState(lang=lang, market=("DE",), craft=("tapis_tissage",))
    digest = digest_of(query, view, "2025-01-01", base="https://map.example")
    feed = feedparser.parse(atom_of(digest))
    assert not feed.bozo and feed.version == "atom10"
    assert [e.id for e in feed.entries] == [f"urn:kharita:report:{r.id}" for r in digest.reports]
    assert 0 < len(feed.entries) < len(query.matching_reports(view))
    assert all(
        e.updated_parsed and e.title and e.link.startswith("https://map.example/veille?v=1")
        for e in feed.entries
    )
    assert feed.feed.title and feed.feed.updated_parsed


def test_since_counts_a_month_to_its_end(query):
    ids = {r.id for r in digest_of(query, ViewState(), "2026-01-31").reports}
    assert "R-2026-01" in ids and "R-SD-01" not in ids
    assert "R-2026-01" not in {r.id for r in digest_of(query, ViewState(), "2026-02-01").reports}


def test_the_mail_is_one_page_that_loads_nothing(query):
    page = html_of(
        digest_of(query, ViewState(q='<img src=x onerror="1">'), "", today=date(2026, 3, 1))
    )
    text = page.decode()
    assert "<img" not in text and "<script" not in text and "src=" not in text.replace("src=x", "")
    page = html_of(digest_of(query, ViewState(lang="ar"), "", base="https://map.example")).decode()
    assert (
        '<html lang="ar" dir="rtl">' in page
        and page.count("/veille?v=1&amp;lang=ar&amp;sel=report:") == 30
    )


def test_routes_refuse_clearly(client):
    for path in (
        "/digest.atom?since=yesterday",
        "/watch.pdf?ids=",
        "/digest.html?since=2026-13-01",
    ):
        answer = client.get(path)
        assert answer.status_code == 400 and answer.json()["error"]["text"]
    assert client.get("/watch.pdf?ids=R-0000-00").status_code == 404
    assert client.get("/api/watch/R-0000-00").status_code == 404
    answer = client.get("/digest.html?market=DE")
    assert answer.headers["content-disposition"] == "inline"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_a_reading_list_is_one_pdf_in_its_order(client, lang):
    import pypdf

    answer = client.get(f"/watch.pdf?ids=R-2024-06,R-2024-05&lang={lang}")
    assert answer.status_code == 200
    import io

    pages = pypdf.PdfReader(io.BytesIO(answer.content)).pages
    assert len(pages) == 2
    assert [
        i
        for page, i in zip(pages, ("R-2024-06", "R-2024-05"), strict=True)
        if i in page.extract_text()
    ] == ["R-2024-06", "R-2024-05"]


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_a_chain_is_slides_with_its_map_and_an_editable_table(client, query, lang):
    from pptx import Presentation

    answer = client.get(f"/watch.pptx?ids=R-2024-05&lang={lang}")
    assert answer.status_code == 200 and answer.headers["content-type"].endswith(
        "presentationml.presentation"
    )
    slides = list(Presentation(io.BytesIO(answer.content)).slides)
    steps = reading_answer(query, "R-2024-05", ViewState(lang=lang), words(lang))["chain"]["steps"]
    picture = next(
        s for s in slides[0].shapes if s.name.startswith("Picture") and s.width > 5_000_000
    )
    assert picture._element.nvPicPr.cNvPr.get("descr")
    tables = [s.table for slide in slides[1:] for s in slide.shapes if s.has_table]
    rows = [[c.text for c in row.cells] for table in tables for row in list(table.rows)[1:]]
    rows = [row[::-1] if lang == "ar" else row for row in rows]
    assert [row[0] for row in rows] == [str(i + 1) for i in range(len(steps))] and len(rows) > 3
    assert all(row[2] for row in rows)
    assert client.get("/watch.pptx?ids=").status_code == 400


def test_the_command_writes_every_followed_view(tmp_path, monkeypatch):
    monkeypatch.setenv("KHARITA_VAR", str(tmp_path))
    (tmp_path / "followed.txt").write_text(
        "tapis DE AT\tv=1&market=DE,AT&craft=tapis_tissage\n../x\tmarket=DE\nmauvais\tmarket=ZZ\n"
    )
    assert main([str(tmp_path / "out"), "--since", "2020-01-01"]) == 1
    made = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert made == ["tapis-DE-AT.atom", "tapis-DE-AT.html", "x.atom", "x.html"]
    assert ET.parse(tmp_path / "out" / "x.atom").getroot().tag.endswith("feed")
