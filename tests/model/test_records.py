"""Records, their parsers and the view: exact values at their edges."""

from __future__ import annotations

import pytest

from geo.model import parsing
from geo.model.records import Catalogue, Report, Site, period_of
from geo.model.view import DAYS, FIELDS, ViewState

COMMUNE = {
    "code": "01.051.01.01",
    "name_fr": "Tétouan",
    "name_ar": "تطوان",
    "province_code": "01.051",
    "region_code": "01",
    "milieu": "urbain",
    "population_2024": "0",
    "lon": "-5.36",
    "lat": "35.57",
    "geoname_id": "7",
}


def report(date: str = "2024-05", **changes: object) -> Report:
    return Report("R", date, {}, "salon", (), (), (), (), **changes)


@pytest.mark.parametrize(
    ("year", "code"),
    [
        (None, "undated"),
        (2024, "since-2024"),
        (9999, "since-2024"),
        (2023, "2020-2023"),
        (2020, "2020-2023"),
        (2019, "2015-2019"),
        (2015, "2015-2019"),
        (2014, "2010-2014"),
        (2010, "2010-2014"),
        (2009, "before-2010"),
        (0, "before-2010"),
    ],
)
def test_each_year_falls_into_one_period(year, code):
    assert period_of(year) == code


@pytest.mark.parametrize(("date", "year"), [("2024-05", 2024), ("2024", 2024), ("", None)])
def test_the_year_of_a_report_is_that_of_its_date(date, year):
    assert report(date).year == year


def test_newer_reports_sort_after_older_ones_and_undated_first():
    dates = ["2024-05", "", "2023", "2024-06-01"]
    assert sorted(dates, key=lambda d: report(d).newest_first) == ["", *sorted(dates)[1:]]
    assert report().newest_first == ("2024-05", "R")


@pytest.mark.parametrize(
    ("kind", "fact", "class_", "trains"),
    [
        ("maison_artisane", "", "maison", False),
        ("centre_formation", "", "site", True),
        ("autre", "Une FORMATION y est donnée", "site", True),
        ("autre", "Des tapis", "site", False),
    ],
)
def test_what_a_facility_is_follows_from_its_kind_and_its_fact(kind, fact, class_, trains):
    fields = dict.fromkeys(Site.__dataclass_fields__, "")
    site = Site(**{**fields, "kind": kind, "fact_fr": fact})
    assert (site.class_, site.trains) == (class_, trains)


@pytest.mark.parametrize(
    ("lon", "lat"), [("-180", "-90"), ("180", "90"), ("0", "0"), ("-5.36", "35.57")]
)
def test_a_commune_lies_anywhere_on_earth(lon, lat):
    commune = parsing.commune(COMMUNE | {"lon": lon, "lat": lat})
    assert commune.lon_lat == (float(lon), float(lat))


@pytest.mark.parametrize(("lon", "lat"), [("", "35"), ("-5", ""), ("", "")])
def test_a_commune_without_both_coordinates_has_no_position(lon, lat):
    assert parsing.commune(COMMUNE | {"lon": lon, "lat": lat}).lon_lat is None


@pytest.mark.parametrize(
    "change",
    [
        {"lon": "180.5"},
        {"lon": "-180.5"},
        {"lat": "90.5"},
        {"lat": "-90.5"},
        {"population_2024": "-1"},
        {"milieu": "ville"},
    ],
)
def test_a_commune_with_a_wrong_figure_is_refused(change):
    with pytest.raises(ValueError):
        parsing.commune(COMMUNE | change)


def test_a_commune_is_read_as_the_census_writes_it():
    commune = parsing.commune(COMMUNE)
    assert (commune.population_2024, commune.rural, commune.town) == (0, False, "7")
    assert parsing.commune(COMMUNE | {"milieu": "rural", "geoname_id": ""}).rural
    assert parsing.commune(COMMUNE | {"geoname_id": ""}).town == ""


def test_the_box_of_an_area_holds_all_its_rings():
    area = parsing.area(
        {
            "properties": {
                "code": "08.401",
                "region_code": "08",
                "name_fr": "A",
                "name_ar": "ا",
                "population_2024": 5,
                "label_lon": -5,
                "label_lat": 31,
            },
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [[[[-5, 31], [-4, 33]]], [[[-7.5, 30], [-6, 32]]]],
            },
        }
    )
    assert area.bbox == (-7.5, 30, -4, 33) and area.region == "08"
    assert area.label_lon_lat == (-5.0, 31.0)


def test_a_figure_without_a_value_is_empty_and_zero_is_a_value():
    note = parsing.report(
        {
            "id": "R",
            "date": "",
            "title": {},
            "kind": "salon",
            "markets": [],
            "crafts": [],
            "named": [],
            "notes": [
                {
                    "id": "N",
                    "date": "",
                    "title_fr": "",
                    "kind": "salon",
                    "markets": [],
                    "crafts": [],
                    "summary_fr": "",
                    "key_figures": [{"label": "A", "value": 0}, {"label": "B", "value": None}],
                    "organisations": [],
                    "sources": [{"url": "u", "label": "l"}],
                }
            ],
        }
    ).notes[0]
    assert [(f.label, f.value, f.unit) for f in note.figures] == [("A", "0", ""), ("B", "", "")]
    assert note.sources[0].date == ""


def test_a_town_may_have_no_position_and_an_id_that_is_a_number():
    raw = {"name": "T", "name_ar": "", "alt": ["U"], "province": "", "geoname_id": 7}
    town = parsing.town(raw)
    assert (town.lon_lat, town.id, town.population) == (None, "7", None)
    assert parsing.town(raw | {"lon": -5, "lat": 31}).lon_lat == (-5.0, 31.0)


def test_the_digest_of_what_is_drawn_follows_what_is_drawn_alone(catalogue):
    def digest(**changes):
        return Catalogue("v", **{"markets": catalogue.markets, **changes}).reference_digest

    assert len(digest()) == 16 == len(catalogue.reference_digest)
    assert digest() == digest(reports=catalogue.reports, buyers=catalogue.buyers)
    assert digest() != digest(towns=catalogue.towns) != digest(regions=catalogue.regions)
    assert digest(regions=catalogue.regions) != digest(provinces=catalogue.provinces)


def test_a_code_is_toggled_a_filter_cleared():
    view = ViewState(market=("DE", "FR"), q="a", tab="reports")
    assert view.toggle("market", "DE").market == ("FR",)
    assert view.toggle("market", "ES").market == ("DE", "FR", "ES")
    assert view.cleared("market") == ViewState(q="a", tab="reports")
    assert view.cleared() == ViewState(tab="reports")
    picks = [(info.name, code) for info, code in view.picks()]
    assert picks == [("market", "DE"), ("market", "FR"), ("q", "a")]


@pytest.mark.parametrize(
    ("sel", "selected"),
    [
        ("buyer:x", ("buyer", "x")),
        ("report:a:b", ("report", "a:b")),
        ("buyer:", None),
        ("planet:x", None),
        ("", None),
    ],
)
def test_what_is_selected_is_a_known_kind_and_an_id(sel, selected):
    assert ViewState(sel=sel).selected == selected


def test_the_defaults_and_choices_that_addresses_rely_on(catalogue):
    assert DAYS == ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10")
    assert FIELDS["market"].many and not FIELDS["lang"].many and not FIELDS["at"].many
    assert FIELDS["q"].codes(catalogue) == ()
    assert FIELDS["market"].codes(catalogue)[0] == catalogue.markets[0].iso2
    newest = FIELDS["report"].codes(catalogue)[0]
    assert catalogue.report_by_id[newest].date == max(r.date for r in catalogue.reports)
