"""The five OGC collections: their content, their filters, their features.

A feature's properties are those of the table of fields: a telephone or the name of who verified
something is not among them. ``origin`` says published, imported or demo.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any

import numpy as np

from geo.core.errors import NotFound
from geo.model.records import Market, Report, period_of
from geo.model.schema import RECORD_CLASSES, SCHEMA, Field, in_order
from geo.model.view import FILTERS, ViewState
from geo.ogc.parameters import CRS84, WRITERS, BoundingBox, Span, days_of
from geo.places.curve import degrees, mercator
from geo.query.engine import Query

#: Far less than the precision of any position: the corners of a box are in it.
TOUCH = 1e-10
Feature = dict[str, Any]


@dataclass(frozen=True)
class Collection:
    """One collection.

    Attributes
    ----------
    id : its name in addresses.
    filters : names of the field table that narrow it, as parameters.
    properties : property -> JSON schema, in order.
    point : whether a feature is one point (else: several, or none).
    dated : whether its features have a date.
    """

    id: str
    filters: tuple[str, ...]
    properties: Mapping[str, Mapping[str, Any]]
    point: bool = True
    dated: bool = True


_TEXT: Mapping[str, Any] = {"type": "string"}
_WHOLE: Mapping[str, Any] = {"type": "integer", "nullable": True}
_NUMBER: Mapping[str, Any] = {"type": "number", "nullable": True}
_FLAG: Mapping[str, Any] = {"type": "boolean", "nullable": True}
_LIST: Mapping[str, Any] = {"type": "array", "items": {"type": "string"}}
_NAMES: Mapping[str, Any] = {"type": "object", "additionalProperties": _TEXT}
_TYPES: Mapping[str, Mapping[str, Any]] = {
    "whole": _WHOLE,
    "year": _WHOLE,
    "number": _NUMBER,
    "flag": _FLAG,
    "many": _LIST,
    "sources": _LIST,
    "names": _NAMES,
}
Read = Callable[[Any], Any]
#: Field -> the property that follows from it, after it.
_DERIVED: Mapping[tuple[str, str], tuple[str, Mapping[str, Any], Read]] = {
    ("buyers", "year"): ("period", _TEXT, lambda b: period_of(b.year)),
    ("sites", "year_opened"): ("period", _TEXT, lambda s: period_of(s.year_opened)),
    ("sites", "rural"): ("training", _FLAG, lambda s: s.trains),
}


def _read(field: Field) -> Read:
    name = field.name
    if field.type == "many":
        return lambda r: list(getattr(r, name))
    if field.type == "names":
        return lambda r: dict(getattr(r, name))
    if field.type == "sources":
        return lambda r: [s.url or s.label for s in r.sources]
    return attrgetter(name)


def _properties(collection: str) -> Mapping[str, tuple[Mapping[str, Any], Read]]:
    """Property -> its schema and how it is read; what a source says comes after the facts."""
    fields = [f for f in SCHEMA[collection] if f.ogc]
    found: dict[str, tuple[Mapping[str, Any], Read]] = {}
    for field in fields:
        found[field.ogc] = (_TYPES.get(field.type, _TEXT), _read(field))
        if more := _DERIVED.get((collection, field.name)):
            found[more[0]] = more[1:]
    last = [f.ogc for f in fields if f.type == "long"]
    order = in_order(found, last=(*last, "origin", "precision", "verified", "sources"))
    return {name: found[name] for name in order}


#: Collection -> the properties of the table's fields.
_PROPERTIES: Mapping[str, Mapping[str, tuple[Mapping[str, Any], Read]]] = {
    name: _properties(name) for name in ("buyers", "sites", "markets")
}


def _schema(name: str) -> Mapping[str, Mapping[str, Any]]:
    return {key: type_ for key, (type_, _) in _PROPERTIES[name].items()}


def _filters(name: str) -> tuple[str, ...]:
    return tuple(i.name for i in FILTERS if name in i.concerns)


COLLECTIONS: Mapping[str, Collection] = MappingProxyType(
    {
        c.id: c
        for c in (
            Collection(
                "buyers",
                _filters("buyers"),
                _schema("buyers"),
            ),
            Collection("sites", _filters("sites"), _schema("sites")),
            Collection("maisons", _filters("maisons"), _schema("sites")),
            Collection(
                "reports",
                _filters("reports"),
                {
                    "title": _NAMES,
                    "date": _TEXT,
                    "period": _TEXT,
                    "report_kind": _TEXT,
                    "market": _LIST,
                    "craft": _LIST,
                    "names": _LIST,
                    "notes": _LIST,
                    "origin": _TEXT,
                    "sources": _LIST,
                },
                point=False,
            ),
            Collection(
                "markets",
                ("market",),
                _schema("markets"),
                dated=False,
            ),
        )
    }
)


def found(
    query: Query,
    collection: Collection,
    view: ViewState,
    box: BoundingBox | None,
    span: Span | None,
) -> tuple[int, Callable[[int, int], Sequence[Any]]]:
    """How many records pass, and a function that reads ``(offset, limit)`` of them.

    Records keep one order as long as the data do: that of the columns, reports newest first.
    What has no position is in no box; what has no date is in no span, but markets have none at all.
    """
    if collection.id in ("reports", "markets"):
        kept = _few(query, collection, view, box, span)
        return len(kept), lambda offset, limit: kept[offset : offset + limit]
    columns = query.columns[collection.id]
    mask = query.passing(collection.id, view)
    if box is not None:
        mask = mask & _within(columns.x, columns.y, box)
    if span is not None:
        known = columns.year > 0
        mask = mask & known
        if span.first:
            mask &= columns.year >= span.first.year
        if span.last:
            mask &= columns.year <= span.last.year
    rows = np.flatnonzero(mask)
    return len(rows), lambda offset, limit: [
        columns.record(i) for i in rows[offset : offset + limit]
    ]


def one(query: Query, collection: Collection, id_: str) -> Any:
    """The record of an id.

    Raises
    ------
    NotFound : no such record in this collection.
    """
    held: Any = None
    catalogue = query.catalogue
    if collection.id == "buyers" and id_ in catalogue.buyer_row:
        held = catalogue.buyers[catalogue.buyer_row[id_]]
    elif collection.id in ("sites", "maisons") and id_ in catalogue.site_row:
        site = catalogue.sites[catalogue.site_row[id_]]
        held = site if f"{site.class_}s" == collection.id else None
    elif collection.id == "reports":
        held = catalogue.report_by_id.get(id_)
    elif collection.id == "markets":
        held = catalogue.market_by_code.get(id_)
    if held is None:
        raise NotFound("error.not_found")
    return held


def feature(query: Query, record: Any, crs: str) -> Feature:
    """A record as GeoJSON, its position written in a reference system."""
    write = WRITERS[crs]
    points = [write(*p) for p in _points(query, record)]
    geometry: dict[str, object] | None
    if isinstance(record, Report):
        geometry = {"type": "MultiPoint", "coordinates": points} if points else None
    else:
        geometry = {"type": "Point", "coordinates": points[0]} if points else None
    return {
        "type": "Feature",
        "id": record.iso2 if isinstance(record, Market) else record.id,
        "geometry": geometry,
        "properties": _MAKERS[type(record)](record),
    }


@lru_cache(maxsize=16)
def extent(query: Query, name: str) -> dict[str, Any]:
    """Where and when the features of a collection are; without what is not known."""
    if name in ("reports", "markets"):
        records: Sequence[Any] = (
            query.catalogue.reports if name == "reports" else query.catalogue.markets
        )
        points = np.array([p for r in records for p in _points(query, r)]).reshape(-1, 2)
        spans = [d for r in records if isinstance(r, Report) and (d := days_of(r.date))]
        days = [str(min(d[0] for d in spans)), str(max(d[1] for d in spans))] if spans else []
        lon, lat = points[:, 0], points[:, 1]
    else:
        columns = query.columns[name]
        lon, lat = degrees(columns.x[: columns.placed], columns.y[: columns.placed])
        years = columns.year[columns.year > 0]
        days = [f"{years.min():04d}-01-01", f"{years.max():04d}-12-31"] if len(years) else []
    found: dict[str, Any] = {}
    if len(lon):
        # Outward, so that the box holds what it is the box of.
        found["spatial"] = {
            "crs": CRS84,
            "bbox": [
                [
                    float(np.floor(lon.min() * 1e6) / 1e6),
                    float(np.floor(lat.min() * 1e6) / 1e6),
                    float(np.ceil(lon.max() * 1e6) / 1e6),
                    float(np.ceil(lat.max() * 1e6) / 1e6),
                ]
            ],
        }
    if days:
        found["temporal"] = {"interval": [[f"{days[0]}T00:00:00Z", f"{days[1]}T23:59:59Z"]]}
    return found


def _few(
    query: Query,
    collection: Collection,
    view: ViewState,
    box: BoundingBox | None,
    span: Span | None,
) -> list[Any]:
    records: list[Any] = (
        query.matching_reports(view)
        if collection.id == "reports"
        else [m for m in query.catalogue.markets if not view.market or m.iso2 in view.market]
    )
    if box is not None:
        records = [r for r in records if _touches(query, r, box)]
    if span is not None and collection.dated:
        records = [r for r in records if (days := days_of(r.date)) and span.meets(*days)]
    return records


def _touches(query: Query, record: Any, box: BoundingBox) -> bool:
    points = np.array(_points(query, record)).reshape(-1, 2)
    return bool(_within(*mercator(points[:, 0], points[:, 1]), box).any())


def _within(x: np.ndarray, y: np.ndarray, box: BoundingBox) -> np.ndarray:
    """(n,) which Mercator fractions are in a box; nan is in none."""
    (left, right), (top, bottom) = mercator(
        np.array([box.west, box.east]), np.array([box.north, box.south])
    )
    after, before = x >= left - TOUCH, x <= right + TOUCH
    across = (after & before) if box.west <= box.east else (after | before)
    result: np.ndarray = across & (y >= top - TOUCH) & (y <= bottom + TOUCH)
    return result


def _points(query: Query, record: Any) -> list[tuple[float, float]]:
    if isinstance(record, Report):
        known = query.catalogue.market_by_code
        return [known[m].label_lon_lat for m in record.markets if m in known]
    at = record.label_lon_lat if isinstance(record, Market) else record.lon_lat
    return [at] if at else []


def _made(name: str) -> Callable[[Any], Mapping[str, Any]]:
    return lambda record: {key: read(record) for key, (_, read) in _PROPERTIES[name].items()}


def _report(r: Report) -> Mapping[str, Any]:
    sources = dict.fromkeys(s.url for n in r.notes for s in n.sources if s.url)
    return {
        "title": dict(r.title),
        "date": r.date,
        "period": period_of(r.year),
        "report_kind": r.kind,
        "market": list(r.markets),
        "craft": list(r.crafts),
        "names": list(r.named),
        "notes": [n.summary_fr for n in r.notes],
        "origin": r.provenance,
        "sources": list(sources),
    }


_MAKERS: Mapping[type, Callable[[Any], Mapping[str, Any]]] = MappingProxyType(
    {
        **{RECORD_CLASSES[name]: _made(name) for name in _PROPERTIES},
        Report: _report,
    }
)
