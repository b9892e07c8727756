"""Routes of the page Veille: reports as JSON, reading lists as PDF and slides, digests.

``/api/watch?<view>``, ``/api/watch/{report}?<view>``,
``/watch.{pdf|pptx}?ids=R-2024-05,R-2024-06&<view>``,
``/digest.{atom|html}?<view>&since=2026-01-31``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.core.errors import BadRequest
from geo.i18n.words import words
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.render.file_response import file_response
from geo.render.media_types import MEDIA
from geo.render.queue import drawing_queue
from geo.render.sheets import size_named
from geo.text.cleaning import clean
from geo.watch.api import publish_routes
from geo.watch.api.reading import reading_answer
from geo.watch.api.reports import watch_answer
from geo.watch.digest import atom_of, digest_of, html_of
from geo.watch.report_page import SHEET, sheets_of
from geo.web.json_api import json_route

MOST_SHEETS = 40
DIGESTS = {"atom": "application/atom+xml; charset=utf-8", "html": "text/html; charset=utf-8"}


def routes() -> list[Route]:
    """Every route of the page Veille."""
    return [
        *publish_routes.routes(),
        json_route(
            "/api/watch",
            lambda a: watch_answer(
                a.query, a.view, a.t, offset=a.number("offset", 0, 0, 1_000_000)
            ),
        ),
        json_route("/api/watch/{id}", lambda a: reading_answer(a.query, a.path["id"], a.view, a.t)),
        Route("/watch.pdf", _sheets),
        Route("/watch.pptx", _slides),
        Route("/digest.atom", _digest),
        Route("/digest.html", _digest),
    ]


def _readings(
    query: Query, view: ViewState, params: dict[str, str]
) -> tuple[tuple[str, ...], list[dict[str, Any]]]:
    ids = tuple(dict.fromkeys(i for i in params.get("ids", "").split(",") if i))
    if not 1 <= len(ids) <= MOST_SHEETS:
        raise BadRequest("error.reading_list", limit=words(view.lang).number(MOST_SHEETS))
    return ids, [reading_answer(query, i, view, words(view.lang)) for i in ids]


async def _slides(request: Request) -> Response:
    def make(
        query: Query, view: ViewState, base: str, params: dict[str, str]
    ) -> tuple[tuple[Any, ...], Callable[[], bytes]]:
        from geo.watch.report_slides import slides_of  # python-pptx, when first asked for

        ids, readings = _readings(query, view, params)
        return ids, lambda: slides_of(
            query, readings, view.lang, drawing_queue().workers.png, base=base
        )

    return await file_response(request, "watch-pptx", MEDIA["pptx"], make)


async def _sheets(request: Request) -> Response:
    def make(
        query: Query, view: ViewState, base: str, params: dict[str, str]
    ) -> tuple[tuple[Any, ...], Callable[[], bytes]]:
        ids, readings = _readings(query, view, params)
        t, size = words(view.lang), size_named(SHEET)

        def drawn() -> bytes:
            pages = sheets_of(query, readings, view.lang, base=base)
            return drawing_queue().workers.pdf(
                pages, size.mm_w, size.mm_h, title=t("watch.sheet_title"), lang=view.lang
            )

        return ids, drawn

    return await file_response(request, "watch-pdf", "application/pdf", make)


async def _digest(request: Request) -> Response:
    kind = request.url.path.rpartition(".")[2]

    def make(
        query: Query, view: ViewState, base: str, params: dict[str, str]
    ) -> tuple[tuple[Any, ...], Callable[[], bytes]]:
        since = params.get("since", "")
        try:
            since = date.fromisoformat(since).isoformat() if since else ""
        except ValueError:
            raise BadRequest("error.bad_since", value=clean(since, 40)) from None
        made = {"atom": atom_of, "html": html_of}[kind]
        return (since,), lambda: made(digest_of(query, view, since, base=base))

    answer = await file_response(request, f"digest-{kind}", DIGESTS[kind], make)
    if answer.status_code == 200 and request.query_params.get("download") != "1":
        answer.headers["content-disposition"] = "inline"
    answer.headers["content-security-policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return answer
