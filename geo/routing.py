"""Road distances and times from an OSRM server, when a deployment has one.

Knows: OSRM's ``table`` service. Not: estimates (``geo.locate``), words.
Units   metres and seconds. CRS EPSG:4326, longitude first.
Errors  none: whatever goes wrong, there is no road answer, and the server is left alone a while.
"""
from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from geo.outside import Busy, bounded_get

DEADLINE_S = 2.0
PAUSE_S = 60.0
KEPT = 500
MOST = 50


@dataclass(frozen=True, slots=True)
class Road:
    """A way by road: metres and seconds."""

    metres: float
    seconds: float


class Router:
    """One OSRM server. ``url`` is its base address."""

    def __init__(self, url: str, contact: str = "", *, deadline_s: float = DEADLINE_S) -> None:
        self._url, self._deadline_s = url.rstrip("/"), deadline_s
        self._agent = f"Kharita/1 (handicraft map; {contact})"
        self._paused, self._lock = 0.0, threading.Lock()
        self._kept: OrderedDict[str, tuple[Road | None, ...]] = OrderedDict()

    def roads(self, start: tuple[float, float], to: Sequence[tuple[float, float]]
              ) -> tuple[Road | None, ...]:
        """The road to each point, None where there is none or nobody answers."""
        nothing = (None,) * len(to)
        if not to or len(to) > MOST or time.monotonic() < self._paused:
            return nothing
        path = ";".join(f"{lon:.5f},{lat:.5f}" for lon, lat in (start, *to))
        with self._lock:
            if path in self._kept:
                return self._kept[path]
        try:
            status, _, body = bounded_get(
                f"{self._url}/table/v1/driving/{path}", {"sources": "0", "annotations": "duration,distance"},
                self._agent, deadline_s=self._deadline_s)
            found = _read(body, len(to)) if status == 200 else None
        except (Busy, TimeoutError, OSError, ValueError):
            found = None
        if found is None:
            self._paused = time.monotonic() + PAUSE_S
            return nothing
        with self._lock:
            self._kept[path] = found
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return found


def _read(body: bytes, count: int) -> tuple[Road | None, ...] | None:
    try:
        answer = orjson.loads(body)
        metres, seconds = answer["distances"][0][1:], answer["durations"][0][1:]
        if len(metres) != count or len(seconds) != count:
            return None
        return tuple(_road(m, s) for m, s in zip(metres, seconds, strict=True))
    except (orjson.JSONDecodeError, KeyError, IndexError, TypeError):
        return None


def _road(metres: object, seconds: object) -> Road | None:
    for value in (metres, seconds):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or value < 0:
            return None
    return Road(float(metres), float(seconds))
