"""The two addresses behind the button that refreshes the trade figures."""
from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from geo.errors import TradeError
from geo.i18n import words
from geo.model import LANGUAGES
from geo.traderun import Run


def _refresh(progress: Callable[[str, int, int], None]) -> dict[str, TradeError | None]:
    from geo.trade import refresh  # requests: only this button needs it

    return refresh(progress)


RUN = Run(_refresh)


def routes() -> list[Route]:
    """Start, and look how far it is."""
    return [Route("/api/markets/trade/refresh", _start, methods=["POST"]),
            Route("/api/markets/trade/progress", _progress, methods=["GET"])]


async def _start(request: Request) -> JSONResponse:
    t = words(_lang(request))
    if not _ours(request):
        return JSONResponse({"error": {"code": "error.forbidden_origin", "text": t("error.forbidden_origin")}}, 403)
    RUN.start()
    return _said(request)


async def _progress(request: Request) -> JSONResponse:
    return _said(request)


def _said(request: Request) -> JSONResponse:
    return JSONResponse(RUN.answer(words(_lang(request))), headers={"cache-control": "no-store"})


def _ours(request: Request) -> bool:
    """Whether the page that sends the form is our own: other sites may not start work here."""
    origin = request.headers.get("origin")
    return request.headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none") and (
        origin is None or urlsplit(origin).netloc == request.headers.get("host"))


def _lang(request: Request) -> str:
    lang = request.query_params.get("lang", "fr")
    return lang if lang in LANGUAGES else "fr"
