"""Where k new facilities would bring most people within reach: maximal covering location.

Knows: candidates, demand, distances. Not: words, records, pages.

How     Church and ReVelle's model. Greedy with swaps first: at once, with a proven bound. Then,
        when small enough, HiGHS solves it exactly within a time limit, starting from the greedy
        answer; its dual bound says how far from the best an unfinished answer can be.
Units   metres (geodesic), people. CRS EPSG:4326.
Bound   for a covering function f and any set S: best <= f(S) + the sum of the k largest gains
        over S (Nemhauser, Wolsey and Fisher, 1978); the least over the greedy steps is kept.
"""
from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import highspy
import numpy as np

from geo.spatial import EARTH_M, GEOD, SPHERE_ERROR, arc_matrix

#: Non-zeros of the reduced model up to which an exact answer is tried.
EXACT_PAIRS = 400_000
EXACT_SECONDS = 3.5


@dataclass(frozen=True)
class Problem:
    """One siting question.

    Attributes
    ----------
    lon, lat : (m,) candidates, degrees.
    to_lon, to_lat, people : (n,) places not yet within reach, and who lives there.
    metres : the distance that counts as within reach.
    count : how many sites, pinned ones included.
    apart_m : least distance between two new sites; pinned ones are taken as they are.
    pinned, banned : indices of candidates.
    """

    lon: np.ndarray
    lat: np.ndarray
    to_lon: np.ndarray
    to_lat: np.ndarray
    people: np.ndarray
    metres: float
    count: int
    apart_m: float = 0.0
    pinned: tuple[int, ...] = ()
    banned: tuple[int, ...] = ()


@dataclass(frozen=True)
class Answer:
    """Chosen candidates in the order of what each adds, and how good that is.

    Attributes
    ----------
    chosen : indices; ``gains`` what each adds to those before it, people.
    reached : people newly within reach.
    bound : nobody can do better than this, people.
    exact : whether ``reached`` is proven best.
    """

    chosen: tuple[int, ...]
    gains: tuple[int, ...]
    reached: int
    bound: int
    exact: bool


@dataclass
class Progress:
    """What a caller may look at, and stop, while ``solve`` works."""

    stage: str = "distances"
    best: Answer | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)


def solve(problem: Problem, progress: Progress | None = None, *, seconds: float = EXACT_SECONDS) -> Answer:
    """The best sites that can be found within a time limit; never worse than greedy."""
    progress = progress or Progress()
    cover = within(problem.lon, problem.lat, problem.to_lon, problem.to_lat, problem.metres)
    allowed = np.ones(len(problem.lon), bool)
    allowed[list(problem.banned)] = False
    allowed[list(problem.pinned)] = True
    clash = _clashes(problem)
    progress.stage = "greedy"
    greedy = _greedy(problem, cover, allowed, clash)
    progress.best = greedy
    done = (greedy.reached >= greedy.bound or len(problem.pinned) >= problem.count
            or not cover[allowed].any())
    if done or progress.cancelled.is_set():
        return _exactly(greedy) if done else greedy
    if int(cover[allowed].sum()) > EXACT_PAIRS:
        return greedy
    progress.stage = "exact"
    return _exact(problem, cover, allowed, clash, greedy, seconds, progress)


def within(lon: np.ndarray, lat: np.ndarray, to_lon: np.ndarray, to_lat: np.ndarray, metres: float
           ) -> np.ndarray:
    """(m, n) whether each pair is at most so many metres apart, on the ellipsoid."""
    arc = arc_matrix(lon, lat, to_lon, to_lat) * EARTH_M
    near = arc <= metres * (1 - SPHERE_ERROR)
    row, column = np.nonzero(~near & (arc <= metres * (1 + SPHERE_ERROR) + 1))
    if len(row):
        near[row, column] = np.asarray(
            GEOD.inv(lon[row], lat[row], to_lon[column], to_lat[column])[2]) <= metres
    return near


def _clashes(problem: Problem) -> np.ndarray | None:
    """(m, m) which candidates are too close to each other; None without the rule."""
    if problem.apart_m <= 0:
        return None
    clash = within(problem.lon, problem.lat, problem.lon, problem.lat, problem.apart_m - 1e-6)
    np.fill_diagonal(clash, False)
    pinned = list(problem.pinned)
    clash[np.ix_(pinned, pinned)] = False
    return clash


