"""Scores in words: the ranking of the markets, why one stands where it does, what would tip it."""
from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geo.answers.statements import signed
from geo.criteria import CRITERIA, PRESETS, Criterion, codes_of, preset_of, weights_of
from geo.i18n import Words
from geo.marketdata import Cell, MarketTable, market_table
from geo.model import UNVERIFIED, Market
from geo.query import Query
from geo.score import (
    DRAWS,
    UNSTABLE_RANKS,
    Scores,
    double_counted,
    normalised,
    rank_interval,
    score,
    tipping,
    used,
)
from geo.view import ViewState

TIPS = 3
#: A difference of points too small to be called a reason.
SLIGHT_POINTS = 0.5


@dataclass(frozen=True, slots=True)
class Board:
    """The scores of one axis under one set of weights."""

    table: MarketTable
    criteria: tuple[Criterion, ...]
    n: np.ndarray
    weights: np.ndarray
    scores: Scores
    low: np.ndarray
    high: np.ndarray

    @property
    def counted(self) -> np.ndarray:
        """(c,) the weights of the criteria that at least one market has; others are zero."""
        return np.where(used(self.n), self.weights, 0.0)

    def of(self, iso2: str) -> int:
        """The row of a market."""
        return next(i for i, m in enumerate(self.table.markets) if m.iso2 == iso2)

    def order(self) -> list[int]:
        """Rows, ranked ones first and by rank, then by name of code."""
        rank = self.scores.rank
        return sorted(range(len(rank)), key=lambda i: (rank[i] == 0, rank[i], self.table.markets[i].iso2))


def board(query: Query, axis: str, weights: dict[str, int]) -> Board:
    """Compute the scores of an axis; bounds are always those of all the markets."""
    table = market_table(query)
    kept = [j for j, c in enumerate(CRITERIA) if c.axis == axis]
    criteria = tuple(CRITERIA[j] for j in kept)
    n = normalised(table.raw[:, kept], criteria)
    w = np.array([weights[c.key] for c in criteria], float)
    return Board(table, criteria, n, w, score(n, w), *rank_interval(n, w))


def rank_answer(query: Query, view: ViewState, t: Words) -> dict[str, Any]:
    """The ranking, the sliders, and everything the reader must know to judge it."""
    weights = weights_of(view.weights)
    b = board(query, view.axis, weights)
    other = board(query, "readiness" if view.axis == "attractiveness" else "attractiveness", weights)
    shown = [i for i in b.order() if not view.market or b.table.markets[i].iso2 in view.market]
    rows = [_row(b, other, i, t) for i in shown]
    ranked = int((b.scores.rank > 0).sum())
    return {
        "title": t(f"rank.title.{view.axis}"),
        "subtitle": t("rank.subtitle", n=t.number(len(rows)), total=t.number(len(b.n)), ranked=t.number(ranked)),
        "axis": view.axis, "axis_text": t(f"axis.{view.axis}"),
        "axes": [{"key": key, "text": t(f"axis.{key}"), "on": key == view.axis}
                 for key in ("attractiveness", "readiness")],
        "other_text": t(f"axis.{'readiness' if view.axis == 'attractiveness' else 'attractiveness'}"),
        "criteria": criteria_rows(b, t), "presets": _presets(weights, t),
        "rows": rows, "notices": _notices(b, t),
        "reading": [t("rank.reading.formula"), t("rank.reading.unknown"), t("rank.reading.draws", n=t.number(DRAWS)),
                    t("rank.reading.not_itc"), t("rank.reading.filters")],
        "markets": len(b.n), "csv": _csv(b, rows, weights, t),
        "file": f"kharita-{view.axis}.csv",
        "empty": "" if rows else t("rank.empty"),
    }


def criteria_rows(b: Board, t: Words) -> list[dict[str, Any]]:
    """The criteria of an axis with their weights, as sliders and legend show them."""
    total = b.counted.sum()
    return [{"key": c.key, "text": t(f"criterion.{c.key}"), "help": t(f"criterion_help.{c.key}"),
             "weight": int(w), "tone": j, "aside": not used(b.n)[j],
             "share": t("unit.pct", n=t.number(round(100 * counted / total))) if total else "—",
             "aside_text": "" if used(b.n)[j] else t("rank.aside")}
            for j, (c, w, counted) in enumerate(zip(b.criteria, b.weights, b.counted, strict=True))]


def _presets(weights: dict[str, int], t: Words) -> list[dict[str, Any]]:
    here = preset_of(weights)
    return [{"key": name, "text": t(f"preset.{name}"), "on": name == here,
             "weights": list(codes_of({**{c.key: c.weight for c in CRITERIA}, **own}))}
            for name, own in PRESETS.items()]


