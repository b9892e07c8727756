"""Related reports, each with what it shares: never a likeness without its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from geo.model.records import Report
from geo.text.folding import fold

MOST = 4
_WORTH = {"named": 5, "organisations": 3, "crafts": 2, "markets": 1}


@dataclass(frozen=True, slots=True)
class Shared:
    """A related report and what both hold in common."""

    report: Report
    named: tuple[str, ...]
    organisations: tuple[str, ...]
    crafts: tuple[str, ...]
    markets: tuple[str, ...]

    @property
    def worth(self) -> float:
        """How much they share; what is shared counts less in a report about everything."""
        broad = 1 + len(self.report.markets) / 8
        return sum(_WORTH[name] * len(getattr(self, name)) for name in _WORTH) / broad


def related(report: Report, others: Iterable[Report]) -> list[Shared]:
    """The reports that share most with one, the newest first among equals."""
    names = _organisations(report)
    found = []
    for other in others:
        if other.id == report.id:
            continue
        theirs = _organisations(other) if names else {}
        shared = Shared(
            other,
            _common(report.named, other.named),
            tuple(theirs[k] for k in theirs if k in names),
            _common(report.crafts, other.crafts),
            _common(report.markets, other.markets),
        )
        if shared.worth:
            found.append(shared)
    return sorted(found, key=lambda s: (s.worth, s.report.date), reverse=True)[:MOST]


def _common(mine: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(c for c in mine if c in theirs)


def _organisations(report: Report) -> dict[str, str]:
    """Folded name -> name; the ministry is in half of them and ties nothing together."""
    return {
        fold(o): o
        for n in report.notes
        for o in n.organisations
        if not fold(o).startswith(("ministere", "secretariat"))
    }
