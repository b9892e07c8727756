"""What a deployment can change is shown as its store has it, whatever the store."""

from __future__ import annotations

import json
import re
import shutil
from urllib.parse import urlsplit

import pytest
from shapely.geometry import shape

from geo.core.paths import DATA_DIR, PROJECT
from geo.curate.api.quality import about_answer
from geo.i18n.words import words
from geo.markets.trade_refresh import market_numbers
from geo.model.view import ViewState
from geo.places.basemap_data import basemap_data, morocco_of
from geo.query import current as service
from geo.query.engine import Query
from geo.render.scene import scene_of
from geo.render.sheet_svg import map_svg
from geo.render.sheets import SIZES
from geo.store.changes import Edit
from geo.store.copy import copy
from geo.store.database import url_of
from geo.store.file_store import FileStore
from geo.store.migrate import migrate
from geo.store.postgis_store import PostgisStore
from geo.web.assets import asset_url
from tests.store.records import put
from tests.web_app import client

KEPT_REGIONS = ("01", "02", "03", "04", "05", "06")
#: The modules that may know where the project's data lie.
READERS = re.compile(r"core/(paths|settings|shipped)|(store|seed|cli)/.*")


@pytest.fixture(scope="module")
def other_folder(small, tmp_path_factory):
    """The small folder of a deployment with half the regions, other names and another list."""
    folder = tmp_path_factory.mktemp("other") / "data"
    shutil.copytree(small, folder)

    def rewrite(name, key, change):
        document = json.loads((folder / name).read_text("utf-8"))
        document[key] = [row for row in document[key] if change(row)]
        (folder / name).write_text(json.dumps(document), "utf-8")

    def region(row):
        inside = row["properties"]
        if inside["code"] == "01":
            inside["name_fr"] = "Région d’essai"
        return inside["code"] in KEPT_REGIONS

    def market(row):
        if row["iso2"] == "FR":
            row["name"]["fr"] = "Gaule"
        return row["iso2"] != "US"

    def town(row):
        row["name"] = f"Ville {row['geoname_id']}"
        return True

    rewrite("regions.geojson", "features", region)
    rewrite(
        "provinces.geojson", "features", lambda row: row["properties"]["code"][:2] in KEPT_REGIONS
    )
    rewrite("markets.json", "markets", market)
    rewrite("towns.json", "towns", town)
    return folder


@pytest.fixture(params=["files", "postgis"])
def other(request, other_folder, tmp_path, monkeypatch):
    """The app over that deployment's store."""
    address = f"files:{other_folder}"
    if request.param == "postgis":
        cluster = request.getfixturevalue("cluster")
        name = cluster.database()
        address = f"postgis:{cluster.url(name)}"
        made = PostgisStore(url_of(cluster.url(name)))
        migrate(made.engine)
        copy(FileStore(other_folder), made)
        made.close()
    monkeypatch.setenv("KHARITA_STORE", address)
    monkeypatch.setenv("KHARITA_VAR", str(tmp_path / "var"))
    service._opened.cache_clear()
    yield service.current().catalogue
    service.close()
    service._opened.cache_clear()
    if request.param == "postgis":
        cluster.drop(name)


@pytest.fixture(scope="module")
def shipped_query():
    return Query(FileStore(DATA_DIR).load())


def served(path):
    """What a browser is given under the address that pages name now, to be kept for good."""
    answer = client().get(asset_url(path))
    assert answer.status_code == 200 and "immutable" in answer.headers["cache-control"]
    return answer.json()


def test_base_map_and_labels_are_those_of_the_store(other, shipped_query):
    flagged = {c["iso2"] for c in served("basemap/110m.regions.json")["countries"] if c["market"]}
    assert "FR" in flagged and "US" not in flagged
    names = {(text, kind) for text, *_, kind, _ in served("basemap/labels.fr.json")["labels"]}
    assert {("Gaule", "market"), ("Région d’essai", "region"), ("États-Unis", "country")} <= names
    assert {text for text, kind in names if kind == "town"} == {t.name for t in other.towns}
    drawn = served("basemap/morocco.regions.json")
    before = morocco_of(basemap_data(shipped_query.catalogue))
    now = morocco_of(basemap_data(other))
    assert now.area < 0.8 * before.area
    assert now.area == pytest.approx(sum(shape(a.geometry).area for a in other.regions), rel=0.001)
    assert len(drawn["outline"]) >= 1 and drawn["regions"] and drawn["provinces"]
    assert {a["code"] for a in served("areas/region.json")} == set(KEPT_REGIONS)


