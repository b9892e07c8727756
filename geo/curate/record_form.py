"""What a form asks about one record, and the raw record it makes.

The questions are those of the table of fields, for the page, the routes and the command line. A
record saved by hand is no longer a generated one: it names a source and the day it was verified.
"""

from __future__ import annotations

import math
import re
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from geo.model.problems import Problem
from geo.model.records import TRUE_ORIGINS
from geo.model.schema import SCHEMA, Field, in_order
from geo.model.validation import ReferenceCodes, record_problems
from geo.store.changes import Raw, ValidationFailed

KIND_OF: Mapping[str, str] = MappingProxyType(
    {"buyers": "buyer", "sites": "site", "markets": "market", "fairs": "fair", "reports": "report"}
)
#: Collections whose records are GeoJSON features, and all that have a point.
FEATURES = ("buyers", "sites")
PLACED = (*FEATURES, "fairs")
MAX_SOURCES = 20


#: The types that a form does not ask, and what a page draws for the others that are not its own.
_UNASKED = ("id", "position", "names", "months")
QUESTIONS: Mapping[str, str] = MappingProxyType({"year": "whole", "day": "date"})
#: Where the order of the questions is not the order of the table: from the region to the door.
_FIRST: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sites": (
            *("name", "kind", "status", "region", "province", "town", "commune"),
            *("crafts", "phone"),
        ),
        "fairs": ("name", "kind", "country", "city", "venue", "edition"),
    }
)
_LAST = ("precision", "provenance", "verified", "sources")


def _form(collection: str) -> tuple[Field, ...]:
    questions = {f.name: f for f in SCHEMA[collection] if f.form and f.type not in _UNASKED}
    if "provenance" in questions:  # nobody writes a generated record by hand
        questions["provenance"] = replace(questions["provenance"], codes=TRUE_ORIGINS)
    return tuple(questions[name] for name in in_order(questions, _FIRST.get(collection, ()), _LAST))


#: What can be edited one record at a time; reports are published instead.
FORMS: Mapping[str, tuple[Field, ...]] = MappingProxyType({c: _form(c) for c in SCHEMA})


def values_of(collection: str, raw: Raw | None) -> dict[str, Any]:
    """The answers that a raw record gives; the empty form without one."""
    inside = (raw or {}).get("properties", raw or {})
    return {f.key: inside.get(f.key, f.unknown) for f in FORMS[collection]}


def lon_lat_of(raw: Raw | None) -> list[float] | None:
    """Longitude and latitude of a raw record, degrees; None without a point."""
    raw = raw or {}
    at = (raw.get("geometry") or {}).get("coordinates") or (raw.get("lon"), raw.get("lat"))
    lon, lat = at[:2]
    return None if lon is None or lat is None else [float(lon), float(lat)]


def filled(
    collection: str,
    before: Raw | None,
    answers: Mapping[str, Any],
    lon_lat: Sequence[float] | None,
    id_: str,
    known: ReferenceCodes,
) -> Raw:
    """The raw record that a filled-in form makes; what the form does not ask stays as it was.

    Parameters
    ----------
    before : the record that was opened; None for a new one.
    answers : field name -> answer, as a browser sends them; others are ignored.
    lon_lat : degrees, EPSG:4326; None: no point.

    Raises
    ------
    ValidationFailed : what is wrong, by field.
    """
    problems: list[Problem] = []
    given = {}
    for field in FORMS[collection]:
        try:
            given[field.key] = _read(field, answers.get(field.key, field.unknown))
        except (TypeError, ValueError, AttributeError, KeyError):
            problems.append(
                Problem("", id_, field.key, "bad_value", str(answers.get(field.key))[:60])
            )
            continue
        if field.required and given[field.key] in ("", None, []):
            problems.append(Problem("", id_, field.key, "required", ""))
    made: dict[str, Any] = deepcopy(dict(before)) if before else {"id": id_}
    if collection in FEATURES:
        made = {
            "type": "Feature",
            **made,
            "id": id_,
            "geometry": _point(lon_lat),
            "properties": {**made.get("properties", {}), **given},
        }
    else:
        made.update(given)
    if collection == "fairs":
        made.update(_edition(made, lon_lat))
    if not problems:
        problems = record_problems(KIND_OF[collection], made, known)
    if problems:
        raise ValidationFailed(
            [Problem(collection, id_, p.field, p.code, p.value) for p in problems]
        )
    return made


def _edition(made: Mapping[str, Any], lon_lat: Sequence[float] | None) -> dict[str, Any]:
    """What follows from a fair's days and point: it is kept beside them."""
    lon, lat = lon_lat or (None, None)
    year, month = made["first"][:4], made["first"][5:7]
    last = made["last"][5:7] or month
    if not (year.isdigit() and month.isdigit() and last.isdigit()):
        return {"lon": lon, "lat": lat, "months": made.get("months", []), "year": made.get("year")}
    between = range(int(month), int(last) + (0 if last >= month else 12) + 1)
    return {
        "lon": lon,
        "lat": lat,
        "year": int(year),
        "months": [(m - 1) % 12 + 1 for m in between],
    }


def _point(lon_lat: Sequence[float] | None) -> dict[str, Any] | None:
    return (
        None
        if lon_lat is None
        else {"type": "Point", "coordinates": [round(float(v), 6) for v in lon_lat]}
    )


def _read(field: Field, answer: Any) -> Any:
    if field.type == "flag":
        return (
            answer
            if isinstance(answer, bool)
            else {"": None, "yes": True, "no": False}[answer or ""]
        )
    if field.type in ("whole", "year", "number"):
        return _number(answer, integer=field.type != "number")
    if field.type == "many":
        return [str(v) for v in answer] if isinstance(answer, list) else _refuse()
    if field.type == "sources":
        return [
            _source(s) for s in answer[:MAX_SOURCES] if _source(s)["label"] or _source(s)["url"]
        ]
    if not isinstance(answer, str) or (
        field.type == "one"
        and answer
        and not isinstance(field.codes, str)
        and answer not in field.codes
    ):
        _refuse()
    text = unicodedata.normalize("NFC", answer).strip()
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f\u2028\u2029]+", " ", text)


def _source(answer: Mapping[str, Any]) -> dict[str, str]:
    url, label, day = (str(answer.get(key, "")).strip() for key in ("url", "label", "date"))
    return {"url": url, "label": label or re.sub(r"\Ahttps?://(www\.)?|/.*", "", url), "date": day}


def _number(answer: Any, *, integer: bool) -> float | int | None:
    if answer in (None, ""):
        return None
    if isinstance(answer, bool):
        _refuse()
    value = float(re.sub(r"[\s\u00a0\u202f]", "", str(answer)).replace(",", "."))
    if not math.isfinite(value) or (integer and value != int(value)):
        _refuse()
    return int(value) if value == int(value) else value


def _refuse() -> Any:
    raise ValueError


def new_id(collection: str, name: str) -> str:
    """An id for a record made by hand: its name, and a few letters that nobody else has."""
    plain = unicodedata.normalize("NFKD", name.lower()).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:60]
    return f"{stem or KIND_OF[collection]}-{uuid.uuid4().hex[:6]}"
