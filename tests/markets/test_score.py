"""The market score: what must hold whatever the numbers, and what the table promises."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import assume, given, settings, strategies as st

from geo.markets.score import double_counted, normalised, rank_interval, score, tipping
from geo.model.criteria import (
    ACCESS,
    CRITERIA,
    KEYS,
    PRESETS,
    WEIGHT_CODES,
    Criterion,
    codes_of,
    preset_of,
    weights_of,
)
from geo.model.records import AGREEMENTS
from tests.sizes import examples

LINEAR = tuple(Criterion(str(j), "attractiveness", 10, "linear", True, "km") for j in range(4))
value = st.one_of(st.floats(0.01, 1e6), st.just(float("nan")))


def share_weights(weights: np.ndarray, j: int, share: float) -> np.ndarray:
    """(c,) the weights when criterion j takes a share (0-1) and the others keep proportions."""
    others = weights.astype(float).copy()
    others[j] = 0
    others *= (1 - share) / others.sum()
    others[j] = share
    return others


@st.composite
def tables(draw, markets=(2, 12), criteria=4):
    rows = draw(st.integers(*markets))
    raw = np.array([[draw(value) for _ in range(criteria)] for _ in range(rows)])
    weights = np.array([draw(st.integers(0, 20)) * 5 for _ in range(criteria)], float)
    return raw, weights


@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_the_markets_changes_nothing(table, random):
    raw, weights = table
    order = list(range(len(raw)))
    random.shuffle(order)
    plain = score(normalised(raw, LINEAR), weights)
    mixed = score(normalised(raw[order], LINEAR), weights)
    np.testing.assert_allclose(mixed.score, plain.score[order])
    np.testing.assert_array_equal(mixed.rank, plain.rank[order])


@given(tables(), st.floats(0.01, 1000))
def test_weights_count_by_their_proportions_only(table, factor):
    raw, weights = table
    n = normalised(raw, LINEAR)
    np.testing.assert_allclose(score(n, weights).score, score(n, weights * factor).score)


@pytest.mark.parametrize("scale", ["linear", "log"])
@given(table=tables(), factor=st.floats(0.001, 1000))
def test_the_unit_of_a_criterion_changes_nothing(scale, table, factor):
    raw, _ = table
    # Values nearly equal are treated as equal: a unit may carry them over that line.
    known = raw[~np.isnan(raw)]
    assume(
        len(known)
        and all(
            np.nanmax(c) - np.nanmin(c) > 1 or np.isnan(c).all() or np.nanmax(c) == np.nanmin(c)
            for c in raw.T
            if not np.isnan(c).all()
        )
    )
    criteria = tuple(Criterion(c.key, c.axis, 10, scale, True, "km") for c in LINEAR)
    np.testing.assert_allclose(
        normalised(raw * factor, criteria), normalised(raw, criteria), atol=1e-4
    )


@given(tables(), st.integers(0, 11), st.integers(0, 3), st.floats(0, 1))
def test_more_of_a_good_thing_never_lowers_a_score(table, row, j, gain):
    raw, weights = table
    n = normalised(raw, LINEAR)
    row %= len(n)
    assume(not np.isnan(n[row, j]))
    better = n.copy()
    better[row, j] += (1 - better[row, j]) * gain
    before, after = score(n, weights), score(better, weights)
    assume(not np.isnan(before.score[row]))
    assert after.score[row] >= before.score[row] - 1e-9
    if before.rank[row]:
        assert after.rank[row] <= before.rank[row]


@given(tables())
def test_scores_stay_between_0_and_100_and_points_add_up(table):
    raw, weights = table
    found = score(normalised(raw, LINEAR), weights)
    known = ~np.isnan(found.score)
    assert ((found.score[known] >= -1e-9) & (found.score[known] <= 100 + 1e-9)).all()
    np.testing.assert_allclose(
        np.nansum(found.points, axis=1)[known], found.score[known], atol=1e-9
    )
    assert (found.rank[found.coverage < 0.6 - 1e-6] == 0).all()


@given(tables(), st.integers(0, 3))
def test_a_tipping_share_is_where_recomputed_scores_meet_and_swap(table, j):
    raw, weights = table
    n = normalised(raw, LINEAR)
    for share in tipping(n[0], n[1], weights, j):
        a, b = score(n[:2], share_weights(weights, j, share)).score
        assert a == pytest.approx(b, abs=1e-5)
        sides = [
            score(n[:2], share_weights(weights, j, share + step)).score for step in (-1e-4, 1e-4)
        ]
        (low_a, low_b), (high_a, high_b) = sides
        assert (low_a - low_b) * (high_a - high_b) < 0


def test_every_change_of_order_has_a_tipping_share():
    rng = np.random.default_rng(4)
    for _ in range(examples(200)):
        n = rng.random((2, 4))
        n[rng.random((2, 4)) < 0.2] = np.nan
        weights = rng.integers(1, 20, 4) * 5.0
        shares = np.linspace(0.005, 0.995, 991)
        ahead = [np.subtract(*score(n, share_weights(weights, 1, p)).score) for p in shares]
        turns = sum(x * y < 0 for x, y in zip(ahead, ahead[1:], strict=False))
        assert len(tipping(n[0], n[1], weights, 1)) == turns


def test_an_unknown_value_is_neither_zero_nor_the_mean():
    n = np.array([[1.0, 0.5], [1.0, np.nan], [0.0, 0.0]])
    found = score(n, np.array([75.0, 25.0]))
    assert found.score[1] == pytest.approx(100)
    assert found.coverage[1] == pytest.approx(0.75)


def test_below_60_per_cent_there_is_no_rank_and_the_others_close_up():
    n = np.array([[np.nan, 1.0], [0.2, 0.2], [0.1, 0.1]])
    found = score(n, np.array([50.0, 50.0]))
    assert found.rank.tolist() == [0, 1, 2]


def test_all_weights_zero_gives_no_score_and_no_rank():
    found = score(np.array([[0.5, 1.0], [0.1, 0.2]]), np.zeros(2))
    assert np.isnan(found.score).all() and not found.rank.any()


def test_one_market_alone_has_the_middle_of_each_scale():
    n = normalised(np.array([[5.0, 7.0, 9.0, 1.0]]), LINEAR)
    assert n.tolist() == [[0.5] * 4]


def test_a_criterion_nobody_has_is_set_aside():
    n = np.array([[0.5, np.nan], [1.0, np.nan]])
    found = score(n, np.array([10.0, 90.0]))
    assert found.coverage.tolist() == [1, 1] and found.rank.tolist() == [2, 1]


def test_equal_scores_share_the_better_rank():
    assert score(np.array([[0.5], [0.5], [0.1]]), np.ones(1)).rank.tolist() == [1, 1, 3]


def test_the_rank_interval_holds_the_rank_repeats_and_is_quick():
    rng = np.random.default_rng(1)
    n, weights = rng.random((34, 12)), rng.integers(1, 20, 12) * 5.0
    rank_interval(n, weights)
    began = time.process_time()
    low, high = rank_interval(n, weights)
    assert time.process_time() - began < 0.1
    again = rank_interval(n, weights)
    assert (low == again[0]).all() and (high == again[1]).all()
    rank = score(n, weights).rank
    assert ((low <= rank) & (rank <= high)).all()


def test_a_market_far_ahead_has_a_narrow_interval_and_close_ones_a_wide_one():
    rng = np.random.default_rng(2)
    n = np.vstack([np.ones((1, 6)), 0.4 + 0.01 * rng.random((20, 6))])
    low, high = rank_interval(n, np.full(6, 10.0))
    assert (low[0], high[0]) == (1, 1)
    assert (high[1:] - low[1:]).max() >= 6


def test_two_criteria_that_say_the_same_are_pointed_out():
    rng = np.random.default_rng(3)
    a = rng.random(34)
    n = np.column_stack([a, a + 0.01 * rng.random(34), rng.random(34)])
    assert [(i, j) for i, j, _ in double_counted(n, np.ones(3))] == [(0, 1)]
    assert double_counted(n, np.array([1.0, 0.0, 1.0])) == []


# --- the table ------------------------------------------------------------------------


@given(st.dictionaries(st.sampled_from(KEYS), st.integers(0, 20).map(lambda n: n * 5)))
def test_weights_survive_the_address(changed):
    weights = {**weights_of(()), **changed}
    codes = codes_of(weights)
    assert set(codes) <= set(WEIGHT_CODES)
    assert weights_of(codes) == weights


def test_each_preset_is_recognised_and_sums_up():
    for name, own in PRESETS.items():
        weights = {c.key: own.get(c.key, c.weight) for c in CRITERIA}
        assert preset_of(weights) == name
        assert set(own) <= set(KEYS)


def test_every_agreement_has_its_access():
    assert set(ACCESS) == set(AGREEMENTS)


@settings(max_examples=examples(30))
@given(st.lists(st.sampled_from(WEIGHT_CODES), max_size=20))
def test_the_last_of_two_codes_wins(codes):
    found = weights_of(tuple(codes))
    for key in KEYS:
        numbers = [int(c.split(".")[1]) for c in codes if c.split(".")[0] == key]
        if numbers:
            assert found[key] == numbers[-1]
