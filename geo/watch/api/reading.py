"""Response of ``/api/watch/{report}``: its text, its evidence chain, related reports."""

from __future__ import annotations

from typing import Any

from geo.core.errors import NotFound
from geo.i18n.labels import is_open, kind_label, title_of, where
from geo.i18n.words import Words
from geo.model.records import Buyer, Note, Report, Site
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.query.signals import signals_of
from geo.text.stemming import SearchTerms
from geo.watch.api.reports import (
    crafts_line,
    doubt,
    figure_words,
    pieces,
    quote,
    signal_words,
    when,
)
from geo.watch.evidence_chain import Link, chain_of
from geo.watch.passages import sentences_of
from geo.watch.related import Shared, related


def reading_answer(query: Query, id_: str, view: ViewState, t: Words) -> dict[str, Any]:
    """The full response on one report.

    Raises
    ------
    NotFound : no such report.
    """
    report = query.catalogue.report_by_id.get(id_)
    if report is None:
        raise NotFound("error.not_found")
    wanted = query.search.wanted(view.q) if view.q else None
    organisations = list(dict.fromkeys(o for n in report.notes for o in n.organisations))
    return {
        "id": report.id,
        "title": pieces(title_of(report, t), wanted),
        "when": when(report, t),
        "kind": kind_label(report, t),
        "markets": " · ".join(t.country(m) for m in report.markets) or t("panel.all_markets"),
        "crafts": crafts_line(report.crafts, t),
        "organisations": organisations,
        "places": " · ".join(report.places),
        "notes": [_note(n, wanted, t) for n in report.notes],
        "signals": [signal_words(s, t) for s in signals_of(report)],
        "doubts": [
            doubt(query, p, t)
            for p in query.reports.doubts
            if report.id in (p[0].report, p[1].report)
        ],
        "chain": _chain(query, report, view, t),
        "related": [_related(s, t) for s in related(report, query.catalogue.reports)],
        "note": t(
            "watch.imported_note" if report.provenance == "imported" else "panel.report_note"
        ),
        "original": report.original,
    }


def _note(note: Note, wanted: SearchTerms | None, t: Words) -> dict[str, Any]:
    return {
        "id": note.id,
        "title": pieces(note.title_fr, wanted),
        "date": t.date(note.date),
        "sentences": [
            {"address": p.address, "pieces": pieces(p.text, wanted)} for p in sentences_of(note)
        ],
        "figures": [
            {**figure_words(f, t), "address": f"{note.id}.f{i}"}
            for i, f in enumerate(note.figures, start=1)
        ],
        "sources": [
            {"text": s.label or s.url, "href": s.url, "date": t.date(s.date)} for s in note.sources
        ],
    }


def _related(shared: Shared, t: Words) -> dict[str, str]:
    reasons = [
        t(f"watch.shared.{key}", names=t.all_of(names[:3]))
        for key, names in (
            ("named", shared.named),
            ("organisations", shared.organisations),
            ("crafts", [t(f"craft.{c}") for c in shared.crafts]),
            ("markets", [t.country(m) for m in shared.markets]),
        )
        if names
    ]
    return {
        "sel": f"report:{shared.report.id}",
        "id": shared.report.id,
        "title": title_of(shared.report, t),
        "when": when(shared.report, t),
        "why": " · ".join(reasons[:2]),
    }


# --- evidence chain -------------------------------------------------------------------


def _chain(query: Query, report: Report, view: ViewState, t: Words) -> dict[str, Any]:
    chain = chain_of(query, report, view)
    nodes: dict[str, dict[str, Any]] = {}
    for link in chain.links:
        nodes[link.end] = _node(query, link, t)
    return {
        "steps": [_step(link, t) for link in chain.links],
        "nodes": nodes,
        "empty": "" if chain.links else t("watch.chain_empty"),
        "more": t(
            "watch.chain_more",
            shown=t.number(chain.markets_shown),
            total=t.number(chain.markets_total),
        )
        if chain.markets_total > chain.markets_shown
        else "",
    }


def _node(query: Query, link: Link, t: Words) -> dict[str, Any]:
    if link.record is None:
        market = query.catalogue.market_by_code[link.end.partition(":")[2]]
        lon, lat = market.label_lon_lat
        return {
            "class": "market",
            "title": t.pick(market.name),
            "sub": "",
            "lon": lon,
            "lat": lat,
            "open": True,
        }
    at = link.record.lon_lat or (None, None)
    return {
        "class": link.record.class_,
        "title": link.record.name,
        "lon": at[0],
        "lat": at[1],
        "sub": where(link.record, query.catalogue, t),
        "open": is_open(link.record),
    }


def _step(link: Link, t: Words) -> dict[str, Any]:
    kind = link.end.partition(":")[0]
    record = link.record
    return {
        "start": link.start,
        "end": link.end,
        "kind": kind,
        "basis": link.basis,
        "basis_text": t(f"watch.basis.{link.basis}"),
        "why": _why(link, t),
        "crafts": t.all_of(t(f"craft.{c}") for c in link.crafts),
        "quotes": [quote(p, None, t) for p in link.passages],
        "fact": _fact(record),
        "sources": [
            {"text": s.label or s.url, "href": s.url, "date": t.date(s.date)}
            for s in record.sources[:2]
        ]
        if record and not link.passages
        else [],
    }


def _fact(record: Buyer | Site | None) -> str:
    if record is None:
        return ""
    return record.relation_fr if isinstance(record, Buyer) else record.fact_fr


def _why(link: Link, t: Words) -> str:
    kind = link.end.partition(":")[0]
    crafts = t.all_of(t(f"craft.{c}") for c in link.crafts)
    if kind == "market":
        return t("watch.why.market_said" if link.basis == "said" else "watch.why.market_covered")
    if kind == "buyer":
        if link.basis == "said":  # in a sentence, or only in the list of a note
            named = any(p.number for p in link.passages)
            return t("watch.why.buyer_said" if named else "watch.why.buyer_listed")
        return (
            t("watch.why.buyer_inferred", crafts=crafts) if crafts else t("watch.why.buyer_market")
        )
    return t("watch.why.site", crafts=crafts)
