"""HTTP response with a rendered file: ETag, 304, download name."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from geo.core import clock
from geo.model.address import encode
from geo.query.current import current
from geo.render.queue import drawing_queue
from geo.web.requests import base_of, file_named, matches_tag, view_of

_SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


async def file_response(
    request: Request, kind: str, media_type: str, make: Callable[..., Any]
) -> Response:
    """Render a file and respond with it; equal requests share one cached file.

    Parameters
    ----------
    kind : what is drawn; its last part, after a hyphen, is the ending of the file.
    make : query, view, base address and parameters -> what else the file depends on, and the work.
    """
    query = await asyncio.to_thread(current)
    params = dict(request.query_params)
    view = view_of(query, params)
    base = base_of(request)
    extra, work = make(query, view, base, params)
    parts = (kind, encode(view), base, query.catalogue.version, clock.today(), *extra)
    key = hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
    headers = {
        "etag": f'"{key}"',
        "cache-control": "public, no-cache",
        "x-content-type-options": "nosniff",
    }
    if matches_tag(request, key):
        return Response(status_code=304, headers=headers)
    content = await drawing_queue().draw(key, work).outcome()
    ending = kind.rpartition("-")[2]
    attachment = ending not in ("png", "svg", "pdf") or params.get("download") == "1"
    headers["content-disposition"] = file_named(
        params.get("title", ""), ending, attachment=attachment
    )
    if ending == "svg":
        headers["content-security-policy"] = _SANDBOX
    return Response(content, media_type=media_type, headers=headers)
