"""Strict parsing of the parameters of OGC API - Features.

Reference systems and the order of their axes, boxes, dates, paging.
Boxes come out as degrees (WGS 84, longitude first); west is east of east when the box crosses
the antimeridian. Every error names the parameter.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from geo.core.errors import BadRequest
from geo.places.curve import from_metres, mercator_metres

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG4326 = "http://www.opengis.net/def/crs/EPSG/0/4326"
EPSG3857 = "http://www.opengis.net/def/crs/EPSG/0/3857"
DEFAULT_LIMIT, MAX_LIMIT = 100, 1_000
MAX_OFFSET = 10_000_000

Position = tuple[float, float]


def _metres(lon: float, lat: float) -> Position:
    x, y = mercator_metres(lon, lat)
    return round(x, 3), round(y, 3)


#: Reference system -> how a position in degrees, longitude first, is written in it.
WRITERS: Mapping[str, Callable[[float, float], Position]] = MappingProxyType(
    {CRS84: lambda lon, lat: (lon, lat), EPSG4326: lambda lon, lat: (lat, lon), EPSG3857: _metres}
)
_READERS: Mapping[str, Callable[[float, float], Position]] = MappingProxyType(
    {
        CRS84: lambda lon, lat: (lon, lat),
        EPSG4326: lambda lat, lon: (lon, lat),
        EPSG3857: from_metres,
    }
)


@dataclass(frozen=True, slots=True)
class BoundingBox:
    """Degrees; ``west`` > ``east`` crosses the antimeridian."""

    west: float
    south: float
    east: float
    north: float


@dataclass(frozen=True, slots=True)
class Span:
    """Days, both included; None is open."""

    first: date | None
    last: date | None

    def meets(self, first: date, last: date) -> bool:
        """Whether it shares a day with another span."""
        return (self.last is None or first <= self.last) and (
            self.first is None or last >= self.first
        )


def bad(name: str, value: str) -> BadRequest:
    """The error of a parameter."""
    return BadRequest("error.bad_parameter", name=name, value=value[:60])


def crs_of(params: Mapping[str, str], name: str) -> str:
    """The reference system of ``crs`` or ``bbox-crs``; CRS84 unless given.

    Raises
    ------
    BadRequest : it is not one of ours.
    """
    value = params.get(name, CRS84).strip("<>")
    if value not in WRITERS:
        raise bad(name, value)
    return value


def box_of(params: Mapping[str, str]) -> BoundingBox | None:
    """The box of ``bbox`` (four numbers, or six with heights) and ``bbox-crs``.

    Raises
    ------
    BadRequest : not numbers, corners in the wrong order, or an unknown reference system.
    """
    crs = crs_of(params, "bbox-crs")
    text = params.get("bbox")
    if text is None:
        return None
    try:
        values = [float(p) for p in text.split(",")]
    except ValueError:
        raise bad("bbox", text) from None
    if len(values) not in (4, 6) or not all(map(math.isfinite, values)):
        raise bad("bbox", text)
    half = len(values) // 2
    if half == 3 and values[2] > values[5]:
        raise bad("bbox", text)
    west, south = _READERS[crs](*values[:2])
    east, north = _READERS[crs](*values[half : half + 2])
    if south > north or max(abs(west), abs(east)) > 1_080 or (crs == EPSG3857 and west > east):
        raise bad("bbox", text)
    if east - west >= 360:
        return BoundingBox(-180.0, south, 180.0, north)
    return BoundingBox(_wrapped(west), south, _wrapped(east), north)


def _wrapped(lon: float) -> float:
    # Metres are rounded: what is a hair beyond the antimeridian is on it.
    return max(-180.0, min(180.0, lon)) if abs(lon) <= 180 + 1e-6 else (lon + 180) % 360 - 180


_FORM = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2}))?\Z"
)


def span_of(params: Mapping[str, str]) -> Span | None:
    """The days of ``datetime``: a date, a date-time, or an interval open on one side with ``..``.

    Raises
    ------
    BadRequest : no date, or an interval that ends before it begins.
    """
    text = params.get("datetime")
    if text is None:
        return None
    parts = text.split("/")
    days = [None if p in ("", "..") and len(parts) == 2 else _day(p, text) for p in parts]
    if len(days) not in (1, 2) or days == [None, None]:
        raise bad("datetime", text)
    first, last = days[0], days[-1]
    if first and last and first > last:
        raise bad("datetime", text)
    return Span(first, last)


def _day(part: str, text: str) -> date:
    form = _FORM.match(part)
    try:
        if not form:
            raise ValueError
        return date.fromisoformat(form[1])
    except ValueError:
        raise bad("datetime", text) from None


def days_of(text: str) -> tuple[date, date] | None:
    """First and last day of a date known to the year, month or day; None when there is none."""
    try:
        if len(text) == 4:
            return date(int(text), 1, 1), date(int(text), 12, 31)
        if len(text) == 7:
            first = date.fromisoformat(f"{text}-01")
            return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        return date.fromisoformat(text), date.fromisoformat(text)
    except ValueError:
        return None


def integer(params: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """Parse an integer; one above ``most`` counts as ``most``.

    Raises
    ------
    BadRequest : not an integer, or below ``least``.
    """
    text = params.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 18 or int(text) < least:
        raise bad(name, text)
    return min(int(text), most)


def picked(params: Mapping[str, str], name: str, codes: tuple[str, ...]) -> tuple[str, ...]:
    """The codes of a property filter, separated by commas: at least one must be carried.

    Raises
    ------
    BadRequest : an unknown code.
    """
    if name not in params:
        return ()
    found = tuple(dict.fromkeys(params[name].split(",")))
    if not set(found) <= set(codes):
        raise bad(name, params[name])
    return found
