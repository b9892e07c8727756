"""Build the raw records of parsed rows, new or merged into the stored one.

A cell that is empty, or a column that is absent, changes nothing in a record that exists. A new
record gets honest defaults: unknown facts are None, what had to be inferred is marked as a guess.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from copy import deepcopy
from typing import Any
from urllib.parse import urlsplit

from geo.curate.imports.headings import KINDS
from geo.curate.imports.values import website
from geo.model.records import MAISON_KINDS
from geo.model.schema import SCHEMA
from geo.text.folding import plain

Raw = dict[str, Any]
LonLat = tuple[float, float]
#: Fields that are made of several cells, or of the row as a whole.
_MADE = ("id", "position", "names", "sources")
#: Collection -> field of a file, or of what was inferred -> key of the record.
KEYS: Mapping[str, Mapping[str, str]] = {
    collection: {
        f.column or f.name: f.key for f in fields if f.type not in _MADE and f.name not in f.helps
    }
    for collection, fields in SCHEMA.items()
}
#: What tells where a record comes from, not what it says: a difference here alone changes nothing.
ABOUT = frozenset(("provenance", "sources", "verified", "precision"))
FEATURES = ("buyers", "sites", "maisons")
_ID = re.compile(r"[\w.:-]{1,120}\Z")


def collection_keys(kind: str) -> Mapping[str, str]:
    """The keys of a kind's records by the fields of a file."""
    return KEYS[KINDS[kind]]


def slug(*parts: str) -> str:
    """Derive an identifier from names, the same for the same names."""
    text = "-".join("-".join(plain(p).split()) for p in parts if p)
    if len(text) > 100 or not text:
        digest = hashlib.sha256("|".join(parts).encode("utf-8", "replace")).hexdigest()[:8]
        text = f"{text[:90]}-{digest}".strip("-")
    return text


def usable_id(text: str) -> bool:
    """Whether a file's own identifier can name a record: a number alone only counts lines."""
    return bool(_ID.match(text)) and not re.fullmatch(r"[0-9]{1,9}(\.0)?", text)


def made_id(kind: str, found: Mapping[str, Any]) -> str:
    """Derive the identifier of a record that brought none."""
    if kind == "markets":
        return str(found["country"])
    if kind == "buyers":
        return slug(str(found.get("name", "")), str(found.get("country", "")))
    if kind == "fairs":
        year = str(found.get("year") or str(found.get("start", ""))[:4])
        return slug(str(found.get("name", "")), str(found.get("country", "")), year)
    return slug(str(found.get("name", "")))


def record(
    kind: str,
    id_: str,
    found: Mapping[str, Any],
    lon_lat: LonLat | None,
    precision: str,
    about: Mapping[str, Any],
    before: Mapping[str, Any] | None,
) -> Raw:
    """Build the record of a row.

    Parameters
    ----------
    found : values by field; only what the file says (or, for a new record, what was inferred).
    lon_lat, precision : None and empty when the file says nothing of the place.
    about : ``source`` (one source, as a record holds it) and ``verified``.
    before : the record as it is held; None for a new one.
    """
    keys = collection_keys(kind)
    if before is not None:
        made: Raw = deepcopy(dict(before))
    elif kind in FEATURES:
        made = {"type": "Feature", "id": id_, "geometry": None, "properties": _empty(kind)}
    else:
        made = _empty(kind)
        made["iso2" if kind == "markets" else "id"] = id_
    inside = made["properties"] if kind in FEATURES else made
    for name, value in found.items():
        if name in keys:
            inside[keys[name]] = value
    _placed(kind, made, inside, lon_lat, precision)
    if kind == "markets":
        _market(inside, found, lon_lat)
    if before is not None and not changed_fields(kind, before, made):
        return deepcopy(dict(before))
    _set_provenance(kind, inside, about, found)
    return made


def _empty(kind: str) -> Raw:
    """What a new record says before its row does."""
    made: Raw = {}
    for f in SCHEMA[KINDS[kind]]:
        if f.type == "position" and kind not in FEATURES and not f.required:
            made |= dict.fromkeys(f.stored.split())
        elif f.type not in _MADE and not f.optional and f.name not in ABOUT:
            made[f.key] = f.unknown if f.default is None else f.default
    return made


