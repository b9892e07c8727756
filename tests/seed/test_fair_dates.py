"""Days of fair editions, only where a source gives them whole."""

from __future__ import annotations

from datetime import date

import pytest
from icalendar import Calendar

from geo.explore.api.fairs import matching_fairs, when
from geo.explore.api.layers import bounds_answer, layer_answer
from geo.explore.api.panel import entity_answer
from geo.explore.api.table import rows_answer
from geo.i18n.words import words
from geo.markets.api.export_support import support_answer
from geo.model.records import period_of
from geo.model.view import ViewState
from geo.query.viewport import Bbox
from geo.seed.fair_dates import edition_days, months_of


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("15-19 janvier 2026", date(2026, 1, 15), date(2026, 1, 19)),
        ("30 avril-11 mai 2025, Maroc invité d'honneur", date(2025, 4, 30), date(2025, 5, 11)),
        ("16e édition, 27 janvier-5 février 2023", date(2023, 1, 27), date(2023, 2, 5)),
        ("1er mars-30 avril 2021", date(2021, 3, 1), date(2021, 4, 30)),
    ],
)
def test_whole_dates_are_read(text, first, last):
    assert edition_days(text) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2023",
        "jusqu'au 16 décembre 2025",
        "109e édition",
        "26 octobre-4 novembre",
        "saison 2012-2013",
        "31-32 janvier 2026",
        "19-15 janvier 2026",
        "mars 2024",
    ],
)
def test_what_is_not_whole_gives_no_date(text):
    assert edition_days(text) is None


@pytest.mark.parametrize(
    ("text", "months"), [("", []), ("mars-avril", [3, 4]), ("Août", [8]), ("été", [])]
)
def test_months_are_read(text, months):
    assert months_of(text) == months


def test_an_edition_stands_where_its_source_puts_it(query):
    fairs = query.catalogue.fair_by_id
    assert len(fairs) == 47
    paris, marrakech = (
        fairs["maison-objet-fr-2026"],
        fairs["semaine-nationale-de-l-artisanat-ma-2020"],
    )
    assert (paris.first, paris.last, paris.months, paris.precision) == (
        "2026-01-15",
        "2026-01-19",
        (1,),
        "city",
    )
    assert marrakech.lon_lat == pytest.approx((-8.0, 31.63), abs=0.05)
    several, online = (
        fairs["exposition-itinerante-de-l-artisanat-maroco-chinois-ma-2022"],
        fairs["pan-african-moroccan-hand-made-expo-2021"],
    )
    assert [f.lon_lat for f in (several, online)] == [None, None]
    assert all((f.lon_lat is None) == (f.precision == "country") for f in fairs.values())
    assert all(f.year == int(f.last[:4]) for f in fairs.values() if f.first)


def test_days_are_said_in_the_language_of_the_reader(query):
    fairs = query.catalogue.fair_by_id
    assert when(fairs["maison-objet-fr-2026"], words("en")) == "Jan 15\u2009–\u200919, 2026"
    assert "يناير" in when(fairs["maison-objet-fr-2026"], words("ar"))
    assert when(fairs["foire-de-paris-fr-109e"], words("ar")) == "109e édition"


def test_the_calendar_holds_the_dated_editions_and_follows_the_filters(query):
    dated = [f for f in query.catalogue.fairs if f.first]
    events = Calendar.from_ical(
        support_answer(query, ViewState(), words("ar"), turnover="", status="")["ics"]
    ).walk("VEVENT")
    assert len(events) == len(dated) > 10
    french = support_answer(query, ViewState(market=("FR",)), words("fr"), turnover="", status="")
    assert len(Calendar.from_ical(french["ics"]).walk("VEVENT")) == sum(
        f.country == "FR" for f in dated
    )
    assert (
        support_answer(query, ViewState(market=("BH",)), words("fr"), turnover="", status="")["ics"]
        == ""
    )


WORLD = Bbox(-180, -90, 180, 90)
VIEWS = [
    ViewState(),
    ViewState(market=("FR", "DE")),
    ViewState(craft=("zellige",), period=("since-2024", "undated")),
    ViewState(market=("BH",)),
    ViewState(origin=("demo",)),
    ViewState(region=("08",)),
]


@pytest.mark.parametrize("view", VIEWS)
def test_map_list_and_bounds_hold_the_editions_that_pass_the_filters(query, view):
    expected = {
        f.id
        for f in query.catalogue.fairs
        if (not view.market or f.country in view.market)
        and (not view.craft or set(view.craft) & set(f.crafts))
        and (not view.period or period_of(f.year) in view.period)
        and (not view.origin or f.provenance in view.origin)
    }
    view = view.with_(layers=("fairs",))
    placed = {f.id for f in matching_fairs(query, view) if f.lon_lat}
    assert {f.id for f in matching_fairs(query, view)} == expected
    rows = rows_answer(query, "fairs", view, words("fr"), limit=200)
    assert {r["sel"] for r in rows["rows"]} == {f"fair:{id_}" for id_ in expected} and bool(
        rows["empty"]
    ) == (not expected)
    assert {
        f["id"] for f in layer_answer(query, "fairs", view, WORLD, 3, words("fr"))["features"]
    } == placed
    assert (
        layer_answer(query, "fairs", view.with_(layers=("buyers",)), WORLD, 3, words("fr"))[
            "features"
        ]
        == []
    )
    assert (bounds_answer(query, view)["bbox"] is None) == (not placed)


def test_the_list_begins_with_the_newest_and_knows_a_box(query):
    rows = rows_answer(query, "fairs", ViewState(), words("fr"), limit=200)["rows"]
    keys = [
        (f.first or str(f.year or ""))
        for r in rows
        if (f := query.catalogue.fair_by_id[r["sel"][5:]])
    ]
    assert keys == sorted(keys, reverse=True)
    paris = rows_answer(query, "fairs", ViewState(), words("fr"), bbox=Bbox(2, 48, 3, 49))
    assert {query.catalogue.fair_by_id[r["sel"][5:]].city for r in paris["rows"]} == {"Paris"}
    # The same place seen from the other side of the date line.
    assert (
        rows_answer(query, "fairs", ViewState(), words("fr"), bbox=Bbox(362, 48, 363, 49))["total"]
        == paris["total"]
    )


def test_the_panel_of_a_fair_gives_dates_source_and_calendar(query):
    found = entity_answer(query, "fair", "maison-objet-fr-2026", ViewState(), words("fr"))
    assert (
        found["calendar"]["file"] == "kharita-maison-objet-fr-2026.ics"
        and found["filter"]["value"] == "FR"
    )
    event = Calendar.from_ical(found["calendar"]["ics"]).walk("VEVENT")[0]
    assert (event["DTSTART"].dt, event["DTEND"].dt, str(event["UID"])) == (
        date(2026, 1, 15),
        date(2026, 1, 20),
        "maison-objet-fr-2026@kharita",
    )
    undated = entity_answer(query, "fair", "foire-de-paris-fr-109e", ViewState(), words("fr"))
    assert undated["calendar"] is None and undated["note"]
