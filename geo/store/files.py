"""The default store: plain files that people can read, diff and mend.

Each file is read on its own: a missing or broken one leaves the others served, and says
which record and what is wrong in ``Catalogue.problems``. GeoJSON is parsed as JSON, never
through GDAL, which would follow references to other files.
"""
from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import orjson

from geo.model import (
    Area,
    Buyer,
    Catalogue,
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
from geo.store.checks import Known, Problem, record_problems
from geo.store.corrections import Corrections
from geo.watch.intake.store import ImportedReports

MAX_FILE_BYTES = 64 * 2**20
FILES = ("markets.json", "regions.geojson", "provinces.geojson", "towns.json", "buyers.geojson",
         "sites.geojson", "reports.json", "fairs.json", "sources/synonyms.csv", "sources/communes.csv")
T = TypeVar("T")


class FileStore:
    """Reads a data folder.

    Parameters
    ----------
    folder : path of the folder that ``make data`` writes.
    corrections : accepted corrections to lay over the sites; None: the files as they are.
    imported : published imports to read as further reports.
    """

    def __init__(self, folder: Path, corrections: Corrections | None = None,
                 imported: ImportedReports | None = None) -> None:
        self.folder = Path(folder)
        self.corrections = corrections
        self.imported = imported

    def revision(self) -> str:
        """Changes with the size or time of any file: one ``stat`` call each."""
        marks = []
        for name in FILES:
            try:
                stat = (self.folder / name).stat()
                marks.append(f"{stat.st_mtime_ns}:{stat.st_size}")
            except OSError:
                marks.append("-")
        if self.corrections:
            marks.append(self.corrections.revision())
        if self.imported:
            marks.append(self.imported.revision())
        return "|".join(marks)

    def load(self) -> Catalogue:
        """Everything readable, with the problems found on the way."""
        reader = _Reader(self.folder)
        markets = reader.records("markets.json", "markets", "iso2", _market, "market")
        regions = reader.records("regions.geojson", "features", "code", _area, "region")
        provinces = reader.records("provinces.geojson", "features", "code", _area, "province")
        reader.known = Known(markets=reader.complete("markets.json", (m.iso2 for m in markets)),
                             regions=reader.complete("regions.geojson", (a.code for a in regions)),
                             provinces=reader.complete("provinces.geojson",
                                                       (a.code for a in provinces)))
        return Catalogue(
            markets=markets, regions=regions, provinces=provinces,
            towns=reader.records("towns.json", "towns", "geoname_id", _town, "town"),
            buyers=reader.records("buyers.geojson", "features", "id", _buyer, "buyer"),
            sites=self._sites(reader),
            reports=reader.records("reports.json", "reports", "id", _report, "report")
            + (reader.imports(self.imported) if self.imported else ()),
            fairs=reader.records("fairs.json", "fairs", "id", _fair, "fair"),
            synonyms=reader.synonyms(), communes=reader.communes(),
            problems=tuple(reader.problems),
            version=reader.digest.hexdigest()[:12],
        )

    def _sites(self, reader: _Reader) -> tuple[Site, ...]:
        sites = reader.records("sites.geojson", "features", "id", _site, "site")
        if not self.corrections:
            return sites
        corrected = self.corrections.applied(sites)
        if corrected != sites:  # what is served is no longer the files alone
            reader.digest.update(self.corrections.revision().encode())
        return corrected


class _Reader:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.problems: list[Problem] = []
        self.digest = hashlib.sha256()
        self.known = Known()

    def bytes_of(self, name: str) -> bytes | None:
        path = self.folder / name
        try:
            if path.stat().st_size > MAX_FILE_BYTES:
                self.problems.append(Problem(name, "", "", "file_too_big", ""))
                return None
            content = path.read_bytes()
        except FileNotFoundError:
            self.problems.append(Problem(name, "", "", "file_missing", ""))
            return None
        except OSError as error:
            self.problems.append(Problem(name, "", "", "file_unreadable", error.strerror or ""))
            return None
        self.digest.update(name.encode() + b"\0" + content)
        return content

    def records(self, name: str, list_key: str, id_key: str, parse: Callable[[dict], T],
                kind: str) -> tuple[T, ...]:
        """The readable records of one file; the others become problems."""
        found: dict[str, T] = {}
        for number, raw in enumerate(self._raw(name, list_key), start=1):
            label = _label(raw, id_key, number)
            problems = record_problems(kind, raw, self.known)
            if problems:
                self.problems += [Problem(name, label, p.field, p.code, p.value) for p in problems]
                continue
            try:
                record = parse(raw)
            except (KeyError, TypeError, ValueError, AttributeError, IndexError,
                    RecursionError) as error:
                self.problems.append(Problem(name, label, "", "unreadable_record", str(error)[:80]))
                continue
            if label in found:
                self.problems.append(Problem(name, label, id_key, "duplicate_id", label))
                continue
            found[label] = record
        return tuple(found.values())

    def imports(self, imported: ImportedReports) -> tuple[Report, ...]:
        """The readable imports; one that is damaged leaves the others served."""
        found = []
        for name, content in imported.raw():
            self.digest.update(name.encode() + b"\0" + content)
            try:
                raw = orjson.loads(content)
                problems = record_problems("report", raw, self.known)
                self.problems += [Problem(name, _label(raw, "id", 1), p.field, p.code, p.value) for p in problems]
                if not problems:
                    found.append(_report(raw))
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                self.problems.append(Problem(name, "", "", "unreadable_record", str(error)[:80]))
        return tuple(found)

    def complete(self, name: str, codes: Iterable[str]) -> frozenset[str] | None:
        """The codes a file lists; None when it lacks some, whose users are not to blame."""
        listed = frozenset(codes)
        damaged = any(p.file == name for p in self.problems)
        if not listed and not damaged:
            self.problems.append(Problem(name, "", "", "empty_file", ""))
        return listed if listed and not damaged else None

    def _raw(self, name: str, list_key: str) -> list[Any]:
        content = self.bytes_of(name)
        if content is None:
            return []
        try:
            whole = orjson.loads(content)
            rows = whole[list_key]
            if not isinstance(rows, list):
                raise TypeError(list_key)
            return rows
        except orjson.JSONDecodeError as error:
            self.problems.append(Problem(name, "", "", "not_json", f"{error.lineno}:{error.colno}"))
        except (KeyError, TypeError):
            self.problems.append(Problem(name, "", list_key, "no_list", list_key))
        return []

    def synonyms(self) -> tuple[dict[str, str], ...]:
        return tuple({"group": r["group"], "word": r["word"]}
                     for r in self._table("sources/synonyms.csv") if r.get("group") and r.get("word"))

    def communes(self) -> tuple[Commune, ...]:
        """The communes of the census; a row that cannot be read is named and left out."""
        name, found = "sources/communes.csv", {}
        for number, row in enumerate(self._table(name), start=1):
            try:
                commune = _commune(row)
            except (KeyError, TypeError, ValueError) as error:
                self.problems.append(Problem(name, str(row.get("code") or f"#{number}")[:120], "",
                                             "unreadable_record", str(error)[:80]))
                continue
            found[commune.code] = commune
        return tuple(found.values())

    def _table(self, name: str) -> list[dict[str, str]]:
        content = self.bytes_of(name)
        if content is None:
            return []
        try:
            return list(csv.DictReader(content.decode("utf-8").splitlines()))
        except (UnicodeDecodeError, csv.Error) as error:
            self.problems.append(Problem(name, "", "", "not_csv", str(error)[:80]))
            return []


def _label(raw: Any, id_key: str, number: int) -> str:
    if isinstance(raw, dict):
        inside = raw.get("properties")
        value = raw.get(id_key) or (inside.get(id_key) if isinstance(inside, dict) else None)
        if isinstance(value, (str, int)) and str(value):
            return str(value)[:120]
    return f"#{number}"


def _lon_lat(raw: dict) -> tuple[float, float] | None:
    if raw["geometry"] is None:
        return None
    lon, lat = raw["geometry"]["coordinates"][:2]
    return (float(lon), float(lat))


def _sources(rows: list[dict]) -> tuple[Source, ...]:
    return tuple(Source(r["url"], r["label"], r.get("date", "")) for r in rows)


def _buyer(raw: dict) -> Buyer:
    p = raw["properties"]
    return Buyer(
        id=raw["id"], name=p["name"], kind=p["kind"], country=p["country"], city=p["city"],
        crafts=tuple(p["crafts"]), relation_fr=p["relation_fr"], year=p["year"],
        website=p["website"], provenance=p["provenance"], precision=p["precision"],
        verified=p["verified"], sources=_sources(p["sources"]), lon_lat=_lon_lat(raw))


def _site(raw: dict) -> Site:
    p = raw["properties"]
    return Site(
        id=raw["id"], name=p["name_fr"], kind=p["kind"], status=p["status"], town=p["town"],
        commune=p["commune"], province=p["province"], region=p["region"],
        crafts=tuple(p["crafts"]), year_opened=p["year_opened"],
        capacity_artisans=p["capacity_artisans"], area_m2=p["area_m2"],
        budget_mad=p["budget_mad"], women_only=p["women_only"], rural=p["rural"],
        fact_fr=p["fact_fr"], provenance=p["provenance"], precision=p["precision"],
        verified=p["verified"], sources=_sources(p["sources"]), lon_lat=_lon_lat(raw))


def _report(raw: dict) -> Report:
    return Report(
        id=raw["id"], date=raw["date"], title=dict(raw["title"]), kind=raw["kind"],
        markets=tuple(raw["markets"]), crafts=tuple(raw["crafts"]), named=tuple(raw["named"]),
        notes=tuple(_note(n) for n in raw["notes"]),
        provenance=raw.get("provenance", "published"), original=raw.get("original", ""),
        signals=tuple((s["market"], s["craft"], s["sign"]) for s in raw.get("signals", ())),
        lang=raw.get("lang", ""), places=tuple(raw.get("places", ())))


def _note(raw: dict) -> Note:
    return Note(
        id=raw["id"], date=raw["date"], title_fr=raw["title_fr"], kind=raw["kind"],
        markets=tuple(raw["markets"]), crafts=tuple(raw["crafts"]), summary_fr=raw["summary_fr"],
        figures=tuple(Figure(**{k: str(f.get(k) if f.get(k) is not None else "") for k in
                                ("label", "value", "unit", "period", "market", "craft")})
                      for f in raw["key_figures"]),
        organisations=tuple(raw["organisations"]), sources=_sources(raw["sources"]))


def _fair(raw: dict) -> Fair:
    return Fair(
        id=raw["id"], name=raw["name"], kind=raw["kind"], country=raw["country"], city=raw["city"],
        venue=raw["venue"], months=tuple(raw["months"]), edition=raw["edition"], year=raw["year"],
        first=raw["first"], last=raw["last"], crafts=tuple(raw["crafts"]),
        provenance=raw["provenance"], precision=raw["precision"], verified=raw["verified"],
        sources=_sources(raw["sources"]),
        lon_lat=None if raw["lon"] is None else (float(raw["lon"]), float(raw["lat"])))


def _market(raw: dict) -> Market:
    return Market(
        iso2=raw["iso2"], name=dict(raw["name"]), world_region=raw["world_region"],
        capital=raw["capital"], label_lon_lat=(float(raw["label_lon"]), float(raw["label_lat"])),
        evidence=raw["evidence"], evidence_fr=raw["evidence_fr"], evidence_url=raw["evidence_url"],
        agreements=tuple(raw["agreements"]), agreement_source=raw["agreement_source"])


def _area(raw: dict) -> Area:
    p = raw["properties"]
    points = list(_points(raw["geometry"]["coordinates"]))
    lons, lats = [q[0] for q in points], [q[1] for q in points]
    return Area(
        code=p["code"], name={"fr": p["name_fr"], "ar": p["name_ar"]},
        region=p.get("region_code") or p["code"], population_2024=p["population_2024"],
        label_lon_lat=(float(p["label_lon"]), float(p["label_lat"])),
        bbox=(min(lons), min(lats), max(lons), max(lats)), geometry=raw["geometry"])


def _points(coordinates: list) -> Iterator[list[float]]:
    for item in coordinates:
        if isinstance(item[0], (int, float)):
            yield item
        else:
            yield from _points(item)


def _town(raw: dict) -> Town:
    return Town(name=raw["name"], name_ar=raw["name_ar"], alternates=tuple(raw["alt"]),
                province=raw["province"], id=str(raw.get("geoname_id", "")),
                population=raw.get("population"),
                lon_lat=(float(raw["lon"]), float(raw["lat"])) if "lon" in raw else None)


def _commune(row: dict[str, str]) -> Commune:
    at = (float(row["lon"]), float(row["lat"])) if row["lon"] and row["lat"] else None
    if at and not (-180 <= at[0] <= 180 and -90 <= at[1] <= 90):
        raise ValueError("lon, lat")
    people = int(row["population_2024"])
    if people < 0 or row["milieu"] not in ("urbain", "rural"):
        raise ValueError("population_2024, milieu")
    return Commune(
        code=row["code"], name={"fr": row["name_fr"], "ar": row["name_ar"]},
        province=row["province_code"], region=row["region_code"], rural=row["milieu"] == "rural",
        population_2024=people, lon_lat=at, town=row["geoname_id"] or "")
