"""Solve a siting problem in a time limit: greedy first, then exactly when small enough."""

from __future__ import annotations

import numpy as np

from geo.locate.siting.greedy import greedy
from geo.locate.siting.problem import Answer, Progress, SitingProblem, clashes, within

#: Non-zeros of the reduced model up to which an exact answer is tried.
EXACT_PAIRS = 400_000
EXACT_SECONDS = 3.5


def solve(
    problem: SitingProblem, progress: Progress | None = None, *, seconds: float = EXACT_SECONDS
) -> Answer:
    """The best sites that can be found within a time limit; never worse than greedy."""
    progress = progress or Progress()
    cover = within(problem.lon, problem.lat, problem.to_lon, problem.to_lat, problem.metres)
    allowed = np.ones(len(problem.lon), bool)
    allowed[list(problem.banned)] = False
    allowed[list(problem.pinned)] = True
    clash = clashes(problem)
    progress.stage = "greedy"
    first = greedy(problem, cover, allowed, clash)
    progress.best = first
    done = (
        first.reached >= first.bound
        or len(problem.pinned) >= problem.count
        or not cover[allowed].any()
    )
    if done or progress.cancelled.is_set():
        return _exactly(first) if done else first
    if int(cover[allowed].sum()) > EXACT_PAIRS:
        return first
    progress.stage = "exact"
    from geo.locate.siting.exact import exact  # here: its solver costs every start

    return exact(problem, cover, allowed, clash, first, seconds, progress)


def _exactly(answer: Answer) -> Answer:
    return Answer(answer.chosen, answer.gains, answer.reached, answer.reached, True)
