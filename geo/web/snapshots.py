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
import re
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from functools import cache
from urllib.parse import quote

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.codec import decode, encode
from geo.errors import BadRequest, Busy, KharitaError, NotFound
from geo.export.formats import FORMATS
from geo.export.table import export_of
from geo.i18n import words
from geo.query import Query
from geo.service import current
from geo.snapshot.fonts import clean
from geo.snapshot.render import MEDIA, Asked, render
from geo.snapshot.sizes import size_named
from geo.snapshot.workers import Workers
from geo.store.snapshots import snapshot_store
from geo.view import FIELDS, ViewState

log = logging.getLogger(__name__)
MAX_TITLE = 10_000
AT_ONCE, WAITING = 2, 20
CACHE_BYTES = 48 * 2**20
_HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:]{2,45}\])(:\d{1,5})?\Z")
_SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


class Desk:
    """Makes files: a few at once, a few waiting, the latest remembered."""

    def __init__(self, at_once: int = AT_ONCE, waiting: int = WAITING,
                 cache_bytes: int = CACHE_BYTES) -> None:
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
        Route("/snapshot.{kind}", _unknown), Route("/export.{kind}", _unknown),
        Route("/s/{code}", _short),
    ]


async def _snapshot(request: Request) -> Response:
    kind = request.url.path.rpartition(".")[2]

    def make(query: Query, view: ViewState, base: str, params: dict[str, str]
             ) -> tuple[tuple, Callable[[], bytes]]:
        title = params.get("title", "")
        if len(title) > MAX_TITLE:
            raise BadRequest("error.title_too_long", limit=words(view.lang).number(MAX_TITLE))
        size = params.get("size", "")
        size_named(size)
        code = params.get("code", "").upper()
        if code and not snapshot_store().has(code):
            raise NotFound("error.code_unknown")
        asked = Asked(kind, view, size.lower(), clean(title, 200), base,
                      f"{base}/s/{code}" if code else "", date.today())
        return (asked.size, asked.title, code), lambda: render(query, asked, desk().workers)
    return await _answer(request, kind, MEDIA[kind], make)


async def _export(request: Request) -> Response:
    kind = request.url.path.rpartition(".")[2]

    def make(query: Query, view: ViewState, base: str, params: dict[str, str]
             ) -> tuple[tuple, Callable[[], bytes]]:
        return (), lambda: FORMATS[kind].make(export_of(query, view, base=base))
    return await _answer(request, f"export-{kind}", FORMATS[kind].media_type, make)


async def _unknown(request: Request) -> Response:
    known = FORMATS if request.url.path.startswith("/export") else MEDIA
    return _refusal(request, NotFound("error.snapshot_format", known=" ".join(known)))


async def _short(request: Request) -> Response:
    try:
        kept = await asyncio.to_thread(snapshot_store().get, request.path_params["code"])
    except KharitaError as error:
        return _refusal(request, error)
    address = f"{kept.address}&" if kept.address else ""
    return Response(status_code=302, headers={"location": f"/?{address}shared={kept.code}",
                                              "cache-control": "no-store"})


async def _answer(request: Request, kind: str, media_type: str, make: Callable) -> Response:
    try:
        query = await asyncio.to_thread(current)
        params = dict(request.query_params)
        view = _view(query, params)
        base = _base(request)
        extra, work = make(query, view, base, params)
        parts = (kind, encode(view), base, query.catalogue.version, date.today(), *extra)
        key = hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
        headers = {"etag": f'"{key}"', "cache-control": "public, no-cache",
                   "x-content-type-options": "nosniff"}
        if _matches(request.headers.get("if-none-match", ""), key):
            return Response(status_code=304, headers=headers)
        # Shielded: others may wait for the same file when this reader leaves.
        content = await asyncio.shield(asyncio.wrap_future(desk().ask(key, work)))
    except KharitaError as error:
        return _refusal(request, error)
    except Exception:
        log.exception("GET %s", request.url.path)
        return _refusal(request, _Failed("error.render"))
    ending = kind.rpartition("-")[2]
    whole = ending not in ("png", "svg", "pdf") or params.get("download") == "1"
    headers["content-disposition"] = _named(params.get("title", ""), ending, whole=whole)
    if ending == "svg":
        headers["content-security-policy"] = _SANDBOX
    return Response(content, media_type=media_type, headers=headers)


#: Other modules of routes make files in the same way.
answer_file = _answer


class _Failed(KharitaError):
    status = 500


def _view(query: Query, params: dict[str, str]) -> ViewState:
    """The view of an address; a value that is not understood is refused, never ignored."""
    view, notices = decode({k: v for k, v in params.items() if k == "v" or k in FIELDS},
                           query.catalogue)
    for notice in notices:
        values = dict(notice.values)
        if "field" in values:
            field = words(view.lang)(f"facet.{values['field']}")
            raise BadRequest("error.bad_view_value", field=field, value=values["value"])
        raise BadRequest("error.bad_view")
    return view.with_(shared="", embed="")


def _base(request: Request) -> str:
    """Scheme and host as the reader typed them, for the permalink."""
    host = request.headers.get("host", "")
    if not _HOST.match(host):
        raise BadRequest("error.bad_parameter", name="host", value=clean(host, 40))
    return f"{request.url.scheme}://{host}"


def _matches(header: str, key: str) -> bool:
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")}
    return key in tags or "*" in tags


def _named(title: str, ending: str, *, whole: bool) -> str:
    """A content-disposition with a file name that every system accepts."""
    name = re.sub(r'[^\w\s.-]+', "", clean(title, 80)).strip(". ") or "kharita"
    plain = name.encode("ascii", "ignore").decode().strip() or "kharita"
    return (f'{"attachment" if whole else "inline"}; filename="{plain}.{ending}"; '
            f"filename*=UTF-8''{quote(name)}.{ending}")


def _refusal(request: Request, error: KharitaError) -> Response:
    """One sentence in the reader's language: plain text for a browser, JSON for a program."""
    lang = request.query_params.get("lang", "fr")
    text = words(lang if lang in ("fr", "ar", "en") else "fr")(error.key, **error.values)
    headers = {"cache-control": "no-store", **({"retry-after": "5"} if error.status == 503 else {})}
    if "text/html" in request.headers.get("accept", ""):
        return Response(text, error.status, headers, "text/plain; charset=utf-8")
    body = orjson.dumps({"error": {"code": error.key, "text": text}})
    return Response(body, error.status, headers, "application/json")
