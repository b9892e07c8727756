"""Response of ``/api/entity``: everything known about one entity, for the docked panel."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from geo.core.errors import NotFound
from geo.explore.api.ages import checked_text, market_checked_text
from geo.explore.api.fairs import calendar_of, country_of, when
from geo.explore.api.overview import overview
from geo.explore.api.partners import sites_that_make, who_buys
from geo.i18n.labels import (
    agreements_text,
    area_name,
    crafts_text,
    is_demo,
    is_open,
    kind_label,
    title_of,
    value_label,
    where,
)
from geo.i18n.words import Words
from geo.model.records import CRAFTS, Buyer, Fair, Figure, Report, Site, Source
from geo.model.schema import SCHEMA, Field, in_order
from geo.model.view import FIELDS, ViewState
from geo.query.engine import Query
from geo.query.report_match import why
from geo.web.masking import shown

SHOWN = 6
_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,2})?\Z")


def entity_answer(
    query: Query, kind: str, id_: str, view: ViewState, t: Words, *, seen: bool = False
) -> dict[str, Any]:
    """The panel of one entity.

    Parameters
    ----------
    seen : whether the reader may read personal data.

    Raises
    ------
    NotFound : no such kind, or no such id.
    """
    maker = MAKERS.get(kind)
    more = {"seen": seen} if maker is _site else {}
    answer = maker(query, id_, view, t, **more) if maker else None
    if answer is None:
        raise NotFound("error.not_found")
    return {**_BLANK, "kind": kind, "id": id_, "class": kind, **answer}


_BLANK: dict[str, Any] = {
    "subtitle": "",
    "demo": False,
    "tags": [],
    "lead": "",
    "lead_lang": "",
    "facts": [],
    "sections": [],
    "sources": [],
    "note": "",
    "lon": None,
    "lat": None,
    "filter": None,
    "calendar": None,
}


def _buyer(query: Query, id_: str, view: ViewState, t: Words) -> dict[str, Any] | None:
    row = query.catalogue.buyer_row.get(id_)
    if row is None:
        return None
    buyer = query.catalogue.buyers[row]
    suppliers = sites_that_make(query, buyer.crafts)
    return {
        **_record(buyer, query, t),
        "lead": buyer.relation_fr,
        "lead_lang": "fr",
        "facts": _facts(
            t,
            [
                *_record_facts("buyers", buyer, query, t),
                ("age", checked_text(buyer, query, t)),
            ],
        ),
        "sections": [
            _reports_section(query.reports.about(buyer), buyer, t),
            _records_section("suppliers", suppliers, query, t, "sites", buyer.crafts),
        ],
        "filter": _filter("market", buyer.country, query, view, t),
    }


def _site(
    query: Query, id_: str, view: ViewState, t: Words, *, seen: bool
) -> dict[str, Any] | None:
    row = query.catalogue.site_row.get(id_)
    if row is None:
        return None
    site = shown(query.catalogue.sites[row], seen)
    return {
        **_record(site, query, t),
        "lead": site.fact_fr,
        "lead_lang": "fr",
        "facts": _facts(
            t,
            [
                *_record_facts("sites", site, query, t),
                ("age", checked_text(site, query, t)),
            ],
        ),
        "sections": [
            _reports_section(query.reports.about(site), site, t),
            _records_section(
                "clients", who_buys(query, site.crafts), query, t, "buyers", site.crafts
            ),
        ],
        "filter": _filter("region", site.region, query, view, t),
    }


def _record(record: Buyer | Site, query: Query, t: Words) -> dict[str, Any]:
    demo = is_demo(record)
    tags = [{"text": kind_label(record, t), "tone": "plain"}]
    if isinstance(record, Site):
        tags.append(
            {"text": t(f"status.{record.status}"), "tone": "open" if is_open(record) else "closed"}
        )
    if record.provenance != "published":
        tags.append({"text": t(f"origin.{record.provenance}"), "tone": "demo" if demo else "plain"})
    lon, lat = record.lon_lat or (None, None)
    return {
        "class": record.class_,
        "title": record.name,
        "demo": demo,
        "tags": tags,
        "subtitle": where(record, query.catalogue, t),
        "sources": _sources(record.sources, t),
        "note": t("panel.demo_note") if demo else "",
        "lon": lon,
        "lat": lat,
    }


def _report(query: Query, id_: str, view: ViewState, t: Words) -> dict[str, Any] | None:
    report = query.catalogue.report_by_id.get(id_)
    if report is None:
        return None
    covered = view.cleared().with_(report=(id_,))
    counts = query.counts(covered)
    named = [
        query.catalogue.buyers[query.catalogue.buyer_row[b]]
        for b in report.named
        if b in query.catalogue.buyer_row
    ]
    figures = [_figure(f, t) for n in report.notes for f in n.figures]
    return {
        "title": title_of(report, t),
        "subtitle": f"{report.id} · {t.date(report.date) or t('panel.undated')}",
        "tags": [{"text": kind_label(report, t), "tone": "plain"}],
        "lead": t(
            "panel.report_scope",
            buyers=t.n("count.buyers", counts["buyers"]),
            sites=t.n("count.sites", counts["sites"]),
        ),
        "facts": _facts(
            t,
            [
                (
                    "markets",
                    " · ".join(t.country(m) for m in report.markets) or t("panel.all_markets"),
                ),
                ("crafts", crafts_text(report.crafts, t) or t("panel.all_crafts")),
            ],
        )
        + figures,
        "sections": [
            {
                "key": "notes",
                "title": t("section.notes"),
                "text": t.n("count.notes", len(report.notes)),
                "rows": [
                    {
                        "sel": "",
                        "class": "note",
                        "open": True,
                        "demo": False,
                        "title": n.title_fr,
                        "sub": t.date(n.date),
                        "why": n.summary_fr,
                    }
                    for n in report.notes
                ],
                "more": None,
                "empty": "",
            },
            _section(
                "named",
                [_line(b, t, where(b, query.catalogue, t)) for b in named],
                len(named),
                t,
                None,
            ),
        ],
        "sources": _sources([s for n in report.notes for s in n.sources], t),
        "note": t("panel.report_note"),
        "filter": _filter("report", id_, query, view, t),
    }


def _fair(query: Query, id_: str, view: ViewState, t: Words) -> dict[str, Any] | None:
    fair = query.catalogue.fair_by_id.get(id_)
    if fair is None:
        return None
    lon, lat = fair.lon_lat or (None, None)
    ics = calendar_of([fair], t)
    others = [
        f
        for f in query.catalogue.fairs
        if f.country == fair.country and f.city == fair.city and f.id != id_
    ]
    return {
        "title": fair.name,
        "subtitle": t("ui.comma").join(x for x in (fair.city, country_of(fair, t)) if x),
        "tags": [{"text": kind_label(fair, t), "tone": "plain"}],
        "facts": _facts(t, _record_facts("fairs", fair, query, t)),
        "sections": [
            {
                "key": "fairs_here",
                "title": t("section.fairs_here"),
                "text": t.number(len(others)),
                "more": None,
                "empty": "",
                "rows": [
                    {
                        "sel": f"fair:{f.id}",
                        "class": "fair",
                        "open": True,
                        "demo": False,
                        "title": f.name,
                        "sub": when(f, t),
                        "why": "",
                    }
                    for f in others
                ],
            }
        ]
        if others and fair.city
        else [],
        "sources": _sources(fair.sources, t),
        "lon": lon,
        "lat": lat,
        "filter": _filter("market", fair.country, query, view, t),
        "calendar": {"text": t("panel.calendar"), "file": f"kharita-{fair.id}.ics", "ics": ics}
        if ics
        else None,
        "note": "" if ics else t("panel.fair_undated"),
    }


def _market(query: Query, id_: str, view: ViewState, t: Words) -> dict[str, Any] | None:
    market = query.catalogue.market_by_code.get(id_)
    if market is None:
        return None
    lon, lat = market.label_lon_lat
    source = [Source(market.evidence_url, t("panel.evidence"))] if market.evidence_url else []
    return {
        "title": t.pick(market.name),
        "subtitle": t(f"world.{market.world_region}"),
        "lead": market.evidence_fr,
        "lead_lang": "fr",
        "tags": [{"text": t(f"evidence.{market.evidence}"), "tone": "plain"}],
        "facts": _facts(
            t,
            [
                *_record_facts("markets", market, query, t),
                ("age", market_checked_text(id_, query, t)),
            ],
        ),
        "sections": [
            _reports_section(query.reports.about_market(id_), id_, t),
            _buyers_section(query, view.cleared().with_(market=(id_,)), "market", id_, t),
        ],
        "sources": _sources(source, t),
        "lon": lon,
        "lat": lat,
        "filter": _filter("market", id_, query, view, t),
    }


def _craft(query: Query, id_: str, view: ViewState, t: Words) -> dict[str, Any] | None:
    if id_ not in CRAFTS:
        return None
    return {
        "title": t(f"craft.{id_}"),
        "subtitle": t("facet.craft"),
        "sections": [
            _reports_section(query.reports.about_craft(id_), id_, t),
            _buyers_section(query, view.cleared().with_(craft=(id_,)), "craft", id_, t),
            _records_section(
                "suppliers", sites_that_make(query, (id_,)), query, t, "sites", (id_,)
            ),
        ],
        "filter": _filter("craft", id_, query, view, t),
    }


def _region(query: Query, id_: str, view: ViewState, t: Words) -> dict[str, Any] | None:
    area = query.catalogue.area_by_code.get(id_)
    if area is None or area.region != id_:
        return None
    sites = [s for s in query.catalogue.sites if s.region == id_]
    lines = [_line(s, t, where(s, query.catalogue, t)) for s in _published_first(sites)]
    coming = sum(1 for s in sites if not is_open(s))
    return {
        "title": t.pick(area.name),
        "subtitle": t("facet.region"),
        "facts": _facts(
            t,
            [
                ("population", t.number(area.population_2024 or 0)),
                ("open", t.number(len(sites) - coming)),
                ("coming", t.number(coming)),
            ],
        ),
        "sections": [
            _section(
                "facilities", lines, len(lines), t, _more("sites", "region", id_, len(lines), t)
            )
        ],
        "lon": area.label_lon_lat[0],
        "lat": area.label_lon_lat[1],
        "filter": _filter("region", id_, query, view, t),
    }


# --- pieces ---------------------------------------------------------------------------


def _facts(t: Words, pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [
        {"label": t(f"fact.{key}"), "value": value, "href": value if key == "website" else ""}
        for key, value in pairs
        if value
    ]


def _place_text(record: Site | Fair, _query: Query, t: Words) -> str:
    return t(f"precision.{record.precision}") if record.lon_lat else t("precision.unknown")


def _checked(site: Site, _query: Query, t: Words) -> str:
    day = t.date(site.verified)
    return f"{day} \u00b7 {site.verified_by}" if site.verified_by else day


#: Facts that say more than one field as it is.
_MADE: Mapping[tuple[str, str], Callable[[Any, Query, Words], str]] = MappingProxyType(
    {
        ("buyers", "city"): lambda b, _q, t: b.city or t("panel.no_city"),
        ("sites", "town"): lambda s, _q, _t: s.town or s.commune,
        ("sites", "milieu"): lambda s, _q, t: (
            "" if s.rural is None else t("panel.rural" if s.rural else "panel.urban")
        ),
        ("sites", "precision"): _place_text,
        ("sites", "verified"): _checked,
        ("fairs", "dates"): lambda f, _q, t: when(f, t),
        ("fairs", "edition"): lambda f, _q, _t: f.edition if f.first else "",
        ("fairs", "precision"): _place_text,
        ("markets", "agreement"): lambda m, _q, t: agreements_text(m, t),
    }
)
_FIRST: Mapping[str, tuple[str, ...]] = {"fairs": ("dates", "edition", "venue")}


def _record_facts(
    collection: str, record: Any, query: Query, t: Words
) -> Iterator[tuple[str, str]]:
    """The facts of the table's fields, as words."""
    fields = {f.fact: f for f in SCHEMA[collection] if f.fact}
    for fact in in_order(fields, _FIRST.get(collection, ())):
        made = _MADE.get((collection, fact))
        yield (
            fact,
            made(record, query, t)
            if made
            else _fact_text(fields[fact], getattr(record, fields[fact].name), query, t),
        )


