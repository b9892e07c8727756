"""A store of its own that holds hostile text in every text field of every collection."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path

from geo.core.paths import DATA_DIR
from geo.store.changes import Edit
from geo.store.file_store import FileStore
from tests.security.payloads import MAKERS, market

#: Markets whose own names become hostile; the others keep theirs, so that the map has them.
MARKETS = ("DE", "FR", "ES", "IT", "GB", "BE", "CH", "NL", "PT", "JP", "CN", "CA")


def poisoned(var: Path, texts: Sequence[str]) -> FileStore:
    """Commit one record of each collection for each text, as an editor could."""
    store = FileStore(DATA_DIR, var)
    edits = [
        Edit(collection, f"attack-{n}", make(n, text), 0)
        for collection, make in MAKERS.items()
        for n, text in enumerate(texts)
    ]
    for n, code in enumerate(MARKETS):
        held = store.one("markets", code)
        if held.raw is not None:
            edits.append(
                Edit(
                    "markets",
                    code,
                    market(deepcopy(dict(held.raw)), texts[7 * n % len(texts)]),
                    held.revision,
                )
            )
    store.commit(edits, f"Amina {texts[0]}", texts[3], "edit")
    return store
