"""Response of the ranking: places, weights, and everything needed to judge them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from geo.i18n.words import Words
from geo.markets.api.scoreboard import Board, board, interval_text, rounded, score_text
from geo.markets.score import DRAWS, UNSTABLE_RANKS, double_counted, used
from geo.model.criteria import CRITERIA, PRESETS, codes_of, preset_of, weights_of
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.text.csv_injection import guarded
from geo.watch.api.reports import doubts_text, market_doubts


def rank_answer(query: Query, view: ViewState, t: Words) -> dict[str, Any]:
    """The ranking, the sliders, and everything the reader must know to judge it."""
    weights = weights_of(view.weights)
    b = board(query, view.axis, weights)
    other = board(
        query, "readiness" if view.axis == "attractiveness" else "attractiveness", weights
    )
    shown = [i for i in b.order() if not view.market or b.table.markets[i].iso2 in view.market]
    rows = [
        {
            **_row(b, other, i, t),
            "doubt": doubts_text(market_doubts(query, b.table.markets[i].iso2, t), t),
        }
        for i in shown
    ]
    ranked = int((b.scores.rank > 0).sum())
    return {
        "title": t(f"rank.title.{view.axis}"),
        "subtitle": t(
            "rank.subtitle",
            n=t.number(len(rows)),
            total=t.number(len(b.n)),
            ranked=t.number(ranked),
        ),
        "axis": view.axis,
        "axis_text": t(f"axis.{view.axis}"),
        "axes": [
            {"key": key, "text": t(f"axis.{key}"), "on": key == view.axis}
            for key in ("attractiveness", "readiness")
        ],
        "other_text": t(
            f"axis.{'readiness' if view.axis == 'attractiveness' else 'attractiveness'}"
        ),
        "criteria": criteria_rows(b, t),
        "presets": _presets(weights, t),
        "rows": rows,
        "notices": _notices(b, t),
        "reading": [
            t("rank.reading.formula"),
            t("rank.reading.unknown"),
            t("rank.reading.draws", n=t.number(DRAWS)),
            t("rank.reading.not_itc"),
            t("rank.reading.filters"),
        ],
        "markets": len(b.n),
        "csv": _csv(b, rows, weights, t),
        "file": f"kharita-{view.axis}.csv",
        "empty": "" if rows else t("rank.empty"),
    }


def criteria_rows(b: Board, t: Words) -> list[dict[str, Any]]:
    """The criteria of an axis with their weights, as sliders and legend show them."""
    total = b.counted.sum()
    return [
        {
            "key": c.key,
            "text": t(f"criterion.{c.key}"),
            "help": t(f"criterion_help.{c.key}"),
            "weight": int(w),
            "tone": j,
            "aside": not used(b.n)[j],
            "share": t("unit.pct", n=t.number(round(100 * counted / total))) if total else "—",
            "aside_text": "" if used(b.n)[j] else t("rank.aside"),
        }
        for j, (c, w, counted) in enumerate(zip(b.criteria, b.weights, b.counted, strict=True))
    ]


def _presets(weights: dict[str, int], t: Words) -> list[dict[str, Any]]:
    here = preset_of(weights)
    return [
        {
            "key": name,
            "text": t(f"preset.{name}"),
            "on": name == here,
            "weights": list(codes_of({**{c.key: c.weight for c in CRITERIA}, **own})),
        }
        for name, own in PRESETS.items()
    ]


def _row(b: Board, other: Board, i: int, t: Words) -> dict[str, Any]:
    market, total = b.table.markets[i], b.counted.sum()
    shares = b.counted / total if total else b.counted
    rank, low, high = (int(v[i]) for v in (b.scores.rank, b.low, b.high))
    parts = [
        {"key": c.key, "points": round(float(100 * shares[j] * b.n[i, j]), 2), "tone": j}
        for j, c in enumerate(b.criteria)
        if shares[j] and not np.isnan(b.n[i, j])
    ]
    coverage = round(100 * float(b.scores.coverage[i]))
    unstable = bool(rank) and high - low >= UNSTABLE_RANKS
    return {
        "iso2": market.iso2,
        "name": t.pick(market.name),
        "sel": f"market:{market.iso2}",
        "rank": rank or None,
        "rank_text": t.number(rank) if rank else "—",
        "score": rounded(b.scores.score[i]),
        "score_text": score_text(b, i, t) if rank else "—",
        "parts": parts,
        "unknown": round(100 - 100 * float(b.scores.coverage[i]), 2) if total else 0,
        "coverage": coverage,
        "coverage_text": t("unit.pct", n=t.number(coverage)),
        "low": low,
        "high": high,
        "unstable": unstable,
        "interval_text": interval_text(rank, low, high, unstable, coverage, t),
        "other_text": score_text(other, i, t) if other.scores.rank[i] else "—",
        "other": rounded(other.scores.score[i]) if other.scores.rank[i] else None,
    }


def _notices(b: Board, t: Words) -> list[str]:
    found = []
    if not b.weights.any():
        found.append(t("rank.zero"))
    elif not b.counted.any():
        found.append(t("rank.nothing"))
    for i, j, r in double_counted(b.n, b.weights):
        found.append(
            t(
                "rank.twice",
                a=t(f"criterion.{b.criteria[i].key}"),
                r=t.number(round(r, 2)),
                b=t(f"criterion.{b.criteria[j].key}"),
            )
        )
    if len(b.n) < 2:
        found.append(t("rank.alone"))
    return found


def _csv(b: Board, rows: Sequence[dict[str, Any]], weights: dict[str, int], t: Words) -> str:
    """The ranking as a file; the weights travel with it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(
        [
            t("column.rank"),
            t("column.market"),
            "ISO",
            t("column.score"),
            t("column.coverage"),
            t("column.low"),
            t("column.high"),
            *(
                f"{t(f'criterion.{c.key}')} ({kind})"
                for c in b.criteria
                for kind in (t("column.raw"), t("column.points"))
            ),
        ]
    )
    for row in rows:
        pieces = {p["key"]: p["points"] for p in row["parts"]}
        cells: list[object] = [
            row["rank"] or "",
            guarded(row["name"]),
            row["iso2"],
            row["score"] if row["rank"] else "",
            row["coverage"],
            row["low"] or "",
            row["high"] or "",
        ]
        for c in b.criteria:
            value = b.table.cells[row["iso2"]][c.key].value
            cells += ["" if value is None else round(value, 2), pieces.get(c.key, "")]
        writer.writerow(cells)
    writer.writerow([])
    for c in b.criteria:
        writer.writerow([t("column.weight"), t(f"criterion.{c.key}"), weights[c.key]])
    writer.writerow([t("rank.reading.not_itc")])
    return out.getvalue()
