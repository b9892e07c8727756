"""Response of one market: figures, buyers, crafts, rules, fairs, reports, similar markets."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from geo.explore.api.fairs import fair_line, fairs_of
from geo.explore.api.partners import sites_that_make
from geo.i18n.labels import agreements_text, is_demo, title_of, where
from geo.i18n.words import Words
from geo.markets.api.explanation import raw_text
from geo.markets.api.export_statements import statement
from geo.markets.indicators import crafts_in_demand, market_table
from geo.markets.score import normalised
from geo.model.criteria import CRITERIA
from geo.model.export_statistics import exports
from geo.model.records import TRUE_ORIGINS, Buyer
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.watch.api.reports import doubts_text, market_doubts

NEIGHBOURS = 4
SHOWN = 8


def page_answer(query: Query, iso2: str, t: Words) -> dict[str, Any]:
    """The page of one market; print it and it is a brief."""
    market = query.catalogue.market_by_code[iso2]
    crafts = crafts_in_demand(query, iso2)
    rows = sorted(
        (r for r in exports() if r.market == iso2), key=lambda r: (r.end, r.id), reverse=True
    )
    reports = [r for r in query.reports.about_market(iso2) if iso2 in r.markets]
    sections = [
        _section("figures", [_statement(r, t) for r in rows[:SHOWN]], len(rows), t),
        _section("buyers_kind", _tally(query, iso2, "buyer", t), 0, t),
        _section("buyers_city", _cities(query, iso2, t), 0, t),
        _section(
            "buyers_list",
            _buyers(query, iso2, t),
            query.counts(ViewState(market=(iso2,)))["buyers"],
            t,
        ),
        _section(
            "crafts",
            [
                {
                    "title": t(f"craft.{c}"),
                    "text": " · ".join((t.n("count_of.buyers", b), t.n("count_of.reports", r))),
                    "craft": c,
                }
                for c, (b, r) in crafts.items()
            ],
            None,
            t,
        ),
        _section("rules", _rules(query, iso2, t), None, t),
        _section("fairs", [fair_line(f, t) for f in fairs_of(query, iso2)], None, t),
        _section(
            "reports",
            [
                {
                    "title": title_of(r, t),
                    "text": f"{r.id} · {t.date(r.date) or t('panel.undated')}",
                    "sel": f"report:{r.id}",
                }
                for r in reports
            ],
            None,
            t,
        ),
        _section("sites", _sites(query, tuple(crafts), t), None, t),
        _section("neighbours", neighbours(query, iso2, t), None, t),
    ]
    doubts = market_doubts(query, iso2, t)
    return {
        "doubts": doubts,
        "doubt": doubts_text(doubts, t),
        "iso2": iso2,
        "name": t.pick(market.name),
        "world": t(f"world.{market.world_region}"),
        "evidence": t(f"evidence.{market.evidence}"),
        "lead": market.evidence_fr,
        "lead_href": market.evidence_url,
        "agreement": agreements_text(market, t) or t("marketpage.no_agreement"),
        "sections": sections,
        "note": t("marketpage.note"),
        "on_map": t("marketpage.on_map"),
    }


def _section(key: str, rows: list[dict[str, Any]], total: int | None, t: Words) -> dict[str, Any]:
    return {
        "key": key,
        "title": t(f"marketpage.{key}"),
        "rows": rows,
        "count": "" if total == 0 and rows else t.number(len(rows) if total is None else total),
        "empty": t(f"marketpage.{key}.empty"),
    }


def _statement(row: Any, t: Words) -> dict[str, Any]:
    s = statement(row, t)
    growth = f"{t('baro.column.growth')} {s['growth']}" if s["growth"] else ""
    figures = [f for f in (s["value"], s["share"], growth) if f]
    return {
        "title": " · ".join(figures),
        "text": " · ".join(x for x in (s["period"], s["part"], s["approximate"], s["note"]) if x),
        "href": s["href"],
    }


def _tally(query: Query, iso2: str, field: str, t: Words) -> list[dict[str, Any]]:
    true = query.tally("buyers", field, ViewState(market=(iso2,), origin=TRUE_ORIGINS))
    demo = query.tally("buyers", field, ViewState(market=(iso2,), origin=("demo",)))
    order = sorted((k for k in true if true[k] or demo[k]), key=lambda k: (-true[k], -demo[k]))
    return [
        {
            "title": t(f"{field}.{k}"),
            "text": " + ".join(
                x
                for x in (
                    t.number(true[k]) if true[k] else "",
                    t("marketpage.demo", n=t.number(demo[k])) if demo[k] else "",
                )
                if x
            ),
        }
        for k in order
    ]


def _cities(query: Query, iso2: str, t: Words) -> list[dict[str, Any]]:
    columns = query.columns["buyers"]
    positions = np.flatnonzero(query.passing("buyers", ViewState(market=(iso2,))))[:5_000]
    found = [b for b in map(columns.record, positions) if isinstance(b, Buyer)]
    true = Counter(b.city or t("panel.no_city") for b in found if not is_demo(b))
    demo = Counter(b.city or t("panel.no_city") for b in found if is_demo(b))
    order = sorted({*true, *demo}, key=lambda c: (-true[c], -demo[c], c))[:SHOWN]
    return [
        {
            "title": c,
            "text": " + ".join(
                x
                for x in (
                    t.number(true[c]) if true[c] else "",
                    t("marketpage.demo", n=t.number(demo[c])) if demo[c] else "",
                )
                if x
            ),
        }
        for c in order
    ]


def _buyers(query: Query, iso2: str, t: Words) -> list[dict[str, Any]]:
    columns = query.columns["buyers"]
    positions = np.flatnonzero(query.passing("buyers", ViewState(market=(iso2,))))[:5_000]
    found = sorted((columns.record(p) for p in positions), key=lambda b: (is_demo(b), b.name))[
        :SHOWN
    ]
    return [
        {
            "title": b.name,
            "text": f"{t(f'buyer.{b.kind}')} · {where(b, query.catalogue, t)}",
            "sel": f"buyer:{b.id}",
            "demo": is_demo(b),
        }
        for b in found
    ]


def _rules(query: Query, iso2: str, t: Words) -> list[dict[str, Any]]:
    notes = {
        n.id: n
        for r in query.catalogue.reports
        for n in r.notes
        if n.kind == "reglementation_acces" and iso2 in n.markets
    }
    return [
        {
            "title": n.title_fr,
            "text": " · ".join(x for x in (n.id, t.date(n.date), n.summary_fr) if x),
            "lang": "fr",
            "href": n.sources[0].url if n.sources else "",
        }
        for n in sorted(notes.values(), key=lambda n: n.date, reverse=True)
    ]


def _sites(query: Query, crafts: tuple[str, ...], t: Words) -> list[dict[str, Any]]:
    best, _ = sites_that_make(query, crafts)
    return [
        {
            "title": s.name,
            "text": " · ".join(
                (
                    where(s, query.catalogue, t),
                    t.all_of(t(f"craft.{c}") for c in s.crafts if c in crafts),
                )
            ),
            "sel": f"site:{s.id}",
            "demo": is_demo(s),
        }
        for s in best
        if not is_demo(s)
    ][:SHOWN]


def neighbours(query: Query, iso2: str, t: Words) -> list[dict[str, Any]]:
    """The markets most alike over the criteria known of both, and what they share."""
    table = market_table(query)
    n = normalised(table.raw, CRITERIA)
    codes = [m.iso2 for m in table.markets]
    i = codes.index(iso2)
    gap = np.abs(n - n[i])
    known = (~np.isnan(gap)).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known >= 5, np.nansum(gap, axis=1) / np.maximum(known, 1), np.inf)
    mean[i] = np.inf
    found = []
    for k in np.argsort(mean)[:NEIGHBOURS]:
        if not np.isfinite(mean[k]):
            continue
        close = np.argsort(np.where(np.isnan(gap[k]), np.inf, gap[k]))[:3]
        other = table.markets[k]
        same = [
            t(
                "marketpage.same",
                criterion=t(f"criterion.{CRITERIA[j].key}"),
                value=raw_text(CRITERIA[j], table.cells[other.iso2][CRITERIA[j].key], other, t),
            )
            for j in close
        ]
        found.append({"title": t.pick(other.name), "text": " · ".join(same), "market": other.iso2})
    return found
