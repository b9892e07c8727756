"""What a store promises, and the holder that keeps the current catalogue in memory."""
from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from geo.model import Catalogue

T = TypeVar("T")


class Store(Protocol):
    """A place that holds the records.

    ``revision`` is cheap and changes whenever the content may have changed; ``load`` reads
    everything and never raises for bad content: it returns what is readable and the list
    of problems.
    """

    def revision(self) -> str: ...

    def load(self) -> Catalogue: ...


class Holder(Generic[T]):
    """Keeps what was derived from the last revision of a store; rebuilds when it changes.

    Readers never wait for each other: they get the last complete value while one thread
    rebuilds. The very first reader builds it.
    """

    def __init__(self, store: Store, build: Callable[[Catalogue], T]) -> None:
        self._store = store
        self._build = build
        self._lock = threading.Lock()
        self._value: tuple[str, T] | None = None

    def get(self) -> T:
        """The value of the current revision, or of the one before while it is rebuilt."""
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
            self._value = (revision, self._build(self._store.load()))
            return self._value[1]
        finally:
            self._lock.release()