def _fact_text(field: Field, value: Any, query: Query, t: Words) -> str:
    if value in ("", None, ()) or value is False:
        return ""
    if field.codes in ("markets", "countries"):
        return t.country(value)
    if field.codes in ("regions", "provinces"):
        return area_name(query.catalogue, value, t)
    if field.type == "many":
        return " \u00b7 ".join(t(f"{field.words}.{v}") for v in value)
    unit = f"unit.{field.unit}"
    made: dict[str, Callable[[], str]] = {
        "one": lambda: t(f"{field.words}.{value}"),
        "whole": lambda: t.n(unit, value) if field.unit else t.number(value),
        "number": lambda: t(unit, n=t.number(value)) if field.unit else t.number(value),
        "flag": lambda: t("panel.yes"),
        "date": lambda: t.date(value),
        "day": lambda: t.date(value),
    }
    return made.get(field.type, lambda: str(value))()


def _figure(figure: Figure, t: Words) -> dict[str, str]:
    """A key figure: label, unit and what is no number stay as published."""
    value = figure.value
    if figure.unit and _NUMBER.match(value):
        value = t.number(float(value))
    label = f"{figure.label} ({t.period(figure.period)})" if figure.period else figure.label
    return {"label": label, "value": f"{value} {figure.unit}".strip(), "href": ""}


