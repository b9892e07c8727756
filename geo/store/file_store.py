"""The default store: plain files that people can read, diff and mend, and a journal of changes.

The shipped folder is never written. Each file of it is read on its own: a missing or broken one
leaves the others served and is listed in ``Catalogue.problems``. Changes since are the change
sets of ``geo.store.journal``, replayed over it; several processes may write to the same journal,
and each sees what the others wrote.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from geo.core import clock
from geo.core.durable_files import write_error
from geo.core.errors import Expired, StoreUnavailable
from geo.model.parsing import RECORDS
from geo.model.records import Catalogue
from geo.store import commit_rules
from geo.store.catalogue_builder import CatalogueBuilder
from geo.store.changes import Change, ChangeSet, Edit, Held, LazyChanges
from geo.store.journal import Damaged, Journal
from geo.store.journal_state import JournalState
from geo.store.packed_records import Entry, HeldRecords
from geo.store.published_reports import ImportedReports
from geo.store.shipped_files import (
    MAX_FILE_BYTES,
    REFERENCES,
    SHIPPED,
    Base,
    TooBigDocument,
    mended,
    read_base,
)

FILES = (*SHIPPED, *REFERENCES)
MOST_LISTED = 500


class FileStore:
    """A ledger on a data folder and a journal.

    Parameters
    ----------
    folder : path of the folder that ``make data`` writes.
    var : folder of what is written while running; None: nothing can be changed.
    imported : published imports to read as further reports.
    """

    def __init__(
        self, folder: Path, var: Path | None = None, imported: ImportedReports | None = None
    ) -> None:
        self.folder = Path(folder)
        self.imported = imported
        self._lock = threading.RLock()
        self._state = JournalState(Journal(Path(var) / "changes")) if var else None
        self._base: tuple[str, Base] | None = None
        self._builder = CatalogueBuilder()

    # --- reading ----------------------------------------------------------------------

    def revision(self) -> str:
        """Changes with any file and any change set: a few ``stat`` calls."""
        marks = [self._marks()]
        if self.imported:
            marks.append(self.imported.revision())
        if self._state:
            marks.append(str(self._state.newest()))
        return "|".join(marks)

    def load(self) -> Catalogue:
        """Load the catalogue: all readable records, and the problems of the others."""
        imports = tuple(self.imported.raw()) if self.imported else ()
        with self._lock:
            base, rows = self._now(), {name: self._rows(name) for name in RECORDS}
            problems = self._state.problems() if self._state else ()
            version = self._version(base, imports)
            due = self._state.due() if self._state else None
        found = self._builder.catalogue(base, rows, version, problems, imports)
        if self._state and due:
            self._state.keep(due)
        return found

    def held(self, collection: str) -> Mapping[str, Held]:
        """Every record of a collection by id, removed ones left out."""
        with self._lock:
            shipped = self._now().rows.get(collection, {})
            entries = {
                **{id_: Entry(content, 0) for id_, content in shipped.items()},
                **self._touched(collection),
            }
        return HeldRecords(
            {
                id_: entry
                for id_, entry in entries.items()
                if entry.content is not None and not id_.startswith("#")
            }
        )

    def one(self, collection: str, id_: str) -> Held:
        """One record; revision 0 and no content when there never was one."""
        with self._lock:
            return self._entry(self._now(), collection, id_).held()

    def shipped(self) -> tuple[Base, Journal | None]:
        """The base records and the journal of changes, for copies and backups."""
        with self._lock:
            return self._now(), self._state.journal if self._state else None

    def forget(self) -> None:
        """Drop all caches, for the files were replaced."""
        with self._lock:
            self._base = None
            if self._state:
                self._state = JournalState(self._state.journal)

    # --- changing ---------------------------------------------------------------------

    def commit(self, edits: Iterable[Edit], author: str, reason: str, kind: str) -> ChangeSet:
        """Commit edits durably and atomically (see ``geo.store.ledger.Ledger``).

        Raises
        ------
        Conflict, ValidationFailed, StoreFull : nothing was kept.
        StoreUnavailable : the folder cannot be written.
        """
        if not self._state:
            raise StoreUnavailable("error.store_read_only")
        wanted = commit_rules.pending_edits(edits)
        author, reason = commit_rules.author_and_reason(author, reason, kind)
        self._state.newest()  # the first sweep takes the journal's lock itself
        try:
            with self._lock, self._state.journal.locked():
                base = self._now()
                rows = commit_rules.validate(wanted, base, partial(self._entry, base), self._rows)
                time = clock.now().isoformat(timespec="seconds")
                header = self._state.add(
                    rows, commit_rules.header_of(rows, author, time, reason, kind)
                )
        except OSError as error:
            raise write_error(error) from error
        return _change_set(header, lambda: [row.change() for row in rows])

    # --- history ----------------------------------------------------------------------

    def history(
        self, limit: int = 50, before: int | None = None, collection: str = "", id_: str = ""
    ) -> Sequence[ChangeSet]:
        """Change sets, newest first (see ``geo.store.ledger.Ledger``)."""
        if not self._state:
            return ()
        with self._lock:
            self._now()
            found: list[ChangeSet] = []
            for number in self._state.numbers(collection, id_):
                if len(found) >= min(limit, MOST_LISTED):
                    break
                if before is None or number < before:
                    header = self._state.header(number)
                    if header and (not collection or collection in header["counts"]):
                        found.append(
                            _change_set(
                                header,
                                partial(self._changes, number, collection, id_),
                                1 if id_ else None,
                            )
                        )
        return found

    def change_set(self, number: int) -> ChangeSet | None:
        """One change set with all its changes; None when there is none or it is damaged."""
        if not self._state:
            return None
        with self._lock:
            self._now()
            header = self._state.header(number)
        return _change_set(header, partial(self._changes, number, "", "")) if header else None

    def _changes(self, number: int, collection: str, id_: str) -> list[Change]:
        if not self._state:
            return []
        journal = self._state.journal
        try:
            rows = journal.one(number, collection, id_) if id_ else journal.read(number)[1]
        except Damaged as error:
            raise Expired("error.change_set_damaged", number=number) from error
        return [row.change() for row in rows]

    # --- what is in memory ------------------------------------------------------------

    def _now(self) -> Base:
        marks = self._marks()
        if self._base is None or self._base[0] != marks:
            found = read_base(self._content)
            self._base = (marks, mended(found, self._base[1]) if self._base else found)
        if self._state:
            self._state.refresh()
        return self._base[1]

    def _touched(self, collection: str) -> Mapping[str, Entry]:
        return self._state.entries.get(collection, {}) if self._state else {}

    def _entry(self, base: Base, collection: str, id_: str) -> Entry:
        return self._touched(collection).get(id_) or Entry(
            base.rows.get(collection, {}).get(id_), 0
        )

    def _rows(self, collection: str) -> dict[str, bytes]:
        touched = self._touched(collection)
        rows = {
            **self._now().rows.get(collection, {}),
            **{id_: e.content for id_, e in touched.items()},
        }
        return {id_: content for id_, content in rows.items() if content is not None}

    def _marks(self) -> str:
        marks = []
        for name in FILES:
            try:
                stat = (self.folder / name).stat()
                # A copy that keeps size and time is another file all the same.
                marks.append(f"{stat.st_mtime_ns}:{stat.st_size}:{stat.st_ino}:{stat.st_ctime_ns}")
            except OSError:
                marks.append("-")
        return "|".join(marks)

    def _content(self, name: str) -> bytes:
        path = self.folder / name
        if path.stat().st_size > MAX_FILE_BYTES:
            raise TooBigDocument(name)
        return path.read_bytes()

    def _version(self, base: Base, imports: Iterable[tuple[str, bytes]]) -> str:
        digest = hashlib.sha256(base.digest.encode())
        for name, content in imports:
            digest.update(name.encode() + b"\0" + content)
        if self._state:
            digest.update(self._state.mark.encode())
        return digest.hexdigest()[:12]


def _change_set(
    header: Mapping[str, Any], read: Callable[[], Sequence[Change]], count: int | None = None
) -> ChangeSet:
    return ChangeSet(
        header["number"],
        header["author"],
        header["time"],
        header["reason"],
        header["kind"],
        LazyChanges(count or sum(header["counts"].values()), read),
        None if count else header.get("did"),
    )
