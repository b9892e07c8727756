"""Every export by the ending of its file name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from geo.core.lazy import later
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
            later(_SHEETS, "xlsx_of"),
        ),
        "csv": Format("text/csv; charset=utf-8", later(_SHEETS, "csv_of")),
        "geojson": Format("application/geo+json", later(_MAPS, "geojson_of")),
        "gpkg": Format("application/geopackage+sqlite3", later(_MAPS, "gpkg_of")),
        "kmz": Format("application/vnd.google-earth.kmz", later(_MAPS, "kmz_of")),
        "gpx": Format("application/gpx+xml", later(_MAPS, "gpx_of")),
        "vcf": Format("text/vcard; charset=utf-8", later(_MAPS, "vcards_of")),
    }
)
