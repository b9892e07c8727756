"""Parsing of requests and JSON responses, shared by the routes.

A POST from another site, or larger than its route allows, is refused before its content is read.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

import orjson
from starlette.requests import Request
from starlette.responses import Response

from geo.core.errors import BadRequest, CrossOrigin, KharitaError, TooBig
from geo.i18n.words import known_language, words
from geo.model.address import decode
from geo.model.records import LANGUAGES
from geo.model.view import FIELDS, ViewState
from geo.query.engine import Query
from geo.text.cleaning import clean

_HOST = re.compile(r"([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:]{2,45}\])(:\d{1,5})?\Z")
KB = 1024


def view_of(query: Query, params: dict[str, str]) -> ViewState:
    """Decode the view of an address strictly: an unknown value is an error.

    Raises
    ------
    BadRequest : a value is unknown, or the address is of another version.
    """
    view, notices = decode(
        {k: v for k, v in params.items() if k == "v" or k in FIELDS}, query.catalogue
    )
    for notice in notices:
        values = dict(notice.values)
        if "field" in values:
            field = words(view.lang)(f"facet.{values['field']}")
            raise BadRequest("error.bad_view_value", field=field, value=values["value"])
        raise BadRequest("error.bad_view")
    return view.with_(shared="", embed="")  # about the window, not about what it shows


def base_of(request: Request) -> str:
    """Base URL of the request, for permalinks.

    Raises
    ------
    BadRequest : an invalid Host header.
    """
    host = request.headers.get("host", "")
    if not _HOST.match(host):
        raise BadRequest("error.bad_parameter", name="host", value=clean(host, 40))
    return f"{request.url.scheme}://{host}"


def lang_of(request: Request) -> str:
    """The reader's language: of the body, else of the address, else French."""
    return known_language(
        getattr(request.state, "lang", "") or request.query_params.get("lang", "fr")
    )


def same_site(request: Request) -> None:
    """Reject cross-origin requests; non-browser clients send no Origin header.

    Raises
    ------
    CrossOrigin : the Origin is not the Host of the request.
    """
    origin = request.headers.get("origin")
    if origin is None:
        if request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise CrossOrigin("error.foreign_origin")
        return
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        host = ""
    if not host or host.lower() != request.headers.get("host", "").lower():
        raise CrossOrigin("error.foreign_origin")


async def body_of(request: Request, most: int, too_big: KharitaError) -> bytes:
    """Read the body of a request; ``too_big`` is raised as soon as it exceeds ``most``."""
    content = bytearray()
    async for part in request.stream():
        content += part
        if len(content) > most:
            raise too_big
    return bytes(content)


async def json_of(request: Request, most_kb: int) -> dict[str, Any]:
    """Parse the JSON object of a same-origin POST; its ``lang`` becomes the request's.

    Raises
    ------
    CrossOrigin : see ``same_site``.
    TooBig : more than ``most_kb``.
    BadRequest : no JSON object, or an unknown language.
    """
    same_site(request)
    content = await body_of(request, most_kb * KB, TooBig("error.body_too_big", limit=most_kb))
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise BadRequest("error.body_unread", where="JSON") from None
    if not isinstance(body, dict):
        raise BadRequest("error.body_unread", where="JSON")
    lang = body.get("lang", lang_of(request))
    if lang not in LANGUAGES:
        raise BadRequest("error.body_unread", where="lang")
    request.state.lang = body["lang"] = lang
    return body


def text_of(body: dict[str, Any], name: str, most: int) -> str:
    """Parse one line of text of a body, cut at ``most``; empty when missing.

    Raises
    ------
    BadRequest : not a text.
    """
    value = body.get(name, "")
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadRequest("error.body_unread", where=name)
    return clean(value[: 4 * most], most)


def list_of(body: dict[str, Any], name: str, most: int, kind: type) -> list[Any]:
    """Parse a list of a body.

    Raises
    ------
    BadRequest : not a list of ``kind``, or longer than ``most``.
    """
    value = body.get(name, [])
    if not isinstance(value, list) or not all(isinstance(v, kind) for v in value):
        raise BadRequest("error.body_unread", where=name)
    if len(value) > most:
        raise BadRequest("error.too_many", limit=most, where=name)
    return value


def json_answer(body: Any, status: int = 200) -> Response:
    """JSON response that is never cached."""
    return Response(orjson.dumps(body), status, {"cache-control": "no-store"}, "application/json")


def file_named(title: str, ending: str, *, attachment: bool) -> str:
    """Content-Disposition header with a file name that every system accepts."""
    name = re.sub(r"[^\w\s.-]+", "", clean(title, 80)).strip(". ") or "kharita"
    plain = name.encode("ascii", "ignore").decode().strip() or "kharita"
    return (
        f'{"attachment" if attachment else "inline"}; filename="{plain}.{ending}"; '
        f"filename*=UTF-8''{quote(name)}.{ending}"
    )


def matches_tag(request: Request, key: str) -> bool:
    """Whether If-None-Match holds this entity tag."""
    header = request.headers.get("if-none-match", "")
    tags = {tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")}
    return key in tags or "*" in tags
