"""Response of ``/api/layers``: a GeoJSON collection of what the viewport shows."""

from __future__ import annotations

from typing import Any

import numpy as np

from geo.explore.api.fairs import fairs_layer, matching_fairs
from geo.i18n.labels import form_of, is_demo, is_open
from geo.i18n.words import Words
from geo.model.records import Site
from geo.model.view import ViewState
from geo.places.curve import degrees
from geo.query.columns import Columns
from geo.query.engine import Query
from geo.query.viewport import Bbox, cells_in
from geo.query.zone import in_zone

#: From this step of ``AGE_STEPS`` on, a mark pales; generated records are pale for another reason.
PALE_FROM = 2
#: Where a tag for the whole of Morocco is written, degrees.
HOME_LON_LAT = (-12.8, 32.6)
#: The collections behind each address: Maisons travel with the sites.
LAYER_COLLECTIONS = {"buyers": ("buyers",), "sites": ("sites", "maisons"), "fairs": ("fairs",)}


def layer_answer(
    query: Query, layer: str, view: ViewState, bbox: Bbox, zoom: float, t: Words
) -> dict[str, Any]:
    """Features and aggregates of one layer inside a viewport, and its tags.

    A feature stands for one record (``id``) or for ``n`` of them, with their bounds.
    """
    if layer == "fairs":
        return fairs_layer(query, view, bbox, t)
    features: list[dict[str, Any]] = []
    for name in LAYER_COLLECTIONS[layer]:
        if name in view.layers:
            features += _features(query, name, view, bbox, zoom, t)
    grouped = any("n" in f["properties"] for f in features)
    return {
        "type": "FeatureCollection",
        "mode": "cells" if grouped else "features",
        "version": query.catalogue.version,
        "features": features,
        "tags": [] if view.zone else _tags(query, layer, view, t),
    }


def shown(query: Query, name: str, view: ViewState) -> np.ndarray:
    """(n,) which rows of a collection pass and lie in the drawn zone, as the lists count."""
    columns, passing = query.columns[name], query.passing(name, view)
    return (
        passing & in_zone(query, view)[columns.row] if view.zone and name != "buyers" else passing
    )


def _features(
    query: Query, name: str, view: ViewState, bbox: Bbox, zoom: float, t: Words
) -> list[dict[str, Any]]:
    columns = query.columns[name]
    cells = cells_in(columns, shown(query, name, view), bbox, zoom)
    class_ = name.removesuffix("s")
    ages = columns.codes["fresh"]
    named = query.named_rows(name, view)
    found = []
    for i, count in enumerate(cells.count.tolist()):
        point = [round(float(cells.lon[i]), 5), round(float(cells.lat[i]), 5)]
        if count == 1:
            record = columns.record(cells.first[i])
            properties: dict[str, Any] = {"class": class_, "name": record.name}
            if isinstance(record, Site):
                properties |= {"form": form_of(record)} | (
                    {} if is_open(record) else {"open": False, "status": record.status}
                )
            properties |= {"demo": True} if is_demo(record) else {}
            age = int(ages[columns.signature[cells.first[i]]])
            properties |= {"age": age} if age >= PALE_FROM and not is_demo(record) else {}
            properties |= {"named": True} if record.id in named else {}
            found.append(
                {
                    "type": "Feature",
                    "id": record.id,
                    "properties": properties,
                    "geometry": {"type": "Point", "coordinates": point},
                }
            )
        else:
            bounds = [
                round(float(v[i]), 5) for v in (cells.west, cells.south, cells.east, cells.north)
            ]
            found.append(
                {
                    "type": "Feature",
                    "properties": {
                        "class": class_,
                        "n": count,
                        "text": t.compact(count),
                        "bounds": bounds,
                    },
                    "geometry": {"type": "Point", "coordinates": point},
                }
            )
    return found


def _tags(query: Query, layer: str, view: ViewState, t: Words) -> list[dict[str, Any]]:
    """How many matching records have no position, by market (buyers) or region (sites)."""
    field, plural = (
        ("market", "count.no_city") if layer == "buyers" else ("region", "count.no_place")
    )
    totals: dict[str, int] = {}
    for name in LAYER_COLLECTIONS[layer]:
        if name in view.layers:
            columns = query.columns[name]
            passing = query.passing(name, view)[columns.placed :]
            rows = columns.signature[columns.placed :][passing]
            codes = query.codes(field)
            for index, count in zip(
                *np.unique(columns.codes[field][rows], return_counts=True), strict=True
            ):
                if index >= 0:
                    totals[codes[index]] = totals.get(codes[index], 0) + int(count)
    places = query.catalogue.market_by_code if field == "market" else query.catalogue.area_by_code
    tags = [
        _tag(field, code, n, t.pick(places[code].name), places[code].label_lon_lat, plural, t)
        for code, n in sorted(totals.items())
    ]
    if field == "region" and tags:
        # From afar the regions are one: a tag on the country stands for theirs.
        everywhere = _tag(
            "region",
            ",".join(sorted(totals)),
            sum(totals.values()),
            t.country("MA"),
            HOME_LON_LAT,
            plural,
            t,
        )
        tags.append(everywhere | {"wide": True})
    return tags


def _tag(
    field: str, code: str, n: int, name: str, lon_lat: tuple[float, float], plural: str, t: Words
) -> dict[str, Any]:
    return {
        "field": field,
        "code": code,
        "n": n,
        "text": t.n(plural, n),
        "name": name,
        "lon_lat": list(lon_lat),
        "wide": False,
    }


def bounds_answer(query: Query, view: ViewState) -> dict[str, Any]:
    """The bounds of the matching records on the visible layers, in degrees; null when none.

    Only the collections that a filter narrows count: asking for a region frames its sites,
    not the buyers of the whole world.
    """
    narrowed = {name for info, _ in view.picks() for name in info.concerns}
    layers = [n for n in view.layers if n in narrowed] or view.layers
    bounds = [
        b
        for name in layers
        if name in query.columns and (b := _bounds(query.columns[name], shown(query, name, view)))
    ]
    if "fairs" in layers:
        bounds += [(*f.lon_lat, *f.lon_lat) for f in matching_fairs(query, view) if f.lon_lat]
    if not bounds:
        return {"bbox": None}
    west, south, east, north = zip(*bounds, strict=True)
    return {"bbox": [min(west), min(south), max(east), max(north)]}


def _bounds(columns: Columns, passing: np.ndarray) -> tuple[float, float, float, float] | None:
    rows = np.flatnonzero(passing[: columns.placed])
    if not len(rows):
        return None
    x, y = columns.x[rows], columns.y[rows]
    lon, lat = degrees(np.array([x.min(), x.max()]), np.array([y.max(), y.min()]))
    return (float(lon[0]), float(lat[0]), float(lon[1]), float(lat[1]))
