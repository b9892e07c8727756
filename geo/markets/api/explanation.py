"""Explanation of a market's place: its components, its tipping points, its neighbours."""

from __future__ import annotations

from typing import Any

import numpy as np

from geo.i18n.words import Words
from geo.markets.api.export_statements import signed
from geo.markets.api.scoreboard import Board, board, interval_text, score_text
from geo.markets.indicators import Cell
from geo.markets.score import UNSTABLE_RANKS, tipping
from geo.model.criteria import Criterion, weights_of
from geo.model.records import UNVERIFIED, Market
from geo.model.view import ViewState
from geo.query.engine import Query

TIPS = 3
#: A difference of points too small to be called a reason.
SLIGHT_POINTS = 0.5


def why_answer(query: Query, iso2: str, view: ViewState, t: Words) -> dict[str, Any]:
    """Components, place and tipping points of one market on the chosen axis."""
    b = board(query, view.axis, weights_of(view.weights))
    i = b.of(iso2)
    rank, total = int(b.scores.rank[i]), b.counted.sum()
    coverage = round(100 * float(b.scores.coverage[i]))
    place = interval_text(
        rank,
        int(b.low[i]),
        int(b.high[i]),
        bool(rank) and b.high[i] - b.low[i] >= UNSTABLE_RANKS,
        coverage,
        t,
    )
    return {
        "iso2": iso2,
        "name": t.pick(b.table.markets[i].name),
        "axis_text": t(f"axis.{view.axis}"),
        "score_text": score_text(b, i, t) if rank else "—",
        "place": (
            t("rank.place", rank=t.number(rank), total=t.number(int((b.scores.rank > 0).sum())))
            if rank
            else ""
        )
        or place,
        "interval": place if rank else "",
        "coverage": t("rank.coverage", n=t("unit.pct", n=t.number(coverage))),
        "components": components(b, i, total, t),
        "tips": tips(b, i, t),
    }


def components(b: Board, i: int, total: float, t: Words) -> list[dict[str, Any]]:
    """Each criterion of a market: raw value, year, source, points out of the weight."""
    market = b.table.markets[i]
    found = []
    for j, c in enumerate(b.criteria):
        cell = b.table.cells[market.iso2][c.key]
        share = 100 * b.counted[j] / total if total else 0.0
        known = not np.isnan(b.n[i, j])
        found.append(
            {
                "key": c.key,
                "text": t(f"criterion.{c.key}"),
                "tone": j,
                "value": raw_text(c, cell, market, t),
                "year": cell.year,
                "href": cell.url,
                "how": how_text(cell, market, t),
                "known": known,
                "points": t.number(round(share * b.n[i, j], 1))
                if known and share
                else ("0" if known else "—"),
                "out_of": t.number(round(share, 1)),
            }
        )
    return found


def raw_text(c: Criterion, cell: Cell, market: Market, t: Words) -> str:
    """A raw value with its unit; a dash when unknown."""
    if cell.value is None:
        return "—"
    if c.key == "agreement":
        return " · ".join(t(f"agreement.{a}") for a in market.agreements)
    if c.scale == "count":
        return t.n(f"count_of.{c.key}", round(cell.value))
    value = cell.value
    if c.key == "growth":
        return signed(value, t)
    digits = 0 if abs(value) >= 100 else 1
    return t(f"unit.{c.unit}", n=t.number(round(value, digits)))


def how_text(cell: Cell, market: Market, t: Words) -> str:
    """Where a value comes from, or why there is none."""
    parts: dict[str, Any] = dict(cell.parts)
    if "period" in parts:
        parts["period"] = t.period(str(parts["period"]))
    if "date" in parts:
        parts["date"] = t.date(str(parts["date"]))
    if "share" in parts:
        parts["share"] = t("unit.pct", n=t.number(float(parts["share"])))
    if "crafts" in parts:
        parts["crafts"] = t.all_of(t(f"craft.{c}") for c in parts["crafts"]) or "—"
    text = t(f"how.{cell.how}", **parts, year=cell.year)
    if cell.how == "agreement" and market.agreement_source in UNVERIFIED:
        return f"{text} {t('how.unverified')}"
    return text


