"""JSON routes of the page Carte."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.routing import Route

from geo.core.errors import NotFound
from geo.explore.api.facets import facets_answer
from geo.explore.api.layers import LAYER_COLLECTIONS, bounds_answer, layer_answer
from geo.explore.api.panel import entity_answer
from geo.explore.api.table import MAX_PAGE, rows_answer
from geo.model.view import TABS
from geo.query.viewport import Bbox
from geo.web.json_api import json_route
from geo.web.view_request import ViewRequest


def routes() -> list[Route]:
    """Every route of the page Carte."""
    return [
        json_route("/api/facets", lambda a: facets_answer(a.query, a.view, a.notices, a.t)),
        json_route("/api/layers/{layer}", _layer),
        json_route("/api/rows/{collection}", _rows),
        json_route("/api/entity/{kind}/{id:path}", _entity),
        json_route("/api/ages", lambda a: {"markets": dict(a.query.market_ranks)}),
        json_route("/api/bounds", lambda a: bounds_answer(a.query, a.view)),
    ]


def _entity(request: ViewRequest) -> Mapping[str, Any]:
    path = request.path
    return entity_answer(
        request.query, path["kind"], path["id"], request.view, request.t, seen=request.seen
    )


def _layer(request: ViewRequest) -> Mapping[str, Any]:
    layer = request.path["layer"]
    if layer not in LAYER_COLLECTIONS:
        raise NotFound("error.not_found")
    bbox = Bbox.parse(request.params.get("bbox", ""))
    return layer_answer(request.query, layer, request.view, bbox, request.zoom(), request.t)


def _rows(request: ViewRequest) -> Mapping[str, Any]:
    collection = request.path["collection"]
    if collection not in TABS:
        raise NotFound("error.not_found")
    bbox = Bbox.parse(request.params["bbox"]) if "bbox" in request.params else None
    return rows_answer(
        request.query,
        collection,
        request.view,
        request.t,
        sort=request.params.get("sort", ""),
        offset=request.number("offset", 0, 0, 10_000_000),
        limit=request.number("limit", 50, 1, MAX_PAGE),
        bbox=bbox,
        unlocated=request.params.get("unlocated") == "1",
    )
