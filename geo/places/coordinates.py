"""Coordinate parser: decimal, sexagesimal, in links, with decimal comma or point.

Hemispheres are understood in French, English and Arabic. Results are ``(lon, lat)`` in degrees,
EPSG:4326; input without letters is parsed latitude first, as phones and atlases show it.
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
class Interpretation:
    """One interpretation of typed coordinates. ``how``: ``as_typed``, ``swapped`` or ``west``."""

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


def parse_lon_lat(text: str) -> tuple[float, float] | None:
    """Parse the position (lon, lat) of a text; None when it is none."""
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


def interpretations(lon_lat: tuple[float, float]) -> list[Interpretation]:
    """A position and its likely corrections: swapped, or with a forgotten minus."""
    lon, lat = lon_lat
    found = [Interpretation(lon_lat, "as_typed")]
    if abs(lon) <= 90:
        found.append(Interpretation((lat, lon), "swapped"))
    if lon > 0:
        found.append(Interpretation((-lon, lat), "west"))
    if lat > 0 and abs(lon) <= 90:
        found.append(Interpretation((-lat, lon), "west"))
    return found


def _checked(lat: float, lon: float) -> tuple[float, float] | None:
    return (lon, lat) if abs(lat) <= 90 and abs(lon) <= 180 else None


def _angles(text: str) -> list[_Angle] | None:
    """Parse a text into angles; None as soon as it holds anything else."""
    text = text.translate({0x66B: ".", **{0x660 + d: str(d) for d in range(10)}})
    if re.sub(_TOKEN, "", text).strip():
        return None
    parser = _AngleParser()
    if not all(map(parser.feed, _TOKEN.findall(_points(text)))):
        return None
    if parser.pending or len(parser.angles) > 6:
        return None
    return _paired(parser.angles)


class _AngleParser:
    """Collects tokens into angles.

    Attributes
    ----------
    pending : a side that stands before its number.
    """

    def __init__(self) -> None:
        self.angles: list[_Angle] = []
        self.pending = ""
        self._closed = False

    def feed(self, token: str) -> bool:
        """Take one token; False when it belongs to no coordinate."""
        if token[-1] in "0123456789":
            self._number(token)
        elif token[0].isalnum():
            return self._word(fold(token))
        elif token in ",;/|،":  # noqa: S105  a sign, not a secret
            self._closed = True
        return True

    def _number(self, token: str) -> None:
        value = float(token.replace("−", "-").replace("–", "-").replace(",", "."))
        negative = token[0] in "-+−–"
        if not self.angles or self._closed or negative or _full(self.angles[-1]):
            self.angles.append(_Angle([], self.pending))
            self.pending = ""
        self.angles[-1].parts.append(-0.0 if negative and value == 0 else value)
        self._closed = False

    def _word(self, word: str) -> bool:
        current = self.angles[-1] if self.angles else None
        if word in _SIDES:
            if current is not None and not current.side and not self.pending and current.parts:
                current.side = _SIDES[word]
                self._closed = True
            else:
                self.pending = _SIDES[word]
            return True
        if word in _NAMES:
            self._closed = current is not None
            return True
        return False


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
