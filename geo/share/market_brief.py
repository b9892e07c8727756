"""The brief of a market: its content, from the same query as its map.

Published records come first and generated ones carry the word. Export figures are stated
with their period and source, newest first, and never added up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from geo.core.errors import NotFound
from geo.core.settings import settings
from geo.explore.api.partners import sites_that_make
from geo.explore.api.table import listed_records
from geo.i18n.labels import crafts_text, is_demo, is_open, kind_label, where
from geo.i18n.words import Words, words
from geo.model.address import encode
from geo.model.export_statistics import ExportStatement, exports
from geo.model.records import CRAFTS, Buyer, Market, Report, Site
from geo.model.view import ViewState
from geo.places.basemap_data import basemap_data
from geo.query.engine import Query
from geo.query.report_match import why
from geo.render.frame import camera_of, country_bbox
from geo.render.scene import scene_of
from geo.render.scene_text import KeyFigure
from geo.share.brief import Brief
from geo.share.brief_layout import BRIEF, MOST_LINES, BriefLine, Section, plan_of
from geo.text.cleaning import clean, isolate

MOST_CRAFTS, MOST_HOSTS = 6, 14
MAP_ROOM = 34.0
#: A country smaller than this is shown with its neighbours, degrees.
SMALLEST = 5.0


def market_brief(
    query: Query, code: str, lang: str, *, base: str = "", link: str = "", today: date | None = None
) -> Brief:
    """The brief of a market.

    Parameters
    ----------
    base : scheme and host of the address that reopens the view.
    link : a short address to print instead.

    Raises
    ------
    NotFound : no market has this code.
    """
    market = query.catalogue.market_by_code.get(code)
    if market is None:
        raise NotFound("error.market_unknown", code=clean(code, 20))
    t = words(lang)
    plan = plan_of(rtl=t.dir == "rtl")
    view = ViewState(lang=lang, market=(code,), sel=f"market:{code}")
    bbox = country_bbox(basemap_data(query.catalogue), code, settings().boundaries)
    drawn = view.with_(
        layers=("buyers",), at=camera_of(_roomy(bbox), plan.map, MAP_ROOM) if bbox else None
    )
    scene = scene_of(
        query,
        drawn,
        size=BRIEF,
        title=t.pick(market.name),
        today=today,
        layout=plan.layout,
        link=link or f"{base}/?{encode(view)}",
    )
    buyers = listed_records(query, view, "buyers")
    crafts = bought(buyers)
    sites, total = sites_that_make(query, crafts)
    reports = query.reports.about_market(code)
    figures = [_figure("buyers", query.counts(view)["buyers"], sum(map(is_demo, buyers)), t)]
    demo = sum(map(is_demo, buyers))
    wanted = view.cleared().with_(craft=crafts)
    for name in ("sites", "maisons"):
        count = query.counts(wanted)[name] if crafts else 0
        fake = query.counts(wanted.with_(origin=("demo",)))[name] if crafts else 0
        figures.append(_figure(name, count, fake, t))
        demo += fake
    figures.append(_figure("reports", len(reports), 0, t))
    statements = [r for r in exports() if r.market == code]
    return Brief(
        replace(scene, demo=t.n("count.demo", demo) if demo else ""),
        plan,
        t("brief.market"),
        t("brief.market_lead", region=t(f"world.{market.world_region}")),
        tuple(figures),
        (facts_of(market, t), export_section(statements, t)),
        (
            (
                (1.36, (buyers_section(query, view, buyers, t), reports_section(reports, code, t))),
                (1, (sites_section(query, sites, total, crafts, t),)),
            ),
            ((1, (sources_section(_urls(market, statements, buyers), t),)),),
        ),
    )


def _figure(name: str, count: int, demo: int, t: Words) -> KeyFigure:
    key = {"sites": "brief.figure.sites", "maisons": "brief.figure.houses"}.get(
        name, f"figure.{name}"
    )
    return KeyFigure(
        t.number(count), t.n(key, count), t("snapshot.sub_demo", n=t.number(demo)) if demo else ""
    )


def _roomy(bbox: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    west, south, east, north = bbox
    more = max(0.0, (SMALLEST - max(east - west, north - south)) / 2)
    return west - more, south - more, east + more, north + more


def bought(buyers: Iterable[Buyer]) -> tuple[str, ...]:
    """The crafts these buyers buy: the published ones' when they say any, else everybody's."""
    buyers = list(buyers)
    for group in ([b for b in buyers if not is_demo(b)], buyers):
        found = {c for b in group for c in b.crafts}
        if found:
            return tuple(c for c in CRAFTS if c in found)
    return ()


# --- sections -------------------------------------------------------------------------


def facts_of(market: Market, t: Words) -> Section:
    """Capital, agreements (marked as unverified), published evidence."""
    lines = [_fact("capital", isolate(market.capital), t)] if market.capital else []
    for code in market.agreements:
        text = t(f"agreement.{code}")
        if market.agreement_source:
            text = t("agreement.unverified", agreements=text)
        lines.append(_fact("agreement", text, t))
    if not market.agreements:
        lines.append(_fact("agreement", t("brief.unknown"), t))
    lines.append(_fact("evidence", t(f"evidence.{market.evidence}"), t))
    if market.evidence_fr:
        lines[-1] = replace(lines[-1], sub=isolate(clean(market.evidence_fr)))
    return Section(t("brief.facts"), tuple(lines), len(lines), complete=True)


def _fact(key: str, value: str, t: Words) -> BriefLine:
    label = t(f"fact.{key}") if key in ("capital", "agreement") else t(f"brief.fact.{key}")
    return BriefLine(t("snapshot.filter", label=label, values=value))


def export_section(statements: Iterable[ExportStatement], t: Words) -> Section:
    """Published figures, newest first; the same statement of two pages is written once."""
    unique: dict[tuple[Any, ...], ExportStatement] = {}
    for row in sorted(statements, key=lambda r: (r.end, r.whole_year, r.id), reverse=True):
        statement = (row.period, row.subject, row.value_mdh, row.share_pct, row.growth_pct)
        if row.value_mdh is not None or row.share_pct is not None or row.growth_pct is not None:
            unique.setdefault(statement, row)
    lines = tuple(
        BriefLine(export_text(row, t), sub=t("brief.export.source", source=isolate(host(row.url))))
        for row in unique.values()
    )
    return Section(
        t("brief.exports"),
        lines,
        len(lines),
        empty=t("brief.exports.empty"),
        more="brief.more_figures",
    )


def export_text(row: ExportStatement, t: Words) -> str:
    """One statement: period, what it is about, amount, share and growth."""
    parts = []
    if row.value_mdh is not None:
        parts.append(t("brief.export.value", n=t.number(row.value_mdh)))
    if row.share_pct is not None:
        key = "share" if row.share_base == "total" else "share_part"
        parts.append(
            t(f"brief.export.{key}", n=t.number(row.share_pct), note=isolate(clean(row.note_fr)))
        )
    if row.growth_pct is not None:
        sign = "+" if row.growth_pct > 0 else ""
        key = "growth" if row.on_a_year else "growth_part"
        parts.append(
            t(
                f"brief.export.{key}",
                n=isolate(f"{sign}{t.number(row.growth_pct)}"),
                note=isolate(clean(row.note_fr)),
            )
        )
    text = t("ui.comma").join(parts)
    about = [crafts_text(row.crafts, t)] if row.crafts else []
    about += [t("brief.export.city", city=isolate(row.city))] if row.city else []
    if about:
        text = f"{t('ui.comma').join(about)} \u2013 {text}"
    if row.approximate:
        text = t("brief.export.approximate", text=text)
    return t("snapshot.filter", label=t.period(row.period), values=text)


def buyers_section(query: Query, view: ViewState, buyers: list[Buyer], t: Words) -> Section:
    """The buyers with their kind and city, published first; how many of each kind."""
    kinds = query.tally("buyers", "buyer", view)
    lead = t("ui.comma").join(
        t("snapshot.filter", label=t(f"buyer.{k}"), values=t.number(c))
        for k, c in sorted(kinds.items(), key=lambda item: -item[1])
        if c
    )
    lines = tuple(
        BriefLine(
            record_name(b),
            (kind_label(b, t), clean(b.city) or t("snapshot.country_only")),
            mark="buyer",
            demo=is_demo(b),
            tone="soft" if is_demo(b) else "strong",
            own=True,
        )
        for b in buyers[:MOST_LINES]
    )
    return Section(
        t("section.buyers"),
        lines,
        len(buyers),
        lead,
        (134.0, 92.0),
        empty=t("section.buyers.empty"),
    )


def record_name(record: Buyer | Site) -> str:
    """A record's name; a generated one leaves its kind and city to the columns beside it."""
    return clean(record.name.partition(" \u00b7 ")[0] if is_demo(record) else record.name)


