"""Record freshness: months since the last report or verification.

Ages fall into a few steps, so that a filter stays a lookup per signature. Every function takes
the day from which ages are computed.

Dates: ``2020`` and ``2020-11`` count as their last day: an age is never made longer than known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from geo.model.records import AGE_MONTHS, AGE_STEPS, OLDER, UNDATED, Buyer, Catalogue, Site


def day_of(text: str) -> date | None:
    """Parse a partial ISO date as its last day; None when it is invalid."""
    parts = text.split("-") if text else []
    try:
        year, month = int(parts[0]), int(parts[1]) if len(parts) > 1 else 12
        first = date(year, month, int(parts[2]) if len(parts) > 2 else 1)
        return (
            first
            if len(parts) > 2
            else date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
        )
    except (IndexError, ValueError):
        return None


def latest(texts: Iterable[str]) -> str:
    """The latest of some partial dates; empty when there is none."""
    return max(
        (text for text in texts if day_of(text)),
        key=lambda text: day_of(text) or date.min,
        default="",
    )


def months_since(text: str, today: date) -> int | None:
    """Full months from a partial date to a day, zero for a future date; None when undated."""
    day = day_of(text)
    if day is None:
        return None
    return max(0, (today.year - day.year) * 12 + today.month - day.month - (today.day < day.day))


def step_of(text: str, today: date) -> str:
    """Classify an age: the least tolerance that still accepts it, else ``older`` or ``undated``."""
    months = months_since(text, today)
    if months is None:
        return UNDATED
    return next((step for step, most in AGE_MONTHS.items() if months < most), OLDER)


def rank_of(step: str) -> int:
    """Index of an age step, freshest first; undated last."""
    return AGE_STEPS.index(step)


def looked_at(catalogue: Catalogue) -> Callable[[Buyer | Site], str]:
    """Function from a record to its last date: verified, or named by a report."""
    named: dict[str, str] = {}
    for report in catalogue.reports:
        for id_ in report.named:
            named[id_] = latest((named.get(id_, ""), report.date))
    return lambda record: (
        latest((record.verified, named[record.id])) if record.id in named else record.verified
    )


def market_ranks(catalogue: Catalogue, today: date) -> dict[str, int]:
    """Code of each market -> index of the age step of its latest report."""
    dates: dict[str, str] = {}
    for report in catalogue.reports:
        for iso2 in report.markets:
            dates[iso2] = latest((dates.get(iso2, ""), report.date))
    return {m.iso2: rank_of(step_of(dates.get(m.iso2, ""), today)) for m in catalogue.markets}


def market_looked_at(catalogue: Catalogue, iso2: str) -> str:
    """The date of the latest report that names a market; empty when there is none."""
    return latest(r.date for r in catalogue.reports if iso2 in r.markets)
