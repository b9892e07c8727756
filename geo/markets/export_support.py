"""Export support as published: instruments, programmes, fairs, and a few plain rules.

Only what the sources state: a rule without a published condition says so; nothing is inferred.
Amounts in million dirhams (MDH).
"""

from __future__ import annotations

from dataclasses import dataclass

from geo.model.view import LEGAL

#: The instruments the eligibility helper answers for; ids are rows of seed_facts.csv.
MIN_TURNOVER_MDH = 1.0
FORMER_MIN_TURNOVER_MDH = 2.0
EXCELLENCE_CRAFTS = ("tapis_tissage", "poterie_ceramique")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict of one instrument: ``yes``, ``no``, ``unknown``; why, and its source rows."""

    instrument: str
    answer: str
    why: str
    rows: tuple[str, ...]


def eligible(*, turnover_mdh: float | None, status: str, crafts: tuple[str, ...]) -> list[Verdict]:
    """The verdict of each instrument for an exporter.

    Parameters
    ----------
    turnover_mdh : yearly turnover in million dirhams, None when unknown.
    status : company, cooperative, artisan, or empty when unknown.
    """
    return [
        _pact(turnover_mdh),
        _partnership(status),
        _excellence(crafts),
        Verdict("aggregators", "unknown", "no_rule", ("S11",)),
        Verdict("export_support", "unknown", "no_rule", ("S12",)),
        Verdict("risk_cover", "unknown", "no_threshold", ("S03",)),
    ]


def _pact(turnover_mdh: float | None) -> Verdict:
    base = ("S05", "S04", "S03")
    if turnover_mdh is None:
        return Verdict("pact", "unknown", "turnover_unsaid", base)
    if turnover_mdh < MIN_TURNOVER_MDH:
        return Verdict("pact", "no", "below", base)
    return Verdict(
        "pact", "yes", "newly" if turnover_mdh < FORMER_MIN_TURNOVER_MDH else "above", base
    )


def _partnership(status: str) -> Verdict:
    if status not in LEGAL:
        return Verdict("partnership", "unknown", "status_unsaid", ("S06",))
    if status == "artisan":
        return Verdict("partnership", "unknown", "status_unnamed", ("S06",))
    return Verdict("partnership", "yes", "status_named", ("S06",))


def _excellence(crafts: tuple[str, ...]) -> Verdict:
    if not crafts:
        return Verdict("excellence", "unknown", "craft_unsaid", ("S13",))
    if set(crafts) & set(EXCELLENCE_CRAFTS):
        return Verdict("excellence", "yes", "craft_named", ("S13",))
    return Verdict("excellence", "no", "craft_unnamed", ("S13",))
