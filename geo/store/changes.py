"""Types of the ledger: edits, changes and change sets, shared by every writable store.

A record is kept *raw*: the JSON object its file holds (a GeoJSON feature for buyers and sites).
Its revision counts the changes made to it: 0 is the record as shipped, or one that does not
exist. An edit names the revision its author saw; a store refuses it when another came first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from geo.core.errors import KharitaError

#: What can be edited. ``sites`` holds the Maisons too.
EDITABLE = ("buyers", "sites", "markets", "fairs", "reports")
#: Why a change set was made.
KINDS = ("import", "edit", "correction", "undo", "restore", "copy")

Raw = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Held:
    """A stored record with its revision. ``raw`` is None once it was removed."""

    raw: Raw | None
    revision: int


@dataclass(frozen=True, slots=True)
class Edit:
    """A requested change of one record.

    Attributes
    ----------
    after : the whole record; None removes it.
    revision : the revision the author saw; 0 for a record they create, even where one was removed.
    """

    collection: str
    id: str
    after: Raw | None
    revision: int


@dataclass(frozen=True, slots=True)
class Change:
    """A committed change of one record. ``revision`` is the one it has since."""

    collection: str
    id: str
    before: Raw | None
    after: Raw | None
    revision: int


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Changes committed atomically: all of them, or none.

    Attributes
    ----------
    number : 1, 2, 3 … in the order they were acknowledged.
    time : UTC, ISO 8601 with seconds.
    kind : one of ``KINDS``.
    changes : may be lazy: an import has 100,000 of them.
    known : how many records are ``new``, ``changed`` and ``removed``, if that was stored.
    """

    number: int
    author: str
    time: str
    reason: str
    kind: str
    changes: Sequence[Change]
    known: Mapping[str, int] | None = field(default=None, compare=False)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many records are ``new``, ``changed`` and ``removed``."""
        if self.known is not None:
            return self.known
        return counts_of((c.before is None, c.after is None) for c in self.changes)


def counts_of(gone: Iterable[tuple[bool, bool]]) -> dict[str, int]:
    """Count ``new``, ``changed`` and ``removed`` records.

    Parameters
    ----------
    gone : for each change, whether there was no record before, and whether there is none after.
    """
    found = Counter(
        "new" if before else "removed" if after else "changed" for before, after in gone
    )
    return {name: found[name] for name in ("new", "changed", "removed")}


class LazyChanges(Sequence[Change]):
    """A lazy sequence of changes: the length is known, the content is read at first access.

    Parameters
    ----------
    count : how many there are.
    read : reads them; may raise a KharitaError.
    """

    def __init__(self, count: int, read: Callable[[], Sequence[Change]]) -> None:
        self._count, self._read = count, read
        self._changes: tuple[Change, ...] | None = None

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, index: int) -> Change: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Change]: ...

    def __getitem__(self, index: int | slice) -> Change | Sequence[Change]:
        if self._changes is None:
            self._changes = tuple(self._read())
        return self._changes[index]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]  # not hashable


class Conflict(KharitaError):
    """Optimistic locking failed: the records were changed meanwhile; nothing was committed.

    Attributes
    ----------
    edits : the refused edits that clash.
    held : what the store holds now for each of them, in the same order.
    """

    status = 409

    def __init__(self, edits: Sequence[Edit], held: Sequence[Held]) -> None:
        super().__init__("error.conflict")
        self.edits, self.held = tuple(edits), tuple(held)


class ValidationFailed(KharitaError):
    """Some edits would store an invalid record; nothing was committed.

    Attributes
    ----------
    problems : ``geo.model.problems.Problem`` of each, with its record's id.
    """

    status = 422

    def __init__(self, problems: Sequence[Any]) -> None:
        super().__init__("error.unfit")
        self.problems = tuple(problems)
