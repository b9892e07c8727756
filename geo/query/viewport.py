"""Viewport query: single records, or aggregates per grid cell where there are many.

The size of the result depends on the viewport, never on the number of records: the world is cut
into square cells of 64 screen pixels, and a cell holds one feature per class.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from geo.core.errors import BadRequest
from geo.places.curve import KEY_BITS, curve_runs, degrees, mercator
from geo.query.columns import Columns

#: log2 of the cells along one side of a 256-pixel tile: 4 cells of 64 pixels.
CELLS_PER_TILE_BITS = 2
#: Most cells an answer may span; a wider request gets coarser cells.
MAX_CELLS = 1_200


@dataclass(frozen=True, slots=True)
class Bbox:
    """West, south, east, north in degrees (EPSG:4326); west may be beyond -180."""

    west: float
    south: float
    east: float
    north: float

    @classmethod
    def parse(cls, text: str) -> Bbox:
        """Parse ``w,s,e,n``.

        Raises
        ------
        BadRequest : when it is not four finite degrees in order.
        """
        try:
            west, south, east, north = (float(p) for p in text.split(","))
        except ValueError:
            raise BadRequest("error.bad_bbox", value=text[:60]) from None
        if not all(map(math.isfinite, (west, south, east, north))):
            raise BadRequest("error.bad_bbox", value=text[:60])
        if not (west <= east and -90 <= south <= north <= 90 and west >= -1080 and east <= 1080):
            raise BadRequest("error.bad_bbox", value=text[:60])
        return cls(west, south, east, north)


@dataclass(frozen=True, slots=True)
class Cells:
    """Marks of one class: position, how many rows each stands for, and one of its rows.

    Attributes
    ----------
    lon, lat : (m,) mean position of the rows, degrees.
    count : (m,) rows per mark.
    first : (m,) sorted position of one row of the mark: the record itself when count is 1.
    west, south, east, north : (m,) bounds of the rows of the mark, degrees.
    """

    lon: np.ndarray
    lat: np.ndarray
    count: np.ndarray
    first: np.ndarray
    west: np.ndarray
    south: np.ndarray
    east: np.ndarray
    north: np.ndarray


def cells_in(columns: Columns, passing: np.ndarray, bbox: Bbox, zoom: float) -> Cells:
    """Aggregate the passing rows inside a viewport.

    Parameters
    ----------
    passing : (n,) mask of the rows, in curve order.
    zoom : Leaflet zoom level, 0 to 20.
    """
    left, top, right, bottom = _frame(bbox)
    level = _level(left, top, right, bottom, zoom)
    rows = _rows_in(columns, passing, left, top, right, bottom)
    keys = columns.key[rows] >> np.uint64(2 * (KEY_BITS - level))
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]]) if len(rows) else rows
    count = np.diff(np.r_[starts, len(rows)])
    if not len(rows):
        empty = np.empty(0)
        return Cells(empty, empty, count, rows, empty, empty, empty, empty)
    x, y = columns.x[rows], columns.y[rows]
    lon, lat = degrees(np.add.reduceat(x, starts) / count, np.add.reduceat(y, starts) / count)
    west, north = degrees(np.minimum.reduceat(x, starts), np.minimum.reduceat(y, starts))
    east, south = degrees(np.maximum.reduceat(x, starts), np.maximum.reduceat(y, starts))
    return Cells(lon, lat, count, rows[starts], west, south, east, north)


def _frame(bbox: Bbox) -> tuple[float, float, float, float]:
    """The viewport in Mercator fractions; wider than the world means the whole world."""
    (left, right), (top, bottom) = mercator(
        np.array([bbox.west, bbox.east]), np.array([bbox.north, bbox.south])
    )
    if right - left >= 1:
        return 0.0, float(top), 1.0, float(bottom)
    shift = math.floor((left + right) / 2)
    return float(left - shift), float(top), float(right - shift), float(bottom)


def _level(left: float, top: float, right: float, bottom: float, zoom: float) -> int:
    level = min(round(zoom) + CELLS_PER_TILE_BITS, KEY_BITS)
    while level > 1 and (right - left) * (bottom - top) * 4**level > MAX_CELLS:
        level -= 1
    return level


def _rows_in(
    columns: Columns, passing: np.ndarray, left: float, top: float, right: float, bottom: float
) -> np.ndarray:
    """Sorted positions of the passing rows inside the frame."""
    placed = passing[: columns.placed]
    if left <= 0 and right >= 1 and top <= 0.001 and bottom >= 0.999:
        return np.flatnonzero(placed)
    found = [
        np.flatnonzero(placed[a:b]) + a
        for a, b in curve_runs(columns.key, left, top, right, bottom)
    ]
    rows = np.concatenate(found) if found else np.empty(0, np.int64)
    x, y = columns.x[rows], columns.y[rows]
    return rows[(x >= left) & (x <= right) & (y >= top) & (y <= bottom)]
