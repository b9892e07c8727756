"""Comparison of two to four markets, and the sentence that explains their order."""

from __future__ import annotations

from typing import Any

from geo.i18n.labels import agreements_text
from geo.i18n.words import Words
from geo.markets.api.explanation import above, components
from geo.markets.api.ranking import rank_answer
from geo.markets.api.scoreboard import board
from geo.markets.indicators import crafts_in_demand
from geo.model.criteria import AXES, weights_of
from geo.model.view import ViewState
from geo.query.engine import Query

MOST = 4


def compare_answer(query: Query, view: ViewState, t: Words) -> dict[str, Any]:
    """The comparison; without two markets it says what to do."""
    weights = weights_of(view.weights)
    codes = view.compare[:MOST]
    names = {m.iso2: t.pick(m.name) for m in query.catalogue.markets}
    boards = {axis: board(query, axis, weights) for axis in AXES}
    b = boards[view.axis]
    if len(codes) < 2:
        ready = [b.table.markets[i].iso2 for i in b.order() if b.scores.rank[i]][:MOST]
        return {
            "markets": [],
            "empty": t("compare.empty"),
            "choices": _choices(query, view, t),
            "suggest": [*codes, *(c for c in ready if c not in codes)][:3],
            "suggest_text": t("compare.suggest"),
        }
    order = sorted(codes, key=lambda c: (not b.scores.rank[b.of(c)], b.scores.rank[b.of(c)]))
    sentences = [above(b, b.of(x), b.of(y), t) for x, y in zip(order, order[1:], strict=False)]
    columns = []
    ranked = {r["iso2"]: r for r in rank_answer(query, view.with_(market=()), t)["rows"]}
    for code in order:
        market = query.catalogue.market_by_code[code]
        crafts = list(crafts_in_demand(query, code))[:4]
        row = ranked[code]
        columns.append(
            {
                "iso2": code,
                "name": names[code],
                "rank": row["rank_text"],
                "score": row["score_text"],
                "interval": row["interval_text"],
                "coverage": row["coverage_text"],
                "agreement": agreements_text(market, t) or "—",
                "doubt": row["doubt"] or "—",
                "crafts": t.all_of(t(f"craft.{c}") for c in crafts) or "—",
                "axes": {
                    axis: components(board_, board_.of(code), board_.counted.sum(), t)
                    for axis, board_ in boards.items()
                },
            }
        )
    return {
        "title": t("compare.title"),
        "subtitle": t(f"axis.{view.axis}"),
        "markets": columns,
        "sentences": sentences,
        "axes": [
            {
                "key": axis,
                "text": t(f"axis.{axis}"),
                "rows": [
                    {"key": c.key, "text": t(f"criterion.{c.key}")} for c in boards[axis].criteria
                ],
            }
            for axis in AXES
        ],
        "labels": {
            k: t(f"compare.{k}")
            for k in (
                "rank",
                "score",
                "interval",
                "coverage",
                "agreement",
                "crafts",
                "doubt",
                "points",
            )
        },
        "choices": _choices(query, view, t),
        "empty": "",
    }


def _choices(query: Query, view: ViewState, t: Words) -> list[dict[str, Any]]:
    found = [
        {"iso2": m.iso2, "name": t.pick(m.name), "on": m.iso2 in view.compare[:MOST]}
        for m in query.catalogue.markets
    ]
    return sorted(found, key=lambda c: c["name"])
