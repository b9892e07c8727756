"""Validation of single records, at every load; ``geo.curate.folder_audit`` checks the folder.

``record_problems`` never raises, whatever it is given: files come from outside. An invalid
record is not served.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from geo.model.problems import Problem
from geo.model.records import CRAFTS, LANGUAGES, REPORT_KINDS, SIGNS
from geo.model.schema import SCHEMA, Field

MAX_TEXT = 4_000
_ID = re.compile(r"[\w.:-]{1,120}\Z")
_DATE = re.compile(r"([0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?)?\Z")
_MARKET = re.compile(r"[A-Z]{2}\Z")
_REGION = re.compile(r"[0-9]{2}\Z")
_PROVINCE = re.compile(r"([0-9]{2}\.[0-9]{3})?\Z")
# Addresses become links: nothing but the web's own schemes may pass.
_URL = re.compile(r"(https?://[^\s<>\"\\]{1,2000})?\Z")


@dataclass(frozen=True, slots=True)
class ReferenceCodes:
    """Reference codes for validation.

    None: the file that lists them is missing or partly unreadable. A code is then only checked
    for its form.
    """

    markets: frozenset[str] | None = None
    regions: frozenset[str] | None = None
    provinces: frozenset[str] | None = None


Check = Callable[[Any], bool]


def _text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= MAX_TEXT


def _filled(value: Any) -> bool:
    return _text(value) and bool(value.strip())


def _among(codes: Any) -> Check:
    return lambda value: isinstance(value, str) and value in codes


def _listed(codes: frozenset[str] | None, form: re.Pattern[str]) -> Check:
    """Among the known codes, or of their form when the codes could not be read."""
    if codes is None:
        return lambda value: isinstance(value, str) and form.match(value) is not None
    return _among(codes)


def _all_among(codes: Any) -> Check:
    return lambda value: (
        isinstance(value, list)
        and len(value) <= 60
        and all(isinstance(v, str) and v in codes for v in value)
    )


def _number(value: Any) -> bool:
    return value is None or (
        isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e12
    )


def _year(value: Any) -> bool:
    return value is None or (
        isinstance(value, int) and not isinstance(value, bool) and 1000 <= value <= 2100
    )


def _flag(value: Any) -> bool:
    return value is None or isinstance(value, bool)


def _date(value: Any) -> bool:
    return isinstance(value, str) and _DATE.match(value) is not None


def _url(value: Any) -> bool:
    return isinstance(value, str) and _URL.match(value) is not None


def _sources(value: Any) -> bool:
    return (
        isinstance(value, list)
        and 0 < len(value) <= 60
        and all(
            isinstance(s, dict)
            and _url(s.get("url"))
            and _filled(s.get("label"))
            and _date(s.get("date", ""))
            for s in value
        )
    )


def _texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 400 and all(_text(v) for v in value)


def _day(value: Any) -> bool:
    """A day that exists, or nothing."""
    if value == "":
        return True
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _months(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= 12
        and all(isinstance(m, int) and not isinstance(m, bool) and 1 <= m <= 12 for m in value)
    )


def _country(value: Any) -> bool:
    return value == "" or (isinstance(value, str) and _MARKET.match(value) is not None)


def _countries(value: Any) -> bool:
    return _texts(value) and all(_MARKET.match(v) for v in value)


def _title(value: Any) -> bool:
    return isinstance(value, dict) and _filled(value.get("fr")) and all(map(_text, value.values()))


def _names(value: Any) -> bool:
    return isinstance(value, dict) and all(_filled(value.get(lang)) for lang in LANGUAGES)


def _degrees(most: float) -> Check:
    return lambda value: (
        isinstance(value, (int, float)) and not isinstance(value, bool) and -most <= value <= most
    )


def _figures(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= 400
        and all(
            isinstance(f, dict)
            and all(v is None or isinstance(v, (str, int, float)) for v in f.values())
            for f in value
        )
    )


def _signals(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= 400
        and all(
            isinstance(s, dict)
            and _country(s.get("market"))
            and s.get("craft") in (*CRAFTS, "")
            and s.get("sign") in SIGNS
            for s in value
        )
    )


def _notes(value: Any) -> bool:
    # A report takes its sources from its notes: without any, nothing supports it.
    return (
        isinstance(value, list)
        and 0 < len(value) <= 400
        and all(
            isinstance(note, dict)
            and all(name in note and good(note[name]) for name, good in _NOTE.items())
            for note in value
        )
    )


_NOTE: Mapping[str, Check] = {
    "id": _filled,
    "date": _date,
    "title_fr": _filled,
    "kind": _among(REPORT_KINDS),
    "markets": _countries,
    "crafts": _all_among(CRAFTS),
    "summary_fr": _text,
    "key_figures": _figures,
    "organisations": _texts,
    "sources": _sources,
}


#: The report is published whole; its rules are not those of a field.
_REPORT: Mapping[str, Check] = {
    "title": _title,
    "date": _date,
    "kind": _among(REPORT_KINDS),
    "markets": _countries,
    "crafts": _all_among(CRAFTS),
    "named": _texts,
    "notes": _notes,
}
_REPORT_OPTIONAL: Mapping[str, Check] = {
    "signals": _signals,
    "places": _texts,
    "lang": _among((*LANGUAGES, "")),
}
_PLAIN: Mapping[str, Check] = {
    "whole": _number,
    "number": _number,
    "year": _year,
    "flag": _flag,
    "date": _date,
    "day": _day,
    "url": _url,
    "sources": _sources,
    "months": _months,
    "names": _names,
}


def _check(field: Field, known: ReferenceCodes) -> Check:
    """The rule of one field, by its type."""
    if field.type in _PLAIN:
        return _PLAIN[field.type]
    if field.type == "many":
        return _all_among(field.codes)
    if field.type == "one":
        return _code(field, known)
    if field.required:
        return _filled
    return lambda value: _text(value) and len(value) <= field.most


def _code(field: Field, known: ReferenceCodes) -> Check:
    if field.codes == "countries":
        return _country
    if not isinstance(field.codes, str):
        return _among(field.codes if field.required else (*field.codes, ""))
    codes, form = {
        "markets": (known.markets, _MARKET),
        "regions": (known.regions, _REGION),
        "provinces": (known.provinces, _PROVINCE),
    }[field.codes]
    return _listed(codes if field.required else codes and codes | {""}, form)


@lru_cache(maxsize=8)
def _rules(kind: str, known: ReferenceCodes) -> tuple[Mapping[str, Check], Mapping[str, Check]]:
    """The rules of a kind's fields: of those it must have, and of those it may have."""
    if kind == "report":
        return _REPORT, _REPORT_OPTIONAL
    if f"{kind}s" not in SCHEMA:
        return _PLACES[kind], {}
    needed: dict[str, Check] = {}
    may_be: dict[str, Check] = {}
    for field in SCHEMA[f"{kind}s"]:
        if field.type == "position" and field.required:
            lon, lat = field.stored.split()
            needed |= {lon: _degrees(180), lat: _degrees(90)}
        elif field.type not in ("id", "position"):
            (may_be if field.optional else needed)[field.key] = _check(field, known)
    return needed, may_be


