"""Interfaces of a store, and the cache of what is derived from its current revision."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, Protocol, TypeVar, runtime_checkable

from geo.core.errors import KharitaError
from geo.model.records import Catalogue
from geo.store.changes import ChangeSet, Edit, Held

T = TypeVar("T")


class Store(Protocol):
    """Interface of a read-only store.

    ``revision`` is cheap and changes whenever the content may have changed; ``load`` reads
    everything and never raises for bad content: it returns what is readable and the list
    of problems.
    """

    def revision(self) -> str:
        """Identifies the current content, cheaply."""
        ...

    def load(self) -> Catalogue:
        """Load the catalogue."""
        ...


@runtime_checkable
class Ledger(Store, Protocol):
    """Interface of a writable store with a full history."""

    def held(self, collection: str) -> Mapping[str, Held]:
        """Every record of a collection by id, removed ones left out."""
        ...

    def one(self, collection: str, id_: str) -> Held:
        """One record; revision 0 and no content when there never was one."""
        ...

    def commit(self, edits: Iterable[Edit], author: str, reason: str, kind: str) -> ChangeSet:
        """Commit edits durably and atomically.

        Raises
        ------
        Conflict : another change came first for some of them.
        ValidationFailed : some records are invalid (``geo.model.validation``).
        StoreFull : no room, on disk or under a limit.
        """
        ...

    def history(
        self, limit: int = 50, before: int | None = None, collection: str = "", id_: str = ""
    ) -> Sequence[ChangeSet]:
        """Change sets, newest first, with a number below ``before``.

        With ``collection`` and ``id_``: those that touch this record, with its changes only.
        """
        ...

    def change_set(self, number: int) -> ChangeSet | None:
        """One change set with all its changes."""
        ...


@runtime_checkable
class Closing(Protocol):
    """Interface of a store that must be closed."""

    def close(self) -> None:
        """Close the connections."""
        ...


class Holder(Generic[T]):
    """Cache of a value derived from a store's catalogue; rebuilt when the revision changes.

    Readers never wait for each other: they get the last complete value while one thread
    rebuilds. The very first reader builds it. While the store is down all get the last value.
    """

    def __init__(self, store: Store, build: Callable[[Catalogue], T]) -> None:
        self._store = store
        self._build = build
        self._lock = threading.Lock()
        self._value: tuple[str, T] | None = None
        self._since_s = 0.0

    def held(self) -> tuple[T, float] | None:
        """The cached value and its age in seconds; None before the first. Never waits."""
        held = self._value
        return (held[1], time.monotonic() - self._since_s) if held else None

    def get(self) -> T:
        """The value of the current revision, or of the previous one while it is rebuilt."""
        revision = self._store.revision()
        held = self._value
        if held and held[0] == revision:
            return held[1]
        if held and not self._lock.acquire(blocking=False):
            return held[1]
        if not held:
            self._lock.acquire()
        try:
            if self._value and self._value[0] == revision:
                return self._value[1]
            try:
                self._value = (revision, self._build(self._store.load()))
                self._since_s = time.monotonic()
            except KharitaError:
                if not self._value:
                    raise
                # The store is down: the last good value is better than none.
                return self._value[1]
            return self._value[1]
        finally:
            self._lock.release()
