"""Routes of shared views: kept with their picture, and compared with the data of today.

``POST /api/shared`` with ``{query, title, lang}`` gives ``{code, url, address, title, picture}``;
``GET /api/shared/{code}?lang=`` what changed since; ``GET /s/{code}.png`` the picture as it
was presented.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from geo.core import clock
from geo.core.errors import BadRequest, Busy
from geo.explore.api.sentence import default_title
from geo.i18n.labels import notice_text, title_of
from geo.i18n.words import Words, words
from geo.model.address import MAX_CHARS, decode, encode
from geo.model.view import ViewState
from geo.query.current import current
from geo.query.engine import Query
from geo.render.queue import NotDrawn, drawing_queue
from geo.render.scene import scene_of
from geo.render.sheet_svg import svg_of
from geo.render.sheets import size_named
from geo.render.workers import RenderFailed, Workers
from geo.share.shared_views import MAX_PICTURE, MAX_TITLE, compare, content_of, keep, snapshot_store
from geo.web import quotas
from geo.web.requests import base_of, json_answer, json_of, lang_of, text_of, view_of

log = logging.getLogger(__name__)
BODY_KB = 64
MAX_LISTED = 200
#: Widths of a picture, pixels: the first that is small enough is kept.
WIDTHS = (1600, 1280, 960, 640)
_KINDS = {"buyers": "buyer", "sites": "site", "maisons": "site", "reports": "report"}


async def _keep(request: Request) -> Response:
    with quotas.views.taking(quotas.client_of(request)):
        return await _kept(request)


async def _kept(request: Request) -> Response:
    body = await json_of(request, BODY_KB)
    base, title = base_of(request), text_of(body, "title", MAX_TITLE)
    query = await asyncio.to_thread(current)
    view = view_of(query, _params(text_of(body, "query", 2 * MAX_CHARS), body["lang"]))
    title = title or default_title(query, view, words(view.lang))
    code = await asyncio.to_thread(keep, query, view, title)
    picture = ""
    try:
        queue = drawing_queue()
        job = queue.draw(
            f"shared {code}",
            lambda: picture_of(query, view, title, f"{base}/s/{code}", queue.workers),
        )
        png = await job.outcome()
        await asyncio.to_thread(snapshot_store().put_picture, code, png)
        picture = f"/s/{code}.png"
    except (Busy, NotDrawn, OSError):
        # The link is worth more than its picture: it is kept, and says that it has none.
        log.exception("no picture for a shared view")
    return json_answer(
        {
            "code": code,
            "url": f"{base}/s/{code}",
            "address": encode(view),
            "title": title,
            "picture": picture,
        },
        201,
    )


def _params(text: str, lang: str) -> dict[str, str]:
    if len(text) > MAX_CHARS:
        raise BadRequest("error.bad_view")
    try:
        found = dict(parse_qsl(text.lstrip("?"), keep_blank_values=True, max_num_fields=60))
    except ValueError:
        raise BadRequest("error.bad_view") from None
    return {"lang": lang, **found} if lang != "fr" else found


def picture_of(query: Query, view: ViewState, title: str, link: str, workers: Workers) -> bytes:
    """The view as presented, as a PNG of 300 kB at most.

    Raises
    ------
    RenderFailed : a drawing process gave up, or even the smallest picture is too big.
    """
    scene = scene_of(query, view, size=size_named(""), title=title, link=link, today=clock.today())
    svg = svg_of(scene)
    for width in WIDTHS:
        png = workers.png(svg, width, round(width * scene.size.units_h / scene.size.units_w))
        if len(png) <= MAX_PICTURE:
            return png
    raise RenderFailed("picture too big")


async def _compare(request: Request) -> Response:
    code, t = request.path_params["code"], words(lang_of(request))
    kept = await asyncio.to_thread(snapshot_store().get, code)
    query = await asyncio.to_thread(current)
    view, notices = decode(kept.address, query.catalogue)
    now = await asyncio.to_thread(content_of, query, view)
    found = compare(kept.content, now)
    day, _, hour = kept.created.partition("T")
    answer: dict[str, Any] = {
        "code": kept.code,
        "title": kept.title,
        "address": kept.address,
        "created": t("shared.created", date=t.date(day), time=hour[:5]),
        "created_iso": kept.created,
        "version": kept.data_version,
        "version_now": query.catalogue.version,
        "same": found.same,
        "picture": f"/s/{kept.code}.png",
        "notice": [notice_text(n, t) for n in notices],
        "counts": {"then": dict(found.counts_then), "now": dict(found.counts_now)},
    }
    for name in ("added", "removed", "changed"):
        records = getattr(found, name)
        answer[name] = {
            "total": len(records),
            "text": t.number(len(records)),
            "rows": [_row(key, name, query, t) for key, name in records[:MAX_LISTED]],
        }
    return json_answer(answer)


def _row(key: str, name: str, query: Query, t: Words) -> dict[str, str]:
    """A record with the name it has now in this language, else the name it had."""
    collection, _, id_ = key.partition(":")
    if collection == "reports" and id_ in query.catalogue.report_by_id:
        name = title_of(query.catalogue.report_by_id[id_], t)
    return {"sel": f"{_KINDS[collection]}:{id_}", "name": name, "collection": collection}


async def _picture(request: Request) -> Response:
    content = await asyncio.to_thread(snapshot_store().picture, request.path_params["code"])
    return Response(
        content,
        media_type="image/png",
        headers={
            "cache-control": "public, max-age=31536000, immutable",
            "x-content-type-options": "nosniff",
        },
    )


ROUTES: tuple[tuple[str, str, Callable[[Request], Awaitable[Response]]], ...] = (
    ("/api/shared", "POST", _keep),
    ("/api/shared/{code}", "GET", _compare),
    ("/s/{code}.png", "GET", _picture),
)
