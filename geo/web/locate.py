"""The JSON routes of the Locate page: places, what is around one, coverage, siting."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from geo.answers.around import near_answer, places_answer
from geo.answers.coverage import coverage_answer
from geo.answers.siting import JOBS, key_of, siting_answer
from geo.locate import locator

if TYPE_CHECKING:
    from geo.web.api import Asked

Maker = Callable[["Asked"], Mapping[str, Any]]


def makers() -> dict[str, Maker]:
    """Path -> what answers it."""
    return {
        "/api/places": lambda a: places_answer(locator(a.query), a.params.get("text", ""), a.t),
        "/api/near": lambda a: near_answer(locator(a.query), a.view, a.t),
        "/api/coverage": lambda a: coverage_answer(locator(a.query), a.view, a.t),
        "/api/siting": _siting,
        "/api/regions": lambda a: {"regions": [{"code": r.code, "name": a.t.pick(r.name)} for r in a.query.catalogue.regions]},
    }


def _siting(asked: Asked) -> Mapping[str, Any]:
    here = locator(asked.query)
    if asked.params.get("stop") == "1":
        JOBS.cancel(key_of(here, asked.view))
    return siting_answer(here, asked.view, asked.t)
