"""GeoJSON reader: parsed as JSON and nothing else, no driver, no reference followed.

Bounded  by its size, by the number of its brackets before it is parsed, and by its depth.
Reads    a FeatureCollection, a Feature, a bare geometry, or one Feature a line.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from geo.curate.imports.csv_reader import decode
from geo.curate.imports.geo_features import Feature, Gathered
from geo.curate.imports.geometry import GeometryPosition, converter, epsg_of, place_of
from geo.curate.imports.problems import ImportProblem, ImportRejected, Remarks
from geo.curate.imports.source_table import Clock, Table

#: Lists and objects take some 60 times what ``[]`` takes on disk.
MAX_BRACKETS = 800_000
MAX_COMMAS = 4_000_000
MAX_DEPTH = 200
GEOMETRIES = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)
_INTEGER = 400


def read_geojson(
    content: bytes, name: str, clock: Clock, *, crs: str = "", repair: bool = False
) -> Table:
    """The table of a GeoJSON file.

    Parameters
    ----------
    crs : coordinate system to believe instead of the file's, as ``EPSG:26191``.
    repair : take a point of the repaired area where one crosses itself.

    Raises
    ------
    ImportRejected : ``JSON_SYNTAX``, ``JSON_NAN``, ``JSON_TOO_DEEP``, ``JSON_TOO_BIG``,
        ``NOT_GEOJSON``, ``CRS_UNKNOWN``, ``NO_ROWS``.
    """
    problems: list[ImportProblem] = []
    text, encoding = _text(content, problems)
    document, lines = _parsed(text, problems)
    features, declared = _features(document)
    epsg = epsg_of(crs) if crs else epsg_of(declared) if declared else "EPSG:4326"
    gathered = Gathered(name, "geojson", clock, converter(epsg))
    remarks = Remarks("feature")
    for raw in features:
        gathered.add(_feature(raw, repair), remarks)
    table = gathered.table(remarks)
    table.problems = [*problems, *table.problems]
    table.detected |= {"crs": epsg, "encoding": encoding}
    if epsg != "EPSG:4326":
        table.note("REPROJECTED", epsg)
    if lines:
        table.note("GEOJSON_LINES")
    return table


def _text(content: bytes, problems: list[ImportProblem]) -> tuple[str, str]:
    if content.count(b"[") + content.count(b"{") > MAX_BRACKETS or content.count(b",") > MAX_COMMAS:
        raise ImportRejected("JSON_TOO_BIG")
    text, encoding, noted = decode(content)
    problems += noted
    return text, encoding


class _Nan(ValueError):
    pass


def _parsed(text: str, problems: list[ImportProblem]) -> tuple[Any, bool]:
    """The value of a text, and whether it was one value a line."""
    twice: dict[str, None] = {}
    read = _decoder(twice)
    try:
        try:
            document: Any = read.decode(text)
            lines = False
        except json.JSONDecodeError as error:
            found = _lines(text, read)
            if found is None:
                raise ImportRejected(
                    "JSON_SYNTAX", f"line {error.lineno}", value=error.msg[:60]
                ) from error
            document, lines = {"type": "FeatureCollection", "features": found}, True
    except RecursionError as error:
        raise ImportRejected("JSON_TOO_DEEP") from error
    except _Nan as error:
        raise ImportRejected("JSON_NAN", value=str(error)) from error
    if twice:
        problems.append(ImportProblem("DUPLICATE_KEY", "warn", ",".join(twice)))
    return document, lines


def _decoder(twice: dict[str, None]) -> json.JSONDecoder:
    """A strict decoder; keys that an object holds twice are collected in ``twice``."""

    def constant(name: str) -> Any:
        raise _Nan(name)

    def integer(digits: str) -> Any:
        return int(digits) if len(digits) < _INTEGER else float("inf")

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) < len(found) and len(twice) < 10:
            seen: set[str] = set()
            for key, _ in found:
                if key in seen:
                    twice[key[:40]] = None
                seen.add(key)
        return made

    return json.JSONDecoder(parse_constant=constant, parse_int=integer, object_pairs_hook=pairs)


def _lines(text: str, read: json.JSONDecoder) -> list[Any] | None:
    """One object a line, as logs and GeoJSON sequences have it; None when it is something else."""
    parts = [p for p in re.split(r"[\n\x1e]", text) if p.strip()]
    if len(parts) < 2:
        return None
    try:
        found = [read.decode(p.strip()) for p in parts]
    except json.JSONDecodeError:
        return None
    return found if all(isinstance(f, dict) and f.get("type") == "Feature" for f in found) else None


def _features(document: Any) -> tuple[Iterator[Any], str]:
    """The raw features and the name of the declared coordinate system."""
    if not isinstance(document, dict):
        raise ImportRejected("NOT_GEOJSON", value=type(document).__name__)
    kind = document.get("type")
    if kind == "Topology":
        raise ImportRejected("NOT_GEOJSON", value="TopoJSON")
    if kind == "Feature":
        return iter([document]), _crs(document.get("crs"))
    if kind in GEOMETRIES:
        return iter([{"type": "Feature", "geometry": document, "properties": {}}]), _crs(
            document.get("crs")
        )
    features = document.get("features")
    if kind != "FeatureCollection" or not isinstance(features, list):
        raise ImportRejected("NOT_GEOJSON", value=str(kind)[:40])
    return iter(features), _crs(document.get("crs"))


def _crs(declared: Any) -> str:
    if declared is None:
        return ""
    inside = declared.get("properties") if isinstance(declared, dict) else None
    name = inside.get("name") if isinstance(inside, dict) else None
    if not isinstance(name, str) or not name.strip():
        raise ImportRejected("CRS_UNKNOWN", "crs")
    return name


def _feature(raw: Any, repair: bool) -> Feature:
    if not isinstance(raw, dict) or raw.get("type") != "Feature":
        return Feature({}, GeometryPosition(None, "NOT_A_FEATURE"))
    inside = raw.get("properties")
    id_ = raw.get("id")
    return Feature(
        inside if isinstance(inside, dict) else {},
        place_of(raw.get("geometry"), repair=repair),
        str(id_) if isinstance(id_, (str, int)) and not isinstance(id_, bool) else "",
    )
