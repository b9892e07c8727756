"""The greedy solver: the best candidate again and again, then exchanges that gain people.

Bound   for a covering function f and any set S: best <= f(S) + the sum of the k largest gains
        over S (Nemhauser, Wolsey and Fisher, 1978); the least over the greedy steps is kept.
"""

from __future__ import annotations

import numpy as np

from geo.locate.siting.problem import Answer, SitingProblem, ordered_answer


def greedy(
    problem: SitingProblem, cover: np.ndarray, allowed: np.ndarray, clash: np.ndarray | None
) -> Answer:
    """The greedy answer with exchanges; ``cover`` is (m, n), ``clash`` (m, m) or None."""
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
    return ordered_answer(problem, cover, chosen, bound, exact=False)


def _swapped(
    problem: SitingProblem,
    cover: np.ndarray,
    allowed: np.ndarray,
    clash: np.ndarray | None,
    chosen: list[int],
) -> list[int]:
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
