"""Telephones and names of persons: no route gives them to a reader, editors see them."""

from __future__ import annotations

import importlib
import io
import re
import zipfile

import pypdf
import pytest
from starlette.testclient import TestClient

from geo.core.paths import DATA_DIR
from geo.render.queue import drawing_queue
from geo.store.corrections import Corrections
from geo.store.file_store import FileStore
from geo.web import access
from tests.web_app import web_app

REGION = "03"
SECRETS = {
    "phone": "0535640777",
    "waiting": "0535640888",
    "by": "Amina Cachee",
    "judge": "Brahim Voile",
}
#: What stands in an address for each kind of parameter.
VALUES = {
    "tab": "sites",
    "layer": "sites",
    "collection": "sites",
    "kind": "site",
    "iso2": "DE",
    "code": REGION,
    "job": "none",
    "report": "none",
    "path:path": "none",
    "number:int": "1",
    "rest:path": "none",
    "digest": "none",
}
#: Routes that answer 404 here: their content is asked for by other means.
ABSENT = re.compile(
    r"/assets/|/api/jobs/|/api/shared/|/s/\{|\.\{kind\}|/watch/original/|/api/geocode|/api/markets/why|/api/intake|/ogc/\{rest"
)


@pytest.fixture(scope="module")
def stored(tmp_path_factory, query):
    """Folder, id and place of a facility with telephone and verifier; another proposal waits."""
    folder = tmp_path_factory.mktemp("var")
    site = next(
        s
        for s in query.catalogue.sites
        if s.region == REGION and s.provenance == "published" and s.lon_lat
    )
    book = Corrections(folder)
    change = {"site": site.id, "field": "phone", "before": "", "line": 2}
    (made,) = book.propose([change | {"after": SECRETS["phone"]}], SECRETS["by"])
    book.judge(made.id, "accepted", SECRETS["judge"], FileStore(DATA_DIR, folder))
    book.propose(
        [change | {"before": SECRETS["phone"], "after": SECRETS["waiting"]}], SECRETS["by"]
    )
    return folder, site.id, f"{site.lon_lat[0]:.5f},{site.lon_lat[1]:.5f}"


@pytest.fixture(scope="module")
def routes():
    found = importlib.import_module("app").ROUTES
    access.configure(None)
    return found


@pytest.fixture
def client(stored, routes, monkeypatch):
    monkeypatch.setenv("KHARITA_VAR", str(stored[0]))
    yield TestClient(web_app(routes), base_url="http://localhost:8501", follow_redirects=False)
    drawing_queue().close()


def texts(content: bytes):
    """All that can be read in a file: itself, its parts when packed, the text of its pages."""
    yield content
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            for name in packed.namelist():
                yield packed.read(name)
    if content[:4] == b"%PDF":
        yield "\n".join(
            p.extract_text() for p in pypdf.PdfReader(io.BytesIO(content)).pages
        ).encode()


def leaks(content: bytes):
    plain = [re.sub(rb"[\s.\-]", b"", text) for text in texts(content)]
    return {
        k for k, v in SECRETS.items() if any(v.replace(" ", "").encode() in text for text in plain)
    }


def addresses(routes, id_, place):
    view = f"sel=site:{id_}&region={REGION}&place={place}&demo=hide&ids=R-2024-05&lang=fr"
    extra = {
        "/api/layers/{layer}": "&bbox=-10,30,0,36&zoom=12",
        "/brief.pdf": "&region=03",
        "/api/places": "&text=fes",
        "/api/markets/compare": "&pair=DE,FR",
    }
    for route in routes:
        if "GET" not in (route.methods or ()) or ABSENT.search(route.path):
            continue
        path = re.sub(
            r"\{(\w+(?::\w+)?)\}",
            lambda m: VALUES.get(m[1], id_ if m[1] == "id:path" else "R-2024-05"),
            route.path,
        )
        parameters = "lang=fr" if route.path.startswith(("/brief.pdf", "/ogc")) else view
        yield route.path, f"{path}?{parameters}{extra.get(route.path, '')}"


def test_no_route_tells_a_reader(client, routes, stored):
    walked = dict(addresses(routes, *stored[1:]))
    answered = 0
    for pattern, address in walked.items():
        answer = client.get(address)
        refused = answer.status_code == 403 and answer.json()["error"]["code"].startswith("access.")
        assert answer.status_code == 200 or refused, (pattern, address, answer.text[:300])
        answered += not refused
        assert leaks(answer.content) == set(), address
    assert answered > 40


def test_editors_see_them_where_they_work(client, stored, monkeypatch):
    monkeypatch.setenv("KHARITA_ROLE", "editor")
    seen = {
        path: leaks(client.get(f"{path}?region={REGION}&place={stored[2]}&lang=fr").content)
        for path in (
            f"/api/entity/site/{stored[1]}",
            "/api/near",
            f"/sheet/{REGION}.xlsx",
            "/api/corrections",
        )
    }
    assert seen[f"/api/entity/site/{stored[1]}"] == seen["/api/near"] == {"phone", "judge"}
    assert seen[f"/sheet/{REGION}.xlsx"] == {"phone"}
    assert seen["/api/corrections"] == set(SECRETS)


def test_files_that_leave_carry_none_even_for_an_administrator(client, routes, stored, monkeypatch):
    monkeypatch.setenv("KHARITA_ROLE", "administrator")
    for pattern, address in addresses(routes, *stored[1:]):
        if re.match(r"/(export|digest|argument|sheet/\{code\}$|snapshot\.(svg|html))", pattern):
            assert leaks(client.get(address).content) == set(), address


@pytest.mark.parametrize(
    "path", ["/api/entity/site/{id}", "/api/near", "/api/corrections", "/sheet/03.xlsx", "/api/me"]
)
def test_what_depends_on_who_asks_is_kept_by_no_cache(client, stored, path):
    assert client.get(path.format(id=stored[1])).headers["cache-control"] == "no-store"


def test_a_readers_sheet_handed_back_untouched_changes_nothing(client, stored):
    content = client.get(f"/sheet/{REGION}.xlsx").content
    answer = client.post(
        f"/api/corrections/{REGION}", content=content, headers={"x-kharita": "1", "x-name": "N"}
    )
    assert answer.status_code == 200 and answer.json()["made"] == []
