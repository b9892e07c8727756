"""The method of the score, documented from the table that the code reads."""

from __future__ import annotations

from typing import Any

from geo.i18n.words import Words
from geo.markets.api.explanation import raw_text
from geo.markets.api.scoreboard import board
from geo.markets.indicators import market_table
from geo.markets.score import DRAWS, SEED, SPREAD, UNSTABLE_RANKS, used
from geo.markets.trade_cache import MEASURES, kept
from geo.model.criteria import AXES, CRITERIA, MIN_COVERAGE, PRESETS, weights_of
from geo.model.view import ViewState
from geo.query.engine import Query


def method_answer(query: Query, view: ViewState, t: Words) -> dict[str, Any]:
    """Criteria with their bounds, weights under each preset, and every constant of the code."""
    table = market_table(query)
    weights = weights_of(view.weights)
    aside = {
        c.key
        for axis in AXES
        for b in [board(query, axis, weights)]
        for c, on in zip(b.criteria, used(b.n), strict=True)
        if not on
    }
    rows = []
    for j, c in enumerate(CRITERIA):
        known = [
            (table.raw[i, j], m)
            for i, m in enumerate(table.markets)
            if table.raw[i, j] == table.raw[i, j]
        ]
        ends = [min(known, key=lambda k: k[0]), max(known, key=lambda k: k[0])] if known else []
        rows.append(
            {
                "key": c.key,
                "axis": t(f"axis.{c.axis}"),
                "text": t(f"criterion.{c.key}"),
                "help": t(f"criterion_help.{c.key}"),
                "scale": t(f"scale.{c.scale}"),
                "direction": t("method.up" if c.up else "method.down"),
                "weight": t.number(weights[c.key]),
                "known": t(
                    "method.known", n=t.number(len(known)), total=t.number(len(table.markets))
                ),
                "bounds": " – ".join(
                    f"{raw_text(c, table.cells[m.iso2][c.key], m, t)} ({t.pick(m.name)})"
                    for _, m in ends
                )
                if c.key != "agreement"
                else "0 – 1",
                "aside": t("rank.aside") if c.key in aside else "",
                "presets": [t.number(own.get(c.key, c.weight)) for own in PRESETS.values()],
            }
        )
    return {
        "title": t("method.title"),
        "lead": t("rank.reading.formula"),
        "rows": rows,
        "presets": [t(f"preset.{name}") for name in PRESETS],
        "columns": [
            t(f"method.column.{k}")
            for k in ("criterion", "axis", "scale", "direction", "bounds", "known", "weight")
        ],
        "rules": [
            t("rank.reading.unknown"),
            t("method.coverage", n=t("unit.pct", n=t.number(100 * MIN_COVERAGE))),
            t(
                "method.draws",
                n=t.number(DRAWS),
                spread=t("unit.pct", n=t.number(100 * SPREAD)),
                seed=str(SEED),
                ranks=t.number(UNSTABLE_RANKS),
            ),
            t("method.tipping"),
            t("method.twice"),
            t("method.axes"),
            t("method.doubt"),
            t("rank.reading.not_itc"),
            t("method.hs"),
        ],
        "services": [_service(name, t) for name in sorted(set(MEASURES.values()))],
        "refresh": t("trade.refresh"),
        "trade_title": t("trade.title"),
        "trade_note": t("trade.note"),
    }


def _service(name: str, t: Words) -> dict[str, str]:
    held = kept(name)
    text = (
        t("trade.kept", date=t.date(held.fetched), licence=held.licence)
        if held
        else t("trade.never")
    )
    return {"key": name, "name": t(f"trade.{name}"), "text": text}
