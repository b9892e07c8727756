"""The two addresses behind the button that refreshes the trade figures."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from geo.core.errors import KharitaError, TradeError
from geo.i18n.words import words
from geo.markets.trade_job import Run
from geo.model.records import LANGUAGES
from geo.web.access import require


def _refresh(progress: Callable[[str, int, int], None]) -> dict[str, TradeError | None]:
    from geo.markets.trade_refresh import refresh  # requests: only this button needs it

    return refresh(progress)


RUN = Run(_refresh)


def routes() -> list[Route]:
    """Start, and look how far it is."""
    return [
        Route("/api/markets/trade/refresh", _start, methods=["POST"]),
        Route("/api/markets/trade/progress", _progress, methods=["GET"]),
    ]


async def _start(request: Request) -> JSONResponse:
    t = words(_lang(request))
    try:
        require(request, "editor")
    except KharitaError as error:
        return JSONResponse(
            {"error": {"code": error.key, "text": t(error.key, **error.values)}}, error.status
        )
    RUN.start()
    return _said(request)


async def _progress(request: Request) -> JSONResponse:
    return _said(request)


def _said(request: Request) -> JSONResponse:
    return JSONResponse(RUN.answer(words(_lang(request))), headers={"cache-control": "no-store"})


def _lang(request: Request) -> str:
    lang = request.query_params.get("lang", "fr")
    return lang if lang in LANGUAGES else "fr"
