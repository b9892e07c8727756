"""The default store: plain files that people can read, diff and mend, and a journal of changes.

The shipped folder is never written. Each file of it is read on its own: a missing or broken one
leaves the others served, and says which record and what is wrong in ``Catalogue.problems``. What
was changed since is in the change sets of ``geo.store.journal``, which are laid over it; several
processes may write to the same journal, and each sees what the others wrote.
"""
from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from geo.errors import Gone, StoreDown
from geo.model import Catalogue
from geo.store import rules
from geo.store.changes import Change, ChangeSet, Edit, Held, LaterChanges
from geo.store.journal import Damaged, Entry, Journal, Row
from geo.store.overlay import Overlay
from geo.store.parse import RECORDS
from geo.store.reading import MAX_FILE_BYTES, REFERENCES, SHIPPED, Base, TooBigDocument, read_base
from geo.store.serving import Server, all_sound, known_codes
from geo.watch.intake.store import ImportedReports

FILES = (*SHIPPED, *REFERENCES)
MOST_LISTED = 500


class FileStore:
    """A data folder and what was changed since.

    Parameters
    ----------
    folder : path of the folder that ``make data`` writes.
    var : folder of what is written while running; None: nothing can be changed.
    imported : published imports to read as further reports.
    """

    def __init__(self, folder: Path, var: Path | None = None,
                 imported: ImportedReports | None = None) -> None:
        self.folder = Path(folder)
        self.imported = imported
        self._lock = threading.RLock()
        self._overlay = Overlay(Journal(Path(var) / "changes")) if var else None
        self._base: tuple[str, Base] | None = None
        self._server = Server()

    # --- reading ----------------------------------------------------------------------

    def revision(self) -> str:
        """Changes with any file and any change set: a few ``stat`` calls."""
        marks = [self._marks()]
        if self.imported:
            marks.append(self.imported.revision())
        if self._overlay:
            marks.append(str(self._overlay.newest()))
        return "|".join(marks)

    def load(self) -> Catalogue:
        """Everything readable, with the problems found on the way."""
        imports = tuple(self.imported.raw()) if self.imported else ()
        with self._lock:
            base, rows = self._now(), {name: self._rows(name) for name in RECORDS}
            problems = self._overlay.problems() if self._overlay else ()
            version = self._version(base, imports)
            due = self._overlay.due() if self._overlay else None
        found = self._server.catalogue(base, rows, version, problems, imports)
        if self._overlay and due:
            self._overlay.keep(due)
        return found

    def held(self, collection: str) -> Mapping[str, Held]:
        """Every record of a collection by id, removed ones left out."""
        with self._lock:
            self._now()
            touched = self._touched(collection)
            rows = self._rows(collection)
        return _HeldRecords({id_: (content, touched[id_].revision if id_ in touched else 0)
                             for id_, content in rows.items() if not id_.startswith("#")})

    def one(self, collection: str, id_: str) -> Held:
        """One record; revision 0 and no content when there never was one."""
        with self._lock:
            return _held(self._entry(self._now(), collection, id_))

    # --- changing ---------------------------------------------------------------------

    def commit(self, edits: Iterable[Edit], author: str, reason: str, kind: str) -> ChangeSet:
        """Keep all the edits, durably, or none (see ``geo.store.base.Ledger``).

        Raises
        ------
        Conflict, Unfit, StoreFull : nothing was kept.
        StoreDown : the folder cannot be written.
        """
        if not self._overlay:
            raise StoreDown("error.store_read_only")
        wanted = rules.wanted_of(edits)
        author, reason = rules.words_of(author, reason, kind)
        self._overlay.newest()  # the first sweep takes the journal's lock itself
        try:
            with self._lock, self._overlay.journal.locked():
                rows = self._checked(wanted)
                counts = {name: n for name in RECORDS
                          if (n := sum(r.collection == name for r in rows))}
                header = self._overlay.add(rows, {
                    "author": author, "time": datetime.now(UTC).isoformat(timespec="seconds"),
                    "reason": reason, "kind": kind, "counts": counts})
        except OSError as error:
            raise rules.refusal(error) from error
        return _told(header, lambda: [row.change() for row in rows])

    def _checked(self, wanted: Sequence[rules.Wanted]) -> list[Row]:
        base = self._now()
        entries = [self._entry(base, w.edit.collection, w.edit.id) for w in wanted]
        rules.refuse_late(wanted, [_held(entry) for entry in entries])
        markets = self._after("markets", wanted)
        rules.refuse_unfit(wanted, known_codes(base, all_sound("markets", markets)))
        if removed := rules.removed_markets(wanted):
            rules.refuse_orphans(removed, ((id_, orjson.loads(content)) for id_, content
                                           in self._after("buyers", wanted).items()))
        return [Row(w.edit.collection, w.edit.id, entry.revision + 1, entry.content, w.after)
                for w, entry in zip(wanted, entries, strict=True)]

    def _after(self, collection: str, wanted: Iterable[rules.Wanted]) -> dict[str, bytes]:
        # What a collection would be with the edits.
        changed = {w.edit.id: w.after for w in wanted if w.edit.collection == collection}
        return {id_: content for id_, content in {**self._rows(collection), **changed}.items()
                if content is not None}

    # --- history ----------------------------------------------------------------------

    def history(self, limit: int = 50, before: int | None = None, collection: str = "",
                id_: str = "") -> Sequence[ChangeSet]:
        """Change sets, newest first (see ``geo.store.base.Ledger``)."""
        if not self._overlay:
            return ()
        with self._lock:
            self._now()
            found: list[ChangeSet] = []
            for number in self._overlay.numbers(collection, id_):
                if len(found) >= min(limit, MOST_LISTED):
                    break
                if before is None or number < before:
                    header = self._overlay.header(number)
                    if header and (not collection or collection in header["counts"]):
                        found.append(_told(header, partial(self._changes, number, collection, id_),
                                           1 if id_ else None))
        return found

    def change_set(self, number: int) -> ChangeSet | None:
        """One change set with all its changes; None when there is none or it is damaged."""
        if not self._overlay:
            return None
        with self._lock:
            self._now()
            header = self._overlay.header(number)
        return _told(header, partial(self._changes, number, "", "")) if header else None

    def _changes(self, number: int, collection: str, id_: str) -> list[Change]:
        journal = self._overlay.journal
        try:
            rows = journal.one(number, collection, id_) if id_ else journal.read(number)[1]
        except Damaged as error:
            raise Gone("error.change_set_damaged", number=number) from error
        return [row.change() for row in rows]

    # --- what is in memory ------------------------------------------------------------

    def _now(self) -> Base:
        marks = self._marks()
        if self._base is None or self._base[0] != marks:
            self._base = (marks, read_base(self._content))
        if self._overlay:
            self._overlay.refresh()
        return self._base[1]

    def _touched(self, collection: str) -> Mapping[str, Entry]:
        return self._overlay.entries.get(collection, {}) if self._overlay else {}

    def _entry(self, base: Base, collection: str, id_: str) -> Entry:
        return self._touched(collection).get(id_) or Entry(
            base.rows.get(collection, {}).get(id_), 0, ())

    def _rows(self, collection: str) -> dict[str, bytes]:
        touched = self._touched(collection)
        rows = {**self._base[1].rows.get(collection, {}), **{id_: e.content for id_, e in touched.items()}}
        return {id_: content for id_, content in rows.items() if content is not None}

    def _marks(self) -> str:
        marks = []
        for name in FILES:
            try:
                stat = (self.folder / name).stat()
                marks.append(f"{stat.st_mtime_ns}:{stat.st_size}")
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
        if self._overlay:
            digest.update(self._overlay.mark.encode())
        return digest.hexdigest()[:12]


class _HeldRecords(Mapping[str, Held]):
    """Records parsed when looked at: nobody can change what others are given."""

    def __init__(self, rows: Mapping[str, tuple[bytes, int]]) -> None:
        self._rows = rows

    def __getitem__(self, id_: str) -> Held:
        content, revision = self._rows[id_]
        return Held(orjson.loads(content), revision)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _held(entry: Entry) -> Held:
    return Held(None if entry.content is None else orjson.loads(entry.content), entry.revision)


def _told(header: Mapping[str, Any], read: Callable[[], Sequence[Change]],
          count: int | None = None) -> ChangeSet:
    return ChangeSet(header["number"], header["author"], header["time"], header["reason"],
                     header["kind"], LaterChanges(count or sum(header["counts"].values()), read))
