"""Minutes reopened with python-docx and python-pptx, and compared with what was sent."""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document
from docx.oxml.ns import qn
from pptx import Presentation
from starlette.testclient import TestClient

from geo.explore.api.sentence import filters_text
from geo.i18n.words import catalogue as messages, words
from geo.model.address import decode
from geo.render.queue import drawing_queue
from geo.share.minutes import heads, pin_name
from tests.render.scenes import HOSTILE
from tests.web_app import web_app

HOST = "http://kharita.test"
LANGS = ("fr", "ar", "en")
QUERIES = ["market=DE&craft=tapis_tissage&sel=market:DE", "region=03", "q=zzzzzzzz"]
NOTES = [
    {
        "text": "Relancer Limala",
        "pin": "buyer:limala-de",
        "owner": "Mme Benali",
        "due": "2026-12-15",
    },
    {
        "text": "\u0627\u0644\u062a\u062d\u0642\u0642 \u0645\u0646 Limala",
        "pin": "market:DE",
        "owner": "",
        "due": "2027",
    },
    {"text": "Visite", "pin": "region:03", "owner": None, "due": "avant l'Aïd"},
]


@pytest.fixture(scope="module")
def client():
    yield TestClient(web_app(), base_url=HOST)
    drawing_queue().close()


def body(lang: str, **more) -> dict:
    return {
        "lang": lang,
        "title": "Comité export",
        "scenes": [
            {"title": "Tapis en Allemagne", "query": QUERIES[0], "notes": NOTES[:2]},
            {"title": "", "query": QUERIES[1], "notes": NOTES[2:]},
            {"title": "Vide", "query": QUERIES[2]},
        ],
        **more,
    }


def sent(client, ending: str, content: dict):
    answer = client.post(f"/minutes.{ending}", json=content, headers={"origin": HOST})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith("attachment;")
    return (Document if ending == "docx" else Presentation)(io.BytesIO(answer.content))


def expected(query, lang: str) -> list[list[str]]:
    t = words(lang)
    return [
        [t.number(i), n["text"], pin_name(query, n["pin"], t), n["owner"] or "", t.date(n["due"])]
        for i, n in enumerate(NOTES, 1)
    ]


@pytest.mark.parametrize("lang", LANGS)
def test_a_document_holds_each_view_and_every_action(client, query, catalogue, lang):
    t, doc = words(lang), sent(client, "docx", body(lang))
    texts = [p.text for p in doc.paragraphs]
    headings = [p.text for p in doc.paragraphs if p.style.name == "Heading 1"]
    assert texts[0] == "Comité export" and len(doc.inline_shapes) == 3
    assert headings[0] == "1. Tapis en Allemagne" and headings[-1] == t("minutes.all")
    for address in QUERIES:
        view = decode(address, catalogue)[0].with_(lang=lang)
        assert filters_text(query, view, t).replace("\u2068", "").replace("\u2069", "") in texts
    first, second, every = doc.tables
    rows = [[[c.text for c in r.cells] for r in table.rows] for table in doc.tables]
    lines = expected(query, lang)
    assert rows[0] == [list(heads(t, with_scene=False)), *lines[:2]]
    assert rows[1][1:] == lines[2:] and t("minutes.none") in texts
    assert rows[2] == [
        list(heads(t, with_scene=True)),
        *([*line, scene] for line, scene in zip(lines, "112", strict=True)),
    ]
    assert lines[0][2] == "Limala" and lines[1][2] == t.country("DE")
    links = [r.target_ref for r in doc.part.rels.values() if r.is_external]
    assert len(links) == 3 and all(link.startswith(f"{HOST}/?v=1&") for link in links)
    for link in links:
        assert decode(link.partition("?")[2], catalogue)[0].lang == lang


@pytest.mark.parametrize("lang", LANGS)
def test_arabic_documents_are_right_to_left_throughout(client, lang):
    doc, rtl = sent(client, "docx", body(lang)), lang == "ar"
    paragraphs = [*doc.paragraphs, *(p for t in doc.tables for c in t._cells for p in c.paragraphs)]
    for paragraph in paragraphs:
        properties = paragraph._p.pPr
        assert (properties is not None and properties.find(qn("w:bidi")) is not None) == rtl
    assert {t._tbl.tblPr.find(qn("w:bidiVisual")) is not None for t in doc.tables} == {rtl}
    assert (doc.sections[0]._sectPr.find(qn("w:bidi")) is not None) == rtl
    runs = [r for p in paragraphs for r in p.runs if r.text.strip()]
    assert runs and {bool(r.font.rtl) for r in runs} == {rtl}


