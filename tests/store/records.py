"""Records for the tests of stores."""

from __future__ import annotations

import time
from collections.abc import Callable
from copy import deepcopy
from typing import Any

from geo.store.changes import Edit

#: How soon an edit in one process shows in the others.
PROMISED_SECONDS = 2.0
BUYER: dict[str, Any] = {
    "type": "Feature",
    "id": "essai",
    "geometry": {"type": "Point", "coordinates": [9.99, 53.55]},
    "properties": {
        "name": "Maison d’essai",
        "kind": "concept_store",
        "country": "DE",
        "city": "Hambourg",
        "crafts": ["tapis_tissage"],
        "relation_fr": "",
        "year": 2024,
        "website": "",
        "provenance": "imported",
        "precision": "city",
        "verified": "2026-01-05",
        "sources": [{"url": "", "label": "salon de Hambourg", "date": "2026-01-05"}],
    },
}


def buyer(id_: str = "essai", **fields: Any) -> dict[str, Any]:
    """A sound buyer with some fields of one's own."""
    raw = deepcopy(BUYER)
    raw["id"] = id_
    raw["properties"].update(fields)
    return raw


def put(id_: str = "essai", revision: int = 0, **fields: Any) -> Edit:
    """An edit that makes a buyer so."""
    return Edit("buyers", id_, buyer(id_, **fields), revision)


def take(id_: str = "essai", revision: int = 1) -> Edit:
    """An edit that removes a buyer."""
    return Edit("buyers", id_, None, revision)


def until(seen: Callable[[], object], seconds: float = PROMISED_SECONDS) -> None:
    """Wait until something is seen, which must come in time."""
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "not seen in time"
        time.sleep(0.01)
