"""Routes of editing and history: a record's form, saving it, its changes and their undo.

``GET /api/held/{collection}/{id}`` (``new`` for an empty form), ``POST`` the same to save,
``…/remove`` and ``…/restore``; ``GET /api/changes``, ``GET /api/changes/{number}``, ``POST
/api/changes/{number}/undo``. All of it is for editors: it shows what readers see masked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import anyio.to_thread
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.core.errors import BadRequest, KharitaError, NotFound, TooBig
from geo.curate.api.changes import set_answer
from geo.curate.api.record_form import (
    clashes_of,
    collection_named,
    form_answer,
    known_codes,
    problems_by_field,
)
from geo.curate.record_form import filled, new_id
from geo.i18n.words import Words, words
from geo.model.records import Catalogue
from geo.query.current import current, ledger
from geo.store.changes import ChangeSet, Conflict, Edit, Held, ValidationFailed
from geo.store.undo import restore, undo
from geo.web.access import Identity, require
from geo.web.authorship import author_of, reason_of
from geo.web.errors import ShapedRoute, error_sentence
from geo.web.requests import KB, body_of, json_answer, lang_of

MAX_KB = 64
PAGE = 30
MOST_VERSIONS = 1_000
Act = Callable[[Request, Identity, Mapping[str, Any], Catalogue, Words], dict[str, Any]]


def routes() -> list[Route]:
    """Every route of this module."""
    return [
        _route("/api/held/{collection}/{id}", _form, _save),
        _route("/api/held/{collection}/{id}/remove", None, _remove),
        _route("/api/held/{collection}/{id}/restore", None, _restore),
        _route("/api/changes", _changes, None),
        _route("/api/changes/{number:int}", _change, None),
        _route("/api/changes/{number:int}/undo", None, _undo),
    ]


def _form(
    request: Request, who: Identity, _body: Mapping[str, Any], catalogue: Catalogue, t: Words
) -> dict[str, Any]:
    collection, id_ = collection_named(request.path_params["collection"]), request.path_params["id"]
    if id_ == "new":
        return {
            **form_answer(collection, "", Held(None, 0), (), catalogue, t),
            "signed": who.name or who.email,
        }
    held = ledger().one(collection, id_)
    history = ledger().history(limit=PAGE, collection=collection, id_=id_)
    if held.raw is None and not history:
        raise NotFound("error.not_found")
    return {
        **form_answer(collection, id_, held, history, catalogue, t),
        "signed": who.name or who.email,
    }


def _save(
    request: Request, who: Identity, body: Mapping[str, Any], catalogue: Catalogue, t: Words
) -> dict[str, Any]:
    collection, id_ = collection_named(request.path_params["collection"]), request.path_params["id"]
    answers = body.get("answers")
    if not isinstance(answers, dict):
        raise BadRequest("error.bad_parameter", name="answers", value="")
    if id_ == "new":
        id_, before = (
            new_id(collection, str(answers.get("name") or answers.get("name_fr") or "")),
            None,
        )
    else:
        before = ledger().one(collection, id_).raw
    after = filled(collection, before, answers, _lon_lat(body), id_, known_codes(catalogue))
    made = ledger().commit(
        [Edit(collection, id_, after, _revision(body))],
        author_of(who, body),
        reason_of(body),
        "edit",
    )
    return {"id": id_, "made": set_answer(made, catalogue, t), "revision": made.changes[0].revision}


def _remove(
    request: Request, who: Identity, body: Mapping[str, Any], catalogue: Catalogue, t: Words
) -> dict[str, Any]:
    collection, id_ = collection_named(request.path_params["collection"]), request.path_params["id"]
    return _made(
        ledger().commit(
            [Edit(collection, id_, None, _revision(body))],
            author_of(who, body),
            reason_of(body),
            "edit",
        ),
        catalogue,
        t,
    )


def _restore(
    request: Request, who: Identity, body: Mapping[str, Any], catalogue: Catalogue, t: Words
) -> dict[str, Any]:
    collection, id_ = collection_named(request.path_params["collection"]), request.path_params["id"]
    history = ledger().history(limit=MOST_VERSIONS, collection=collection, id_=id_)
    edit = restore(history, collection, id_, _integer(body, "to"), _revision(body))
    return _made(
        ledger().commit([edit], author_of(who, body), reason_of(body), "restore"), catalogue, t
    )


def _changes(
    request: Request, _who: Identity, _body: Mapping[str, Any], catalogue: Catalogue, t: Words
) -> dict[str, Any]:
    before = request.query_params.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) < 16):
        raise BadRequest("error.bad_parameter", name="before", value=before[:40])
    found = ledger().history(limit=PAGE + 1, before=int(before) if before else None)
    return {
        "sets": [set_answer(s, catalogue, t) for s in found[:PAGE]],
        "next": found[PAGE - 1].number if len(found) > PAGE else None,
    }


def _change(
    request: Request, who: Identity, _body: Mapping[str, Any], catalogue: Catalogue, t: Words
) -> dict[str, Any]:
    return {
        **set_answer(_set(request), catalogue, t, detailed=True),
        "signed": who.name or who.email,
    }


def _undo(
    request: Request, who: Identity, body: Mapping[str, Any], catalogue: Catalogue, t: Words
) -> dict[str, Any]:
    only = body.get("only")
    records = {(str(c), str(i)) for c, i in only} if isinstance(only, list) else None
    return _made(
        ledger().commit(
            undo(_set(request), ledger().one, records),
            author_of(who, body),
            reason_of(body),
            "undo",
        ),
        catalogue,
        t,
    )


def _made(made: ChangeSet, catalogue: Catalogue, t: Words) -> dict[str, Any]:
    return {"made": set_answer(made, catalogue, t)}


def _set(request: Request) -> ChangeSet:
    found = ledger().change_set(request.path_params["number"])
    if found is None:
        raise NotFound("error.not_found")
    return found


# --- parameters and responses ---------------------------------------------------------


def _revision(body: Mapping[str, Any]) -> int:
    return _integer(body, "revision")


def _integer(body: Mapping[str, Any], name: str) -> int:
    value = body.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise BadRequest("error.bad_parameter", name=name, value=str(value)[:40])
    return value


def _lon_lat(body: Mapping[str, Any]) -> tuple[float, float] | None:
    at = body.get("lon_lat")
    if at is None:
        return None
    if not (
        isinstance(at, list)
        and len(at) == 2
        and all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in at)
    ):
        raise BadRequest("error.bad_parameter", name="lon_lat", value=str(at)[:40])
    return float(at[0]), float(at[1])


def _route(path: str, read: Act | None, write: Act | None) -> Route:
    async def endpoint(request: Request) -> Response:
        act = write if request.method == "POST" else read
        assert act is not None  # only the methods that have an act are routed
        who = await anyio.to_thread.run_sync(
            require, request, "editor"
        )  # before anything is taken in
        content = (
            await body_of(request, MAX_KB * KB, TooBig("error.body_too_big", limit=MAX_KB))
            if request.method == "POST"
            else b""
        )
        return await anyio.to_thread.run_sync(_answered, request, who, content, act)

    methods = [method for method, act in (("GET", read), ("POST", write)) if act]
    return ShapedRoute(path, endpoint, error_shape=_refused_edit, methods=methods)


def _answered(request: Request, who: Identity, content: bytes, act: Act) -> Response:
    t = words(lang_of(request))
    return json_answer(act(request, who, _body(request, content), current().catalogue, t))


def _refused_edit(request: Request, error: KharitaError) -> Response:
    """The shape of every error, and beside it what the form needs to mend an edit."""
    t = words(lang_of(request))
    details: dict[str, Any] = {}
    if isinstance(error, ValidationFailed):
        details = {"fields": problems_by_field(error, t)}
    elif isinstance(error, Conflict):
        details = {"clashes": clashes_of(error, current().catalogue, t)}
    return error_sentence(request, error, details)


def _body(request: Request, content: bytes) -> Mapping[str, Any]:
    if request.method != "POST":
        return {}
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise BadRequest("error.bad_parameter", name="body", value="")
    return body
