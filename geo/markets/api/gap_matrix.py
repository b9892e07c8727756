"""Response of the gap matrix: markets and crafts with localized cells that lead to the map."""

from __future__ import annotations

from collections import Counter
from typing import Any

from geo.i18n.labels import title_of
from geo.i18n.words import Words
from geo.markets.gap_matrix import GAPS, GapCell, gap_matrix, recent_reports, since, speaks_of
from geo.model.view import ViewState
from geo.query.engine import Query


def gap_answer(query: Query, view: ViewState, t: Words) -> dict[str, Any]:
    """One row per craft, one column per market that has anything, the busiest first."""
    matrix = gap_matrix(query, view)
    names = {m.iso2: t.pick(m.name) for m in query.catalogue.markets}
    busy = sorted(
        matrix, key=lambda m: (-sum(c.buyers * 3 + c.reports for c in matrix[m].values()), names[m])
    )
    crafts = list(next(iter(matrix.values()), {}))
    crafts.sort(key=lambda c: -sum(row[c].buyers + row[c].reports for row in matrix.values()))
    counts = Counter(c.gap for row in matrix.values() for c in row.values())
    first, last = since(query)
    reports = recent_reports(query)
    return {
        "title": t("gap.title"),
        "subtitle": t("gap.subtitle", period=t.period(f"{first}/{last}") if first else "—"),
        "markets": [{"iso2": m, "name": names[m]} for m in busy],
        "crafts": [
            {
                "key": c,
                "text": t(f"craft.{c}"),
                "cells": [
                    _cell(
                        names[m],
                        c,
                        m,
                        matrix[m][c],
                        [r.id for r in reports if speaks_of(r, m, c)]
                        if matrix[m][c].reports
                        else [],
                        t,
                    )
                    for m in busy
                ],
            }
            for c in crafts
        ],
        "reports": {
            r.id: {"sel": f"report:{r.id}", "title": title_of(r, t), "date": t.date(r.date)}
            for r in reports
        },
        "legend": [
            {
                "key": g,
                "text": t(f"gap.{g}"),
                "help": t(f"gap_help.{g}"),
                "count": t.number(counts[g]),
            }
            for g in GAPS
        ],
        "text": t(
            "gap.count",
            n=t.number(
                counts["supply_without_buyers"]
                + counts["buyers_without_supply"]
                + counts["market_without_watch"]
            ),
            total=t.number(sum(counts.values())),
        ),
        "note": t("gap.note"),
        "empty": "" if matrix and crafts else t("rank.empty"),
    }


def _cell(
    market: str, craft: str, iso2: str, cell: GapCell, reports: list[str], t: Words
) -> dict[str, Any]:
    return {
        "market": iso2,
        "craft": craft,
        "gap": cell.gap,
        "buyers": cell.buyers,
        "sites": cell.sites,
        "reports": reports,
        "pair": f"{market} \u00b7 {t(f'craft.{craft}')}",
        "reports_text": t.n("count_of.reports", cell.reports),
        "text": t(
            "gap.cell",
            market=market,
            craft=t(f"craft.{craft}"),
            gap=t(f"gap.{cell.gap}"),
            buyers=t.n("count_of.buyers", cell.buyers),
            sites=t.n("count_of.sites", cell.sites),
            reports=t.n("count_of.reports", cell.reports),
        ),
    }