_LABEL: Mapping[str, Check] = {"label_lon": _degrees(180), "label_lat": _degrees(90)}
_AREA: Mapping[str, Check] = {
    "name_fr": _filled,
    "name_ar": _filled,
    "population_2024": _number,
    **_LABEL,
}
_PLACES: Mapping[str, Mapping[str, Check]] = {
    "region": _AREA,
    "province": {**_AREA, "region_code": lambda value: _text(value) and bool(_REGION.match(value))},
    "town": {
        "name": _filled,
        "name_ar": _text,
        "alt": _texts,
        "province": _text,
        "population": _number,
        "lon": _degrees(180),
        "lat": _degrees(90),
    },
}
#: Kind -> the field that identifies a record, and its form.
_IDS: Mapping[str, tuple[str, re.Pattern[str]]] = {
    "market": ("iso2", _MARKET),
    "region": ("code", _REGION),
    "province": ("code", _PROVINCE),
    "town": ("geoname_id", _ID),
}
_IN_PROPERTIES = ("buyer", "site", "region", "province")
_WITH_POINT = ("buyer", "site")
_WITH_OUTLINE = ("region", "province")


def record_problems(kind: str, raw: Any, known: ReferenceCodes) -> list[Problem]:
    """Validate one raw record.

    Parameters
    ----------
    kind : ``buyer``, ``site``, ``region``, ``province`` (GeoJSON features), ``report``,
        ``fair``, ``market`` or ``town``.
    raw : anything at all.
    known : the codes it may refer to.

    Returns
    -------
    Problems without file nor record name; the caller knows them.
    """
    inside = raw.get("properties") if isinstance(raw, dict) and kind in _IN_PROPERTIES else raw
    if not isinstance(raw, dict) or not isinstance(inside, dict):
        return [Problem("", "", "", "not_a_record", "")]
    found = []
    id_key, form = _IDS.get(kind, ("id", _ID))
    id_ = raw.get("id") if id_key == "id" else inside.get(id_key)
    if not (isinstance(id_, str) and id_ and form.match(id_)):
        found.append(Problem("", "", id_key, "bad_id", _shown(id_)))
    found += _field_problems(kind, inside, known)
    if kind in _WITH_POINT:
        found += _position_problems(raw.get("geometry"), inside)
    if kind == "fair":
        found += _fair_problems(raw)
    if kind in _WITH_OUTLINE and not _outline(raw.get("geometry")):
        found.append(Problem("", "", "geometry", "bad_value", _shown(raw.get("geometry"))))
    return found


