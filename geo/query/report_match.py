"""Match of watch reports with views and records, and the sentence that explains it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache

import numpy as np

from geo.i18n.words import Words
from geo.model.records import Buyer, Catalogue, Report, Site, period_of
from geo.model.view import FACETS, FIELDS, FieldInfo, ViewState
from geo.query.search import Search
from geo.query.signals import Signal, disagreements


def covers_codes(report: Report) -> Mapping[str, tuple[str, ...]]:
    """The codes that a report covers, by filter; an empty tuple means all values."""
    return {"market": report.markets, "craft": report.crafts}


def covers(
    report: Report, *, market: str | None = None, crafts: tuple[str, ...] | None = None
) -> bool:
    """Whether a report covers a market and at least one of the crafts; None = any."""
    if market is not None and report.markets and market not in report.markets:
        return False
    return crafts is None or not report.crafts or bool(set(crafts) & set(report.crafts))


class ReportIndex:
    """Filters and facet counts over the reports."""

    def __init__(self, catalogue: Catalogue, search: Search) -> None:
        self._search = search
        self._newest = sorted(catalogue.reports, key=lambda r: r.newest_first, reverse=True)
        self._position = {r.id: i for i, r in enumerate(self._newest)}
        self._carries = {
            info.name: self._carried(info, info.codes(catalogue))
            for info in FACETS
            if "reports" in info.concerns and info.name != "report"
        }
        self._codes = {name: FIELDS[name].codes(catalogue) for name in self._carries}
        self._texts = lru_cache(maxsize=24)(search.reports)

    def matching(self, view: ViewState) -> list[Report]:
        """The reports that pass every filter, newest first."""
        return [self._newest[i] for i in np.flatnonzero(self._passing(view))]

    def ranked(self, view: ViewState) -> list[Report]:
        """The matching reports by text rank; newest first without a text."""
        if not view.q:
            return self.matching(view)
        passing = self._passing(view)
        return [
            self._newest[p]
            for p in map(self._position.__getitem__, self._texts(view.q))
            if passing[p]
        ]

    def facet_counts(self, view: ViewState) -> dict[str, dict[str, int]]:
        """Facet counts: reports for each value of a filter, its own selection ignored."""
        return {
            name: dict(
                zip(
                    self._codes[name],
                    map(
                        int,
                        self._carries[name] @ self._passing(view.cleared(name)).astype(np.int32),
                    ),
                    strict=True,
                )
            )
            for name in self._carries
        }

    @cached_property
    def doubts(self) -> list[tuple[Signal, Signal]]:
        """Pairs of recent reports that disagree on a market and a craft, newest first."""
        return disagreements(self._newest)

    def _passing(self, view: ViewState) -> np.ndarray:
        passing = np.ones(len(self._newest), bool)
        for name, carried in self._carries.items():
            picked = [
                self._codes[name].index(c) for c in getattr(view, name) if c in self._codes[name]
            ]
            if picked:
                passing &= carried[picked].any(axis=0)
        for name, ids in (("report", view.report), ("q", self._texts(view.q) if view.q else ())):
            if getattr(view, name):
                held = np.zeros(len(passing), bool)
                held[[self._position[i] for i in ids if i in self._position]] = True
                passing &= held
        return passing

    def _carried(self, info: FieldInfo, codes: tuple[str, ...]) -> np.ndarray:
        """(codes, reports) whether each report passes each value of a filter."""
        rows = np.zeros((len(codes), len(self._newest)), bool)
        at = {code: i for i, code in enumerate(codes)}
        for column, report in enumerate(self._newest):
            own = _values(report, info.name)
            if own:
                rows[[at[c] for c in own if c in at], column] = True
            else:
                rows[:, column] = True  # about none in particular is about all of them
        return rows

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
        covering = [
            r
            for r in self._newest
            if record.id not in r.named and covers(r, market=record.country, crafts=record.crafts)
        ]
        return naming + covering


def _values(report: Report, name: str) -> tuple[str, ...]:
    if name == "period":
        return (period_of(report.year),)
    if name == "report_kind":
        return (report.kind,)
    return covers_codes(report)[name]


def why(report: Report, record: Buyer | Site | str, t: Words) -> str:
    """Explain in a sentence why a report matches a record, a market or a craft (by code)."""
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
    return any(
        name.casefold() in o.casefold() or o.casefold() in name.casefold() for o in organisations
    )


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
