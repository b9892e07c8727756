"""The JSON routes of the watch room: ``/api/watch`` and ``/api/watch/{report}``."""
from __future__ import annotations

from starlette.routing import Route

from geo.answers.reading import reading_answer
from geo.answers.watch import watch_answer
from geo.web.api import json_route


def routes() -> list[Route]:
    """Every route of this module."""
    return [
        json_route("/api/watch", lambda a: watch_answer(
            a.query, a.view, a.t, offset=a.number("offset", 0, 0, 1_000_000))),
        json_route("/api/watch/{id}", lambda a: reading_answer(
            a.query, a.path["id"], a.view, a.t)),
    ]