def _sources(sources: Iterable[Source], t: Words) -> list[dict[str, str]]:
    unique = {(s.url, s.label): s for s in sources}.values()
    return [
        {
            "text": t("panel.demo_source") if s.label == "demo" else s.label or s.url,
            "href": s.url,
            "date": t.date(s.date),
        }
        for s in unique
    ]


def _line(record: Buyer | Site, t: Words, reason: str) -> dict[str, Any]:
    kind = "buyer" if isinstance(record, Buyer) else "site"
    return {
        "sel": f"{kind}:{record.id}",
        "class": record.class_,
        "open": is_open(record),
        "demo": is_demo(record),
        "title": record.name,
        "sub": kind_label(record, t),
        "why": reason,
    }


def _section(
    key: str, lines: list[dict[str, Any]], total: int, t: Words, more: dict[str, str] | None
) -> dict[str, Any]:
    return {
        "key": key,
        "title": t(f"section.{key}"),
        "text": t.number(total),
        "rows": lines[:SHOWN],
        "more": more if total > SHOWN else None,
        "empty": t(f"section.{key}.empty"),
    }


def _more(tab: str, field: str, value: str, total: int, t: Words) -> dict[str, str]:
    return {"text": t("ui.see_all", n=t.number(total)), "tab": tab, "field": field, "value": value}


