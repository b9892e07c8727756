"""JSON routes: the view decoded from the address, the response computed in a worker thread.

One slow response never blocks the pages.
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
    """GET route that serializes the result of ``make`` as JSON."""

    async def endpoint(request: Request) -> Response:
        return await anyio.to_thread.run_sync(_answer, request, make)

    return Route(path, endpoint, methods=["GET"])


def _answer(request: Request, make: Maker) -> Response:
    return json_answer(make(ViewRequest(request)))