def tips(b: Board, i: int, t: Words) -> list[str]:
    """What would change the place of a market, with the share a criterion would need."""
    order = [k for k in b.order() if b.scores.rank[k]]
    if i not in order or len(order) < 2:
        return []
    at, total = order.index(i), b.counted.sum()
    near = [order[k] for k in (at - 1, at + 1, at - 2, at + 2) if 0 <= k < len(order)]
    found: list[tuple[float, str]] = []
    for k in near:
        for j, c in enumerate(b.criteria):
            share = b.counted[j] / total
            for p in tipping(b.n[i], b.n[k], b.counted, j):
                if abs(p - share) < 0.005:
                    continue
                up, down = (i, k) if b.scores.score[i] < b.scores.score[k] else (k, i)
                key = "tip.more" if p > share else "tip.less"
                found.append(
                    (
                        abs(p - share),
                        t(
                            key,
                            up=t.pick(b.table.markets[up].name),
                            down=t.pick(b.table.markets[down].name),
                            criterion=t(f"criterion.{c.key}"),
                            p=t("unit.pct", n=t.number(round(100 * p, 1))),
                            now=t("unit.pct", n=t.number(round(100 * share, 1))),
                        ),
                    )
                )
    return [text for _, text in sorted(found)][:TIPS] or [t("tip.none")]


def above(b: Board, i: int, k: int, t: Words) -> str:
    """The sentence that says why one market stands above another, from the points of each."""
    if not (b.scores.rank[i] and b.scores.rank[k]):
        missing = k if not b.scores.rank[k] else i
        return t("above.unranked", name=t.pick(b.table.markets[missing].name))
    if b.scores.score[i] < b.scores.score[k]:
        i, k = k, i
    a, z = t.pick(b.table.markets[i].name), t.pick(b.table.markets[k].name)
    gap = b.scores.score[i] - b.scores.score[k]
    if abs(gap) < SLIGHT_POINTS / 10:
        return t("above.equal", a=a, b=z)
    by, alone = differences(b, i, k)
    order = np.argsort(-by)
    ahead = [_reason(b, j, by[j], t) for j in order if by[j] >= SLIGHT_POINTS][:3]
    behind = [_reason(b, j, -by[j], t) for j in order[::-1] if by[j] <= -SLIGHT_POINTS][:2]
    pieces = [t("above.gap", a=a, b=z, gap=t.number(round(gap, 1)))]
    pieces += [t("above.because", a=a, reasons=t.all_of(ahead))] if ahead else []
    pieces += [t("above.but", b=z, reasons=t.all_of(behind))] if behind else []
    for row, (effect, js) in alone.items():
        if js:
            pieces.append(
                t(
                    "above.alone",
                    name=t.pick(b.table.markets[row].name),
                    criteria=t.all_of(t(f"criterion.{b.criteria[j].key}") for j in js),
                    effect=("+" if effect > 0 else "−") + t.number(abs(round(effect, 1))),
                )
            )
    return " ".join(pieces)


def differences(b: Board, i: int, k: int) -> tuple[np.ndarray, dict[int, tuple[float, list[int]]]]:
    """An exact split of the gap between two scores.

    Returns
    -------
    (c,) points by which i leads k on each criterion known of both; and for each of the two
    how much the criteria known of it alone change its score, with those criteria.
    """
    known = ~np.isnan(b.n)
    both = known[i] & known[k] & (b.counted > 0)
    w = np.where(both, b.counted, 0.0)
    total = w.sum()
    n = np.nan_to_num(b.n)
    by = 100 * w * (n[i] - n[k]) / total if total else np.zeros(len(w))
    alone = {}
    for row, opposite in ((i, k), (k, i)):
        common = 100 * float(n[row] @ w) / total if total else 0.0
        js = [j for j in range(len(w)) if b.counted[j] and known[row, j] and not known[opposite, j]]
        alone[row] = (float(b.scores.score[row]) - common, js)
    return by, alone


def _reason(b: Board, j: int, points: float, t: Words) -> str:
    return t(
        "above.reason",
        criterion=t(f"criterion.{b.criteria[j].key}"),
        points=t.number(round(points, 1)),
    )