def _greedy(problem: Problem, cover: np.ndarray, allowed: np.ndarray, clash: np.ndarray | None) -> Answer:
    people = problem.people.astype(float)
    weight, free = cover.astype(float), allowed.copy()
    left, chosen, bound = people.copy(), [], people.sum()

    def take(j: int) -> None:
        chosen.append(j)
        left[cover[j]] = 0
        free[j] = False
        if clash is not None:
            free[clash[j]] = False
    for j in problem.pinned[: problem.count]:
        take(j)
    while True:
        gains = weight @ left
        open_ = allowed.copy()
        open_[list(problem.pinned)] = False
        top = np.sort(gains[open_])[::-1][: max(0, problem.count - len(problem.pinned))]
        bound = min(bound, people.sum() - left.sum() + top.sum())
        gains = np.where(free, gains, -1)
        if len(chosen) >= problem.count or not free.any() or gains.max() <= 0.5:
            break
        take(int(np.argmax(gains)))
    chosen = _swapped(problem, cover, allowed, clash, chosen)
    return _told(problem, cover, chosen, bound, exact=False)


def _swapped(problem: Problem, cover: np.ndarray, allowed: np.ndarray, clash: np.ndarray | None,
             chosen: list[int]) -> list[int]:
    """Exchange one site for a better one while that gains people, at most 20 times."""
    people = problem.people.astype(float)
    for _ in range(20):
        times = cover[chosen].sum(axis=0)
        best = (0.5, -1, -1)
        for at, j in enumerate(chosen):
            if j in problem.pinned:
                continue
            rest = times - cover[j]
            lost = people[(rest == 0) & cover[j]].sum()
            free = allowed.copy()
            others = [c for c in chosen if c != j]
            free[others] = False
            if clash is not None and others:
                free &= ~clash[others].any(axis=0)
            gains = np.where(free, cover @ np.where(rest == 0, people, 0), -1)
            swap = int(np.argmax(gains))
            if gains[swap] - lost > best[0]:
                best = (gains[swap] - lost, at, swap)
        if best[1] < 0:
            break
        chosen[best[1]] = best[2]
    return chosen


def _told(problem: Problem, cover: np.ndarray, chosen: list[int], bound: float, *, exact: bool) -> Answer:
    """An answer with its sites in the order of what each adds; pinned ones first."""
    left = problem.people.astype(np.int64).copy()
    rest, order, gains = [j for j in chosen if j not in problem.pinned], [], []
    for j in [j for j in problem.pinned if j in chosen]:
        order.append(j)
        gains.append(int(left[cover[j]].sum()))
        left[cover[j]] = 0
    while rest:
        best = max(rest, key=lambda j: (int(left[cover[j]].sum()), -j))
        rest.remove(best)
        order.append(best)
        gains.append(int(left[cover[best]].sum()))
        left[cover[best]] = 0
    reached = int(sum(gains))
    ceiling = min(int(bound), int(problem.people.sum()))
    return Answer(tuple(order), tuple(gains), reached, reached if exact else max(reached, ceiling), exact)


def _exactly(answer: Answer) -> Answer:
    return Answer(answer.chosen, answer.gains, answer.reached, answer.reached, True)


def _exact(problem: Problem, cover: np.ndarray, allowed: np.ndarray, clash: np.ndarray | None,
           greedy: Answer, seconds: float, progress: Progress) -> Answer:
    columns = np.flatnonzero(allowed)
    # Places that the same candidates reach are one place with their people together.
    packed, people = _merged(cover[columns], problem.people)
    solver = _model(problem, columns, packed, people, clash)
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("time_limit", float(seconds))
    solver.setOptionValue("mip_rel_gap", 0.0)
    start = highspy.HighsSolution()
    taken = np.isin(columns, greedy.chosen)
    start.col_value = [*taken.astype(float), *(packed[taken].any(axis=0).astype(float))]
    solver.setSolution(start)
    _run(solver, progress.cancelled)
    value = np.array(solver.getSolution().col_value[: len(columns)])
    if len(value) != len(columns):
        return greedy
    chosen = [int(j) for j in columns[value > 0.5]][: problem.count]
    status = solver.getModelStatus()
    exact = status == highspy.HighsModelStatus.kOptimal
    dual = solver.getInfo().mip_dual_bound
    bound = min(greedy.bound, -dual if np.isfinite(dual) else np.inf)
    found = _told(problem, cover, chosen, bound + 1e-6, exact=exact)
    if found.reached < greedy.reached:  # the limit fell before HiGHS took the start
        return Answer(greedy.chosen, greedy.gains, greedy.reached, max(greedy.reached, int(bound)), False)
    return found


