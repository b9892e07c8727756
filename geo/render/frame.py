"""The map extent on paper (Web Mercator), and the base map inside it as SVG path data.

CRS      lon/lat degrees (EPSG:4326) in; Web Mercator (EPSG:3857) sheet units out.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely

from geo.places.basemap import basemap_bytes
from geo.places.basemap_data import BasemapData
from geo.places.curve import EQUATOR_M, degrees, mercator
from geo.places.provinces import outline_of
from geo.query.viewport import Bbox
from geo.render.sheets import SheetBox

TILE = 256.0
#: Zoom beyond which a single place is not magnified.
CLOSEST = 8.5
FARTHEST = 1.0
FINE_FROM, PROVINCES_FROM = 3.6, 7.0
#: Room kept around a fitted result, sheet units.
ROOM = 72.0
_NEAR = 0.45
#: How far beyond the box lines are still drawn: their stroke must not show inside.
_EDGE = 6.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The map extent of a map box, as a part of the Mercator world.

    Attributes
    ----------
    left, top : the world fraction in the box's upper left corner.
    world : width of the whole world, sheet units.
    width, height : the box, sheet units.
    zoom : as Leaflet counts it: the world is 256 * 2**zoom units wide.
    """

    left: float
    top: float
    world: float
    width: float
    height: float

    @property
    def zoom(self) -> float:
        """The zoom level as Leaflet counts it."""
        return math.log2(self.world / TILE)

    @property
    def bbox(self) -> Bbox:
        """West, south, east and north of the frame, degrees."""
        lon, lat = degrees(
            np.array([self.left, self.left + self.width / self.world]),
            np.array([self.top, self.top + self.height / self.world]),
        )
        return Bbox(
            float(lon[0]), float(max(lat[1], -85.0)), float(lon[1]), float(min(lat[0], 85.05))
        )

    @property
    def middle_lat(self) -> float:
        """The latitude halfway down the box, degrees."""
        return float(
            degrees(np.array([0.5]), np.array([self.top + self.height / self.world / 2]))[1][0]
        )

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        """Sheet units from the box's corner."""
        x, y = mercator(np.array([lon]), np.array([lat]))
        return float(x[0] - self.left) * self.world, float(y[0] - self.top) * self.world

    def scale_bar(self, longest: float) -> tuple[float, float]:
        """The roundest distance that fits: metres, and sheet units at the middle latitude."""
        per_unit = EQUATOR_M * math.cos(math.radians(self.middle_lat)) / self.world
        power = 10 ** math.floor(math.log10(per_unit * longest))
        metres = next(n * power for n in (5, 2, 1) if n * power <= per_unit * longest)
        return metres, metres / per_unit


def frame_around(points: list[tuple[float, float]], box: SheetBox) -> Frame:
    """The closest frame that shows every ``(lon, lat)`` with room around; none: the world."""
    lon, lat = np.array(points or [(-130, -45), (178, 66)], float).T
    x, y = mercator(lon, lat)
    wide, high = float(np.ptp(x)), float(np.ptp(y))
    fits = min((box.w - 2 * ROOM) / max(wide, 1e-9), (box.h - 2 * ROOM) / max(high, 1e-9))
    world = max(min(fits, TILE * 2**CLOSEST), box.w if not points else 0)
    return _framed(float(x.min() + x.max()) / 2, float(y.min() + y.max()) / 2, world, box)


def frame_at(lon: float, lat: float, zoom: float, box: SheetBox) -> Frame:
    """The frame of a camera."""
    x, y = mercator(np.array([lon]), np.array([lat]))
    return _framed(float(x[0]), float(y[0]), TILE * 2**zoom, box)


def _framed(x: float, y: float, world: float, box: SheetBox) -> Frame:
    """Keep the frame inside the world: nothing is drawn beyond the date line or the poles."""
    world = max(world, TILE * 2**FARTHEST, box.w, box.h)
    half_w, half_h = box.w / world / 2, box.h / world / 2
    x = min(max(x, half_w), 1 - half_w) if -0.5 <= x <= 1.5 else 0.5
    y = min(max(y, half_h), 1 - half_h)
    return Frame(x - half_w, y - half_h, world, box.w, box.h)


@dataclass(frozen=True, slots=True)
class BasemapPaths:
    """The base map of a frame as SVG path data, in sheet units from the box's corner.

    ``countries`` are ``(iso2, kind, path)`` with kind land, market or home.
    """

    countries: tuple[tuple[str, str, str], ...]
    outline: str
    regions: str
    provinces: str


@lru_cache(maxsize=24)
def basemap_paths(data: BasemapData, frame: Frame, boundaries: str) -> BasemapPaths:
    """The base map of a frame.

    Parameters
    ----------
    boundaries : ``regions`` or ``natural_earth``, as ``geo.core.settings.boundaries``.
    """
    detail = "50m" if frame.zoom >= FINE_FROM else "110m"
    countries = []
    for iso2, kind, rings in _countries(data, detail, boundaries):
        path = "".join(_traced(ring, frame, closed=True) for ring in rings)
        if path:
            countries.append((iso2, kind, path))
    home = _morocco(data, boundaries)
    provinces = home["provinces"] if frame.zoom >= PROVINCES_FROM else ()
    return BasemapPaths(
        tuple(countries),
        "".join(_traced(r, frame, closed=True) for r in home["outline"]),
        "".join(_traced(line, frame, closed=False) for line in home["regions"]),
        "".join(_traced(line, frame, closed=False) for line in provinces),
    )