def _placed(kind: str, made: Raw, inside: Raw, lon_lat: LonLat | None, precision: str) -> None:
    if kind == "markets":
        return
    rounded = [round(lon_lat[0], 5), round(lon_lat[1], 5)] if lon_lat else None
    if kind in FEATURES:
        if rounded:
            made["geometry"] = {"type": "Point", "coordinates": rounded}
    elif rounded:
        inside["lon"], inside["lat"] = rounded
    if precision:
        inside["precision"] = precision
    elif kind not in FEATURES and rounded is None and "precision" not in inside:
        inside["precision"] = "country"


def _market(inside: Raw, found: Mapping[str, Any], lon_lat: LonLat | None) -> None:
    names = dict(inside.get("name") or {})
    names |= {
        lang: found[key]
        for lang, key in (("fr", "name"), ("ar", "name_ar"), ("en", "name_en"))
        if found.get(key)
    }
    inside["name"] = names
    if lon_lat:
        inside["label_lon"], inside["label_lat"] = round(lon_lat[0], 3), round(lon_lat[1], 3)


def _set_provenance(
    kind: str, inside: Raw, about: Mapping[str, Any], found: Mapping[str, Any]
) -> None:
    """Set the provenance of a changed record: the file, before the sources known."""
    if kind == "markets":
        pages = [s["url"] for s in _sources(str(found.get("source", ""))) if s["url"]]
        if page := next(iter(pages), about["source"]["url"]):
            inside["evidence_url"] = page
        return
    inside["provenance"] = "imported"
    own = _sources(str(found.get("source", "")))
    given = {about["source"]["label"], *(s["url"] or s["label"] for s in own)}
    known = [
        s
        for s in inside.get("sources", [])
        if s.get("label") not in (*given, "demo") and s.get("url") not in given
    ]
    inside["sources"] = [about["source"], *own, *known][:60]
    if "verified" not in found:
        inside["verified"] = about["verified"]


def _sources(text: str) -> list[dict[str, str]]:
    """The sources that a row names itself: pages, or words."""
    parts = [p.strip() for p in re.split(r"\s\|\s|\s*;\s*|\n", text) if p.strip()][:10]
    found = []
    for part in parts:
        page = website(part).value if part.startswith(("http://", "https://", "www.")) else None
        found.append(
            {"url": page, "label": urlsplit(page).hostname or page, "date": ""}
            if page
            else {"url": "", "label": part[:200], "date": ""}
        )
    return found


def changed_fields(
    kind: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[tuple[str, Any, Any]]:
    """The difference of two records as (key, before, after); the place is ``position``."""
    inside_before = before.get("properties", {}) if kind in FEATURES else before
    inside_after = after.get("properties", {}) if kind in FEATURES else after
    found = []
    for key in dict.fromkeys([*inside_before, *inside_after]):
        if key in ABOUT or key in ("lon", "lat"):
            continue
        a, b = inside_before.get(key), inside_after.get(key)
        if a != b and not (a in (None, "", []) and b in (None, "", [])):
            found.append((key, a, b))
    a, b = position_of(kind, before), position_of(kind, after)
    if a != b and not (a and b and abs(a[0] - b[0]) < 1.5e-5 and abs(a[1] - b[1]) < 1.5e-5):
        found.append(("position", a, b))
    return found


def position_of(kind: str, raw: Mapping[str, Any]) -> LonLat | None:
    """The position of a raw record."""
    if kind in FEATURES:
        geometry = raw.get("geometry")
        return (
            (float(geometry["coordinates"][0]), float(geometry["coordinates"][1]))
            if geometry
            else None
        )
    lon, lat = raw.get("lon", raw.get("label_lon")), raw.get("lat", raw.get("label_lat"))
    return (float(lon), float(lat)) if lon is not None and lat is not None else None


def is_demo(kind: str, raw: Mapping[str, Any]) -> bool:
    """Whether a held record was generated, and is one of this kind."""
    inside = raw.get("properties", {}) if kind in FEATURES else raw
    if inside.get("provenance") != "demo":
        return False
    return of_kind(kind, inside)


def of_kind(kind: str, inside: Mapping[str, Any]) -> bool:
    """Whether a record of a collection is one of this kind: sites and Maisons share theirs."""
    if kind == "maisons":
        return inside.get("kind") in MAISON_KINDS
    return not (kind == "sites" and inside.get("kind") in MAISON_KINDS)
