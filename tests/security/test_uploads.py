"""Files that reach for other files, hosts, or more room than they are; and too many of them."""

from __future__ import annotations

import io
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from geo.core.errors import TooMany
from geo.curate.api import import_routes
from geo.i18n.words import words
from geo.locate.api import correction_routes
from geo.watch.publish.extraction_jobs import EXTRACTIONS
from geo.web import quotas
from geo.web.quotas import Quota
from tests.web_app import web_app

CANARY = "CANARY-3f1d"
OURS = {"x-kharita": "1", "x-name": "Amina"}
BOMB_MB = 64


class _Counting(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.requested.append(self.path)
        self.send_error(404)

    do_HEAD = do_POST = do_GET

    def log_message(self, *_) -> None:
        pass


@pytest.fixture(scope="module")
def bait() -> Iterator[ThreadingHTTPServer]:
    """A server of this machine that nobody must ask."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Counting)
    server.requested = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def var(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("uploads")
    (folder / "secret.csv").write_text(f"id,name,lat,lon\n1,{CANARY},48,11\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KHARITA_VAR", str(folder / "var"))
        patch.setenv("KHARITA_ROLE", "editor")
        patch.setattr(quotas, "files", Quota(at_once=3, per_hour=1_000))
        yield folder
    import_routes.UPLOADS.close()
    EXTRACTIONS.close()


@pytest.fixture(scope="module")
def client(var: Path) -> TestClient:
    return TestClient(
        web_app(),
        headers=OURS,
    )


def zipped(entries: dict[str, bytes], *, link: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        for name, content in entries.items():
            box.writestr(name, content)
        if link:
            info = zipfile.ZipInfo("doc.kml")
            info.external_attr = 0o120777 << 16  # a symbolic link
            box.writestr(info, link)
    return out.getvalue()


def hostile(folder: Path, port: int) -> dict[str, bytes]:
    """Files by name; each reaches for the secret file, for the bait, or for too much memory."""
    secret, url = folder / "secret.csv", f"http://127.0.0.1:{port}/x"

    def vrt(source: str) -> bytes:
        return (
            '<OGRVRTDataSource><OGRVRTLayer name="secret"><SrcDataSource '
            f'relativeToVRT="0">{source}</SrcDataSource>'
            f"</OGRVRTLayer></OGRVRTDataSource>"
        ).encode()

    def entity(target: str, root: str = "kml") -> bytes:
        return (
            f'<?xml version="1.0"?><!DOCTYPE {root} [<!ENTITY x SYSTEM "{target}">]>'
            f"<{root}><Document><name>&x;</name></Document></{root}>"
        ).encode()

    def office(part: str, body: bytes, kind: str = "word") -> bytes:
        types = (
            b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            b'<Default Extension="xml" ContentType="application/xml"/></Types>'
        )
        return zipped(
            {
                "[Content_Types].xml": types,
                part: body,
                f"{kind}/_rels/x.rels": (
                    f'<Relationships><Relationship Target="{url}" TargetMode="External"/>'
                    "</Relationships>"
                ).encode(),
            }
        )

    kml_link = (
        f'<kml xmlns="http://www.opengis.net/kml/2.2"><NetworkLink><Link><href>{url}</href></Link></NetworkLink>'
        f"<Placemark><name>x</name><styleUrl>{url}</styleUrl><Point><coordinates>1,2</coordinates></Point></Placemark></kml>"
    ).encode()
    lots = b"\0" * (BOMB_MB * 2**20)
    return {
        "a.vrt": vrt(str(secret)),
        "b.csv": vrt(str(secret)),
        "c.geojson": vrt(f"/vsicurl/{url}"),
        "d.gpkg": vrt(f"/vsizip/{secret}"),
        "e.xlsx": vrt(str(secret)),
        "f.kml": vrt(f"/vsicurl/{url}"),
        "g.kml": entity(f"file://{secret}"),
        "h.kml": entity(url),
        "i.kml": kml_link,
        "j.gpx": entity(f"file://{secret}", "gpx"),
        "k.docx": office("word/document.xml", entity(f"file://{secret}", "w")),
        "l.docx": office("word/document.xml", entity(url, "w")),
        "m.xlsx": office("xl/workbook.xml", entity(f"file://{secret}", "w"), "xl"),
        "n.kmz": zipped({"../../../escaped.kml": b"<kml/>", "/tmp/escaped.kml": b"<kml/>"}),
        "o.kmz": zipped({}, link=str(secret)),
        "p.zip": zipped({"../escaped.csv": b"id,name,lat,lon\n"}),
        "q.kmz": zipped({"doc.kml": lots}),
        "r.xlsx": zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": lots}),
        "s.docx": zipped({"word/document.xml": lots}),
        "t.html": (
            f'<html><img src="{url}"><link rel=stylesheet href="{url}">'
            f'<iframe src="file://{secret}"></iframe></html>'
        ).encode(),
        "u.txt": str(secret).encode(),
        "v.geojson": (
            '{"type":"FeatureCollection","features":[],'
            f'"crs":{{"type":"link","properties":{{"href":"{url}"}}}}}}'
        ).encode(),
        "w.md": f'![x]({url})\n[x](file://{secret})\n<!--#include file="{secret}"-->'.encode(),
        "../../escaped.csv": b"Nom;Pays\nA;France\n",
        "x.pdf": b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction<</S/URI/URI("
        + url.encode()
        + b")>>>>endobj\ntrailer<</Root 1 0 R>>",
    }


def imported(client: TestClient, name: str, content: bytes) -> str:
    response = client.post("/api/import", params={"name": name, "kind": "buyers"}, content=content)
    if response.status_code != 200:
        return response.text
    path, until = f"/api/import/{response.json()['id']}", time.monotonic() + 60
    while (answer := client.get(path)).json().get("state") == "running":
        assert time.monotonic() < until, name
    rows = client.get(f"{path}/rows", params={"show": "new"})
    client.delete(path)
    return answer.text + rows.text


def published(client: TestClient, name: str, content: bytes) -> str:
    response = client.post("/api/intake", params={"name": name}, content=content)
    if response.status_code != 200:
        return response.text
    id_ = response.json()["id"]
    assert EXTRACTIONS.get(id_).wait(90), name
    answer = client.get(f"/api/intake/{id_}")
    client.delete(f"/api/intake/{id_}")
    return answer.text


def corrected(client: TestClient, name: str, content: bytes) -> str:
    return client.post("/api/corrections/08", content=content).text


@pytest.mark.slow
@pytest.mark.parametrize("send", [imported, published, corrected])
def test_no_upload_reaches_for_anything(client, var, bait, send, monkeypatch):
    monkeypatch.setattr(correction_routes, "_GATE", correction_routes.RateLimit(1_000))
    files = hostile(var, bait.server_port)
    before, answers = {p for p in var.parent.rglob("*") if "escaped" in p.name}, {}
    for name, content in files.items():
        answer = send(client, name, content)
        answers[name] = answer
        assert CANARY not in answer and "root:" not in answer, name
        assert str(var) not in answer.replace(str(var / "secret.csv"), ""), (
            name
        )  # its own text may come back, nothing more
    assert bait.requested == []
    assert {p for p in var.parent.rglob("*") if "escaped" in p.name} == before and not Path(
        "/tmp/escaped.kml"
    ).exists()
    bombs = (
        [answers[n] for n in ("r.xlsx",)]
        if send is corrected
        else [answers[n] for n in ("q.kmz", "r.xlsx")]
        if send is imported
        else [answers["s.docx"]]
    )
    assert all(
        '"error"' in answer or "refuse" in answer or "ZIP_BOMB" in answer for answer in bombs
    ), bombs


# --- how much ------------------------------------------------------------------------


def spent(limit: Quota, who: str, times: int, size: int = 0) -> None:
    for _ in range(times):
        with limit.taking(who) as count_bytes:
            count_bytes(size)


def test_an_hour_is_counted_by_person_and_ends():
    now = [0.0]
    limit = Quota(2, 3, clock=lambda: now[0])
    spent(limit, "amina", 2)
    now[0] = 1_800.0
    spent(limit, "amina", 1)
    with pytest.raises(TooMany) as refused, limit.taking("amina"):
        pass
    assert refused.value.key == "error.sent_too_much" and refused.value.values == {"minutes": 30}
    spent(limit, "badr", 3)
    now[0] = 3_600.0
    spent(limit, "amina", 2)
    with pytest.raises(TooMany), limit.taking("amina"):
        pass


def test_bytes_and_what_is_arriving_are_counted_too():
    limit = Quota(2, 100, bytes_per_hour=1_000)
    spent(limit, "amina", 3, 400)
    with pytest.raises(TooMany), limit.taking("amina"):
        pass
    with limit.taking("badr"), limit.taking("badr"):
        with pytest.raises(TooMany) as refused, limit.taking("badr"):
            pass
        assert refused.value.key == "error.sending_at_once"
    spent(limit, "badr", 1)


def test_people_nobody_heard_from_are_forgotten(monkeypatch):
    monkeypatch.setattr(quotas, "KEPT", 3)
    limit = Quota(2, 1)
    for who in "abcd":
        spent(limit, who, 1)
    spent(limit, "a", 1)
    with pytest.raises(TooMany), limit.taking("d"):
        pass


SENDING: tuple[tuple[str, Callable], ...] = (
    (
        "files",
        lambda c, lang: c.post(
            f"/api/import?name=a.csv&kind=buyers&lang={lang}", content=b"Nom;Pays\n"
        ),
    ),
    ("files", lambda c, lang: c.post(f"/api/intake?name=a.md&lang={lang}", content=b"# A")),
    ("files", lambda c, lang: c.post(f"/api/corrections/08?lang={lang}", content=b"x")),
)


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
@pytest.mark.parametrize(("kind", "send"), SENDING)
def test_who_sent_too_much_is_told_until_when(client, monkeypatch, kind, send, lang):
    limit = Quota(1, 1)
    monkeypatch.setattr(quotas, kind, limit)
    spent(limit, "testclient", 1)
    answer = send(client, lang)
    assert answer.status_code == 429
    assert answer.json()["error"]["text"] == words(lang)("error.sent_too_much", minutes=60)


def test_shared_views_are_counted(client, monkeypatch):

    limit = Quota(1, 1)
    monkeypatch.setattr(quotas, "views", limit)
    spent(limit, "testclient", 1)
    answer = TestClient(web_app()).post("/api/shared", json={"query": "", "lang": "en"})
    assert answer.status_code == 429 and "60" in answer.json()["error"]["text"]


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"x-kharita": ""},
        {"origin": "http://testserver.evil.example"},
    ],
)
def test_another_sites_page_sends_nothing(client, headers):
    for path in ("/api/import?kind=buyers", "/api/intake", "/api/corrections/08"):
        answer = client.post(path, content=b"x", headers=headers)
        assert (
            answer.status_code == 403 and answer.json()["error"]["code"] == "error.foreign_origin"
        ), path
