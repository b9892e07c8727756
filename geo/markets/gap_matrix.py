"""The gap matrix: market by craft, buyers known, sites able to supply, recent reports.

Generated records are never counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from geo.model.records import CRAFTS, TRUE_ORIGINS, Report
from geo.model.view import ViewState
from geo.query.engine import Query

#: What a cell is called, the most urgent first.
GAPS = (
    "buyers_without_supply",
    "supply_without_buyers",
    "market_without_watch",
    "followed",
    "nothing",
)


@dataclass(frozen=True, slots=True)
class GapCell:
    """One market and craft. ``reports`` counts those of the last twelve months."""

    buyers: int
    sites: int
    reports: int

    @property
    def gap(self) -> str:
        """The kind of gap, one of ``GAPS``.

        Supply alone is no gap: every craft is made somewhere. It becomes one when a recent
        report speaks of that craft in that market and no buyer is known.
        """
        if self.buyers and not self.sites:
            return "buyers_without_supply"
        if self.buyers:
            return "followed" if self.reports else "market_without_watch"
        return "supply_without_buyers" if self.sites and self.reports else "nothing"


def since(query: Query) -> tuple[str, str]:
    """The twelve months that end with the newest dated report: first and last, ``YYYY-MM``."""
    newest = max((r.date[:7] for r in query.catalogue.reports if len(r.date) >= 7), default="")
    if not newest:
        return "", ""
    year, month = int(newest[:4]), int(newest[5:7])
    month += 1
    first = f"{year - 1 + (month > 12):04d}-{(month - 1) % 12 + 1:02d}"
    return first, newest


def recent(report: Report, first: str) -> bool:
    """Whether a report belongs to the last twelve months; a bare year must lie entirely in them."""
    return bool(first) and (
        report.date[:7] >= first if len(report.date) >= 7 else report.date[:4] > first[:4]
    )


def speaks_of(report: Report, market: str, craft: str) -> bool:
    """Whether a report names the market, and the craft or all crafts."""
    return market in report.markets and (not report.crafts or craft in report.crafts)


def recent_reports(query: Query) -> list[Report]:
    """The reports of the last twelve months, newest first."""
    first, _ = since(query)
    return sorted(
        (r for r in query.catalogue.reports if recent(r, first)),
        key=lambda r: r.newest_first,
        reverse=True,
    )


def gap_matrix(query: Query, view: ViewState) -> Mapping[str, Mapping[str, GapCell]]:
    """Market -> craft -> cell, under the filters of a view.

    Filters on buyers and sites count as anywhere else; generated records are always left out.
    """
    origins = tuple(o for o in (view.origin or TRUE_ORIGINS) if o in TRUE_ORIGINS)
    markets = [m.iso2 for m in query.catalogue.markets if not view.market or m.iso2 in view.market]
    crafts = [c for c in CRAFTS if not view.craft or c in view.craft]
    if not origins:
        empty = GapCell(0, 0, 0)
        return {m: dict.fromkeys(crafts, empty) for m in markets}
    here = view.with_(origin=origins)
    reports = recent_reports(query)
    able = here if here.status else here.with_(status=("active",))
    sites = query.tally("sites", "craft", able)
    maisons = query.tally("maisons", "craft", able)
    found = {}
    for market in markets:
        buyers = query.tally("buyers", "craft", here.with_(market=(market,)))
        found[market] = {
            c: GapCell(
                buyers[c], sites[c] + maisons[c], sum(speaks_of(r, market, c) for r in reports)
            )
            for c in crafts
        }
    return found
