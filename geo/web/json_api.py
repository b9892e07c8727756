"""The JSON routes: read a view from the address, ask ``geo.explore``, refuse clearly.

Work on many rows runs in a worker thread, so that one slow answer never holds the pages.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import anyio.to_thread
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.core.errors import BadRequest, KharitaError, NotFound, Notice
from geo.curate.api.quality import about_answer, quality_answer
from geo.curate.api.record_form import list_answer
from geo.explore.api.facets import facets_answer
from geo.explore.api.layers import LAYER_COLLECTIONS, bounds_answer, layer_answer
from geo.explore.api.panel import entity_answer
from geo.explore.api.table import MAX_PAGE, rows_answer
from geo.i18n.words import Words, words
from geo.locate.api import routes as locate
from geo.markets.api.routes import MARKET_ROUTES
from geo.model.address import decode
from geo.model.records import IN_PROGRESS
from geo.model.view import FIELDS, MAX_TEXT, TABS, ViewState
from geo.query.current import current
from geo.query.engine import Query
from geo.query.viewport import Bbox
from geo.web.access import whoami
from geo.web.masking import SEES

log = logging.getLogger(__name__)
Maker = Callable[["Asked"], Mapping[str, Any]]


class Asked:
    """One request: the view it describes and the parameters beside it."""

    def __init__(self, request: Request) -> None:
        self.params = dict(request.query_params)
        self.path = request.path_params
        #: Whether the reader may read what a record tells about persons.
        self.seen = whoami(request).may(SEES)
        self.query: Query = current()
        self.view: ViewState
        self.notices: list[Notice]
        # A pasted request may be longer than an address: only the view is an address.
        own = {k: v for k, v in self.params.items() if k in FIELDS or k == "v"}
        self.view, self.notices = decode(own, self.query.catalogue)

    @property
    def t(self) -> Words:
        return words(self.view.lang)

    def number(self, name: str, default: int, low: int, high: int) -> int:
        """A whole number parameter within bounds."""
        text = self.params.get(name, str(default))
        if not text.isascii() or not text.isdigit() or not low <= int(text[:9]) <= high:
            raise BadRequest("error.bad_parameter", name=name, value=text[:40])
        return int(text)

    def zoom(self) -> float:
        """The Leaflet zoom level."""
        text = self.params.get("zoom", "")
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value <= 20:
            raise BadRequest("error.bad_zoom", value=text[:40])
        return value


def routes() -> list[Route]:
    """Every JSON route."""
    return [
        _route("/healthz", _health),
        _route("/api/facets", lambda a: facets_answer(a.query, a.view, a.notices, a.t)),
        _route("/api/layers/{layer}", _layer),
        _route("/api/rows/{collection}", _rows),
        _route(
            "/api/entity/{kind}/{id:path}",
            lambda a: entity_answer(
                a.query, a.path["kind"], a.path["id"], a.view, a.t, seen=a.seen
            ),
        ),
        _route(
            "/api/quality",
            lambda a: quality_answer(
                a.query,
                a.t,
                today=date.today(),
                fault=a.params.get("fault", ""),
                offset=a.number("offset", 0, 0, 10_000_000),
            ),
        ),
        _route(
            "/api/records/{tab}",
            lambda a: list_answer(a.query, a.path["tab"], a.params.get("q", "")[:MAX_TEXT], a.t),
        ),
        _route("/api/about", lambda a: about_answer(a.query, a.t)),
        _route("/api/ages", lambda a: {"markets": dict(a.query.market_ranks)}),
        _route("/api/bounds", lambda a: bounds_answer(a.query, a.view)),
        *(_route(path, make) for path, make in MARKET_ROUTES.items()),
        *(_route(path, make) for path, make in locate.makers().items()),
    ]


def _route(path: str, make: Maker) -> Route:
    async def endpoint(request: Request) -> Response:
        return await anyio.to_thread.run_sync(_answer, request, make)

    return Route(path, endpoint, methods=["GET"])


def _answer(request: Request, make: Maker) -> Response:
    lang = request.query_params.get("lang", "fr")
    t = words(lang if lang in ("fr", "ar", "en") else "fr")
    try:
        return _json(make(Asked(request)), 200)
    except KharitaError as error:
        return _json(
            {"error": {"code": error.key, "text": t(error.key, **error.values)}}, error.status
        )
    except Exception:
        log.exception("GET %s", request.url.path)
        return _json({"error": {"code": "error.internal", "text": t("error.internal")}}, 500)


#: Other modules of routes answer in the same way.
json_route = _route


def _json(content: Mapping[str, Any], status: int) -> Response:
    # Not kept by any cache: some answers depend on who asks.
    return Response(
        orjson.dumps(content), status, {"cache-control": "no-store"}, "application/json"
    )


def _layer(asked: Asked) -> Mapping[str, Any]:
    layer = asked.path["layer"]
    if layer not in LAYER_COLLECTIONS:
        raise NotFound("error.not_found")
    bbox = Bbox.parse(asked.params.get("bbox", ""))
    return layer_answer(asked.query, layer, asked.view, bbox, asked.zoom(), asked.t)


def _rows(asked: Asked) -> Mapping[str, Any]:
    collection = asked.path["collection"]
    if collection not in TABS:
        raise NotFound("error.not_found")
    bbox = Bbox.parse(asked.params["bbox"]) if "bbox" in asked.params else None
    return rows_answer(
        asked.query,
        collection,
        asked.view,
        asked.t,
        sort=asked.params.get("sort", ""),
        offset=asked.number("offset", 0, 0, 10_000_000),
        limit=asked.number("limit", 50, 1, MAX_PAGE),
        bbox=bbox,
        unlocated=asked.params.get("unlocated") == "1",
    )


def _health(asked: Asked) -> Mapping[str, Any]:
    query = asked.query
    problems = len(query.catalogue.problems)
    return {
        "status": "degraded" if problems else "ok",
        "problems": problems,
        "data_version": query.catalogue.version,
        "counts": _health_counts(query),
    }


@lru_cache(maxsize=2)
def _health_counts(query: Query) -> dict[str, int]:
    everything = query.counts(ViewState())
    return {
        "buyers": everything["buyers"],
        "markets": len(query.catalogue.markets),
        "sites_active": query.counts(ViewState(status=("active",)))["sites"],
        "sites_in_progress": query.counts(ViewState(status=IN_PROGRESS))["sites"],
        "maisons": everything["maisons"],
        "reports": everything["reports"],
        "demo": query.demo_count,
    }
