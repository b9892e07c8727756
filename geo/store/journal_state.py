"""Current state of the changed records, replayed from the journal."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any

from geo.model.problems import Problem
from geo.store.journal import Damaged, Journal, State
from geo.store.packed_records import Entry, PackedChange

#: A state is written when so many change sets, or changes, were read since the last one.
SETS_PER_STATE, CHANGES_PER_STATE = 200, 20_000
log = logging.getLogger(__name__)


class JournalState:
    """The changed records of one journal, updated by replaying new change sets only.

    Not thread-safe: all but ``newest`` and ``keep`` are for one thread at a time.

    Attributes
    ----------
    entries : collection -> id -> entry; replaced, never changed.
    head : the number of the last change set that is in ``entries``.
    mark : names the change sets read so far.
    """

    def __init__(self, journal: Journal) -> None:
        self.journal = journal
        self.entries: Mapping[str, Mapping[str, Entry]] = {}
        self.head = 0
        self.mark = ""
        self._seen: dict[int, tuple[int, int]] = {}
        self._faults: dict[int, tuple[str, str]] = {}
        self._started = False
        self._since = [0, 0]
        self._newest = 0
        self._starting = threading.Lock()

    def newest(self) -> int:
        """The number of the last change set: one ``stat`` call unless there are new ones."""
        self._start()
        newest = max(self._newest, self.head)
        while self.journal.path(newest + 1).exists():
            newest += 1
        self._newest = newest
        return newest

    def refresh(self) -> None:
        """Replay the change sets that were added since."""
        newest = self.newest()
        if newest > self.head:
            self._replay(range(self.head + 1, newest + 1))

    def add(self, rows: Sequence[PackedChange], about: Mapping[str, Any]) -> dict[str, Any]:
        """Append a change set to the journal and apply it; return its header.

        Call it under the journal's lock, refreshed.

        Raises
        ------
        OSError : nothing was written.
        """
        header = {"number": self.head + 1, **about}
        self.journal.write(header, rows)
        self._take(header["number"], header["time"], rows)
        return header

    def problems(self) -> tuple[Problem, ...]:
        """The change sets that cannot be read."""
        return tuple(
            Problem(f"changes/{self.journal.path(number).name}", "", "", code, value)
            for number, (code, value) in sorted(self._faults.items())
        )

    def numbers(self, collection: str = "", id_: str = "") -> Sequence[int]:
        """The numbers of all change sets, or of those that touched a record; newest first."""
        if not id_:
            return range(self.head, 0, -1)
        entry = self.entries.get(collection, {}).get(id_)
        return entry.sets[::-1] if entry else ()

    def header(self, number: int) -> dict[str, Any] | None:
        """The header of a change set; None when there is none that can be read."""
        if number in self._faults or not 1 <= number <= self.head:
            return None
        try:
            return self.journal.header(number)
        except Damaged as error:
            self._fault(number, error)
            return None

    def due(self) -> State | None:
        """The checkpoint to write, when replaying has become long; None before."""
        if self._since[0] < SETS_PER_STATE and self._since[1] < CHANGES_PER_STATE:
            return None
        self._since = [0, 0]
        return State(self.head, self.mark, self.entries, dict(self._seen))

    def keep(self, state: State) -> None:
        """Write a checkpoint; without it the next start is slower, no more."""
        try:
            self.journal.save_state(state)
        except OSError as error:
            log.warning(
                "the state of %s could not be kept: %s", self.journal.folder, error.strerror
            )

    def _start(self) -> None:
        with self._starting:
            if self._started:
                return
            listed = self.journal.listed()
            state = self.journal.state()
            if self.journal.folder.is_dir():
                self._sweep()
            self.entries, self.head, self._seen = state.entries, state.head, dict(state.seen)
            self.mark = state.mark
            for number in range(1, state.head + 1):
                if number not in listed:
                    self._fault(number, None)
                elif listed[number] != state.seen.get(number):
                    self._verify(number)
            if listed:
                self._replay(range(state.head + 1, max(listed) + 1))
            self._started = True

    def _sweep(self) -> None:
        try:
            with self.journal.locked():
                self.journal.sweep()
        except OSError as error:
            log.warning("%s could not be swept: %s", self.journal.folder, error.strerror)

    def _verify(self, number: int) -> None:
        try:
            self.journal.check(number)
            self._note(number)
        except Damaged as error:
            self._fault(number, error)

    def _replay(self, numbers: Iterable[int]) -> None:
        entries = {name: dict(held) for name, held in self.entries.items()}
        for number in numbers:
            try:
                header, rows = self.journal.read(number)
            except Damaged as error:
                self._fault(number, error if self.journal.path(number).exists() else None)
                self.head = number
                continue
            _apply(entries, number, rows)
            self._note(number, header["time"], len(rows))
        self.entries = entries

    def _take(self, number: int, time: str, rows: Sequence[PackedChange]) -> None:
        touched = {row.collection for row in rows}
        # Only what is touched is copied; the rest is shared with the readers and never written.
        entries = {
            **self.entries,
            **{name: dict(held) for name, held in self.entries.items() if name in touched},
        }
        _apply(entries, number, rows)
        self.entries = entries
        self._note(number, time, len(rows))

    def _note(self, number: int, time: str = "", changes: int = 0) -> None:
        stat = self.journal.path(number).stat()
        self._seen[number] = (stat.st_size, stat.st_mtime_ns)
        if number > self.head:
            self.head, self.mark = number, f"{number}:{time}"
            self._since = [self._since[0] + 1, self._since[1] + changes]

    def _fault(self, number: int, error: Damaged | None) -> None:
        if number not in self._faults:
            code = "change_set_damaged" if error else "change_set_missing"
            self._faults[number] = (code, str(error or ""))
            log.error("%s: %s %s", self.journal.path(number), code, error or "")


def _apply(entries: MutableMapping[str, Any], number: int, rows: Iterable[PackedChange]) -> None:
    for row in rows:
        held = entries.setdefault(row.collection, {})
        last = held.get(row.id)
        held[row.id] = Entry(row.after, row.revision, (*(last.sets if last else ()), number))
