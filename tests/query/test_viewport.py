"""The layer's answer: bounded, complete, and equal to a slow count of what is inside."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from geo.core.errors import BadRequest
from geo.core.paths import DATA_DIR
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.query.viewport import MAX_CELLS, Bbox, cells_in
from geo.store.file_store import FileStore
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
