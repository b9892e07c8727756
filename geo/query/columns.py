"""Column store: the records as numpy columns, sorted along a space-filling curve.

Rows that share every filterable code share a *signature*; a filter is evaluated once per
signature and spread to the rows by one gather, so its cost hardly grows with the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import numpy as np

from geo.model.freshness import looked_at, step_of
from geo.model.records import AGE_STEPS, Buyer, Catalogue, Site, period_of
from geo.model.view import FIELDS
from geo.places.curve import curve_key, mercator
from geo.text.token_index import TokenIndex

#: Filterable codes of a record, by collection and filter. A tuple means "carries several".
READERS: Mapping[str, Mapping[str, Callable[..., Any]]] = {
    "buyers": {
        "market": lambda b: b.country,
        "craft": lambda b: b.crafts,
        "buyer": lambda b: b.kind,
        "origin": lambda b: b.provenance,
        "period": lambda b: period_of(b.year),
    },
    "sites": {
        "craft": lambda s: s.crafts,
        "region": lambda s: s.region,
        "province": lambda s: s.province,
        "site": lambda s: s.kind,
        "status": lambda s: s.status,
        "women": lambda s: "yes" if s.women_only else "no",
        "training": lambda s: "yes" if s.trains else "no",
        "origin": lambda s: s.provenance,
        "period": lambda s: period_of(s.year_opened),
    },
}
READERS = {**READERS, "maisons": READERS["sites"]}


@dataclass(frozen=True)
class Columns:
    """One collection, row-sorted by curve key; rows without a position come last.

    Attributes
    ----------
    row : (n,) index of each row in the catalogue's sequence.
    x, y : (n,) Web Mercator (EPSG:3857) as fractions of the world, y downwards; nan if unplaced.
    key : (placed,) curve keys, ascending.
    signature : (n,) index into the signature table.
    weights : (s,) rows per signature.
    codes : filter -> (s,) code index for single-valued filters; ``fresh``: index in ``AGE_STEPS``.
    bits : filter -> (s,) bit set for several-valued filters.
    named : (s,) index of the set of reports that name the row; 0 = none.
    named_sets : the report ids of each such set.
    names : searchable words of each row; ``places`` those of each distinct place.
    place : (n,) index of the row's town or city in ``place_names``.
    year : (n,) year of the first known relation, or of the opening; 0 when unknown.
    """

    collection: str
    records: Sequence[Buyer] | Sequence[Site]
    row: np.ndarray
    x: np.ndarray
    y: np.ndarray
    key: np.ndarray
    signature: np.ndarray
    weights: np.ndarray
    codes: Mapping[str, np.ndarray]
    bits: Mapping[str, np.ndarray]
    named: np.ndarray
    named_sets: tuple[frozenset[str], ...]
    names: TokenIndex
    place: np.ndarray
    place_names: tuple[str, ...]
    year: np.ndarray

    def __len__(self) -> int:
        return len(self.row)

    @property
    def placed(self) -> int:
        """How many rows have a position; they are the first ones."""
        return len(self.key)

    def record(self, position: int) -> Buyer | Site:
        """The record at a sorted position."""
        return self.records[int(self.row[position])]


def build_columns(catalogue: Catalogue, collection: str, today: date) -> Columns:
    """Build the columns of ``buyers``, ``sites`` or ``maisons``, with ages as of ``today``."""
    records, rows = _members(catalogue, collection)
    looked = looked_at(catalogue)
    step: Callable[[str, date], str] = lru_cache(maxsize=4096)(step_of)
    readers: dict[str, Callable[..., Any]] = {
        **READERS[collection],
        "fresh": lambda record: step(looked(record), today),
    }
    codes = {
        name: AGE_STEPS if name == "fresh" else FIELDS[name].codes(catalogue) for name in readers
    }
    index = {name: {code: i for i, code in enumerate(values)} for name, values in codes.items()}
    named_by = _naming_reports(catalogue) if collection == "buyers" else {}
    signatures: dict[tuple[Any, ...], int] = {}
    sets: dict[frozenset[str], int] = {frozenset(): 0}
    places: dict[str, int] = {}
    signature, place = np.empty(len(rows), np.int32), np.empty(len(rows), np.int32)
    lon, lat = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    year = np.zeros(len(rows), np.int16)
    texts = []
    for i, row in enumerate(rows):
        record = records[row]
        parts = [_code(index[name], read(record)) for name, read in readers.items()]
        named = sets.setdefault(named_by.get(record.id, frozenset()), len(sets))
        signature[i] = signatures.setdefault((*parts, named), len(signatures))
        if record.lon_lat:
            lon[i], lat[i] = record.lon_lat
        year[i] = year_of(record) or 0
        place[i] = places.setdefault(place_of(record), len(places))
        texts.append(f"{record.name} {description_of(record)}")
    x, y = mercator(lon, lat)
    key = curve_key(x, y)
    order = np.lexsort((np.arange(len(rows)), key, np.isnan(x)))
    placed = int(np.count_nonzero(~np.isnan(x)))
    table = np.array(list(signatures), np.int64).reshape(len(signatures), len(readers) + 1)
    split = {name: table[:, i].copy() for i, name in enumerate(readers)}
    several = {"craft"}
    return Columns(
        collection=collection,
        records=records,
        row=rows[order],
        x=x[order],
        y=y[order],
        key=key[order][:placed],
        signature=signature[order],
        weights=np.bincount(signature, minlength=len(signatures)).astype(np.int64),
        codes={k: v for k, v in split.items() if k not in several},
        bits={k: v for k, v in split.items() if k in several},
        named=table[:, -1].copy(),
        named_sets=tuple(sets),
        names=TokenIndex([texts[i] for i in order]),
        place=place[order],
        place_names=tuple(places),
        year=year[order],
    )


def _members(catalogue: Catalogue, collection: str) -> tuple[Sequence[Any], np.ndarray]:
    if collection == "buyers":
        return catalogue.buyers, np.arange(len(catalogue.buyers), dtype=np.int32)
    wanted = collection[:-1]
    rows = [i for i, site in enumerate(catalogue.sites) if site.class_ == wanted]
    return catalogue.sites, np.array(rows, np.int32)


def _naming_reports(catalogue: Catalogue) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for report in catalogue.reports:
        for buyer in report.named:
            found.setdefault(buyer, set()).add(report.id)
    return {buyer: frozenset(reports) for buyer, reports in found.items()}


def _code(index: Mapping[str, int], value: str | tuple[str, ...]) -> int:
    """Index of a code (-1 when unknown to this catalogue), or the bit set of several."""
    if isinstance(value, tuple):
        return sum(1 << index[v] for v in value)
    return index.get(value, -1)


def place_of(record: Buyer | Site) -> str:
    """The town or city of a record; empty when unknown."""
    if isinstance(record, Buyer):
        return record.city
    return " ".join(dict.fromkeys(filter(None, (record.town, record.commune))))


def year_of(record: Buyer | Site) -> int | None:
    """The year of the first known relation, or of the opening."""
    return record.year if isinstance(record, Buyer) else record.year_opened


def description_of(record: Buyer | Site) -> str:
    """The free-text description of a record, in French."""
    return record.relation_fr if isinstance(record, Buyer) else record.fact_fr
