"""The JSON routes of the Locate page: places, what is around one, coverage."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from geo.answers.around import near_answer, places_answer
from geo.answers.coverage import coverage_answer
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
    }
