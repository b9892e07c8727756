"""Watch reports: which view they match, what they cover, and the sentence that says why."""
from __future__ import annotations

from collections.abc import Mapping

from geo.i18n import Words
from geo.model import Buyer, Catalogue, Report, Site, period_of
from geo.search import Search
from geo.view import FACETS, FieldInfo, ViewState


def covers_codes(report: Report) -> Mapping[str, tuple[str, ...]]:
    """What a report covers, by filter; an empty tuple means all values."""
    return {"market": report.markets, "craft": report.crafts}


def covers(report: Report, *, market: str | None = None, crafts: tuple[str, ...] | None = None
           ) -> bool:
    """Whether a report covers a market and at least one of the crafts; None = not asked."""
    if market is not None and report.markets and market not in report.markets:
        return False
    return crafts is None or not report.crafts or bool(set(crafts) & set(report.crafts))


class ReportIndex:
    """Filters the reports; thirty rows need no columns."""

    def __init__(self, catalogue: Catalogue, search: Search) -> None:
        self._search = search
        self._newest = sorted(catalogue.reports, key=lambda r: r.newest_first, reverse=True)

    def matching(self, view: ViewState) -> list[Report]:
        """The reports that pass every filter, newest first."""
        wanted = [(i, getattr(view, i.name)) for i in FACETS
                  if "reports" in i.concerns and getattr(view, i.name)]
        texts = self._search.reports(view.q) if view.q else None
        return [r for r in self._newest
                if all(_matches(r, i, picked) for i, picked in wanted)
                and (texts is None or r.id in texts)]

    def about_market(self, iso2: str) -> list[Report]:
        """The reports that cover a market, newest first."""
        return [r for r in self._newest if covers(r, market=iso2)]

    def about_craft(self, craft: str) -> list[Report]:
        """The reports that cover a craft, newest first."""
        return [r for r in self._newest if covers(r, crafts=(craft,))]

    def about(self, record: Buyer | Site) -> list[Report]:
        """The reports that name or cover a record: named first, then newest first."""
        if isinstance(record, Site):
            return [r for r in self._newest if covers(r, crafts=record.crafts)]
        naming = [r for r in self._newest if record.id in r.named]
        covering = [r for r in self._newest if record.id not in r.named
                    and covers(r, market=record.country, crafts=record.crafts)]
        return naming + covering


def _matches(report: Report, info: FieldInfo, picked: tuple[str, ...]) -> bool:
    if info.name == "report":
        return report.id in picked
    if info.name == "period":
        return period_of(report.year) in picked
    codes = covers_codes(report)[info.name]
    return not codes or bool(set(codes) & set(picked))


def why(report: Report, record: Buyer | Site | str, t: Words) -> str:
    """The sentence that links a report to a record, a market or a craft (given by its code)."""
    if isinstance(record, Buyer) and record.id in report.named:
        notes = [n.id for n in report.notes if _names(n.organisations, record.name)]
        return t("why.named_in", notes=t.all_of(notes)) if notes else t("why.named")
    if isinstance(record, Buyer):
        market = t.country(record.country) if report.markets else ""
        return _covering(market, _shared(report, record.crafts, t), t)
    if isinstance(record, Site):
        return _covering("", _shared(report, record.crafts, t), t)
    if len(record) == 2:
        return _covering(t.country(record) if report.markets else "", "", t)
    return _covering("", t(f"craft.{record}") if report.crafts else "", t)


def _names(organisations: tuple[str, ...], name: str) -> bool:
    return any(name.casefold() in o.casefold() or o.casefold() in name.casefold()
               for o in organisations)


def _shared(report: Report, crafts: tuple[str, ...], t: Words) -> str:
    return t.all_of(t(f"craft.{c}") for c in crafts if c in report.crafts)


def _covering(market: str, crafts: str, t: Words) -> str:
    if market and crafts:
        return t("why.market_craft", market=market, crafts=crafts)
    if market:
        return t("why.market", market=market)
    if crafts:
        return t("why.craft", crafts=crafts)
    return t("why.general")
