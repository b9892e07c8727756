"""Request metrics and access log; ``/metrics`` for Prometheus.

A request is labelled by its route (``/api/entity/{kind}/{id}``), never by its parameters.
``/metrics`` answers this machine and administrators. Streamlit's own metrics are open to
everybody by default and name files of this machine: they are closed.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable, Iterable, Iterator

import anyio.to_thread
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo.core.logs import request_id
from geo.web.access import LOCAL, is_local, require

log = logging.getLogger("kharita.requests")
disable_created_metrics()
REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "kharita_requests",
    "Answers by route, method and status.",
    ("route", "method", "status"),
    registry=REGISTRY,
)
SECONDS = Histogram(
    "kharita_request_seconds",
    "Time until the answer was sent, by route.",
    ("route",),
    registry=REGISTRY,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
SESSIONS = Gauge("kharita_sessions", "Pages that are open in a browser.", registry=REGISTRY)
RUNNING = Gauge("kharita_requests_running", "Requests being answered.", registry=REGISTRY)
#: What a proxy may give as the id of a request.
_ID = re.compile(r"[A-Za-z0-9-]{8,64}\Z")
_CLOSED = re.compile(r"(/[^/]*)?/_stcore/metrics/?\Z")
_STREAM = re.compile(r"(/[^/]*)?/_stcore/stream\Z")
_KNOWN_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
#: Headers by which a proxy forwards another client's request.
_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


class MetricsMiddleware:
    """ASGI middleware that times, counts and logs every request and gives it an id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and measure it."""
        if scope["type"] == "websocket":
            await self._session(scope, receive, send)
        elif scope["type"] == "http":
            await self._request(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _session(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not _STREAM.match(scope["path"]):
            await self.app(scope, receive, send)
            return
        with SESSIONS.track_inprogress():
            await self.app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        began, status = time.perf_counter(), 500
        header = next(
            (v.decode("latin-1") for k, v in scope["headers"] if k == b"x-request-id"), ""
        )
        id_ = header if _ID.match(header) else secrets.token_hex(8)
        mark = request_id.set(id_)

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {
                    **message,
                    "headers": [*message.get("headers", ()), (b"x-request-id", id_.encode())],
                }
            await send(message)

        try:
            with RUNNING.track_inprogress():
                if _CLOSED.match(scope["path"]):
                    await Response(status_code=404)(scope, receive, send_with_id)
                else:
                    await self.app(scope, receive, send_with_id)
        finally:
            _record(scope, status, time.perf_counter() - began)
            request_id.reset(mark)


def _record(scope: Scope, status: int, seconds: float) -> None:
    route, method = (
        route_of(scope),
        scope["method"] if scope["method"] in _KNOWN_METHODS else "other",
    )
    REQUESTS.labels(route, method, str(status)).inc()
    SECONDS.labels(route).observe(seconds)
    level = (
        logging.WARNING
        if status == 503
        else logging.ERROR
        if status >= 500
        else logging.INFO
        if status >= 400 or method not in ("GET", "HEAD")
        else logging.DEBUG
    )
    log.log(
        level,
        "answered",
        extra={"method": method, "route": route, "status": status, "ms": round(seconds * 1000, 1)},
    )


def route_of(scope: Scope) -> str:
    """Route pattern of a request; ``page`` for Streamlit's pages and their parts."""
    route = scope.get("route")
    path = getattr(route, "path", "")
    own = getattr(getattr(route, "endpoint", None), "__module__", "").startswith("geo.")
    return path if path and own else "page" if path else "unknown"


# --- /metrics -------------------------------------------------------------------------


class Gauges(Collector):
    """Collector of gauges that are computed at each scrape.

    Parameters
    ----------
    read : name, help and value of each.
    """

    def __init__(self, read: Callable[[], Iterable[tuple[str, str, float]]]) -> None:
        self._read = read

    def describe(self) -> list[Metric]:
        """Nothing is computed at registration."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Compute the gauges."""
        for name, about, value in self._read():
            yield GaugeMetricFamily(f"kharita_{name}", about, value)


_registered: list[Gauges] = []


def register_gauges(gauges: Gauges) -> None:
    """Register the gauges of ``/metrics``, instead of the previous ones."""
    while _registered:
        REGISTRY.unregister(_registered.pop())
    _registered.append(gauges)
    REGISTRY.register(gauges)


def routes() -> list[Route]:
    """Every route of this module."""
    return [Route("/metrics", _metrics, methods=["GET"])]


async def _metrics(request: Request) -> Response:
    def make() -> Response:
        if not from_here(request):
            require(request, "administrator")
        return Response(
            generate_latest(REGISTRY),
            headers={"cache-control": "no-store"},
            media_type="text/plain; version=0.0.4; charset=utf-8",
        )

    return await anyio.to_thread.run_sync(make)


def from_here(request: Request) -> bool:
    """Whether the client is a program of this machine, by its own name and not a proxy."""
    host = (request.headers.get("host") or "").lower()
    named = host.rpartition("]")[0].strip("[") or host.partition(":")[0]
    return (
        request.client is not None
        and is_local(request.client.host)
        and named in LOCAL
        and not any(name in request.headers for name in _FORWARDED)
    )
