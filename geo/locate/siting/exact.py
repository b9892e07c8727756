"""The exact solver: HiGHS within a time limit, starting from the greedy answer.

Church and ReVelle's maximal covering model; the dual bound says how far from the best an
unfinished answer can be.
"""

from __future__ import annotations

import threading

import highspy
import numpy as np

from geo.locate.siting.problem import Answer, Progress, SitingProblem, ordered_answer


def exact(
    problem: SitingProblem,
    cover: np.ndarray,
    allowed: np.ndarray,
    clash: np.ndarray | None,
    greedy: Answer,
    seconds: float,
    progress: Progress,
) -> Answer:
    """The best answer, or how far from it the greedy one can be; ``cover`` is (m, n)."""
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
    proven = status == highspy.HighsModelStatus.kOptimal
    dual = solver.getInfo().mip_dual_bound
    bound = min(greedy.bound, -dual if np.isfinite(dual) else np.inf)
    found = ordered_answer(problem, cover, chosen, bound + 1e-6, exact=proven)
    if found.reached < greedy.reached:  # the limit fell before HiGHS took the start
        return Answer(
            greedy.chosen, greedy.gains, greedy.reached, max(greedy.reached, int(bound)), False
        )
    return found


def _merged(cover: np.ndarray, people: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    reachable = cover.any(axis=0)
    cover, people = cover[:, reachable], people[reachable]
    if not cover.shape[1]:
        return cover, people
    _, first, group = np.unique(
        np.packbits(cover, axis=0).T, axis=0, return_index=True, return_inverse=True
    )
    return cover[:, first], np.bincount(group.ravel(), weights=people, minlength=len(first))


def _model(
    problem: SitingProblem,
    columns: np.ndarray,
    cover: np.ndarray,
    people: np.ndarray,
    clash: np.ndarray | None,
) -> highspy.Highs:
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
            for b in np.flatnonzero(near[a, a + 1 :]) + a + 1:
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
