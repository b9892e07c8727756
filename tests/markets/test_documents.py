"""Briefs and mission plans as PDF: the words of the page, demo said, nothing run."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from geo.i18n.words import words
from geo.markets.api.documents import market_document, mission_document
from geo.model.records import LANGUAGES
from geo.model.view import ViewState
from geo.render.text_document import Block, Document, Line, document_pdf
from tests.web_app import web_app


def text_of(pdf: bytes) -> str:
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return re.sub(r"[\s\u2066-\u2069\u200e\u200f]+", " ", " ".join(pages))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_brief_of_a_market_is_a_pdf_with_its_sections(query, lang):
    pdf = document_pdf(market_document(query, "FR", ViewState(lang=lang), words(lang)))
    assert pdf.startswith(b"%PDF")
    text = text_of(pdf)
    if lang != "ar":  # a PDF keeps Arabic in the order it is drawn
        assert (
            words(lang)("marketpage.rules") in text and words(lang)("marketpage.neighbours") in text
        )
    assert "https://" in text and "2025" in text


def test_the_weights_in_use_are_printed(query):
    document = market_document(query, "FR", ViewState(weights=("demand.85",)), words("fr"))
    assert "Demande 85" in text_of(document_pdf(document))


def test_a_mission_says_which_buyers_are_demonstration(query):
    text = text_of(
        document_pdf(mission_document(query, "FR", ViewState(), words("fr"), start="2027-03-01"))
    )
    demo = words("fr")("origin.demo")
    names = re.findall(r"Acteur démo \d+[^(]*\(([^)]*)\)", text)
    assert names and set(names) == {demo}


@pytest.mark.parametrize(
    "hostile",
    [
        '#panic("x")',
        "$1/0$",
        '"} #read("/etc/passwd")',
        "\u202ertl\u2066",
        "\x00\x1b[0m",
        "#" * 3000,
        "@label <b>",
    ],
)
def test_any_text_is_text(hostile):
    pdf = document_pdf(
        Document(
            "fr",
            hostile,
            hostile,
            hostile,
            [Block(hostile, [Line(hostile, hostile, hostile)], hostile)],
        )
    )
    assert pdf.startswith(b"%PDF") and b"root:" not in pdf


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/markets/FR/brief.pdf?lang=ar", 200),
        ("/markets/BH/mission.pdf?days=2", 200),
        ("/markets/ZZ/brief.pdf", 404),
        ("/markets/FR/mission.pdf?start=soon", 400),
    ],
)
def test_the_routes(path, status):
    with TestClient(web_app()) as web:
        answer = web.get(path)
    assert answer.status_code == status
    if status == 200:
        assert (
            answer.headers["content-type"] == "application/pdf"
            and "attachment" in answer.headers["content-disposition"]
        )
    else:
        assert answer.json()["error"]["text"]
