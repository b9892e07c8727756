"""Snapshots, exports and short links as HTTP."""

from __future__ import annotations

import io
import threading

import pytest
from PIL import Image
from starlette.testclient import TestClient

from geo.core.errors import Busy
from geo.i18n.words import catalogue as messages
from geo.model.view import ViewState
from geo.query.current import current
from geo.render import file_response
from geo.render.media_types import MEDIA
from geo.render.queue import DrawingQueue, NotDrawn, drawing_queue
from geo.share.api import snapshots
from geo.share.export.formats import FORMATS
from geo.share.shared_views import keep
from tests.web_app import web_app

HOST = "http://kharita.test:8501"


@pytest.fixture(scope="module")
def client():
    yield TestClient(web_app(), base_url=HOST, follow_redirects=False)
    drawing_queue().close()


@pytest.mark.parametrize("kind", sorted(MEDIA))
def test_each_kind_is_served_and_kept_by_its_tag(client, kind):
    url = f"/snapshot.{kind}?market=DE&title=%C3%89t%C3%A9"
    first = client.get(url)
    assert first.status_code == 200 and first.headers["content-type"] == MEDIA[kind]
    assert first.headers["cache-control"] == "public, no-cache"
    again = client.get(url, headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304 and again.content == b""
    assert client.get(url).content == first.content


@pytest.mark.parametrize(
    "other", ["market=FR", "market=DE&lang=ar", "market=DE&title=B", "market=DE&size=4k"]
)
def test_another_request_has_another_tag(client, other):
    tags = {client.get(f"/snapshot.svg?{q}").headers["etag"] for q in ("market=DE&title=A", other)}
    assert len(tags) == 2


def test_the_order_of_an_address_does_not_matter(client):
    tags = {
        client.get(f"/export.csv?{q}").headers["etag"]
        for q in ("market=DE&craft=zellige", "craft=zellige&v=1&market=DE&size=x")
    }
    assert len(tags) == 1


@pytest.mark.parametrize("kind", sorted(FORMATS))
def test_exports_are_attachments(client, kind):
    answer = client.get(f"/export.{kind}?market=DE")
    assert answer.status_code == 200 and answer.headers["content-type"] == FORMATS[kind].media_type
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert len(answer.content) > 500


def test_permalink_follows_the_host(client):
    assert (
        f"{HOST.removeprefix('http://')}/?v=1&amp;market=DE"
        in client.get("/snapshot.svg?market=DE").text
    )
    assert client.get("/snapshot.svg", headers={"host": "evil<script>"}).status_code == 400


REFUSED = [
    ("/snapshot.png?size=huge", 400, "error.snapshot_size"),
    ("/snapshot.gif?market=DE", 404, "error.snapshot_format"),
    ("/export.docx", 404, "error.snapshot_format"),
    ("/snapshot.png?market=ZZ", 400, "error.bad_view_value"),
    ("/export.csv?craft=none,plutonium", 400, "error.bad_view_value"),
    ("/snapshot.pdf?v=0&market=DE", 400, "error.bad_view"),
    ("/snapshot.pdf?q=" + "x" * 3_000, 400, "error.bad_view"),
    ("/snapshot.svg?title=" + "x" * 10_001, 400, "error.title_too_long"),
    ("/s/ABCDEFGH", 404, "error.code_unknown"),
    ("/s/0", 404, "error.code_unknown"),
]


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
@pytest.mark.parametrize(("path", "status", "key"), REFUSED)
def test_refusals_are_one_sentence_in_the_readers_language(
    client, monkeypatch, tmp_path, path, status, key, lang
):
    monkeypatch.setenv("KHARITA_VAR", str(tmp_path))
    url = f"{path}{'&' if '?' in path else '?'}lang={lang}"
    answer = client.get(url)
    error = answer.json()["error"]
    assert answer.status_code == status and error["code"] == key
    start = str(messages(lang)[key]).partition("{")[0]
    assert error["text"].startswith(start) and "{" not in error["text"]
    shown = client.get(url, headers={"accept": "text/html"})
    assert (
        shown.headers["content-type"] == "text/plain; charset=utf-8" and shown.text == error["text"]
    )


def test_a_long_title_is_cut_not_refused(client):
    answer = client.get("/snapshot.svg?title=" + "x" * 9_000)
    assert answer.status_code == 200 and "x" * 201 not in answer.text


def test_an_empty_result_is_a_picture_that_says_so(client):
    assert "Aucune fiche." in client.get("/snapshot.svg?q=zzzzzzzz").text
    png = client.get("/snapshot.png?q=zzzzzzzz&size=540p")
    assert Image.open(io.BytesIO(png.content)).size == (960, 540)


def test_short_links_restore_their_view(client, monkeypatch, tmp_path):
    monkeypatch.setenv("KHARITA_VAR", str(tmp_path))
    code = keep(current(), ViewState(lang="ar", market=("DE",)), "T")
    answer = client.get(f"/s/{code.lower()}")
    assert (
        answer.status_code == 302
        and answer.headers["location"] == f"/?v=1&lang=ar&market=DE&shared={code}"
    )
    assert f"{HOST.removeprefix('http://')}/s/{code}<" in client.get(
        f"/snapshot.svg?market=DE&code={code.lower()}"
    ).text.replace("\u2069", "")
    assert client.get("/snapshot.svg?code=../../x").status_code == 404
    (tmp_path / "snapshots" / f"{code}.json").write_bytes(b"{")
    assert client.get(f"/s/{code}").status_code == 410


def test_a_failure_is_told_without_its_cause(client, monkeypatch):
    def broken(*_):
        raise RuntimeError("/secret/path")

    monkeypatch.setattr(snapshots, "render", broken)
    answer = client.get("/snapshot.svg?market=AT")
    assert answer.status_code == 500 and "secret" not in answer.text
    assert answer.json()["error"]["code"] == "error.render"


@pytest.fixture
def small_queue():
    made = DrawingQueue(1, 2, 40, name="test")
    yield made
    made.close()


def test_a_full_queue_refuses_at_once_then_recovers(small_queue):
    gate, draw = threading.Event(), small_queue.draw
    waiting = [draw(str(i), lambda: gate.wait(20) and b"x") for i in range(3)]
    assert draw("0", lambda: b"never") is waiting[0]  # the same file is drawn once
    with pytest.raises(Busy):
        draw("3", lambda: b"y")
    gate.set()
    assert [job.future.result(20) for job in waiting] == [b"x"] * 3
    assert draw("3", lambda: b"y").future.result(20) == b"y"
    assert draw("0", lambda: b"never").future.result(20) == b"x"  # kept


def test_the_least_recently_used_file_goes_when_the_cache_is_full(small_queue):
    def drawn(key: str, content: bytes) -> bytes:
        return small_queue.draw(key, lambda: content).future.result(20)

    for i in range(4):
        drawn(str(i), b"0123456789")
    assert drawn("0", b"never") == b"0123456789"
    drawn("4", b"0123456789")
    assert drawn("1", b"new") == b"new" and drawn("0", b"never") == b"0123456789"
    assert drawn("big", b"x" * 11) and drawn("big", b"again") == b"again"


def test_a_file_that_could_not_be_drawn_is_drawn_again(small_queue):
    with pytest.raises(NotDrawn, match="error.render"):
        small_queue.draw("0", lambda: 1 // 0).future.result(20)
    assert small_queue.draw("0", lambda: b"x").future.result(20) == b"x"


def test_busy_is_a_503_with_a_sentence(client, monkeypatch):
    class Full:
        def draw(self, *_):
            raise Busy("error.busy")

    monkeypatch.setattr(file_response, "drawing_queue", Full)
    answer = client.get("/snapshot.png?lang=ar")
    assert answer.status_code == 503 and answer.headers["retry-after"] == "5"
    assert answer.json()["error"]["text"] == messages("ar")["error.busy"]
