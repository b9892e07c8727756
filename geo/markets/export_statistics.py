"""Published export statistics: comparable series, demand and growth by market.

Figures are statements about a period. Periods are cumulative and overlap (January to July lies
within January to September): figures are never added up, and a part of a year is only compared
with the same part of another year.

Units   ``value_mdh`` million dirhams, ``share_pct`` and ``growth_pct`` per cent.
Missing an empty cell is None, never zero.
Source  ``data/sources/exports.csv``; each row names its page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from geo.model.criteria import WHOLE_YEAR
from geo.model.export_statistics import ExportStatement


def line(
    rows: Iterable[ExportStatement], measure: str, months: str = WHOLE_YEAR
) -> list[ExportStatement]:
    """One statement per year for a window of months, oldest first.

    Where two sources speak of the same period the exact one is drawn; the table has both.
    Shares of anything but all exports have another base and are left out.

    Parameters
    ----------
    measure : ``value_mdh``, ``share_pct`` or ``growth_pct``.
    """
    best: dict[int, ExportStatement] = {}
    for row in rows:
        if row.months != months or getattr(row, measure) is None:
            continue
        if measure == "share_pct" and row.share_base != "total":
            continue
        if measure == "growth_pct" and not row.on_a_year:
            continue
        held = best.get(row.year)
        if held is None or (held.approximate and not row.approximate):
            best[row.year] = row
    return [best[year] for year in sorted(best)]


def disagreeing(
    rows: Sequence[ExportStatement], measure: str
) -> list[tuple[ExportStatement, ExportStatement]]:
    """Pairs of statements about the same thing and period whose figures differ."""
    first: dict[tuple[Any, ...], ExportStatement] = {}
    pairs = []
    for row in rows:
        if getattr(row, measure) is None or (measure == "growth_pct" and not row.on_a_year):
            continue
        base = row.share_base if measure == "share_pct" else ""
        key = (*row.subject, row.period, base)
        held = first.setdefault(key, row)
        if held is not row and getattr(held, measure) != getattr(row, measure):
            pairs.append((held, row))
    return pairs


def demand_of(
    market: str, rows: Iterable[ExportStatement]
) -> tuple[float, ExportStatement, ExportStatement | None] | None:
    """Exports to a market over its newest whole year, million dirhams.

    A published amount comes first; else the published share of that year's published total.

    Returns
    -------
    The amount, its statement, and the total it was multiplied with; None when unknown.
    """
    rows = tuple(rows)
    mine = [r for r in rows if r.scope == "market" and r.market == market and r.whole_year]
    totals = {
        r.year: (r, r.value_mdh)
        for r in line([r for r in rows if r.scope == "total"], "value_mdh")
        if r.value_mdh is not None
    }
    found: list[tuple[int, bool, float, ExportStatement, ExportStatement | None]] = []
    for row in mine:
        if row.value_mdh is not None:
            found.append((row.year, True, row.value_mdh, row, None))
        elif row.share_pct is not None and row.share_base == "total" and row.year in totals:
            total_row, amount = totals[row.year]
            found.append((row.year, False, row.share_pct / 100 * amount, row, total_row))
    if not found:
        return None
    *_, value, row, total = max(found, key=lambda f: (f[0], f[1]))
    return value, row, total


def demand_of_pair(
    market: str, crafts: Iterable[str], rows: Iterable[ExportStatement]
) -> ExportStatement | None:
    """The newest published amount of a whole year for a market and exactly these crafts.

    None when nobody published one. Nothing is derived: a share of a craft times a market's total
    is neither.
    """
    wanted = set(crafts)
    mine = [
        r
        for r in rows
        if r.scope == "market_craft"
        and r.market == market
        and r.whole_year
        and r.value_mdh is not None
        and set(r.crafts) == wanted
    ]
    return max(mine, key=lambda r: (r.year, not r.approximate), default=None)


def growth_of(market: str, rows: Iterable[ExportStatement]) -> ExportStatement | None:
    """The newest published growth of a whole year to a market; None when unknown."""
    mine = line([r for r in rows if r.scope == "market" and r.market == market], "growth_pct")
    return mine[-1] if mine else None
