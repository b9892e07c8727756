"""Error responses: one shape for every refusal and failure that leaves over HTTP.

A route raises and never builds the response to an error. The status of each ``KharitaError`` and
the key of its sentence stand in ``geo.core.errors``; ``EXCEPTION_HANDLERS`` answers them, and
``ErrorBoundary`` whatever nobody foresaw: logged, and never with the exception's own text.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import escape
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo.core.errors import InternalError, KharitaError, MethodNotAllowed
from geo.i18n.words import words
from geo.web.requests import json_answer, lang_of

log = logging.getLogger(__name__)
#: What a full server asks for before the same request is sent again.
RETRY_AFTER_S = 5
ErrorShape = Callable[[Request, KharitaError], Response]


class ShapedRoute(Route):
    """A route whose errors have a shape of their own: a page, or the exception of a standard.

    Parameters
    ----------
    error_shape : request and error -> the response.
    """

    def __init__(self, path: str, endpoint: Any, *, error_shape: ErrorShape, **options: Any):
        super().__init__(path, endpoint, **options)
        self.error_shape = error_shape


def error_response(request: Request, error: KharitaError) -> Response:
    """The response to an error, in the shape of the requested route."""
    route = request.scope.get("route")
    shape = route.error_shape if isinstance(route, ShapedRoute) else error_sentence
    response = shape(request, error)
    if error.status == 503:
        response.headers["retry-after"] = str(RETRY_AFTER_S)
    return response


def error_text(request: Request, error: KharitaError) -> str:
    """The sentence of an error in the reader's language."""
    return words(lang_of(request))(error.key, **error.values)


def error_sentence(
    request: Request, error: KharitaError, details: Mapping[str, Any] | None = None
) -> Response:
    """JSON, or one line of text where a browser opens an address outside ``/api``.

    Parameters
    ----------
    details : what a program may need beside the code and the sentence.
    """
    text = error_text(request, error)
    is_api = request.url.path.startswith("/api/")
    if is_api or "text/html" not in request.headers.get("accept", ""):
        body = {"error": {"code": error.key, "text": text}, **(details or {})}
        return json_answer(body, error.status)
    headers = {"cache-control": "no-store"}
    return Response(text, error.status, headers, "text/plain; charset=utf-8")


def error_page(request: Request, error: KharitaError) -> Response:
    """HTML page with one sentence, for the addresses that are pages."""
    return HTMLResponse(
        escape(error_text(request, error)), error.status, {"cache-control": "no-store"}
    )


def refused(request: Request, error: Exception) -> Response:
    """Exception handler of expected errors of a route or the router."""
    if isinstance(error, HTTPException):
        response = error_response(request, MethodNotAllowed("error.method_not_allowed"))
        response.headers.update(error.headers or {})
        return response
    assert isinstance(error, KharitaError)  # as EXCEPTION_HANDLERS says
    if isinstance(error, InternalError):
        _log_failure(request, error)
    return error_response(request, error)


def failed(request: Request, error: Exception) -> Response:
    """Exception handler of unexpected errors."""
    _log_failure(request, error)
    return error_response(request, InternalError("error.internal"))


def _log_failure(request: Request, error: Exception) -> None:
    log.error("%s %s", request.method, request.url.path, exc_info=error)


#: What Starlette answers by our functions; every other status of its own keeps its plain text.
EXCEPTION_HANDLERS: Mapping[Any, Callable[[Request, Exception], Response]] = {
    KharitaError: refused,
    405: refused,
}


class ErrorBoundary:
    """ASGI middleware that turns an unforeseen exception into the one shape of an error.

    It stands inside the other layers, so that a failure carries their policy and request id: a
    handler for ``Exception`` is run outside all of them. A response that has begun cannot be
    replaced, and a websocket has none: there the exception goes on.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and answer its unexpected error."""
        begun = False

        async def send_and_note(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_and_note)
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            response = await run_in_threadpool(failed, Request(scope), error)
            await response(scope, receive, send)
