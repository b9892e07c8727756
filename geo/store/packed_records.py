"""Records as stores keep them in memory: compact JSON, parsed anew for whoever looks.

Nobody can change what others are given, and a hundred thousand records stay small.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from geo.store.changes import Change, Held


class Row(NamedTuple):
    """A change whose records are compact JSON; None: no record."""

    collection: str
    id: str
    revision: int
    before: bytes | None
    after: bytes | None

    def change(self) -> Change:
        """The same with parsed records."""
        return Change(
            self.collection, self.id, _parsed(self.before), _parsed(self.after), self.revision
        )


class Entry(NamedTuple):
    """A record as it is now, and the numbers of the change sets that touched it, where known."""

    content: bytes | None
    revision: int
    sets: tuple[int, ...] = ()

    def held(self) -> Held:
        """The same with a parsed record."""
        return Held(_parsed(self.content), self.revision)


NEVER = Entry(None, 0)


class HeldRecords(Mapping[str, Held]):
    """The records of a collection, parsed one by one when looked at."""

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