def _row(b: Board, other: Board, i: int, t: Words) -> dict[str, Any]:
    market, total = b.table.markets[i], b.counted.sum()
    shares = b.counted / total if total else b.counted
    rank, low, high = (int(v[i]) for v in (b.scores.rank, b.low, b.high))
    parts = [{"key": c.key, "points": round(float(100 * shares[j] * b.n[i, j]), 2), "tone": j}
             for j, c in enumerate(b.criteria) if shares[j] and not np.isnan(b.n[i, j])]
    coverage = round(100 * float(b.scores.coverage[i]))
    unstable = bool(rank) and high - low >= UNSTABLE_RANKS
    return {
        "iso2": market.iso2, "name": t.pick(market.name), "sel": f"market:{market.iso2}",
        "rank": rank or None, "rank_text": t.number(rank) if rank else "—",
        "score": _round(b.scores.score[i]), "score_text": _score_text(b, i, t) if rank else "—",
        "parts": parts, "unknown": round(100 - 100 * float(b.scores.coverage[i]), 2) if total else 0,
        "coverage": coverage, "coverage_text": t("unit.pct", n=t.number(coverage)),
        "low": low, "high": high, "unstable": unstable,
        "interval_text": _interval_text(rank, low, high, unstable, coverage, t),
        "other_text": _score_text(other, i, t) if other.scores.rank[i] else "—",
        "other": _round(other.scores.score[i]) if other.scores.rank[i] else None,
    }


def _score_text(b: Board, i: int, t: Words) -> str:
    value = _round(b.scores.score[i])
    return "—" if value is None else t.number(round(value))


def _round(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 2)


def _interval_text(rank: int, low: int, high: int, unstable: bool, coverage: int, t: Words) -> str:
    if not rank:
        return t("rank.unranked", coverage=t("unit.pct", n=t.number(coverage)))
    if low == high:
        return t("rank.fixed", rank=t.number(low))
    return t("rank.unstable" if unstable else "rank.between", low=t.number(low), high=t.number(high))


def _notices(b: Board, t: Words) -> list[str]:
    found = []
    if not b.weights.any():
        found.append(t("rank.zero"))
    elif not b.counted.any():
        found.append(t("rank.nothing"))
    for i, j, r in double_counted(b.n, b.weights):
        found.append(t("rank.twice", a=t(f"criterion.{b.criteria[i].key}"), r=t.number(round(r, 2)),
                       b=t(f"criterion.{b.criteria[j].key}")))
    if len(b.n) < 2:
        found.append(t("rank.alone"))
    return found


# --- why ------------------------------------------------------------------------------

def why_answer(query: Query, iso2: str, view: ViewState, t: Words) -> dict[str, Any]:
    """Components, place and tipping points of one market on the chosen axis."""
    b = board(query, view.axis, weights_of(view.weights))
    i = b.of(iso2)
    rank, total = int(b.scores.rank[i]), b.counted.sum()
    coverage = round(100 * float(b.scores.coverage[i]))
    place = _interval_text(rank, int(b.low[i]), int(b.high[i]),
                           bool(rank) and b.high[i] - b.low[i] >= UNSTABLE_RANKS, coverage, t)
    return {
        "iso2": iso2, "name": t.pick(b.table.markets[i].name), "axis_text": t(f"axis.{view.axis}"),
        "score_text": _score_text(b, i, t) if rank else "—",
        "place": (t("rank.place", rank=t.number(rank), total=t.number(int((b.scores.rank > 0).sum())))
                  if rank else "") or place, "interval": place if rank else "",
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
        found.append({
            "key": c.key, "text": t(f"criterion.{c.key}"), "tone": j,
            "value": raw_text(c, cell, market, t), "year": cell.year, "href": cell.url,
            "how": how_text(cell, market, t), "known": known,
            "points": t.number(round(share * b.n[i, j], 1)) if known and share else ("0" if known else "—"),
            "out_of": t.number(round(share, 1)),
        })
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
    parts = dict(cell.parts)
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
                found.append((abs(p - share), t(
                    key, up=t.pick(b.table.markets[up].name), down=t.pick(b.table.markets[down].name),
                    criterion=t(f"criterion.{c.key}"), p=t("unit.pct", n=t.number(round(100 * p, 1))),
                    now=t("unit.pct", n=t.number(round(100 * share, 1))))))
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
            pieces.append(t("above.alone", name=t.pick(b.table.markets[row].name),
                            criteria=t.all_of(t(f"criterion.{b.criteria[j].key}") for j in js),
                            effect=("+" if effect > 0 else "−") + t.number(abs(round(effect, 1)))))
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
    return t("above.reason", criterion=t(f"criterion.{b.criteria[j].key}"), points=t.number(round(points, 1)))


# --- exports --------------------------------------------------------------------------

def _csv(b: Board, rows: Sequence[dict[str, Any]], weights: dict[str, int], t: Words) -> str:
    """The ranking as a file; the weights travel with it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([t("column.rank"), t("column.market"), "ISO", t("column.score"), t("column.coverage"),
                     t("column.low"), t("column.high"),
                     *(f"{t(f'criterion.{c.key}')} ({kind})" for c in b.criteria
                       for kind in (t("column.raw"), t("column.points")))])
    for row in rows:
        pieces = {p["key"]: p["points"] for p in row["parts"]}
        cells: list[object] = [row["rank"] or "", safe(row["name"]), row["iso2"],
                               row["score"] if row["rank"] else "", row["coverage"], row["low"] or "", row["high"] or ""]
        for c in b.criteria:
            value = b.table.cells[row["iso2"]][c.key].value
            cells += ["" if value is None else round(value, 2), pieces.get(c.key, "")]
        writer.writerow(cells)
    writer.writerow([])
    for c in b.criteria:
        writer.writerow([t("column.weight"), t(f"criterion.{c.key}"), weights[c.key]])
    writer.writerow([t("rank.reading.not_itc")])
    return out.getvalue()


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t") else text