@lru_cache(maxsize=24)
def areas_of(data: BasemapData, frame: Frame, codes: tuple[str, ...]) -> str:
    """The outlines of some regions and provinces as one path."""
    return "".join(
        _traced(ring, frame, closed=True) for code in codes for ring in _areas(data).get(code, ())
    )


def country_bbox(
    data: BasemapData, iso2: str, boundaries: str
) -> tuple[float, float, float, float] | None:
    """West, south, east and north of a country's largest part, degrees; None when not drawn."""
    rings = [
        ring
        for code, _, parts in _countries(data, "110m", boundaries)
        if code == iso2
        for ring in parts
    ] or [
        ring
        for code, _, parts in _countries(data, "50m", boundaries)
        if code == iso2
        for ring in parts
    ]
    if not rings:
        return None
    largest = max(rings, key=lambda ring: float(np.prod(np.ptp(ring, axis=0))))
    (left, top), (right, bottom) = largest.min(axis=0), largest.max(axis=0)
    lon, lat = degrees(np.array([left, right]), np.array([bottom, top]))
    return float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1])


def camera_of(
    bbox: tuple[float, float, float, float], box: SheetBox, room: float
) -> tuple[float, float, float]:
    """``(lon, lat, zoom)`` that shows a west, south, east, north box with room around it."""
    x, y = mercator(np.array(bbox[0::2]), np.array(bbox[1::2]))
    world = min(
        (box.w - 2 * room) / max(float(np.ptp(x)), 1e-9),
        (box.h - 2 * room) / max(float(np.ptp(y)), 1e-9),
        TILE * 2**CLOSEST,
    )
    lon, lat = degrees(np.array([x.mean()]), np.array([y.mean()]))
    return float(lon[0]), float(lat[0]), math.log2(max(world, TILE * 2**FARTHEST) / TILE)


@lru_cache(maxsize=1)
def _areas(data: BasemapData) -> dict[str, list[np.ndarray]]:
    found: dict[str, list[np.ndarray]] = {}
    for area in (*data.regions, *data.provinces):
        outline = outline_of(area)
        if outline is not None:
            found[area.code] = [
                np.stack(mercator(*shapely.get_coordinates(ring).T), axis=1)
                for part in shapely.get_parts(outline)
                for ring in (part.exterior, *part.interiors)
            ]
    return found


@lru_cache(maxsize=4)
def _countries(
    data: BasemapData, detail: str, boundaries: str
) -> list[tuple[str, str, list[np.ndarray]]]:
    content = json.loads(basemap_bytes(data, detail, boundaries))
    return [
        (
            c["iso2"],
            "home" if c["home"] else "market" if c["market"] else "land",
            [_unpacked(r, content["scale"]) for r in c["rings"]],
        )
        for c in content["countries"]
    ]


@lru_cache(maxsize=2)
def _morocco(data: BasemapData, boundaries: str) -> dict[str, list[np.ndarray]]:
    content: dict[str, Any] = json.loads(basemap_bytes(data, "morocco", boundaries))
    return {
        name: [_unpacked(line, content["scale"]) for line in content[name]]
        for name in ("outline", "regions", "provinces")
    }


def _unpacked(flat: list[int], scale: int) -> np.ndarray:
    """(n, 2) Mercator fractions of a packed line."""
    lon, lat = np.cumsum(np.asarray(flat, float).reshape(-1, 2), axis=0).T / scale
    return np.stack(mercator(lon, lat), axis=1)


def _traced(line: np.ndarray, frame: Frame, *, closed: bool) -> str:
    points = (line - (frame.left, frame.top)) * frame.world
    low, high = points.min(axis=0), points.max(axis=0)
    edge = (-_EDGE, -_EDGE, frame.width + _EDGE, frame.height + _EDGE)
    if high[0] < edge[0] or high[1] < edge[1] or low[0] > edge[2] or low[1] > edge[3]:
        return ""
    if (high - low).max() < 0.7:
        return ""
    if low[0] >= edge[0] and low[1] >= edge[1] and high[0] <= edge[2] and high[1] <= edge[3]:
        return _path(points, closed)
    kind = shapely.Polygon if closed else shapely.LineString
    pieces = shapely.get_parts(shapely.clip_by_rect(kind(points), *edge))
    return "".join(
        _path(shapely.get_coordinates(ring), closed)
        for piece in pieces
        for ring in (
            [piece.exterior, *piece.interiors]
            if piece.geom_type == "Polygon"
            else [piece]
            if piece.geom_type == "LineString"
            else []
        )
    )


def _path(points: np.ndarray, closed: bool) -> str:
    """Path data, without the points too near the one before to be seen."""
    grid = np.rint(points / _NEAR).astype(np.int64)
    kept = np.r_[True, (np.diff(grid, axis=0) != 0).any(axis=1)]
    points = np.rint(points[kept] * 10) / 10
    if len(points) < 2:
        return ""
    body = " ".join(map("{:g} {:g}".format, *points.T.tolist()))
    return f"M{body}{'Z' if closed else ''}"
