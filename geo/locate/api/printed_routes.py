"""Routes of printed pages: the page of a region and the argument for new sites, as HTML files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from geo.i18n.words import Words, words
from geo.locate.api.printed_sheet import argument, region_sheet
from geo.locate.locator import Locator, locator
from geo.model.address import decode, encode
from geo.model.view import ViewState
from geo.query.current import current
from geo.web.assets import asset_url
from geo.web.errors import ShapedRoute, error_page
from geo.web.templates import render

# Names and facts are data: everything but our own QR codes is escaped.
_TEMPLATES = Path(__file__).parents[1] / "templates"
#: No script runs in a printed page, and nothing is fetched from elsewhere.
POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:"
)

Make = Callable[[Locator, ViewState, Words, str, Request], dict[str, Any]]


def routes() -> list[Route]:
    """``/sheet/{region}`` and ``/argument``; both take the parameters of the address."""
    return [
        _page(
            "/sheet/{code}",
            lambda h, v, t, base, r: {
                **region_sheet(h, r.path_params["code"], v, t, base),
                "xlsx": f"/sheet/{r.path_params['code']}.xlsx?{encode(v)}",
                "back": f"/localiser?{encode(v.with_(region=(r.path_params['code'],)))}",
            },
        ),
        _page("/argument", lambda h, v, t, base, _r: argument(h, v, t, base)),
    ]


def _page(path: str, make: Make) -> Route:
    async def endpoint(request: Request) -> Response:
        return await anyio.to_thread.run_sync(_answer, request, make)

    return ShapedRoute(path, endpoint, error_shape=error_page, methods=["GET"])


def _answer(request: Request, make: Make) -> Response:
    query = current()
    view, _ = decode(dict(request.query_params), query.catalogue)
    t = words(view.lang)
    content = make(locator(query), view, t, str(request.base_url), request)
    page = render(_TEMPLATES, "sheet.html", **content, t=t, fonts=asset_url("fonts.css"))
    return HTMLResponse(
        page, headers={"content-security-policy": POLICY, "cache-control": "no-cache"}
    )