def sites_section(
    query: Query, sites: list[Site], total: int, crafts: tuple[str, ...], t: Words
) -> Section:
    """The Moroccan sites and Maisons that make what these buyers buy."""
    names = [t(f"craft.{c}") for c in crafts]
    lead = (
        t.all_of(names)
        if len(names) <= MOST_CRAFTS
        else t.n(
            "names.more", len(names) - MOST_CRAFTS, names=t("ui.comma").join(names[:MOST_CRAFTS])
        )
    )
    return Section(
        t("section.suppliers"),
        tuple(place_line(s, query, t) for s in sites),
        total,
        t("snapshot.filter", label=t("fact.crafts"), values=lead) if names else "",
        empty=t("section.suppliers.empty"),
        more="brief.more_sites",
    )


def place_line(site: Site, query: Query, t: Words) -> BriefLine:
    """A site with its place, and its status unless it is open."""
    sub = where(site, query.catalogue, t)
    if not is_open(site):
        sub = f"{sub} \u00b7 {t(f'status.{site.status}')}" if sub else t(f"status.{site.status}")
    return BriefLine(
        record_name(site),
        sub=clean(sub),
        mark=site.class_,
        open=is_open(site),
        demo=is_demo(site),
        tone="soft" if is_demo(site) else "plain",
        own=True,
    )


