"""Records in memory as compact JSON, parsed at each access.

Readers cannot change each other's records, and a hundred thousand records stay small.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from geo.store.changes import Change, Held


class PackedChange(NamedTuple):
    """A change with its records serialized as compact JSON; None: no record."""

    collection: str
    id: str
    revision: int
    before: bytes | None
    after: bytes | None

    def change(self) -> Change:
        """Parse the records."""
        return Change(
            self.collection, self.id, _parsed(self.before), _parsed(self.after), self.revision
        )


class Entry(NamedTuple):
    """A record as it is now, and the numbers of the change sets that touched it, where known."""

    content: bytes | None
    revision: int
    sets: tuple[int, ...] = ()

    def held(self) -> Held:
        """Parse the record."""
        return Held(_parsed(self.content), self.revision)


NEVER = Entry(None, 0)


class HeldRecords(Mapping[str, Held]):
    """Lazy mapping of the records of a collection, each parsed at access."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = entries

    def __getitem__(self, id_: str) -> Held:
        return self._entries[id_].held()

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _parsed(content: bytes | None) -> dict[str, Any] | None:
    return None if content is None else orjson.loads(content)
