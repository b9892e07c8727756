"""`make data` rebuilds the shipped files: published records first, demo ones to the figures."""

from __future__ import annotations

import csv
import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from geo.core.paths import DATA_DIR, SOURCES_DIR
from geo.curate.folder_audit import ANNOUNCED
from geo.model.records import AGREEMENTS, IN_PROGRESS, MAISON_KINDS
from geo.seed.__main__ import build, catalogue, text_of
from geo.seed.published import agreements, names
from geo.store.file_store import FileStore


@pytest.fixture(scope="module")
def files():
    return build(SOURCES_DIR)


@pytest.fixture(scope="module")
def texts(files):
    return {name: text_of(name, records) for name, records in files.items()}


@pytest.fixture(scope="module")
def data():
    return FileStore(DATA_DIR).load()


def table(name: str) -> list[dict[str, str]]:
    with (SOURCES_DIR / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def properties(files, name: str) -> list[dict]:
    return [record["properties"] for record in files[name]]


def test_the_same_sources_give_the_same_bytes(texts):
    again = build(SOURCES_DIR)
    assert {name: text_of(name, records) for name, records in again.items()} == texts


def test_the_shipped_files_are_those_make_data_writes(files, texts):
    for name, text in {**texts, "catalogue.toml": catalogue(files, texts)}.items():
        assert (DATA_DIR / name).read_text("utf-8") == text, f"{name}: run `make data`"


def test_one_record_per_line(files, texts):
    for name, text in texts.items():
        assert text.endswith("]}\n")
        assert text.count("\n") == len(files[name]) + 2


@pytest.mark.parametrize("name", ["buyers.geojson", "sites.geojson"])
def test_published_records_come_first(files, name):
    origins = [p["provenance"] for p in properties(files, name)]
    assert set(origins) == {"published", "demo"}
    assert origins == sorted(origins, reverse=True)


def test_every_published_row_is_there(files):
    for name, source in (
        ("buyers.geojson", "actors"),
        ("sites.geojson", "sites"),
        ("reports.json", "reports"),
    ):
        rows = [row["id"] for row in table(source)]
        assert [record["id"] for record in files[name]][: len(rows)] == rows


def test_the_announced_counts_are_reached(data):
    figures = {
        row["id"]: int(row["value"]) for row in table("seed_facts") if row["id"] in ANNOUNCED
    }
    for id_, (name, count) in ANNOUNCED.items():
        assert count(data) >= figures[id_], name
    assert len(data.buyers) == figures["S15"]
    assert len(data.reports) == figures["S14"]


def test_demo_rows_only_complete_the_published_ones(data):
    """No demo site beyond what an announced figure still lacks."""
    sites = [s for s in data.sites if s.class_ == "site"]
    assert sum(s.status == "active" for s in sites) == 140
    assert sum(s.status in IN_PROGRESS for s in sites) == 50
    assert sum(s.class_ == "maison" for s in data.sites) == 110


def test_every_market_has_a_buyer_and_no_other_country_has(data):
    assert {b.country for b in data.buyers} == {m.iso2 for m in data.markets}


def test_demo_records_say_so(files):
    for name in ("buyers.geojson", "sites.geojson"):
        for p in properties(files, name):
            label = p.get("name") or p.get("name_fr")
            if p["provenance"] == "demo":
                assert re.match(r"(Acteur|Site|Maison) démo \d{3} · [^,]+, \S", label), label
                assert p["verified"] == "" and (p.get("relation_fr") or p.get("fact_fr", "")) == ""
                assert p["sources"] == [{"url": "", "label": "demo", "date": ""}]
            else:
                assert "démo" not in label.lower()
                assert all(s["url"].startswith("http") for s in p["sources"])


@pytest.mark.parametrize(
    ("name", "field"), [("buyers.geojson", "year"), ("sites.geojson", "year_opened")]
)
def test_about_half_of_the_demo_records_have_no_year(files, name, field):
    years = [
        p[field]
        for p in properties(files, name)
        if p["provenance"] == "demo" and p.get("status", "active") == "active"
    ]
    assert 0.4 < years.count(None) / len(years) < 0.6


def test_a_record_writes_its_town_as_the_gazetteer_does(files):
    """Else a search by another spelling of the town would not find it."""
    towns = {t["geoname_id"]: t["name"] for t in files["towns.json"]}
    for p in properties(files, "sites.geojson"):
        if p["precision"] in ("town", "commune") and p["geoname_id"] in towns:
            assert p["town"] == towns[p["geoname_id"]]


def test_a_buyer_without_a_city_has_no_point(files):
    buyers = files["buyers.geojson"]
    for record in buyers:
        p = record["properties"]
        known = record["geometry"] is not None
        assert known == bool(p["city"]) == (p["precision"] == "city"), p["name"]
    demo = [r for r in buyers if r["properties"]["provenance"] == "demo"]
    assert 0.05 < sum(r["geometry"] is None for r in demo) / len(demo) < 0.12


def test_demo_buyers_stand_in_cities_of_their_market(files):
    cities = {(c["country_iso2"], c["name_fr"]) for c in table("cities")}
    for p in properties(files, "buyers.geojson"):
        if p["provenance"] == "demo" and p["city"]:
            assert (p["country"], p["city"]) in cities


def test_maisons_are_mostly_rural_and_spread(files):
    maisons = [p for p in properties(files, "sites.geojson") if p["kind"] in MAISON_KINDS]
    assert sum(p["rural"] is True for p in maisons) > 0.7 * len(maisons)
    assert {p["region"] for p in maisons} >= {f"{n:02d}" for n in range(1, 13)} - {"10", "12"}
    demo = Counter(p["geoname_id"] for p in maisons if p["provenance"] == "demo")
    assert max(demo.values()) == 1


def test_demo_crafts_follow_what_the_town_is_known_for(files):
    known: dict[str, set[str]] = {}
    for row in table("craft_geography"):
        known.setdefault(row["province_code"], set()).add(row["craft"])
    demo = [
        p
        for p in properties(files, "sites.geojson")
        if p["provenance"] == "demo" and p["province"] in known
    ]
    assert sum(bool(known[p["province"]] & set(p["crafts"])) for p in demo) > len(demo) / 2


def test_reports_name_the_actors_their_notes_name(files):
    named = {r["id"]: r["named"] for r in files["reports.json"]}
    assert named["R-2023-03"] == [
        "el-corte-ingles-es",
        "galeries-lafayette-fr",
        "el-corte-ingles-pt",
    ]
    assert named["R-2025-01"] == ["dior-fr", "la-rinascente-it"]
    assert sum(map(bool, named.values())) == 7  # read by hand: no other note names an actor


@pytest.mark.parametrize(
    ("actor", "text", "organisations", "expected"),
    [
        ("Larache", "Un centre à Larache", [], False),
        ("Larache", "Une boutique", ["Larache"], True),
        ("Le Printemps", "Le printemps des tapis", [], False),
        ("clé tile", "Selon CLE TILE, le zellige", [], True),
        ("Dior", "Un diorama", [], False),
        ("Global Village Dubai (pavillon Maroc)", "Au Global Village Dubaï", [], True),
    ],
)
def test_an_actor_is_named_by_its_whole_name(actor, text, organisations, expected):
    note = {"title_fr": "", "summary_fr": text, "organisations": organisations}
    assert names(note, {"properties": {"name": actor}}) is expected


def test_report_titles_are_in_three_languages(data):
    assert all(set(r.title) == {"fr", "ar", "en"} and all(r.title.values()) for r in data.reports)


def test_report_codes_are_the_union_of_its_notes(data):
    for report in data.reports:
        assert set(report.markets) == {m for n in report.notes for m in n.markets}
        assert set(report.crafts) == {c for n in report.notes for c in n.crafts}


def test_town_spellings_are_those_a_person_types(files):
    towns = {t["name"]: t for t in reversed(files["towns.json"])}
    assert towns["Casablanca"]["name_ar"] == "الدار البيضاء"
    assert "Mogador" in towns["Essaouira"]["alt"] and "Tangier" in towns["Tanger"]["alt"]
    assert "Khenifra" not in towns["Kénitra"]["alt"], "another town's name"
    for town in files["towns.json"]:
        for spelling in town["alt"]:
            assert len(spelling) > 1 and "ہ" not in spelling and "ی" not in spelling
        assert "CMN" not in town["alt"] and "kasablanka" not in town["alt"]


def test_the_catalogue_credits_every_file(files, texts):
    listed = {f["name"]: f for f in tomllib.loads(catalogue(files, texts))["file"]}
    assert set(listed) == set(files)
    for name, entry in listed.items():
        assert entry["records"] == len(files[name]) and entry["credit"] and entry["licence"]
    assert listed["buyers.geojson"]["demo"] == 176


def test_agreements_are_codes_and_every_text_of_the_source_has_one(files):
    rows = {row["iso2"]: row for row in table("markets")}
    for market in files["markets.json"]:
        assert market["agreements"] and set(market["agreements"]) <= set(AGREEMENTS)
        assert market["agreements"] == agreements(
            rows[market["iso2"]]["trade_agreement_with_morocco"]
        )
        assert market["agreement_source"] == "general_knowledge"
    found = {m["iso2"]: m["agreements"] for m in files["markets.json"]}
    assert found["AE"] == ["fta_uae", "gafta"] and found["US"] == ["fta_us"]
    assert found["JP"] == ["mfn"] and found["SN"] == ["afcfta"]
    with pytest.raises(KeyError):
        agreements("Mars-Morocco FTA")


def test_area_labels_lie_inside(files):
    from shapely.geometry import Point, shape

    for name in ("regions.geojson", "provinces.geojson"):
        for area in files[name]:
            p = area["properties"]
            label = Point(p["label_lon"], p["label_lat"])
            assert shape(area["geometry"]).contains(label), p["code"]


def test_writing_replaces_files_whole(tmp_path: Path, monkeypatch, texts):
    from geo.seed.__main__ import main

    (tmp_path / "buyers.geojson").write_text("old", "utf-8")
    monkeypatch.setattr("sys.argv", ["geo.seed", "--out", str(tmp_path)])
    main()
    assert (tmp_path / "buyers.geojson").read_text("utf-8") == texts["buyers.geojson"]
    assert not list(tmp_path.glob("*.partial"))
