"""Parse positions out of a table's cells; doubtful ones are reported, nothing changes silently.

Reads   degrees with either decimal mark, degrees-minutes-seconds (``geo.places.coordinates``), both
        in one cell, links of maps, and metres of a projection once its system is confirmed.
Offers  swapped columns, a missing minus sign and a likely projection are offered: they are only
        applied when the user agrees (``Answers``).
CRS     out EPSG:4326, longitude first.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from geo.curate.imports.geometry import converter
from geo.curate.imports.problems import Remarks
from geo.curate.imports.source_table import SourceRow
from geo.curate.imports.values import missing
from geo.places import coordinates
from geo.places.point_in_area import AreaIndex

#: What Moroccan administrations use: Lambert Nord, Sud, Sahara Nord, Sahara Sud, then UTM.
MOROCCAN = (
    "EPSG:26191",
    "EPSG:26192",
    "EPSG:26194",
    "EPSG:26195",
    "EPSG:26193",
    "EPSG:32629",
    "EPSG:32630",
    "EPSG:32628",
)
#: Values beyond these are no degrees.
DEGREES = 400.0
_DECIMAL = re.compile(r"[+-]?[0-9]{1,9}(?:[.,][0-9]*)?\Z")
_TURN = {
    0x2212: "-",
    0x2013: "-",
    0xA0: "",
    0x202F: "",
    0x66B: ".",
    **{0x660 + d: str(d) for d in range(10)},
}


@dataclass(frozen=True, slots=True)
class Offer:
    """An offered correction, applied only when the user agrees.

    Attributes
    ----------
    kind : ``swap``, ``west``, ``crs`` or ``repair``.
    value : what to answer: ``flagged`` (or ``all``) for a swap, an EPSG code.
    share : 0 to 1, how many of the rows concerned it makes plausible.
    rows : the rows concerned.
    sample : (row, lon, lat) as it would become, a few of them.
    """

    kind: str
    value: str
    share: float
    rows: tuple[int, ...]
    sample: tuple[tuple[int, float, float], ...]


@dataclass
class Located:
    """Positions by row: NaN where there is none; ``blocked`` rows have one that cannot be used."""

    lon: np.ndarray
    lat: np.ndarray
    blocked: np.ndarray
    offers: list[Offer]


@dataclass(frozen=True, slots=True)
class Answers:
    """What the user confirmed about positions. See ``geo.curate.imports.planner.Options``."""

    crs: str = ""
    swap: str = ""
    west: bool = False
    places: Mapping[int, tuple[float, float]] | None = None


def locate(
    rows: Sequence[SourceRow],
    at: Mapping[str, int],
    domestic: bool,
    expected: Sequence[str],
    ground: AreaIndex,
    remarks: Remarks,
    answers: Answers,
    refused: Collection[int] = (),
) -> Located:
    """The position of every row.

    Parameters
    ----------
    at : field -> index of its cell, of ``lat``, ``lon``, ``position``, ``x``, ``y``.
    domestic : whether every position must be in Morocco.
    refused : numbers of the rows that go no further: they get no more remarks.
    expected : ISO-2 of the country each row names; empty when it names none.
    """
    n = len(rows)
    found = Located(np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, bool), [])
    metres: list[tuple[int, float, float]] = []
    read = _Reader(at, remarks)
    for i, row in enumerate(rows):
        if row.number in refused:
            found.blocked[i] = True
            continue
        if answers.places and row.number in answers.places:
            found.lon[i], found.lat[i] = answers.places[row.number]
            continue
        pair = _unchecked(row, at, read, remarks)
        if isinstance(pair, str):
            found.blocked[i] = pair == "blocked"
        elif abs(pair[0]) > DEGREES or abs(pair[1]) > DEGREES:
            metres.append((i, *pair))
        else:
            found.lon[i], found.lat[i] = pair
    crossing = tuple(r.number for r in rows if r.shape == "INVALID_GEOMETRY")
    if crossing:
        found.offers.append(Offer("repair", "1", 1.0, crossing, ()))
    if metres:
        _projected(metres, rows, found, ground, remarks, answers)
    _checked(rows, found, domestic, expected, ground, remarks, answers)
    return found


def _unchecked(
    row: SourceRow, at: Mapping[str, int], read: _Reader, remarks: Remarks
) -> tuple[float, float] | str:
    """The position of the geometry, else of the cells; ``blocked`` or ``none``."""
    if row.lon_lat is not None:
        if row.shape:
            remarks.say(row.shape, "note", row.number)
        return row.lon_lat
    if row.shape and (row.shape != "NO_GEOMETRY" or not at):
        blocked = row.shape != "NO_GEOMETRY"
        remarks.say(row.shape, "refuse" if blocked else "warn", row.number, **row.shape_values)
        return "blocked" if blocked else "none"
    return read(row)


class _Reader:
    """The coordinates in a row's cells: (lon, lat) or (x, y); ``blocked`` or ``none``."""

    def __init__(self, at: Mapping[str, int], remarks: Remarks) -> None:
        self._remarks = remarks
        self._lat, self._lon = at.get("lat"), at.get("lon")
        self._x, self._y = at.get("x"), at.get("y")
        self._both = at.get("position")

    def __call__(self, row: SourceRow) -> tuple[float, float] | str:
        if self._lat is not None and self._lon is not None:
            found = self._pair(row, row.cells[self._lat], row.cells[self._lon])
            if found != "none":
                return found
        if self._both is not None and not missing(text := row.cells[self._both]):
            return self._written(row, text)
        if self._x is not None and self._y is not None:
            return self._pair(row, row.cells[self._y], row.cells[self._x])
        return "none"

    def _pair(self, row: SourceRow, lat_text: str, lon_text: str) -> tuple[float, float] | str:
        try:  # nearly always
            lon, lat = float(lon_text), float(lat_text)
            if math.isfinite(lon) and math.isfinite(lat):
                return lon, lat
        except ValueError:
            pass
        if missing(lat_text) and missing(lon_text):
            return "none"
        if _nothing(lat_text) or _nothing(lon_text):
            self._remarks.say("COORD_MISSING", "refuse", row.number)
            return "blocked"
        lat_, lon_ = _decimal(lat_text), _decimal(lon_text)
        if lat_ is not None and lon_ is not None:
            if "," in lat_text + lon_text:
                self._remarks.say("DECIMAL_COMMA", "note", row.number)
            return lon_, lat_
        pair = coordinates.parse_lon_lat(f"{lat_text} ; {lon_text}")
        if pair is None:
            wrong = lat_text if lat_ is None else lon_text
            self._remarks.say("COORD_NOT_NUMBER", "refuse", row.number, value=wrong)
            return "blocked"
        self._remarks.say("COORD_DMS", "warn", row.number, value=f"{pair[1]:.5f}, {pair[0]:.5f}")
        return pair

    def _written(self, row: SourceRow, text: str) -> tuple[float, float] | str:
        pair = coordinates.parse_lon_lat(text)
        if pair is None:
            metres = re.findall(r"[0-9]{5,8}(?:[.,][0-9]+)?", text)
            if len(metres) == 2:
                return float(metres[0].replace(",", ".")), float(metres[1].replace(",", "."))
            self._remarks.say("COORD_NOT_NUMBER", "refuse", row.number, value=text)
            return "blocked"
        return pair


