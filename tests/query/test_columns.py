"""The columns of a few records, each value by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from geo.model.records import AGE_STEPS, CRAFTS, Catalogue
from geo.model.view import ViewState
from geo.query.columns import build_columns, place_of, year_of
from geo.query.engine import Query
from tests.query.records import buyer, report, site

TODAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def small(catalogue):
    """A buyer in Berlin, one of the same kind that a report names, one without a position."""
    buyers = [
        buyer("nowhere", country="XX", year=2019, verified="2026-06"),
        buyer("berlin", city="Berlin", lon_lat=(13.4, 52.5), crafts=("zellige", "tapis_tissage")),
        buyer("named", city="Berlin", lon_lat=(2.35, 48.85), crafts=("zellige", "tapis_tissage")),
    ]
    reports = (report("A", "2026-05", named=("named",)), report("B", "2024", named=("named",)))
    return Catalogue("x", buyers=buyers, reports=reports, markets=catalogue.markets)


def test_rows_lie_along_the_curve_and_those_without_a_position_come_last(small):
    columns = build_columns(small, "buyers", TODAY)
    assert [columns.record(i).id for i in range(3)] == ["berlin", "named", "nowhere"]
    assert columns.row.tolist() == [1, 2, 0] and len(columns) == 3 and columns.placed == 2
    assert columns.x[0] == pytest.approx((13.4 + 180) / 360)
    assert np.isnan(columns.x[2]) and np.isnan(columns.y[2])
    assert columns.key[0] < columns.key[1] and len(columns.key) == 2
    assert columns.year.tolist() == [0, 0, 2019]


def test_rows_of_equal_codes_share_a_signature_unless_reports_name_them(small):
    columns = build_columns(small, "buyers", TODAY)
    assert len(set(columns.signature.tolist())) == 3 and columns.weights.tolist() == [1, 1, 1]
    assert columns.named_sets == (frozenset(), frozenset(("A", "B")))
    assert columns.named[columns.signature].tolist() == [0, 1, 0]
    alike = Catalogue(
        "y", buyers=[buyer("a"), buyer("b"), buyer("c", kind="other")], markets=small.markets
    )
    same = build_columns(alike, "buyers", TODAY)
    assert same.weights.tolist() == [2, 1] and same.signature.tolist() == [0, 0, 1]


def test_codes_are_places_in_their_vocabulary_and_several_are_a_set_of_bits(small):
    columns = build_columns(small, "buyers", TODAY)
    bits = 1 << CRAFTS.index("zellige") | 1 << CRAFTS.index("tapis_tissage")
    assert columns.bits["craft"][columns.signature].tolist() == [bits, bits, 0]
    market = [m.iso2 for m in small.markets].index("DE")
    assert columns.codes["market"][columns.signature].tolist() == [market, market, -1]
    fresh = [AGE_STEPS[i] for i in columns.codes["fresh"][columns.signature]]
    assert fresh == ["undated", "6m", "6m"]


def test_places_are_kept_once(small):
    columns = build_columns(small, "buyers", TODAY)
    assert columns.place_names == ("", "Berlin") and columns.place.tolist() == [1, 1, 0]


@pytest.mark.parametrize(
    ("town", "commune", "place"),
    [("Fès", "", "Fès"), ("Fès", "Fès", "Fès"), ("", "Agdal", "Agdal"), ("Fès", "Agdal", None)],
)
def test_the_place_of_a_site_is_its_town_and_its_commune(town, commune, place):
    assert place_of(site(town=town, commune=commune)) == (place or "Fès Agdal")
    assert place_of(buyer(city=town)) == town


def test_sites_and_maisons_are_two_halves_of_one_store():
    sites = (site("a", year_opened=2001, fact_fr="formation"), site("m", kind="dar_maalma"))
    catalogue = Catalogue("x", sites=sites)
    halves = {name: build_columns(catalogue, name, TODAY) for name in ("sites", "maisons")}
    assert {k: c.row.tolist() for k, c in halves.items()} == {"sites": [0], "maisons": [1]}
    assert halves["sites"].year.tolist() == [2001] and year_of(sites[1]) is None
    assert halves["sites"].codes["training"].tolist() == [0], "yes"
    assert halves["maisons"].codes["women"].tolist() == [1], "no"


def test_an_engine_over_nothing_finds_nothing():
    query = Query(Catalogue("x"), today=TODAY)
    assert query.counts(ViewState(q="a")) == dict.fromkeys(
        ("buyers", "sites", "maisons", "reports"), 0
    )
    assert set(query.ages(ViewState()).values()) == {0} and query.demo_count == 0
    assert query.facet_counts(ViewState())["craft"]["zellige"] == 0


@pytest.fixture(scope="module")
def query(small):
    sites = (
        site("fes", town="Fès", crafts=("zellige",), women_only=True, region="03"),
        site("demo", provenance="demo", kind="dar_maalma", verified="2020"),
    )
    return Query(
        Catalogue(
            "z",
            buyers=small.buyers,
            reports=small.reports,
            markets=small.markets,
            sites=sites,
            synonyms=tuple({"word": w, "group": "craft:zellige"} for w in ("zellij", "zellige")),
        ),
        today=TODAY,
    )


def found(query, name, **view):
    columns = query.columns[name]
    return [columns.record(i).id for i in np.flatnonzero(query.passing(name, ViewState(**view)))]


def test_filters_pass_what_they_name(query):
    assert found(query, "buyers", market=("DE",)) == ["berlin", "named"]
    assert found(query, "buyers", craft=("babouches", "zellige")) == ["berlin", "named"]
    assert found(query, "buyers", craft=("babouches",)) == []
    assert found(query, "buyers", report=("A",)) == ["berlin", "named", "nowhere"]
    assert found(query, "sites", women=("yes",)) == ["fes"]
    assert found(query, "maisons", market=("FR",)) == ["demo"], "a market says nothing of sites"
    assert found(query, "buyers", fresh="6m") == ["named", "nowhere"]
    assert found(query, "maisons", fresh="5y") == []


def test_counts_ages_and_generated_records(query):
    assert query.counts(ViewState()) == {"buyers": 3, "sites": 1, "maisons": 1, "reports": 2}
    assert {k: n for k, n in query.ages(ViewState(fresh="6m")).items() if n} == {
        "6m": 2,
        "older": 1,
        "undated": 2,
    }
    assert query.demo_count == 1
    assert query.tally("sites", "status", ViewState())["active"] == 1
    assert query.tally("buyers", "craft", ViewState(market=("DE",)))["zellige"] == 2
    assert query.tally("buyers", "market", ViewState(q="berlin"))["DE"] == 2


def test_only_the_map_of_buyers_marks_what_the_open_reports_name(query):
    view = ViewState(report=("A", "B"))
    assert query.named_rows("buyers", view) == {"named"}
    assert query.named_rows("sites", view) == query.named_rows("buyers", ViewState()) == frozenset()


def test_the_filter_that_empties_is_named_and_whether_it_does_so_alone(query):
    assert query.blame("buyers", ViewState()) is None
    assert query.blame("buyers", ViewState(market=("DE",))) is None
    info, alone = query.blame("buyers", ViewState(market=("DE",), craft=("babouches",)))
    assert (info.name, alone) == ("craft", True)
    info, alone = query.blame("buyers", ViewState(market=("FR",), craft=("babouches",)))
    assert (info.name, alone) == ("market", False)
    info, alone = query.blame("buyers", ViewState(market=("FR",), craft=("babouches",), fresh="6m"))
    assert (info.name, alone) == ("market", False)


@pytest.mark.parametrize(
    ("q", "buyers", "sites"),
    [
        ("berlin", ["berlin", "named"], []),
        ("berl", ["berlin", "named"], []),
        ("berl ", [], []),
        ("be", ["berlin", "named"], []),
        ("allemagne", ["berlin", "named"], []),
        ("zellij", ["berlin", "named"], ["fes"]),
        ("zelli", ["berlin", "named"], ["fes"]),
        ("berlin zellige", ["berlin", "named"], []),
        ("nowhere berlin", [], []),
        ("nowhere", ["nowhere"], []),
    ],
)
def test_each_word_must_be_found_and_the_last_may_still_be_typed(query, q, buyers, sites):
    assert found(query, "buyers", q=q) == buyers
    assert found(query, "sites", q=q) == sites


def test_masks_are_shared_and_cannot_be_changed(query):
    mask = query.passing("buyers", ViewState(q="berlin"))
    assert query.passing("buyers", ViewState(q="berlin", tab="reports")) is mask
    with pytest.raises(ValueError, match="read-only"):
        mask[0] = True
