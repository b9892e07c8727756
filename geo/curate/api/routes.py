"""Routes of the page Données; the editors' routes are in the modules that it gathers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.routing import Route

from geo.core import clock
from geo.curate.api import import_routes, record_routes
from geo.curate.api.quality import about_answer, quality_answer
from geo.curate.api.record_form import list_answer
from geo.model.view import MAX_TEXT
from geo.web.json_api import json_route
from geo.web.view_request import ViewRequest


def routes() -> list[Route]:
    """Every route of the page Données."""
    return [
        json_route("/api/quality", _quality),
        json_route(
            "/api/records/{tab}",
            lambda a: list_answer(a.query, a.path["tab"], a.params.get("q", "")[:MAX_TEXT], a.t),
        ),
        json_route("/api/about", lambda a: about_answer(a.query, a.t)),
        *record_routes.routes(),
        *import_routes.routes(),
    ]


def _quality(request: ViewRequest) -> Mapping[str, Any]:
    return quality_answer(
        request.query,
        request.t,
        today=clock.today(),
        fault=request.params.get("fault", ""),
        offset=request.number("offset", 0, 0, 10_000_000),
    )
