"""Shared views over HTTP: kept with their picture, compared with changed data."""

from __future__ import annotations

import io
import os
from dataclasses import replace

import pytest
import zxingcpp
from PIL import Image
from starlette.testclient import TestClient

from geo.i18n.words import catalogue as messages
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.render.queue import drawing_queue
from geo.render.workers import RenderFailed
from geo.share.api import shared_views
from geo.share.shared_views import MAX_PICTURE, FileSnapshots
from tests.web_app import web_app

HOST = "http://kharita.test:8501"
PATH = "/api/shared"


@pytest.fixture(scope="module")
def client():
    app = web_app()
    yield TestClient(app, base_url=HOST, follow_redirects=False)
    drawing_queue().close()


@pytest.fixture(autouse=True)
def folder(monkeypatch, tmp_path):
    monkeypatch.setenv("KHARITA_VAR", str(tmp_path))
    return tmp_path / "snapshots"


def share(client, query: str = "market=DE", **more) -> dict:
    answer = client.post(
        PATH, json={"query": query, "title": "Tapis & cœur", **more}, headers={"origin": HOST}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_view_is_kept_with_its_link_and_its_picture(client, folder):
    made = share(client, "?market=DE&craft=tapis_tissage", lang="ar")
    code = made["code"]
    assert made["url"] == f"{HOST}/s/{code}" and made["picture"] == f"/s/{code}.png"
    assert made["address"] == "v=1&lang=ar&market=DE&craft=tapis_tissage"
    assert client.get(f"/s/{code}").headers["location"].startswith(f"/?{made['address']}")
    picture = client.get(made["picture"])
    assert (
        picture.headers["content-type"] == "image/png"
        and "immutable" in picture.headers["cache-control"]
    )
    assert len(picture.content) <= MAX_PICTURE
    image = Image.open(io.BytesIO(picture.content))
    assert image.width >= 640 and round(image.width / image.height, 2) == 1.78
    (read,) = zxingcpp.read_barcodes(image)
    assert read.text == made["url"]
    assert sorted(p.name for p in folder.iterdir()) == [f"{code}.json", f"{code}.png"]
    assert client.get(f"/s/{code.lower()}.png").content == picture.content


def test_a_view_shared_without_a_title_is_named_after_its_filters(client):
    made = share(client, title="", lang="en")
    assert "Germany" in made["title"]
    assert client.get(f"{PATH}/{made['code']}").json()["title"] == made["title"]


@pytest.mark.parametrize(("lang", "created"), [("fr", " à "), ("ar", "على الساعة"), ("en", " at ")])
def test_nothing_changed_is_said(client, catalogue, query, lang, created):
    code = share(client)["code"]
    answer = client.get(f"{PATH}/{code.lower()}?lang={lang}").json()
    assert answer["same"] and answer["title"] == "Tapis & cœur" and created in answer["created"]
    assert answer["version"] == answer["version_now"] == catalogue.version
    assert [answer[k]["total"] for k in ("added", "removed", "changed")] == [0, 0, 0]
    assert (
        answer["counts"]["then"]
        == answer["counts"]["now"]
        == query.counts(ViewState(market=("DE",)))
    )


def test_what_changed_is_listed_with_its_selection(client, catalogue, monkeypatch):
    code = share(client)["code"]
    german = [b for b in catalogue.buyers if b.country == "DE"]
    gone, moved = german[0], german[1]
    site = catalogue.sites[0]
    report = catalogue.report_by_id["R-2024-06"]
    changed = Query(
        replace(
            catalogue,
            version="other",
            buyers=(
                *(
                    replace(b, city="Ailleurs") if b.id == moved.id else b
                    for b in catalogue.buyers
                    if b.id != gone.id
                ),
                replace(german[2], id="nouveau", name="<b>Nouveau</b>"),
            ),
            sites=(replace(site, town="X"), *catalogue.sites[1:]),
            reports=tuple(
                replace(r, date="2024-03-01") if r.id == report.id else r for r in catalogue.reports
            ),
        )
    )
    monkeypatch.setattr(shared_views, "current", lambda: changed)
    answer = client.get(f"{PATH}/{code}?lang=en").json()
    assert not answer["same"] and answer["version_now"] == "other"
    assert answer["added"]["rows"] == [
        {"sel": "buyer:nouveau", "name": "<b>Nouveau</b>", "collection": "buyers"}
    ]
    assert [r["sel"] for r in answer["removed"]["rows"]] == [f"buyer:{gone.id}"]
    rows = {r["sel"]: r["name"] for r in answer["changed"]["rows"]}
    assert rows == {
        f"buyer:{moved.id}": moved.name,
        f"site:{site.id}": site.name,
        f"report:{report.id}": report.title["en"],
    }
    counts = answer["counts"]
    assert counts["then"]["buyers"] == counts["now"]["buyers"] == len(german)


def test_long_lists_are_cut_and_counted(client, catalogue, monkeypatch):
    code = share(client, "")["code"]
    empty = Query(replace(catalogue, buyers=()))
    monkeypatch.setattr(shared_views, "current", lambda: empty)
    removed = client.get(f"{PATH}/{code}").json()["removed"]
    assert removed["total"] == len(catalogue.buyers) > 200 and len(removed["rows"]) == 200


def test_a_view_that_lost_a_code_says_so(client, catalogue, monkeypatch):
    code = share(client, "report=R-2024-06")["code"]
    fewer = Query(
        replace(catalogue, reports=tuple(r for r in catalogue.reports if r.id != "R-2024-06"))
    )
    monkeypatch.setattr(shared_views, "current", lambda: fewer)
    assert "R-2024-06" in " ".join(client.get(f"{PATH}/{code}").json()["notice"])


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
def test_unknown_and_damaged_codes_are_told(client, folder, lang):
    for path in (f"{PATH}/ABCDEFGH", "/s/ABCDEFGH.png", f"{PATH}/..%2F..%2Fx", "/s/%2E%2E.png"):
        answer = client.get(f"{path}?lang={lang}")
        if answer.headers["content-type"] == "application/json":
            assert answer.json()["error"]["text"] == messages(lang)["error.code_unknown"]
        assert answer.status_code == 404
    code = share(client)["code"]
    (folder / f"{code}.png").write_bytes(b"GIF89a")
    damaged = client.get(f"/s/{code}.png?lang={lang}")
    assert damaged.status_code == 410
    assert damaged.json()["error"]["text"] == messages(lang)["error.picture_gone"]
    (folder / f"{code}.png").unlink()
    assert client.get(f"/s/{code}.png").status_code == 410
    (folder / f"{code}.json").write_bytes(b"{")
    assert client.get(f"{PATH}/{code}").status_code == 410


@pytest.mark.parametrize(
    ("body", "key"),
    [
        ({"query": "market=ZZ"}, "error.bad_view_value"),
        ({"query": "v=0&market=DE"}, "error.bad_view"),
        ({"query": "x" * 3_000}, "error.bad_view"),
        ({"query": 4}, "error.body_unread"),
        ({"title": {}}, "error.body_unread"),
        ({"query": "&".join(["a=b"] * 90)}, "error.bad_view"),
    ],
)
def test_wrong_views_are_refused(client, folder, body, key):
    answer = client.post(PATH, json=body)
    assert answer.status_code == 400 and answer.json()["error"]["code"] == key
    assert not folder.exists()


def test_a_link_without_its_picture_is_still_a_link(client, monkeypatch):
    def broken(*_):
        raise RenderFailed("png")

    monkeypatch.setattr(shared_views, "picture_of", broken)
    made = share(client)
    assert made["picture"] == "" and client.get(f"/s/{made['code']}").status_code == 302


def test_a_picture_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    store = FileSnapshots(tmp_path / "x")
    with pytest.raises(ValueError, match="bytes"):
        store.put_picture("ABCDEFGH", b"\x89PNG\r\n" + b"x" * MAX_PICTURE)

    def full(*_):
        raise OSError(28, "no space")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="no space"):
        store.put_picture("ABCDEFGH", b"\x89PNG\r\n")
    assert list((tmp_path / "x").iterdir()) == []


def test_the_oldest_pictures_make_room(tmp_path, monkeypatch):
    monkeypatch.setattr("geo.share.shared_views.MAX_PICTURES", 2)
    store = FileSnapshots(tmp_path / "x")
    for age, code in enumerate(("CCCCCCCC", "BBBBBBBB", "AAAAAAAA")):
        store.put_picture(code, b"\x89PNG\r\n")
        os.utime(tmp_path / "x" / f"{code}.png", (age, age))
    store.put_picture("DDDDDDDD", b"\x89PNG\r\n")
    assert sorted(p.stem for p in (tmp_path / "x").iterdir()) == ["AAAAAAAA", "DDDDDDDD"]
