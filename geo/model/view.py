"""View state: everything a user can set, and the one field table derived from it.

Address, widgets, query, map, caption and tests all read ``FIELDS``. A filter is one row
here, one reader in ``geo.query.columns.READERS`` and its words in the catalogue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Literal

from geo.model.criteria import AXES, MEASURES, WEIGHT_CODES, WHOLE_YEAR
from geo.model.export_statistics import exports, windows
from geo.model.records import (
    AGE_MONTHS,
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

Affects = Literal["data", "style", "camera", "locate"]
LAYERS = ("buyers", "sites", "maisons", "fairs")
#: The default layers; fairs are off by default.
SHOWN = ("buyers", "sites", "maisons")
#: What the table lists, one tab each.
TABS = (*COLLECTIONS, "fairs")
BASES = ("vector", "osm")
SELECTABLE = ("buyer", "site", "market", "craft", "report", "region", "fair")
MAX_TEXT = 80
#: The sections of the Markets page.
SECTIONS = ("rank", "baro", "compare", "gap", "make", "mission", "support", "list", "method")
#: The sections of the Data page.
BOOKS = ("quality", "import", "records", "history", "about")
#: How long a mission may be, days.
DAYS = tuple(map(str, range(1, 11)))
#: What an exporter may be, for the eligibility helper.
LEGAL = ("company", "cooperative", "artisan")
YES_NO = ("yes", "no")
KILOMETRES = ("10", "25", "50", "100")
NEAREST = ("5", "3", "10", "20", "within")
#: Form of a place, a commune and a drawn zone; what they name is looked up elsewhere.
_DEGREES = r"-?[0-9]{1,3}(\.[0-9]{1,5})?,-?[0-9]{1,2}(\.[0-9]{1,5})?"
#: A position may bear the name that an online service gave it: text, bounded, no markup.
_NAME = r"[^\x00-\x1f\x7f-\x9f;<>&\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]{1,80}"
PLACE = rf"(town|commune|province|region|site):[A-Za-z0-9_.:-]{{1,120}}|{_DEGREES}(;{_NAME})?"
COMMUNE = r"[0-9]{2}\.[0-9.]{3,20}"
_PLAIN = r"[^\x00-\x1f\x7f\u2028\u2029]"
#: A pasted request and the terms accepted from it: what is longer stays out of the address.
REQUEST, TERMS = _PLAIN + "{1,240}", _PLAIN + "{1,400}"
TURNOVER = r"[0-9]{1,9}([.,][0-9]{1,3})?"
DAY = r"20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
#: One starred record in a shared list: its kind by one letter, its id.
STAR = r"[mbs]:[A-Za-z0-9_.:-]{1,120}"
ZONE = rf"({_DEGREES};){{2,40}}{_DEGREES}"


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """Metadata of one field of the view.

    Attributes
    ----------
    name : name in the address, in ViewState and in the catalogue (``facet.<name>``).
    many : whether it holds a tuple of codes (a facet) or one text.
    default : value that is not written to the address.
    affects : what a change redraws.
    values : known codes in display order, or a function of the catalogue; None = free text.
    concerns : the collections the filter narrows; empty when it is not a filter.
    pattern : regular expression for the whole of a free text, in the syntax that Python and
        JavaScript share; empty = validated elsewhere.
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


def _many(
    values: Any,
    concerns: tuple[str, ...] = (),
    *,
    affects: Affects = "data",
    default: tuple[str, ...] = (),
    pattern: str = "",
) -> Any:
    return field(
        default=default,
        metadata={
            "many": True,
            "values": values,
            "concerns": concerns,
            "affects": affects,
            "pattern": pattern,
        },
    )


def _one(
    values: Any = None,
    *,
    default: str = "",
    affects: Affects = "style",
    concerns: tuple[str, ...] = (),
    pattern: str = "",
) -> Any:
    return field(
        default=default,
        metadata={
            "many": False,
            "values": values,
            "concerns": concerns,
            "affects": affects,
            "pattern": pattern,
        },
    )


def _market_codes(catalogue: Catalogue) -> tuple[str, ...]:
    return tuple(m.iso2 for m in catalogue.markets)


def _report_codes(catalogue: Catalogue) -> tuple[str, ...]:
    newest = sorted(catalogue.reports, key=lambda r: r.newest_first, reverse=True)
    return tuple(r.id for r in newest)


PLACES = ("sites", "maisons")
RECORDS = ("buyers", "sites", "maisons")


