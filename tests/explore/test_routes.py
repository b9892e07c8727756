"""The HTTP routes, through Starlette, over the shipped data and over broken data."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from starlette.testclient import TestClient

from geo.core.paths import DATA_DIR
from geo.web import assets
from tests.web_app import web_app

HOSTILE = '<img src=x onerror="window.hit=1">${alert(1)}</script>'


@pytest.fixture(scope="module")
def client():
    return TestClient(web_app())


def test_health_has_the_announced_counts(client):
    health = client.get("/healthz").json()
    counts = health["counts"]
    assert health["status"] == "ok" and health["data_version"]
    assert counts["buyers"] == 228 and counts["markets"] == 34 and counts["reports"] == 30
    assert counts["sites_active"] >= 140 and counts["sites_in_progress"] >= 50
    assert counts["maisons"] >= 110 and counts["demo"] > 0


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
def test_no_key_is_left_untranslated_in_any_answer(client, lang, catalogue):
    paths = [
        f"/api/facets?lang={lang}&market=DE&q=zzzz",
        f"/api/rows/buyers?lang={lang}",
        f"/api/rows/sites?lang={lang}",
        f"/api/rows/reports?lang={lang}",
        f"/api/entity/overview/all?lang={lang}",
        f"/api/entity/market/DE?lang={lang}",
        f"/api/entity/craft/zellige?lang={lang}",
        f"/api/entity/region/08?lang={lang}",
    ]
    paths += [f"/api/entity/buyer/{b.id}?lang={lang}" for b in catalogue.buyers[::40]]
    paths += [f"/api/entity/site/{s.id}?lang={lang}" for s in catalogue.sites[::40]]
    paths += [f"/api/entity/report/{r.id}?lang={lang}" for r in catalogue.reports[::6]]
    from geo.i18n.words import catalogue as messages

    keys = set(messages("fr"))
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 200, path
        shown = {t for t in texts(answer.json()) if "." in t}
        assert not shown & keys, path


@pytest.mark.parametrize(
    ("lang", "agreement", "doubt"),
    [
        ("fr", "Accord d’association UE–Maroc, en vigueur depuis 2000", "(à vérifier)"),
        ("ar", "اتفاقية الشراكة بين المغرب والاتحاد الأوروبي", "(ينبغي التحقق)"),
        ("en", "EU–Morocco Association Agreement", "(to be verified)"),
    ],
)
def test_an_agreement_is_told_in_the_readers_language_and_as_unverified(
    client, catalogue, lang, agreement, doubt
):
    facts = [f["value"] for f in client.get(f"/api/entity/market/DE?lang={lang}").json()["facts"]]
    (fact,) = [f for f in facts if agreement in f]
    assert fact.endswith(doubt)
    if lang != "en":
        for market in catalogue.markets:
            facts_text = str(
                client.get(f"/api/entity/market/{market.iso2}?lang={lang}").json()["facts"]
            )
            assert (
                "FTA" not in facts_text
                and "knowledge" not in facts_text
                and "agreement" not in facts_text
            )


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        ("fr", {"exportations (janvier – novembre 2022)": "928,66 MDH"}),
        ("ar", {"exportations (يناير – نونبر 2022)": "928,66 MDH"}),
        ("en", {"exportations (January – November 2022)": "928.66 MDH"}),
    ],
)
def test_key_figures_tell_their_period_and_number_in_words(client, catalogue, lang, expected):
    seen: dict[str, set[str]] = {}
    for report in catalogue.reports:
        answer = client.get(f"/api/entity/report/{report.id}?lang={lang}").json()
        for fact in answer["facts"]:
            assert not re.search(r"\d{4}-\d\d|\d/\d", fact["label"]), fact
            seen.setdefault(fact["label"].replace("\u2009", " "), set()).add(fact["value"])
    for label, value in expected.items():
        assert value in seen[label]


def texts(content):
    """Every string of an answer that is shown to a reader."""
    if isinstance(content, dict):
        for key, value in content.items():
            if key not in ("field", "query", "sel", "key"):
                yield from texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from texts(value)
    elif isinstance(content, str):
        yield content


def test_layers_are_geojson_and_follow_filters(client):
    url = "/api/layers/buyers?bbox=-180,-85,180,85&zoom=3"
    every, german = client.get(url).json(), client.get(url + "&market=DE").json()

    def total(answer):
        return sum(f["properties"].get("n", 1) for f in answer["features"]) + sum(
            g["n"] for g in answer["tags"]
        )

    assert total(every) == 228
    assert total(german) == client.get("/api/facets?market=DE").json()["counts"]["buyers"]
    assert every["type"] == "FeatureCollection" and every["mode"] == "cells"
    close = client.get("/api/layers/sites?bbox=-8.1,31.5,-7.9,31.7&zoom=14").json()
    assert close["features"], "Marrakech has sites"


def test_a_report_marks_the_actors_it_names(client, catalogue):
    report = next(r for r in catalogue.reports if r.named)
    rows = client.get(f"/api/rows/buyers?report={report.id}&limit=200").json()["rows"]
    assert {r["sel"].removeprefix("buyer:") for r in rows if r["named"]} == set(report.named)


def test_hidden_layers_are_not_sent(client):
    answer = client.get("/api/layers/sites?bbox=-20,20,20,60&zoom=5&layers=buyers").json()
    assert answer["features"] == [] and answer["tags"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/layers/buyers",
        "/api/layers/buyers?bbox=1,2,3&zoom=4",
        "/api/layers/buyers?bbox=-10,20,10,40&zoom=nan",
        "/api/layers/buyers?bbox=-10,20,10,40&zoom=99",
        "/api/rows/buyers?limit=100000",
        "/api/rows/buyers?offset=-1",
        "/api/rows/buyers?sort=password",
        "/api/rows/buyers?limit=%D9%A3",
    ],
)
def test_bad_parameters_are_refused_in_words(client, path):
    answer = client.get(path)
    assert answer.status_code == 400
    assert answer.json()["error"]["text"] != answer.json()["error"]["code"]


@pytest.mark.parametrize(
    "path",
    [
        "/api/layers/nothing?bbox=0,0,1,1&zoom=3",
        "/api/rows/nothing",
        "/api/entity/buyer/nobody",
        "/api/entity/nothing/x",
        "/api/entity/buyer/../../etc/passwd",
        "/assets/x/../../app.py",
        "/assets/x/nothing.js",
    ],
)
def test_what_does_not_exist_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_assets_are_immutable_and_compressed(client):
    answer = client.get(assets.asset_url("leaflet/leaflet.js"), headers={"accept-encoding": "br"})
    assert answer.headers["content-encoding"] == "br"
    assert "immutable" in answer.headers["cache-control"]
    stale = client.get("/assets/000000000000/leaflet/leaflet.js")
    assert stale.status_code == 200 and stale.headers["cache-control"] == "no-store"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of the data that a test may break."""
    copy = tmp_path / "data"
    (copy / "sources").mkdir(parents=True)
    for path in [*DATA_DIR.glob("*.*json"), *DATA_DIR.glob("*.toml")]:
        shutil.copy(path, copy / path.name)
    for name_ in ("synonyms.csv", "communes.csv"):
        shutil.copy(DATA_DIR / "sources" / name_, copy / "sources")
    monkeypatch.setenv("KHARITA_STORE", f"files:{copy}")
    return copy


