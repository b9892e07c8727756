"""Content of the printed pages: the page of a region, and the argument for new sites."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import segno

from geo.core import clock, shipped
from geo.core.errors import NotFound
from geo.i18n.labels import area_name, crafts_text, is_demo, is_open, kind_label
from geo.i18n.words import Words
from geo.locate.api.coverage import class_of, coverage_answer, percent
from geo.locate.api.nearby import province_text, verified_text
from geo.locate.api.siting import PATIENCE_S, people_served, siting_answer
from geo.locate.locator import Locator
from geo.model.address import encode
from geo.model.records import CRAFTS, IN_PROGRESS, Site
from geo.model.view import ViewState
from geo.places.curve import mercator
from geo.text.folding import fold
from geo.web.masking import shown

MAP_PX = 640
MAX_GAPS = 10


def region_sheet(here: Locator, code: str, view: ViewState, t: Words, base: str) -> dict[str, Any]:
    """The sheet of a region: facilities, crafts, programmes, coverage, gaps, coming works.

    Parameters
    ----------
    base : address of the app with its final slash: what QR codes open.

    Raises
    ------
    NotFound : no such region.
    """
    area = next((a for a in here.catalogue.regions if a.code == code), None)
    if area is None:
        raise NotFound("error.not_found")
    view = view.with_(region=(code,), province=(), cover="province", place="", zone="")
    sites = sorted(
        (s for s, passes in zip(here.catalogue.sites, here.passing(view), strict=True) if passes),
        key=lambda s: (s.province, is_demo(s), fold(s.name)),
    )
    opened, coming = [s for s in sites if is_open(s)], [s for s in sites if s.status in IN_PROGRESS]
    cover = coverage_answer(here, view, t)
    metres = here.census.metres_to(*(axis[here.chosen(view)] for axis in (here.lon, here.lat)))
    reach = here.census.by_area("region", metres, km=int(view.km), milieu=view.milieu).get(code)
    crafts = [
        (c, sum(c in s.crafts for s in opened), sum(c in s.crafts for s in coming)) for c in CRAFTS
    ]
    return {
        "kind": "sheet",
        "title": t("sheet.title", name=t.pick(area.name)),
        "filters": _filters(here, view, t),
        "figures": [
            (t.number(area.population_2024 or 0), t("sheet.people")),
            (t.number(len(opened)), t("sheet.open")),
            (t.number(len(coming)), t("sheet.coming")),
            *(
                [
                    (
                        percent(reach.share(int(view.km)) or 0, t),
                        t("sheet.reached", km=view.km),
                    )
                ]
                if reach
                else []
            ),
        ],
        "map": _map(here, [code], sites, t, view, metres=metres),
        "facilities": [
            _facility(here, s, t, base, view) for s in sites if s.status not in IN_PROGRESS
        ],
        "coming": [_facility(here, s, t, base, view) for s in coming],
        "crafts": [(t(f"craft.{c}"), t.number(a), t.number(b)) for c, a, b in crafts if a or b],
        "lacking_crafts": " · ".join(
            t(f"craft.{c}") for c, a, _ in crafts if not a and c != "autre"
        ),
        "cover": {
            "columns": [c["label"] for c in cover["columns"]],
            "rows": [[cell["text"] for cell in row["cells"]] for row in cover["rows"]],
        },
        "gaps": [(u["name"], u["people"], u["distance"]) for u in cover["uncovered"][:MAX_GAPS]],
        "lacking": cover["lacking"],
        "unplaced": cover["unplaced"],
        "demo": cover["demo"],
        "programmes": _programmes(here, code),
        **_common(view, t, base, f"sheet/{code}"),
    }


def argument(here: Locator, view: ViewState, t: Words, base: str) -> dict[str, Any]:
    """The case for new sites on one page."""
    plan = siting_answer(here, view, t, patience=6 * PATIENCE_S)
    chosen = here.chosen(view)
    sites = [here.site(i) for i in np.flatnonzero(chosen).tolist()]
    cover = coverage_answer(here, view, t)
    return {
        "kind": "argument",
        "title": t("sheet.argument"),
        "filters": _filters(here, view, t),
        "lead": plan["text"] or plan["lead"],
        "sure": plan["sure"],
        "rules": plan["rules"],
        "sites": [
            {**s, "served": t.n("unit.people", people_served(here, s["code"], view))}
            for s in plan["sites"]
        ],
        "totals": [(c["label"], c["text"], c["people"], c["share"]) for c in cover["totals"]],
        "map": _map(
            here,
            list(view.region) or [a.code for a in here.catalogue.regions],
            sites,
            t,
            view,
            plan=plan["sites"],
        ),
        "unplaced": cover["unplaced"],
        "demo": cover["demo"],
        "method": t("sheet.method", km=view.km),
        **_common(view, t, base, "localiser"),
    }


def _common(view: ViewState, t: Words, base: str, path: str) -> dict[str, Any]:
    query = encode(view)
    link = f"{base}{path}" + (f"?{query}" if query else "")
    return {
        "dir": t.dir,
        "lang": t.lang,
        "link": link,
        "qr": qr(link),
        "date": t.date(clock.today().isoformat()),
        "note": t("cover.note"),
        "legal": t("donnees.legal"),
        "credits": t("sheet.credits"),
    }


def qr(text: str) -> str:
    """A QR code as inline SVG; its content is nothing but the modules."""
    return segno.make(text, error="m", micro=False).svg_inline(
        scale=2, border=2, omitsize=True, dark="#16211f"
    )


def _filters(here: Locator, view: ViewState, t: Words) -> str:
    crafts = t.any_of(t(f"craft.{c}") for c in view.craft)
    places = t.any_of(area_name(here.catalogue, c, t) for c in (*view.region, *view.province))
    return " · ".join(filter(None, (crafts, places, t("unit.km", n=view.km))))


def _facility(here: Locator, site: Site, t: Words, base: str, view: ViewState) -> dict[str, Any]:
    return {
        "name": site.name,
        "demo": is_demo(site),
        "kind": kind_label(site, t),
        "status": t(f"status.{site.status}"),
        "town": " · ".join(
            filter(None, (site.town or site.commune, province_text(here, site.province, t)))
        ),
        "crafts": crafts_text(site.crafts, t),
        "capacity": ""
        if site.capacity_artisans is None
        else t.n("unit.artisans", round(site.capacity_artisans)),
        "precision": t(f"precision.{site.precision}") if site.lon_lat else t("precision.unknown"),
        "verified": verified_text(shown(site, False), t),
        "qr": qr(
            f"{base}localiser?"
            + encode(
                ViewState(
                    lang=view.lang,
                    sel=f"site:{site.id}",
                    place=f"site:{site.id}" if site.lon_lat else "",
                )
            )
        ),
    }


def _programmes(here: Locator, code: str) -> list[tuple[str, str]]:
    """The published programmes whose text names the region or one of its provinces."""
    areas = [
        a
        for a in (*here.catalogue.regions, *here.catalogue.provinces)
        if code in (a.code, a.region)
    ]
    names = [
        f" {fold(n)} "
        for a in areas
        for n in (a.name["fr"], *a.name["fr"].split("-"))
        if len(n) > 3
    ]
    return [
        (label, text)
        for label, text in _programme_rows()
        if any(n in f" {fold(text)} ".replace(",", " ").replace(".", " ") for n in names)
    ][:8]


@lru_cache(maxsize=1)
def _programme_rows() -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            f"{r['programme_fr']} ({r['year']})" if r["year"] else r["programme_fr"],
            r["fact_fr"],
        )
        for r in shipped.table(shipped.PROGRAMMES)
    )


# --- the little map -------------------------------------------------------------------


def _map(
    here: Locator,
    regions: Iterable[str],
    sites: list[Site],
    t: Words,
    view: ViewState,
    *,
    plan: Sequence[dict[str, Any]] = (),
    metres: np.ndarray | None = None,
) -> dict[str, Any]:
    """Outlines as SVG paths, facilities and proposed sites as points, in pixels."""
    if metres is None:
        chosen = here.chosen(view)
        metres = here.census.metres_to(here.lon[chosen], here.lat[chosen])
    by = here.census.by_area("province", metres, km=int(view.km), milieu=view.milieu)
    wanted = set(regions)
    provinces = [
        a for a in here.catalogue.provinces if a.region in wanted and a.code in here.areas.outlines
    ]
    if not provinces:
        return {"paths": [], "marks": [], "plan": [], "width": MAP_PX, "height": 10}
    bounds = np.array([a.bbox for a in provinces])
    (west, south), (east, north) = (
        bounds[:, :2].min(axis=0).tolist(),
        bounds[:, 2:].max(axis=0).tolist(),
    )
    (left, right), (top, bottom) = mercator(np.array([west, east]), np.array([north, south]))
    scale = MAP_PX / max(right - left, bottom - top)

    def at(lon: float, lat: float) -> tuple[float, float]:
        x, y = mercator(np.array([lon]), np.array([lat]))
        return round((float(x[0]) - left) * scale + 8, 1), round((float(y[0]) - top) * scale + 8, 1)

    paths = []
    for area in provinces:
        outline = here.areas.outlines[area.code].simplify(0.01)
        rings = [g.exterior for g in getattr(outline, "geoms", [outline])]
        d = "".join(
            "M" + "L".join(f"{x},{y}" for x, y in (at(*p[:2]) for p in ring.coords)) + "Z"
            for ring in rings
        )
        paths.append((class_of(by[area.code], int(view.km)) if area.code in by else "unknown", d))
    marks = [
        (s.class_, is_open(s), *at(*s.lon_lat)) for s in sites if s.lon_lat and s.region in wanted
    ]
    return {
        "paths": paths,
        "marks": marks,
        "plan": [(s["rank"], *at(s["lon"], s["lat"])) for s in plan],
        "width": round((right - left) * scale + 16),
        "height": round((bottom - top) * scale + 16),
        "legend": [
            (name, t(f"cover.class.{name}")) for name in ("all", "half", "some", "none", "unknown")
        ],
        "legend_title": t("cover.legend", km=view.km),
    }
