"""ViewState: everything a person can set, and the one field table derived from it.

Address, widgets, query, map, caption and tests all read ``FIELDS``. A filter is one row
here, one reader in ``geo.columns.READERS`` and its words in the catalogue.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Literal

from geo.model import (
    BUYER_KINDS,
    COLLECTIONS,
    CRAFTS,
    LANGUAGES,
    PERIOD_CODES,
    PROVENANCES,
    REPORT_KINDS,
    SITE_KINDS,
    STATUSES,
    Catalogue,
)

Affects = Literal["data", "style", "camera"]
LAYERS = ("buyers", "sites", "maisons")
BASES = ("vector", "osm")
SELECTABLE = ("buyer", "site", "market", "craft", "report", "region")
MAX_TEXT = 80


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One row of the field table.

    Attributes
    ----------
    name : name in the address, in ViewState and in the catalogue (``facet.<name>``).
    many : whether it holds a tuple of codes (a facet) or one text.
    default : value that is not written to the address.
    affects : what a change redraws.
    values : known codes in display order, or a function of the catalogue; None = free text.
    concerns : the collections the filter narrows; empty when it is not a filter.
    pattern : what a free text must look like as a whole, in the syntax that Python and
        JavaScript share; empty = judged elsewhere.
    """

    name: str
    many: bool
    default: Any
    affects: Affects
    values: tuple[str, ...] | Callable[[Catalogue], tuple[str, ...]] | None
    concerns: tuple[str, ...]
    pattern: str = ""

    def codes(self, catalogue: Catalogue) -> tuple[str, ...]:
        """The codes the field accepts, in display order."""
        if callable(self.values):
            return self.values(catalogue)
        return self.values or ()


def _many(values: Any, concerns: tuple[str, ...] = (), *, affects: Affects = "data",
          default: tuple[str, ...] = ()) -> Any:
    return field(default=default, metadata={
        "many": True, "values": values, "concerns": concerns, "affects": affects})


def _one(values: Any = None, *, default: str = "", affects: Affects = "style",
         concerns: tuple[str, ...] = (), pattern: str = "") -> Any:
    return field(default=default, metadata={
        "many": False, "values": values, "concerns": concerns, "affects": affects,
        "pattern": pattern})


def _market_codes(catalogue: Catalogue) -> tuple[str, ...]:
    return tuple(m.iso2 for m in catalogue.markets)


def _report_codes(catalogue: Catalogue) -> tuple[str, ...]:
    newest = sorted(catalogue.reports, key=lambda r: r.newest_first, reverse=True)
    return tuple(r.id for r in newest)


PLACES = ("sites", "maisons")
RECORDS = ("buyers", "sites", "maisons")


@dataclass(frozen=True)
class ViewState:
    """One immutable view.

    ``at`` is ``(lon, lat, zoom)`` in degrees, or None: fit the result. ``shared`` is the code of
    the kept view it was opened from; ``proof`` is the step of the selected report's evidence chain;
    ``embed`` shows the map alone, inside another page.
    """

    lang: str = _one(LANGUAGES, default="fr", affects="data")
    market: tuple[str, ...] = _many(_market_codes, ("buyers", "reports"))
    craft: tuple[str, ...] = _many(CRAFTS, COLLECTIONS)
    report: tuple[str, ...] = _many(_report_codes, COLLECTIONS)
    region: tuple[str, ...] = _many(lambda c: tuple(a.code for a in c.regions), PLACES)
    province: tuple[str, ...] = _many(lambda c: tuple(a.code for a in c.provinces), PLACES)
    q: str = _one(affects="data", concerns=COLLECTIONS)
    buyer: tuple[str, ...] = _many(BUYER_KINDS, ("buyers",))
    site: tuple[str, ...] = _many(SITE_KINDS, PLACES)
    status: tuple[str, ...] = _many(STATUSES, PLACES)
    origin: tuple[str, ...] = _many(PROVENANCES, RECORDS)
    period: tuple[str, ...] = _many(PERIOD_CODES, COLLECTIONS)
    report_kind: tuple[str, ...] = _many(REPORT_KINDS, ("reports",))
    sel: str = _one()
    proof: str = _one(pattern="[1-9][0-9]{0,2}")
    layers: tuple[str, ...] = _many(LAYERS, affects="style", default=LAYERS)
    base: str = _one(BASES, default="vector")
    tab: str = _one(COLLECTIONS, default="buyers")
    shared: str = _one(pattern="[2-9A-HJKMNP-Z]{6,8}")
    embed: str = _one(("1",))
    at: tuple[float, float, float] | None = field(
        default=None, metadata={"many": False, "values": None, "concerns": (), "affects": "camera"})

    def with_(self, **changes: Any) -> ViewState:
        """A copy with some fields changed."""
        return replace(self, **changes)

    def toggle(self, name: str, code: str) -> ViewState:
        """The view with one code of a facet picked, or dropped when it was picked."""
        picked = getattr(self, name)
        return replace(self, **{
            name: tuple(c for c in picked if c != code) if code in picked else (*picked, code)})

    def cleared(self, name: str | None = None) -> ViewState:
        """The view without one filter, or without any."""
        names = [name] if name else [f.name for f in FILTERS]
        return replace(self, **{n: FIELDS[n].default for n in names})

    @property
    def selected(self) -> tuple[str, str] | None:
        """Kind and id of the selected entity, or None."""
        kind, _, id_ = self.sel.partition(":")
        return (kind, id_) if id_ and kind in SELECTABLE else None

    def picks(self) -> list[tuple[FieldInfo, str]]:
        """Every active filter value, in field order: what the sentence above the map says."""
        found = []
        for info in FILTERS:
            value = getattr(self, info.name)
            found += [(info, code) for code in (value if info.many else ([value] if value else []))]
        return found


def _info(f: Field) -> FieldInfo:
    return FieldInfo(name=f.name, default=f.default, **f.metadata)


FIELDS: Mapping[str, FieldInfo] = MappingProxyType({f.name: _info(f) for f in fields(ViewState)})
#: The fields that narrow the records, in the order of the sentence.
FILTERS = tuple(info for info in FIELDS.values() if info.concerns)
#: The filters with countable values.
FACETS = tuple(info for info in FILTERS if info.many)