@pytest.mark.parametrize("lang", LANGS)
def test_a_deck_holds_each_view_and_every_action(client, query, lang):
    t, deck = words(lang), sent(client, "pptx", body(lang))
    titles = [s.shapes.title.text_frame.text for s in deck.slides]
    assert titles[0] == "Comité export" and titles[-1] == t("minutes.all")
    assert [x for x in titles if x.startswith("1. ")][0] == "1. Tapis en Allemagne"
    tables = [
        [[c.text_frame.text for c in r.cells] for r in shape.table.rows]
        for s in deck.slides
        for shape in s.shapes
        if shape.has_table
    ]
    turned = [[row[::-1] if lang == "ar" else row for row in table] for table in tables]
    lines = expected(query, lang)
    assert turned[0] == [list(heads(t, with_scene=False)), *lines[:2]]
    assert turned[-1][1:] == [[*line, scene] for line, scene in zip(lines, "112", strict=True)]
    maps = [s for s in deck.slides if sum(shape.shape_type == 13 for shape in s.shapes) == 2]
    assert len(maps) == 3
    assert f"{HOST}/?v=1" in maps[0].notes_slide.notes_text_frame.text


@pytest.mark.parametrize("ending", ["docx", "pptx"])
def test_hostile_text_stays_text(client, ending):
    scenes = [
        {
            "title": h,
            "query": "market=DE",
            "notes": [{"text": h, "pin": h[:50], "owner": h, "due": h}],
        }
        for h in HOSTILE
    ]
    content = client.post(
        f"/minutes.{ending}", json={"lang": "fr", "title": HOSTILE[0], "scenes": scenes}
    ).content
    opened = (Document if ending == "docx" else Presentation)(io.BytesIO(content))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.endswith(".rels"):
                assert b"evil.example" not in archive.read(name)
    if ending == "docx":
        cells = [c.text for c in opened.tables[-1]._cells]
        assert any(c.startswith("<script>alert(1)</script>") for c in cells)
        assert max(map(len, cells)) <= 1_000


def test_what_the_data_no_longer_know_is_said_and_nothing_is_lost(client):
    content = {
        "lang": "fr",
        "title": "",
        "scenes": [
            {
                "title": "Avant",
                "query": "?market=ZZ&report=R-1999-01&lang=en",
                "notes": [
                    {"text": "Garder", "pin": "buyer:gone"},
                    {"text": "Ceci", "pin": "nonsense"},
                ],
            }
        ],
    }
    doc = sent(client, "docx", content)
    text = " ".join(p.text for p in doc.paragraphs)
    assert doc.paragraphs[0].text == words("fr")("minutes.title")
    assert "ZZ" in text and "R-1999-01" in text
    pins = [r.cells[2].text for r in doc.tables[0].rows][1:]
    assert pins == [words("fr")("minutes.pin_gone", pin=p) for p in ("buyer:gone", "nonsense")]


def test_a_meeting_without_actions_says_so(client):
    content = {"lang": "en", "title": "T", "scenes": [{"query": "market=DE"}]}
    none = messages("en")["minutes.none"]
    assert [p.text for p in sent(client, "docx", content).paragraphs].count(none) == 2
    last = sent(client, "pptx", content).slides[-1]
    assert none in [s.text_frame.text for s in last.shapes if s.has_text_frame]


REFUSED = [
    ({"scenes": []}, "error.body_unread"),
    ({"scenes": {}}, "error.body_unread"),
    ({"scenes": [1]}, "error.body_unread"),
    ({"scenes": [{"title": 4}]}, "error.body_unread"),
    ({"scenes": [{"notes": "x"}]}, "error.body_unread"),
    ({"scenes": [{"notes": [{"text": {}}]}]}, "error.body_unread"),
    ({"scenes": [{}] * 41}, "error.too_many"),
    ({"scenes": [{"notes": [{}] * 201}] * 2}, "error.too_many"),
    ({"title": [], "scenes": [{}]}, "error.body_unread"),
]


@pytest.mark.parametrize("ending", ["docx", "pptx"])
@pytest.mark.parametrize(("content", "key"), REFUSED)
def test_wrong_minutes_are_refused(client, ending, content, key):
    answer = client.post(f"/minutes.{ending}", json={**content, "lang": "ar"})
    error = answer.json()["error"]
    assert answer.status_code == 400 and error["code"] == key and "{" not in error["text"]
    assert error["text"].startswith(str(messages("ar")[key]).partition("{")[0])


def test_the_largest_meeting_fits(client):
    note = {"text": "x " * 500, "pin": "market:DE", "owner": "y" * 120, "due": "2026-12-01"}
    scenes = [{"title": f"{i}", "query": "market=DE", "notes": [note] * 10} for i in range(40)]
    doc = sent(client, "docx", {"lang": "fr", "title": "T", "scenes": scenes})
    assert len(doc.tables[-1].rows) == 401
