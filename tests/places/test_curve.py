"""One Web Mercator: fractions of the world and metres of EPSG:3857 are one projection."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, strategies as st
from pyproj import Transformer

from geo.places.curve import EQUATOR_M, MAX_LAT, degrees, from_metres, mercator, mercator_metres
from geo.places.nearest import EARTH_M, arc_matrix, distance_km

PROJECT = Path(__file__).parents[2]
PROJ = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
LON, LAT = st.floats(-180, 180), st.floats(-MAX_LAT, MAX_LAT)


@given(LON, LAT)
def test_metres_are_those_of_proj_and_of_the_fractions(lon, lat):
    x, y = mercator_metres(lon, lat)
    assert (x, y) == pytest.approx(PROJ.transform(lon, lat), abs=0.01)
    (across,), (down,) = mercator(np.array([lon]), np.array([lat]))
    assert x == pytest.approx((across - 0.5) * EQUATOR_M, abs=0.001)
    assert y == pytest.approx((0.5 - down) * EQUATOR_M, abs=0.001)


@given(LON, LAT)
def test_both_ways_back_agree(lon, lat):
    assert from_metres(*mercator_metres(lon, lat)) == pytest.approx((lon, lat), abs=1e-9)
    back = degrees(*mercator(np.array([lon]), np.array([lat])))
    assert [float(v[0]) for v in back] == pytest.approx([lon, lat], abs=1e-9)


def test_beyond_the_square_map_its_edge_counts():
    assert mercator_metres(0, 90) == mercator_metres(0, MAX_LAT)
    assert from_metres(0, 1e12)[1] == pytest.approx(90, abs=1e-6)


@given(st.tuples(LON, LAT), st.tuples(LON, LAT))
def test_one_distance_on_the_sphere(a, b):
    (arc,) = arc_matrix(np.array([a[0]]), np.array([a[1]]), np.array([b[0]]), np.array([b[1]]))[0]
    assert distance_km(a, b) == pytest.approx(arc * EARTH_M / 1000, abs=1)
    assert distance_km(a, b) == pytest.approx(distance_km(b, a))
    assert distance_km(a, a) == 0


def test_the_size_of_the_earth_is_written_in_one_room():
    written = re.compile(r"\b(111[._]?[0-3]\d*|637[18]\d*|6_37[18]_|40_?07[45]|20_?037)")
    found = [
        f"{path.relative_to(PROJECT)}: {line.strip()}"
        for path in (PROJECT / "geo").rglob("*.py")
        if path.parent.name != "places"
        for line in path.read_text("utf-8").splitlines()
        if written.search(line)
    ]
    assert found == []
