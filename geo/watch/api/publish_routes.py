"""Routes of publishing: a file comes in, its text is extracted, decided on, and becomes a report.

``POST /api/intake?name=…`` (the bytes), ``GET`` and ``DELETE /api/intake/{job}``, ``POST
/api/intake/{job}/publish`` (the editor's decisions as JSON), ``GET /watch/original/{report}``.
All but the last are for editors.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Any
from urllib.parse import quote

import anyio.to_thread
import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.core import clock
from geo.core.errors import BadRequest
from geo.core.settings import settings
from geo.i18n.labels import value_label
from geo.i18n.words import Words, words
from geo.model.records import LANGUAGES
from geo.model.view import FIELDS
from geo.query.current import current
from geo.query.engine import Query
from geo.store.published_reports import ImportedReports, digest_of
from geo.watch.publish.entity_tagging import Proposal, Tagger
from geo.watch.publish.extraction_jobs import EXTRACTIONS, Extraction
from geo.watch.publish.report_builder import date_of, language_of, report_of
from geo.watch.publish.text_extraction import MAX_BYTES, ReportRejected
from geo.web import quotas
from geo.web.access import require
from geo.web.requests import body_of, json_answer, lang_of

MAX_DECISIONS = 200_000
MOST_NAMES = 5_000
_taggers: OrderedDict[str, Tagger] = OrderedDict()


def routes() -> list[Route]:
    """Every route of this module."""
    return [
        Route("/api/intake", _start, methods=["POST"]),
        Route("/api/intake/{job}", _job, methods=["GET", "DELETE"]),
        Route("/api/intake/{job}/publish", _publish, methods=["POST"]),
        Route("/watch/original/{report}", _original),
    ]


def _store() -> ImportedReports:
    return ImportedReports(settings().var / "reports")


async def _start(request: Request) -> Response:
    require(request, "editor")
    with quotas.files.taking(quotas.client_of(request)) as set_size:
        content = await body_of(
            request, MAX_BYTES, ReportRejected("intake.too_big", limit=MAX_BYTES // 2**20)
        )
        set_size(len(content))
    name = request.query_params.get("name", "")[:200]
    job = await anyio.to_thread.run_sync(EXTRACTIONS.add, content, name)
    return json_answer({"id": job.id})


async def _job(request: Request) -> Response:
    require(request, "editor")
    job = EXTRACTIONS.get(request.path_params["job"])
    if request.method == "DELETE":
        await anyio.to_thread.run_sync(EXTRACTIONS.drop, job)
        return json_answer({"state": "cancelled"})
    t = words(lang_of(request))
    return json_answer(await anyio.to_thread.run_sync(_extraction_json, job, t))


async def _publish(request: Request) -> Response:
    require(request, "editor")
    content = await body_of(
        request, MAX_DECISIONS, ReportRejected("intake.too_big", limit=MAX_BYTES // 2**20)
    )
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise BadRequest("error.bad_parameter", name="body", value="")
    job = EXTRACTIONS.get(request.path_params["job"])
    return json_answer(await anyio.to_thread.run_sync(_published, job, body))


def _published(job: Extraction, decisions: dict[str, Any]) -> dict[str, Any]:
    if job.state != "done":
        raise BadRequest("intake.not_ready")
    query, text = current(), {**job.result, "name": job.name}
    report = report_of(text, _proposals(job), decisions, query.catalogue, clock.today())
    id_ = _store().add(report, job.path.read_bytes(), "\n".join(text["pages"]))
    EXTRACTIONS.drop(job)
    _wait_for(id_)
    return {"id": id_, "sel": f"report:{id_}"}


def _wait_for(id_: str) -> None:
    """Wait until readers get the new report: while one thread rebuilds, others get the old ones."""
    until = time.monotonic() + 5
    while id_ not in current().catalogue.report_by_id and time.monotonic() < until:
        time.sleep(0.02)


async def _original(request: Request) -> Response:
    content, name = await anyio.to_thread.run_sync(_store().original, request.path_params["report"])
    # Never shown by a browser: whatever it carries, it is only saved.
    return Response(
        content,
        media_type="application/octet-stream",
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{quote(name or 'original')}",
            "x-content-type-options": "nosniff",
            "content-security-policy": "default-src 'none'; sandbox",
        },
    )


# --- what the editor sees -------------------------------------------------------------


def _extraction_json(job: Extraction, t: Words) -> dict[str, Any]:
    if job.error:
        return {"state": "refused", "text": t(job.error.key, **job.error.values)}
    if job.state != "done":
        return {"state": job.state, "done": job.done, "of": job.total}
    text, query = job.result, current()
    full_text = "\n".join(text["pages"])
    when, notes = date_of(text["pages"], text["date"]), [t(key) for key in text["notes"]]
    same = _store().same_as(digest_of(full_text))
    if same:
        return {"state": "refused", "text": t("intake.twice", id=same)}
    if when > clock.today().isoformat():
        notes.append(t("intake.future", date=when))
    return {
        "state": "done",
        "title": text["title"],
        "date": when,
        "lang": language_of(full_text),
        "pages": t.n("intake.pages", len(text["pages"])),
        "notes": notes,
        "proposals": [_proposal(p, i, query, t) for i, p in enumerate(_proposals(job))],
        "choices": {
            kind: [
                {"value": c, "label": value_label(FIELDS[kind], c, query.catalogue, t)}
                for c in query.codes(kind)
            ]
            for kind in ("market", "craft")
        },
        "names": _names(query),
        "languages": [{"value": lang, "label": t.locale.languages[lang]} for lang in LANGUAGES],
        "kinds": [{"value": c, "label": t(f"report_kind.{c}")} for c in query.codes("report_kind")],
    }


def _proposals(job: Extraction) -> list[Proposal]:
    query = current()
    if query.catalogue.version not in _taggers:
        _taggers[query.catalogue.version] = Tagger(query.catalogue)
        while len(_taggers) > 2:
            _taggers.popitem(last=False)
    return _taggers[query.catalogue.version].propose(job.result["pages"])


def _proposal(p: Proposal, position: int, query: Any, t: Words) -> dict[str, Any]:
    label = (
        value_label(FIELDS[p.kind], p.id, query.catalogue, t)
        if p.kind in ("market", "craft")
        else p.label
    )
    start = p.text.find(p.matched)
    pieces = (
        [[p.text[:start], False], [p.matched, True], [p.text[start + len(p.matched) :], False]]
        if start >= 0
        else [[p.text, False]]
    )
    return {
        "position": position,
        "kind": p.kind,
        "id": p.id,
        "label": label,
        "pieces": pieces,
        "where": t("intake.where", page=p.page, n=p.sentence),
        "confidence": round(p.confidence * 100),
        "how": t(f"intake.how.{p.how}"),
        "accepted": p.confidence >= 0.6,
        "figure": dict(p.figure),
    }


def _names(query: Query) -> dict[str, list[dict[str, str]]]:
    """The buyers and towns that a wrong one may be corrected to, by the name the editor types."""
    buyers = [b for b in query.catalogue.buyers[:MOST_NAMES] if b.provenance != "demo"]
    return {
        "buyer": [{"value": b.id, "label": b.name} for b in buyers],
        "town": [{"value": town.name, "label": town.name} for town in query.catalogue.towns],
    }
