"""Every export by the ending of its file name."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from geo.export.maps import geojson_of, gpkg_of, gpx_of, kmz_of, vcards_of
from geo.export.sheets import csv_of, xlsx_of
from geo.export.table import Export


@dataclass(frozen=True, slots=True)
class Format:
    """How to make one kind of file, and its media type."""

    media_type: str
    make: Callable[[Export], bytes]


FORMATS: Mapping[str, Format] = MappingProxyType({
    "xlsx": Format("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", xlsx_of),
    "csv": Format("text/csv; charset=utf-8", csv_of),
    "geojson": Format("application/geo+json", geojson_of),
    "gpkg": Format("application/geopackage+sqlite3", gpkg_of),
    "kmz": Format("application/vnd.google-earth.kmz", kmz_of),
    "gpx": Format("application/gpx+xml", gpx_of),
    "vcf": Format("text/vcard; charset=utf-8", vcards_of),
})
