"""Response of ``/api/rows``: one sorted page of a collection, as table rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.core.errors import BadRequest
from geo.explore.api.facets import blame_answer
from geo.explore.api.fairs import country_of, inside, matching_fairs, newest_first, when
from geo.i18n.labels import area_name, crafts_text, is_demo, is_open, kind_label, title_of
from geo.i18n.words import Words
from geo.model.records import Buyer, Report, Site
from geo.model.view import ViewState
from geo.places.curve import mercator
from geo.query.columns import Columns
from geo.query.engine import Query
from geo.query.viewport import Bbox
from geo.text.folding import fold

MAX_PAGE = 200
#: Beyond this many matches rows keep the map's order: sorting them would cost more than the
#: page, and nobody reads so far. The columns then say that they cannot be sorted.
MAX_SORTED = 2_000


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a table: how to show a record, and how to sort by it."""

    key: str
    kind: str
    show: Callable[[Any, Query, Words], str]
    sort: Callable[[Any], Any]


def _country(b: Buyer, _q: Query, t: Words) -> str:
    return t.country(b.country)


def _place(r: Buyer | Site) -> str:
    return r.city if isinstance(r, Buyer) else r.town or r.commune


_NAME = TableColumn(
    "name",
    "text",
    lambda r, _q, t: title_of(r, t),
    lambda r: fold(r.name if not isinstance(r, Report) else r.title["fr"]),
)
_KIND = TableColumn("kind", "text", lambda r, _q, t: kind_label(r, t), lambda r: r.kind)
_CRAFTS = TableColumn(
    "crafts", "crafts", lambda r, _q, t: crafts_text(r.crafts, t), lambda r: r.crafts
)
_STATUS = TableColumn(
    "status", "text", lambda r, _q, t: t(f"status.{r.status}"), lambda r: r.status
)
_TOWN = TableColumn("town", "text", lambda r, _q, _t: _place(r), lambda r: fold(_place(r)))
_REGION = TableColumn(
    "region", "text", lambda r, q, t: area_name(q.catalogue, r.region, t), lambda r: r.region
)
_SITE_YEAR = TableColumn(
    "since", "number", lambda r, _q, _t: str(r.year_opened or ""), lambda r: r.year_opened or 0
)
_PLACES = (_NAME, _KIND, _TOWN, _REGION, _CRAFTS, _STATUS, _SITE_YEAR)
COLUMNS: dict[str, tuple[TableColumn, ...]] = {
    "buyers": (
        _NAME,
        _KIND,
        TableColumn("market", "text", _country, lambda b: b.country),
        TableColumn("city", "text", lambda b, _q, _t: _place(b), lambda b: fold(b.city)),
        _CRAFTS,
        TableColumn("since", "number", lambda b, _q, _t: str(b.year or ""), lambda b: b.year or 0),
    ),
    "sites": _PLACES,
    "maisons": _PLACES,
    "reports": (
        _NAME,
        _KIND,
        TableColumn("date", "date", lambda r, _q, t: t.date(r.date), lambda r: r.date),
        TableColumn(
            "markets",
            "text",
            lambda r, _q, t: _some([t.country(m) for m in r.markets], t),
            lambda r: len(r.markets),
        ),
        _CRAFTS,
    ),
    "fairs": (
        _NAME,
        _KIND,
        TableColumn("date", "date", lambda f, _q, t: when(f, t), newest_first),
        TableColumn("market", "text", lambda f, _q, t: country_of(f, t), lambda f: f.country),
        TableColumn("city", "text", lambda f, _q, _t: f.city, lambda f: fold(f.city)),
        _CRAFTS,
    ),
}


def _some(names: Sequence[str], t: Words) -> str:
    if len(names) <= 3:
        return " · ".join(names)
    return t.n("names.more", len(names) - 3, names=" · ".join(names[:3]))


