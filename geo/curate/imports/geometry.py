"""Geometry to position: a point as it is, a valid area by a point inside it.

CRS     in the file's, out EPSG:4326 longitude first; converted by pyproj when they differ.
Codes   of faults: ``NO_GEOMETRY``, ``GEOMETRY_TYPE``, ``COORD_NOT_NUMBER``, ``COORD_MISSING``,
        ``RING_TOO_SHORT``, ``RING_NOT_CLOSED``, ``TOO_MANY_VERTICES``, ``INVALID_GEOMETRY``.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from geo.curate.imports.problems import ImportRejected

MAX_VERTICES = 100_000
LonLat = tuple[float, float]
#: Takes and gives single values or arrays.
Convert = Callable[[Any, Any], Any]
_EPSG = re.compile(
    r"(?:urn:ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?"
    r"EPSG(?::|::|/|/0/|:[0-9.]+:)([0-9]{3,6})\Z",
    re.IGNORECASE,
)
_CRS84 = re.compile(
    r"(?:urn:ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?OGC[:/].*CRS84h?\Z", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class GeometryPosition:
    """What a geometry gives: a position in the file's own CRS, or the code of what is wrong."""

    x_y: LonLat | None
    code: str = ""
    values: dict[str, str] = field(default_factory=dict)


def epsg_of(name: str) -> str:
    """Parse the name of a coordinate system; any spelling of WGS 84 gives ``EPSG:4326``.

    Raises
    ------
    ImportRejected : ``CRS_UNKNOWN``.
    """
    text = name.strip()[:200]
    if _CRS84.match(text):
        return "EPSG:4326"
    found = _EPSG.match(text) or re.fullmatch(r"([0-9]{3,6})", text)
    if not found:
        raise ImportRejected("CRS_UNKNOWN", text[:60], value=text[:60])
    return f"EPSG:{int(found[1])}"


def converter(epsg: str) -> Convert | None:
    """The transformation from a coordinate system to WGS 84; None when it is WGS 84.

    Raises
    ------
    ImportRejected : ``CRS_UNKNOWN``: no such system, or no way from it to positions.
    """
    if epsg in ("EPSG:4326", ""):
        return None
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    try:
        made = Transformer.from_crs(epsg, "EPSG:4326", always_xy=True)
    except ProjError as error:
        raise ImportRejected("CRS_UNKNOWN", epsg, value=epsg) from error
    return made.transform


def place_of(geometry: Any, *, repair: bool = False) -> GeometryPosition:
    """The position of a GeoJSON geometry, or what is wrong with it; never raises."""
    if geometry is None:
        return GeometryPosition(None, "NO_GEOMETRY")
    if not isinstance(geometry, dict):
        return GeometryPosition(None, "GEOMETRY_TYPE", {"value": type(geometry).__name__})
    kind, at = geometry.get("type"), geometry.get("coordinates")
    if kind == "Point":
        return _point(at)
    if kind == "MultiPoint" and isinstance(at, list) and len(at) == 1:
        return _point(at[0])
    if kind in ("Polygon", "MultiPolygon"):
        return _area(kind, at, repair)
    if kind in ("MultiPoint", "LineString", "MultiLineString") and at == []:
        return GeometryPosition(None, "NO_GEOMETRY")
    return GeometryPosition(None, "GEOMETRY_TYPE", {"value": str(kind)[:40]})


def _point(at: Any) -> GeometryPosition:
    if not at:
        return GeometryPosition(None, "NO_GEOMETRY")
    if not isinstance(at, (list, tuple)) or len(at) < 2 or not all(map(_is_number, at[:2])):
        return GeometryPosition(None, "COORD_NOT_NUMBER", {"value": str(at)[:60]})
    x, y = float(at[0]), float(at[1])
    if not (math.isfinite(x) and math.isfinite(y)):
        return GeometryPosition(None, "COORD_MISSING")
    return GeometryPosition((x, y))


def _is_number(value: Any) -> bool:
    return (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and abs(value) < 1e300
        or value != value
    )


def _area(kind: str, at: Any, repair: bool) -> GeometryPosition:
    if not at:
        return GeometryPosition(None, "NO_GEOMETRY")
    polygons = [at] if kind == "Polygon" else at
    count = 0
    try:
        for ring in (ring for polygon in polygons for ring in polygon):
            count += len(ring)
            if count > MAX_VERTICES:
                return GeometryPosition(None, "TOO_MANY_VERTICES", {"limit": str(MAX_VERTICES)})
            if len(ring) < 4:
                return GeometryPosition(None, "RING_TOO_SHORT")
            if not all(
                isinstance(p, (list, tuple))
                and len(p) >= 2
                and _is_number(p[0])
                and _is_number(p[1])
                and math.isfinite(p[0])
                and math.isfinite(p[1])
                for p in ring
            ):
                return GeometryPosition(None, "COORD_NOT_NUMBER", {"value": ""})
            if list(ring[0][:2]) != list(ring[-1][:2]):
                return GeometryPosition(None, "RING_NOT_CLOSED")
    except TypeError:
        return GeometryPosition(None, "COORD_NOT_NUMBER", {"value": str(at)[:60]})
    from shapely.geometry import shape

    flat = [[[p[:2] for p in ring] for ring in polygon] for polygon in polygons]
    return area_point(shape({"type": "MultiPolygon", "coordinates": flat}), repair)


def area_point(area: Any, repair: bool) -> GeometryPosition:
    """A point inside a shapely area; one that crosses itself is repaired only on request."""
    from shapely import get_num_coordinates, make_valid
    from shapely.validation import explain_validity

    if area.is_empty:
        return GeometryPosition(None, "NO_GEOMETRY")
    if get_num_coordinates(area) > MAX_VERTICES:
        return GeometryPosition(None, "TOO_MANY_VERTICES", {"limit": str(MAX_VERTICES)})
    if not area.is_valid:
        reason = explain_validity(area)
        near = re.search(r"\[(-?[0-9.e+-]+) (-?[0-9.e+-]+)", reason)
        if not repair:
            return GeometryPosition(
                None,
                "INVALID_GEOMETRY",
                {"value": f"{float(near[1]):g},{float(near[2]):g}" if near else reason[:60]},
            )
        area = make_valid(area)
    inside = area.representative_point()
    return GeometryPosition((inside.x, inside.y), "POINT_INSIDE_AREA")
