"""The routes of the app over HTTP, without Streamlit and without a process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute
from starlette.testclient import TestClient

from geo.curate.api import routes as curate
from geo.explore.api import routes as explore
from geo.locate.api import routes as locate
from geo.markets.api import routes as markets
from geo.ogc import routes as ogc
from geo.share.api import routes as share
from geo.watch.api import routes as watch
from geo.web import account_routes, assets, health
from geo.web.errors import EXCEPTION_HANDLERS, ErrorBoundary

ROOMS = (explore, markets, locate, watch, share, curate, ogc, assets, account_routes, health)


def web_app(
    routes: Sequence[BaseRoute] | None = None,
    middleware: Sequence[Middleware] = (Middleware(ErrorBoundary),),
) -> Starlette:
    """Routes with the errors of the app; without arguments everything but the pages."""
    every = [route for room in ROOMS for route in room.routes()] if routes is None else routes
    return Starlette(routes=every, middleware=middleware, exception_handlers=EXCEPTION_HANDLERS)


def client(**options: Any) -> TestClient:
    """A client of every route."""
    return TestClient(web_app(), **options)
