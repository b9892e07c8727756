"""Nearest points against brute force, distances against pyproj and published geodesics."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from pyproj import Geod

from geo.places import nearest as spatial
from geo.places.nearest import NearIndex, circle, distances, nearest_of_each
from tests.sizes import examples

GEOD = Geod(ellps="WGS84")
WORLD = st.tuples(st.floats(-180, 180), st.floats(-90, 90))


def brute(lon_lat, lon, lat, mask):
    """Every distance, one by one, sorted."""
    rows = [(GEOD.inv(*lon_lat, lon[i], lat[i])[2], i) for i in range(len(lon)) if mask[i]]
    return sorted(rows)


def scattered(seed, n, wide):
    chance = np.random.default_rng(seed)
    if wide:
        return chance.uniform(-180, 180, n), np.degrees(np.arcsin(chance.uniform(-1, 1, n)))
    # Towns: many points share a place.
    at = chance.uniform((-13, 22), (-1, 36), (40, 2))[chance.integers(0, 40, n)]
    at += chance.normal(0, 0.05, (n, 2)) * (chance.random((n, 1)) < 0.7)
    return at[:, 0], at[:, 1]


@pytest.fixture(params=[40, 4096], ids=["squares", "all at once"])
def few(request, monkeypatch):
    monkeypatch.setattr(spatial, "FEW", request.param)


@given(
    seed=st.integers(0, 10**6),
    n=st.integers(0, 300),
    wide=st.booleans(),
    at=WORLD,
    count=st.integers(1, 25),
    share=st.sampled_from([0.0, 0.1, 1.0]),
)
@settings(max_examples=examples(120))
@pytest.mark.usefixtures("few")
def test_the_nearest_are_those_of_brute_force(seed, n, wide, at, count, share):
    lon, lat = scattered(seed, n, wide)
    mask = np.random.default_rng(seed).random(n) < share
    found = NearIndex(lon, lat).nearest(at, count, mask)
    expected = brute(at, lon, lat, mask)[:count]
    assert found.metres == pytest.approx([d for d, _ in expected], abs=1e-6)
    assert sorted(found.position) == sorted(set(found.position.tolist()))
    assert all(mask[i] for i in found.position)


@given(
    seed=st.integers(0, 10**6),
    n=st.integers(0, 200),
    wide=st.booleans(),
    at=WORLD,
    km=st.sampled_from([0.1, 10, 50, 3000, 25_000]),
)
@settings(max_examples=examples(80))
def test_within_a_radius_is_brute_force_too(seed, n, wide, at, km):
    lon, lat = scattered(seed, n, wide)
    found = NearIndex(lon, lat).within(at, km * 1000)
    expected = [i for d, i in brute(at, lon, lat, np.ones(n, bool)) if d <= km * 1000]
    assert sorted(found.position.tolist()) == sorted(expected)


@given(seed=st.integers(0, 10**6), n=st.integers(0, 60), m=st.integers(0, 40), wide=st.booleans())
@settings(max_examples=examples(60))
def test_each_place_gets_its_nearest_point(seed, n, m, wide):
    lon, lat = scattered(seed, n, wide)
    to_lon, to_lat = scattered(seed + 1, m, wide)
    best, metres = nearest_of_each(lon, lat, to_lon, to_lat)
    for i in range(n):
        expected = brute((lon[i], lat[i]), to_lon, to_lat, np.ones(m, bool))
        if not expected:
            assert best[i] == -1 and np.isinf(metres[i])
        else:
            assert metres[i] == pytest.approx(expected[0][0], abs=1e-6)


def test_points_without_a_position_are_never_found():
    index = NearIndex(np.array([np.nan, -7.0, -7.1]), np.array([31.0, np.nan, 31.5]))
    assert index.nearest((-7, 31), 5).position.tolist() == [2] and len(index) == 3


def test_distances_are_geodesic():
    # Casablanca to Dakhla, by pyproj's own line; a sphere would be kilometres off.
    found = distances((-7.61138, 33.58831), np.array([-15.932]), np.array([23.6848]))
    assert found[0] == pytest.approx(
        GEOD.line_length([-7.61138, -15.932], [33.58831, 23.6848]), abs=1e-6
    )


def test_a_ring_is_at_its_distance():
    ring = circle((-5.6, 32.1), 50_000)
    assert ring[0] == ring[-1]
    metres = distances((-5.6, 32.1), *np.array(ring).T)
    assert metres == pytest.approx(50_000, abs=2)
