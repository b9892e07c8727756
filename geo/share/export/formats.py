"""Export formats by the extension of the file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from geo.core.lazy import lazy
from geo.share.export.export_columns import Export


@dataclass(frozen=True, slots=True)
class Format:
    """How to make one kind of file, and its media type."""

    media_type: str
    make: Callable[[Export], bytes]


_MAPS, _SHEETS = "geo.share.export.map_files", "geo.share.export.spreadsheets"
FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "xlsx": Format(
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            lazy(_SHEETS, "xlsx_of"),
        ),
        "csv": Format("text/csv; charset=utf-8", lazy(_SHEETS, "csv_of")),
        "geojson": Format("application/geo+json", lazy(_MAPS, "geojson_of")),
        "gpkg": Format("application/geopackage+sqlite3", lazy(_MAPS, "gpkg_of")),
        "kmz": Format("application/vnd.google-earth.kmz", lazy(_MAPS, "kmz_of")),
        "gpx": Format("application/gpx+xml", lazy(_MAPS, "gpx_of")),
        "vcf": Format("text/vcard; charset=utf-8", lazy(_MAPS, "vcards_of")),
    }
)
