"""Routes of minutes: ``POST /minutes.docx`` and ``/minutes.pptx``.

The body is ``{lang, title, scenes: [{title, query, notes: [{text, pin, owner, due}]}]}``: at
most 40 scenes, 400 notes and 512 kB.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from geo.core import clock
from geo.core.errors import BadRequest
from geo.core.lazy import lazy
from geo.model.address import MAX_CHARS
from geo.query.current import current
from geo.render.queue import drawing_queue
from geo.share.minutes import (
    DUE_CHARS,
    MAX_NOTES,
    MAX_SCENES,
    OWNER_CHARS,
    PIN_CHARS,
    TEXT_CHARS,
    TITLE_CHARS,
    MeetingNote,
    Minutes,
    Shown,
    minutes_of,
)
from geo.web.requests import base_of, file_named, json_of, list_of, text_of

BODY_KB = 512
_OFFICE = "application/vnd.openxmlformats-officedocument."
#: Ending -> what writes it, and its media type.
WRITERS: Mapping[str, tuple[Callable[[Minutes], bytes], str]] = MappingProxyType(
    {
        "docx": (
            lazy("geo.share.minutes_docx", "minutes_docx"),
            f"{_OFFICE}wordprocessingml.document",
        ),
        "pptx": (
            lazy("geo.share.minutes_pptx", "minutes_pptx"),
            f"{_OFFICE}presentationml.presentation",
        ),
    }
)


async def _minutes(request: Request) -> Response:
    ending = request.url.path.rpartition(".")[2]
    write, media_type = WRITERS[ending]
    body = await json_of(request, BODY_KB)
    lang, title, shown = body["lang"], text_of(body, "title", TITLE_CHARS), scenes_of(body)
    base, today = base_of(request), clock.today()
    query = await asyncio.to_thread(current)

    def make() -> bytes:
        workers = drawing_queue().workers
        return write(minutes_of(query, lang, title, shown, workers, base=base, today=today))

    parts = (ending, lang, title, shown, base, query.catalogue.version, today)
    key = hashlib.sha256(repr(parts).encode("utf-8", "replace")).hexdigest()[:32]
    content = await drawing_queue().draw(key, make).outcome()
    return Response(
        content,
        media_type=media_type,
        headers={
            "cache-control": "no-store",
            "x-content-type-options": "nosniff",
            "content-disposition": file_named(title, ending, attachment=True),
        },
    )


def scenes_of(body: dict[str, Any]) -> tuple[Shown, ...]:
    """The scenes of a body, bounded.

    Raises
    ------
    BadRequest : no scene, too many scenes or notes, or something that is not text.
    """
    found, notes_left = [], MAX_NOTES
    for raw in list_of(body, "scenes", MAX_SCENES, dict):
        notes = list_of(raw, "notes", MAX_NOTES, dict)
        notes_left -= len(notes)
        if notes_left < 0:
            raise BadRequest("error.too_many", limit=MAX_NOTES, where="notes")
        found.append(
            Shown(
                text_of(raw, "title", TITLE_CHARS),
                text_of(raw, "query", MAX_CHARS),
                tuple(
                    MeetingNote(
                        text_of(n, "text", TEXT_CHARS),
                        text_of(n, "pin", PIN_CHARS),
                        text_of(n, "owner", OWNER_CHARS),
                        text_of(n, "due", DUE_CHARS),
                    )
                    for n in notes
                ),
            )
        )
    if not found:
        raise BadRequest("error.body_unread", where="scenes")
    return tuple(found)


ROUTES: tuple[tuple[str, str, Callable[[Request], Awaitable[Response]]], ...] = tuple(
    (f"/minutes.{ending}", "POST", _minutes) for ending in WRITERS
)
