"""Which country a position lies in, and where the middle of a country is."""

from __future__ import annotations

import numpy as np
import pytest

from geo.places.point_in_area import AreaIndex


@pytest.fixture(scope="module")
def index(catalogue):
    return AreaIndex(catalogue)


@pytest.mark.parametrize(
    ("lon", "lat", "country"),
    [
        (13.4, 52.5, "DE"),
        (-7.0, 32.0, "MA"),
        (-13.2, 27.1, "MA"),
        (-30.0, 30.0, ""),
        (-9.8, 31.5, "MA"),
        (-10.5, 31.5, ""),
        (np.nan, 32.0, ""),
    ],
)
def test_a_position_lies_in_a_country_or_a_little_off_its_coast(index, lon, lat, country):
    assert index.country(lon, lat) == country


def test_many_positions_are_what_each_is_alone(index):
    chance = np.random.default_rng(3)
    lon, lat = chance.uniform(-20, 40, 300), chance.uniform(-30, 60, 300)
    lon[7] = np.nan
    many = index.countries(lon, lat).tolist()
    assert many == [index.country(x, y) for x, y in zip(lon, lat, strict=True)]
    assert len(set(many)) > 30 and "" in many


def test_land_ends_at_the_drawn_coast(index):
    assert index.on_land(-7.0, 32.0) and not index.on_land(-9.95, 31.5)
    assert index.country(-9.95, 31.5) == "MA" and not index.on_land(-30, 30)


def test_the_middle_of_a_country_lies_in_its_largest_part(index):
    lon, lat = index.centre("FR")
    assert -2 < lon < 8 and 43 < lat < 50, "not in Guyana"
    assert index.country(lon, lat) == "FR" and index.centre("XX") is None


def test_the_provinces_are_those_of_the_catalogue(index, catalogue):
    assert len(index.areas) == len(catalogue.provinces)
