"""Plus codes (Open Location Code): encode, decode, and recover short ones.

CRS EPSG:4326. The package on PyPI has had no release since 2019; the grammar fits a page.
"""

from __future__ import annotations

import math
import re

DIGITS = "23456789CFGHJMPQRVWX"
_CODE = re.compile(rf"(?<![\w+])([{DIGITS}]{{0,8}}0*)\+([{DIGITS}]{{0,7}})(?![\w+])", re.IGNORECASE)
_PAIRS = (20.0, 1.0, 0.05, 0.0025, 0.000125)


def find(text: str) -> tuple[str, str] | None:
    """Find the first plus code of a text: in capitals, with the text around it; None without."""
    found = _CODE.search(text)
    if not found:
        return None
    before, after = found.group(1).upper(), found.group(2).upper()
    padded = "0" in before
    if len(before) not in (4, 6, 8) or (
        padded
        and (after or len(before) != 8 or len(before.rstrip("0")) % 2 or before.startswith("0"))
    ):
        return None
    if len(after) == 1 or (len(before) < 8 and not after):
        return None
    rest = f"{text[: found.start()]} {text[found.end() :]}".strip(" ,")
    return f"{before}+{after}", " ".join(rest.split())


def is_full(code: str) -> bool:
    """Whether a code is complete, not relative to a place."""
    return code.index("+") == 8


def decode(code: str) -> tuple[float, float]:
    """Decode a full code to its centre (lon, lat) in degrees.

    Raises
    ------
    ValueError : a short code, or digits beyond the pole.
    """
    if not is_full(code):
        raise ValueError(code)
    digits = code.replace("+", "").rstrip("0")
    south, west, high, wide = -90.0, -180.0, 20.0, 20.0
    for i, size in enumerate(_PAIRS):
        pair = digits[2 * i : 2 * i + 2]
        if len(pair) < 2:
            break
        south += DIGITS.index(pair[0]) * size
        west += DIGITS.index(pair[1]) * size
        high = wide = size
    for digit in digits[10:]:
        row, column = divmod(DIGITS.index(digit), 4)
        high, wide = high / 5, wide / 4
        south, west = south + row * high, west + column * wide
    if south >= 90 or west >= 180:
        raise ValueError(code)
    return west + wide / 2, south + high / 2


def encode(lon_lat: tuple[float, float]) -> str:
    """Encode a point in degrees as a ten-digit code."""
    lon, lat = (lon_lat[0] + 180) % 360, min(max(lon_lat[1] + 90, 0), 180 - 1e-9)
    # Whole steps of 1/8000 degree: no digit may depend on a rounding of 0.05.
    steps_lat, steps_lon = math.floor(lat * 8000 + 1e-6), math.floor(lon * 8000 + 1e-6)
    text = ""
    for power in range(5):
        text = DIGITS[steps_lat // 20**power % 20] + DIGITS[steps_lon // 20**power % 20] + text
    return f"{text[:8]}+{text[8:]}"


def recover(code: str, near_lon_lat: tuple[float, float]) -> tuple[float, float]:
    """Decode a short code to its nearest candidate (lon, lat) beside a point."""
    missing = 8 - code.index("+")
    step = 20.0 ** (2 - missing // 2)
    lon, lat = decode(encode(near_lon_lat)[:missing] + code)
    lon += step * round((near_lon_lat[0] - lon) / step)
    lat += step * round((near_lon_lat[1] - lat) / step)
    return lon, lat
