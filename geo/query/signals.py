"""Signals of growth or decline that a report gives for a market and a craft.

A figure is a signal when its unit is a percentage and its label begins with a word of growth
or of fall. At least ``LEAST`` points up is ``+``, down ``-``, between is ``0``. Of several figures
of one report on the same market and craft the latest period counts. An empty market (or
craft) means all of them. Shares, prices and duties are no signals. The editor's own judgement
of a market and a craft overrides the figures of the report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from geo.model.records import CRAFTS, Figure, Report
from geo.text.folding import fold

LEAST = 2.0
#: Two reports further apart than this do not contradict each other: the world has changed.
RECENT_MONTHS = 36
_GROWTH = frozenset(
    ("evolution", "croissance", "hausse", "progression", "variation", "augmentation")
)
_FALL = frozenset(("baisse", "recul", "chute", "diminution"))
_CODE = re.compile(r"[A-Z]{2}\Z")


@dataclass(frozen=True, slots=True)
class Signal:
    """One sign, with the figure it was computed from.

    Attributes
    ----------
    sign : ``+``, ``0`` or ``-``.
    value : percent; None when the editor gave the sign.
    note, figure : id of the note and position among its figures; "" and -1 without one.
    """

    report: str
    date: str
    market: str
    craft: str
    sign: str
    value: float | None
    period: str
    note: str
    figure: int


def signals_of(report: Report) -> list[Signal]:
    """The signals of one report, at most one per market and craft."""
    found: dict[tuple[str, str], Signal] = {}
    judged = {
        (market, craft): Signal(report.id, report.date, market, craft, sign, None, "", "", -1)
        for market, craft, sign in report.signals
    }
    for note in report.notes:
        for position, figure in enumerate(note.figures):
            value = growth_of(figure)
            if value is None or (figure.market and not _CODE.match(figure.market)):
                continue
            for craft in figure.craft.split(";"):
                if craft and craft not in CRAFTS:
                    continue
                made = Signal(
                    report.id,
                    report.date,
                    figure.market,
                    craft,
                    sign_of(value),
                    value,
                    figure.period,
                    note.id,
                    position,
                )
                held = found.get((figure.market, craft))
                if held is None or _end(made.period) > _end(held.period):
                    found[figure.market, craft] = made
    return list({**found, **judged}.values())


def growth_of(figure: Figure) -> float | None:
    """Parse the growth of a figure, in percent; None when it is no growth."""
    first = fold(figure.label).split(" ", 1)[0]
    if figure.unit.strip() != "%" or first not in _GROWTH | _FALL:
        return None
    # Growth of a town, not of a market or a craft.
    if " ville " in f" {fold(figure.label)} ":
        return None
    try:
        value = float(figure.value)
    except ValueError:
        return None
    return -abs(value) if first in _FALL else value


def sign_of(value: float) -> str:
    """Classify a growth in percent: ``+``, ``0`` or ``-``."""
    return "+" if value >= LEAST else "-" if value <= -LEAST else "0"


def disagreements(reports: Iterable[Report]) -> list[tuple[Signal, Signal]]:
    """Pairs of recent reports of opposite signs on the same market and craft, newest first.

    Each report is compared with the newest one before it only.
    """
    by_key: dict[tuple[str, str], list[tuple[int, Signal]]] = {}
    for report in reports:
        for signal in signals_of(report):
            month = _months(signal.date)
            if month is not None:
                by_key.setdefault((signal.market, signal.craft), []).append((month, signal))
    found = []
    for signals in by_key.values():
        signals.sort(key=lambda s: (s[1].date, s[1].report), reverse=True)
        for (month, newer), (before, older) in zip(signals, signals[1:], strict=False):
            apart = month - before
            if {newer.sign, older.sign} == {"+", "-"} and apart <= RECENT_MONTHS:
                found.append((newer, older))
    return sorted(found, key=lambda pair: pair[0].date, reverse=True)


def _months(date: str) -> int | None:
    """Months since year 0 of a partial date; a year alone counts as its middle."""
    parts = date.split("-")
    if not parts[0].isdigit():
        return None
    return int(parts[0]) * 12 + (int(parts[1]) - 1 if len(parts) > 1 else 6)


def _end(period: str) -> str:
    return period.rpartition("/")[2]
