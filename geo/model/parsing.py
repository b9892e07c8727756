"""Parse raw JSON records into ``geo.model.records``; the table of editable collections.

Input must have passed ``geo.model.validation``; anything else raises KeyError, TypeError,
ValueError, AttributeError or IndexError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from types import MappingProxyType
from typing import Any

from geo.model.records import (
    Area,
    Commune,
    Figure,
    Note,
    Report,
    Source,
    Town,
)
from geo.model.schema import RECORD_CLASSES, SCHEMA


@dataclass(frozen=True, slots=True)
class RecordKind:
    """Storage, parser and validation of one collection.

    Attributes
    ----------
    file, list_key : the shipped file and the list in it.
    id_key : what identifies a record, at the top of it.
    check : its name in ``geo.model.validation``.
    """

    file: str
    list_key: str
    id_key: str
    check: str
    parse: Callable[[dict[str, Any]], Any]


def lon_lat(raw: dict[str, Any]) -> tuple[float, float] | None:
    """Parse the position of a feature; None without one."""
    if raw["geometry"] is None:
        return None
    lon, lat = raw["geometry"]["coordinates"][:2]
    return (float(lon), float(lat))


def _reader(collection: str) -> Callable[[dict[str, Any]], Any]:
    """Make the parser of one collection out of its fields; the tables are read once."""
    make, feature = RECORD_CLASSES[collection], collection in ("buyers", "sites")
    fields = SCHEMA[collection]
    plain = [f for f in fields if not (f.optional or f.type in ("id", "position", *_MADE))]
    names = [f.name for f in plain]
    values = itemgetter(*(f.key for f in plain))
    made = [(f.name, f.key, _MADE[f.type]) for f in fields if f.type in _MADE]
    optional = [(f.name, f.key, f.unknown) for f in fields if f.optional]
    id_ = next(f.name for f in fields if f.type == "id")
    at = next(f for f in fields if f.type == "position")

    def parse(raw: dict[str, Any]) -> Any:
        inside = raw["properties"] if feature else raw
        record = dict(zip(names, values(inside), strict=True))
        for name, key, read in made:
            record[name] = read(inside[key])
        for name, key, unknown in optional:
            record[name] = inside.get(key, unknown)
        record[id_] = raw[id_]
        record[at.name] = lon_lat(raw) if feature else _degrees(raw, *at.stored.split())
        return make(**record)

    return parse


def _degrees(raw: Mapping[str, Any], lon: str, lat: str) -> tuple[float, float] | None:
    return None if raw[lon] is None else (float(raw[lon]), float(raw[lat]))


def _sources(rows: list[dict[str, Any]]) -> tuple[Source, ...]:
    return tuple(Source(r["url"], r["label"], r.get("date", "")) for r in rows)


def _counted(value: float | None) -> int | None:
    """A number of whole things; an older record may say 12.5 artisans."""
    return None if value is None else round(value)


#: How the types are read that are not served as they are stored.
_MADE: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {"many": tuple, "months": tuple, "names": dict, "whole": _counted, "sources": _sources}
)


def report(raw: dict[str, Any]) -> Report:
    """Parse a watch report with its notes."""
    return Report(
        id=raw["id"],
        date=raw["date"],
        title=dict(raw["title"]),
        kind=raw["kind"],
        markets=tuple(raw["markets"]),
        crafts=tuple(raw["crafts"]),
        named=tuple(raw["named"]),
        notes=tuple(_note(n) for n in raw["notes"]),
        provenance=raw.get("provenance", "published"),
        original=raw.get("original", ""),
        signals=tuple((s["market"], s["craft"], s["sign"]) for s in raw.get("signals", ())),
        lang=raw.get("lang", ""),
        places=tuple(raw.get("places", ())),
    )


def area(raw: dict[str, Any]) -> Area:
    """Parse a region or a province from its GeoJSON feature."""
    p = raw["properties"]
    points = list(_points(raw["geometry"]["coordinates"]))
    lons, lats = [q[0] for q in points], [q[1] for q in points]
    return Area(
        code=p["code"],
        name={"fr": p["name_fr"], "ar": p["name_ar"]},
        region=p.get("region_code") or p["code"],
        population_2024=p["population_2024"],
        label_lon_lat=(float(p["label_lon"]), float(p["label_lat"])),
        bbox=(min(lons), min(lats), max(lons), max(lats)),
        geometry=raw["geometry"],
    )


def town(raw: dict[str, Any]) -> Town:
    """Parse a town of the gazetteer."""
    return Town(
        name=raw["name"],
        name_ar=raw["name_ar"],
        alternates=tuple(raw["alt"]),
        province=raw["province"],
        id=str(raw.get("geoname_id", "")),
        population=raw.get("population"),
        lon_lat=(float(raw["lon"]), float(raw["lat"])) if "lon" in raw else None,
    )


def commune(row: dict[str, str]) -> Commune:
    """Parse a commune from its row of the census table."""
    at = (float(row["lon"]), float(row["lat"])) if row["lon"] and row["lat"] else None
    if at and not (-180 <= at[0] <= 180 and -90 <= at[1] <= 90):
        raise ValueError("lon, lat")
    people = int(row["population_2024"])
    if people < 0 or row["milieu"] not in ("urbain", "rural"):
        raise ValueError("population_2024, milieu")
    return Commune(
        code=row["code"],
        name={"fr": row["name_fr"], "ar": row["name_ar"]},
        province=row["province_code"],
        region=row["region_code"],
        rural=row["milieu"] == "rural",
        population_2024=people,
        lon_lat=at,
        town=row["geoname_id"] or "",
    )


def _note(raw: dict[str, Any]) -> Note:
    return Note(
        id=raw["id"],
        date=raw["date"],
        title_fr=raw["title_fr"],
        kind=raw["kind"],
        markets=tuple(raw["markets"]),
        crafts=tuple(raw["crafts"]),
        summary_fr=raw["summary_fr"],
        figures=tuple(
            Figure(
                **{
                    k: str(f.get(k) if f.get(k) is not None else "")
                    for k in ("label", "value", "unit", "period", "market", "craft")
                }
            )
            for f in raw["key_figures"]
        ),
        organisations=tuple(raw["organisations"]),
        sources=_sources(raw["sources"]),
    )


def _points(coordinates: list[Any]) -> Iterator[list[float]]:
    for item in coordinates:
        if isinstance(item[0], (int, float)):
            yield item
        else:
            yield from _points(item)


#: The collections that can be edited. Markets first: buyers refer to them.
RECORDS: Mapping[str, RecordKind] = MappingProxyType(
    {
        "markets": RecordKind("markets.json", "markets", "iso2", "market", _reader("markets")),
        "buyers": RecordKind("buyers.geojson", "features", "id", "buyer", _reader("buyers")),
        "sites": RecordKind("sites.geojson", "features", "id", "site", _reader("sites")),
        "reports": RecordKind("reports.json", "reports", "id", "report", report),
        "fairs": RecordKind("fairs.json", "fairs", "id", "fair", _reader("fairs")),
    }
)
