"""Reading the tables of ``data/sources``: text in, typed values or None out."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Row = dict[str, str]


def rows(sources: Path, name: str) -> list[Row]:
    """The rows of a CSV table, in file order."""
    with (sources / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def features(sources: Path, name: str) -> list[dict[str, Any]]:
    """The features of a GeoJSON source."""
    result: list[dict[str, Any]] = json.loads((sources / f"{name}.geojson").read_text("utf-8"))[
        "features"
    ]
    return result


def codes(text: str) -> list[str]:
    """The values of a cell that holds several."""
    return [part for part in text.split(";") if part]


def number(text: str) -> int | float | None:
    """A number, whole when it is; None when unknown."""
    if not text:
        return None
    value = float(text)
    return int(value) if value.is_integer() else value


def flag(text: str) -> bool | None:
    """A yes or no; None when unknown."""
    return None if text == "" else text == "1"


def point(lon: str, lat: str) -> dict[str, Any] | None:
    """A GeoJSON point (EPSG:4326, five decimals); None when the position is unknown."""
    if not lon or not lat:
        return None
    return {"type": "Point", "coordinates": [round(float(lon), 5), round(float(lat), 5)]}


def sources_of(urls: str, date: str = "") -> list[dict[str, str]]:
    """The sources of a record; the date belongs to the first page."""
    return [
        {"url": url, "label": urlsplit(url).hostname or url, "date": "" if i else date}
        for i, url in enumerate(codes(urls))
    ]


DEMO_SOURCE = [{"url": "", "label": "demo", "date": ""}]


def feature(
    id_: str, geometry: dict[str, Any] | None, properties: dict[str, Any]
) -> dict[str, Any]:
    """A GeoJSON feature."""
    return {"type": "Feature", "id": id_, "geometry": geometry, "properties": properties}
