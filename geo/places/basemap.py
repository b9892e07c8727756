"""Build the vector base map as compact JSON: countries, Morocco's regions, labels.

Colours, fonts and collisions of labels are the browser's (``static/map/labels.js``).

CRS      EPSG:4326, longitude before latitude.
Packing  whole thousandths of a degree, each line ``[lon, lat, dlon, dlat, ...]``; a ring
         leaves out its closing point, and rings of one country fill even-odd, so a hole
         is just a ring.
Sources  ``data/sources/README.md`` names every file and its licence.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from geo.core import shipped
from geo.core.settings import BOUNDARIES
from geo.model.records import LANGUAGES, Area
from geo.places.basemap_data import BasemapData, morocco_of
from geo.places.provinces import outline_of

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
_AREA_ZOOM = {"region": (5, 7), "province": (8, 10)}


@lru_cache(maxsize=2 * len(DETAILS) * len(BOUNDARIES))
def basemap_bytes(data: BasemapData, detail: str, boundaries: str) -> bytes:
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
                "outline": _rings(mapping(morocco_of(data))) if own else [],
                **{
                    name: [_pack(line.coords) for line in lines]
                    for name, lines in _inner_lines(
                        data, None if own else _country("50m", HOME)
                    ).items()
                },
            }
        )
    markets = {market.iso2 for market in data.markets}
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
                for country in (_around_outline(data, detail) if own else shipped.countries(detail))
            ],
        }
    )


@lru_cache(maxsize=2 * len(LANGUAGES))
def labels_bytes(data: BasemapData, lang: str) -> bytes:
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
                *_home_label(data, lang),
                *_market_labels(data, lang),
                *_area_labels("region", data.regions, lang),
                *_country_labels(data, lang),
                *_town_labels(data, lang),
                *_area_labels("province", data.provinces, lang),
                *_sea_labels(data, lang),
            ],
        }
    )


def _home_label(data: BasemapData, lang: str) -> Iterator[list[Any]]:
    (home,) = (c for c in shipped.countries("110m") if c["properties"]["iso2"] == HOME)
    yield [
        home["properties"][f"name_{lang}"],
        *inside(morocco_of(data)),
        2,
        _HOME_LAST,
        "home",
        _reach(morocco_of(data)),
    ]


def _market_labels(data: BasemapData, lang: str) -> Iterator[list[Any]]:
    """The markets, the largest first: beside it a small one would hide its name."""
    ground = {c["properties"]["iso2"]: shape(c["geometry"]) for c in _largest("50m")}
    known = [market for market in data.markets if market.iso2 in ground]
    for market in sorted(known, key=lambda m: -ground[m.iso2].area):
        yield [
            market.name[lang],
            *market.label_lon_lat,
            2,
            _COUNTRY_LAST,
            "market",
            _reach(ground[market.iso2]),
        ]


def _country_labels(data: BasemapData, lang: str) -> Iterator[list[Any]]:
    """Countries that are no market, the largest first. Ground without a code has no label."""
    skipped = {market.iso2 for market in data.markets} | {*COVERED_BY_REGIONS, ""}
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


def _area_labels(kind: str, areas: Iterable[Area], lang: str) -> Iterator[list[Any]]:
    first, last = _AREA_ZOOM[kind]
    for area in areas:
        outline = outline_of(area)
        if outline is not None:
            yield [
                area.name["ar" if lang == "ar" else "fr"],
                *area.label_lon_lat,
                first,
                last,
                kind,
                _reach(outline),
            ]


def _town_labels(data: BasemapData, lang: str) -> Iterator[list[Any]]:
    for town in sorted(data.towns, key=lambda t: -(t.population or 0)):
        if town.lon_lat:
            yield [
                (town.name_ar if lang == "ar" else "") or town.name,
                *(round(v, 3) for v in town.lon_lat),
                _zoom_of(town.population or 0, _TOWN_ZOOM),
                99,
                "town",
                0,
            ]


def _sea_labels(data: BasemapData, lang: str) -> Iterator[list[Any]]:
    """Seas, in the order of their table: where one is in view twice, the first place counts."""
    land = shapely.STRtree(
        [*(shape(c["geometry"]) for c in shipped.countries("50m")), morocco_of(data)]
    )
    for row in shipped.rows(shipped.SEAS):
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


def _around_outline(data: BasemapData, detail: str) -> Iterator[shipped.Feature]:
    """The countries without those the outline replaces, and without gaps beside it.

    The outline comes from another source than the countries, so a sliver of no one's ground
    would show as water along the land border. Each sliver goes to the neighbour it touches;
    the outline is drawn last and hides what overlaps.
    """
    countries = shipped.countries(detail)
    replaced = [
        shape(c["geometry"]) for c in countries if c["properties"]["iso2"] in COVERED_BY_REGIONS
    ]
    gap = shapely.get_parts(shapely.union_all(replaced, grid_size=1 / SCALE) - morocco_of(data))
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


def _inner_lines(data: BasemapData, ground: BaseGeometry | None) -> dict[str, list[BaseGeometry]]:
    """Lines between regions, and the rest of those between provinces, inside a ground."""
    drawn, found = morocco_of(data).boundary, {}
    for name, areas in (("regions", data.regions), ("provinces", data.provinces)):
        pairs = np.concatenate(
            [
                np.empty((0, 2, 2)),
                *(
                    np.stack([ring[:-1], ring[1:]], axis=1)
                    for outline in map(outline_of, areas)
                    if outline is not None
                    for ring in map(shapely.get_coordinates, shapely.get_parts(outline.boundary))
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


def _largest(detail: str) -> Iterator[shipped.Feature]:
    """Each country reduced to its largest polygon; of two with one code, the larger."""
    best: dict[str, tuple[float, shipped.Feature]] = {}
    for country in shipped.countries(detail):
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


def _country(detail: str, iso2: str) -> BaseGeometry:
    (found,) = (c for c in shipped.countries(detail) if c["properties"]["iso2"] == iso2)
    return shape(found["geometry"])


def _dump(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