def _nothing(text: str) -> bool:
    return missing(text) or text.casefold() in (
        "nan",
        "inf",
        "-inf",
        "infinity",
        "-infinity",
        "na",
        "null",
        "none",
        "#n/a",
    )


def _decimal(text: str) -> float | None:
    text = text.translate(_TURN).replace(" ", "")
    return float(text.replace(",", ".")) if _DECIMAL.match(text) else None


def _projected(
    metres: list[tuple[int, float, float]],
    rows: Sequence[SourceRow],
    found: Located,
    ground: AreaIndex,
    remarks: Remarks,
    answers: Answers,
) -> None:
    """Convert projected metres when the system was confirmed, else offer the likely ones."""
    which = np.array([m[0] for m in metres])
    x, y = np.array([m[1] for m in metres]), np.array([m[2] for m in metres])
    numbers = tuple(rows[i].number for i in which)
    if answers.crs:
        convert = converter(answers.crs)
        lon, lat = convert(x, y) if convert else (x, y)
        good = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
        found.lon[which[good]], found.lat[which[good]] = lon[good], lat[good]
        for i in which[good]:
            remarks.say("CONVERTED", "note", rows[i].number, value=answers.crs)
        bad = which[~good]
    else:
        bad = which
        for epsg in MOROCCAN:
            offer = _crs_offer(epsg, x, y, numbers, ground)
            if offer.share >= 0.5:
                found.offers.append(offer)
        found.offers.sort(key=lambda o: -o.share)
    best = next((o.value for o in found.offers if o.kind == "crs"), answers.crs or "?")
    for i in bad:
        found.blocked[i] = True
        remarks.say("COORD_PROJECTED", "refuse", rows[i].number, value=best)