def rows_answer(
    query: Query,
    collection: str,
    view: ViewState,
    t: Words,
    *,
    sort: str = "",
    offset: int = 0,
    limit: int = 50,
    bbox: Bbox | None = None,
    unlocated: bool = False,
) -> dict[str, Any]:
    """One page of the matching records.

    Parameters
    ----------
    sort : a column key, ``-`` first for descending; empty = published first, then by name
        (reports and fairs: newest first).
    bbox : only the records inside.
    unlocated : only the records without a position.
    """
    if collection in ("reports", "fairs"):
        found: Sequence[Any] = (
            query.matching_reports(view) if collection == "reports" else _fairs(query, view, bbox)
        )
        total = len(found)
        ordered = sorted(found, key=_sorter(collection, sort)) if sort.strip("-") else found
    else:
        positions = _positions(query, collection, view, bbox, unlocated)
        total = len(positions)
        record = query.columns[collection].record
        if total > MAX_SORTED:
            ordered = _Lazy(positions, record)
        else:
            ordered = sorted(map(record, positions), key=_sorter(collection, sort))
    if sort.startswith("-") and total <= MAX_SORTED:
        ordered = list(reversed(ordered))
    named = query.named_rows(collection, view)
    page = ordered[offset : offset + limit]
    after = offset + len(page)
    return {
        "total": total,
        "text": t.n(f"count.{collection}", total),
        "sort": sort,
        "columns": [
            {
                "key": c.key,
                "label": t(f"column.{c.key}"),
                "sortable": total <= MAX_SORTED,
                "kind": c.kind,
            }
            for c in COLUMNS[collection]
        ],
        "rows": [_row(query, collection, r, r.id in named, t) for r in page],
        "next": after if after < len(ordered) else None,
        "empty": "" if total else _empty(query, collection, view, t),
    }


def _fairs(query: Query, view: ViewState, bbox: Bbox | None) -> list[Any]:
    found = sorted(matching_fairs(query, view), key=newest_first, reverse=True)
    return inside(found, bbox) if bbox else found


class _Lazy(Sequence[Any]):
    """Records made only for the requested page."""

    def __init__(self, positions: np.ndarray, record: Callable[[int], Any]) -> None:
        self._positions, self._record = positions, record

    def __len__(self) -> int:
        return len(self._positions)

    def __getitem__(self, index: Any) -> list[Any]:
        return [self._record(p) for p in self._positions[index]]


def _positions(
    query: Query, collection: str, view: ViewState, bbox: Bbox | None, unlocated: bool
) -> np.ndarray:
    columns = query.columns[collection]
    passing = query.passing(collection, view)
    if unlocated:
        return np.flatnonzero(passing[columns.placed :]) + columns.placed
    positions = np.flatnonzero(passing)
    return _inside(columns, positions, bbox) if bbox else positions


def _inside(columns: Columns, positions: np.ndarray, bbox: Bbox) -> np.ndarray:
    # A hair wider than asked: the bounds of a mark are rounded to five decimals.
    (left, right), (top, bottom) = mercator(
        np.array([bbox.west - 1e-5, bbox.east + 1e-5]),
        np.array([bbox.north + 1e-5, bbox.south - 1e-5]),
    )
    x, y = columns.x[positions], columns.y[positions]
    result: np.ndarray = positions[(x >= left) & (x <= right) & (y >= top) & (y <= bottom)]
    return result


def _sorter(collection: str, sort: str) -> Callable[[Any], Any]:
    key = sort.removeprefix("-")
    if not key:
        return lambda r: (is_demo(r), fold(r.name), r.id)
    column = next((c for c in COLUMNS[collection] if c.key == key), None)
    if column is None:
        raise BadRequest("error.bad_parameter", name="sort", value=sort[:40])
    return lambda r: (column.sort(r), r.id)


def _row(query: Query, collection: str, record: Any, named: bool, t: Words) -> dict[str, Any]:
    class_ = collection.removesuffix("s")
    published = collection in ("reports", "fairs")
    lon_lat = None if collection == "reports" else record.lon_lat
    return {
        "sel": f"{'site' if class_ == 'maison' else class_}:{record.id}",
        "class": class_,
        "open": published or is_open(record),
        "demo": not published and is_demo(record),
        "named": named,
        "cells": [{"text": c.show(record, query, t)} for c in COLUMNS[collection]],
        "lon": lon_lat[0] if lon_lat else None,
        "lat": lon_lat[1] if lon_lat else None,
    }


def _empty(query: Query, collection: str, view: ViewState, t: Words) -> str:
    counts = {**dict.fromkeys(("buyers", "sites", "maisons"), 1), collection: 0}
    blamed = blame_answer(query, view, counts, t)
    return blamed["text"] if blamed else t(f"empty.{collection}")


def listed_records(query: Query, view: ViewState, collection: str) -> list[Any]:
    """The matching records of a collection, published first, then by name."""
    columns = query.columns[collection]
    rows = np.flatnonzero(query.passing(collection, view)).tolist()
    return sorted(map(columns.record, rows), key=lambda r: (is_demo(r), r.name, r.id))
