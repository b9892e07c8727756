"""Locate: suggestions, the nearest among a million, coverage of the country, siting."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable

import numpy as np

from geo.core.paths import DATA_DIR
from geo.i18n.words import words
from geo.locate.api.coverage import coverage_answer
from geo.locate.locator import locator
from geo.locate.siting.problem import SitingProblem
from geo.locate.siting.solve import solve
from geo.model.records import CRAFTS, Catalogue
from geo.model.view import ViewState
from geo.places.gazetteer import Gazetteer
from geo.places.nearest import NearIndex
from geo.query.engine import Query
from geo.store.file_store import FileStore

CANDIDATES = 1_500
POINTS = 1_000_000
NEAREST = 20


def measure_locate() -> dict[str, float]:
    """p95 in milliseconds of each, and seconds to build the index of a million points."""
    catalogue = FileStore(DATA_DIR).load()
    gazetteer = Gazetteer(catalogue)
    chance = random.Random(5)
    names = [n for c in catalogue.communes for n in c.name.values() if n]
    typed = [name[: chance.randint(2, len(name))] for name in chance.sample(names, 400)]
    typed += ["".join(chance.sample(name, len(name))) for name in chance.sample(names, 100)]
    found = {"suggestions_p95_ms": _p95(gazetteer.search, typed)}
    return {**found, **_nearest(), **_country(catalogue), **_siting()}


def _country(catalogue: Catalogue) -> dict[str, float]:
    """Coverage of the whole country, as the route answers it: every craft, ever other filters."""
    here, t = locator(Query(catalogue)), words("fr")
    views = [
        ViewState(craft=(craft,), km=km, milieu=milieu)
        for craft in CRAFTS
        for km in ("10", "25", "50")
        for milieu in ("all", "rural")
    ]
    return {"coverage_p95_ms": _p95(lambda view: coverage_answer(here, view, t), views)}


def _siting() -> dict[str, float]:
    chance = np.random.default_rng(3)
    at = chance.uniform((-10, 28), (-2, 35), (CANDIDATES, 2))
    problem = SitingProblem(
        at[:, 0], at[:, 1], at[:, 0], at[:, 1], chance.integers(500, 60_000, CANDIDATES), 50_000, 10
    )
    began = time.perf_counter()
    answer = solve(problem)
    return {
        "siting_10_of_1500_s": round(time.perf_counter() - began, 2),
        "siting_gap": round(1 - answer.reached / answer.bound, 4),
    }


def _nearest() -> dict[str, float]:
    chance = np.random.default_rng(11)
    # Around real densities: most points near a few hundred towns.
    towns = chance.uniform((-13, 22), (-1, 36), (400, 2))
    at = towns[chance.integers(0, 400, POINTS)] + chance.normal(0, 0.15, (POINTS, 2))
    began = time.perf_counter()
    index = NearIndex(at[:, 0], at[:, 1])
    built = time.perf_counter() - began
    masks = [chance.random(POINTS) < share for share in (1.0, 0.5, 0.05, 0.004, 0.0001)]
    queries = [
        ((float(lon), float(lat)), masks[i % len(masks)])
        for i, (lon, lat) in enumerate(chance.uniform((-13, 22), (-1, 36), (300, 2)))
    ]
    return {
        "nearest_20_of_1000000_p95_ms": _p95(lambda q: index.nearest(q[0], NEAREST, q[1]), queries),
        "index_of_1000000_s": round(built, 2),
    }


def _p95(act: Callable, inputs: Iterable) -> float:
    times = []
    for value in inputs:
        began = time.perf_counter()
        act(value)
        times.append((time.perf_counter() - began) * 1000)
    return round(float(np.percentile(times, 95)), 1)


if __name__ == "__main__":
    print(measure_locate())
