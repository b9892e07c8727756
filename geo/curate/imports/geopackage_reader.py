"""GeoPackage reader, with SQLite alone, from memory: no driver that could open other files.

The database is only ever read: an authorizer refuses everything else, views and virtual tables
are left out, a progress handler keeps the deadline, the schema is not trusted.
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Callable, Iterator
from typing import Any

from geo.curate.imports.geo_features import Feature, Gathered
from geo.curate.imports.geometry import GeometryPosition, area_point, converter
from geo.curate.imports.problems import ImportProblem, ImportRejected, Remarks
from geo.curate.imports.source_table import MAX_COLUMNS, MAX_ROWS, Clock, Table, cell

CORRUPT = "GPKG_CORRUPT"
APPLICATIONS = (b"GPKG", b"GP10", b"GP11")
MAX_TEXT = 2**20
_NAMES = {
    2: "LineString",
    5: "MultiLineString",
    7: "GeometryCollection",
    8: "CircularString",
    9: "CompoundCurve",
    10: "CurvePolygon",
    11: "MultiCurve",
    12: "MultiSurface",
}
_ENVELOPES = (0, 32, 48, 48, 64)
_READING = (
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_READ,
    sqlite3.SQLITE_PRAGMA,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
)


def read_gpkg(
    content: bytes, name: str, clock: Clock, *, layer: str = "", crs: str = "", repair: bool = False
) -> Table:
    """The table of one layer: the one that was chosen, else the first with records.

    Raises
    ------
    ImportRejected : ``GPKG_CORRUPT``, ``GPKG_NO_LAYERS``, ``LAYER_MISSING``, ``CRS_UNKNOWN``,
        ``NO_ROWS``.
    """
    size = struct.unpack(">H", content[16:18])[0] if len(content) >= 100 else 0
    if size not in (1, 512, 1024, 2048, 4096, 8192, 16384, 32768) or len(content) % (
        65536 if size == 1 else size
    ):
        raise ImportRejected(CORRUPT)
    writing = content[18:20] == b"\x02\x02"
    if writing:  # what lies in a journal beside the file did not come with it
        content = content[:18] + b"\x01\x01" + content[20:]
    base = sqlite3.connect(":memory:")
    try:
        table = _read(base, content, name, clock, layer, crs, repair)
    except (sqlite3.Error, OverflowError, UnicodeError) as error:
        clock.check()
        raise ImportRejected(CORRUPT) from error
    finally:
        base.close()
    if writing:
        table.problems.append(ImportProblem("GPKG_JOURNAL", "warn"))
    if content[68:72] not in APPLICATIONS:
        table.problems.append(ImportProblem("GPKG_APPLICATION", "warn"))
    return table


def _read(
    base: sqlite3.Connection,
    content: bytes,
    name: str,
    clock: Clock,
    layer: str,
    crs: str,
    repair: bool,
) -> Table:
    base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max(len(content), MAX_TEXT) + 4096)
    base.deserialize(content)
    base.set_progress_handler(_deadline(clock), 20_000)
    base.execute("PRAGMA trusted_schema = OFF")
    base.execute("PRAGMA cell_size_check = ON")
    base.text_factory = lambda raw: raw.decode("utf-8", "replace")
    if base.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
        raise ImportRejected(CORRUPT)
    base.set_authorizer(
        lambda action, *_: sqlite3.SQLITE_OK if action in _READING else sqlite3.SQLITE_DENY
    )
    tables = {
        n
        for n, sql in base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
        if not str(sql).upper().lstrip().startswith("CREATE VIRTUAL")
    }
    if "gpkg_contents" not in tables:
        raise ImportRejected("GPKG_NO_LAYERS")
    shapes = {}
    if "gpkg_geometry_columns" in tables:
        shapes = {
            t: (c, s)
            for t, c, s in base.execute(
                "SELECT table_name, column_name, srs_id FROM gpkg_geometry_columns"
            )
        }
    layers = [
        (t, s)
        for t, kind, s in base.execute(
            "SELECT table_name, data_type, srs_id FROM gpkg_contents LIMIT 200"
        )
        if kind in ("features", "attributes") and t in tables
    ]
    if not layers:
        raise ImportRejected("GPKG_NO_LAYERS")
    names = [t for t, _ in layers]
    if layer and layer not in names:
        raise ImportRejected("LAYER_MISSING", cell(layer)[:60])
    chosen = layer or _first_filled(base, names)
    geometry, srs = shapes.get(chosen, ("", dict(layers)[chosen]))
    epsg = crs or _epsg(base, srs, tables)
    gathered = Gathered(name, "gpkg", clock, converter(epsg))
    remarks = Remarks("feature")
    for feature in _features(base, chosen, geometry, repair):
        gathered.add(feature, remarks)
    table = gathered.table(remarks)
    table.detected |= {"layer": cell(chosen)[:120], "crs": epsg or "?"}
    table.choices["layer"] = tuple(cell(n)[:120] for n in names)
    table.note("LAYER_CHOSEN", n=str(len(names)), value=cell(chosen)[:80])
    if epsg not in ("EPSG:4326", ""):
        table.note("REPROJECTED", epsg)
    if not epsg:
        table.problems.append(ImportProblem("CRS_MISSING", "warn"))
    return table


def _deadline(clock: Clock) -> Callable[[], int]:
    def late() -> int:
        try:
            clock.check()
        except ImportRejected:
            return 1
        return 0

    return late


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _first_filled(base: sqlite3.Connection, names: list[str]) -> str:
    for name in names:
        if base.execute(f"SELECT 1 FROM {_quoted(name)} LIMIT 1").fetchone():  # noqa: S608  quoted
            return name
    return names[0]


def _epsg(base: sqlite3.Connection, srs: Any, tables: set[str]) -> str:
    """The code of a reference system; empty when the file leaves it undefined."""
    if srs in (0, -1, None):
        return ""
    row = None
    if "gpkg_spatial_ref_sys" in tables:
        row = base.execute(
            "SELECT organization, organization_coordsys_id"
            " FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
            (srs,),
        ).fetchone()
    if row is None or str(row[0]).upper() != "EPSG":
        raise ImportRejected("CRS_UNKNOWN", str(srs)[:20], value=str(srs)[:20])
    return f"EPSG:{row[1]}"


def _features(
    base: sqlite3.Connection, table: str, geometry: str, repair: bool
) -> Iterator[Feature]:
    columns = [row[1] for row in base.execute(f"PRAGMA table_info({_quoted(table)})")]
    if len(columns) > MAX_COLUMNS:
        raise ImportRejected("TOO_MANY_COLUMNS", n=str(len(columns)), limit=str(MAX_COLUMNS))
    kept = [c for c in columns if c != geometry]
    wanted = ", ".join(_quoted(c) for c in [*kept, *([geometry] if geometry in columns else [])])
    located = geometry in columns
    for row in base.execute(f"SELECT {wanted} FROM {_quoted(table)} LIMIT {MAX_ROWS + 1}"):  # noqa: S608  quoted
        place = _place(row[-1], repair) if located else GeometryPosition(None, "NO_GEOMETRY")
        yield Feature(dict(zip(kept, row, strict=False)), place)


def _place(blob: Any, repair: bool) -> GeometryPosition:
    """The position in a GeoPackage geometry."""
    if blob is None:
        return GeometryPosition(None, "NO_GEOMETRY")
    if not isinstance(blob, bytes) or len(blob) < 13 or blob[:2] != b"GP":
        return GeometryPosition(None, "INVALID_GEOMETRY", {"value": ""})
    flags = blob[3]
    envelope = flags >> 1 & 7
    if flags & 0x20 or envelope > 4:
        return GeometryPosition(None, "GEOMETRY_TYPE", {"value": ""})
    if flags & 0x10:
        return GeometryPosition(None, "NO_GEOMETRY")
    wkb = blob[8 + _ENVELOPES[envelope] :]
    if len(wkb) < 5:
        return GeometryPosition(None, "INVALID_GEOMETRY", {"value": ""})
    order = "<" if wkb[0] == 1 else ">"
    kind = struct.unpack(order + "I", wkb[1:5])[0] & 0xFFFFFFF
    if kind % 1000 == 1:
        if len(wkb) < 21:
            return GeometryPosition(None, "INVALID_GEOMETRY", {"value": ""})
        x, y = struct.unpack(order + "2d", wkb[5:21])
        missing = not (abs(x) < 1e300 and abs(y) < 1e300)
        return GeometryPosition(None, "COORD_MISSING") if missing else GeometryPosition((x, y))
    if kind % 1000 not in (3, 4, 6):
        return GeometryPosition(
            None, "GEOMETRY_TYPE", {"value": _NAMES.get(kind % 1000, str(kind))}
        )
    return _area(wkb, repair)


def _area(wkb: bytes, repair: bool) -> GeometryPosition:
    import shapely

    if len(wkb) > 4 * 2**20:
        return GeometryPosition(None, "TOO_MANY_VERTICES", {"limit": ""})
    try:
        shape: Any = shapely.from_wkb(wkb)
    except (shapely.errors.ShapelyError, ValueError):
        return GeometryPosition(None, "RING_TOO_SHORT")
    if shape.geom_type == "MultiPoint":
        points = list(shape.geoms)
        return (
            GeometryPosition((points[0].x, points[0].y))
            if len(points) == 1
            else GeometryPosition(None, "GEOMETRY_TYPE", {"value": "MultiPoint"})
        )
    return area_point(shape, repair)
