"""A scene hides nothing, counts everything once, and lets no text stand on another."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from geo.explore.api.fairs import inside, matching_fairs
from geo.model.records import CRAFTS, LANGUAGES, STATUSES
from geo.model.view import LAYERS, RECORDS, ViewState
from geo.places.curve import degrees
from geo.render.fonts import fit, width_of, wrap
from geo.render.map_layout import NORTH_PLATE, SCALE_PLATE, corner_rect
from geo.render.mark_placement import Mark, meets, merged, spread
from geo.render.scene import scene_of
from geo.render.sheets import SIZES, layout_of
from geo.text.cleaning import clean
from tests.render.scenes import BASE, HOSTILE, VIEWS, scene
from tests.sizes import examples

views = st.builds(
    ViewState,
    lang=st.sampled_from(LANGUAGES),
    market=st.lists(st.sampled_from(["DE", "FR", "US", "JP", "SG"]), unique=True, max_size=3).map(
        tuple
    ),
    craft=st.lists(st.sampled_from(CRAFTS), unique=True, max_size=2).map(tuple),
    status=st.lists(st.sampled_from(STATUSES), unique=True, max_size=2).map(tuple),
    region=st.lists(st.sampled_from(["01", "03", "08", "12"]), unique=True, max_size=2).map(tuple),
    layers=st.lists(st.sampled_from(LAYERS), unique=True, max_size=4).map(tuple),
    at=st.none() | st.tuples(st.floats(-179, 179), st.floats(-60, 70), st.floats(1, 14)),
)


def placed_inside(query, view, frame):
    """Records with a position that the frame shows, counted record by record."""
    box, total = frame.bbox, 0
    for name in RECORDS:
        if name in view.layers:
            columns = query.columns[name]
            rows = np.flatnonzero(query.passing(name, view)[: columns.placed])
            lon, lat = degrees(columns.x[rows], columns.y[rows])
            total += int(
                np.count_nonzero(
                    (lon >= box.west) & (lon <= box.east) & (lat >= box.south) & (lat <= box.north)
                )
            )
    return total


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.too_slow])
@given(view=views, size=st.sampled_from(sorted(SIZES)))
def test_every_placed_record_is_counted_once(query, view, size):
    found = scene_of(query, view, size=SIZES[size], base=BASE)
    marks = [m for m in found.marks if not m.kind.endswith("tag")]
    assert sum(m.n for m in marks if m.kind != "fair") == placed_inside(query, view, found.frame)
    shown = inside(matching_fairs(query, view), found.frame.bbox) if "fairs" in view.layers else []
    assert sum(m.n for m in marks if m.kind == "fair") == len(shown)
    assert [k.count for k in found.legend if k.symbol == "fair"] == (
        [str(len(shown))] if shown else []
    )
    ids = [m.id for m in marks if m.n == 1]
    assert len(ids) == len(set(ids))
    counts = query.counts(view)
    assert found.accounted == sum(counts[n] for n in RECORDS if n in view.layers)
    assert found.outside >= 0


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.too_slow])
@given(view=views, size=st.sampled_from(sorted(SIZES)))
def test_no_text_of_the_map_stands_on_another(query, view, size):
    found = scene_of(query, view, size=SIZES[size], base=BASE)
    for a, b in itertools.combinations(found.labels, 2):
        assert not meets(a.rect, b.rect), (a.lines, b.lines)
    for label in found.labels:
        for mark in found.marks:
            if mark.name and (mark.name,) == label.lines:
                continue
            assert not meets(label.rect, mark.rect), (label.lines, mark)
        x0, y0, x1, y1 = label.rect
        assert x0 >= 0 and y0 >= 0 and x1 <= found.frame.width and y1 <= found.frame.height


@pytest.mark.parametrize("name", ["world", "germany", "morocco"])
@pytest.mark.parametrize("size", sorted(SIZES))
def test_a_fitted_result_has_room_around_it(query, name, size):
    found = scene(query, name, size=size)
    shown = [m for m in found.marks]
    assert shown
    if name != "morocco":  # there the buyers of the whole world are beyond the frame, and said so
        assert found.outside == 0
    else:
        assert found.outside > 0 and any(k.symbol == "outside" for k in found.legend)
    for mark in shown:
        assert 10 < mark.x < found.frame.width - 10 and 10 < mark.y < found.frame.height - 10


def test_scale_and_arrow_leave_marks_alone(query):
    view = ViewState(lang="ar", at=(9.0, 48.0, 4.6), layers=("buyers",))
    found = scene_of(query, view, size=SIZES["1080p"], base=BASE)
    assert found.corners[0] != "bottom-right"  # Izmir is there
    for corner, plate in zip(found.corners, (SCALE_PLATE, NORTH_PLATE), strict=True):
        rect = corner_rect(found.frame, corner, *plate)
        assert not any(meets(rect, m.rect) for m in found.marks)
        assert not any(meets(rect, label.rect) for label in found.labels)


@pytest.mark.parametrize("size", sorted(SIZES))
@pytest.mark.parametrize("rtl", [False, True])
def test_parts_of_a_sheet_do_not_overlap_and_mirror(size, rtl):
    layout = layout_of(SIZES[size], rtl=rtl)
    parts = [layout.head, layout.map, *layout.panel, layout.foot]
    for a, b in itertools.combinations(parts, 2):
        assert not meets((a.x, a.y, a.right, a.bottom), (b.x, b.y, b.right, b.bottom))
    plain = layout_of(SIZES[size], rtl=False)
    assert (
        layout.map.w == plain.map.w
        and (layout.panel[0].x > layout.map.x) != rtl
        or SIZES[size].upright
    )


def test_marks_that_merge_add_up_and_stay_in_the_box():
    marks = [Mark("site", 5.0 + i % 3, 5.0, 1, str(i), "n") for i in range(40)]
    marks += [Mark("buyer", 6.0, 6.0, 7)]
    found = spread(merged(marks), 200, 200)
    assert sorted((m.kind, m.n) for m in found) == [("buyer", 7), ("site", 40)]
    assert all(10 < m.x < 190 and 10 < m.y < 190 for m in found)
    assert not any(m.name for m in found if m.n > 1)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", sorted(VIEWS))
def test_a_scene_says_all_it_must(query, name, lang):
    found = scene(query, name, lang)
    for text in (
        found.title,
        found.filters,
        found.stamp,
        found.scale_text,
        found.scale_lat,
        found.north,
        found.link,
        found.legend_title,
        found.figures_title,
    ):
        assert text and "snapshot." not in text
    assert found.version in found.stamp and len(found.credits) == 3
    assert len(found.figures) == 4 and found.scale_units > 20
    counts = query.counts(ViewState(lang=lang, **VIEWS[name]))
    assert found.rows_total == counts[found.listed]
    assert bool(found.demo) == any(r.demo for r in found.rows) or name != "empty"
    assert (found.picked == ("DE",)) == (name == "germany")


@pytest.mark.parametrize("title", HOSTILE)
def test_titles_become_one_clean_line(query, title):
    found = scene(query, "germany", title=title)
    assert 0 < len(found.title) <= 200
    assert not any(ord(c) < 32 or c in "\u2028\u202e\u2067\ufffe\uffff" for c in found.title)


def test_hidden_layers_are_said(query):
    view = ViewState(layers=("sites",))
    found = scene_of(query, view, size=SIZES["1080p"], base=BASE)
    assert "Acheteurs" in found.filters and {m.kind for m in found.marks} <= {"site", "site-tag"}


def test_text_is_measured_and_broken_within_its_room():
    long = "Soci\u00e9t\u00e9 internationale de tapis nou\u00e9s main " * 4
    for room in (40.0, 120.0, 300.0):
        assert width_of(fit(long, room, 12), 12) <= room
        assert all(width_of(line, 12) <= room for line in wrap(long, room, 12))
        assert "".join("".join(wrap(long, room, 12)).split()) == "".join(long.split())
        assert len(wrap(long, room, 12, lines=2)) <= 2
    assert all(width_of(line, 12) <= 60 for line in wrap("x" * 500, 60, 12))
    assert clean("a\x00b\u202ec\nd") == "a b c d"
