"""Trade partners: sites that make what a buyer buys, and buyers of what a site makes."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

import numpy as np

from geo.i18n.labels import is_demo, is_open
from geo.model.records import Buyer, Site
from geo.model.view import ViewState
from geo.query.engine import Query

KEPT = 24
#: How many matches are looked at when ranking; the total is exact all the same.
RANKED = 5_000


def sites_that_make(query: Query, crafts: tuple[str, ...]) -> tuple[list[Site], int]:
    """Sites and Maisons that share a craft: most crafts shared, open and published first.

    Returns
    -------
    The best of them and how many there are in all.
    """
    if not crafts:
        return [], 0
    view = ViewState(craft=crafts)
    parts = [_best(query, name, view, _rank(crafts)) for name in ("sites", "maisons")]
    best = heapq.merge(*(p[0] for p in parts), key=_rank(crafts))
    return list(best)[:KEPT], sum(p[1] for p in parts)


def who_buys(
    query: Query, crafts: tuple[str, ...], view: ViewState | None = None
) -> tuple[list[Buyer], int]:
    """Buyers that share a craft (or pass ``view``), in the same order."""
    if view is None and not crafts:
        return [], 0
    return _best(query, "buyers", view or ViewState(craft=crafts), _rank(crafts))


def _rank(crafts: tuple[str, ...]) -> Callable[[Buyer | Site], tuple[Any, ...]]:
    wanted = set(crafts)
    return lambda r: (is_demo(r), not is_open(r), -len(wanted & set(r.crafts)), r.name, r.id)


def _best(
    query: Query, collection: str, view: ViewState, rank: Callable[..., Any]
) -> tuple[list[Any], int]:
    columns = query.columns[collection]
    positions = np.flatnonzero(query.passing(collection, view))
    records = (columns.record(p) for p in positions[:RANKED])
    return heapq.nsmallest(KEPT, records, key=rank), len(positions)
