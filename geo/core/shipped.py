"""Reader of the data that are shipped with the project: tables, outlines of the world, credits.

What a deployment may change (markets, regions, provinces, towns) comes from the store instead.
"""

from __future__ import annotations

import csv
import gzip
import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import orjson

from geo.core.paths import DATA_DIR, SOURCES_DIR

CITIES = "cities.csv"
ECONOMIES = "economies.csv"
EXPORTERS = "moroccan_exporters.csv"
EXPORTS = "exports.csv"
HS_CODES = "hs_codes.csv"
IMPORT_COLUMNS = "import_columns.csv"
IMPORT_VALUES = "import_values.csv"
PROGRAMMES = "programmes.csv"
SEAS = "seas.csv"
SEED_FACTS = "seed_facts.csv"

Feature = dict[str, Any]


def rows(name: str, folder: Path | None = None) -> list[dict[str, str]]:
    """Read the rows of a table; none when the file is missing.

    Parameters
    ----------
    name : one of the constants of this module, or the name of another source table.
    folder : another folder of sources than the project's.
    """
    path = (folder or SOURCES_DIR) / name
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Read the rows of a shipped table, and cache them."""
    return tuple(rows(name))


@lru_cache(maxsize=3)
def countries(detail: str, folder: Path | None = None) -> Sequence[Feature]:
    """The countries of the world as GeoJSON features (Natural Earth).

    Parameters
    ----------
    detail : ``110m`` or ``50m``.
    folder : another folder of sources than the project's.
    """
    path = (folder or SOURCES_DIR) / f"countries_{detail}.geojson.gz"
    result: list[Feature] = orjson.loads(gzip.decompress(path.read_bytes()))["features"]
    return result


@cache
def country_numbers() -> dict[str, int]:
    """ISO 3166-1 numeric code of each country, by its two letters."""
    codes = [(c["properties"]["iso2"], c["properties"]["iso_n3"]) for c in countries("50m")]
    return {iso2: int(number) for iso2, number in codes if number}


@cache
def morocco_outline() -> dict[str, Any]:
    """The union of the 12 regions as they are shipped: a GeoJSON geometry."""
    (feature,) = orjson.loads((SOURCES_DIR / "morocco_outline.geojson").read_bytes())["features"]
    geometry: dict[str, Any] = feature["geometry"]
    return geometry


def credited_files() -> list[dict[str, Any]]:
    """The data files with whom to credit (``catalogue.toml``); none when it cannot be read."""
    try:
        found: list[dict[str, Any]] = tomllib.loads(
            (DATA_DIR / "catalogue.toml").read_text("utf-8")
        )["file"]
    except (OSError, tomllib.TOMLDecodeError, KeyError):
        return []
    return found


def basemap_sources() -> list[Path]:
    """The files that the base map of the world is made from, beside the store's records."""
    return [
        *SOURCES_DIR.glob("countries_*.geojson.gz"),
        SOURCES_DIR / "morocco_outline.geojson",
        SOURCES_DIR / SEAS,
    ]
