"""An importer over the shipped data and a ledger that lives in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from geo.core.paths import DATA_DIR
from geo.curate.imports.importer import Importer
from geo.curate.imports.reference_data import Reference, reference_of
from geo.model.records import Catalogue
from geo.store.changes import Change, ChangeSet, Edit, Held


class MemoryLedger:
    """Keeps edits, all or none; no more than imports ask of a ledger."""

    def __init__(self, records: Mapping[str, Mapping[str, Any]]) -> None:
        self._held = {
            name: {id_: Held(raw, 0) for id_, raw in found.items()}
            for name, found in records.items()
        }
        self._number = 0

    def held(self, collection: str) -> Mapping[str, Held]:
        return {id_: h for id_, h in self._held[collection].items() if h.raw is not None}

    def commit(self, edits: list[Edit], author: str, reason: str, kind: str) -> ChangeSet:
        changes = []
        for edit in edits:
            before = self._held[edit.collection].get(edit.id, Held(None, 0))
            assert before.revision == edit.revision
            changes.append(
                Change(edit.collection, edit.id, before.raw, edit.after, before.revision + 1)
            )
        for change in changes:
            self._held[change.collection][change.id] = Held(change.after, change.revision)
        self._number += 1
        return ChangeSet(self._number, author, "2026-01-01T00:00:00", reason, kind, tuple(changes))


def shipped() -> dict[str, dict[str, Any]]:
    """The shipped records by collection and id."""

    def read(name: str, key: str, id_: str) -> dict[str, Any]:
        return {r[id_]: r for r in json.loads((DATA_DIR / name).read_text("utf-8"))[key]}

    return {
        "buyers": read("buyers.geojson", "features", "id"),
        "sites": read("sites.geojson", "features", "id"),
        "markets": read("markets.json", "markets", "iso2"),
        "fairs": read("fairs.json", "fairs", "id"),
    }


@pytest.fixture(scope="session")
def reference(catalogue: Catalogue) -> Reference:
    return reference_of(catalogue)


@pytest.fixture
def ledger() -> MemoryLedger:
    return MemoryLedger(shipped())


@pytest.fixture
def empty() -> MemoryLedger:
    return MemoryLedger({"buyers": {}, "sites": {}, "markets": {}, "fairs": {}})


@pytest.fixture
def importer(ledger: MemoryLedger, catalogue: Catalogue) -> Importer:
    return Importer(ledger, catalogue)  # type: ignore[arg-type]


@pytest.fixture
def bare(empty: MemoryLedger, catalogue: Catalogue) -> Importer:
    """An importer over a store without records."""
    return Importer(empty, catalogue)  # type: ignore[arg-type]
