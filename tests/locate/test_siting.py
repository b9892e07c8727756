"""New sites against exhaustive search; bounds that hold; rules that are kept."""

from __future__ import annotations

import itertools
import threading
import time

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from pyproj import Geod

from geo.core.errors import NotFound
from geo.locate.api import siting
from geo.locate.siting.problem import Answer, Progress, SitingProblem
from geo.locate.siting.solve import solve
from tests.sizes import examples

GEOD = Geod(ellps="WGS84")


def made(seed, m, n, **rules):
    chance = np.random.default_rng(seed)
    at = chance.uniform((-8, 30), (-4, 34), (m, 2))
    to = np.vstack([at[: n // 2], chance.uniform((-8, 30), (-4, 34), (n - min(m, n // 2), 2))])[:n]
    return SitingProblem(
        at[:, 0], at[:, 1], to[:, 0], to[:, 1], chance.integers(0, 50_000, len(to)), **rules
    )


def away(p, a, b):
    return GEOD.inv(p.lon[a], p.lat[a], p.lon[b], p.lat[b])[2]


def reached(p, chosen):
    return sum(
        int(p.people[i])
        for i in range(len(p.people))
        if any(
            GEOD.inv(p.lon[j], p.lat[j], p.to_lon[i], p.to_lat[i])[2] <= p.metres for j in chosen
        )
    )


def keeps_the_rules(p, chosen):
    new = [j for j in chosen if j not in p.pinned]
    return (
        len(chosen) <= max(p.count, len(p.pinned))
        and set(p.pinned[: p.count]) <= set(chosen)
        and not (set(p.banned) - set(p.pinned)) & set(chosen)
        and all(away(p, a, b) >= p.apart_m - 1e-3 for a in new for b in chosen if a != b)
    )


def exhaustive(p):
    others = [j for j in range(len(p.lon)) if j not in p.pinned]
    best = 0
    for size in range(p.count - len(p.pinned) + 1):
        for more in itertools.combinations(others, size):
            chosen = [*p.pinned, *more]
            if keeps_the_rules(p, chosen):
                best = max(best, reached(p, chosen))
    return best


PROBLEMS = st.builds(
    lambda seed, m, n, metres, count, apart, pins, bans: made(
        seed,
        m,
        n,
        metres=metres,
        count=max(count, 1),
        apart_m=apart,
        pinned=tuple(sorted(p % m for p in pins))[:count],
        banned=tuple(sorted(b % m for b in bans)),
    ),
    st.integers(0, 10**6),
    st.integers(1, 9),
    st.integers(0, 14),
    st.sampled_from([25_000, 60_000, 120_000]),
    st.integers(0, 3),
    st.sampled_from([0.0, 50_000, 150_000]),
    st.sets(st.integers(0, 8), max_size=1),
    st.sets(st.integers(0, 8), max_size=2),
)


@given(PROBLEMS)
@settings(max_examples=examples(80))
def test_small_cases_are_solved_exactly(problem):
    answer = solve(problem)
    assert answer.exact and answer.reached == exhaustive(problem) == answer.bound
    assert answer.reached == reached(problem, answer.chosen) == sum(answer.gains)
    assert keeps_the_rules(problem, answer.chosen)


@given(PROBLEMS)
@settings(max_examples=examples(60))
def test_the_bound_of_greedy_is_a_bound(problem):
    stopped = Progress()
    stopped.cancelled.set()
    answer = solve(problem, stopped)
    best = exhaustive(problem)
    assert answer.reached <= best <= answer.bound
    if not problem.apart_m and not problem.pinned:
        assert answer.reached >= best * (1 - 1 / np.e) - 1
    assert keeps_the_rules(problem, answer.chosen)


def test_ten_among_fifteen_hundred_within_five_seconds():
    problem = made(3, 1_500, 1_500, metres=50_000, count=10)
    began = time.process_time()
    answer = solve(problem)
    assert time.process_time() - began < 5
    assert len(answer.chosen) == 10 and answer.reached <= answer.bound
    assert answer.reached >= 0.632 * answer.bound


@pytest.fixture(autouse=True)
def _no_earlier_question():
    siting.SITING.close()


def test_a_question_can_be_followed_and_stopped(monkeypatch):
    working, go_on = threading.Event(), threading.Event()

    def slow(problem, progress, **_):
        progress.stage, progress.best = "exact", Answer((0,), (5,), 5, 9, False)
        working.set()
        progress.cancelled.wait(10)
        go_on.wait(10)
        return progress.best

    monkeypatch.setattr(siting, "solve", slow)
    job, answer = siting.ask("q", None, 0)
    assert working.wait(5) and answer is None
    assert job.solver.best.reached == 5 and siting.SITING.running == 1
    siting.stop("q")
    siting.stop("other")
    go_on.set()
    assert siting.ask("q", None, 5)[1].reached == 5


def test_what_goes_wrong_is_raised_once_and_not_kept(monkeypatch):
    def broken(problem, progress):
        raise ValueError("no")

    problem = made(1, 4, 4, metres=50_000, count=1)
    with monkeypatch.context() as patch:
        patch.setattr(siting, "solve", broken)
        with pytest.raises(ValueError):
            siting.ask("q", problem, 5)
    with pytest.raises(NotFound):
        siting.SITING.get("q")
    answer = siting.ask("q", problem, 10)[1]
    assert answer is not None and answer.exact


def test_the_seventeenth_question_ends_the_oldest(monkeypatch):
    gate, began = threading.Event(), threading.Semaphore(0)

    def slow(problem, progress):
        began.release()
        gate.wait(20)
        return Answer((), (), int(progress.cancelled.is_set()), 9, False)

    monkeypatch.setattr(siting, "solve", slow)
    jobs = [siting.ask("0", None, 0)[0], siting.ask("1", None, 0)[0]]
    assert began.acquire(timeout=20) and began.acquire(timeout=20)
    jobs += [siting.ask(str(n), None, 0)[0] for n in range(2, 17)]
    with pytest.raises(NotFound):
        siting.SITING.get("0")
    gate.set()
    assert all(job.wait(20) for job in jobs)
    assert [job.result.reached for job in jobs] == [1] + [0] * 16, "only the oldest was ended"
