"""Time against the number of points, 10³ to 10⁶: what grows, and how; beside a plain loop.

The twin is what one writes first: a loop over the records for each filter. It stops at 10⁵ points,
where it has shown its line.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from geo.explore.api.facets import facets_answer
from geo.explore.api.layers import layer_answer
from geo.i18n.words import words
from geo.model.records import AGE_MONTHS, BUYER_KINDS, CRAFTS
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.query.viewport import Bbox
from geo.store.synthetic_store import SyntheticStore

POINTS = (1_000, 10_000, 100_000, 1_000_000)
LOOP_UNTIL = 100_000
CALLS = 24
MARKETS = ("FR", "DE", "ES", "IT", "GB", "US", "NL", "BE")


def measure_complexity() -> dict[str, Any]:
    """Medians in milliseconds: operation -> points -> time."""
    found: dict[str, dict[str, float]] = {}
    for points in POINTS:
        query = Query(SyntheticStore(points).load())
        for name, act in operations(query, points).items():
            found.setdefault(name, {})[str(points)] = median_ms(act)
    return {"calls": CALLS, "median_ms": found}


def operations(query: Query, points: int) -> dict[str, Callable[[], object]]:
    """What is measured; each call asks something else, so that no cache answers."""
    chance, t = random.Random(points), words("fr")

    def view() -> ViewState:
        return ViewState(
            market=tuple(chance.sample(MARKETS, 2)),
            craft=tuple(chance.sample(CRAFTS, 3)),
            buyer=tuple(chance.sample(BUYER_KINDS, 4)),
        )

    def frame() -> Bbox:
        lon, lat = chance.uniform(-20, 30), chance.uniform(25, 50)
        return Bbox(lon - 8, lat - 5, lon + 8, lat + 5)

    found: dict[str, Callable[[], object]] = {
        "facets": lambda: facets_answer(query, view(), [], t),
        "ages": lambda: facets_answer(
            query, view().with_(fresh=chance.choice(list(AGE_MONTHS))), [], t
        ),
        "layer": lambda: layer_answer(query, "buyers", view(), frame(), 6, t),
        "text": lambda: query.passing("buyers", ViewState(q=f"demo {chance.randint(0, 999):03d}")),
    }
    if points <= LOOP_UNTIL:
        records = list(query.catalogue.buyers)

        def loop() -> int:
            wanted = view()
            return sum(
                b.country in wanted.market
                and b.kind in wanted.buyer
                and not set(b.crafts).isdisjoint(wanted.craft)
                for b in records
            )

        found["loop"] = loop
    return found


def median_ms(act: Callable[[], object]) -> float:
    """The median of some calls."""
    times = []
    for _ in range(CALLS):
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1000)
    return round(float(np.median(times)), 3)
