"""Export barometer: trend lines of comparable periods, the map of markets, every statement."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from geo.i18n.words import Words
from geo.markets.api.export_statements import about, signed, statement
from geo.markets.export_statistics import demand_of, demand_of_pair, disagreeing, line
from geo.markets.indicators import ORIGIN_LON_LAT
from geo.model.criteria import MEASURES, WHOLE_YEAR
from geo.model.export_statistics import ExportStatement, exports, left_out, windows
from geo.model.view import ViewState
from geo.query.engine import Query

SHOWN = 120
#: A line needs two points.
MIN_POINTS = 2


def barometer_answer(query: Query, view: ViewState, t: Words) -> dict[str, Any]:
    """Everything the published figures say under the filters, for one measure and window."""
    measure, months = view.measure, view.months
    every = exports()
    kept = [r for r in every if _passes(r, view)]
    choices = windows(every)
    by_market = _map(query, view, t)
    lines = _lines(kept, measure, months, t)
    return {
        "title": t("baro.title"),
        "subtitle": t("baro.subtitle", n=t.number(len(kept)), total=t.number(len(every))),
        "measure": measure,
        "measures": [
            {"key": m, "text": t(f"baro.measure.{m}"), "on": m == measure} for m in MEASURES
        ],
        "months": months,
        "windows": [{"key": m, "text": window_text(m, t), "on": m == months} for m in choices],
        "unit": t("baro.unit_mdh") if measure == "value_mdh" else t("baro.unit_pct"),
        "lines": lines,
        "empty": "" if lines else t("baro.no_line", window=window_text(months, t)),
        "headline": _headline(every, t),
        "map": by_market,
        "map_note": _map_note(by_market, view, t),
        "map_none": _no_figure(view, t),
        "origin": list(ORIGIN_LON_LAT),
        "rows": [
            statement(r, t)
            for r in sorted(kept, key=lambda r: (r.end, r.start, r.id), reverse=True)[:SHOWN]
        ],
        "more": t("baro.more", n=t.number(len(kept) - SHOWN)) if len(kept) > SHOWN else "",
        "columns": [
            t(f"baro.column.{c}") for c in ("period", "about", "value", "share", "growth", "source")
        ],
        "cities": _cities(kept, t),
        "notices": [
            t("baro.never_add"),
            t("baro.family"),
            *([t.n("baro.left_out", left_out())] if left_out() else []),
            *_disagreements(kept, t),
        ],
        "warn": "" if months == WHOLE_YEAR else t("baro.part_year", window=window_text(months, t)),
    }


def window_text(months: str, t: Words) -> str:
    """A window of months in words; the whole year by its name."""
    if months == WHOLE_YEAR:
        return t("baro.whole_year")
    first, last = months.split("-")
    text = t.period(f"2000-{first}/2000-{last}")
    return text.replace("2000", "").strip()


def _passes(row: ExportStatement, view: ViewState) -> bool:
    """Totals always pass: they are what the rest is read against."""
    if row.scope == "total":
        return True
    if view.market and row.market not in view.market:
        return False
    return not view.craft or bool(set(view.craft) & set(row.crafts))


def _lines(
    kept: list[ExportStatement], measure: str, months: str, t: Words
) -> list[dict[str, Any]]:
    groups: dict[tuple[str, ...], list[ExportStatement]] = {}
    for row in kept:
        if row.scope in ("total", "market", "craft"):
            groups.setdefault(row.subject, []).append(row)
    found: list[dict[str, Any]] = []
    for rows in groups.values():
        points = line(rows, measure, months)
        if len(points) >= MIN_POINTS or (points and rows[0].scope == "total"):
            found.append(
                {
                    "key": "-".join(filter(None, rows[0].subject)),
                    "scope": rows[0].scope,
                    "market": rows[0].market,
                    "text": about(points[-1], t),
                    "points": [_point(p, measure, t) for p in points],
                }
            )
    found.sort(key=lambda f: (f["scope"] != "total", -f["points"][-1]["value"]))
    return found[:8]


def _point(row: ExportStatement, measure: str, t: Words) -> dict[str, Any]:
    value = getattr(row, measure)
    text = (
        t("unit.mdh", n=t.number(value))
        if measure == "value_mdh"
        else signed(value, t)
        if measure == "growth_pct"
        else t("unit.pct", n=t.number(value))
    )
    short = (
        signed(value, t).rstrip("% \u00a0\u202f") if measure == "growth_pct" else t.number(value)
    )
    return {
        "year": row.year,
        "value": value,
        "text": text,
        "short": short,
        "period": t.period(row.period),
        "href": row.url,
        "approximate": row.approximate,
    }


def _headline(every: Iterable[ExportStatement], t: Words) -> str:
    """The newest whole year, with its published growth."""
    totals = [r for r in every if r.scope == "total"]
    amounts, growths = line(totals, "value_mdh"), line(totals, "growth_pct")
    if not amounts:
        return t("baro.no_total")
    last = amounts[-1]
    text = t(
        "baro.headline", year=str(last.year), value=t("unit.mdh", n=t.number(last.value_mdh or 0.0))
    )
    grown = next((g.growth_pct for g in growths if g.year == last.year), None)
    return text if grown is None else f"{text} {t('baro.change', change=signed(grown, t))}"


def _map(query: Query, view: ViewState, t: Words) -> list[dict[str, Any]]:
    """One entry per market: its newest whole year, or nothing.

    With a filter on crafts, only what was published for these crafts in that market: never the
    total of the market in its place.
    """
    found = []
    for market in query.catalogue.markets:
        entry: dict[str, Any] = {
            "iso2": market.iso2,
            "name": t.pick(market.name),
            "lon_lat": list(market.label_lon_lat),
            "value": None,
            "text": _no_figure(view, t),
            "picked": not view.market or market.iso2 in view.market,
        }
        known: tuple[float, ExportStatement, ExportStatement | None] | None
        if view.craft:
            pair = demand_of_pair(market.iso2, view.craft, exports())
            known = (pair.value_mdh, pair, None) if pair and pair.value_mdh is not None else None
        else:
            known = demand_of(market.iso2, exports())
        if known:
            value, row, total = known
            amount = t("unit.mdh", n=t.number(round(value, 1)))
            entry |= {
                "value": round(value, 2),
                "year": str(row.year),
                "href": row.url,
                "text": t(
                    "baro.map_value" if total is None else "baro.map_share",
                    value=amount,
                    year=str(row.year),
                ),
            }
        found.append(entry)
    return found


def _no_figure(view: ViewState, t: Words) -> str:
    return t("baro.no_pair" if view.craft else "baro.no_data")


def _map_note(by_market: list[dict[str, Any]], view: ViewState, t: Words) -> str:
    """What a map filtered by craft does not say."""
    if not view.craft:
        return ""
    known = sum(m["value"] is not None for m in by_market)
    return t(
        "baro.pair_note",
        crafts=t.all_of(t(f"craft.{c}") for c in view.craft),
        n=t.number(known),
        total=t.number(len(by_market)),
    )


def _cities(kept: list[ExportStatement], t: Words) -> list[dict[str, str]]:
    rows = [r for r in kept if r.city]
    newest = sorted(rows, key=lambda r: (r.end, r.share_pct or 0), reverse=True)[:24]
    return [
        {
            "city": r.city,
            "about": about(r, t),
            "period": t.period(r.period),
            "value": statement(r, t)["share"]
            or statement(r, t)["value"]
            or statement(r, t)["growth"],
            "note": r.note_fr,
            "href": r.url,
        }
        for r in newest
    ]


def _disagreements(kept: list[ExportStatement], t: Words) -> list[str]:
    found = []
    for measure in MEASURES:
        for a, b in disagreeing(kept, measure)[:2]:
            found.append(
                t(
                    "baro.disagree",
                    about=about(a, t),
                    period=t.period(a.period),
                    a=t.number(getattr(a, measure)),
                    b=t.number(getattr(b, measure)),
                )
            )
    return found
