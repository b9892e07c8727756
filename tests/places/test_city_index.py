"""Cities of the world and Moroccan places by name alone: when a name is enough, and how sure."""

from __future__ import annotations

from dataclasses import replace

import pytest

from geo.core import shipped
from geo.model.records import Catalogue, Commune, Town
from geo.places.city_index import Places


@pytest.fixture(scope="module")
def places(catalogue):
    return Places(catalogue)


@pytest.mark.parametrize(
    ("name", "country", "found", "lon_lat"),
    [
        ("Berlin", "DE", "Berlin", (13.41, 52.52)),
        ("BERLIN", "DE", "Berlin", (13.41, 52.52)),
        ("London", "GB", "Londres", (-0.13, 51.51)),
        ("Londres", "GB", "Londres", (-0.13, 51.51)),
        ("لندن", "GB", "Londres", (-0.13, 51.51)),
    ],
)
def test_a_city_is_found_in_its_country_by_each_of_its_names(places, name, country, found, lon_lat):
    match = places.city(name, country)
    assert match.name == found and match.lon_lat == pytest.approx(lon_lat, abs=0.02)
    assert (match.precision, match.certainty, match.namesakes) == ("city", 1.0, ())
    assert (match.province, match.region) == ("", "")


@pytest.mark.parametrize(("name", "country"), [("Berlin", "FR"), ("", "DE"), ("Nulle part", "DE")])
def test_another_countrys_city_is_not_taken(places, name, country):
    assert places.city(name, country) is None


def test_the_larger_of_two_cities_of_one_name_is_meant(tmp_path, monkeypatch):
    row = {"name": "Portland", "name_fr": "", "country_iso2": "US"}
    rows = [
        {**row, "population": "", "lon": "-1", "lat": "1"},
        {**row, "population": "600000", "lon": "-122.7", "lat": "45.5"},
        {**row, "population": "60000", "lon": "-70.3", "lat": "43.7"},
    ]
    monkeypatch.setattr(shipped, "rows", lambda name: rows)
    match = Places(Catalogue("x")).city("portland", "US")
    assert (match.name, match.lon_lat) == ("Portland", (-122.7, 45.5))


@pytest.mark.parametrize(
    ("name", "country"), [("Berlin", "DE"), ("Nulle part", ""), ("", ""), ("Londres", "GB")]
)
def test_a_name_says_its_country_only_where_one_country_has_it(places, name, country):
    assert places.country_of_city(name) == country


def test_a_town_that_some_buyer_lies_in_is_known(catalogue):
    buyer = next(b for b in catalogue.buyers if b.precision == "city" and b.lon_lat)
    there = {"country": "DE", "city": "Hinterwald", "lon_lat": (9.0, 50.0)}
    known = Places(Catalogue("x", buyers=[replace(buyer, **there)]))
    assert known.city("hinterwald", "DE").lon_lat == (9.0, 50.0)
    assert known.country_of_city("Hinterwald") == "DE"
    for vague in ({"precision": "country"}, {"lon_lat": None}):
        unknown = Places(Catalogue("x", buyers=[replace(buyer, **{**there, **vague})]))
        assert unknown.city("Hinterwald", "DE") is None


def town(name: str, id_: str, province: str, people: int | None) -> Town:
    return Town(name, "", (), province, id_, people, (-5.0, 32.0))


def commune(name: str, code: str, people: int) -> Commune:
    return Commune(code, {"fr": name, "ar": ""}, code[:6], code[:2], True, people, None, "")


def moroccan(catalogue, *towns, communes=()):
    return Places(
        Catalogue(
            "x",
            towns=towns,
            communes=communes,
            provinces=catalogue.provinces,
            regions=catalogue.regions,
        )
    ).moroccan


def test_a_name_that_stands_alone_is_certain_and_one_that_sounds_so_is_less(catalogue):
    find = moroccan(catalogue, town("Tafraza", "1", "08.401", 500))
    match = find("Tafraza")
    assert (match.name, match.precision, match.certainty) == ("Tafraza", "town", 1.0)
    assert (match.province, match.region, match.namesakes) == ("08.401", "08", ())
    assert find("Tafrazza").certainty == 0.8
    assert find("Tafr") is None and find("Nulle part") is None


def test_namesakes_are_all_named_and_none_is_chosen_for_certain(catalogue):
    find = moroccan(
        catalogue, town("Tafraza", "1", "08.401", 500), town("Tafraza", "2", "09.541", 400)
    )
    match = find("Tafraza")
    assert match.namesakes == ("Tafraza (Ouarzazate)", "Tafraza (Taroudannt)")
    assert match.certainty == 1.0
    assert find("Tafraza", "09.541").namesakes == ()
    assert find("Tafraza", "09.541").province == "09.541"
    assert find("Tafraza", "", "08").province == "08.401"
    assert find("Tafraza", "01.051") is None and find("Tafraza", "", "01") is None


@pytest.mark.parametrize(
    ("first", "second", "certainty", "namesakes"),
    [
        (10_000, 1_000, 0.7, 0),
        (9_999, 1_000, 1.0, 2),
        (10_000, 5, 0.7, 0),
        (9_999, 5, 1.0, 2),
        (20_000, 2_000, 0.7, 0),
        (19_999, 2_000, 1.0, 2),
        (10_000, None, 0.7, 0),
    ],
)
def test_a_place_of_ten_times_the_people_is_meant(catalogue, first, second, certainty, namesakes):
    find = moroccan(
        catalogue, town("Tafraza", "1", "08.401", first), town("Tafraza", "2", "09.541", second)
    )
    match = find("Tafraza")
    assert (match.province, match.certainty) == ("08.401", certainty)
    assert len(match.namesakes) == namesakes


def test_a_commune_is_known_without_a_position_and_keeps_its_precision(catalogue):
    find = moroccan(catalogue, communes=(commune("Ait Zmour", "08.401.03.01", 700),))
    match = find("Ait Zmour")
    assert (match.precision, match.lon_lat, match.province) == ("commune", None, "08.401")


def test_a_province_or_a_region_is_no_place_by_itself(places):
    assert places.moroccan("Drâa-Tafilalet") is None
