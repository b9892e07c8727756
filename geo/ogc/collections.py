"""The five OGC collections: their content, their filters, their features.

A feature's properties are a list of their own, written down here: a telephone or the name of
who verified something is not among them. ``origin`` says published, imported or demo.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

import numpy as np

from geo.core.errors import NotFound
from geo.model.records import Buyer, Market, Report, Site, period_of
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
_YEAR: Mapping[str, Any] = {"type": "integer", "nullable": True}
_NUMBER: Mapping[str, Any] = {"type": "number", "nullable": True}
_FLAG: Mapping[str, Any] = {"type": "boolean", "nullable": True}
_LIST: Mapping[str, Any] = {"type": "array", "items": {"type": "string"}}
_PLACE = {
    "name": _TEXT,
    "site": _TEXT,
    "status": _TEXT,
    "town": _TEXT,
    "commune": _TEXT,
    "province": _TEXT,
    "region": _TEXT,
    "craft": _LIST,
    "year_opened": _YEAR,
    "period": _TEXT,
    "capacity_artisans": _NUMBER,
    "area_m2": _NUMBER,
    "budget_mad": _NUMBER,
    "women": _FLAG,
    "rural": _FLAG,
    "training": _FLAG,
    "told_fr": _TEXT,
    "origin": _TEXT,
    "precision": _TEXT,
    "verified": _TEXT,
    "sources": _LIST,
}


def _filters(name: str) -> tuple[str, ...]:
    return tuple(i.name for i in FILTERS if name in i.concerns)


COLLECTIONS: Mapping[str, Collection] = MappingProxyType(
    {
        c.id: c
        for c in (
            Collection(
                "buyers",
                _filters("buyers"),
                {
                    "name": _TEXT,
                    "buyer": _TEXT,
                    "market": _TEXT,
                    "city": _TEXT,
                    "craft": _LIST,
                    "year": _YEAR,
                    "period": _TEXT,
                    "website": _TEXT,
                    "told_fr": _TEXT,
                    "origin": _TEXT,
                    "precision": _TEXT,
                    "verified": _TEXT,
                    "sources": _LIST,
                },
            ),
            Collection("sites", _filters("sites"), _PLACE),
            Collection("maisons", _filters("maisons"), _PLACE),
            Collection(
                "reports",
                _filters("reports"),
                {
                    "title": {"type": "object", "additionalProperties": _TEXT},
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
                {
                    "market": _TEXT,
                    "name": {"type": "object", "additionalProperties": _TEXT},
                    "world_region": _TEXT,
                    "capital": _TEXT,
                    "evidence": _TEXT,
                    "evidence_url": _TEXT,
                    "agreement": _LIST,
                },
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


def _sources(record: Buyer | Site) -> list[str]:
    return [s.url or s.label for s in record.sources]


def _buyer(b: Buyer) -> Mapping[str, Any]:
    return {
        "name": b.name,
        "buyer": b.kind,
        "market": b.country,
        "city": b.city,
        "craft": list(b.crafts),
        "year": b.year,
        "period": period_of(b.year),
        "website": b.website,
        "told_fr": b.relation_fr,
        "origin": b.provenance,
        "precision": b.precision,
        "verified": b.verified,
        "sources": _sources(b),
    }


def _site(s: Site) -> Mapping[str, Any]:
    return {
        "name": s.name,
        "site": s.kind,
        "status": s.status,
        "town": s.town,
        "commune": s.commune,
        "province": s.province,
        "region": s.region,
        "craft": list(s.crafts),
        "year_opened": s.year_opened,
        "period": period_of(s.year_opened),
        "capacity_artisans": s.capacity_artisans,
        "area_m2": s.area_m2,
        "budget_mad": s.budget_mad,
        "women": s.women_only,
        "rural": s.rural,
        "training": s.trains,
        "told_fr": s.fact_fr,
        "origin": s.provenance,
        "precision": s.precision,
        "verified": s.verified,
        "sources": _sources(s),
    }


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


def _market(m: Market) -> Mapping[str, Any]:
    return {
        "market": m.iso2,
        "name": dict(m.name),
        "world_region": m.world_region,
        "capital": m.capital,
        "evidence": m.evidence,
        "evidence_url": m.evidence_url,
        "agreement": list(m.agreements),
    }


_MAKERS: Mapping[type, Callable[[Any], Mapping[str, Any]]] = MappingProxyType(
    {Buyer: _buyer, Site: _site, Report: _report, Market: _market}
)
