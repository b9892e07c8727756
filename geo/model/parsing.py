"""Parse raw JSON records into ``geo.model.records``; the table of editable collections.

Input must have passed ``geo.model.validation``; anything else raises KeyError, TypeError,
ValueError, AttributeError or IndexError.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from geo.model.records import (
    Area,
    Buyer,
    Commune,
    Fair,
    Figure,
    Market,
    Note,
    Report,
    Site,
    Source,
    Town,
)


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


def buyer(raw: dict[str, Any]) -> Buyer:
    """Parse a buyer from its GeoJSON feature."""
    p = raw["properties"]
    return Buyer(
        id=raw["id"],
        name=p["name"],
        kind=p["kind"],
        country=p["country"],
        city=p["city"],
        crafts=tuple(p["crafts"]),
        relation_fr=p["relation_fr"],
        year=p["year"],
        website=p["website"],
        provenance=p["provenance"],
        precision=p["precision"],
        verified=p["verified"],
        sources=_sources(p["sources"]),
        lon_lat=lon_lat(raw),
    )


def site(raw: dict[str, Any]) -> Site:
    """Parse a site or a Maison from its GeoJSON feature."""
    p = raw["properties"]
    return Site(
        id=raw["id"],
        name=p["name_fr"],
        kind=p["kind"],
        status=p["status"],
        town=p["town"],
        commune=p["commune"],
        province=p["province"],
        region=p["region"],
        crafts=tuple(p["crafts"]),
        year_opened=p["year_opened"],
        capacity_artisans=p["capacity_artisans"],
        area_m2=p["area_m2"],
        budget_mad=p["budget_mad"],
        women_only=p["women_only"],
        rural=p["rural"],
        fact_fr=p["fact_fr"],
        provenance=p["provenance"],
        precision=p["precision"],
        verified=p["verified"],
        sources=_sources(p["sources"]),
        lon_lat=lon_lat(raw),
        phone=p.get("phone", ""),
        verified_by=p.get("verified_by", ""),
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


def fair(raw: dict[str, Any]) -> Fair:
    """Parse one edition of a fair."""
    return Fair(
        id=raw["id"],
        name=raw["name"],
        kind=raw["kind"],
        country=raw["country"],
        city=raw["city"],
        venue=raw["venue"],
        months=tuple(raw["months"]),
        edition=raw["edition"],
        year=raw["year"],
        first=raw["first"],
        last=raw["last"],
        crafts=tuple(raw["crafts"]),
        provenance=raw["provenance"],
        precision=raw["precision"],
        verified=raw["verified"],
        sources=_sources(raw["sources"]),
        lon_lat=None if raw["lon"] is None else (float(raw["lon"]), float(raw["lat"])),
    )


def market(raw: dict[str, Any]) -> Market:
    """Parse a market."""
    return Market(
        iso2=raw["iso2"],
        name=dict(raw["name"]),
        world_region=raw["world_region"],
        capital=raw["capital"],
        label_lon_lat=(float(raw["label_lon"]), float(raw["label_lat"])),
        evidence=raw["evidence"],
        evidence_fr=raw["evidence_fr"],
        evidence_url=raw["evidence_url"],
        agreements=tuple(raw["agreements"]),
        agreement_source=raw["agreement_source"],
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


def _sources(rows: list[dict[str, Any]]) -> tuple[Source, ...]:
    return tuple(Source(r["url"], r["label"], r.get("date", "")) for r in rows)


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
        "markets": RecordKind("markets.json", "markets", "iso2", "market", market),
        "buyers": RecordKind("buyers.geojson", "features", "id", "buyer", buyer),
        "sites": RecordKind("sites.geojson", "features", "id", "site", site),
        "reports": RecordKind("reports.json", "reports", "id", "report", report),
        "fairs": RecordKind("fairs.json", "fairs", "id", "fair", fair),
    }
)
