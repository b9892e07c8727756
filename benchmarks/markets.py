"""What the Markets page costs the server: each answer, base data and 100,000 buyers, and the draws.

``python -m benchmarks.markets`` prints the figures as JSON. Times are milliseconds of this process,
JSON included, every run under other weights or filters so that no cached answer flatters.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import numpy as np
import orjson

from geo.core.paths import DATA_DIR
from geo.i18n.words import words
from geo.markets.api.barometer import barometer_answer
from geo.markets.api.compare import compare_answer
from geo.markets.api.explanation import why_answer
from geo.markets.api.export_support import support_answer
from geo.markets.api.gap_matrix import gap_answer
from geo.markets.api.market import page_answer
from geo.markets.api.method import method_answer
from geo.markets.api.mission import mission_answer
from geo.markets.api.ranking import rank_answer
from geo.markets.api.suppliers import supply_answer
from geo.markets.score import DRAWS, rank_interval
from geo.model.records import CRAFTS
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.store.file_store import FileStore
from geo.store.synthetic_store import SyntheticStore

RUNS = 20
BUYERS = 100_000
MARKETS = ("FR", "US", "DE", "ES", "JP")


def measure_markets(runs: int = RUNS) -> dict[str, object]:
    """p50 and p95 of each answer, and of the rank stability alone."""
    found: dict[str, object] = {"draws_34x12x1000_ms": _draws(runs)}
    stores = {"base": FileStore(DATA_DIR), f"buyers_{BUYERS}": SyntheticStore(BUYERS)}
    for name, store in stores.items():
        query = Query(store.load())
        found[name] = {answer: _timed(make, query, runs) for answer, make in _answers().items()}
    return found


def _answers() -> dict[str, Callable[[Query, int], object]]:
    t = words("fr")

    def view(i: int) -> ViewState:
        return ViewState(
            craft=(CRAFTS[i % len(CRAFTS)],),
            weights=(f"demand.{5 * (i % 21)}",),
            compare=MARKETS[i % 2 : i % 2 + 3],
        )

    return {
        "rank": lambda q, i: rank_answer(q, view(i), t),
        "why": lambda q, i: why_answer(q, MARKETS[i % 5], view(i), t),
        "page": lambda q, i: page_answer(q, MARKETS[i % 5], t),
        "compare": lambda q, i: compare_answer(q, view(i), t),
        "gap": lambda q, i: gap_answer(q, view(i), t),
        "barometer": lambda q, i: barometer_answer(q, view(i), t),
        "supply": lambda q, i: supply_answer(
            q, view(i), t, text=f"{i + 2} tapis de Fez", terms=None
        ),
        "mission": lambda q, i: mission_answer(q, MARKETS[i % 5], view(i), t, start="2027-03-01"),
        "support": lambda q, i: support_answer(q, view(i), t, turnover="1,5", status="company"),
        "method": lambda q, i: method_answer(q, view(i), t),
    }


def _timed(make: Callable[[Query, int], object], query: Query, runs: int) -> dict[str, float]:
    orjson.dumps(make(query, runs))  # what is built once per data version
    times = []
    for i in range(runs):
        began = time.perf_counter()
        orjson.dumps(make(query, i))
        times.append(1000 * (time.perf_counter() - began))
    return {
        "p50_ms": round(float(np.percentile(times, 50)), 1),
        "p95_ms": round(float(np.percentile(times, 95)), 1),
    }


def _draws(runs: int) -> dict[str, float]:
    rng = np.random.default_rng(1)
    n, weights = rng.random((34, 12)), rng.integers(1, 20, 12) * 5.0
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        rank_interval(n, weights, draws=DRAWS)
        times.append(1000 * (time.perf_counter() - began))
    return {
        "p50_ms": round(float(np.percentile(times, 50)), 1),
        "p95_ms": round(float(np.percentile(times, 95)), 1),
    }


if __name__ == "__main__":
    print(json.dumps(measure_markets(), indent=1))
