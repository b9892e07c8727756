"""A route that answers JSON: the view read from the address, one answer, a clear refusal.

Work on many rows runs in a worker thread, so that one slow answer never holds the pages.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

import anyio.to_thread
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.core.errors import KharitaError
from geo.i18n.words import words
from geo.web.view_request import ViewRequest

log = logging.getLogger(__name__)
Maker = Callable[["ViewRequest"], Mapping[str, Any]]


def json_route(path: str, make: Maker) -> Route:
    async def endpoint(request: Request) -> Response:
        return await anyio.to_thread.run_sync(_answer, request, make)

    return Route(path, endpoint, methods=["GET"])


def _answer(request: Request, make: Maker) -> Response:
    lang = request.query_params.get("lang", "fr")
    t = words(lang if lang in ("fr", "ar", "en") else "fr")
    try:
        return _json(make(ViewRequest(request)), 200)
    except KharitaError as error:
        return _json(
            {"error": {"code": error.key, "text": t(error.key, **error.values)}}, error.status
        )
    except Exception:
        log.exception("GET %s", request.url.path)
        return _json({"error": {"code": "error.internal", "text": t("error.internal")}}, 500)


def _json(content: Mapping[str, Any], status: int) -> Response:
    # Not kept by any cache: some answers depend on who asks.
    return Response(
        orjson.dumps(content), status, {"cache-control": "no-store"}, "application/json"
    )
