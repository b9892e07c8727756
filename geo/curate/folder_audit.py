"""Audit of a data folder: faults that no single record shows.

Positions against the outlines of regions, provinces and countries, references between files,
counts against the announced figures. Run by ``make check-data`` and by the tests, never when
the app starts.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from shapely.errors import ShapelyError
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from geo.core import shipped
from geo.i18n.words import words
from geo.model.problems import Problem
from geo.model.records import IN_PROGRESS, Catalogue, Site
from geo.places.nearest import outline_distance_km
from geo.store.file_store import FileStore

#: The outlines are simplified: a harbour may lie a little off its region...
AREA_TOLERANCE_KM = 5.0
#: ...and a small island or a port well off its country.
COUNTRY_TOLERANCE_KM = 30.0
BUYERS, SITES, REPORTS, FAIRS = "buyers.geojson", "sites.geojson", "reports.json", "fairs.json"
TOWNS, MARKETS, PROVINCES = "towns.json", "markets.json", "provinces.geojson"
DEMO_WORD = "démo"


def folder_problems(folder: Path) -> list[Problem]:
    """Everything wrong in a data folder, unreadable records first.

    Parameters
    ----------
    folder : as ``make data`` writes it. Outlines of countries and announced figures are read
        from its ``sources``, or from the project's when it has none.
    """
    data = FileStore(folder).load()
    sources = folder / "sources" if (folder / "sources").is_dir() else None
    outlines, unreadable = _outlines(folder)
    return [
        *data.problems,
        *unreadable,
        *_origins(data),
        *_areas(data, outlines),
        *_towns(data, outlines, folder),
        *_countries(data, sources, folder),
        *_references(data),
        *_counts(data, sources),
    ]


def _origins(data: Catalogue) -> Iterator[Problem]:
    # A generated record must be known for what it is, and a published one say where from.
    for file, records in ((BUYERS, data.buyers), (SITES, data.sites), (FAIRS, data.fairs)):
        for record in records:
            if record.provenance == "demo":
                if DEMO_WORD not in record.name or any(s.url for s in record.sources):
                    yield Problem(file, record.id, "provenance", "demo_not_said", record.name)
            elif record.provenance == "published" and not any(s.url for s in record.sources):
                yield Problem(file, record.id, "sources", "no_source", "")
    for report in data.reports:
        for note in report.notes:
            if not any(s.url for s in note.sources):
                yield Problem(REPORTS, f"{report.id} ({note.id})", "sources", "no_source", "")


def _areas(data: Catalogue, outlines: dict[str, BaseGeometry]) -> Iterator[Problem]:
    for site in data.sites:
        province = data.area_by_code.get(site.province)
        if province and province.region != site.region:
            yield Problem(SITES, site.id, "province", "province_elsewhere", site.province)
        for field, code in (("region", site.region), ("province", site.province)):
            if (
                site.lon_lat
                and code in outlines
                and not near(outlines[code], site.lon_lat, AREA_TOLERANCE_KM)
            ):
                yield Problem(SITES, site.id, field, f"outside_{field}", _name(data, code))


def _towns(data: Catalogue, outlines: dict[str, BaseGeometry], folder: Path) -> Iterator[Problem]:
    if any(p.file == PROVINCES for p in data.problems):
        return  # the towns are not to blame for a province that could not be read
    for town in _raw(folder / TOWNS, "towns"):
        id_, code, at = str(town.get("geoname_id"))[:120], town.get("province"), _lon_lat(town)
        if not isinstance(code, str) or code not in data.area_by_code:
            yield Problem(TOWNS, id_, "province", "bad_value", str(code)[:60])
        elif at and code in outlines and not near(outlines[code], at, AREA_TOLERANCE_KM):
            yield Problem(TOWNS, id_, "province", "outside_province", _name(data, code))


def _name(data: Catalogue, code: str) -> str:
    return data.area_by_code[code].name["fr"] if code in data.area_by_code else code


def _countries(data: Catalogue, sources: Path | None, folder: Path) -> Iterator[Problem]:
    parts: dict[str, list[BaseGeometry]] = {}
    for feature in shipped.countries("50m", sources):
        parts.setdefault(feature["properties"]["iso2"], []).append(shape(feature["geometry"]))
    for file, records in ((BUYERS, data.buyers), (FAIRS, data.fairs)):
        for record in records:
            # Overseas parts may be countries of their own in the outlines: any part will do.
            around = parts.get(record.country, [])
            if (
                record.lon_lat
                and around
                and not any(near(part, record.lon_lat, COUNTRY_TOLERANCE_KM) for part in around)
            ):
                market = data.market_by_code.get(record.country)
                yield Problem(
                    file,
                    record.id,
                    "country",
                    "outside_country",
                    market.name["fr"] if market else record.country,
                )
    for raw in _raw(folder / MARKETS, "markets"):
        iso2 = raw.get("iso2")
        around = parts.get(iso2, []) if isinstance(iso2, str) else []
        for field in ("capital", "label"):
            at = _lon_lat(raw, f"{field}_")
            if at is None:
                yield Problem(MARKETS, str(iso2)[:120], field, "bad_lon_lat", "")
            elif around and not any(near(part, at, COUNTRY_TOLERANCE_KM) for part in around):
                yield Problem(MARKETS, str(iso2)[:120], field, "outside_country", str(iso2)[:60])


def _references(data: Catalogue) -> Iterator[Problem]:
    for report in data.reports:
        for id_ in report.named:
            if id_ not in data.buyer_row:
                yield Problem(REPORTS, report.id, "named", "unknown_buyer", id_)
    served = {buyer.country for buyer in data.buyers}
    for market in data.markets:
        if market.iso2 not in served:
            yield Problem(BUYERS, "", "country", "market_unserved", market.name["fr"])


def _site(test: Callable[[Site], bool]) -> Callable[[Catalogue], int]:
    return lambda data: sum(map(test, data.sites))


#: Announced figure -> the file that must reach it, and how it is counted there.
ANNOUNCED: dict[str, tuple[str, Callable[[Catalogue], int]]] = {
    "S08": (SITES, _site(lambda s: s.class_ == "site" and s.status == "active")),
    "S09": (SITES, _site(lambda s: s.class_ == "site" and s.status in IN_PROGRESS)),
    "S10": (SITES, _site(lambda s: s.class_ == "maison")),
    "S14": (REPORTS, lambda data: len(data.reports)),
    "S15": (BUYERS, lambda data: len(data.buyers)),
    "S16": ("markets.json", lambda data: len(data.markets)),
}


def _counts(data: Catalogue, sources: Path | None) -> Iterator[Problem]:
    facts = {row["id"]: row for row in shipped.rows(shipped.SEED_FACTS, sources)}
    for id_, (name, count) in ANNOUNCED.items():
        fact, have = facts[id_], count(data)
        if have < int(fact["value"]):
            yield Problem(name, "", fact["label_fr"], "count_short", f"{have} < {fact['value']}")


def near(area: BaseGeometry, lon_lat: tuple[float, float], tolerance_km: float) -> bool:
    """Whether a point (degrees, longitude first) is in an area or at most so far from it."""
    return area.covers(Point(lon_lat)) or outline_distance_km(area, lon_lat) <= tolerance_km


def _outlines(folder: Path) -> tuple[dict[str, BaseGeometry], list[Problem]]:
    found: dict[str, BaseGeometry] = {}
    problems = []
    for name in ("regions.geojson", "provinces.geojson"):
        for raw in _raw(folder / name, "features"):
            inside = raw.get("properties")
            code = inside.get("code") if isinstance(inside, dict) else None
            if not isinstance(code, str):
                continue  # the store has already said so
            try:
                found[code] = shape(raw["geometry"])
            except (ShapelyError, ValueError, KeyError, TypeError, AttributeError, IndexError):
                problems.append(
                    Problem(name, code[:120], "geometry", "unreadable_record", "geometry")
                )
    return found, problems


def _raw(path: Path, list_key: str) -> list[dict[str, Any]]:
    # What is wrong with the file as a whole, the store has already said.
    try:
        rows = json.loads(path.read_text("utf-8"))[list_key]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _lon_lat(raw: dict[str, Any], prefix: str = "") -> tuple[float, float] | None:
    lon, lat = raw.get(f"{prefix}lon"), raw.get(f"{prefix}lat")
    if (
        isinstance(lon, bool)
        or isinstance(lat, bool)
        or not isinstance(lon, (int, float))
        or not isinstance(lat, (int, float))
    ):
        return None
    return (lon, lat) if -180 <= lon <= 180 and -90 <= lat <= 90 else None


def run(arguments: list[str] | None = None) -> int:
    """Print one line per problem; 1 when there is any."""
    parser = argparse.ArgumentParser(prog="kharita check", description="Check a data folder.")
    parser.add_argument(
        "folder",
        type=Path,
    )
    folder = parser.parse_args(arguments).folder
    problems = folder_problems(folder)
    t = words("fr")
    for p in problems:
        print(t(f"problem.{p.code}", file=p.file, record=p.record, field=p.field, value=p.value))
    if not problems:
        print(t("problem.none", file=folder.name))
        return 0
    for file, number in sorted(Counter(p.file for p in problems).items()):
        print(f"{file}: {number}")
    return 1