def reports_section(reports: list[Report], about: str, t: Words) -> Section:
    """The reports, newest first, each with the sentence that links it."""
    lines = tuple(
        BriefLine(
            clean(t.pick(r.title)),
            sub=" \u00b7 ".join(
                (isolate(r.id), t.date(r.date) or t("panel.undated"), why(r, about, t))
            ),
            tone="strong",
        )
        for r in reports[:MOST_LINES]
    )
    return Section(t("section.reports"), lines, len(reports), empty=t("section.reports.empty"))


def sources_section(urls: Iterable[str], t: Words) -> Section:
    """The sites that published what the page says."""
    hosts = list(dict.fromkeys(h for h in map(host, urls) if h))
    text = t("ui.comma").join(isolate(h) for h in hosts[:MOST_HOSTS])
    if len(hosts) > MOST_HOSTS:
        text = t.n("names.more", len(hosts) - MOST_HOSTS, names=text)
    return Section(
        t("brief.sources"),
        (BriefLine(text, tone="soft"),) if text else (),
        1,
        empty=t("brief.sources.empty"),
    )


def host(url: str) -> str:
    """The site of an address, as people name it."""
    try:
        return clean((urlsplit(url).hostname or "").removeprefix("www."), 60)
    except ValueError:
        return ""


def _urls(
    market: Market, statements: Iterable[ExportStatement], buyers: Iterable[Buyer]
) -> list[str]:
    return [
        market.evidence_url,
        *(r.url for r in statements),
        *(s.url for b in buyers if not is_demo(b) for s in b.sources),
    ]
