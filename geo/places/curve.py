"""Web Mercator and the space-filling (Morton) curve over it."""

from __future__ import annotations

import math

import numpy as np

#: The sphere of EPSG:3857, and its equator.
SPHERE_M = 6_378_137.0
EQUATOR_M = 2 * math.pi * SPHERE_M
#: Where the square map ends, degrees.
MAX_LAT = 85.05112878
#: Bits of each Mercator axis in the curve key; 26 bits are 60 cm on the ground.
KEY_BITS = 26


def mercator(lon: np.ndarray, lat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Project degrees to Web Mercator fractions of the world (EPSG:4326 -> EPSG:3857 scaled)."""
    lat = np.clip(lat, -MAX_LAT, MAX_LAT)
    return (lon + 180) / 360, (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2


def degrees(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Unproject Web Mercator fractions to longitudes and latitudes in degrees."""
    return x * 360 - 180, np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * y))))


def mercator_metres(lon: float, lat: float) -> tuple[float, float]:
    """EPSG:3857 of one position in degrees."""
    lat = max(-MAX_LAT, min(MAX_LAT, lat))
    return SPHERE_M * math.radians(lon), SPHERE_M * math.asinh(math.tan(math.radians(lat)))


def from_metres(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude in degrees of one position in EPSG:3857; beyond the poles, a pole."""
    y = max(-20.0, min(20.0, y / SPHERE_M))
    return math.degrees(x / SPHERE_M), math.degrees(math.atan(math.sinh(y)))


def curve_key(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Morton keys: the bits of x and y interleaved, so that a map cell is one run of rows."""
    top = (1 << KEY_BITS) - 1
    result: np.ndarray = _spread(
        np.clip(np.nan_to_num(x) * (top + 1), 0, top).astype(np.uint64)
    ) | _spread(np.clip(np.nan_to_num(y) * (top + 1), 0, top).astype(np.uint64)) << np.uint64(1)
    return result


def _spread(v: np.ndarray) -> np.ndarray:
    """Put a zero between the bits of 32-bit numbers."""
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        v = (v | (v << np.uint64(shift))) & np.uint64(mask)
    return v


#: Most curve runs a viewport is cut into before rows are read.
MAX_RUNS = 64


def curve_runs(
    key: np.ndarray, left: float, top: float, right: float, bottom: float
) -> list[tuple[int, int]]:
    """Row ranges of ascending curve keys that cover a frame (fractions of the Mercator world).

    The frame is covered by cells of one level; neighbouring ranges are merged.
    """
    level = 0
    while level < KEY_BITS - 1 and (
        ((right - left) * 2 ** (level + 1) + 1) * ((bottom - top) * 2 ** (level + 1) + 1)
        <= MAX_RUNS
    ):
        level += 1
    side = 1 << level
    xs = np.arange(max(0, int(left * side)), min(side - 1, int(right * side)) + 1)
    ys = np.arange(max(0, int(top * side)), min(side - 1, int(bottom * side)) + 1)
    grid_x, grid_y = (g.ravel() for g in np.meshgrid(xs, ys))
    shift = np.uint64(2 * (KEY_BITS - level))
    first = np.sort(curve_key((grid_x + 0.5) / side, (grid_y + 0.5) / side) >> shift)
    start = np.searchsorted(key, first << shift)
    stop = np.searchsorted(key, (first + np.uint64(1)) << shift)
    merged: list[tuple[int, int]] = []
    for a, b in zip(start.tolist(), stop.tolist(), strict=True):
        if merged and merged[-1][1] == a:
            merged[-1] = (merged[-1][0], b)
        elif b > a:
            merged.append((a, b))
    return merged
