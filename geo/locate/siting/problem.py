"""The siting problem, its answer, and the distances both are measured with.

Units   metres (geodesic), people. CRS EPSG:4326.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import numpy as np

from geo.places.nearest import EARTH_M, GEOD, SPHERE_ERROR, arc_matrix


@dataclass(frozen=True)
class SitingProblem:
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
    """Chosen candidates in the order of what each adds, and the proven bound.

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
    """Progress of ``solve``, which a caller may read and cancel."""

    stage: str = "distances"
    best: Answer | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)


def within(
    lon: np.ndarray, lat: np.ndarray, to_lon: np.ndarray, to_lat: np.ndarray, metres: float
) -> np.ndarray:
    """(m, n) whether each pair is at most so many metres apart, on the ellipsoid."""
    arc = arc_matrix(lon, lat, to_lon, to_lat) * EARTH_M
    near = arc <= metres * (1 - SPHERE_ERROR)
    row, column = np.nonzero(~near & (arc <= metres * (1 + SPHERE_ERROR) + 1))
    if len(row):
        near[row, column] = (
            np.asarray(GEOD.inv(lon[row], lat[row], to_lon[column], to_lat[column])[2]) <= metres
        )
    return near


def clashes(problem: SitingProblem) -> np.ndarray | None:
    """(m, m) which candidates are too close to each other; None without the rule."""
    if problem.apart_m <= 0:
        return None
    clash = within(problem.lon, problem.lat, problem.lon, problem.lat, problem.apart_m - 1e-6)
    np.fill_diagonal(clash, False)
    pinned = list(problem.pinned)
    clash[np.ix_(pinned, pinned)] = False
    return clash


def ordered_answer(
    problem: SitingProblem, cover: np.ndarray, chosen: list[int], bound: float, *, exact: bool
) -> Answer:
    """Order the sites of an answer by what each adds, pinned ones first."""
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
    return Answer(
        tuple(order), tuple(gains), reached, reached if exact else max(reached, ceiling), exact
    )
