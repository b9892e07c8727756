"""People within a distance, against one loop per commune."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from pyproj import Geod

from geo.locate.coverage import RADII_KM, Census
from geo.locate.locator import locator
from geo.model.records import Catalogue, Commune
from geo.model.view import ViewState
from tests.sizes import examples

GEOD = Geod(ellps="WGS84")
AT = st.tuples(st.floats(-10, -2), st.floats(28, 35))
COMMUNE = st.builds(
    lambda n, province, rural, people, at: (n, province, rural, people, at),
    st.integers(0, 10**9),
    st.sampled_from(["01.051", "01.151", "08.363"]),
    st.booleans(),
    st.integers(0, 500_000),
    st.none() | AT,
)


def made(rows):
    return Catalogue(
        version="x",
        communes=tuple(
            Commune(
                code=f"{i}",
                name={"fr": f"C{i}"},
                province=province,
                region=province[:2],
                rural=rural,
                population_2024=people,
                lon_lat=at,
                town="",
            )
            for i, (_, province, rural, people, at) in enumerate(rows)
        ),
    )


@given(
    rows=st.lists(COMMUNE, max_size=25),
    points=st.lists(AT, max_size=8),
    coming=st.lists(AT, max_size=3),
    km=st.sampled_from([10, 25, 50, 100]),
    milieu=st.sampled_from(["all", "rural", "urban"]),
    unit=st.sampled_from(["province", "region", "country"]),
)
@settings(max_examples=examples(150))
def test_every_sum_is_that_of_a_loop(rows, points, coming, km, milieu, unit):
    catalogue = made(rows)
    census = Census(catalogue)

    def metres(to):
        lon, lat = np.array(to, float).reshape(-1, 2).T
        return census.metres_to(lon, lat)

    found = census.by_area(unit, metres(points), metres(points + coming), km=km, milieu=milieu)

    def away(commune, to):
        return min((GEOD.inv(*commune.lon_lat, *p)[2] for p in to), default=np.inf)

    for code, coverage in found.items():
        here = [
            c
            for c in catalogue.communes
            if {"province": c.province, "region": c.region}.get(unit, "MA") == code
        ]
        counted = [c for c in here if milieu == "all" or c.rural == (milieu == "rural")]
        placed = [c for c in counted if c.lon_lat]
        assert coverage.people == sum(c.population_2024 for c in counted)
        assert coverage.placed == sum(c.population_2024 for c in placed)
        for radius in (*RADII_KM, km):
            assert coverage.reached[radius] == sum(
                c.population_2024 for c in placed if away(c, points) <= radius * 1000
            )
        for rural, pair in ((True, coverage.rural), (False, coverage.urban)):
            there = [c for c in here if c.lon_lat and c.rural == rural]
            assert pair == (
                sum(c.population_2024 for c in there),
                sum(c.population_2024 for c in there if away(c, points) <= km * 1000),
            )
        assert coverage.gained == sum(
            c.population_2024
            for c in placed
            if away(c, points + coming) <= km * 1000 < away(c, points)
        )
    assert sum(c.people for c in found.values()) == sum(
        c.population_2024
        for c in catalogue.communes
        if milieu == "all" or c.rural == (milieu == "rural")
    )


def test_without_facilities_nobody_is_reached(query):
    here = locator(query)
    nothing = np.empty(0)
    country = here.census.by_area("country", here.census.metres_to(nothing, nothing))["MA"]
    assert country.reached[50] == 0 and country.people == 36_828_330
    assert 0 < country.placed < country.people


def test_the_whole_country_is_counted_quickly(query):
    here = locator(query)
    view = ViewState(craft=("tapis_tissage",))
    here.chosen(view)
    began = time.process_time()
    chosen = here.chosen(view)
    metres = here.census.metres_to(here.lon[chosen], here.lat[chosen])
    found = here.census.by_area("province", metres)
    assert time.process_time() - began < 0.3
    assert len(found) == 75 and any(c.share(50) for c in found.values())


def test_a_region_looks_at_its_people_and_counts_facilities_across_its_border(query):
    from geo.i18n.words import words
    from geo.locate.api.coverage import coverage_answer

    here = locator(query)
    answer = coverage_answer(here, ViewState(craft=("zellige",)), words("fr"))
    region = coverage_answer(here, ViewState(craft=("zellige",), region=("03",)), words("fr"))
    rows = {r["code"]: r["cells"] for r in answer["rows"]}
    assert region["rows"] and all(r["cells"] == rows[r["code"]] for r in region["rows"])
    assert {r["code"][:2] for r in region["rows"]} == {"03"}
    people = {c.code: c for c in here.census.all}
    assert all(people[u["code"]].region == "03" for u in region["uncovered"])


@pytest.mark.parametrize("coming", ["no", "yes"])
def test_coming_facilities_only_add(query, coming):
    here = locator(query)
    chosen = here.chosen(ViewState(coming=coming))
    statuses = {here.site(i).status for i in np.flatnonzero(chosen)}
    assert statuses == (
        {"active"} if coming == "no" else {"active", "under_construction", "planned"}
    )
