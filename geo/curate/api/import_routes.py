"""Routes of the import: a file comes in, is planned, answered, planned again, and stored.

``POST /api/import?name=…&kind=…`` (the bytes), ``GET`` and ``DELETE /api/import/{id}``, ``POST
…/answer``, ``…/online`` and ``…/store``, ``GET …/rows`` and ``…/remarks.xlsx``, ``GET
/import/template/{kind}.xlsx``. Nothing is stored but by ``…/store``. All of it is for editors.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import anyio.to_thread
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.core.errors import BadRequest, TooBig
from geo.core.settings import settings
from geo.curate.api.imports import SHOWN, rows_answer, upload_answer
from geo.curate.imports.headings import KINDS
from geo.curate.imports.importer import Importer, ReadOptions
from geo.curate.imports.planner import Options
from geo.curate.imports.source_table import MAX_BYTES, label
from geo.curate.imports.uploads import Upload, Uploads
from geo.i18n.words import Words, words
from geo.locate.api.routes import geocoder
from geo.query.current import current, ledger
from geo.web import quotas
from geo.web.access import Identity, require
from geo.web.authorship import author_of, reason_of
from geo.web.requests import body_of, json_answer, lang_of

MAX_ANSWERS = 2 * 2**20
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_EPSG = re.compile(r"(EPSG:[0-9]{4,6})?\Z")
Act = Callable[[Request, Identity, bytes, Words], Any]
Endpoint = Callable[[Request], Awaitable[Response]]


UPLOADS = Uploads(lambda: Importer(ledger(), current().catalogue))


def routes() -> list[Route]:
    """Every route of this module."""
    return [
        Route("/api/import", _route(_start, MAX_BYTES, has_quota=True), methods=["POST"]),
        Route("/api/import/{id}", _route(_state), methods=["GET"]),
        Route("/api/import/{id}", _route(_drop), methods=["DELETE"]),
        Route("/api/import/{id}/rows", _route(_rows), methods=["GET"]),
        Route("/api/import/{id}/answer", _route(_answer, MAX_ANSWERS), methods=["POST"]),
        Route("/api/import/{id}/online", _route(_online), methods=["POST"]),
        Route("/api/import/{id}/store", _route(_store, MAX_ANSWERS), methods=["POST"]),
        Route("/api/import/{id}/remarks.xlsx", _route(_remarks), methods=["GET"]),
        Route("/import/template/{kind}.xlsx", _route(_template), methods=["GET"]),
    ]


def _start(request: Request, who: Identity, content: bytes, _t: Words) -> dict[str, Any]:
    kind = request.query_params.get("kind", "")
    if kind not in KINDS:
        raise BadRequest("error.bad_parameter", name="kind", value=kind[:40])
    name = label(request.query_params.get("name", ""))
    return {"id": UPLOADS.add(content, name, kind, who.email).id}


def _state(request: Request, who: Identity, _content: bytes, t: Words) -> dict[str, Any]:
    upload = _upload(request, who)
    # The online services are asked for places in Morocco only.
    online = bool(settings().usable_geocoders) and upload.kind in ("sites", "maisons")
    return {
        **upload_answer(upload, current().catalogue, t),
        "signed": who.name or who.email,
        "online": online,
    }


def _drop(request: Request, who: Identity, _content: bytes, _t: Words) -> dict[str, Any]:
    UPLOADS.drop(_upload(request, who))
    return {}


def _rows(request: Request, who: Identity, _content: bytes, t: Words) -> dict[str, Any]:
    shown, offset = request.query_params.get("show", ""), request.query_params.get("offset", "0")
    if shown not in SHOWN or not offset.isascii() or not offset.isdigit() or len(offset) > 9:
        raise BadRequest("error.bad_parameter", name="show", value=shown[:40])
    upload = _upload(request, who)
    return (
        rows_answer(upload.plan, shown, int(offset), current().catalogue, t)
        if upload.plan
        else {"rows": [], "total": 0, "next": None}
    )


def _answer(request: Request, who: Identity, content: bytes, _t: Words) -> dict[str, Any]:
    body = _json_of(content)
    UPLOADS.answer(
        _upload(request, who),
        _reading(_mapping(body, "reading")),
        _options(_mapping(body, "options")),
    )
    return {}


def _online(request: Request, who: Identity, _content: bytes, t: Words) -> dict[str, Any]:
    def act(importer: Importer, upload: Upload) -> str:
        if upload.plan is None:
            return "planned"
        found = importer.online(upload.plan, geocoder(), t.lang, upload.stage_progress)
        upload.options = replace(upload.options, places={**found, **upload.options.places})
        return upload.preview(importer)

    UPLOADS.work(_upload(request, who), act)
    return {}


def _store(request: Request, who: Identity, content: bytes, _t: Words) -> dict[str, Any]:
    body = _json_of(content)
    author, reason, demo, rows = (
        author_of(who, body),
        reason_of(body),
        body.get("demo", "keep"),
        body.get("rows"),
    )
    if demo not in ("keep", "replaced", "all"):
        raise BadRequest("error.bad_parameter", name="demo", value=str(demo)[:40])
    if rows is not None and not (isinstance(rows, list) and all(isinstance(r, int) for r in rows)):
        raise BadRequest("error.bad_parameter", name="rows", value="")

    def act(importer: Importer, upload: Upload) -> str:
        upload.stage_progress("storing", 0, 1)
        if upload.plan is not None:
            made = importer.store(
                upload.plan,
                author,
                reason,
                chosen=None if rows is None else frozenset(rows),
                demo=demo,
            )
            upload.made = made.number if made else 0
        return "stored"

    UPLOADS.work(_upload(request, who), act)
    return {}


def _remarks(request: Request, who: Identity, _content: bytes, t: Words) -> Response:
    from geo.curate.imports.workbooks import corrected  # writes workbooks: not needed to start

    upload = _upload(request, who)
    if upload.plan is None:
        raise BadRequest("error.job_not_ready")
    return _file(
        corrected(upload.plan, t),
        f"{upload.name.rpartition('.')[0] or upload.name}-{t('import.sheet.remarks')}.xlsx",
    )


def _template(request: Request, _who: Identity, _content: bytes, t: Words) -> Response:
    from geo.curate.imports.workbooks import template

    kind = request.path_params["kind"]
    if kind not in KINDS:
        raise BadRequest("error.bad_parameter", name="kind", value=kind[:40])
    return _file(template(kind, current().catalogue, t), f"kharita-{kind}.xlsx")


def _file(content: bytes, name: str) -> Response:
    return Response(
        content,
        media_type=XLSX,
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
        },
    )


# --- parameters -----------------------------------------------------------------------


def _upload(request: Request, who: Identity) -> Upload:
    return UPLOADS.get(request.path_params["id"], who.email)


def _reading(given: Mapping[str, Any]) -> ReadOptions:
    header = given.get("header_row")
    return ReadOptions(
        sheet=_text(given, "sheet"),
        layer=_text(given, "layer"),
        separator=_text(given, "separator"),
        encoding=_text(given, "encoding"),
        header_row=header if isinstance(header, int) and 0 < header < 1_000 else None,
        crs=_crs(given),
        repair=given.get("repair") is True,
    )


def _options(given: Mapping[str, Any]) -> Options:
    """Parse the options of a body; invalid ones are left out, never guessed."""
    rows = {
        name: {int(k): v for k, v in _mapping(given, name).items() if k.isascii() and k.isdigit()}
        for name in ("cells", "places", "decisions")
    }
    return Options(
        columns=_texts(_mapping(given, "columns")),
        values={k: _texts(v) for k, v in _mapping(given, "values").items() if isinstance(v, dict)},
        cells={k: _texts(v) for k, v in rows["cells"].items() if isinstance(v, dict)},
        crs=_crs(given),
        swap=_text(given, "swap") if given.get("swap") in ("flagged", "all") else "",
        west=given.get("west") is True,
        places={k: (float(v[0]), float(v[1])) for k, v in rows["places"].items() if _is_point(v)},
        decisions={
            k: v for k, v in rows["decisions"].items() if isinstance(v, str) and len(v) <= 120
        },
        source=_text(given, "source"),
        url=_text(given, "url"),
        day=_text(given, "day"),
        geocode=given.get("geocode") is not False,
    )


def _is_point(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) == 2
        and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in value)
        and abs(value[0]) <= 180
        and abs(value[1]) <= 90
    )


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name, "")
    return value[:300] if isinstance(value, str) else ""


def _crs(given: Mapping[str, Any]) -> str:
    value = _text(given, "crs")
    if not _EPSG.match(value):
        raise BadRequest("error.bad_parameter", name="crs", value=value[:40])
    return value


def _texts(given: Any) -> dict[str, str]:
    return {k: v for k, v in given.items() if isinstance(v, str)} if isinstance(given, dict) else {}


def _mapping(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = given.get(name)
    return value if isinstance(value, dict) else {}


def _json_of(content: bytes) -> Mapping[str, Any]:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise BadRequest("error.bad_parameter", name="body", value="")
    return body


def _route(act: Act, most: int = 0, *, has_quota: bool = False) -> Endpoint:
    """An endpoint for editors.

    Parameters
    ----------
    most : bytes that the body may have.
    has_quota : whether the body counts against the quota of files.
    """

    async def endpoint(request: Request) -> Response:
        who = require(request, "editor")  # before anything of the body is taken in
        content = await _content(request, most, has_quota)
        t = words(lang_of(request))
        made = await anyio.to_thread.run_sync(act, request, who, content, t)
        return made if isinstance(made, Response) else json_answer(made)

    return endpoint


async def _content(request: Request, most: int, has_quota: bool) -> bytes:
    too_big = TooBig(
        "import.problem.file_too_big",
        limit=str(MAX_BYTES // 2**20),
        where="",
        column="",
        value="",
        n="",
    )
    if not has_quota:
        return await body_of(request, most, too_big)
    with quotas.files.taking(quotas.client_of(request)) as count:
        content = await body_of(request, most, too_big)
        count(len(content))
    return content
