"""Read any file as a source table; its first bytes decide the format, never its name.

``read`` is the one door. It takes bytes and a name that is only ever a label, keeps every limit,
and either returns a ``Table`` or raises ``ImportRejected`` with a problem.
"""

from __future__ import annotations

import re

from geo.curate.imports.csv_reader import read_delimited
from geo.curate.imports.geojson_reader import read_geojson
from geo.curate.imports.problems import ImportRejected
from geo.curate.imports.source_table import MAX_BYTES, Clock, Table, ending, label

#: Name endings -> the format they announce.
ENDINGS = {
    "csv": "csv",
    "tsv": "csv",
    "txt": "csv",
    "tab": "csv",
    "xlsx": "xlsx",
    "xlsm": "xlsx",
    "xls": "xls",
    "geojson": "geojson",
    "json": "geojson",
    "geojsonl": "geojson",
    "gpkg": "gpkg",
    "kml": "kml",
    "kmz": "kmz",
}
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NOT_TEXT = (
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ",
    b"7z\xbc\xaf",
    b"Rar!",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"%PDF-",
    b"MZ",
    b"\x7fELF",
)
_HTML = re.compile(rb"<(!doctype\s+html|html|head|body|table|script)\b", re.IGNORECASE)


def read(
    content: bytes,
    name: str,
    *,
    sheet: str = "",
    layer: str = "",
    header_row: int | None = None,
    separator: str = "",
    encoding: str = "",
    crs: str = "",
    repair: bool = False,
) -> Table:
    """The table of a file.

    Parameters
    ----------
    content : all of it.
    name : what to call it; shown, never opened.
    sheet, layer, header_row, separator, encoding, crs, repair : what the reader chose by hand; the
        defaults find out. ``crs`` is the coordinate system of geometries, as ``EPSG:26191``.

    Raises
    ------
    ImportRejected : it cannot be used; ``.problem`` says why.
    """
    if not content:
        raise ImportRejected("EMPTY_FILE")
    if len(content) > MAX_BYTES:
        raise ImportRejected("FILE_TOO_BIG", limit=str(MAX_BYTES // 2**20))
    clock, shown, ends = Clock(), label(name), ENDINGS.get(ending(name), "")
    found = sniff(content, ends)
    if found == "xlsx":
        from geo.curate.imports.xlsx_reader import read_xlsx

        table = read_xlsx(content, shown, clock, sheet=sheet, header_row=header_row)
    elif found == "gpkg":
        from geo.curate.imports.geopackage_reader import read_gpkg

        table = read_gpkg(content, shown, clock, layer=layer, crs=crs, repair=repair)
    elif found in ("kml", "kmz"):
        from geo.curate.imports import kml_reader

        table = getattr(kml_reader, f"read_{found}")(content, shown, clock, repair=repair)
    elif found == "geojson":
        table = read_geojson(content, shown, clock, crs=crs, repair=repair)
    else:
        table = read_delimited(
            content, shown, clock, header_row=header_row, separator=separator, encoding=encoding
        )
    table.detected["format"] = found
    if ends != found:
        table.note("WRONG_EXTENSION", value=found.upper())
    return table


def sniff(content: bytes, ends: str) -> str:
    """``csv``, ``xlsx``, ``geojson``, ``gpkg``, ``kml`` or ``kmz``.

    Raises
    ------
    ImportRejected : none of these.
    """
    if content.startswith(_COMPOUND):
        raise ImportRejected("XLS_OR_ENCRYPTED")
    if content.startswith(b"SQLite format 3\x00"):
        return "gpkg"
    if content.startswith(b"PK\x03\x04") or content.startswith(b"PK\x05\x06"):
        return _packed(content, ends)
    if content.startswith(_NOT_TEXT):
        raise ImportRejected("NOT_TEXT")
    if ends == "gpkg":
        raise ImportRejected("GPKG_CORRUPT")
    if ends in ("xlsx", "kmz") and b"\x00" in content[:4096]:
        raise ImportRejected("XLSX_CORRUPT" if ends == "xlsx" else "KML_CORRUPT")
    head = content[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\x00\x1e").replace(b"\x00", b"")
    if head.startswith(b"<"):
        return _markup(head, ends)
    if (
        head.startswith(b"{")
        or ends == "geojson"
        or (head.startswith(b"[") and head.lstrip(b"[ \r\n\t")[:1] in b"{]")
    ):
        return "geojson"
    if ends == "kml":
        raise ImportRejected("KML_CORRUPT")
    return "csv"


def _packed(content: bytes, ends: str) -> str:
    """Excel or KMZ, by the names in the archive; broken archives by the name they came with."""
    if b"xl/workbook" in content or b"[Content_Types].xml" in content or ends in ("xlsx", "xls"):
        if b"word/document.xml" in content or b"ppt/presentation.xml" in content:
            raise ImportRejected("FORMAT_UNKNOWN", value="DOCX, PPTX")
        return "xlsx"
    if b".kml" in content or ends == "kmz":
        return "kmz"
    if b"mimetypeapplication/vnd.oasis.opendocument" in content[:200]:
        raise ImportRejected("ODS_FILE")
    raise ImportRejected("FORMAT_UNKNOWN", value="ZIP")


def _markup(head: bytes, ends: str) -> str:
    if _HTML.match(head):
        raise ImportRejected("HTML_FILE")
    if re.search(rb"<([\w-]+:)?kml\b", head) or ends == "kml":
        return "kml"
    if re.search(rb"<!(DOCTYPE|ENTITY)", head):
        raise ImportRejected("XML_DTD")
    if ends == "geojson":
        raise ImportRejected("NOT_GEOJSON", value="XML")
    if ends == "csv" and not head.startswith((b"<?xml", b"<OGR")):
        return "csv"
    raise ImportRejected("FORMAT_UNKNOWN", value="XML")
