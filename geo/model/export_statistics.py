"""Published export statistics, and the windows of months that several years share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from geo.core import shipped
from geo.model.criteria import WHOLE_YEAR

SCOPES = ("total", "market", "craft", "market_craft", "city")


@dataclass(frozen=True, slots=True)
class ExportStatement:
    """One published figure of exports.

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
        """The year of the last month."""
        return int(self.end[:4])

    @property
    def whole_year(self) -> bool:
        """Whether the period is January to December of one year."""
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
        """Key of what is measured, without the period."""
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
def exports(folder: Path | None = None) -> tuple[ExportStatement, ...]:
    """Read every valid statement; invalid rows and a missing file are left out."""
    read = (_row(raw) for raw in shipped.rows(shipped.EXPORTS, folder))
    return tuple(row for row in read if row)


def _row(raw: dict[str, str]) -> ExportStatement | None:
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
    return ExportStatement(
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
def left_out(folder: Path | None = None) -> int:
    """Count the rows that are not used: another currency, or an invalid number."""
    return len(shipped.rows(shipped.EXPORTS, folder)) - len(exports(folder))


@lru_cache(maxsize=8)
def windows(rows: tuple[ExportStatement, ...]) -> tuple[str, ...]:
    """Month windows that at least two years share, whole years first, then most years first."""
    years: dict[str, set[int]] = {}
    for row in rows:
        if row.months:
            years.setdefault(row.months, set()).add(row.year)
    shared = Counter({m: len(y) for m, y in years.items() if len(y) > 1})
    order = sorted(shared, key=lambda m: (-shared[m], m))
    return tuple(sorted(order, key=lambda m: m != WHOLE_YEAR))
