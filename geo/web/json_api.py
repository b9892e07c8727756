"""A route that answers JSON: the view read from the address, one answer.

Work on many rows runs in a worker thread, so that one slow answer never holds the pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.web.requests import json_answer
from geo.web.view_request import ViewRequest

Maker = Callable[["ViewRequest"], Mapping[str, Any]]


def json_route(path: str, make: Maker) -> Route:
    async def endpoint(request: Request) -> Response:
        return await anyio.to_thread.run_sync(_answer, request, make)

    return Route(path, endpoint, methods=["GET"])


def _answer(request: Request, make: Maker) -> Response:
    return json_answer(make(ViewRequest(request)))