def test_a_snapshot_draws_the_outlines_of_the_store(other, shipped_query):
    view = ViewState(region=("01",), layers=(), at=(-6.0, 34.0, 6.0))
    now, before = (
        scene_of(query, view, size=SIZES["a4"]) for query in (service.current(), shipped_query)
    )
    assert now.frame == before.frame
    assert map_svg(now) != map_svg(before)
    assert "Région d’essai" in [" ".join(label.lines) for label in now.labels]
    assert "Région d’essai" not in [" ".join(label.lines) for label in before.labels]


def test_the_trade_figures_are_those_of_the_markets_of_the_store(other):
    numbers = market_numbers(other.markets)
    assert numbers.keys() == {m.iso2 for m in other.markets}
    assert "US" not in numbers and numbers["FR"] == 251


def test_the_page_about_the_data_counts_what_the_store_holds(other, shipped_query):
    t = words("fr")

    def counted(query):
        return {f["name"]: f["records"] for f in about_answer(query, t)["files"]}

    now, before = counted(service.current()), counted(shipped_query)
    assert now["regions.geojson"] == "6" and before["regions.geojson"] == "12"
    assert now.keys() == before.keys()


def test_an_address_changes_with_what_the_base_map_draws_and_with_nothing_else(other, tmp_path):
    ledger = service.ledger()
    before = asset_url("map.js")
    ledger.commit([put()], "Amina", "", "edit")
    service.current()
    assert asset_url("map.js") == before
    raw = ledger.one("markets", "FR").raw
    changed = {**raw, "name": {**raw["name"], "fr": "Hexagone"}}
    ledger.commit([Edit("markets", "FR", changed, 0)], "Amina", "", "edit")
    service.current()
    assert asset_url("map.js") != before
    labels = served("basemap/labels.fr.json")["labels"]
    assert "Hexagone" in {text for text, *_ in labels}
    stale = client().get(f"{before.rpartition('/')[0]}/basemap/labels.fr.json")
    assert stale.headers["cache-control"] == "no-store" and stale.json()["labels"] == labels
    assert urlsplit(before).path.count("/") == 3


def test_the_shipped_store_counts_as_its_files_say(shipped_query):
    """The table of the page about the data, as ``make data`` wrote it."""
    from geo.core.shipped import credited_files

    answer = about_answer(shipped_query, words("en"))["files"]
    assert [(f["name"], f["records"], f["demo"]) for f in answer] == [
        (f["name"], str(f["records"]), str(f["demo"] or "")) for f in credited_files()
    ]


def test_data_are_read_through_one_door():
    place = re.compile(r"\b(DATA_DIR|SOURCES_DIR)\b")
    found = [
        f"{name}:{number}"
        for folder in ("geo", "pages")
        for path in (PROJECT / folder).rglob("*.py")
        if not READERS.fullmatch(
            name := path.relative_to(PROJECT / folder).with_suffix("").as_posix()
        )
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if place.search(line)
    ]
    assert found == []


def test_a_shipped_file_is_named_in_one_module():
    names = {p.name.partition(".")[0] for p in (DATA_DIR / "sources").glob("countries_*")}
    own = re.compile(
        "|".join((*sorted(names), "morocco_outline", "countries_\\{", "catalogue.toml"))
    )
    found = {
        path.relative_to(PROJECT / "geo").as_posix()
        for path in (PROJECT / "geo").rglob("*.py")
        for line in path.read_text("utf-8").splitlines()
        if re.search(rf"[\"'][^\"' ]*({own.pattern})[^\"']*[\"']", line)
    }
    assert found - {"seed/__main__.py"} == {"core/shipped.py"}
