"""Routes of briefs and atlases.

``GET /brief.pdf?market=DE&lang=fr`` or ``?region=08``. An atlas is a job:
``POST /api/jobs/atlas`` with ``{kind, codes, lang}`` gives its id; ``GET /api/jobs/{id}`` its
state; ``DELETE`` cancels it; ``GET /api/jobs/{id}/file`` is the PDF.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.core import clock
from geo.core.errors import BadRequest
from geo.core.jobs import Job, JobQueue
from geo.i18n.words import words
from geo.query.current import current
from geo.render.queue import drawing_queue
from geo.share.api import minutes, shared_views
from geo.share.atlas import KINDS, atlas_pdf, checked_codes
from geo.share.brief import brief_pdf
from geo.web.requests import (
    base_of,
    file_named,
    json_answer,
    json_of,
    lang_of,
    list_of,
    matches_tag,
    same_site,
    text_of,
)

BODY_KB = 64
MAX_CODES = 200


@dataclass(eq=False, repr=False, kw_only=True)
class Atlas(Job[bytes]):
    """An atlas being rendered: its title, and the language of its progress."""

    title: str
    lang: str


ATLASES: JobQueue[Atlas] = JobQueue("atlas", busy="error.jobs_busy", unknown="error.job_unknown")


def routes() -> list[Route]:
    """Every route of this module, and of the two beside it; before ``/s/{code}``."""
    return [
        Route("/brief.pdf", _brief),
        Route("/api/jobs/atlas", _start, methods=["POST"]),
        Route("/api/jobs/{id}", _state, methods=["GET"]),
        Route("/api/jobs/{id}", _cancel, methods=["DELETE"]),
        Route("/api/jobs/{id}/file", _file),
        *(
            Route(path, answer, methods=[method])
            for path, method, answer in (*minutes.ROUTES, *shared_views.ROUTES)
        ),
    ]


async def _brief(request: Request) -> Response:
    chosen = {kind: code for kind in KINDS if (code := request.query_params.get(kind, ""))}
    if len(chosen) != 1:
        raise BadRequest("error.brief_asked")
    ((kind, code),) = chosen.items()
    lang, base, today = lang_of(request), base_of(request), clock.today()
    query = await asyncio.to_thread(current)
    (code,) = checked_codes(query, kind, [code])
    parts = ("brief", kind, code, lang, base, query.catalogue.version, today)
    key = hashlib.sha256(repr(parts).encode()).hexdigest()[:32]
    headers = {
        "etag": f'"{key}"',
        "cache-control": "public, no-cache",
        "x-content-type-options": "nosniff",
    }
    if matches_tag(request, key):
        return Response(status_code=304, headers=headers)

    def make() -> bytes:
        brief = KINDS[kind](query, code, lang, base=base, today=today)
        return brief_pdf(brief, drawing_queue().workers)

    content = await drawing_queue().draw(key, make).outcome()
    name = f"{words(lang)(f'brief.{kind}')} {code}"
    headers["content-disposition"] = file_named(
        name, "pdf", attachment=request.query_params.get("download") == "1"
    )
    return Response(content, media_type="application/pdf", headers=headers)


# --- jobs -----------------------------------------------------------------------------


async def _start(request: Request) -> Response:
    body = await json_of(request, BODY_KB)
    lang, base, today = body["lang"], base_of(request), clock.today()
    query = await asyncio.to_thread(current)
    kind = text_of(body, "kind", 20)
    codes = checked_codes(query, kind, list_of(body, "codes", MAX_CODES, str))

    def work(job: Atlas) -> bytes:
        return atlas_pdf(
            query,
            kind,
            codes,
            lang,
            drawing_queue().workers,
            base=base,
            today=today,
            progress=job.progress,
        )

    atlas = Atlas(title=words(lang)(f"atlas.{kind}"), lang=lang, total=len(codes))
    return json_answer(_shown(ATLASES.start(atlas, work)), 202)


async def _state(request: Request) -> Response:
    return json_answer(_shown(ATLASES.get(request.path_params["id"])))


async def _cancel(request: Request) -> Response:
    same_site(request)
    return json_answer(_shown(ATLASES.cancel(request.path_params["id"])))


async def _file(request: Request) -> Response:
    id_ = request.path_params["id"]
    content = ATLASES.result(id_)
    return Response(
        content,
        media_type="application/pdf",
        headers={
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "content-disposition": file_named(ATLASES.get(id_).title, "pdf", attachment=True),
        },
    )


def _shown(job: Atlas) -> dict[str, Any]:
    t = words(job.lang)
    return {
        "id": job.id,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "text": t(f"job.{job.state}", done=t.number(job.done), total=t.number(job.total)),
    }
