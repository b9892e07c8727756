"""Routes of printed documents: market briefs and mission plans as PDF."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.core.errors import NotFound
from geo.core.jobs import Job, JobQueue
from geo.i18n.words import words
from geo.markets.api.documents import market_document, mission_document
from geo.model.address import decode
from geo.model.view import ViewState
from geo.query.current import current
from geo.query.engine import Query
from geo.render.text_document import Document, document_pdf

Maker = Callable[[Query, Request, ViewState], Document]
#: Two are drawn at a time, the others wait; none is kept.
DOCUMENTS: JobQueue[Job[Response]] = JobQueue("document", waiting=None, keep=0, log_failures=False)


def routes() -> list[Route]:
    """The two documents."""
    return [
        _route("/markets/{iso2}/brief.pdf", "kharita-{iso2}.pdf", _brief),
        _route("/markets/{iso2}/mission.pdf", "kharita-mission-{iso2}.pdf", _mission),
    ]


def _route(path: str, name: str, make: Maker) -> Route:
    async def endpoint(request: Request) -> Response:
        return await DOCUMENTS.start(Job(), lambda _: _answer(request, name, make)).outcome()

    return Route(path, endpoint, methods=["GET"])


def _answer(request: Request, name: str, make: Maker) -> Response:
    query = current()
    view, _ = decode(dict(request.query_params), query.catalogue)
    iso2 = request.path_params["iso2"]
    if iso2 not in query.catalogue.market_by_code:
        raise NotFound("error.not_found")
    body = document_pdf(make(query, request, view))
    return Response(
        body,
        media_type="application/pdf",
        headers={
            "content-disposition": f'attachment; filename="{name.format(iso2=iso2)}"',
            "cache-control": "no-cache",
        },
    )


def _brief(query: Query, request: Request, view: ViewState) -> Document:
    return market_document(query, request.path_params["iso2"], view, words(view.lang))


def _mission(query: Query, request: Request, view: ViewState) -> Document:
    return mission_document(
        query,
        request.path_params["iso2"],
        view,
        words(view.lang),
        start=request.query_params.get("start", ""),
    )
