"""Build the vector base map as compact JSON: countries, Morocco's regions, labels.

Colours, fonts and collisions of labels are the browser's (``static/map/labels.js``).

CRS      EPSG:4326, longitude before latitude.
Packing  whole thousandths of a degree, each line ``[lon, lat, dlon, dlat, ...]``; a ring
         leaves out its closing point, and rings of one country fill even-odd, so a hole
         is just a ring.
Sources  ``data/sources/README.md`` names every file and its licence.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from geo.core.paths import DATA_DIR, SOURCES_DIR
from geo.core.settings import BOUNDARIES
from geo.model.records import LANGUAGES
from geo.model.validation import Known, record_problems

SCALE = 1000  # units per degree
DETAILS = ("110m", "50m", "morocco")

#: Natural Earth's own polygons of what Morocco's 12 regions cover.
COVERED_BY_REGIONS = ("MA", "EH")
HOME = "MA"

#: Zoom from which a country of at least so many square degrees is named.
_COUNTRY_ZOOM = ((150.0, 3), (8.0, 4), (2.0, 5), (0.3, 6), (0.0, 7))
#: Zoom from which a town of at least so many people is named.
_TOWN_ZOOM = ((300_000, 6), (120_000, 7), (50_000, 8), (15_000, 9), (0, 10))
_COUNTRY_LAST, _HOME_LAST = 8, 4
_STUB = 0.03  # degrees: shorter lines are leftovers of the comparison between files
_AREA_ZOOM = {"regions": (5, 7), "provinces": (8, 10)}

Feature = dict[str, Any]


@lru_cache(maxsize=len(DETAILS) * len(BOUNDARIES))
def basemap_bytes(detail: str, boundaries: str) -> bytes:
    """Serialize one layer of the base map as UTF-8 JSON.

    Parameters
    ----------
    detail : ``110m`` or ``50m`` for the world's countries, ``morocco`` for the outline,
        regions and provinces.
    boundaries : ``regions`` draws Morocco as the union of its 12 regions and drops Natural
        Earth's polygons of the same ground; ``natural_earth`` keeps that data set's lines.

    Returns
    -------
    bytes : ``{"scale", "countries": [{"iso2", "market", "home", "rings"}]}``, or for
        ``morocco`` ``{"scale", "outline": rings, "regions": lines, "provinces": lines}``:
        the lines between two regions, and those between two provinces of one region. With
        ``natural_earth`` the outline is empty and the lines stay inside that data set's
        Morocco.

    Raises
    ------
    ValueError : unknown detail or boundaries.
    """
    if detail not in DETAILS or boundaries not in BOUNDARIES:
        raise ValueError(f"no base map {detail!r} with boundaries {boundaries!r}")
    own = boundaries == "regions"
    if detail == "morocco":
        return _dump(
            {
                "scale": SCALE,
                "outline": _rings(mapping(_outline())) if own else [],
                **{
                    name: [_pack(line.coords) for line in lines]
                    for name, lines in _inner_lines(None if own else _country("50m", HOME)).items()
                },
            }
        )
    markets = {market["iso2"] for market in _markets()}
    return _dump(
        {
            "scale": SCALE,
            "countries": [
                {
                    "iso2": country["properties"]["iso2"],
                    "market": country["properties"]["iso2"] in markets,
                    "home": country["properties"]["iso2"] == HOME,
                    "rings": _rings(country["geometry"]),
                }
                for country in (_around_outline(detail) if own else _countries(detail))
            ],
        }
    )


@lru_cache(maxsize=len(LANGUAGES))
def labels_bytes(lang: str) -> bytes:
    """Serialize the labels of the base map in one language as UTF-8 JSON.

    Parameters
    ----------
    lang : ``fr``, ``ar`` or ``en``. Moroccan places have one Latin spelling; a town
        without an Arabic name keeps it.

    Returns
    -------
    bytes : ``{"lang", "labels": [[text, lon, lat, first zoom, last zoom, kind, reach],
        ...]}``, the most important first. Kinds: home, market, country, region, province,
        town, sea. Reach, degrees: how far the text may move and still lie on its polygon,
        or in its water. A sea may be listed at several places, of which one is drawn.

    Raises
    ------
    ValueError : unknown language.
    """
    if lang not in LANGUAGES:
        raise ValueError(f"no labels in {lang!r}")
    return _dump(
        {
            "lang": lang,
            "labels": [
                *_home_label(lang),
                *_market_labels(lang),
                *_area_labels("regions", lang),
                *_country_labels(lang),
                *_town_labels(lang),
                *_area_labels("provinces", lang),
                *_sea_labels(lang),
            ],
        }
    )


def _home_label(lang: str) -> Iterator[list[Any]]:
    (home,) = (c for c in _countries("110m") if c["properties"]["iso2"] == HOME)
    yield [
        home["properties"][f"name_{lang}"],
        *inside(_outline()),
        2,
        _HOME_LAST,
        "home",
        _reach(_outline()),
    ]


def _market_labels(lang: str) -> Iterator[list[Any]]:
    """The markets, the largest first: beside it a small one would hide its name."""
    ground = {c["properties"]["iso2"]: shape(c["geometry"]) for c in _largest("50m")}
    known = [market for market in _markets() if market["iso2"] in ground]
    for market in sorted(known, key=lambda m: -ground[m["iso2"]].area):
        yield [
            market["name"][lang],
            market["label_lon"],
            market["label_lat"],
            2,
            _COUNTRY_LAST,
            "market",
            _reach(ground[market["iso2"]]),
        ]


def _country_labels(lang: str) -> Iterator[list[Any]]:
    """Countries that are no market, the largest first. Ground without a code has no label."""
    skipped = {market["iso2"] for market in _markets()} | {*COVERED_BY_REGIONS, ""}
    # The coarse set knows no small state, the fine one would cost ten times as long.
    found = {c["properties"]["iso2"]: c for detail in ("50m", "110m") for c in _largest(detail)}
    named = [
        (shape(c["geometry"]), c["properties"][f"name_{lang}"])
        for iso2, c in found.items()
        if iso2 not in skipped
    ]
    for ground, name in sorted(named, key=lambda pair: (-pair[0].area, pair[1])):
        yield [
            name,
            *inside(ground),
            _zoom_of(ground.area, _COUNTRY_ZOOM),
            _COUNTRY_LAST,
            "country",
            _reach(ground),
        ]


def _area_labels(name: str, lang: str) -> Iterator[list[Any]]:
    first, last = _AREA_ZOOM[name]
    for area in _features(name):
        p = area["properties"]
        yield [
            p["name_ar" if lang == "ar" else "name_fr"],
            p["label_lon"],
            p["label_lat"],
            first,
            last,
            name[:-1],
            _reach(shape(area["geometry"])),
        ]


def _town_labels(lang: str) -> Iterator[list[Any]]:
    towns = _records("towns.json", "towns", "town")
    for town in sorted(towns, key=lambda t: -(t["population"] or 0)):
        name = (town["name_ar"] if lang == "ar" else "") or town["name"]
        yield [
            name,
            round(town["lon"], 3),
            round(town["lat"], 3),
            _zoom_of(town["population"] or 0, _TOWN_ZOOM),
            99,
            "town",
            0,
        ]


def _sea_labels(lang: str) -> Iterator[list[Any]]:
    """Seas, in the order of their table: where one is in view twice, the first place counts."""
    land = shapely.STRtree([*(shape(c["geometry"]) for c in _countries("50m")), _outline()])
    with (SOURCES_DIR / "seas.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = float(row["lon"]), float(row["lat"])
            _, (shore, *_) = land.query_nearest(shapely.Point(at), return_distance=True)
            yield [
                row[f"name_{lang}"],
                *at,
                int(row["min_zoom"]),
                int(row["max_zoom"]),
                "sea",
                round(float(shore), 2),
            ]


def _reach(ground: BaseGeometry) -> float:
    result: float = round(ground.area**0.5 / 2, 2)
    return result


def _zoom_of(size: float, floors: tuple[tuple[float, int], ...]) -> int:
    return next(zoom for floor, zoom in floors if size >= floor)


def _around_outline(detail: str) -> Iterator[Feature]:
    """The countries without those the outline replaces, and without gaps beside it.

    The outline comes from another source than the countries, so a sliver of no one's ground
    would show as water along the land border. Each sliver goes to the neighbour it touches;
    the outline is drawn last and hides what overlaps.
    """
    countries = _countries(detail)
    replaced = [
        shape(c["geometry"]) for c in countries if c["properties"]["iso2"] in COVERED_BY_REGIONS
    ]
    gap = shapely.get_parts(shapely.union_all(replaced, grid_size=1 / SCALE) - _outline())
    slivers = gap[shapely.get_dimensions(gap) == 2]
    for country in countries:
        if country["properties"]["iso2"] in COVERED_BY_REGIONS:
            continue
        ground = shape(country["geometry"])
        touching = slivers[shapely.dwithin(slivers, ground, 0.5 / SCALE)]
        if len(touching):
            ground = shapely.union_all([ground, *touching], grid_size=1 / SCALE)
            country = {**country, "geometry": mapping(ground)}
        yield country


def _inner_lines(ground: BaseGeometry | None) -> dict[str, list[BaseGeometry]]:
    """Lines between regions, and the rest of those between provinces, inside a ground."""
    drawn, found = _outline().boundary, {}
    for name in _AREA_ZOOM:
        pairs = np.concatenate(
            [
                np.empty((0, 2, 2)),
                *(
                    np.stack([ring[:-1], ring[1:]], axis=1)
                    for area in _features(name)
                    for ring in map(
                        shapely.get_coordinates, shapely.get_parts(shape(area["geometry"]).boundary)
                    )
                ),
            ]
        )
        # The files agree to the last unit only, and a coast drawn twice would look double.
        shapely.prepare(drawn)
        free = ~shapely.dwithin(drawn, shapely.points(pairs.mean(axis=1)), 1.5 / SCALE)
        net = shapely.line_merge(shapely.union_all(shapely.linestrings(pairs[free])))
        lines = shapely.get_parts(net if ground is None else net & ground)
        found[name] = [line for line in lines if line.length > _STUB]
        drawn = drawn | net
    return found


def _largest(detail: str) -> Iterator[Feature]:
    """Each country reduced to its largest polygon; of two with one code, the larger."""
    best: dict[str, tuple[float, Feature]] = {}
    for country in _countries(detail):
        ground = max(shapely.get_parts(shape(country["geometry"])), key=lambda part: part.area)
        iso2 = country["properties"]["iso2"]
        if ground.area > best.get(iso2, (0.0, {}))[0]:
            best[iso2] = ground.area, {**country, "geometry": mapping(ground)}
    return (country for _, country in best.values())


def inside(ground: BaseGeometry) -> tuple[float, float]:
    """Label point of a polygon: centre of its largest inscribed ellipse, twice as wide as high."""
    # Names are wide and low: room to the sides counts double.
    flat = shapely.transform(ground, lambda lon_lat: lon_lat * (1, 2))
    circle: Any = shapely.maximum_inscribed_circle(flat, tolerance=max(0.02, flat.area**0.5 / 50))
    lon, lat = circle.coords[0]
    return round(lon, 3), round(lat / 2, 3)


def _rings(geometry: dict[str, Any]) -> list[list[int]]:
    polygons = geometry["coordinates"]
    if geometry["type"] == "Polygon":
        polygons = [polygons]
    return [_pack(ring[:-1]) for polygon in polygons for ring in polygon]


def _pack(points: Iterable[Iterable[float]]) -> list[int]:
    thousandths = np.rint(np.asarray(points, dtype=float) * SCALE).astype(np.int64)
    steps = np.diff(thousandths, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    moved = steps.any(axis=1)
    moved[0] = True
    result: list[int] = steps[moved].ravel().tolist()
    return result


@cache
def _outline() -> BaseGeometry:
    (outline,) = _read(SOURCES_DIR / "morocco_outline.geojson")["features"]
    return shape(outline["geometry"])


@lru_cache(maxsize=2)
def _countries(detail: str) -> list[Feature]:
    result: list[Feature] = _read(SOURCES_DIR / f"countries_{detail}.geojson.gz")["features"]
    return result


def _country(detail: str, iso2: str) -> BaseGeometry:
    (found,) = (c for c in _countries(detail) if c["properties"]["iso2"] == iso2)
    return shape(found["geometry"])


def _features(name: str) -> list[Feature]:
    return _records(f"{name}.geojson", "features", name[:-1])


def _markets() -> list[dict[str, Any]]:
    return _records("markets.json", "markets", "market")


def _records(name: str, list_key: str, kind: str) -> list[dict[str, Any]]:
    """The valid records of a data file; the store reports the problems of the others."""
    try:
        found = _read(DATA_DIR / name)[list_key]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return (
        [r for r in found if not record_problems(kind, r, Known())]
        if isinstance(found, list)
        else []
    )


@lru_cache(maxsize=8)
def _read(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    result: dict[str, Any] = json.loads(
        gzip.decompress(content) if path.suffix == ".gz" else content
    )
    return result


def _dump(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
