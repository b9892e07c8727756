"""Scores of one axis under one set of weights, as the responses of the page use them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from geo.i18n.words import Words
from geo.markets.indicators import MarketTable, market_table
from geo.markets.score import Scores, normalised, rank_interval, score, used
from geo.model.criteria import CRITERIA, Criterion
from geo.query.engine import Query


@dataclass(frozen=True, slots=True)
class Board:
    """The scores of one axis under one set of weights."""

    table: MarketTable
    criteria: tuple[Criterion, ...]
    n: np.ndarray
    weights: np.ndarray
    scores: Scores
    low: np.ndarray
    high: np.ndarray

    @property
    def counted(self) -> np.ndarray:
        """(c,) the weights of the criteria that at least one market has; others are zero."""
        return np.where(used(self.n), self.weights, 0.0)

    def of(self, iso2: str) -> int:
        """The row of a market."""
        return next(i for i, m in enumerate(self.table.markets) if m.iso2 == iso2)

    def order(self) -> list[int]:
        """Rows, ranked ones first and by rank, then by name of code."""
        rank = self.scores.rank
        return sorted(
            range(len(rank)), key=lambda i: (rank[i] == 0, rank[i], self.table.markets[i].iso2)
        )


def board(query: Query, axis: str, weights: dict[str, int]) -> Board:
    """Compute the scores of an axis; bounds are always those of all the markets."""
    table = market_table(query)
    kept = [j for j, c in enumerate(CRITERIA) if c.axis == axis]
    criteria = tuple(CRITERIA[j] for j in kept)
    n = normalised(table.raw[:, kept], criteria)
    w = np.array([weights[c.key] for c in criteria], float)
    return Board(table, criteria, n, w, score(n, w), *rank_interval(n, w))


def score_text(b: Board, i: int, t: Words) -> str:
    """A score as a whole number; a dash when nothing is known."""
    value = rounded(b.scores.score[i])
    return "—" if value is None else t.number(round(value))


def rounded(value: float) -> float | None:
    """Two decimals; None for NaN."""
    return None if np.isnan(value) else round(float(value), 2)


def interval_text(rank: int, low: int, high: int, unstable: bool, coverage: int, t: Words) -> str:
    """The rank interval in words, or why there is no rank."""
    if not rank:
        return t("rank.unranked", coverage=t("unit.pct", n=t.number(coverage)))
    if low == high:
        return t("rank.fixed", rank=t.number(low))
    return t(
        "rank.unstable" if unstable else "rank.between", low=t.number(low), high=t.number(high)
    )
