"""Responses of ``/api/places`` and ``/api/near``: suggestions, and what is around a place."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import numpy as np

from geo.i18n.labels import area_name, crafts_text, form_of, is_demo, is_open, kind_label
from geo.i18n.words import Words
from geo.locate.locator import ROAD_FACTOR, ROAD_SOURCE_URL, Locator, Start
from geo.locate.road_services import Road, Router
from geo.model.records import Site
from geo.model.view import ViewState
from geo.places import plus_code
from geo.places.coordinates import parse_lon_lat
from geo.places.gazetteer import EXACT, Place, is_address
from geo.places.geocoding import ATTRIBUTION, Hit
from geo.places.nearest import circle
from geo.web.masking import shown

MAX_TYPED = 200
SUGGESTIONS = 8
MAX_NAME = 80
#: The provinces of the list that are prefectures.
PREFECTURES = (
    "01.511",
    "01.573",
    "02.411",
    "03.061",
    "03.231",
    "04.421",
    "04.441",
    "04.501",
    "06.141",
    "06.371",
    "07.351",
    "09.001",
    "09.273",
)
RINGS_KM = {10: (5, 10), 25: (10, 25), 50: (25, 50), 100: (25, 50, 100)}


# --- suggestions ----------------------------------------------------------------------


def places_answer(here: Locator, typed: str, t: Words) -> dict[str, Any]:
    """Places that a text may mean, best first; ``note`` names what could not be honoured."""
    typed = typed.strip()[:MAX_TYPED]
    at = parse_lon_lat(typed)
    if at:
        return _positions(here, at, t)
    code = plus_code.find(typed)
    if code:
        known = _coded(here, code, t)
        if known:
            return known
    found = here.gazetteer.search(typed, SUGGESTIONS)
    note = ""
    if not found and typed:
        note = t("place.none", typed=typed)
    elif found and len(here.gazetteer.namesakes(found[0])) > 1:
        note = t("place.ambiguous", name=t.pick(found[0].place.names))
    elif found and is_address(typed) and found[0].place.kind != "site":
        note = t("place.address", name=t.pick(found[0].place.names))
    elif found and found[0].tier > EXACT + 3:
        note = t("place.close", typed=typed)
    sure = bool(found) and found[0].tier <= 1 and not note
    return {"items": [_item(here, f.place, t) for f in found], "note": note, "sure": sure}


def online_answer(here: Locator, hits: tuple[Hit, ...], t: Words) -> dict[str, Any]:
    """What an online service found, with its attribution."""
    items = [
        {
            **_point(here, hit.lon_lat, t),
            "name": hit.name,
            "ref": f"{hit.lon_lat[0]:.5f},{hit.lon_lat[1]:.5f};{_short(hit.name)}",
        }
        for hit in hits
    ]
    note = (
        t("geocode.found", attribution=ATTRIBUTION, service=hits[0].service)
        if hits
        else t("geocode.none")
    )
    return {"items": items, "note": note, "sure": False, "online": False}


def _short(name: str) -> str:
    """A name as the address keeps it with a position: its first parts, in 80 characters."""
    clean = " ".join(
        "".join(" " if c in ";<>&" or not c.isprintable() else c for c in name).split()
    )
    parts = clean[:MAX_NAME].rsplit(",", 1) if len(clean) > MAX_NAME else [clean]
    return parts[0].strip()


def _positions(here: Locator, at: tuple[float, float], t: Words) -> dict[str, Any]:
    rounded = (round(at[0], 5), round(at[1], 5))
    if here.areas.province_at(rounded):
        return {"items": [_point(here, rounded, t)], "note": "", "sure": True}
    meant = here.other_readings(rounded)
    return {
        "items": [_point(here, p, t) for p in [*meant, rounded]],
        "sure": False,
        "note": t("place.abroad_meant" if meant else "place.abroad", at=degrees_text(rounded, t)),
    }


def _coded(here: Locator, code: tuple[str, str], t: Words) -> dict[str, Any] | None:
    text, beside = code
    try:
        if plus_code.is_full(text):
            return _positions(here, plus_code.decode(text), t)
    except ValueError:
        return None
    found = [f.place.lon_lat for f in here.gazetteer.search(beside, 1) if f.place.lon_lat]
    if not found:
        return {"items": [], "note": t("place.short_code", code=text), "sure": False}
    return _positions(here, plus_code.recover(text, found[0]), t)


def _item(here: Locator, place: Place, t: Words) -> dict[str, Any]:
    return {
        "ref": place.ref,
        "kind": place.kind,
        "name": t.pick(place.names),
        "sub": described(here, place, t),
        "placed": place.lon_lat is not None,
    }


def _point(here: Locator, at: tuple[float, float], t: Words) -> dict[str, Any]:
    province = here.areas.province_at(at)
    sub = province_text(here, province.code, t) if province else t("place.outside")
    return {
        "ref": f"{at[0]:.5f},{at[1]:.5f}",
        "kind": "point",
        "name": degrees_text(at, t),
        "sub": sub,
        "placed": True,
    }


def described(here: Locator, place: Place, t: Words) -> str:
    """What a place is, where, and how many live there: what distinguishes namesakes."""
    parts = []
    if place.kind in ("town", "commune"):
        parts.append(
            t(
                "place.kind.town"
                if place.kind == "town"
                else "place.kind.rural"
                if place.rural
                else "place.kind.urban"
            )
        )
        parts.append(province_text(here, place.province, t))
    elif place.kind == "site":
        parts += [t("place.kind.site"), province_text(here, place.province, t)]
    else:
        parts.append(t(f"place.kind.{place.kind}"))
        if place.kind == "province":
            parts.append(area_name(here.catalogue, place.region, t))
    if place.population:
        parts.append(t.n("unit.people", place.population))
    return " · ".join(filter(None, parts))


def province_text(here: Locator, code: str, t: Words) -> str:
    """Name of the province of a code, with its type (province or prefecture)."""
    name = area_name(here.catalogue, code, t)
    key = "place.in_prefecture" if code in PREFECTURES else "place.in_province"
    return t(key, name=name) if name else ""


def degrees_text(at: tuple[float, float], t: Words) -> str:
    """A position as people read it: latitude first, hemispheres in letters."""
    lon, lat = at
    return (
        "\u2066"
        + t(
            "place.degrees",
            lat=f"{abs(lat):.4f}",
            lon=f"{abs(lon):.4f}",
            ns=t("place.north" if lat >= 0 else "place.south"),
            ew=t("place.east" if lon >= 0 else "place.west"),
        )
        + "\u2069"
    )


# --- around a place -------------------------------------------------------------------


def near_answer(
    here: Locator, view: ViewState, t: Words, router: Router | None = None, *, seen: bool = False
) -> dict[str, Any]:
    """The facilities around the place of a view; an invitation when it has none.

    Parameters
    ----------
    router : the routing servers; None, or no answer: estimates, marked as such.
    seen : whether the reader may read the personal data of a facility.
    """
    zoned = here.zone_start(view)
    start = here.start(view.place) if view.place else zoned
    blank: dict[str, Any] = {
        "place": None,
        "alert": None,
        "items": [],
        "rings": [],
        "bbox": None,
        "title": "",
        "method": "",
        "unplaced": "",
        "empty": "",
        "reachable": False,
        "sheet": _sheet(here, view.region[0] if view.region else "", t),
    }
    if start is None:
        return {
            **blank,
            "title": t("near.begin"),
            "empty": t("near.unknown_place") if view.place else t("near.invite"),
        }
    near = here.near(start, view)
    sites = [shown(here.site(p), seen) for p in near.position]
    who, roads = (router or Router()).roads(start.lon_lat, [_placed(s) for s in sites])
    items = [
        _facility(s, float(m), start, here, t, road)
        for s, m, road in zip(sites, near.metres, roads, strict=True)
    ]
    radius = int(view.km)
    return {
        "place": _start(here, start, t) | ({"name": t("near.zone"), "zone": True} if zoned else {}),
        "alert": None if zoned else _alert(here, start, view, t),
        "items": items,
        "title": t.n("near.in_zone", len(items))
        if zoned
        else t.n("near.within", len(items), km=view.km)
        if view.nearest == "within"
        else t.n("near.nearest", len(items)),
        "method": t("near.routed", who=who, attribution=ATTRIBUTION)
        if who
        else t("near.method", factor=t.number(ROAD_FACTOR)),
        "source": "" if who else ROAD_SOURCE_URL,
        "unplaced": _unplaced(here, view, t),
        "sheet": _sheet(here, start.province.region if start.province else "", t),
        "empty": "" if items else t("near.nothing"),
        "reachable": bool(router and router.ors),
        "rings": []
        if zoned
        else [
            {
                "km": km,
                "text": t("unit.km", n=t.number(km)),
                "chosen": km == radius,
                "ring": circle(start.lon_lat, km * 1000),
            }
            for km in RINGS_KM[radius]
        ],
        "bbox": _bbox(start, sites, radius),
    }


def _start(here: Locator, start: Start, t: Words) -> dict[str, Any]:
    lon, lat = start.lon_lat
    if start.place:
        name, sub = t.pick(start.place.names), described(here, start.place, t)
    else:
        name = start.name or degrees_text(start.lon_lat, t)
        sub = province_text(here, start.province.code, t) if start.province else t("place.outside")
    return {
        "ref": start.ref,
        "name": name,
        "sub": sub,
        "lon": lon,
        "lat": lat,
        "code": plus_code.encode(start.lon_lat),
        "note": t("place.approximate") if start.approximate else "",
        "credit": t("place.online", attribution=ATTRIBUTION) if start.name else "",
    }


def _alert(here: Locator, start: Start, view: ViewState, t: Words) -> dict[str, Any] | None:
    """Alert when the place lies outside Morocco or nothing is open within the radius."""
    if start.abroad and not start.place:
        meant = here.other_readings(start.lon_lat)
        return {
            "tone": "bad",
            "title": t("near.abroad"),
            "text": "",
            "actions": [
                {"text": t("near.meant", at=degrees_text(m, t)), "place": f"{m[0]:.5f},{m[1]:.5f}"}
                for m in meant
            ],
        }
    found = here.nearest_open(start, view)
    if found is None:
        return {"tone": "warn", "title": t("near.none_open"), "text": "", "actions": []}
    site, metres = found
    if metres <= float(view.km) * 1000:
        return None
    people = _people_around(here, start, float(view.km))
    return {
        "tone": "bad",
        "title": t("near.none_within", km=view.km),
        "text": t("near.first_is", name=f"\u2068{site.name}\u2069", km=_km(metres, t))
        + (" " + t.n("near.people_around", people, km=view.km) if people else ""),
        "actions": [],
    }


def _people_around(here: Locator, start: Start, km: float) -> int:
    census = here.census
    metres = census.metres_to(np.array([start.lon_lat[0]]), np.array([start.lon_lat[1]]))
    return int(census.people[metres <= km * 1000].sum())


def _facility(
    site: Site, metres: float, start: Start, here: Locator, t: Words, road: Road | None
) -> dict[str, Any]:
    lon, lat = _placed(site)
    does = [
        crafts_text(site.crafts, t),
        ""
        if site.capacity_artisans is None
        else t.n("unit.artisans", round(site.capacity_artisans)),
        t("near.women") if site.women_only else "",
        t("near.training") if site.trains else "",
    ]
    known = [t("near.position", precision=t(f"precision.{site.precision}")), verified_text(site, t)]
    contact = next((s.url for s in site.sources if s.url), "")
    return {
        "sel": f"site:{site.id}",
        "class": site.class_,
        "form": form_of(site),
        "state": site.status,
        "open": is_open(site),
        "demo": is_demo(site),
        "name": site.name,
        "kind": kind_label(site, t),
        "status": t(f"status.{site.status}"),
        "town": site.town or site.commune or area_name(here.catalogue, site.province, t),
        "does": [d for d in does if d],
        "known": known,
        "metres": round(metres),
        "distance": _km(metres, t),
        "road": t("near.by_road", km=_km(road.metres, t), time=_time(road.seconds, t))
        if road
        else t("near.road", km=_km(metres * ROAD_FACTOR, t)),
        "lon": lon,
        "lat": lat,
        "phone": site.phone,
        "contact": contact,
        "links": _directions(start.lon_lat, site, t),
    }


def verified_text(site: Site, t: Words) -> str:
    """When a facility was verified, and by whom when a steward did."""
    if site.verified_by:
        return t("near.verified_by", date=t.date(site.verified), who=site.verified_by)
    return (
        t("near.verified", date=t.date(site.verified)) if site.verified else t("near.not_verified")
    )


def _directions(origin: tuple[float, float], site: Site, t: Words) -> list[dict[str, str]]:
    lon, lat = _placed(site)
    here, there = f"{origin[1]:.5f},{origin[0]:.5f}", f"{lat:.5f},{lon:.5f}"
    google = urlencode({"api": "1", "origin": here, "destination": there})
    return [
        {"text": t("near.open_app"), "href": f"geo:{there}?q={there}({quote(site.name, safe='')})"},
        {
            "text": "OpenStreetMap",
            "href": "https://www.openstreetmap.org/directions?"
            + urlencode({"engine": "fossgis_osrm_car", "route": f"{here};{there}"}),
        },
        {"text": "Google Maps", "href": f"https://www.google.com/maps/dir/?{google}"},
    ]


def _unplaced(here: Locator, view: ViewState, t: Words) -> str:
    mask = here.passing(view.with_(zone=""))
    count = int(np.count_nonzero(mask & ~np.isfinite(here.lon)))
    return t.n("near.unplaced", count) if count else ""


def _sheet(here: Locator, region: str, t: Words) -> dict[str, str] | None:
    """The region whose sheet can be opened."""
    return (
        {"code": region, "text": t("sheet.open_link", name=area_name(here.catalogue, region, t))}
        if region
        else None
    )


def _time(seconds: float, t: Words) -> str:
    hours, minutes = divmod(round(seconds / 60), 60)
    return (
        t("unit.hours", h=str(hours), min=f"{minutes:02d}")
        if hours
        else t("unit.minutes", n=str(minutes))
    )


def _km(metres: float, t: Words) -> str:
    km = metres / 1000
    return t("unit.km", n=t.number(round(km, 1) if km < 10 else round(km)))


def _placed(site: Site) -> tuple[float, float]:
    # Only facilities with a position are near anything.
    assert site.lon_lat is not None
    return site.lon_lat


def _bbox(start: Start, sites: list[Site], km: int) -> list[float]:
    """What to show: the radius, and the answers unless they are very far."""
    points = [*circle(start.lon_lat, km * 1000, 8), *(_placed(s) for s in sites)]
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    return [min(lons), min(lats), max(lons), max(lats)]
