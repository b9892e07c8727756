"""The drawn zone of a view, and which facilities lie in it."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.model.view import ViewState
from geo.query.engine import Query


def zone_of(view: ViewState) -> BaseGeometry:
    """The drawn zone as a valid geometry: a self-crossing ring encloses what it goes around."""
    ring = [tuple(map(float, p.split(","))) for p in view.zone.split(";")]
    return shapely.make_valid(shapely.Polygon(ring))


@lru_cache(maxsize=2)
def site_lon_lat(query: Query) -> tuple[np.ndarray, np.ndarray]:
    """(n,) longitudes and latitudes of the sites in catalogue order, degrees; NaN: unknown."""
    at = [s.lon_lat or (np.nan, np.nan) for s in query.catalogue.sites]
    lon, lat = np.array(at, float).reshape(-1, 2).T
    return lon, lat


def in_zone(query: Query, view: ViewState) -> np.ndarray:
    """(n,) mask of the sites in the drawn zone of a view, in catalogue order."""
    zone = zone_of(view)
    lon, lat = site_lon_lat(query)
    west, south, east, north = zone.bounds
    inside: np.ndarray = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    inside[inside] = shapely.contains_xy(zone, lon[inside], lat[inside])
    return inside
