"""The layer route at a million points: any filter, any viewport, through the real route."""

from __future__ import annotations

import os
import random
import time

import numpy as np
from starlette.applications import Starlette
from starlette.testclient import TestClient

from geo.explore.api import routes as explore
from geo.web import health

CALLS = 200


def measure_layers(points: int) -> dict[str, float]:
    """Median and p95 of calls with random filters and viewports, milliseconds and bytes."""
    before = os.environ.get("KHARITA_STORE")
    os.environ["KHARITA_STORE"] = f"synthetic:{points}"
    try:
        return _measured()
    finally:  # the parts that follow measure the shipped data
        os.environ.pop("KHARITA_STORE")
        if before is not None:
            os.environ["KHARITA_STORE"] = before


def _measured() -> dict[str, float]:
    client = TestClient(Starlette(routes=[*explore.routes(), *health.routes()]))
    client.get("/healthz")
    chance = random.Random(3)
    filters = [
        "",
        "market=DE",
        "market=US,FR",
        "craft=tapis_tissage",
        "craft=zellige,vannerie",
        "buyer=concept_store",
        "period=2020-2023",
        "report=R-2025-07",
        "q=tapis",
        "market=FR&craft=zellige&buyer=marketplace",
    ]
    times, sizes = [], []
    for _ in range(CALLS):
        zoom = chance.randint(2, 12)
        width, height = 1100 * 360 / (256 * 2**zoom), 500 * 300 / (256 * 2**zoom)
        lon, lat = chance.uniform(-100, 140), chance.uniform(-30, 58)
        box = (
            max(-180, lon - width / 2),
            max(-80, lat - height / 2),
            min(180, lon + width / 2),
            min(80, lat + height / 2),
        )
        began = time.perf_counter()
        answer = client.get(
            f"/api/layers/buyers?bbox={','.join(f'{v:.4f}' for v in box)}"
            f"&zoom={zoom}&{chance.choice(filters)}"
        )
        times.append((time.perf_counter() - began) * 1000)
        sizes.append(len(answer.content))
        assert answer.status_code == 200, answer.text
    return {
        "calls": CALLS,
        "p50_ms": round(float(np.percentile(times, 50)), 1),
        "p95_ms": round(float(np.percentile(times, 95)), 1),
        "max_bytes": max(sizes),
    }
