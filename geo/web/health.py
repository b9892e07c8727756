"""Health checks, gauges, and graceful shutdown.

``/healthz`` reports problems of the data and answers as long as anything is served. ``/readyz``
answers 200 when the data are loaded, and 503 while they are loaded for the first time, during
shutdown, or while the store is read-only.
"""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import anyio.to_thread
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.core.jobs import queues
from geo.core.settings import settings
from geo.model.records import IN_PROGRESS
from geo.model.view import ViewState
from geo.query import current
from geo.query.engine import Query
from geo.web import metrics
from geo.web.json_api import json_route
from geo.web.view_request import ViewRequest

log = logging.getLogger(__name__)
_stopping = threading.Event()


def routes() -> list[Route]:
    """Every route of this module and of ``metrics``."""
    return [
        json_route("/healthz", _health),
        Route("/readyz", _ready, methods=["GET"]),
        *metrics.routes(),
    ]


def start() -> None:
    """Startup: register the gauges."""
    _stopping.clear()
    metrics.register_gauges(metrics.Gauges(gauges))


def close() -> None:
    """Graceful shutdown: stop all jobs and worker processes, close the store."""
    _stopping.set()
    for name, queue in queues().items():
        try:
            queue.close()
        except Exception:
            log.exception("%s did not stop", name)
    current.close()


def gauges() -> Iterator[tuple[str, str, float]]:
    """Name, help and value of each gauge."""
    for name, queue in queues().items():
        yield f"{name}_jobs_running", f"Work under way: {name}.", queue.running
    place = settings().var.absolute()
    there = next(p for p in (place, *place.parents) if p.exists())
    yield "var_free_bytes", "Room on the disk of KHARITA_VAR.", shutil.disk_usage(there).free
    stands = current.data_status()
    yield "data_loaded", "1 once data are served.", float(stands is not None)
    if stands:
        yield "data_age_seconds", "Since this version of the data began to be served.", stands.age_s
        yield "data_problems", "Problems found in the data.", stands.problems
        yield (
            "data_version",
            "The first 48 bits of the version of the data, to see it change.",
            int(stands.version, 16),
        )
    yield "store_up", "1 while the store answers.", float(current.store_error() is None)


async def _ready(_: Request) -> Response:
    def make() -> tuple[int, dict[str, Any]]:
        stands = current.data_status()
        if _stopping.is_set() or stands is None:
            return 503, {"status": "stopping" if _stopping.is_set() else "starting"}
        error = current.store_error()
        if error is not None:
            return 503, {
                "status": "reading_only",
                "code": error.key,
                "data_version": stands.version,
            }
        return 200, {"status": "ready", "data_version": stands.version}

    status, body = await anyio.to_thread.run_sync(make)
    return Response(orjson.dumps(body), status, {"cache-control": "no-store"}, "application/json")


def _health(request: ViewRequest) -> Mapping[str, Any]:
    query = request.query
    problems = len(query.catalogue.problems)
    return {
        "status": "degraded" if problems else "ok",
        "problems": problems,
        "data_version": query.catalogue.version,
        "counts": _health_counts(query),
    }


@lru_cache(maxsize=2)
def _health_counts(query: Query) -> dict[str, int]:
    everything = query.counts(ViewState())
    return {
        "buyers": everything["buyers"],
        "markets": len(query.catalogue.markets),
        "sites_active": query.counts(ViewState(status=("active",)))["sites"],
        "sites_in_progress": query.counts(ViewState(status=IN_PROGRESS))["sites"],
        "maisons": everything["maisons"],
        "reports": everything["reports"],
        "demo": query.demo_count,
    }