def _reports_section(reports: list[Report], about: Buyer | Site | str, t: Words) -> dict[str, Any]:
    lines = [
        {
            "sel": f"report:{r.id}",
            "class": "report",
            "open": True,
            "demo": False,
            "title": title_of(r, t),
            "sub": f"{r.id} · {t.date(r.date) or t('panel.undated')}",
            "why": why(r, about, t),
        }
        for r in reports
    ]
    section = _section("reports", lines, len(lines), t, None)
    return {**section, "rows": lines}


def _records_section(
    key: str,
    found: tuple[list[Buyer] | list[Site], int],
    query: Query,
    t: Words,
    tab: str,
    crafts: tuple[str, ...],
) -> dict[str, Any]:
    records, total = found
    lines = [
        _line(
            r,
            t,
            t(
                "why.shares",
                place=where(r, query.catalogue, t),
                crafts=t.all_of(t(f"craft.{c}") for c in r.crafts if c in crafts),
            ),
        )
        for r in records
    ]
    more = _more(tab, "craft", crafts[0], total, t) if len(crafts) == 1 else None
    return _section(key, lines, total, t, more)


def _buyers_section(
    query: Query, view: ViewState, field: str, code: str, t: Words
) -> dict[str, Any]:
    records, total = who_buys(query, (), view)
    lines = [_line(b, t, where(b, query.catalogue, t)) for b in records]
    return _section("buyers", lines, total, t, _more("buyers", field, code, total, t))


def _published_first(records: Iterable[Site]) -> list[Site]:
    return sorted(records, key=lambda r: (is_demo(r), r.name))


def _filter(
    field: str, code: str, query: Query, view: ViewState, t: Words
) -> dict[str, Any] | None:
    if code not in query.codes(field):
        return None
    label = value_label(FIELDS[field], code, query.catalogue, t)
    if field == "report":
        label = code
    picked = code in getattr(view, field)
    return {
        "field": field,
        "value": code,
        "picked": picked,
        "text": t("panel.unfilter" if picked else "panel.filter", value=label),
    }


MAKERS: dict[str, Callable[..., dict[str, Any] | None]] = {
    "buyer": _buyer,
    "site": _site,
    "report": _report,
    "market": _market,
    "craft": _craft,
    "region": _region,
    "fair": _fair,
    "overview": overview,
}
