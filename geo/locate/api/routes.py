"""JSON routes of the page Localiser: places, what is around one, coverage, siting."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from starlette.routing import Route

from geo.core.errors import NotFound
from geo.core.settings import settings
from geo.locate.api import correction_routes, printed_routes
from geo.locate.api.coverage import coverage_answer
from geo.locate.api.isochrones import reach_answer
from geo.locate.api.nearby import near_answer, online_answer, places_answer
from geo.locate.api.siting import key_of, siting_answer, stop
from geo.locate.locator import locator
from geo.locate.road_services import Ors, Osrm, Router
from geo.places.geocoding import Geocoder, Service
from geo.query.current import current
from geo.web.json_api import Maker, json_route
from geo.web.view_request import ViewRequest


def routes() -> list[Route]:
    """Every route of the page Localiser."""
    return [
        *(json_route(path, make) for path, make in _MAKERS.items()),
        *correction_routes.routes(),
        *printed_routes.routes(),
    ]


def router() -> Router:
    """The road servers of this deployment."""
    found = settings()
    return _router(found.osrm, found.ors, found.contact)


@lru_cache(maxsize=1)
def _router(osrm_url: str, ors_server: tuple[str, str], contact: str) -> Router:
    return Router(
        Osrm(osrm_url, contact) if osrm_url else None,
        Ors(*ors_server, contact) if ors_server[0] else None,
    )


def geocoder() -> Geocoder:
    """The online address services of the settings, for places in Morocco."""
    found = settings()
    return _geocoder(found.usable_geocoders, found.contact)


@lru_cache(maxsize=1)
def _geocoder(services: tuple[tuple[str, str], ...], contact: str) -> Geocoder:
    # Positions are judged by the outlines of the day the process first asked: they hardly move.
    here = locator(current())
    return Geocoder(
        tuple(Service(*pair) for pair in services),
        contact,
        lambda at: here.areas.province_at(at) is not None,
    )


def _geocode(request: ViewRequest) -> Mapping[str, Any]:
    """Addresses online: one explicit act of a reader, never as they type."""
    if not settings().usable_geocoders:
        raise NotFound("geocode.off")
    hits = geocoder().search(request.params.get("text", ""), request.view.lang)
    return online_answer(locator(request.query), hits, request.t)


def _siting(request: ViewRequest) -> Mapping[str, Any]:
    here = locator(request.query)
    if request.params.get("stop") == "1":
        stop(key_of(here, request.view))
    return siting_answer(here, request.view, request.t)


_MAKERS: Mapping[str, Maker] = {
    "/api/places": lambda a: {
        **places_answer(locator(a.query), a.params.get("text", ""), a.t),
        "online": bool(settings().usable_geocoders),
    },
    "/api/geocode": _geocode,
    "/api/near": lambda a: near_answer(locator(a.query), a.view, a.t, router(), seen=a.seen),
    "/api/reach": lambda a: reach_answer(locator(a.query), a.view, a.t, router()),
    "/api/coverage": lambda a: coverage_answer(locator(a.query), a.view, a.t),
    "/api/siting": _siting,
    "/api/regions": lambda a: {
        "regions": [{"code": r.code, "name": a.t.pick(r.name)} for r in a.query.catalogue.regions]
    },
}
