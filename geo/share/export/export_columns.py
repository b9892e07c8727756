"""Columns that every export shares, and the metadata that each file carries.

Rows     the records that pass the filters on the layers that are shown, published first.
Units    lon, lat degrees (EPSG:4326); area square metres; budget dirhams; year a number.
Missing  unknown is None (an empty cell), never zero.
Demo     generated records are marked twice: in their name and in the column ``origin``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Literal

from geo.core import clock
from geo.core.credits import CREDITS
from geo.core.errors import BadRequest
from geo.explore.api.sentence import filters_text
from geo.explore.api.table import listed_records
from geo.i18n.labels import area_name, is_demo, kind_label
from geo.i18n.words import Words, words
from geo.model.address import encode
from geo.model.records import Buyer, Report, Site
from geo.model.schema import RECORD_CLASSES, SCHEMA, Field, in_order
from geo.model.view import RECORDS, ViewState
from geo.query.engine import Query
from geo.text.cleaning import clean

MAX_RECORDS = 50_000
Kind = Literal["text", "whole", "number", "date"]
Record = Buyer | Site


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column: the name machines read, how it is typed, and how it is read."""

    key: str
    kind: Kind
    read: Callable[[Any, Query, Words], Any]
    width: int = 18


Read = Callable[[Any, Query, Words], Any]
#: Key -> width, in the order that readers of our files count on; the table's other columns
#: come before ``origin``.
_WIDTHS: Mapping[str, int] = {
    **{"name": 44, "class": 20, "kind": 26, "country": 18, "place": 22, "province": 22},
    **{"region": 24, "crafts": 36, "status": 18, "year": 14, "capacity": 18, "area": 16},
    **{"budget": 18, "website": 28, "origin": 18, "precision": 26, "verified": 14, "lon": 14},
    **{"lat": 14, "sources": 50, "id": 30},
}
_LAST = ("origin", "precision", "verified", "lon", "lat", "sources", "id")
_KINDS: Mapping[str, Kind] = {
    "year": "whole",
    "whole": "number",
    "number": "number",
    "date": "date",
    "day": "date",
    "position": "number",
}


def _place(r: Record, _q: Query, _t: Words) -> str:
    return r.city if isinstance(r, Buyer) else r.town or r.commune


#: Columns that are more than one field as it is.
_MADE: Mapping[str, Read] = {
    "class": lambda r, _q, t: t(f"snapshot.key.{r.class_}s"),
    "kind": lambda r, _q, t: kind_label(r, t),
    "country": lambda r, _q, t: t.country(r.country if isinstance(r, Buyer) else "MA"),
    "place": _place,
    "precision": lambda r, _q, t: (
        t(f"precision.{r.precision}") if r.lon_lat else t("precision.unknown")
    ),
    "lon": lambda r, _q, _t: r.lon_lat[0] if r.lon_lat else None,
    "lat": lambda r, _q, _t: r.lon_lat[1] if r.lon_lat else None,
    "sources": lambda r, _q, _t: " | ".join(s.url or s.label for s in r.sources),
}


def _text(field: Field, value: Any, query: Query, t: Words) -> Any:
    if field.codes in ("regions", "provinces"):
        return area_name(query.catalogue, value, t)
    if field.type == "many":
        return " · ".join(t(f"{field.words}.{v}") for v in value)
    if field.type == "flag":
        return None if value is None else t("ui.yes" if value else "ui.no")
    return t(f"{field.words}.{value}") if field.words and value else value


def _read(key: str) -> Read:
    fields = {
        RECORD_CLASSES[name]: field
        for name in ("buyers", "sites")
        for field in SCHEMA[name]
        if field.export == key
    }

    def read(record: Any, query: Query, t: Words) -> Any:
        field = fields.get(type(record))
        return None if field is None else _text(field, getattr(record, field.name), query, t)

    return read


def _columns() -> tuple[ExportColumn, ...]:
    kinds = {
        key: _KINDS.get(field.type, "text")
        for name in ("buyers", "sites")
        for field in SCHEMA[name]
        for key in field.export.split()
    } | {"class": "text"}
    first = [key for key in _WIDTHS if key not in _LAST]
    return tuple(
        ExportColumn(key, kinds[key], _MADE.get(key) or _read(key), _WIDTHS.get(key, 18))
        for key in in_order(kinds, first, _LAST)
    )


#: The columns of the table's fields, and the class.
COLUMNS: tuple[ExportColumn, ...] = _columns()


@dataclass(frozen=True)
class Export:
    """The content of one file: the records and the metadata."""

    query: Query
    view: ViewState
    t: Words
    records: tuple[Record, ...]
    reports: tuple[Report, ...]
    filters: str
    link: str
    day: date

    @property
    def demo(self) -> int:
        """How many of the records are generated."""
        return sum(map(is_demo, self.records))

    @property
    def placed(self) -> tuple[Record, ...]:
        """The records that have a position."""
        return tuple(r for r in self.records if r.lon_lat)

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """The heading of each column."""
        return {c.key: self.t(f"export.col.{c.key}") for c in COLUMNS}

    def row(self, record: Record) -> dict[str, Any]:
        """One record by column key; texts are one line without control characters."""
        found = {}
        for column in COLUMNS:
            value = column.read(record, self.query, self.t)
            found[column.key] = (clean(value) or None) if isinstance(value, str) else value
        return found

    def about(self, *, left_out: int = 0) -> list[tuple[str, str]]:
        """The metadata of the file, as label and text."""
        t = self.t
        lines = [
            (t("export.about.filters"), filters_text(self.query, self.view, t, lead=False)),
            (t("export.about.rows"), t.number(len(self.records) - left_out)),
            (t("export.about.demo"), t.number(self.demo)),
            (t("export.about.date"), t.date(self.day.isoformat())),
            (t("export.about.version"), self.query.catalogue.version),
            (t("export.about.link"), self.link),
            (t("export.about.sources"), " ".join(map(t, CREDITS))),
        ]
        if left_out:
            lines.append((t("export.about.title"), t("export.no_position", n=t.number(left_out))))
        return [(label, clean(text)) for label, text in lines]

    def about_text(self, *, left_out: int = 0, short: bool = False) -> str:
        """The same, one line each; short: without address and sources."""
        lines = self.about(left_out=left_out)
        return "\n".join(
            self.t("snapshot.filter", label=label, values=text)
            for label, text in (lines[:5] if short else lines)
        )


def export_of(
    query: Query, view: ViewState, *, base: str = "", today: date | None = None
) -> Export:
    """Read the records of a view.

    Raises
    ------
    BadRequest : more than 50,000 records.
    """
    t = words(view.lang)
    counts = query.counts(view)
    if sum(counts[n] for n in RECORDS if n in view.layers) > MAX_RECORDS:
        raise BadRequest("error.export_too_big", limit=t.number(MAX_RECORDS))
    records = tuple(
        r for name in RECORDS if name in view.layers for r in listed_records(query, view, name)
    )
    return Export(
        query,
        view,
        t,
        records,
        tuple(query.matching_reports(view)),
        filters_text(query, view, t),
        f"{base}/?{encode(view)}".removesuffix("?"),
        today or clock.today(),
    )
