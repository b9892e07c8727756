"""The market score: S = 100 * sum(w * n) / sum(w) over the criteria that are known.

Pure numbers. A missing value is NaN and takes no part: it is neither zero nor the mean. Arrays
are (markets, criteria) unless stated otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from geo.model.criteria import MIN_COVERAGE, Criterion

DRAWS = 1_000
#: Each draw moves every weight by up to this share of itself.
SPREAD = 0.4
SEED = 2025
#: Width of the rank interval (ranks) from which a market is called unstable.
UNSTABLE_RANKS = 6
CORRELATED = 0.8
_CLOSE = 1e-9


@dataclass(frozen=True, slots=True)
class Scores:
    """Scores of all markets on one axis.

    Attributes
    ----------
    score : (m,) 0 to 100; NaN where nothing is known.
    coverage : (m,) share 0-1 of the weights whose value is known.
    rank : (m,) 1 = best; 0 where there is no rank (coverage below 60 %).
    points : (m, c) points each criterion adds to the score; NaN where unknown.
    """

    score: np.ndarray
    coverage: np.ndarray
    rank: np.ndarray
    points: np.ndarray


def normalised(raw: np.ndarray, criteria: Sequence[Criterion]) -> np.ndarray:
    """(m, c) values from 0 to 1, the bounds taken over all markets; 0.5 where all are equal."""
    found = np.full(raw.shape, np.nan)
    for j, criterion in enumerate(criteria):
        column = raw[:, j]
        if criterion.scale == "log":
            column = np.log(np.where(column > 0, column, np.nan))
        elif criterion.scale == "count":
            column = np.log1p(column)
        known = ~np.isnan(column)
        if not known.any():
            continue
        low, high = column[known].min(), column[known].max()
        share = (
            np.where(known, 0.5, np.nan) if high - low < _CLOSE else (column - low) / (high - low)
        )
        found[:, j] = share if criterion.up else 1 - share
    return found


def used(n: np.ndarray) -> np.ndarray:
    """(c,) the criteria that at least one market has: the others are set aside."""
    result: np.ndarray = ~np.isnan(n).all(axis=0)
    return result


def score(n: np.ndarray, weights: np.ndarray) -> Scores:
    """Scores, coverage, ranks and points.

    Parameters
    ----------
    n : (m, c) normalised values.
    weights : (c,) not negative; all zero gives no score and no rank.
    """
    weights = np.where(used(n), weights, 0.0).astype(float)
    total = weights.sum()
    known = ~np.isnan(n)
    held = known @ weights
    with np.errstate(invalid="ignore", divide="ignore"):
        points = 100 * weights * n / held[:, None]
        values = np.where(held > 0, 100 * (np.nan_to_num(n) @ weights) / held, np.nan)
        coverage = held / total if total else np.zeros(len(n))
    rankable = (coverage >= MIN_COVERAGE - _CLOSE) & (held > 0)
    return Scores(values, coverage, ranks(values[None], rankable)[0], points)


def ranks(values: np.ndarray, rankable: np.ndarray) -> np.ndarray:
    """(d, m) rank of each market in each draw, equal scores share the better rank; 0 = none."""
    rounded = np.where(rankable, np.round(values, 9), -np.inf)
    order = np.sort(rounded, axis=1)
    found = np.empty(rounded.shape, int)
    for d in range(len(rounded)):
        found[d] = rounded.shape[1] - np.searchsorted(order[d], rounded[d], side="right") + 1
    return np.where(rankable, found, 0)


def rank_interval(
    n: np.ndarray, weights: np.ndarray, *, draws: int = DRAWS, seed: int = SEED
) -> tuple[np.ndarray, np.ndarray]:
    """(m,) and (m,) the 5th and 95th percentile of the rank when the weights are moved.

    Each draw multiplies every weight by a number between 0.6 and 1.4. Markets without a rank
    get 0 and 0. The seed is fixed, so the same weights always give the same interval.
    """
    base = score(n, weights)
    kept = np.where(used(n), weights, 0.0)
    factors = np.random.default_rng(seed).uniform(1 - SPREAD, 1 + SPREAD, (draws, len(weights)))
    moved = factors * kept
    known = (~np.isnan(n)).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = (moved @ np.nan_to_num(n).T) / (moved @ known.T)
    rankable = base.rank > 0
    found = ranks(np.nan_to_num(values), rankable)
    low = np.percentile(found, 5, axis=0, method="lower")
    high = np.percentile(found, 95, axis=0, method="higher")
    return low.astype(int), high.astype(int)


def tipping(n_a: np.ndarray, n_b: np.ndarray, weights: np.ndarray, j: int) -> list[float]:
    """Shares of criterion j (0-1) at which two markets have equal scores.

    The other weights keep their proportions. With missing values the equality is a quadratic
    in the share; roots are kept between 0 and 1, and only where the order really changes.
    """
    others = weights.astype(float).copy()
    others[j] = 0
    if others.sum() <= 0:
        return []
    others /= others.sum()

    def parts(n: np.ndarray) -> tuple[float, float, float, float]:
        """Numerator p*n + (1-p)*r, denominator p*a + (1-p)*v."""
        known = ~np.isnan(n)
        own = float(known[j])
        return (
            float(np.nan_to_num(n[j])),
            float(np.nan_to_num(n) @ others),
            own,
            float(known @ others),
        )

    na, ra, aa, va = parts(n_a)
    nb, rb, ab, vb = parts(n_b)
    # (ra + p(na-ra)) (vb + p(ab-vb)) - (rb + p(nb-rb)) (va + p(aa-va)) = 0
    square = (na - ra) * (ab - vb) - (nb - rb) * (aa - va)
    first = ra * (ab - vb) + vb * (na - ra) - rb * (aa - va) - va * (nb - rb)
    constant = ra * vb - rb * va
    roots = (
        np.roots([square, first, constant])
        if abs(square) > _CLOSE
        else (np.array([-constant / first]) if abs(first) > _CLOSE else np.array([]))
    )
    found = []
    for root in roots:
        p = float(np.real(root))
        if abs(np.imag(root)) < 1e-9 and 0.005 < p < 0.995 and _crosses(n_a, n_b, others, j, p):
            found.append(p)
    return sorted(found)


def _crosses(n_a: np.ndarray, n_b: np.ndarray, others: np.ndarray, j: int, p: float) -> bool:
    """Whether recomputing both scores on each side of the share swaps their order."""

    def ahead(share: float) -> float:
        w = others * (1 - share)
        w[j] = share
        pair = [np.nansum(w * n) / max((~np.isnan(n)) @ w, _CLOSE) for n in (n_a, n_b)]
        result: float = pair[0] - pair[1]
        return result

    return ahead(p - 1e-4) * ahead(p + 1e-4) < 0


def double_counted(n: np.ndarray, weights: np.ndarray) -> list[tuple[int, int, float]]:
    """Pairs of weighted criteria that say nearly the same: |Pearson r| of 0.8 or more.

    Only pairs that at least ten markets know both of are judged.
    """
    found = []
    for i in range(n.shape[1]):
        for j in range(i + 1, n.shape[1]):
            both = ~np.isnan(n[:, i]) & ~np.isnan(n[:, j])
            if both.sum() < 10 or not weights[i] or not weights[j]:
                continue
            a, b = n[both, i], n[both, j]
            if a.std() < _CLOSE or b.std() < _CLOSE:
                continue
            r = float(np.corrcoef(a, b)[0, 1])
            if abs(r) >= CORRELATED:
                found.append((i, j, r))
    return found
