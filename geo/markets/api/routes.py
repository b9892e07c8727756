"""JSON routes of the page Marchés."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.routing import Route

from geo.core.errors import NotFound
from geo.markets.api import document_routes, trade_routes
from geo.markets.api.barometer import barometer_answer
from geo.markets.api.compare import compare_answer
from geo.markets.api.explanation import why_answer
from geo.markets.api.export_support import support_answer
from geo.markets.api.gap_matrix import gap_answer
from geo.markets.api.market import page_answer
from geo.markets.api.method import method_answer
from geo.markets.api.mission import mission_answer
from geo.markets.api.ranking import rank_answer
from geo.markets.api.shortlist import stars_answer
from geo.markets.api.suppliers import supply_answer
from geo.web.json_api import Maker, json_route
from geo.web.view_request import ViewRequest


def routes() -> list[Route]:
    """Every route of the page Marchés."""
    return [
        *(json_route(path, make) for path, make in MARKET_ROUTES.items()),
        *document_routes.routes(),
        *trade_routes.routes(),
    ]


def _market(request: ViewRequest) -> str:
    iso2: str = request.path["iso2"]
    if iso2 not in request.query.catalogue.market_by_code:
        raise NotFound("error.not_found")
    return iso2


MARKET_ROUTES: Mapping[str, Maker] = {
    "/api/markets/rank": lambda a: rank_answer(a.query, a.view, a.t),
    "/api/markets/why/{iso2}": lambda a: why_answer(a.query, _market(a), a.view, a.t),
    "/api/markets/page/{iso2}": lambda a: page_answer(a.query, _market(a), a.t),
    "/api/markets/compare": lambda a: compare_answer(a.query, a.view, a.t),
    "/api/markets/gap": lambda a: gap_answer(a.query, a.view, a.t),
    "/api/markets/method": lambda a: method_answer(a.query, a.view, a.t),
    "/api/markets/barometer": lambda a: barometer_answer(a.query, a.view, a.t),
    "/api/markets/supply": lambda a: supply_answer(
        a.query, a.view, a.t, text=a.params.get("text", ""), terms=a.view.terms or None
    ),
    "/api/markets/support": lambda a: support_answer(
        a.query, a.view, a.t, turnover=a.params.get("turnover", ""), status=a.view.legal
    ),
    "/api/markets/stars": lambda a: stars_answer(a.query, a.view, a.t),
    "/api/markets/mission/{iso2}": lambda a: mission_answer(
        a.query, _market(a), a.view, a.t, start=a.params.get("start", "")
    ),
}
