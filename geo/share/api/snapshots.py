"""The routes of snapshots, exports and short links.

``/snapshot.{png|svg|pdf|pptx|html}?<view>&size=…&title=…&code=…``, ``/export.{ending}?<view>``,
``/s/{code}``. With ``code``, the file prints that short link instead of the permalink. The same request is the same file: answers carry an ETag made of the view, the
size, the title and the data version, and a 304 costs no drawing. Work is bounded: two
drawings at once, twenty waiting, then a clear 503.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from functools import cache
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.core.errors import BadRequest, Busy, KharitaError, NotFound
from geo.i18n.words import words
from geo.model.address import encode
from geo.model.view import ViewState
from geo.query.current import current
from geo.query.engine import Query
from geo.render.fonts import clean
from geo.render.sheets import size_named
from geo.render.workers import Workers
from geo.share.export.export_columns import export_of
from geo.share.export.formats import FORMATS
from geo.share.shared_views import snapshot_store
from geo.share.snapshot import MEDIA, Asked, render
from geo.web.requests import base_of, file_named, matches_tag, refusal, view_of

log = logging.getLogger(__name__)
MAX_TITLE = 10_000
AT_ONCE, WAITING = 2, 20
CACHE_BYTES = 48 * 2**20
_SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


class Desk:
    """Makes files: a few at once, a few waiting, the latest remembered."""

    def __init__(
        self, at_once: int = AT_ONCE, waiting: int = WAITING, cache_bytes: int = CACHE_BYTES
    ) -> None:
        self.workers = Workers(at_once)
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="snapshot")
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._lock = threading.Lock()
        self._made: OrderedDict[str, bytes] = OrderedDict()
        self._making: dict[str, Future[bytes]] = {}
        self._room = cache_bytes

    def ask(self, key: str, make: Callable[[], bytes]) -> Future[bytes]:
        """The file of a key: remembered, being made, or made now.

        Raises
        ------
        Busy : every place is taken.
        """
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                done: Future[bytes] = Future()
                done.set_result(self._made[key])
                return done
            if key in self._making:
                return self._making[key]
            if not self._places.acquire(blocking=False):
                raise Busy("error.busy")
            future = self._pool.submit(make)
            self._making[key] = future
        future.add_done_callback(lambda f: self._settle(key, f))
        return future

    def _settle(self, key: str, future: Future[bytes]) -> None:
        with self._lock:
            self._making.pop(key, None)
            self._places.release()
            if future.cancelled() or future.exception():
                return
            content = future.result()
            if len(content) <= self._room // 4:
                self._made[key] = content
                while sum(map(len, self._made.values())) > self._room:
                    self._made.popitem(last=False)

    def close(self) -> None:
        """Stop the threads and the drawing processes."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.workers.close()


@cache
def desk() -> Desk:
    """The desk of this process."""
    return Desk()


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
        asked = Asked(
            kind,
            view,
            size.lower(),
            clean(title, 200),
            base,
            f"{base}/s/{code}" if code else "",
            date.today(),
        )
        return (asked.size, asked.title, code), lambda: render(query, asked, desk().workers)

    return await _answer(request, kind, MEDIA[kind], make)


async def _export(request: Request) -> Response:
    kind = request.url.path.rpartition(".")[2]

    def make(
        query: Query, view: ViewState, base: str, params: dict[str, str]
    ) -> tuple[tuple[Any, ...], Callable[[], bytes]]:
        return (), lambda: FORMATS[kind].make(export_of(query, view, base=base))

    return await _answer(request, f"export-{kind}", FORMATS[kind].media_type, make)


async def _unknown(request: Request) -> Response:
    known = FORMATS if request.url.path.startswith("/export") else MEDIA
    return refusal(request, NotFound("error.snapshot_format", known=" ".join(known)))


async def _short(request: Request) -> Response:
    try:
        kept = await asyncio.to_thread(snapshot_store().get, request.path_params["code"])
    except KharitaError as error:
        return refusal(request, error)
    address = f"{kept.address}&" if kept.address else ""
    return Response(
        status_code=302,
        headers={"location": f"/?{address}shared={kept.code}", "cache-control": "no-store"},
    )


async def _answer(
    request: Request, kind: str, media_type: str, make: Callable[..., Any]
) -> Response:
    try:
        query = await asyncio.to_thread(current)
        params = dict(request.query_params)
        view = view_of(query, params)
        base = base_of(request)
        extra, work = make(query, view, base, params)
        parts = (kind, encode(view), base, query.catalogue.version, date.today(), *extra)
        key = hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
        headers = {
            "etag": f'"{key}"',
            "cache-control": "public, no-cache",
            "x-content-type-options": "nosniff",
        }
        if matches_tag(request, key):
            return Response(status_code=304, headers=headers)
        # Shielded: others may wait for the same file when this reader leaves.
        content = await asyncio.shield(asyncio.wrap_future(desk().ask(key, work)))
    except KharitaError as error:
        return refusal(request, error)
    except Exception:
        log.exception("GET %s", request.url.path)
        return refusal(request, _Failed("error.render"))
    ending = kind.rpartition("-")[2]
    whole = ending not in ("png", "svg", "pdf") or params.get("download") == "1"
    headers["content-disposition"] = file_named(params.get("title", ""), ending, whole=whole)
    if ending == "svg":
        headers["content-security-policy"] = _SANDBOX
    return Response(content, media_type=media_type, headers=headers)


#: Other modules of routes make files in the same way.
answer_file = _answer


class _Failed(KharitaError):
    status = 500
