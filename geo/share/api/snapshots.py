"""Routes of snapshots, exports and short links.

``/snapshot.{png|svg|pdf|pptx|html}?<view>&size=…&title=…&code=…``, ``/export.{ending}?<view>``,
``/s/{code}``. With ``code``, the file prints that short link instead of the permalink. Equal
requests give equal files: responses carry an ETag made of the view, the size, the title and the
data version, and a 304 costs no rendering. Work is bounded: two files at once, twenty waiting,
then a clear 503.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.core import clock
from geo.core.errors import BadRequest, NotFound
from geo.i18n.words import words
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.render.file_response import file_response
from geo.render.media_types import MEDIA
from geo.render.queue import drawing_queue
from geo.render.sheets import size_named
from geo.share.export.export_columns import export_of
from geo.share.export.formats import FORMATS
from geo.share.shared_views import snapshot_store
from geo.share.snapshot import SnapshotRequest, render
from geo.text.cleaning import clean

MAX_TITLE = 10_000


def routes() -> list[Route]:
    """Every route of this module."""
    return [
        *(Route(f"/snapshot.{kind}", _snapshot) for kind in MEDIA),
        *(Route(f"/export.{kind}", _export) for kind in FORMATS),
        Route("/snapshot.{kind}", _unknown),
        Route("/export.{kind}", _unknown),
        Route("/s/{code}", _short),
    ]


async def _snapshot(request: Request) -> Response:
    kind = request.url.path.rpartition(".")[2]

    def make(
        query: Query, view: ViewState, base: str, params: dict[str, str]
    ) -> tuple[tuple[Any, ...], Callable[[], bytes]]:
        title = params.get("title", "")
        if len(title) > MAX_TITLE:
            raise BadRequest("error.title_too_long", limit=words(view.lang).number(MAX_TITLE))
        size = params.get("size", "")
        size_named(size)
        code = params.get("code", "").upper()
        if code and not snapshot_store().has(code):
            raise NotFound("error.code_unknown")
        snapshot = SnapshotRequest(
            kind,
            view,
            size.lower(),
            clean(title, 200),
            base,
            f"{base}/s/{code}" if code else "",
            clock.today(),
        )
        workers = drawing_queue().workers
        return (snapshot.size, snapshot.title, code), lambda: render(query, snapshot, workers)

    return await file_response(request, kind, MEDIA[kind], make)


async def _export(request: Request) -> Response:
    kind = request.url.path.rpartition(".")[2]

    def make(
        query: Query, view: ViewState, base: str, _params: dict[str, str]
    ) -> tuple[tuple[Any, ...], Callable[[], bytes]]:
        return (), lambda: FORMATS[kind].make(export_of(query, view, base=base))

    return await file_response(request, f"export-{kind}", FORMATS[kind].media_type, make)


async def _unknown(request: Request) -> Response:
    known = FORMATS if request.url.path.startswith("/export") else MEDIA
    raise NotFound("error.snapshot_format", known=" ".join(known))


async def _short(request: Request) -> Response:
    kept = await asyncio.to_thread(snapshot_store().get, request.path_params["code"])
    address = f"{kept.address}&" if kept.address else ""
    return Response(
        status_code=302,
        headers={"location": f"/?{address}shared={kept.code}", "cache-control": "no-store"},
    )
