"""Briefs and atlas jobs over HTTP: the files, the states, the refusals."""

from __future__ import annotations

import io
import threading

import pytest
from pypdf import PdfReader
from starlette.testclient import TestClient

from geo.i18n.words import catalogue as messages
from geo.render.queue import drawing_queue
from geo.share.api import briefs
from tests.web_app import web_app

HOST = "http://kharita.test:8501"
WAIT_S = 60


@pytest.fixture(scope="module")
def client():
    app = web_app()
    yield TestClient(app, base_url=HOST, follow_redirects=False)
    briefs.ATLASES.close()
    drawing_queue().close()


@pytest.fixture
def held(monkeypatch):
    """Atlases that wait at their first page until the gate opens."""
    gate, started = threading.Event(), threading.Semaphore(0)

    def atlas(query, kind, codes, lang, workers, *, progress, **_):
        progress(1, len(codes))
        started.release()
        assert gate.wait(WAIT_S)
        progress(1, len(codes))
        return b"%PDF-x"

    monkeypatch.setattr(briefs, "atlas_pdf", atlas)
    yield gate, started
    gate.set()


def ended(answer) -> dict:
    id_ = answer.json()["id"]
    assert briefs.ATLASES.get(id_).wait(WAIT_S)
    return id_


@pytest.mark.parametrize("query", ["market=DE&lang=fr", "region=08&lang=ar"])
def test_a_brief_is_served_and_kept_by_its_tag(client, query):
    first = client.get(f"/brief.pdf?{query}")
    assert first.status_code == 200 and first.headers["content-type"] == "application/pdf"
    assert len(PdfReader(io.BytesIO(first.content)).pages) == 1
    assert first.headers["content-disposition"].startswith("inline;")
    again = client.get(f"/brief.pdf?{query}", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304 and again.content == b""
    saved = client.get(f"/brief.pdf?{query}&download=1")
    assert saved.headers["content-disposition"].startswith("attachment;")


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
@pytest.mark.parametrize(
    ("query", "status", "key"),
    [
        ("", 400, "error.brief_asked"),
        ("market=DE&region=08", 400, "error.brief_asked"),
        ("market=ZZ", 404, "error.market_unknown"),
        ("region=08.401", 404, "error.region_unknown"),
        ("market=../../etc", 404, "error.market_unknown"),
    ],
)
def test_briefs_are_refused_in_one_sentence(client, query, status, key, lang):
    answer = client.get(f"/brief.pdf?{query}&lang={lang}")
    error = answer.json()["error"]
    assert answer.status_code == status and error["code"] == key and "{" not in error["text"]
    assert error["text"].startswith(str(messages(lang)[key]).partition("{")[0])


def test_an_atlas_is_made_page_by_page_and_fetched(client):
    answer = client.post(
        "/api/jobs/atlas",
        json={"kind": "market", "codes": ["DE", "FR"], "lang": "ar"},
        headers={"origin": HOST},
    )
    assert answer.status_code == 202 and answer.json()["total"] == 2
    id_ = ended(answer)
    state = client.get(f"/api/jobs/{id_}").json()
    assert (state["state"], state["done"], state["total"]) == ("done", 2, 2) and "2" in state[
        "text"
    ]
    file = client.get(f"/api/jobs/{id_}/file")
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"].startswith("attachment;")
    assert len(PdfReader(io.BytesIO(file.content)).pages) == 2


def test_two_atlases_at_once_then_a_clear_refusal_then_cancel(client, held):
    gate, started = held
    body = {"kind": "region", "codes": [], "lang": "en"}
    first, second = (client.post("/api/jobs/atlas", json=body) for _ in range(2))
    assert started.acquire(timeout=WAIT_S) and started.acquire(timeout=WAIT_S)
    third = client.post("/api/jobs/atlas", json=body)
    assert third.status_code == 503 and third.headers["retry-after"] == "5"
    assert third.json()["error"]["text"] == messages("en")["error.jobs_busy"]
    id_ = first.json()["id"]
    running = client.get(f"/api/jobs/{id_}").json()
    assert (running["state"], running["done"], running["total"]) == ("running", 1, 12)
    assert running["text"] == "Pages done: 1 of 12"
    assert client.get(f"/api/jobs/{id_}/file").status_code == 409
    assert client.delete(f"/api/jobs/{id_}").status_code == 200
    gate.set()
    ended(first), ended(second)
    assert client.get(f"/api/jobs/{id_}").json()["state"] == "cancelled"
    assert client.get(f"/api/jobs/{id_}/file").status_code == 404
    assert client.get(f"/api/jobs/{second.json()['id']}/file").content == b"%PDF-x"


POSTS = ["/api/jobs/atlas", "/minutes.docx", "/minutes.pptx", "/api/shared"]


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://kharita.test"},
        {"origin": "http://[bad"},
        {"sec-fetch-site": "cross-site"},
    ],
)
def test_another_site_is_refused(client, path, headers):
    answer = client.post(f"{path}?lang=ar", json={}, headers=headers)
    assert answer.status_code == 403
    assert answer.json()["error"]["text"] == messages("ar")["error.foreign_origin"]


def test_another_site_cannot_cancel(client, held):
    gate, started = held
    answer = client.post("/api/jobs/atlas", json={"kind": "market", "codes": ["DE"]})
    assert started.acquire(timeout=WAIT_S)
    id_ = answer.json()["id"]
    refused = client.delete(f"/api/jobs/{id_}", headers={"origin": "https://evil.example"})
    assert refused.status_code == 403
    gate.set()
    ended(answer)
    assert client.get(f"/api/jobs/{id_}").json()["state"] == "done"


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/api/jobs/atlas", 64), ("/api/shared", 64), ("/minutes.docx", 512), ("/minutes.pptx", 512)],
)
def test_a_body_too_big_is_refused(client, path, limit):
    answer = client.post(path, content=b"x" * (limit * 1024 + 1))
    assert answer.status_code == 413 and str(limit) in answer.json()["error"]["text"]
    streamed = client.post(path, content=(b"x" * 65_536 for _ in range(limit)))
    assert streamed.status_code == 413


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'"x"', b'{"lang": "xx"}', b'{"lang": 3}', b"\xff\xfe", b"[" * 2_000],
)
def test_what_is_no_json_object_is_refused(client, path, content):
    answer = client.post(path, content=content)
    assert answer.status_code == 400 and answer.json()["error"]["code"] == "error.body_unread"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"kind": "planet"}, 400),
        ({"kind": "market", "codes": "DE"}, 400),
        ({"kind": "market", "codes": [1]}, 400),
        ({"kind": "market", "codes": ["ZZ"]}, 404),
        ({"kind": "region", "codes": ["DE"]}, 404),
        ({"kind": "market", "codes": ["DE"] * 201}, 400),
        ({"kind": ["market"]}, 400),
    ],
)
def test_wrong_atlases_are_refused(client, body, status):
    answer = client.post("/api/jobs/atlas", json={**body, "lang": "en"})
    assert answer.status_code == status and answer.json()["error"]["text"][0].isupper()


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_unknown_jobs_are_told(client, method):
    answer = client.request(method, "/api/jobs/nothing?lang=en")
    assert answer.status_code == 404
    assert answer.json()["error"]["text"] == messages("en")["error.job_unknown"]
