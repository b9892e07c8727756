"""Distances, frames and keys on hand-made points: exact values, and slow twins."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given, strategies as st
from pyproj import Geod

from geo.places import nearest as spatial
from geo.places.curve import KEY_BITS, curve_key, curve_runs, degrees, from_metres, mercator
from geo.places.nearest import (
    NearIndex,
    arc_matrix,
    circle,
    distance_km,
    distances,
    nearest_of_each,
    outline_distance_km,
)

GEOD = Geod(ellps="WGS84")
FRACTION = st.floats(0, 1, exclude_max=True)


# --- projection and curve -------------------------------------------------------------


@pytest.mark.parametrize(
    ("lon", "lat", "x", "y"),
    [
        (0, 0, 0.5, 0.5),
        (-180, 0, 0.0, 0.5),
        (90, 0, 0.75, 0.5),
        (0, 85.05112878, 0.5, 0.0),
        (0, -89, 0.5, 1.0),
        (0, 66.51326044, 0.5, 0.25),
    ],
)
def test_a_position_is_a_fraction_of_the_square_map(lon, lat, x, y):
    found = mercator(np.array([lon]), np.array([lat]))
    assert [float(v[0]) for v in found] == pytest.approx([x, y], abs=1e-9)


def test_fractions_become_degrees_again():
    lon, lat = degrees(np.array([0.75, 0.0]), np.array([0.25, 0.5]))
    assert lon.tolist() == [90, -180] and lat.tolist() == pytest.approx([66.51326044, 0])


def test_metres_far_beyond_the_map_are_a_pole():
    assert from_metres(0, -1e12) == pytest.approx((0, -90), abs=1e-6)
    assert from_metres(6_378_137.0 * math.pi / 2, 0) == pytest.approx((90, 0))
    # 19.9 times the radius is still told from 20.
    assert from_metres(0, 19.9 * 6_378_137.0)[1] < from_metres(0, 20.1 * 6_378_137.0)[1]
    assert from_metres(0, 20.1 * 6_378_137.0) == from_metres(0, 25 * 6_378_137.0)


def slow_key(x: float, y: float) -> int:
    """Bits of x and y, one after the other."""
    across, down = (min(int(v * 2**KEY_BITS), 2**KEY_BITS - 1) for v in (x, y))
    return sum(
        (across >> bit & 1) << 2 * bit | (down >> bit & 1) << 2 * bit + 1 for bit in range(KEY_BITS)
    )


@given(FRACTION, FRACTION)
def test_a_key_is_the_bits_of_both_fractions_in_turn(x, y):
    assert int(curve_key(np.array([x]), np.array([y]))[0]) == slow_key(x, y)


def test_keys_stay_on_the_map():
    outside = curve_key(np.array([-1, 2, np.nan, 1.0]), np.array([-1, 2, np.nan, 1.0]))
    top = 2 ** (2 * KEY_BITS) - 1
    assert outside.tolist() == [0, top, 0, top] and KEY_BITS == 26


@given(
    points=st.lists(st.tuples(FRACTION, FRACTION), max_size=40),
    box=st.tuples(FRACTION, FRACTION, FRACTION, FRACTION),
)
def test_runs_cover_a_frame_in_order_without_touching_each_other(points, box):
    left, right = sorted(box[:2])
    top, bottom = sorted(box[2:])
    x, y = (np.array(v, float) for v in zip(*points, strict=True)) if points else np.empty((2, 0))
    order = np.argsort(curve_key(x, y))
    x, y = x[order], y[order]
    runs = curve_runs(curve_key(x, y), left, top, right, bottom)
    covered = {row for a, b in runs for row in range(a, b)}
    inside = (x >= left) & (x <= right) & (y >= top) & (y <= bottom)
    assert set(np.flatnonzero(inside).tolist()) <= covered
    assert all(a < b for a, b in runs)
    assert all(stop < start for (_, stop), (start, _) in zip(runs, runs[1:], strict=False))


def test_a_small_frame_reads_few_rows_beside_it():
    side = np.arange(0.5, 64) / 64
    x, y = (g.ravel() for g in np.meshgrid(side, side))
    key = np.sort(curve_key(x, y))
    runs = curve_runs(key, 0.5, 0.5, 0.5 + 1 / 64, 0.5 + 1 / 64)
    assert sum(b - a for a, b in runs) <= 9
    complete = curve_runs(key, 0.0, 0.0, 1.0, 1.0)
    assert complete == [(0, 4096)]
    quarter = curve_runs(key, 0.0, 0.0, 0.49, 0.49)
    assert 1024 <= sum(b - a for a, b in quarter) <= 1_300
    assert curve_runs(np.empty(0, np.uint64), 0, 0, 1, 1) == []


def test_a_frame_beyond_the_map_is_cut_at_its_edge():
    key = np.sort(curve_key(np.array([0.01, 0.99]), np.array([0.5, 0.5])))
    assert [b - a for a, b in curve_runs(key, -0.3, 0.4, 0.2, 0.6)] == [1]
    assert [b - a for a, b in curve_runs(key, 0.9, 0.4, 1.3, 0.6)] == [1]


# --- distances ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "km"),
    [
        ((0, 0), (0, 0), 0),
        ((0, 0), (1, 0), 111.195),
        ((0, 0), (0, 1), 111.195),
        ((0, 60), (1, 60), 55.597),
        ((0, 90), (77, -90), 20_015.115),
        ((179.5, 0), (-179.5, 0), 111.195),
        ((-7.6, 33.6), (2.35, 48.85), 1_885.108),
    ],
)
def test_a_distance_on_the_mean_sphere(a, b, km):
    assert distance_km(a, b) == pytest.approx(km, rel=1e-4)
    (arc,) = arc_matrix(*(np.array([v]) for v in (*a, *b)))[0]
    assert arc * 6371.0088 == pytest.approx(km, rel=1e-4, abs=1e-3)


SQUARE = shapely.box(0, 59, 2, 61)


@pytest.mark.parametrize(
    ("at", "km"),
    [
        ((1, 60), 0),
        ((2, 60), 0),
        ((3, 60), 55.6),
        ((-1, 60), 55.6),
        ((1, 62), 111.2),
        ((1, 58), 111.2),
    ],
)
def test_the_distance_to_an_outline_is_to_its_nearest_side(at, km):
    assert outline_distance_km(SQUARE, at) == pytest.approx(km, rel=0.01)


def test_a_ring_has_seventy_two_steps_unless_told_otherwise():
    ring = circle((0.0, 0.0), 111_319.4908)
    assert len(ring) == 73 and ring[0] == ring[-1]
    assert ring[18] == pytest.approx([1.0, 0.0]) and ring[0][1] == pytest.approx(1.00674, abs=2e-5)
    assert len(circle((0.0, 0.0), 1000, steps=4)) == 5


def test_no_points_have_no_distances():
    assert distances((0, 0), np.empty(0), np.empty(0)).tolist() == []


# --- nearest --------------------------------------------------------------------------


def index(*at: tuple[float, float]) -> NearIndex:
    return NearIndex(*np.array(at, float).reshape(-1, 2).T)


def test_points_at_one_place_keep_the_order_given():
    found = index((1, 1), (0, 0), (0, 0), (0, 0)).nearest((0, 0), 3)
    assert found.position.tolist() == [1, 2, 3] and found.metres.tolist() == [0, 0, 0]
    assert len(found) == 3


def test_a_count_of_none_and_a_mask_of_none_find_nothing():
    three = index((0, 0), (1, 0), (2, 0))
    assert len(three.nearest((0, 0), 0)) == len(three.nearest((0, 0), -1)) == 0
    assert len(three.nearest((0, 0), 5, np.zeros(3, bool))) == 0
    assert three.nearest((0, 0), 5, np.array([False, True, True])).position.tolist() == [1, 2]
    assert three.nearest((0, 0), 1, np.array([False, True, True])).position.tolist() == [1]


@pytest.mark.parametrize("at", [(0, 0), (179.9, 10), (-179.9, -10), (10, 89.5), (10, -89.5)])
@pytest.mark.parametrize("count", [1, 7])
def test_in_a_crowd_the_nearest_are_those_of_every_distance(at, count):
    chance = np.random.default_rng(5)
    n = spatial.FEW + 500
    lon, lat = chance.uniform(-180, 180, n), np.degrees(np.arcsin(chance.uniform(-1, 1, n)))
    found = NearIndex(lon, lat).nearest(at, count)
    expected = np.sort(distances(at, lon, lat))[:count]
    assert found.metres == pytest.approx(expected, abs=1e-6)
    assert distances(at, lon[found.position], lat[found.position]) == pytest.approx(found.metres)


def test_in_a_crowd_a_mask_narrows_and_few_that_are_far_are_all_found():
    chance = np.random.default_rng(6)
    n = 2 * spatial.FEW
    lon, lat = chance.normal(10, 0.01, n), chance.normal(50, 0.01, n)
    crowd = NearIndex(lon, lat)
    mask = np.arange(n) % 2 == 0
    mask[:100] = False
    found = crowd.nearest((10, 50), 5, mask)
    even = np.flatnonzero(mask)
    expected = np.sort(distances((10, 50), lon[even], lat[even]))[:5]
    assert found.metres == pytest.approx(expected) and mask[found.position].all()
    far = crowd.nearest((-170, -50), 3)
    assert far.metres == pytest.approx(np.sort(distances((-170, -50), lon, lat))[:3])


@pytest.mark.parametrize("metres", [0, 111_319, 111_320, 222_640])
def test_a_radius_includes_its_own_circle(metres):
    line = index((0, 0), (1, 0), (2, 0), (-1, 0))
    exact = [GEOD.inv(0, 0, lon, 0)[2] for lon in (0, 1, 2, -1)]
    found = line.within((0, 0), metres)
    assert sorted(found.position.tolist()) == [i for i, d in enumerate(exact) if d <= metres]
    reached = line.within((0, 0), exact[1])
    assert sorted(reached.position.tolist()) == [0, 1, 3]
    only = line.within((0, 0), exact[1], np.array([True, True, False, False]))
    assert only.position.tolist() == [0, 1] and only.metres.tolist() == [0, exact[1]]


def test_each_of_many_places_gets_its_nearest_and_the_first_of_two():
    chance = np.random.default_rng(7)
    lon, lat = chance.uniform(-10, 10, 600), chance.uniform(-10, 10, 600)
    to_lon, to_lat = chance.uniform(-10, 10, 9), chance.uniform(-10, 10, 9)
    best, metres = nearest_of_each(lon, lat, to_lon, to_lat)
    for i in range(600):
        every = distances((lon[i], lat[i]), to_lon, to_lat)
        assert best[i] == int(np.argmin(every)) and metres[i] == pytest.approx(every.min())
    twins, _ = nearest_of_each(*(np.array([0.0]),) * 2, np.array([1.0, 1.0]), np.array([0.0, 0.0]))
    assert twins.tolist() == [0]


def test_without_points_nothing_is_nearest():
    one, none = np.array([0.0, 1.0]), np.empty(0)
    best, metres = nearest_of_each(one, one, none, none)
    assert best.tolist() == [-1, -1] and np.isinf(metres).all()
    assert [len(v) for v in nearest_of_each(none, none, one, one)] == [0, 0]
