"""Files that an import must survive: the kinds of ``tests/data/bad_inputs.zip`` and others."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from typing import Any

HEAD = "id,name,lat,lon,type\n"
GOOD = "B1,Acme,48.1,11.6,buyer\n"
Case = tuple[str, bytes, str, str, str | None]


def csv_cases() -> list[Case]:
    def case(
        name: str, text: str | bytes, outcome: str, code: str, where: str | None = None
    ) -> Case:
        return (
            f"{name}.csv",
            text if isinstance(text, bytes) else text.encode(),
            outcome,
            code,
            where,
        )

    return [
        case("header_only", HEAD, "reject", "NO_ROWS"),
        case("blank_lines", "\n\n  \n", "reject", "EMPTY_FILE"),
        case("no_lat", "id,name,lon,type\nB1,A,11,buyer\n", "reject", "MISSING_COLUMNS", "lat"),
        case("no_lon", "id,name,lat,type\nB1,A,48,buyer\n", "reject", "MISSING_COLUMNS", "lon"),
        case("no_name", "id,lat,lon\nB1,48,11\n", "reject", "MISSING_COLUMNS", "name"),
        case(
            "ragged_long",
            HEAD + GOOD + "B2,Beta,51.5,-0.1,buyer,x,y\n",
            "warn",
            "RAGGED_ROW",
            "row 3",
        ),
        case("ragged_short", HEAD + GOOD + "B2,Beta\n", "warn", "RAGGED_ROW", "row 3"),
        case(
            "lon_out_of_range",
            HEAD + GOOD + "B2,Beta,51.5,181,buyer\n",
            "warn",
            "LON_OUT_OF_RANGE",
            "row 3",
        ),
        case("null_island", HEAD + GOOD + "B2,Beta,0,0,buyer\n", "warn", "NULL_ISLAND", "row 3"),
        case("empty_coords", HEAD + GOOD + "B2,Beta,,,buyer\n", "warn", "COORD_MISSING", "row 3"),
        case("half_coords", HEAD + GOOD + "B2,Beta,48,,buyer\n", "warn", "COORD_MISSING", "row 3"),
        case(
            "nan_coords", HEAD + GOOD + "B2,Beta,NaN,inf,buyer\n", "warn", "COORD_MISSING", "row 3"
        ),
        case(
            "decimal_comma",
            "id;name;lat;lon;type\nB1;Acme;48,1;11,6;buyer\n",
            "accept",
            "DECIMAL_COMMA",
            "row 2",
        ),
        case("semicolon", "id;name;lat;lon;type\nB1;Acme;48.1;11.6;buyer\n", "accept", "SEPARATOR"),
        case(
            "tab", "id\tname\tlat\tlon\ttype\nB1\tAcme\t48.1\t11.6\tbuyer\n", "accept", "SEPARATOR"
        ),
        case(
            "sep_line",
            "sep=;\nid;name;lat;lon;type\nB1;Acme;48.1;11.6;buyer\n",
            "accept",
            "SEPARATOR",
        ),
        case(
            "mixed_separators",
            "id;name;lat;lon;type\nB1;Acme;48.1;11.6;buyer\nB2,Beta,51.5,-0.1,buyer\n",
            "warn",
            "RAGGED_ROW",
            "row 3",
        ),
        case(
            "cp1252",
            (HEAD + "B1,M\xfcller,48,11,buyer\n").encode("cp1252"),
            "accept",
            "ENCODING_CP1252",
        ),
        case(
            "cp1256",
            (
                HEAD + "B1,\u0645\u062a\u062c\u0631 \u0627\u0644\u062a\u062d\u0641,48,11,buyer\n"
            ).encode("cp1256"),
            "accept",
            "ENCODING_CP1256",
        ),
        case("bom", "\ufeff" + HEAD + GOOD, "accept", "ENCODING_UTF8_BOM"),
        case("utf16_no_mark", (HEAD + GOOD).encode("utf-16-le"), "accept", "ENCODING_UTF16"),
        case(
            "nul_bytes",
            (HEAD + GOOD).encode() + b"B2,Be\x00ta,51.5,-0.1,buyer\n",
            "reject",
            "NOT_TEXT",
        ),
        case(
            "mojibake",
            HEAD + "B1,M\u00c3\u00bcller,48,11,buyer\n",
            "warn",
            "ENCODING_TWICE",
            "row 2",
        ),
        case(
            "html",
            "<!DOCTYPE html><html><table><tr><td>id</td></tr></table></html>",
            "reject",
            "HTML_FILE",
        ),
        case(
            "huge_cell",
            HEAD + GOOD + f"B2,{'x' * 2_000_000},51.5,-0.1,buyer\n",
            "warn",
            "CELL_TOO_LONG",
            "row 3 name",
        ),
        case(
            "formula",
            HEAD + "B1,=cmd|' /C calc'!A0,48,11,buyer\nB2,@SUM(A1),50,8,buyer\n",
            "accept",
            "STORED_AS_TEXT",
        ),
        case(
            "mixed_line_ends",
            HEAD.replace("\n", "\r\n") + GOOD + "B2,Beta,51.5,-0.1,buyer\r",
            "accept",
            "LINE_ENDINGS",
        ),
        case(
            "future_date",
            "id,name,lat,lon,year\nB1,A,48,11,2099\n",
            "warn",
            "DATE_IN_FUTURE",
            "row 2 year",
        ),
        case(
            "bad_date",
            "id,name,lat,lon,verified\nB1,A,48,11,31/02/2024\n",
            "warn",
            "BAD_DATE",
            "row 2 verified",
        ),
        case(
            "script_url",
            "id,name,lat,lon,website\nB1,A,48,11,javascript:alert(1)\n",
            "warn",
            "BAD_URL",
            "row 2 website",
        ),
        case("blank_name", HEAD + GOOD + "B2,,51.5,-0.1,buyer\n", "warn", "NAME_MISSING", "row 3"),
        case(
            "other_kind",
            HEAD + GOOD + "B2,Beta,51.5,-0.1,site\n",
            "warn",
            "OTHER_COLLECTION",
            "row 3",
        ),
        case(
            "dunder",
            "id,name,lat,lon,__proto__\nB1,A,48,11,x\n",
            "warn",
            "BAD_COLUMN_NAME",
            "__proto__",
        ),
        case("200k_rows", HEAD + GOOD * 200_000, "reject", "TOO_MANY_ROWS"),
        case("one_long_line", "x" * 6_000_000, "reject", "NO_ROWS"),
        case("quotes_only", '"' * 100_001, "reject", "CSV_QUOTE", "row 1"),
        case("bidi", HEAD + "B1,\u202egpj.exe,48,11,buyer\n", "accept", None),
        case(
            "many_commas",
            HEAD + GOOD + "," * 300_000 + "\n" + GOOD.replace("B1", "B2"),
            "accept",
            None,
        ),
        case("gzip", b"\x1f\x8b\x08\x00" + bytes(40), "reject", "NOT_TEXT"),
    ]


def point(x: Any, y: Any, **more: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"name": "A"},
        "geometry": {"type": "Point", "coordinates": [x, y]},
        **more,
    }


def collection(*features: Any, **more: Any) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": list(features), **more}).encode()


def area(*rings: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"name": "A"},
        "geometry": {"type": "Polygon", "coordinates": list(rings)},
    }


def geojson_cases() -> list[Case]:
    def case(
        name: str, content: bytes, outcome: str, code: str | None, where: str | None = None
    ) -> Case:
        return (f"{name}.geojson", content, outcome, code, where)  # type: ignore[return-value]

    nested = {
        "type": "Feature",
        "properties": {"name": "A", "deep": None},
        "geometry": {"type": "Point", "coordinates": [9, 48]},
    }
    good = point(9, 48)
    swapped = point(48.1, 151.2)
    return [
        case("no_features", collection(), "reject", "NO_ROWS"),
        case("empty_object", b"{}", "reject", "NOT_GEOJSON"),
        case("plain_text", b"hello", "reject", "JSON_SYNTAX", "line 1"),
        case("csv_named_geojson", (HEAD + GOOD).encode(), "reject", "JSON_SYNTAX", "line 1"),
        case(
            "second_line",
            b'{"type": "FeatureCollection",\n "features": [}',
            "reject",
            "JSON_SYNTAX",
            "line 2",
        ),
        case(
            "vrt",
            b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>'
            b"</OGRVRTLayer></OGRVRTDataSource>",
            "reject",
            "NOT_GEOJSON",
        ),
        case(
            "xml_entity",
            b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
            "reject",
            "XML_DTD",
        ),
        case("bom", b"\xef\xbb\xbf" + collection(good), "accept", "ENCODING_UTF8_BOM"),
        case(
            "3d",
            collection(
                point(9, 48) | {"geometry": {"type": "Point", "coordinates": [9, 48, 520.5]}}
            ),
            "accept",
            None,
        ),
        case("lone_surrogate", collection(good).replace(b'"A"', b'"\\ud800A"'), "accept", None),
        case(
            "sequence",
            b"\x1e"
            + json.dumps(good).encode()
            + b"\n\x1e"
            + json.dumps(point(10, 49) | {"properties": {"name": "Beta"}}).encode(),
            "accept",
            "GEOJSON_LINES",
        ),
        case("single_feature", json.dumps(good).encode(), "accept", None),
        case(
            "bare_geometry",
            b'{"type":"Point","coordinates":[9,48]}',
            "reject",
            "MISSING_COLUMNS",
            "name",
        ),
        case(
            "no_properties",
            collection(
                good, {"type": "Feature", "geometry": {"type": "Point", "coordinates": [9, 48]}}
            ),
            "warn",
            "NAME_MISSING",
            "feature 2",
        ),
        case(
            "not_a_feature",
            collection(good, 7, "x", None),
            "warn",
            "NOT_A_FEATURE",
            "feature 2,3,4",
        ),
        case(
            "null_geometry",
            collection(good, good | {"geometry": None}),
            "warn",
            "NO_GEOMETRY",
            "feature 2",
        ),
        case(
            "huge_number",
            collection(good).replace(b"[9, 48]", b"[1e400, 48]"),
            "warn",
            "COORD_NOT_NUMBER",
            "feature 1",
        ),
        case(
            "nested_coordinates",
            collection(good | {"geometry": {"type": "Point", "coordinates": [[9, 48]]}}),
            "warn",
            "COORD_NOT_NUMBER",
            "feature 1",
        ),
        case(
            "boolean_coordinates",
            collection(point(True, False)),
            "warn",
            "COORD_NOT_NUMBER",
            "feature 1",
        ),
        case(
            "unknown_type",
            collection(good | {"geometry": {"type": "Circle", "coordinates": [9, 48]}}),
            "warn",
            "GEOMETRY_TYPE",
            "feature 1",
        ),
        case(
            "open_ring",
            collection(area([[9, 48], [9.1, 48], [9.1, 48.1], [9, 48.1]])),
            "warn",
            "RING_NOT_CLOSED",
            "feature 1",
        ),
        case(
            "hole_outside",
            collection(
                area(
                    [[9, 48], [9.1, 48], [9.1, 48.1], [9, 48]],
                    [[20, 50], [21, 50], [21, 51], [20, 50]],
                )
            ),
            "warn",
            "INVALID_GEOMETRY",
            "feature 1",
        ),
        case(
            "sound_area",
            collection(area([[9, 48], [9.1, 48], [9.1, 48.1], [9, 48.1], [9, 48]])),
            "accept",
            "POINT_INSIDE_AREA",
            "feature 1",
        ),
        case(
            "swapped",
            collection(good, point(-33.9, 151.2) | {"properties": {"name": "Sydney"}}),
            "warn",
            "LATLON_SWAPPED",
            "feature 2",
        ),
        case(
            "both_out",
            collection(good, swapped | {"geometry": {"type": "Point", "coordinates": [200, 95]}}),
            "warn",
            "LAT_OUT_OF_RANGE",
            "feature 2",
        ),
        case(
            "duplicate_keys",
            b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"A","name":"B"},'
            b'"geometry":{"type":"Point","coordinates":[9,48]}}]}',
            "warn",
            "DUPLICATE_KEY",
            "name",
        ),
        case(
            "crs84",
            collection(
                good, crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
            ),
            "accept",
            None,
        ),
        case("crs_null", collection(good, crs=None), "accept", None),
        case(
            "crs_link",
            collection(good, crs={"type": "link", "properties": {"href": "http://127.0.0.1/crs"}}),
            "reject",
            "CRS_UNKNOWN",
            None,
        ),
        case(
            "xss",
            collection(good | {"properties": {"name": "<img src=x onerror=alert(1)>"}}),
            "accept",
            "STORED_AS_TEXT",
        ),
        case(
            "deep_property",
            collection(nested).replace(b'"deep": null', b'"deep": ' + b"[" * 300 + b"]" * 300),
            "warn",
            "BAD_NUMBER",
            "feature 1 deep",
        ),
        case(
            "brackets",
            b'{"type":"FeatureCollection","features":[' + b"[]," * 2_000_000 + b"0]}",
            "reject",
            "JSON_TOO_BIG",
        ),
        case(
            "digits",
            collection(good).replace(b"48", b"4" * 20_000),
            "warn",
            "COORD_NOT_NUMBER",
            "feature 1",
        ),
        case(
            "same_id_twice",
            collection(good | {"id": "x-1"}, point(10, 49) | {"id": "x-1"}),
            "warn",
            "DUPLICATE_ID",
            "feature 2",
        ),
        case(
            "not_utf8",
            collection(good).replace(b'"A"', b'"M\xfcller"'),
            "accept",
            "ENCODING_CP1252",
        ),
    ]


def workbook(
    *, sheets: dict[str, Callable[[Any, Any], None]] | None = None, macro: bool = False
) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name, fill in (sheets or {}).items():
        fill(book, book.add_worksheet(name))
    book.close()
    return out.getvalue()


def rows(*lines: Any) -> Callable[[Any, Any], None]:
    def fill(_: Any, sheet: Any) -> None:
        for r, line in enumerate(lines):
            sheet.write_row(r, 0, line)

    return fill


def repacked(
    content: bytes,
    change: Callable[[str, bytes], bytes | None],
    extra: dict[str, bytes] | None = None,
) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            made = change(name, old.read(name))
            if made is not None:
                new.writestr(name, made)
        for name, data in (extra or {}).items():
            new.writestr(name, data)
    return out.getvalue()


HEADS = ("id", "name", "lat", "lon", "type")
RECORD = ("B1", "Acme", 48.1, 11.6, "buyer")


def xlsx_cases() -> list[Case]:
    base = workbook(sheets={"S": rows(HEADS, RECORD)})

    def same(_: str, data: bytes) -> bytes:
        return data

    def hidden(book: Any, sheet: Any) -> None:
        rows(HEADS, RECORD)(book, sheet)
        sheet.hide()

    def merged(book: Any, sheet: Any) -> None:
        sheet.merge_range(0, 0, 0, 4, "Liste des acheteurs")
        for c, text in enumerate(HEADS):
            sheet.write(1, c, text)
        sheet.merge_range(2, 4, 3, 4, "buyer")
        sheet.write_row(2, 0, RECORD[:4])
        sheet.write_row(3, 0, ("B2", "Beta", 51.5, -0.1))

    def errors(_: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, (*HEADS, "year"))
        sheet.write_row(1, 0, RECORD)
        sheet.write_formula(1, 5, "=A99/0", None, "#DIV/0!")

    def dates(book: Any, sheet: Any) -> None:
        sheet.write_row(0, 0, (*HEADS, "verified"))
        sheet.write_row(1, 0, RECORD)
        sheet.write_number(1, 5, 45292, book.add_format({"num_format": "dd/mm/yyyy"}))

    doctype = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>'

    def laughing(name: str, data: bytes) -> bytes:
        return doctype + data.partition(b"?>")[2] if name.endswith("workbook.xml") else data

    far = base.replace(b"", b"")

    def wide(name: str, data: bytes) -> bytes:
        return data.replace(b'r="A1"', b'r="XFD1"') if name.endswith("sheet1.xml") else data

    def lying(name: str, data: bytes) -> bytes:
        return data.replace(b"<v>0</v>", b"<v>999999</v>") if name.endswith("sheet1.xml") else data

    return [
        ("empty_book.xlsx", workbook(sheets={"S": rows()}), "reject", "EMPTY_FILE", None),
        ("header_only.xlsx", workbook(sheets={"S": rows(HEADS)}), "reject", "NO_ROWS", None),
        (
            "encrypted.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
            "reject",
            "XLS_OR_ENCRYPTED",
            None,
        ),
        ("csv_named.xlsx", (HEAD + GOOD).encode(), "accept", "WRONG_EXTENSION", None),
        ("merged.xlsx", workbook(sheets={"S": merged}), "accept", "MERGED_CELLS", "row 3"),
        (
            "hidden_sheet.xlsx",
            workbook(sheets={"S": rows(HEADS, RECORD), "H": hidden}),
            "accept",
            "HIDDEN_SHEETS",
            "H",
        ),
        ("error_cell.xlsx", workbook(sheets={"S": errors}), "warn", "ERROR_CELL", "row 2 year"),
        ("dates.xlsx", workbook(sheets={"S": dates}), "accept", None, None),
        ("billion_laughs.xlsx", repacked(base, laughing), "reject", "XML_DTD", None),
        (
            "external.xlsx",
            repacked(base, same, {"xl/externalLinks/externalLink1.xml": b"<x/>"}),
            "warn",
            "EXTERNAL_LINKS_IGNORED",
            None,
        ),
        (
            "macros.xlsx",
            repacked(base, same, {"xl/vbaProject.bin": b"MZ"}),
            "warn",
            "MACROS_IGNORED",
            None,
        ),
        ("far_column.xlsx", repacked(far, wide), "reject", "TOO_MANY_COLUMNS", None),
        (
            "no_rels.xlsx",
            repacked(base, lambda n, d: None if n.endswith("workbook.xml.rels") else d),
            "reject",
            "XLSX_CORRUPT",
            None,
        ),
        ("bad_string.xlsx", repacked(base, lying), "reject", "XLSX_CORRUPT", None),
        (
            "cut_xml.xlsx",
            repacked(base, lambda n, d: d[: len(d) // 2] if n.endswith("sheet1.xml") else d),
            "reject",
            "XLSX_CORRUPT",
            None,
        ),
        (
            "document.xlsx",
            repacked(
                base,
                lambda n, d: None if n.startswith("xl/") else d,
                {"word/document.xml": b"<w/>"},
            ),
            "reject",
            "FORMAT_UNKNOWN",
            None,
        ),
        (
            "absolute_path.xlsx",
            repacked(base, same, {"/etc/cron.d/x": b""}),
            "reject",
            "ZIP_ENTRY_PATH",
            None,
        ),
        ("drive_path.xlsx", repacked(base, same, {"C:\\x": b""}), "reject", "ZIP_ENTRY_PATH", None),
    ]


def gpkg(
    *,
    srs: int = 4326,
    table: str = "sites",
    shape: bytes | None = None,
    count: int = 1,
    application: int = 0x47504B47,
    after: str = "",
    kind: str = "features",
) -> bytes:
    base = sqlite3.connect(":memory:")
    base.executescript(f"""
        PRAGMA application_id = {application};
        CREATE TABLE gpkg_spatial_ref_sys (
            srs_name TEXT, srs_id INTEGER PRIMARY KEY, organization TEXT,
            organization_coordsys_id INTEGER, definition TEXT);
        INSERT INTO gpkg_spatial_ref_sys VALUES
            ('WGS 84', 4326, 'EPSG', 4326, ''), ('x', 77, 'NONE', 77, '');
        CREATE TABLE gpkg_contents (
            table_name TEXT, data_type TEXT, identifier TEXT, srs_id INTEGER);
        INSERT INTO gpkg_contents VALUES ('{table}', '{kind}', '{table}', {srs});
        CREATE TABLE gpkg_geometry_columns (
            table_name TEXT, column_name TEXT, geometry_type_name TEXT,
            srs_id INTEGER, z INTEGER, m INTEGER);
        INSERT INTO gpkg_geometry_columns VALUES ('{table}', 'geom', 'POINT', {srs}, 0, 0);
        CREATE TABLE sites (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT);""")
    blob = (
        shape
        if shape is not None
        else b"GP\x00\x01" + struct.pack("<i", srs) + b"\x01" + struct.pack("<I2d", 1, 9.0, 48.0)
    )
    base.executemany(
        "INSERT INTO sites (geom, name) VALUES (?, ?)",
        [(blob, f"Atelier {i}") for i in range(count)],
    )
    base.executescript(after)
    base.commit()
    return base.serialize()


def gpkg_cases() -> list[Case]:
    endless = (
        "CREATE VIEW v AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) "
        "SELECT x AS fid, NULL AS geom, 'a' AS name FROM c;"
    )
    plain = gpkg()
    return [
        ("no_rows.gpkg", gpkg(count=0), "reject", "NO_ROWS", None),
        ("wrong_application.gpkg", gpkg(application=1), "warn", "GPKG_APPLICATION", None),
        ("wal.gpkg", plain[:18] + b"\x02\x02" + plain[20:], "warn", "GPKG_JOURNAL", None),
        ("endless_view.gpkg", gpkg(table="v", after=endless), "reject", "GPKG_NO_LAYERS", None),
        (
            "trigger.gpkg",
            gpkg(after="CREATE TRIGGER t AFTER INSERT ON sites BEGIN DELETE FROM sites; END;"),
            "accept",
            "LAYER_CHOSEN",
            None,
        ),
        ("no_srs.gpkg", gpkg(srs=0), "warn", "CRS_MISSING", None),
        ("unknown_srs.gpkg", gpkg(srs=77), "reject", "CRS_UNKNOWN", "77"),
        ("missing_srs.gpkg", gpkg(srs=31337), "reject", "CRS_UNKNOWN", "31337"),
        ("truncated.gpkg", plain[:5000], "reject", "GPKG_CORRUPT", None),
        ("half.gpkg", plain[: len(plain) // 4096 * 4096 // 2], "reject", "GPKG_CORRUPT", None),
        ("short_blob.gpkg", gpkg(shape=b"GP\x00\x01"), "warn", "INVALID_GEOMETRY", "feature 1"),
        ("not_a_blob.gpkg", gpkg(shape=b"hello, world!"), "warn", "INVALID_GEOMETRY", "feature 1"),
        (
            "empty_point.gpkg",
            gpkg(
                shape=b"GP\x00\x11"
                + struct.pack("<i", 4326)
                + b"\x01"
                + struct.pack("<I2d", 1, 0, 0)
            ),
            "warn",
            "NO_GEOMETRY",
            "feature 1",
        ),
        (
            "curve.gpkg",
            gpkg(
                shape=b"GP\x00\x01"
                + struct.pack("<i", 4326)
                + b"\x01"
                + struct.pack("<II", 8, 0)
                + bytes(16)
            ),
            "warn",
            "GEOMETRY_TYPE",
            "feature 1",
        ),
        ("tiles.gpkg", gpkg(kind="tiles"), "reject", "GPKG_NO_LAYERS", None),
        ("text.gpkg", b"hello", "reject", "GPKG_CORRUPT", None),
    ]


def kml(inside: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inside}</Document></kml>'.encode()


MARK = (
    "<Placemark><name>Acme</name><Point><coordinates>11.6,48.1,0</coordinates></Point></Placemark>"
)


def kmz(name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as box:
        box.writestr(name, content)
    return out.getvalue()


def kml_cases() -> list[Case]:
    return [
        ("good.kml", kml(MARK), "accept", None, None),
        (
            "network_link.kml",
            kml(
                MARK + "<NetworkLink><Link><href>http://127.0.0.1/x.kml</href></Link></NetworkLink>"
            ),
            "warn",
            "NETWORK_LINK_IGNORED",
            None,
        ),
        (
            "script.kml",
            kml(MARK.replace("Acme", "&lt;script&gt;alert(1)&lt;/script&gt;")),
            "accept",
            "STORED_AS_TEXT",
            None,
        ),
        (
            "entity.kml",
            kml(MARK).replace(
                b"<kml", b'<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]><kml'
            ),
            "reject",
            "XML_DTD",
            None,
        ),
        ("cut.kml", kml(MARK)[:120], "reject", "KML_CORRUPT", None),
        ("deep.kml", kml("<Folder>" * 200 + "</Folder>" * 200), "reject", "XML_TOO_DEEP", None),
        ("empty.kml", kml(""), "reject", "NO_ROWS", None),
        (
            "line.kml",
            kml(
                MARK + "<Placemark><name>L</name><LineString><coordinates>1,1 2,2</coordinates>"
                "</LineString></Placemark>"
            ),
            "warn",
            "GEOMETRY_TYPE",
            "feature 2",
        ),
        (
            "no_point.kml",
            kml(MARK + "<Placemark><name>N</name></Placemark>"),
            "warn",
            "NO_GEOMETRY",
            "feature 2",
        ),
        (
            "words.kml",
            kml(
                MARK + "<Placemark><name>W</name><Point><coordinates>here,there</coordinates>"
                "</Point></Placemark>"
            ),
            "warn",
            "COORD_NOT_NUMBER",
            "feature 2",
        ),
        ("good.kmz", kmz("doc.kml", kml(MARK)), "accept", None, None),
        ("bomb.kmz", kmz("doc.kml", b" " * 60_000_000), "reject", "ZIP_BOMB", None),
        ("no_kml.kmz", kmz("readme.txt", b"x"), "reject", "FORMAT_UNKNOWN", None),
        ("slip.kmz", kmz("../../doc.kml", kml(MARK)), "reject", "ZIP_ENTRY_PATH", None),
    ]


def all_cases() -> list[Case]:
    """Name, content, outcome, code (None: any) and place (None: any)."""
    return [*csv_cases(), *geojson_cases(), *xlsx_cases(), *gpkg_cases(), *kml_cases()]
