"""Response of the supplier search: the terms of a request, and the sites that match them."""

from __future__ import annotations

from typing import Any

from geo.i18n.labels import area_name, is_demo, where
from geo.i18n.words import Words
from geo.model.records import CRAFTS
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.query.request_parser import KINDS, Term, read_terms, understand
from geo.query.supplier_match import Match, nearest_maisons, rank_sites, wanted

MAX_TEXT = 1_500
SHOWN = 20


def supply_answer(
    query: Query, view: ViewState, t: Words, *, text: str, terms: str | None
) -> dict[str, Any]:
    """Terms, ranked sites, nearest Maisons and what the request does not say.

    Parameters
    ----------
    text : the pasted request; read only when ``terms`` is None.
    terms : codes separated by ``|``, as the reader edited them.
    """
    catalogue = query.catalogue
    found = (
        understand(text[:MAX_TEXT], query)
        if terms is None
        else read_terms(terms.split("|"), catalogue)
    )
    crafts = wanted(found, "craft")
    matches = rank_sites(catalogue, found)
    if view.origin and "demo" not in view.origin:
        matches = [m for m in matches if not is_demo(m.site)]
    return {
        "title": t("supply.title"),
        "lead": t("supply.lead"),
        "terms": [_term(x, query, t) for x in found],
        "kinds": [{"key": k, "text": t(f"term.{k}")} for k in KINDS],
        "crafts": [{"key": c, "text": t(f"craft.{c}")} for c in CRAFTS],
        "unsaid": _missing_terms(found, bool(text.strip()) or terms is not None, t),
        "count": t.n("count.sites", len(matches)) if crafts else "",
        "rows": [_row(m, query, t) for m in matches[:SHOWN]],
        "maisons": _maisons(query, found, matches, t),
        "maisons_title": t("supply.maisons"),
        "rules": _rules(query, wanted(found, "market"), crafts, t),
        "rules_title": t("supply.rules"),
        "empty": t("supply.no_site") if crafts and not matches else "",
    }


def _term(term: Term, query: Query, t: Words) -> dict[str, str]:
    return {
        "code": term.text,
        "kind": t(f"term.{term.kind}"),
        "text": _label(term, query, t),
        "said": term.phrase,
    }


def _label(term: Term, query: Query, t: Words) -> str:
    if term.kind == "craft":
        return t(f"craft.{term.code}")
    if term.kind == "market":
        return t.pick(query.catalogue.market_by_code[term.code].name)
    if term.kind == "place":
        return area_name(query.catalogue, term.code, t)
    if term.kind == "quantity":
        return t.number(int(term.code))
    return t.date(term.code) if term.kind == "date" else term.code


def _missing_terms(found: list[Term], request: bool, t: Words) -> list[str]:
    if not request:
        return []
    if not found:
        return [t("supply.nothing")]
    return [
        t(f"supply.unsaid.{kind}")
        for kind in ("craft", "quantity", "place", "date")
        if not wanted(found, kind)
    ]


def _row(match: Match, query: Query, t: Words) -> dict[str, Any]:
    site = match.site
    return {
        "sel": f"site:{site.id}",
        "class": site.class_,
        "name": site.name,
        "where": where(site, query.catalogue, t),
        "kind": t(f"site.{site.kind}"),
        "points": t.number(round(match.points)),
        "demo": is_demo(site),
        "open": site.status == "active",
        "km": t("unit.km", n=t.number(round(match.km))) if match.km is not None else "",
        "reasons": [_reason_text("reason", key, values, query, t) for key, values in match.reasons],
        "missing": [_reason_text("lacks", key, values, query, t) for key, values in match.missing],
    }


def _reason_text(family: str, key: str, values: dict[str, Any], query: Query, t: Words) -> str:
    filled = dict(values)
    if "crafts" in filled:
        filled["crafts"] = t.all_of(t(f"craft.{c}") for c in filled["crafts"])
    if "area" in filled:
        filled["area"] = area_name(query.catalogue, str(filled["area"]), t)
    if "km" in filled:
        filled["km"] = t("unit.km", n=t.number(filled["km"]))
    if "n" in filled:
        return t.n("unit.artisans", int(filled["n"]))
    return t(f"{family}.{key}", **filled)


def _maisons(
    query: Query, found: list[Term], matches: list[Match], t: Words
) -> list[dict[str, Any]]:
    places = wanted(found, "place")
    best = next((m.site.lon_lat for m in matches if m.site.lon_lat), None)
    origin = query.catalogue.area_by_code[places[0]].label_lon_lat if places else best
    crafts = wanted(found, "craft")
    if origin is None or not crafts:
        return []
    return [
        {
            "sel": f"site:{s.id}",
            "name": s.name,
            "km": t("unit.km", n=t.number(round(km))),
            "where": where(s, query.catalogue, t),
            "why": t(
                "reason.makes", crafts=t.all_of(t(f"craft.{c}") for c in s.crafts if c in crafts)
            )
            if set(crafts) & set(s.crafts)
            else t("lacks.other_craft"),
        }
        for km, s in nearest_maisons(query.catalogue, origin, crafts)
    ]


def _rules(query: Query, markets: list[str], crafts: list[str], t: Words) -> list[dict[str, str]]:
    """Access rules the watch found for the destination, those about the crafts or about all."""
    notes = {
        n.id: n
        for r in query.catalogue.reports
        for n in r.notes
        if n.kind == "reglementation_acces"
        and set(markets) & set(n.markets)
        and (not n.crafts or set(crafts) & set(n.crafts))
    }
    return [
        {
            "title": n.title_fr,
            "text": " · ".join(x for x in (n.id, t.date(n.date)) if x),
            "href": n.sources[0].url if n.sources else "",
        }
        for n in notes.values()
    ]
