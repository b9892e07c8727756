"""Published handicraft export figures, read as what they are: statements about a period.

Knows: which statements cover the same months, and so may be compared. Not: sums. Periods
are cumulative and overlap (January to July lies within January to September): figures are
never added up, and a part of a year is only compared with the same part of another year.

Units   ``value_mdh`` million dirhams, ``share_pct`` and ``growth_pct`` per cent.
Missing an empty cell is None, never zero.
Source  ``data/sources/exports.csv``; each row names its page.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from geo.core.settings import SOURCES_DIR

FILE = "exports.csv"
WHOLE_YEAR = "01-12"
#: What a line may show of a statement.
MEASURES = ("value_mdh", "share_pct", "growth_pct")
SCOPES = ("total", "market", "craft", "market_craft", "city")


@dataclass(frozen=True, slots=True)
class Export:
    """One published statement about exports.

    Attributes
    ----------
    start, end : first and last month, ``YYYY-MM``, both included.
    crafts : one or several codes: « Poterie & Pierre » is one family of two crafts.
    share_base : what ``share_pct`` is a share of; ``see_note`` when only the note says it.
    """

    id: str
    start: str
    end: str
    scope: str
    market: str
    group: str
    crafts: tuple[str, ...]
    label_fr: str
    city: str
    value_mdh: float | None
    share_pct: float | None
    share_base: str
    growth_pct: float | None
    approximate: bool
    note_fr: str
    url: str

    @property
    def months(self) -> str:
        """First and last month of a period within one year, ``01-12``; empty across years."""
        return f"{self.start[5:]}-{self.end[5:]}" if self.start[:4] == self.end[:4] else ""

    @property
    def year(self) -> int:
        return int(self.end[:4])

    @property
    def whole_year(self) -> bool:
        return self.months == WHOLE_YEAR

    @property
    def on_a_year(self) -> bool:
        """Whether the growth is on a year before, and not on another base the note names."""
        return "volution par rapport" not in self.note_fr

    @property
    def period(self) -> str:
        """The period as ``Words.period`` reads it."""
        return f"{self.start}/{self.end}"

    @property
    def subject(self) -> tuple[str, ...]:
        """What the statement is about, its period left out."""
        return (
            self.scope,
            self.market,
            self.group,
            *self.crafts,
            self.city,
            self.label_fr.casefold()
            if "tapis_tissage" in self.crafts and "couv" in self.label_fr.casefold()
            else "",
        )


@lru_cache(maxsize=4)
def exports(folder: Path = SOURCES_DIR) -> tuple[Export, ...]:
    """Every readable statement; rows that make no sense and a missing file are left out."""
    path = folder / FILE
    if not path.is_file():
        return ()
    with path.open(encoding="utf-8", newline="") as file:
        read = (_row(raw) for raw in csv.DictReader(file))
        return tuple(row for row in read if row)


def _row(raw: dict[str, str]) -> Export | None:
    if (
        raw.get("scope") not in SCOPES
        or len(raw["period_start"]) != 7
        or len(raw["period_end"]) != 7
    ):
        return None
    try:
        value, share, growth = (_number(raw[k]) for k in ("value_mdh", "share_pct", "growth_pct"))
    except ValueError:
        return None
    if raw["unit_original"] and value is None and share is None and growth is None:
        return None  # another currency: not converted, not mixed with dirhams
    return Export(
        raw["id"],
        raw["period_start"],
        raw["period_end"],
        raw["scope"],
        raw["market_iso2"],
        raw["market_group"],
        tuple(c for c in raw["craft"].split(";") if c),
        raw["craft_label_fr"],
        raw["exit_city"],
        value,
        share,
        raw["share_base"],
        growth,
        raw["approx"] == "1",
        raw["note_fr"],
        raw["source_url"],
    )


def _number(text: str) -> float | None:
    return float(text) if text.strip() else None


@lru_cache(maxsize=4)
def left_out(folder: Path = SOURCES_DIR) -> int:
    """How many rows of the file are not used: another currency, or a figure that is no number."""
    path = folder / FILE
    if not path.is_file():
        return 0
    with path.open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.DictReader(file)) - len(exports(folder))


@lru_cache(maxsize=8)
def windows(rows: tuple[Export, ...]) -> tuple[str, ...]:
    """Month windows that at least two years share, whole years first, then most years first."""
    years: dict[str, set[int]] = {}
    for row in rows:
        if row.months:
            years.setdefault(row.months, set()).add(row.year)
    shared = Counter({m: len(y) for m, y in years.items() if len(y) > 1})
    order = sorted(shared, key=lambda m: (-shared[m], m))
    return tuple(sorted(order, key=lambda m: m != WHOLE_YEAR))


def line(rows: Iterable[Export], measure: str, months: str = WHOLE_YEAR) -> list[Export]:
    """One statement per year for a window of months, oldest first.

    Where two sources speak of the same period the exact one is drawn; the table has both.
    Shares of anything but all exports have another base and are left out.

    Parameters
    ----------
    measure : ``value_mdh``, ``share_pct`` or ``growth_pct``.
    """
    best: dict[int, Export] = {}
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


def disagreeing(rows: Sequence[Export], measure: str) -> list[tuple[Export, Export]]:
    """Pairs of statements about the same thing and period whose figures differ."""
    first: dict[tuple[Any, ...], Export] = {}
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


def demand_of(market: str, rows: Iterable[Export]) -> tuple[float, Export, Export | None] | None:
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
    found: list[tuple[int, bool, float, Export, Export | None]] = []
    for row in mine:
        if row.value_mdh is not None:
            found.append((row.year, True, row.value_mdh, row, None))
        elif row.share_pct is not None and row.share_base == "total" and row.year in totals:
            whole, amount = totals[row.year]
            found.append((row.year, False, row.share_pct / 100 * amount, row, whole))
    if not found:
        return None
    *_, value, row, total = max(found, key=lambda f: (f[0], f[1]))
    return value, row, total


def demand_of_pair(market: str, crafts: Iterable[str], rows: Iterable[Export]) -> Export | None:
    """The newest published amount of a whole year for a market and exactly these crafts; None when
    nobody published one. Nothing is derived: a share of a craft times a market's total is neither."""
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


def growth_of(market: str, rows: Iterable[Export]) -> Export | None:
    """The newest published growth of a whole year to a market; None when unknown."""
    mine = line([r for r in rows if r.scope == "market" and r.market == market], "growth_pct")
    return mine[-1] if mine else None
