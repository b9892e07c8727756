"""Which province a position lies in: one by one and many at once, on land and a little offshore."""

from dataclasses import replace

import numpy as np
import pytest
from pyproj import Geod

from geo.places.nearest import outline_distance_km
from geo.places.provinces import SHORE_KM, Areas


@pytest.fixture(scope="module")
def areas(catalogue):
    return Areas(catalogue)


def test_many_at_once_are_what_each_is_alone(areas, catalogue):
    rng = np.random.default_rng(7)
    coast = np.concatenate(
        [np.array(areas.outlines[code].exterior.coords)[::40] for code in exteriors(areas)]
    )
    lon, lat = (coast + rng.uniform(-0.08, 0.08, coast.shape)).T
    found = areas.provinces_at(lon, lat)
    alone = [areas.province_at((float(x), float(y))) for x, y in zip(lon, lat, strict=True)]
    assert found == [a.code if a else "" for a in alone]
    assert "" in found
    assert len(set(found)) > 20


def exteriors(areas):
    return [code for code, outline in areas.outlines.items() if outline.geom_type == "Polygon"]


def test_a_port_off_the_simplified_coast_has_its_province_and_the_sea_none(areas):
    casablanca = areas.province_at((-7.6, 33.59))
    assert casablanca
    outline = areas.outlines[casablanca.code]
    offshore = (-7.6, 33.65)
    assert 0 < outline_distance_km(outline, offshore) <= SHORE_KM
    assert areas.province_at(offshore) == casablanca
    assert areas.province_at((-7.6, 33.8)) is None
    assert areas.provinces_at(np.array([-7.6, -7.6, np.nan]), np.array([33.65, 33.8, 33.0])) == [
        casablanca.code,
        "",
        "",
    ]


def test_without_outlines_no_position_has_a_province(catalogue):
    bare = Areas(replace(catalogue, provinces=()))
    assert bare.province_at((-7.6, 33.59)) is None
    assert bare.provinces_at(np.array([-7.6]), np.array([33.59])) == [""]


def test_the_distance_to_an_outline_is_that_of_the_ellipsoid_within_half_a_percent(areas):
    outline = areas.outlines[areas.province_at((-7.6, 33.59)).code]
    at = (-7.6, 33.8)
    lon, lat = np.array(outline.exterior.segmentize(0.0005).coords).T
    _, _, metres = Geod(ellps="WGS84").inv(
        np.full(len(lon), at[0]), np.full(len(lon), at[1]), lon, lat
    )
    assert outline_distance_km(outline, at) == pytest.approx(min(metres) / 1000, rel=0.005)
    assert outline_distance_km(outline, (-7.6, 33.59)) == 0
