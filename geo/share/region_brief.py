"""The brief of a region: facilities, crafts, coverage, contacts, and what is missing.

A province is covered by a Maison that is open and real: one that was generated for the
demonstration, or is still to come, does not hide that none is there.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date

from geo.core.errors import NotFound
from geo.explore.api.table import listed_records
from geo.i18n.labels import is_demo, is_open
from geo.i18n.words import Words, words
from geo.markets.exporters import exporters_in
from geo.model.address import encode
from geo.model.records import CRAFTS, SITE_KINDS, Area, Site
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.render.frame import camera_of
from geo.render.scene import scene_of
from geo.render.scene_text import KeyFigure
from geo.share.brief import Brief
from geo.share.brief_layout import BRIEF, MOST_LINES, BriefLine, Section, plan_of
from geo.share.market_brief import host, record_name, sources_section
from geo.text.cleaning import clean, isolate

MAP_ROOM = 22.0


def region_brief(
    query: Query, code: str, lang: str, *, base: str = "", link: str = "", today: date | None = None
) -> Brief:
    """The brief of a Moroccan region.

    Parameters
    ----------
    base : scheme and host of the address that reopens the view.
    link : a short address to print instead.

    Raises
    ------
    NotFound : no region has this code.
    """
    area = next((a for a in query.catalogue.regions if a.code == code), None)
    if area is None:
        raise NotFound("error.region_unknown", code=clean(code, 20))
    t = words(lang)
    plan = plan_of(rtl=t.dir == "rtl")
    view = ViewState(lang=lang, region=(code,), sel=f"region:{code}")
    drawn = view.with_(layers=("sites", "maisons"), at=camera_of(area.bbox, plan.map, MAP_ROOM))
    scene = scene_of(
        query,
        drawn,
        size=BRIEF,
        title=t.pick(area.name),
        today=today,
        layout=plan.layout,
        link=link or f"{base}/?{encode(view)}",
    )
    sites: list[Site] = [
        *listed_records(query, view, "maisons"),
        *listed_records(query, view, "sites"),
    ]
    sites.sort(key=lambda s: (is_demo(s), s.name, s.id))
    provinces = [a for a in query.catalogue.provinces if a.region == code]
    bare = [a for a in provinces if not covered(a, sites)]
    demo = sum(map(is_demo, sites))
    urls = [s.url for site in sites if not is_demo(site) for s in site.sources]
    return Brief(
        replace(scene, demo=t.n("count.demo", demo) if demo else ""),
        plan,
        t("brief.region"),
        facts_of(area, provinces, t),
        _figures(sites, bare, t),
        (kinds_section(sites, t),),
        (
            (
                (1, (province_section(provinces, sites, t), crafts_section(sites, t))),
                (1.1, (facilities_section(sites, t),)),
            ),
            ((1, (gaps_section(bare, sites, t),)), (1.1, (contacts_section(query, code, t),))),
            ((1, (unknown_section(sites, t),)), (1.1, (sources_section(urls, t),))),
        ),
    )


def covered(province: Area, sites: list[Site]) -> bool:
    """Whether a published Maison is open in a province."""
    return any(
        s.province == province.code and s.class_ == "maison" and is_open(s) and not is_demo(s)
        for s in sites
    )


def _figures(sites: list[Site], bare: list[Area], t: Words) -> tuple[KeyFigure, ...]:
    found = []
    groups = (
        ("open", [s for s in sites if is_open(s)]),
        ("coming", [s for s in sites if not is_open(s)]),
        ("maisons", [s for s in sites if s.class_ == "maison"]),
    )
    for key, group in groups:
        demo = sum(map(is_demo, group))
        found.append(
            KeyFigure(
                t.number(len(group)),
                t(f"brief.figure.{key}"),
                t("snapshot.sub_demo", n=t.number(demo)) if demo else "",
            )
        )
    return (*found, KeyFigure(t.number(len(bare)), t("brief.figure.bare"), ""))


# --- sections -------------------------------------------------------------------------


def facts_of(area: Area, provinces: list[Area], t: Words) -> str:
    """Population and number of provinces, in one line."""
    facts = [
        (
            t("fact.population"),
            t.number(area.population_2024) if area.population_2024 else t("brief.unknown"),
        ),
        (t("brief.fact.provinces"), t.number(len(provinces))),
    ]
    return " \u00b7 ".join(t("snapshot.filter", label=k, values=v) for k, v in facts)


def crafts_section(sites: list[Site], t: Words) -> Section:
    """How many facilities practise each craft; one may practise several."""
    counts = Counter(c for s in sites for c in s.crafts)
    text = " \u00b7 ".join(
        f"{t(f'craft.{c}')} {t.number(counts[c])}"
        for c in sorted(counts, key=lambda c: (-counts[c], CRAFTS.index(c)))
    )
    return Section(
        t("fact.crafts"),
        (BriefLine(text),) if text else (),
        1,
        empty=t("brief.unknown"),
        complete=True,
    )


def province_section(provinces: list[Area], sites: list[Site], t: Words) -> Section:
    """Facilities open and to come in each province, and its open Maisons."""
    lines = []
    for area in provinces:
        own = [s for s in sites if s.province == area.code]
        lines.append(_table_line(t.pick(area.name), own, t, alert=not covered(area, sites)))
    unknown = [s for s in sites if s.province not in {a.code for a in provinces}]
    if unknown:
        lines.append(_table_line(t("brief.province_unknown"), unknown, t, alert=False))
    return Section(
        t("brief.by_province"),
        tuple(lines),
        len(lines),
        "",
        (64.0, 52.0, 62.0),
        (t("fact.open"), t("fact.coming"), t("brief.maisons_open")),
        complete=True,
    )


def _table_line(name: str, own: list[Site], t: Words, *, alert: bool) -> BriefLine:
    opened = [s for s in own if is_open(s)]
    maisons = [s for s in opened if s.class_ == "maison"]
    demo = sum(map(is_demo, maisons))
    text = t.number(len(maisons))
    if demo:
        text = t("brief.of_which_demo", n=text, demo=t.number(demo))
    return BriefLine(
        name,
        (t.number(len(opened)), t.number(len(own) - len(opened)), text),
        tone="alert" if alert else "plain",
    )


def kinds_section(sites: list[Site], t: Words) -> Section:
    """Facilities open and to come of each kind."""
    lines = []
    for kind in SITE_KINDS:
        own = [s for s in sites if s.kind == kind]
        if own:
            opened = sum(map(is_open, own))
            lines.append(
                BriefLine(t(f"site.{kind}"), (t.number(opened), t.number(len(own) - opened)))
            )
    return Section(
        t("brief.by_kind"),
        tuple(lines),
        len(lines),
        "",
        (64.0, 52.0),
        (t("fact.open"), t("fact.coming")),
        t("section.facilities.empty"),
        complete=True,
    )


def facilities_section(sites: list[Site], t: Words) -> Section:
    """Every facility, published first."""
    lines = tuple(_facility(s, t) for s in sites[:MOST_LINES])
    return Section(
        t("section.facilities"),
        lines,
        len(sites),
        "",
        (140.0,),
        empty=t("section.facilities.empty"),
    )


def _facility(site: Site, t: Words) -> BriefLine:
    place = clean(site.town or site.commune)
    place_and_status = [place] if is_open(site) else [place, t(f"status.{site.status}")]
    return BriefLine(
        record_name(site),
        (" \u00b7 ".join(filter(None, place_and_status)),),
        mark=site.class_,
        open=is_open(site),
        demo=is_demo(site),
        own=True,
        tone="soft" if is_demo(site) else "plain",
    )


def gaps_section(bare: list[Area], sites: list[Site], t: Words) -> Section:
    """The provinces without an open Maison, and how many are to come there."""
    names = []
    for area in bare:
        maisons = [s for s in sites if s.province == area.code and s.class_ == "maison"]
        coming = sum(not is_open(s) for s in maisons)
        name = t.pick(area.name)
        names.append(
            t("brief.gap.but", name=name, but=t.n("brief.gap.coming", coming)) if coming else name
        )
    lines = (BriefLine(t("snapshot.filter_join").join(names), tone="alert"),) if names else ()
    return Section(
        t("brief.gaps"),
        lines,
        1,
        t("brief.gaps_lead") if names else "",
        empty=t("brief.gaps.empty"),
    )


def unknown_section(sites: list[Site], t: Words) -> Section:
    """Counts of what the data do not hold."""
    counts = {
        "position": sum(s.lon_lat is None for s in sites),
        "crafts": sum(not s.crafts for s in sites),
        "capacity": sum(s.capacity_artisans is None for s in sites),
    }
    unknowns = [t.n(f"brief.unknown.{key}", n) for key, n in counts.items() if n]
    text = " \u00b7 ".join([*unknowns, t("brief.unknown.telephone")])
    return Section(t("brief.unknowns"), (BriefLine(text),), 1)


def contacts_section(query: Query, code: str, t: Words) -> Section:
    """All exporters that the press places in the region, with the sources."""
    found = exporters_in(code, query.catalogue)
    names = " \u00b7 ".join(isolate(f"{clean(e.name)} ({clean(e.city)})") for e in found)
    hosts = t("ui.comma").join(dict.fromkeys(isolate(host(e.url)) for e in found))
    lines = (BriefLine(names, sub=t("brief.export.source", source=hosts)),) if found else ()
    return Section(t("brief.contacts"), lines, 1, empty=t("brief.contacts.empty"))
