"""Client of the online geocoders Nominatim and Photon, for addresses beyond the gazetteer.

Policy  a User-Agent of ours with a contact, one request a second for the whole process, results
        cached, no autocomplete (only an explicit act calls this), attribution with each result.
Safety  no redirect is followed; a response is read under one deadline and a size limit; a service
        that answers 403, 429 or 503 is paused for its Retry-After.
CRS     EPSG:4326, longitude first. Errors: ``Unavailable``, never the service's own text.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import orjson

from geo.core.errors import KharitaError
from geo.core.http_client import TooManyRequests, agent, bounded, seconds_of

DEADLINE_S = 6.0
INTERVAL_S = 1.0
#: Longest wait of a request for its turn.
QUEUE_S = 4.0
KEPT = 2_000
PAUSE_S, LONGEST_PAUSE_S = 60.0, 600.0
#: Isolated, so that it keeps its order inside Arabic.
ATTRIBUTION = "\u2066© OpenStreetMap contributors\u2069"


class Unavailable(KharitaError):
    """No geocoder gave a result; ``key`` names the message."""

    status = 503


@dataclass(frozen=True, slots=True)
class Hit:
    """One geocoding result."""

    name: str
    lon_lat: tuple[float, float]
    service: str


@dataclass(frozen=True, slots=True)
class Service:
    """A geocoder: ``nominatim`` or ``photon``, and its base address."""

    kind: str
    url: str

    @property
    def host(self) -> str:
        """Host name, as shown to the reader."""
        return urlsplit(self.url).hostname or self.url


class Geocoder:
    """Client that tries the services in turn; thread-safe, one per process.

    Parameters
    ----------
    contact : address or page given in the User-Agent, as the usage policies require.
    inside : predicate for acceptable positions.
    """

    def __init__(
        self,
        services: tuple[Service, ...],
        contact: str,
        inside: Callable[[tuple[float, float]], bool],
        *,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self.services, self._inside, self._deadline_s = services, inside, deadline_s
        self._agent = agent(contact)
        self._lock, self._next = threading.Lock(), 0.0
        self._kept: OrderedDict[tuple[str, str], tuple[Hit, ...]] = OrderedDict()
        self._paused: dict[Service, float] = {}

    def search(self, text: str, lang: str) -> tuple[Hit, ...]:
        """Geocode an address, best result first; empty when there is none.

        Raises
        ------
        Unavailable : no service responded in time, or all of them are paused.
        """
        text = " ".join(text.split())[:200]
        if not text or not self.services:
            return ()
        key = (text.casefold(), lang)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        last = Unavailable("geocode.refused")
        for service in self.services:
            if self._paused.get(service, 0.0) > time.monotonic():
                continue
            try:
                hits = self._ask(service, text, lang)
            except Unavailable as error:
                last = error
                continue
            with self._lock:
                self._kept[key] = hits
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            return hits
        raise last

    def _ask(self, service: Service, text: str, lang: str) -> tuple[Hit, ...]:
        self._turn()
        try:
            status, headers, body = self._fetch(service, text, lang)
        except TooManyRequests:
            raise Unavailable("geocode.busy") from None
        except TimeoutError:
            raise Unavailable("geocode.slow") from None
        except OSError:
            raise Unavailable("geocode.unreachable") from None
        if status in (403, 429, 503):
            self._paused[service] = time.monotonic() + _pause(headers.get("retry-after", ""))
            raise Unavailable("geocode.refused")
        if status != 200:
            raise Unavailable("geocode.unreachable")
        return self._hits(service, body)

    def _turn(self) -> None:
        """Rate limit: wait for the next free second of this process."""
        with self._lock:
            now = time.monotonic()
            at = max(now, self._next)
            if at - now > QUEUE_S:
                raise Unavailable("geocode.busy")
            self._next = at + INTERVAL_S
        if at > now:
            time.sleep(at - now)

    def _fetch(
        self, service: Service, text: str, lang: str
    ) -> tuple[int, Mapping[str, str], bytes]:
        if service.kind == "nominatim":
            path, params = (
                "/search",
                {
                    "q": text,
                    "format": "jsonv2",
                    "limit": "5",
                    "countrycodes": "ma,eh",
                    "accept-language": lang,
                },
            )
        else:
            path, params = (
                "/api/",
                {
                    "q": text,
                    "limit": "5",
                    "lat": "31.8",
                    "lon": "-7.1",
                    **({"lang": lang} if lang in ("fr", "en") else {}),
                },
            )
        return bounded(
            service.url + path,
            params=params,
            headers={"user-agent": self._agent},
            deadline_s=self._deadline_s,
        )

    def _hits(self, service: Service, body: bytes) -> tuple[Hit, ...]:
        try:
            content = orjson.loads(body)
            rows = content if service.kind == "nominatim" else content["features"]
            if not isinstance(rows, list):
                raise TypeError
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise Unavailable("geocode.garbage") from None
        found = [h for row in rows[:20] if (h := _hit(service, row)) and self._inside(h.lon_lat)]
        return tuple(found[:5])


def _hit(service: Service, row: Any) -> Hit | None:
    try:
        if service.kind == "nominatim":
            name, lon, lat = row["display_name"], float(row["lon"]), float(row["lat"])
        else:
            properties = row["properties"]
            lon, lat = map(float, row["geometry"]["coordinates"][:2])
            name = ", ".join(
                dict.fromkeys(
                    str(properties[k])
                    for k in ("name", "street", "city", "state")
                    if properties.get(k)
                )
            )
    except (KeyError, TypeError, ValueError):
        return None
    if not isinstance(name, str) or not (math.isfinite(lon) and math.isfinite(lat)):
        return None
    if abs(lon) > 180 or abs(lat) > 90:
        return None
    clean = " ".join("".join(c if c.isprintable() else " " for c in name).split())[:200]
    return Hit(clean, (round(lon, 5), round(lat, 5)), service.host) if clean else None


def _pause(text: str) -> float:
    seconds = seconds_of(text)
    return PAUSE_S if seconds is None else min(max(seconds, 1.0), LONGEST_PAUSE_S)