def _field_problems(
    kind: str, inside: Mapping[str, Any], known: ReferenceCodes
) -> Iterator[Problem]:
    needed, optional = _rules(kind, known)
    for name, good in needed.items():
        if name not in inside:
            yield Problem("", "", name, "field_missing", "")
        elif not good(inside[name]):
            yield Problem("", "", name, "bad_value", _shown(inside[name]))
    for name, good in optional.items():
        if name in inside and not good(inside[name]):
            yield Problem("", "", name, "bad_value", _shown(inside[name]))


def _fair_problems(raw: Mapping[str, Any]) -> list[Problem]:
    """Days that go together, and a position as its precision says."""
    found = []
    first, last = raw.get("first"), raw.get("last")
    if _day(first) and _day(last) and (bool(first) != bool(last) or str(first) > str(last)):
        found.append(Problem("", "", "last", "bad_value", _shown(last)))
    lon, lat = raw.get("lon"), raw.get("lat")
    point = None if lon is None and lat is None else {"type": "Point", "coordinates": [lon, lat]}
    return found + [replace(p, field="lon") for p in _position_problems(point, raw)]


def _outline(geometry: Any) -> bool:
    """Whether a geometry is made of closed rings of positions."""
    try:
        polygons = {"Polygon": lambda c: [c], "MultiPolygon": list}[geometry["type"]](
            geometry["coordinates"]
        )
        rings = [ring for polygon in polygons for ring in polygon]
        return bool(rings) and all(
            len(ring) >= 4
            and ring[0] == ring[-1]
            and all(len(p) in (2, 3) and -180 <= p[0] <= 180 and -90 <= p[1] <= 90 for p in ring)
            for ring in rings
        )
    except (KeyError, TypeError, IndexError):
        return False


def _position_problems(geometry: Any, inside: Mapping[str, Any]) -> list[Problem]:
    precise = inside.get("precision") in ("building", "town", "commune", "city")
    if geometry is None:
        return [Problem("", "", "geometry", "no_position", "")] if precise else []
    if not isinstance(geometry, dict) or geometry.get("type") != "Point":
        return [Problem("", "", "geometry", "not_a_point", _shown(geometry))]
    at = geometry.get("coordinates")
    if not (
        isinstance(at, list)
        and len(at) in (2, 3)
        and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in at)
        and -180 <= at[0] <= 180
        and -90 <= at[1] <= 90
    ):
        return [Problem("", "", "geometry", "bad_lon_lat", _shown(at))]
    if inside.get("precision") in ("country", "region"):
        # A point would claim to know what nobody told us.
        return [Problem("", "", "geometry", "position_not_known", _shown(inside["precision"]))]
    return []


def _shown(value: Any) -> str:
    try:
        text = str(value)
    except (ValueError, RecursionError):  # numbers too long to print, lists nested too deep
        return type(value).__name__
    return text if len(text) <= 60 else text[:59] + "…"