def _merged(cover: np.ndarray, people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    reachable = cover.any(axis=0)
    cover, people = cover[:, reachable], people[reachable]
    if not cover.shape[1]:
        return cover, people
    _, first, group = np.unique(np.packbits(cover, axis=0).T, axis=0, return_index=True, return_inverse=True)
    return cover[:, first], np.bincount(group.ravel(), weights=people, minlength=len(first))


def _model(problem: Problem, columns: np.ndarray, cover: np.ndarray, people: np.ndarray,
           clash: np.ndarray | None) -> highspy.Highs:
    """Minimise minus the people: x chooses a candidate, y counts a place once it is reached."""
    m, n = cover.shape
    lp = highspy.HighsLp()
    lp.num_col_ = m + n
    pinned = np.isin(columns, problem.pinned)
    lp.col_cost_ = np.r_[np.zeros(m), -people.astype(float)]
    lp.col_lower_ = np.r_[pinned.astype(float), np.zeros(n)]
    lp.col_upper_ = np.ones(m + n)
    lp.integrality_ = [highspy.HighsVarType.kInteger] * m + [highspy.HighsVarType.kContinuous] * n
    starts, index, value, low, high = [0], [], [], [], []

    def row(at: np.ndarray, factors: np.ndarray, upper: float) -> None:
        index.append(at)
        value.append(factors)
        starts.append(starts[-1] + len(at))
        low.append(-highspy.kHighsInf)
        high.append(upper)
    row(np.arange(m), np.ones(m), float(max(problem.count, int(pinned.sum()))))
    for i in range(n):
        by = np.flatnonzero(cover[:, i])
        row(np.r_[by, m + i], np.r_[-np.ones(len(by)), 1.0], 0.0)
    if clash is not None:
        near = clash[np.ix_(columns, columns)]
        for a in range(m):
            for b in np.flatnonzero(near[a, a + 1:]) + a + 1:
                row(np.array([a, b]), np.ones(2), 1.0)
    lp.num_row_ = len(low)
    lp.row_lower_, lp.row_upper_ = np.array(low), np.array(high)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(starts, np.int32)
    lp.a_matrix_.index_ = np.concatenate(index).astype(np.int32)
    lp.a_matrix_.value_ = np.concatenate(value).astype(float)
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.passModel(lp)
    return solver


def _run(solver: highspy.Highs, cancelled: threading.Event) -> None:
    solver.HandleUserInterrupt = True
    watching = threading.Event()

    def watch() -> None:
        while not watching.is_set():
            if cancelled.wait(0.1):
                solver.cancelSolve()
                return
    watcher = threading.Thread(target=watch, name="siting-cancel", daemon=True)
    watcher.start()
    try:
        solver.run()
    finally:
        watching.set()


class Jobs:
    """Siting questions being worked on: the first answer comes when it is there, or is asked again.

    At most two run at a time and 16 answers are kept; the oldest are forgotten.
    """

    def __init__(self, keep: int = 16, workers: int = 2) -> None:
        self._keep, self._slots = keep, threading.Semaphore(workers)
        self._lock = threading.Lock()
        self._jobs: dict[str, tuple[Progress, threading.Event, list[Answer | Exception], float]] = {}

    def ask(self, key: str, make: Callable[[], Problem], wait_s: float) -> tuple[Progress, Answer | None, float]:
        """Progress, the final answer if there within ``wait_s``, seconds since the question."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None:
                while len(self._jobs) >= self._keep:
                    old = self._jobs.pop(next(iter(self._jobs)))
                    old[0].cancelled.set()
                job = self._jobs[key] = (Progress(), threading.Event(), [], time.monotonic())
                threading.Thread(target=self._work, args=(job, make), name="siting", daemon=True).start()
        progress, ready, result, began = job
        ready.wait(wait_s)
        if result and isinstance(result[0], Exception):
            with self._lock:
                self._jobs.pop(key, None)
            raise result[0]
        return progress, (result[0] if result else None), time.monotonic() - began

    def cancel(self, key: str) -> bool:
        """Stop a question; its best answer so far becomes its answer."""
        with self._lock:
            job = self._jobs.get(key)
        if job:
            job[0].cancelled.set()
        return job is not None

    def _work(self, job: tuple, make: Callable[[], Problem]) -> None:
        progress, ready, result, _ = job
        with self._slots:
            try:
                result.append(solve(make(), progress))
            except Exception as error:  # told to whoever asks
                result.append(error)
        ready.set()
