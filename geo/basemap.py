"""The vector base map as compact JSON: countries, Morocco's regions and provinces, labels.

Coordinates are whole thousandths of a degree (EPSG:4326), each ring delta-encoded
``[lon, lat, dlon, dlat, ...]``. Sources and licences: ``data/sources/README.md``.
"""
from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from geo.i18n import words
from geo.seed.tables import features, rows
from geo.settings import SOURCES_DIR

SCALE = 1000
#: Natural Earth's own polygons of what the 12 regions cover.
DRAWN_APART = ("MA", "EH")
#: Town labels appear from this zoom when at least this populous.
TOWN_ZOOM = ((6, 300_000), (7, 120_000), (8, 50_000), (9, 15_000), (10, 0))


@lru_cache(maxsize=8)
def basemap_bytes(detail: str, boundaries: str) -> bytes:
    """One payload of the base map.

    Parameters
    ----------
    detail : ``110m`` or ``50m`` (countries), ``morocco`` (regions and provinces).
    boundaries : ``regions`` (Morocco's outline is the union of its 12 regions) or
        ``natural_earth`` (that data set's lines, unchanged).
    """
    if detail == "morocco":
        outline = features(SOURCES_DIR, "morocco_outline") if boundaries == "regions" else []
        return _dump({
            "outline": [ring for f in outline for ring in _rings(f["geometry"])],
            "regions": [ring for f in features(SOURCES_DIR, "regions")
                        for ring in _rings(f["geometry"])],
            "provinces": [ring for f in features(SOURCES_DIR, "provinces")
                          for ring in _rings(f["geometry"])]})
    markets = {row["iso2"] for row in rows(SOURCES_DIR, "markets")}
    lands = []
    for country in _countries(detail):
        iso2 = country["properties"]["iso2"]
        if boundaries == "regions" and iso2 in DRAWN_APART:
            continue
        lands.append({"market": iso2 in markets, "home": iso2 in DRAWN_APART,
                      "rings": list(_rings(country["geometry"]))})
    return _dump({"lands": lands})


@lru_cache(maxsize=4)
def labels_bytes(lang: str) -> bytes:
    """Every label in one language: text, place, least and greatest zoom, rank, kind.

    A name that has no Arabic form is given in Latin letters.
    """
    labels = [*_country_labels(lang), *_area_labels(lang), *_town_labels(lang)]
    return _dump({"labels": labels})


def _country_labels(lang: str) -> Iterator[list[Any]]:
    markets = {row["iso2"]: row for row in rows(SOURCES_DIR, "markets")}
    for country in _countries("110m"):
        p = country["properties"]
        if p["iso2"] in markets or p["iso2"] in DRAWN_APART:
            continue
        ring = max((polygon[0] for polygon in _polygons(country["geometry"])), key=_area)
        name = p[f"name_{lang}"]
        lon, lat = _centre(ring)
        least = 3 if _area(ring) > 300 else 4 if _area(ring) > 30 else 5
        yield [name, lon, lat, least, 8, 3, "country"]
    for row in markets.values():
        yield [row[f"name_{lang}"], float(row["label_lon"]), float(row["label_lat"]), 2, 8, 0,
               "market"]
    yield [words(lang).country("MA"), -6.3, 32.0, 2, 5, -1, "home"]


def _area_labels(lang: str) -> Iterator[list[Any]]:
    name = "name_ar" if lang == "ar" else "name_fr"
    for kind, least, most, rank in (("region", 6, 8, 1), ("province", 9, 11, 4)):
        for area in features(SOURCES_DIR, f"{kind}s"):
            lon, lat = _centre(max((p[0] for p in _polygons(area["geometry"])), key=_area))
            yield [area["properties"][name], lon, lat, least, most, rank, kind]


def _town_labels(lang: str) -> Iterator[list[Any]]:
    for row in rows(SOURCES_DIR, "towns"):
        people = int(row["population"] or 0)
        least = next(zoom for zoom, floor in TOWN_ZOOM if people >= floor)
        name = row["name_ar"] if lang == "ar" and row["name_ar"] else row["name"]
        yield [name, float(row["lon"]), float(row["lat"]), least, 20, 10 - people / 1e7, "town"]


def _countries(detail: str) -> list[dict[str, Any]]:
    packed = (SOURCES_DIR / f"countries_{detail}.geojson.gz").read_bytes()
    return json.loads(gzip.decompress(packed))["features"]


def _polygons(geometry: dict[str, Any]) -> list[list[list[list[float]]]]:
    coordinates = geometry["coordinates"]
    return [coordinates] if geometry["type"] == "Polygon" else coordinates


def _rings(geometry: dict[str, Any]) -> Iterator[list[int]]:
    for polygon in _polygons(geometry):
        for ring in polygon:
            flat, before = [], (0, 0)
            for lon, lat in ring:
                here = (round(lon * SCALE), round(lat * SCALE))
                flat += [here[0] - before[0], here[1] - before[1]]
                before = here
            yield flat


def _area(ring: list[list[float]]) -> float:
    """Planar area of a ring, square degrees."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:], strict=False))) / 2


def _centre(ring: list[list[float]]) -> tuple[float, float]:
    """Centroid of a ring, degrees."""
    twice, x, y = 0.0, 0.0, 0.0
    for a, b in zip(ring, ring[1:], strict=False):
        cross = a[0] * b[1] - b[0] * a[1]
        twice, x, y = twice + cross, x + (a[0] + b[0]) * cross, y + (a[1] + b[1]) * cross
    return (round(x / (3 * twice), 3), round(y / (3 * twice), 3)) if twice else tuple(ring[0][:2])


def _dump(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
