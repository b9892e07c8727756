"""Coordinates as people write them: decimal, sexagesimal, in links, with either comma.

Knows: notations and hemispheres in French, English and Arabic. Not: places, outlines.
Returned positions are ``(lon, lat)`` in degrees, EPSG:4326; what is typed without letters is
read latitude first, as phones and atlases show it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from geo.text.folding import fold

_LINKS = (
    re.compile(r"\bgeo:(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)"),
    re.compile(r"!3d(-?\d+(?:\.\d+)?)!4d(-?\d+(?:\.\d+)?)"),
    re.compile(r"@(-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)"),
    re.compile(
        r"[?&](?:q|ll|query|destination)=(-?\d+(?:\.\d+)?)(?:,|%2C)\s*(-?\d+(?:\.\d+)?)", re.I
    ),
    re.compile(r"mlat=(-?\d+(?:\.\d+)?)&mlon=(-?\d+(?:\.\d+)?)"),
    re.compile(r"#map=\d+(?:\.\d+)?/(-?\d+(?:\.\d+)?)/(-?\d+(?:\.\d+)?)"),
)
#: Words of the four sides, folded. ``o`` is French for west; Arabic words come with the article.
_SIDES = {
    "n": "n",
    "nord": "n",
    "north": "n",
    "شمال": "n",
    "شمالا": "n",
    "الشمال": "n",
    "s": "s",
    "sud": "s",
    "south": "s",
    "جنوب": "s",
    "جنوبا": "s",
    "w": "w",
    "o": "w",
    "ouest": "w",
    "west": "w",
    "غرب": "w",
    "غربا": "w",
    "e": "e",
    "est": "e",
    "east": "e",
    "شرق": "e",
    "شرقا": "e",
}
_NAMES = {
    "lat",
    "latitude",
    "lon",
    "lng",
    "long",
    "longitude",
    "et",
    "and",
    "x",
    "y",
    "gps",
    "degres",
    "degrees",
    "deg",
    "خط",
    "العرض",
    "الطول",
}
_TOKEN = re.compile(r"[-+−–]?[0-9]+(?:[.,][0-9]+)?|[°º]|[′'’ʹ]|[″\"”]|''|[^\W\d_]+|[,;/|،()=:]")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read what was typed. ``how``: ``as_typed``, ``swapped`` or ``west``."""

    lon_lat: tuple[float, float]
    how: str


@dataclass
class _Angle:
    parts: list[float]
    side: str = ""

    @property
    def degrees(self) -> float | None:
        if not 1 <= len(self.parts) <= 3 or any(p < 0 or p >= 60 for p in self.parts[1:]):
            return None
        if any(p != int(p) for p in self.parts[:-1]):
            return None
        head = self.parts[0]
        value = abs(head) + sum(p / 60**i for i, p in enumerate(self.parts[1:], 1))
        negative = head < 0 or str(head).startswith("-")
        if self.side and negative:
            return None
        result: float | None = -value if negative or self.side in ("s", "w") else value
        return result


def read(text: str) -> tuple[float, float] | None:
    """The position (lon, lat) a text states, or None when it states none."""
    text = text.strip()[:400]
    for form in _LINKS:
        found = form.search(text)
        if found:
            return _checked(float(found.group(1)), float(found.group(2)))
    angles = _angles(text)
    if angles is None or len(angles) != 2:
        return None
    first, second = angles
    one, other = first.degrees, second.degrees
    if one is None or other is None:
        return None
    if first.side in ("e", "w") or second.side in ("n", "s"):
        if first.side in ("n", "s") or second.side in ("e", "w"):
            return None
        return _checked(other, one)
    return _checked(one, other)


def readings(lon_lat: tuple[float, float]) -> list[Reading]:
    """A position and what it may have been meant to be: swapped, or a forgotten minus."""
    lon, lat = lon_lat
    found = [Reading(lon_lat, "as_typed")]
    if abs(lon) <= 90:
        found.append(Reading((lat, lon), "swapped"))
    if lon > 0:
        found.append(Reading((-lon, lat), "west"))
    if lat > 0 and abs(lon) <= 90:
        found.append(Reading((-lat, lon), "west"))
    return found


def _checked(lat: float, lon: float) -> tuple[float, float] | None:
    return (lon, lat) if abs(lat) <= 90 and abs(lon) <= 180 else None


def _angles(text: str) -> list[_Angle] | None:
    """The angles of a text; None as soon as it says anything else."""
    text = text.translate({0x66B: ".", **{0x660 + d: str(d) for d in range(10)}})
    if re.sub(_TOKEN, "", text).strip():
        return None
    tokens = _TOKEN.findall(_points(text))
    angles: list[_Angle] = []
    current: _Angle | None = None
    pending = ""
    closed = False
    for token in tokens:
        if token[-1] in "0123456789":
            value = float(token.replace("−", "-").replace("–", "-").replace(",", "."))
            negative = token[0] in "-+−–"
            if current is None or closed or negative or _full(current):
                current = _Angle([])
                angles.append(current)
                current.side, pending = pending, ""
            current.parts.append(-0.0 if negative and value == 0 else value)
            closed = False
        elif token[0].isalnum():
            word = fold(token)
            if word in _SIDES:
                if current is not None and not current.side and not pending and current.parts:
                    current.side = _SIDES[word]
                    closed = True
                else:
                    pending = _SIDES[word]
            elif word in _NAMES:
                closed = current is not None
            else:
                return None
        elif token in ",;/|،":  # noqa: S105  a sign, not a secret
            closed = True
    if pending or len(angles) > 6:
        return None
    return _paired(angles)


def _full(angle: _Angle) -> bool:
    # A part with decimals is the last one.
    return len(angle.parts) == 3 or (bool(angle.parts) and angle.parts[-1] != int(angle.parts[-1]))


def _paired(angles: list[_Angle]) -> list[_Angle]:
    if len(angles) == 1 and not angles[0].side and len(angles[0].parts) == 2:
        return [_Angle([p]) for p in angles[0].parts]
    return angles


def _points(text: str) -> str:
    """Commas that are decimal ones become points; those between numbers stay."""
    numbers = re.findall(r"\d+,\d+", text)
    others = re.sub(r"\d+,\d+", "", text)
    # « 31,63 -7,99 »: both numbers have their comma; « 31,-8 » and « 31.6,-7.9 » do not.
    if len(numbers) >= 2 or (len(numbers) == 1 and (re.search(r"\d", others) and "." not in text)):
        return re.sub(r"(\d),(\d)", r"\1.\2", text)
    return re.sub(r"(\d),(\d)", r"\1 , \2", text)
