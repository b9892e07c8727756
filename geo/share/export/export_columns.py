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
from geo.i18n.labels import area_name, crafts_text, is_demo, kind_label
from geo.i18n.words import Words, words
from geo.model.address import encode
from geo.model.records import Buyer, Report, Site
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


def _site(name: str) -> Callable[[Any, Query, Words], Any]:
    return lambda r, _q, _t: getattr(r, name) if isinstance(r, Site) else None


def _area(name: str) -> Callable[[Any, Query, Words], Any]:
    return lambda r, q, t: (
        area_name(q.catalogue, getattr(r, name), t) if isinstance(r, Site) else None
    )


def _place(r: Record, _q: Query, _t: Words) -> str:
    return r.city if isinstance(r, Buyer) else r.town or r.commune


COLUMNS: tuple[ExportColumn, ...] = (
    ExportColumn("name", "text", lambda r, _q, _t: r.name, 44),
    ExportColumn("class", "text", lambda r, _q, t: t(f"snapshot.key.{r.class_}s"), 20),
    ExportColumn("kind", "text", lambda r, _q, t: kind_label(r, t), 26),
    ExportColumn(
        "country",
        "text",
        lambda r, _q, t: t.country(r.country if isinstance(r, Buyer) else "MA"),
        18,
    ),
    ExportColumn("place", "text", _place, 22),
    ExportColumn("province", "text", _area("province"), 22),
    ExportColumn("region", "text", _area("region"), 24),
    ExportColumn("crafts", "text", lambda r, _q, t: crafts_text(r.crafts, t), 36),
    ExportColumn(
        "status",
        "text",
        lambda r, _q, t: t(f"status.{r.status}") if isinstance(r, Site) else None,
        18,
    ),
    ExportColumn(
        "year", "whole", lambda r, _q, _t: r.year if isinstance(r, Buyer) else r.year_opened, 14
    ),
    ExportColumn("capacity", "number", _site("capacity_artisans"), 18),
    ExportColumn("area", "number", _site("area_m2"), 16),
    ExportColumn("budget", "number", _site("budget_mad"), 18),
    ExportColumn("website", "text", lambda r, _q, _t: getattr(r, "website", None), 28),
    ExportColumn("origin", "text", lambda r, _q, t: t(f"origin.{r.provenance}"), 18),
    ExportColumn(
        "precision",
        "text",
        lambda r, _q, t: t(f"precision.{r.precision}") if r.lon_lat else t("precision.unknown"),
        26,
    ),
    ExportColumn("verified", "date", lambda r, _q, _t: r.verified, 14),
    ExportColumn("lon", "number", lambda r, _q, _t: r.lon_lat[0] if r.lon_lat else None, 14),
    ExportColumn("lat", "number", lambda r, _q, _t: r.lon_lat[1] if r.lon_lat else None, 14),
    ExportColumn(
        "sources", "text", lambda r, _q, _t: " | ".join(s.url or s.label for s in r.sources), 50
    ),
    ExportColumn("id", "text", lambda r, _q, _t: r.id, 30),
)


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