@dataclass(frozen=True)
class ViewState:
    """Immutable state of a view.

    Attributes
    ----------
    at : ``(lon, lat, zoom)`` in degrees, or None: fit the result.
    shared : code of the shared view it was opened from.
    stars : a shared shortlist.
    terms : « none » when every term of the request was removed.
    proof : step of the selected report's evidence chain.
    embed : the map alone, inside another page.
    """

    lang: str = _one(LANGUAGES, default="fr", affects="data")
    market: tuple[str, ...] = _many(_market_codes, ("buyers", "reports", "fairs"))
    craft: tuple[str, ...] = _many(CRAFTS, TABS)
    report: tuple[str, ...] = _many(_report_codes, COLLECTIONS)
    region: tuple[str, ...] = _many(lambda c: tuple(a.code for a in c.regions), PLACES)
    province: tuple[str, ...] = _many(lambda c: tuple(a.code for a in c.provinces), PLACES)
    q: str = _one(affects="data", concerns=COLLECTIONS)
    buyer: tuple[str, ...] = _many(BUYER_KINDS, ("buyers",))
    site: tuple[str, ...] = _many(SITE_KINDS, PLACES)
    status: tuple[str, ...] = _many(STATUSES, PLACES)
    origin: tuple[str, ...] = _many(PROVENANCES, (*RECORDS, "fairs"))
    women: tuple[str, ...] = _many(YES_NO, PLACES)
    training: tuple[str, ...] = _many(YES_NO, PLACES)
    period: tuple[str, ...] = _many(PERIOD_CODES, TABS)
    fresh: str = _one(tuple(AGE_MONTHS), affects="data", concerns=RECORDS)
    report_kind: tuple[str, ...] = _many(REPORT_KINDS, ("reports",))
    sel: str = _one()
    proof: str = _one(pattern="[1-9][0-9]{0,2}")
    layers: tuple[str, ...] = _many(LAYERS, affects="style", default=SHOWN)
    base: str = _one(BASES, default="vector")
    tab: str = _one(TABS, default="buyers")
    show: str = _one(SECTIONS, default="rank")
    book: str = _one(BOOKS, default="quality")
    axis: str = _one(AXES, default="attractiveness")
    weights: tuple[str, ...] = _many(WEIGHT_CODES, affects="style")
    compare: tuple[str, ...] = _many(_market_codes, affects="style")
    measure: str = _one(MEASURES, default="value_mdh")
    months: str = _one(lambda _: windows(exports()), default=WHOLE_YEAR)
    days: str = _one(DAYS, default="3")
    start: str = _one(pattern=DAY)
    request: str = _one(pattern=REQUEST)
    terms: str = _one(pattern=TERMS)
    turnover: str = _one(pattern=TURNOVER)
    legal: str = _one(LEGAL)
    stars: tuple[str, ...] = _many(None, affects="style", pattern=STAR)
    shared: str = _one(pattern="[2-9A-HJKMNP-Z]{6,8}")
    embed: str = _one(("1",))
    at: tuple[float, float, float] | None = field(
        default=None, metadata={"many": False, "values": None, "concerns": (), "affects": "camera"}
    )

    # Locate: start place, radius around it, and siting of new facilities.
    place: str = _one(affects="locate", pattern=PLACE)
    km: str = _one(KILOMETRES, default="50", affects="locate")
    nearest: str = _one(NEAREST, default="5", affects="locate")
    coming: str = _one(YES_NO, default="no", affects="locate")
    cover: str = _one(("province", "region", "off"), default="province", affects="locate")
    milieu: str = _one(("all", "rural", "urban"), default="all", affects="locate")
    new: str = _one(("0", "1", "2", "3", "5", "10", "20"), default="0", affects="locate")
    where: str = _one(("any", "rural"), default="any", affects="locate")
    apart: str = _one(("0", "10", "25", "50"), default="0", affects="locate")
    pin: tuple[str, ...] = _many(None, affects="locate", pattern=COMMUNE)
    ban: tuple[str, ...] = _many(None, affects="locate", pattern=COMMUNE)
    zone: str = _one(affects="locate", pattern=ZONE)
    reach: str = _one(YES_NO, default="no", affects="locate")

    def with_(self, **changes: Any) -> ViewState:
        """A copy with some fields changed."""
        return replace(self, **changes)

    def toggle(self, name: str, code: str) -> ViewState:
        """A copy with one code of a facet added, or removed when it was there."""
        picked = getattr(self, name)
        return self.with_(
            **{name: tuple(c for c in picked if c != code) if code in picked else (*picked, code)}
        )

    def cleared(self, name: str | None = None) -> ViewState:
        """A copy without one filter, or without any."""
        names = [name] if name else [f.name for f in FILTERS]
        return replace(self, **{n: FIELDS[n].default for n in names})

    @property
    def selected(self) -> tuple[str, str] | None:
        """Kind and id of the selected entity, or None."""
        kind, _, id_ = self.sel.partition(":")
        return (kind, id_) if id_ and kind in SELECTABLE else None

    def picks(self) -> list[tuple[FieldInfo, str]]:
        """Every active filter value, in field order, as in the sentence above the map."""
        found = []
        for info in FILTERS:
            value = getattr(self, info.name)
            found += [(info, code) for code in (value if info.many else ([value] if value else []))]
        return found


def _info(f: Field[Any]) -> FieldInfo:
    return FieldInfo(name=f.name, default=f.default, **f.metadata)


FIELDS: Mapping[str, FieldInfo] = MappingProxyType({f.name: _info(f) for f in fields(ViewState)})
#: The fields that narrow the records, in the order of the sentence.
FILTERS = tuple(info for info in FIELDS.values() if info.concerns)
#: The filters with countable values.
FACETS = tuple(info for info in FILTERS if info.many)
