"""Road distances, travel times and reachable areas, from the routing servers of a deployment.

OSRM's ``table`` service, openrouteservice's ``matrix`` and ``isochrones``; estimates without a
server are in ``geo.locate.locator``.
Units   metres, seconds and minutes. CRS EPSG:4326, longitude first.
Errors  none: whatever goes wrong, there is no road answer, and that service is left alone a while.
Secrets the key of openrouteservice travels in a header, never in an address.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import shapely
from shapely.geometry import shape

from geo.core.http_client import Answer, TooManyRequests, agent, bounded

DEADLINE_S, REACH_DEADLINE_S = 2.0, 6.0
PAUSE_S = 60.0
KEPT = 500
MOST = 50
MINUTES = (10, 20, 30, 60)
#: What four areas may weigh, and their corners together.
REACH_BYTES, REACH_CORNERS = 2_000_000, 40_000
#: Corners closer than this to the line are left out, degrees: under a pixel at the nearest zoom.
SMOOTH_DEG = 0.0005

Lon_lat = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Road:
    """A way by road: metres and seconds."""

    metres: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Reach:
    """What can be reached by road within some minutes: a valid polygon or several, degrees."""

    minutes: int
    area: shapely.Geometry


class _Server:
    """A routing server: cached answers, and a pause after a failure, service by service."""

    name = ""

    def __init__(self, url: str, contact: str, deadline_s: float) -> None:
        self._url, self._deadline_s = url.rstrip("/"), deadline_s
        self._headers = {"user-agent": agent(contact)}
        self._paused: dict[str, float] = {}
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, object], Any] = OrderedDict()

    def _ask(
        self, service: str, key: object, ask: Callable[[], Answer], read: Callable[[bytes], Any]
    ) -> Any:
        """The cached answer, or a new one; None when there is none."""
        with self._lock:
            if (service, key) in self._kept:
                return self._kept[service, key]
            if time.monotonic() < self._paused.get(service, 0.0):
                return None
        try:
            status, _, body = ask()
            found = read(body) if status == 200 else None
        except (
            TooManyRequests,
            OSError,
            ValueError,
            KeyError,
            IndexError,
            TypeError,
            AttributeError,
            shapely.errors.ShapelyError,
        ):
            found = None
        with self._lock:
            if found is None:
                self._paused[service] = time.monotonic() + PAUSE_S
                return None
            self._kept[service, key] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found


class Osrm(_Server):
    """An OSRM server. ``url`` is its base address."""

    name = "OSRM"

    def __init__(self, url: str, contact: str = "", *, deadline_s: float = DEADLINE_S) -> None:
        super().__init__(url, contact, deadline_s)

    def roads(self, start: Lon_lat, to: Sequence[Lon_lat]) -> tuple[Road | None, ...]:
        """The road to each point, None where there is none or nobody answers."""
        path = ";".join(f"{lon:.5f},{lat:.5f}" for lon, lat in (start, *to))
        return (
            _too_many(to)
            or self._ask(
                "table",
                path,
                lambda: bounded(
                    f"{self._url}/table/v1/driving/{path}",
                    params={"sources": "0", "annotations": "duration,distance"},
                    headers=self._headers,
                    deadline_s=self._deadline_s,
                ),
                lambda body: _roads(body, len(to), first=1),
            )
            or (None,) * len(to)
        )


class Ors(_Server):
    """An openrouteservice server. ``url`` is its base address, ``key`` empty for one of our own."""

    name = "openrouteservice"

    def __init__(
        self,
        url: str,
        key: str = "",
        contact: str = "",
        *,
        deadline_s: float = DEADLINE_S,
        reach_deadline_s: float = REACH_DEADLINE_S,
    ) -> None:
        super().__init__(url, contact, deadline_s)
        self._reach_deadline_s = reach_deadline_s
        self._headers |= {
            "content-type": "application/json",
            "accept": "application/json, application/geo+json",
            **({"authorization": key} if key else {}),
        }

    def roads(self, start: Lon_lat, to: Sequence[Lon_lat]) -> tuple[Road | None, ...]:
        """The road to each point, None where there is none or nobody answers."""
        parameters = {
            "locations": [_rounded(p) for p in (start, *to)],
            "sources": [0],
            "destinations": list(range(1, len(to) + 1)),
            "metrics": ["distance", "duration"],
            "units": "m",
        }
        return (
            _too_many(to)
            or self._post(
                "matrix", parameters, self._deadline_s, lambda body: _roads(body, len(to), first=0)
            )
            or (None,) * len(to)
        )

    def reach(self, start: Lon_lat) -> tuple[Reach, ...]:
        """The areas within 10, 20, 30 and 60 minutes, smallest first; empty when nobody answers."""
        parameters = {
            "locations": [_rounded(start)],
            "range": [m * 60 for m in MINUTES],
            "range_type": "time",
        }
        return (
            self._post("isochrones", parameters, self._reach_deadline_s, _reach, REACH_BYTES) or ()
        )

    def _post(
        self,
        service: str,
        parameters: dict[str, Any],
        deadline_s: float,
        read: Callable[[bytes], Any],
        most_bytes: int = 200_000,
    ) -> Any:
        body = orjson.dumps(parameters)
        return self._ask(
            service,
            body,
            lambda: bounded(
                f"{self._url}/v2/{service}/driving-car",
                body=body,
                headers=self._headers,
                deadline_s=deadline_s,
                most_bytes=most_bytes,
            ),
            read,
        )


@dataclass(frozen=True, slots=True)
class Router:
    """Routing servers of a deployment: roads from the first that answers, areas from Ors."""

    osrm: Osrm | None = None
    ors: Ors | None = None

    def roads(self, start: Lon_lat, to: Sequence[Lon_lat]) -> tuple[str, tuple[Road | None, ...]]:
        """The server that answered (empty: none) and the road to each point."""
        for server in (self.osrm, self.ors):
            if server is None:
                continue
            found = server.roads(start, to)
            if any(found):
                return server.name, found
        return "", (None,) * len(to)


def _too_many(to: Sequence[Lon_lat]) -> tuple[None, ...]:
    """No road to as many points, when they are too many to ask for."""
    return (None,) * len(to) if len(to) > MOST else ()


def _rounded(lon_lat: Lon_lat) -> list[float]:
    return [round(lon_lat[0], 5), round(lon_lat[1], 5)]


def _roads(body: bytes, count: int, *, first: int) -> tuple[Road | None, ...] | None:
    """The roads of a table; ``first``: the column of the first destination."""
    answer = orjson.loads(body)
    metres, seconds = answer["distances"][0][first:], answer["durations"][0][first:]
    if len(metres) != count or len(seconds) != count:
        return None
    return tuple(_road(m, s) for m, s in zip(metres, seconds, strict=True))


def _road(metres: object, seconds: object) -> Road | None:
    numbers = [
        float(value)
        for value in (metres, seconds)
        if isinstance(value, (int, float))
        and not isinstance(value, bool)
        and math.isfinite(value)
        and value >= 0
    ]
    return Road(*numbers) if len(numbers) == 2 else None


def _reach(body: bytes) -> tuple[Reach, ...] | None:
    found = []
    for feature in orjson.loads(body)["features"][: len(MINUTES)]:
        minutes, geometry = float(feature["properties"]["value"]) / 60, feature["geometry"]
        if minutes not in MINUTES or geometry["type"] not in ("Polygon", "MultiPolygon"):
            return None
        area = shape(geometry)
        west, south, east, north = area.bounds
        if (
            not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90)
            or shapely.get_num_coordinates(area) > REACH_CORNERS
        ):
            return None
        area = shapely.make_valid(area.simplify(SMOOTH_DEG))
        if area.is_empty:
            return None
        found.append(Reach(int(minutes), area))
    if len({r.minutes for r in found}) != len(found):
        return None
    return tuple(sorted(found, key=lambda r: r.minutes)) or None