def test_a_missing_file_leaves_the_rest(client, folder):
    (folder / "buyers.geojson").unlink()
    health = client.get("/healthz").json()
    assert health["status"] == "degraded" and health["problems"] == 1
    assert health["counts"]["buyers"] == 0 and health["counts"]["reports"] == 30


def test_a_broken_file_leaves_the_rest_and_mending_it_is_seen(client, folder):
    original = (folder / "sites.geojson").read_text("utf-8")
    (folder / "sites.geojson").write_text(original[: len(original) // 2], "utf-8")
    assert client.get("/healthz").json()["counts"]["maisons"] == 0
    assert client.get("/api/rows/buyers").json()["total"] == 228
    (folder / "sites.geojson").write_text(original, "utf-8")
    assert client.get("/healthz").json()["status"] == "ok"


def _drop(path):
    path.unlink()


def _cut(path):
    original = path.read_text("utf-8")
    path.write_text(original[: len(original) // 2], "utf-8")


def _empty(path):
    key = "features" if path.suffix == ".geojson" else path.stem
    path.write_text(json.dumps({key: []}), "utf-8")


def _spoil_all_names(path):
    content = json.loads(path.read_text("utf-8"))
    for record in content.get("features") or content["markets"]:
        (record.get("properties") or record).update(name=5, name_fr=None)
    path.write_text(json.dumps(content), "utf-8")


def _spoil_one(path):
    content = json.loads(path.read_text("utf-8"))
    record = next(
        r
        for r in content.get("features") or content["markets"]
        if (r.get("properties") or r).get("code", "DE") in ("08", "08.401") or r.get("iso2") == "DE"
    )
    (record.get("properties") or record)["label_lon"] = "east"
    path.write_text(json.dumps(content), "utf-8")


DAMAGE = [_drop, _cut, _empty, _spoil_all_names, _spoil_one]
VOCABULARIES = {
    "markets.json": "market",
    "regions.geojson": "region",
    "provinces.geojson": "province",
}


@pytest.mark.parametrize("harm", DAMAGE)
@pytest.mark.parametrize("name", VOCABULARIES)
def test_a_damaged_list_of_codes_empties_nothing_that_refers_to_it(client, folder, name, harm):
    harm(folder / name)
    health = client.get("/healthz").json()
    counts = health["counts"]
    assert health["status"] == "degraded"
    assert counts["buyers"] == 228 and counts["maisons"] == 110 and counts["reports"] == 30
    assert counts["sites_active"] + counts["sites_in_progress"] == 190
    from geo.query.current import current

    problems = current().catalogue.problems
    assert {p.file for p in problems} == {name} and all(p.code for p in problems)
    values = {
        f["field"]: [v["value"] for g in f["groups"] for v in g["values"]]
        for f in client.get("/api/facets?lang=en").json()["facets"]
    }
    lost = VOCABULARIES[name]
    assert ("DE" if lost == "market" else "08" if lost == "region" else "08.401") not in values[
        lost
    ]
    assert all(values[other] for other in VOCABULARIES.values() if other != lost)
    buyer = next(b for b in current().catalogue.buyers if b.country == "DE")
    site = next(s for s in current().catalogue.sites if s.province == "08.401")
    for lang, germany in (("fr", "Allemagne"), ("ar", "ألمانيا"), ("en", "Germany")):
        answer = client.get(f"/api/entity/buyer/{buyer.id}?lang={lang}").json()
        assert germany in answer["subtitle"]
        rows = client.get(f"/api/rows/buyers?lang={lang}&sort=market&limit=200").json()["rows"]
        assert germany in {r["cells"][2]["text"] for r in rows}
    facts = {f["value"] for f in client.get(f"/api/entity/site/{site.id}").json()["facts"]}
    assert lost == "market" or {"region": "08", "province": "08.401"}[lost] in facts
    for path in (
        "/api/layers/buyers?bbox=-180,-85,180,85&zoom=3",
        "/api/rows/maisons",
        "/api/layers/sites?bbox=-20,20,20,60&zoom=7",
        "/api/entity/overview/all",
        "/api/rows/sites?sort=region",
        "/api/bounds?q=fes",
        "/api/rows/reports",
        "/api/entity/craft/zellige",
        "/api/entity/report/R-2024-06",
        "/api/facets?market=DE&region=08&province=08.401",
        "/api/facets?q=germany",
    ):
        assert client.get(path).status_code == 200, path


def test_hostile_text_stays_text(client, folder):
    path = folder / "buyers.geojson"
    content = json.loads(path.read_text("utf-8"))
    content["features"][0]["properties"]["name"] = HOSTILE
    path.write_text(json.dumps(content), "utf-8")
    first = content["features"][0]["id"]
    answer = client.get(f"/api/entity/buyer/{first}")
    assert answer.json()["title"] == HOSTILE
    assert answer.headers["content-type"] == "application/json"
