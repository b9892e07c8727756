"""Routes of the trade refresh: start it, and read its progress."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.i18n.words import words
from geo.markets.trade_job import Results, TradeRefresh
from geo.query.current import current
from geo.web.access import require
from geo.web.requests import json_answer, lang_of


def _refresh(progress: Callable[[str, int, int], None]) -> Results:
    from geo.markets.trade_refresh import refresh  # requests: only this button needs it

    return refresh(progress, markets=current().catalogue.markets)


REFRESH = TradeRefresh(_refresh)


def routes() -> list[Route]:
    """Start, and look how far it is."""
    return [
        Route("/api/markets/trade/refresh", _start, methods=["POST"]),
        Route("/api/markets/trade/progress", _progress, methods=["GET"]),
    ]


async def _start(request: Request) -> Response:
    require(request, "editor")
    REFRESH.begin()
    return _state(request)


async def _progress(request: Request) -> Response:
    return _state(request)


def _state(request: Request) -> Response:
    return json_answer(REFRESH.answer(words(lang_of(request))))