def _crs_offer(
    epsg: str, x: np.ndarray, y: np.ndarray, numbers: tuple[int, ...], ground: AreaIndex
) -> Offer:
    convert = converter(epsg)
    lon, lat = (np.asarray(v, float) for v in convert(x, y)) if convert else (x, y)
    odd = ~(np.isfinite(lon) & np.isfinite(lat))
    lon, lat = np.where(odd, np.nan, lon), np.where(odd, np.nan, lat)
    # A hundred of them tell as much as all.
    take: list[int] = np.linspace(0, len(x) - 1, min(len(x), 100)).astype(int).tolist()
    inside = [bool(code) for code in ground.areas.provinces_at(lon[take], lat[take])]
    sample = tuple(
        (numbers[i], round(float(lon[i]), 5), round(float(lat[i]), 5))
        for i in take[:5]
        if not odd[i]
    )
    return Offer("crs", epsg, sum(inside) / len(inside), numbers, sample)


def _checked(
    rows: Sequence[SourceRow],
    found: Located,
    domestic: bool,
    expected: Sequence[str],
    ground: AreaIndex,
    remarks: Remarks,
    answers: Answers,
) -> None:
    """Report what is out of range, swapped, or on the wrong side of Greenwich."""
    lon, lat = found.lon, found.lat
    if answers.swap == "all":
        known = np.isfinite(lon)
        found.lon, found.lat = lon, lat = np.where(known, lat, lon), np.where(known, lon, lat)
    home = np.array(["MA" if domestic else code for code in expected], dtype="U2")
    placed = np.isfinite(lon) & np.isfinite(lat)
    fits = placed & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    countries = np.full(len(lon), "", dtype="U2")
    tested = np.flatnonzero(fits & (home != ""))
    if len(tested):
        countries[tested] = ground.countries(lon[tested], lat[tested])
    doubtful = np.flatnonzero(
        placed & (~fits | ((home != "") & (countries != home)) | ((lon == 0) & (lat == 0)))
    )
    swapped: list[tuple[int, float, float]] = []
    west: list[tuple[int, float, float]] = []
    for i in doubtful.tolist():
        number, x, y = rows[i].number, float(lon[i]), float(lat[i])
        if x == 0 and y == 0:
            remarks.say("NULL_ISLAND", "refuse", number)
            found.blocked[i] = True
        elif _plausible(y, x, home[i], ground):
            swapped.append((i, y, x))
        elif fits[i] and home[i] and x > 0 and _plausible(-x, y, home[i], ground):
            west.append((i, -x, y))
        elif not fits[i]:
            code, wrong = ("LAT_OUT_OF_RANGE", y) if abs(y) > 90 else ("LON_OUT_OF_RANGE", x)
            remarks.say(code, "refuse", number, value=f"{wrong:g}")
            found.blocked[i] = True
        elif domestic:
            remarks.say("OUTSIDE_MOROCCO", "refuse", number, value=f"{y:g}, {x:g}")
            found.blocked[i] = True
        else:
            remarks.say("POSITION_ELSEWHERE", "warn", number, value=f"{y:g}, {x:g}")
    _settle(
        swapped,
        rows,
        found,
        remarks,
        "LATLON_SWAPPED",
        "swap",
        "flagged",
        answers.swap == "flagged",
    )
    _settle(west, rows, found, remarks, "LON_SIGN", "west", "1", answers.west)


def _plausible(lon: float, lat: float, home: str, ground: AreaIndex) -> bool:
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        return False
    return ground.country(lon, lat) == home if home else ground.on_land(lon, lat)


def _settle(
    rows_: list[tuple[int, float, float]],
    rows: Sequence[SourceRow],
    found: Located,
    remarks: Remarks,
    code: str,
    kind: str,
    value: str,
    agreed: bool,
) -> None:
    """Apply the correction that was agreed to; else leave the rows out and offer it."""
    for i, x, y in rows_:
        if agreed:
            found.lon[i], found.lat[i] = x, y
            remarks.say(f"{code}_DONE", "note", rows[i].number)
        else:
            found.blocked[i] = True
            remarks.say(code, "refuse", rows[i].number, value=f"{y:g}, {x:g}")
    if rows_ and not agreed:
        found.offers.append(
            Offer(
                kind,
                value,
                1.0,
                tuple(rows[i].number for i, _, _ in rows_),
                tuple((rows[i].number, x, y) for i, x, y in rows_[:5]),
            )
        )
