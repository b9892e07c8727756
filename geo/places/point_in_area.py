"""Vectorized point in polygon: country and province of many positions.

CRS     EPSG:4326, longitude first; tolerances in degrees at the coast.
Source  ``countries_50m.geojson.gz`` (Natural Earth) and the provinces of the catalogue.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import shapely
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry
from shapely.strtree import STRtree

from geo.core import shipped
from geo.model.records import Catalogue
from geo.places.provinces import Areas, within

#: A port or a small island may lie so far off a simplified coast.
SHORE_DEGREES = 0.3
#: Natural Earth draws it apart; the app's country is the union of its 12 regions.
_SAME = {"EH": "MA"}


class AreaIndex:
    """Spatial index of the countries of the world and the provinces of Morocco."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    @cached_property
    def areas(self) -> Areas:
        """The provinces."""
        return Areas(self._catalogue)

    @cached_property
    def _countries(self) -> list[tuple[str, BaseGeometry]]:
        found = []
        for feature in shipped.countries("50m"):
            code = feature["properties"].get("iso2") or ""
            outline = shape(feature["geometry"])
            shapely.prepare(outline)
            found.append((_SAME.get(code, code), outline))
        return found

    @cached_property
    def _tree(self) -> STRtree:
        return STRtree([outline for _, outline in self._countries])

    def countries(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """ISO-2 code of the country of each position; empty at sea and where there is none.

        Parameters
        ----------
        lon, lat : (n,) degrees; NaN for an unknown position.
        """
        codes = np.full(len(lon), "", dtype="U2")
        for code, outline in self._countries:
            rows = within(lon, lat, outline.bounds)
            rows = rows[codes[rows] == ""]
            if len(rows):
                codes[rows[shapely.contains_xy(outline, lon[rows], lat[rows])]] = code
        off = np.flatnonzero((codes == "") & np.isfinite(lon) & np.isfinite(lat))
        if len(off):
            points = shapely.points(lon[off], lat[off])
            which, nearest = self._tree.query_nearest(
                points, max_distance=SHORE_DEGREES, all_matches=False
            )
            for row, at in zip(off[which], nearest, strict=True):
                codes[row] = self._countries[at][0]
        return codes

    def on_land(self, lon: float, lat: float) -> bool:
        """Whether a position is inside a country."""
        return any(
            outline.contains(shapely.Point(lon, lat))
            for at in self._tree.query(shapely.Point(lon, lat))
            for _, outline in (self._countries[at],)
        )

    def country(self, lon: float, lat: float) -> str:
        """The country of one position."""
        return str(self.countries(np.array([lon]), np.array([lat]))[0])

    def centre(self, code: str) -> tuple[float, float] | None:
        """Representative point of the largest part of a country."""
        found = [o for c, o in self._countries if c == code]
        if not found:
            return None
        point = max(
            (part for o in found for part in getattr(o, "geoms", [o])), key=lambda p: p.area
        ).representative_point()
        return point.x, point.y
