"""The layer's answer: bounded, complete, and equal to a slow count of what is inside."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from geo.core.errors import BadRequest
from geo.core.paths import DATA_DIR
from geo.model.records import Catalogue
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.query.viewport import MAX_CELLS, Bbox, cells_in
from geo.store.file_store import FileStore
from tests.query.records import buyer
from tests.sizes import examples

QUERY = Query(FileStore(DATA_DIR).load())
BOXES = st.tuples(
    st.floats(-180, 179), st.floats(-84, 83), st.floats(0.01, 300), st.floats(0.01, 120)
).map(lambda b: Bbox(b[0], b[1], min(180.0, b[0] + b[2]), min(84.0, b[1] + b[3])))


@given(
    BOXES,
    st.integers(0, 18),
    st.sampled_from(["buyers", "sites", "maisons"]),
    st.sampled_from([ViewState(), ViewState(craft=("tapis_tissage",)), ViewState(q="fès")]),
)
@settings(max_examples=examples(150))
def test_every_record_inside_is_counted_once(bbox, zoom, name, view):
    columns = QUERY.columns[name]
    passing = QUERY.passing(name, view)
    cells = cells_in(columns, passing, bbox, zoom)
    inside = [columns.record(p) for p in np.flatnonzero(passing[: columns.placed])]
    inside = [
        r
        for r in inside
        if bbox.west + 1e-9 < r.lon_lat[0] < bbox.east - 1e-9
        and bbox.south + 1e-9 < r.lon_lat[1] < bbox.north - 1e-9
    ]
    edge = sum(
        1
        for p in np.flatnonzero(passing[: columns.placed])
        if any(
            math.isclose(a, b, abs_tol=1e-8)
            for a, b in zip(
                columns.record(p).lon_lat * 2,
                (bbox.west, bbox.south, bbox.east, bbox.north),
                strict=True,
            )
        )
    )
    assert len(inside) <= cells.count.sum() <= len(inside) + edge
    assert len(cells.count) <= 2 * MAX_CELLS
    for i, count in enumerate(cells.count):
        assert cells.west[i] - 1e-9 <= cells.lon[i] <= cells.east[i] + 1e-9
        assert cells.south[i] - 1e-9 <= cells.lat[i] <= cells.north[i] + 1e-9
        if count == 1:
            assert columns.record(cells.first[i]).lon_lat == pytest.approx(
                (cells.lon[i], cells.lat[i]), abs=1e-6
            )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2,3",
        "a,b,c,d",
        "nan,0,1,1",
        "0,0,inf,1",
        "10,0,5,1",
        "0,10,1,5",
        "0,-91,1,1",
        "0,0,1e9,1",
    ],
)
def test_a_bad_box_is_refused(text):
    with pytest.raises(BadRequest):
        Bbox.parse(text)


def test_a_box_beyond_the_antimeridian_is_brought_back():
    columns = QUERY.columns["buyers"]
    passing = QUERY.passing("buyers", ViewState())
    here = cells_in(columns, passing, Bbox(-10, 30, 20, 60), 5)
    there = cells_in(columns, passing, Bbox(350, 30, 380, 60), 5)
    assert here.count.sum() == there.count.sum() > 0


@pytest.mark.parametrize(
    "box", ["-180,-90,180,90", "5,5,5,5", "-1080,0,1,1", "0,0,1080,1", "0,-90,1,-90", "0,90,1,90"]
)
def test_a_box_ends_where_it_says(box):
    assert Bbox.parse(box) == Bbox(*map(float, box.split(",")))
    west, south, east, north = map(float, box.split(","))
    for beyond in (
        (-1080.5, south, east, north),
        (west, -90.5, east, north),
        (west, south, 1080.5, north),
        (west, south, east, 90.5),
        (east + 0.5, south, east, north),
        (west, north + 0.5, east, north),
    ):
        with pytest.raises(BadRequest) as error:
            Bbox.parse(",".join(map(str, beyond)))
        assert error.value.key == "error.bad_bbox"


def test_what_is_said_of_a_bad_box_is_short():
    for text in ("x" * 99, "nan,0,1,1" + " " * 90, "9,9,0,0" + "0" * 90):
        with pytest.raises(BadRequest) as error:
            Bbox.parse(text)
        assert error.value.values == {"value": text[:60]}


def columns_at(*at):
    """A column store of buyers at some positions."""
    buyers = [buyer(f"b{i}", lon_lat=p) for i, p in enumerate(at)]
    return Query(Catalogue("x", buyers=buyers)).columns["buyers"]


def marks(columns, bbox, zoom):
    passing = np.ones(len(columns), bool)
    cells = cells_in(columns, passing, bbox, zoom)
    return sorted(
        (int(n), round(float(lon), 3), round(float(lat), 3))
        for n, lon, lat in zip(cells.count, cells.lon, cells.lat, strict=True)
    )


def test_neighbours_are_one_mark_until_their_cells_part():
    # A cell is 64 pixels: 360 degrees of longitude over 4 cells at zoom 0, 8 at zoom 1.
    columns = columns_at((10.0, 0.1), (60.0, 0.1))
    assert marks(columns, Bbox(-20, -20, 89, 20), 0) == [(2, 35.0, 0.1)]
    assert marks(columns, Bbox(-20, -20, 89, 20), 0.4) == [(2, 35.0, 0.1)]
    assert marks(columns, Bbox(-20, -20, 89, 20), 1) == [(1, 10.0, 0.1), (1, 60.0, 0.1)]
    assert marks(columns, Bbox(-20, -20, 89, 20), 0.6) == [(1, 10.0, 0.1), (1, 60.0, 0.1)]


def test_a_mark_has_the_bounds_of_its_records():
    columns = columns_at((10.0, 1.0), (20.0, 5.0), (12.0, 9.0))
    cells = cells_in(columns, np.ones(3, bool), Bbox(-20, -20, 89, 20), 0)
    assert cells.count.tolist() == [3]
    bounds = [float(v[0]) for v in (cells.west, cells.south, cells.east, cells.north)]
    assert bounds == pytest.approx([10.0, 1.0, 20.0, 9.0])


def test_a_frame_around_the_world_holds_everything_once():
    columns = columns_at((-179.9, 0.0), (179.9, 0.0), (0.0, 84.9))
    for box in (Bbox(-180, -85.06, 180, 85.06), Bbox(-700, -90, 700, 90), Bbox(100, -90, 461, 90)):
        assert sum(n for n, _, _ in marks(columns, box, 18)) == 3


@pytest.mark.parametrize("turns", [-2, -1, 0, 1, 2])
def test_a_frame_is_brought_back_from_any_turn_around_the_world(turns):
    columns = columns_at((10.0, 50.0), (-100.0, 40.0))
    box = Bbox(5 + 360 * turns, 45, 15 + 360 * turns, 55)
    assert marks(columns, box, 5) == [(1, 10.0, 50.0)]


def test_what_lies_on_the_edge_of_a_frame_is_inside():
    columns = columns_at((10.0, 0.0))
    for box in (Bbox(10, -5, 20, 5), Bbox(0, -5, 10, 5), Bbox(5, 0, 20, 5), Bbox(5, -5, 20, 0)):
        assert marks(columns, box, 6) == [(1, 10.0, 0.0)]
    for box in (Bbox(10.001, -5, 20, 5), Bbox(0, -5, 9.999, 5), Bbox(5, 0.001, 20, 5)):
        assert marks(columns, box, 6) == []


def test_a_wide_frame_gets_coarser_cells():
    columns = columns_at(*((lon / 10, 0.0) for lon in range(-1700, 1700, 10)))
    fine = marks(columns, Bbox(-5, -5, 5, 5), 12)
    assert [n for n, _, _ in fine] == [1] * 11
    # 1,200 cells at most: 64 by 64 are too many for the whole world, 32 by 32 are not.
    everything = marks(columns, Bbox(-180, -90, 180, 90), 18)
    assert len(everything) == 32 and sum(n for n, _, _ in everything) == 340
