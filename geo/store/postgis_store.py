"""The shared store: one PostgreSQL database with PostGIS under any number of app processes.

The database counts revisions, keeps history and refuses impossible points by itself (its schema is
``geo/store/migrations``), also for people who edit with psql or QGIS. Here are the rules that need
Kharita's vocabularies, and the cache: after a change only changed records are read again.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC
from functools import partial
from typing import Any

from sqlalchemy import URL, Connection, text
from sqlalchemy.exc import DataError, IntegrityError

from geo.core.errors import StoreUnavailable
from geo.model.parsing import RECORDS
from geo.model.problems import Problem
from geo.model.records import Catalogue
from geo.store import commit_rules
from geo.store.catalogue_builder import CatalogueBuilder
from geo.store.changes import Change, ChangeSet, Edit, Held, LazyChanges, ValidationFailed
from geo.store.database import SCHEMA, engine_of, transaction
from geo.store.listener import MARKS, Listener, Marks
from geo.store.packed_records import NEVER, Entry, HeldRecords, PackedChange
from geo.store.published_reports import ImportedReports
from geo.store.shipped_files import Base, read_base

MOST_LISTED = 500
NOTHING = Marks(-1, -1, "")
#: Records per statement, and the seconds that a statement of many may take.
CHUNK, LONG_SECONDS = 5_000, 300
_ABOUT = text(
    "SELECT set_config('kharita.author', :author, true),"
    " set_config('kharita.reason', :reason, true),"
    " set_config('kharita.kind', :kind, true)"
)
_WRITE = text("""
INSERT INTO record (collection, id, body)
SELECT * FROM unnest(cast(:collections AS text[]), cast(:ids AS text[]), cast(:bodies AS jsonb[]))
ON CONFLICT (collection, id) DO UPDATE SET body = excluded.body""")
_SETS = """
SELECT s.number, s.author, s.time, s.reason, s.kind,
    d.new, d.changed, d.removed
FROM change_set s, LATERAL (
    SELECT count(*) FILTER (WHERE before IS NULL) AS new,
        count(*) FILTER (WHERE before IS NOT NULL AND after IS NOT NULL) AS changed,
        count(*) FILTER (WHERE before IS NOT NULL AND after IS NULL) AS removed
    FROM change c WHERE c.number = s.number {these}) d
WHERE {which}
ORDER BY s.number DESC LIMIT :limit"""
#: Every change of a change set; ``{these}`` narrows it.
_SOME_CHANGES = """
SELECT collection, id, revision, cast(before AS text), cast(after AS text) FROM change c
WHERE c.number = :number {these} ORDER BY place"""
CHANGES = _SOME_CHANGES.format(these="")
_THIS = " AND c.collection = :collection AND c.id = :id"


class PostgisStore:
    """A ledger in a database that ``geo.store.migrate`` has prepared.

    Parameters
    ----------
    url : from ``geo.store.database.url_of``.
    imported : published imports to read as further reports.
    """

    def __init__(self, url: URL, imported: ImportedReports | None = None) -> None:
        self.engine = engine_of(url)
        self.imported = imported
        self._listener = Listener(url)
        self._lock = threading.RLock()
        self._rows: dict[str, dict[str, Entry]] = {}
        self._seen = NOTHING
        self._base: Base | None = None
        self._builder = CatalogueBuilder()

    def close(self) -> None:
        """Close the connections."""
        self._listener.close()
        self.engine.dispose()

    # --- reading ----------------------------------------------------------------------

    def revision(self) -> str:
        """Changes with any change set and any document; cached by the listener.

        Raises
        ------
        StoreUnavailable : the database has never answered.
        """
        self._listener.start()
        if self._listener.marks is None:
            with transaction(self.engine) as connection:
                self._listener.seen(_marks(connection))
        marks = [str(self._listener.marks)]
        if self.imported:
            marks.append(self.imported.revision())
        return "|".join(marks)

    def load(self) -> Catalogue:
        """Load the catalogue: all readable records, and the problems of the others.

        Raises
        ------
        StoreUnavailable : the database does not answer.
        """
        imports = tuple(self.imported.raw()) if self.imported else ()
        with self._lock:
            base, rows = self._now(), {name: self._contents(name) for name in RECORDS}
            digest = hashlib.sha256(base.digest.encode())
            digest.update(f"{self._seen.change_set} {self._seen.time}".encode())
        for name, content in imports:
            digest.update(name.encode() + b"\0" + content)
        return self._builder.catalogue(base, rows, digest.hexdigest()[:12], (), imports)

    def held(self, collection: str) -> Mapping[str, Held]:
        """Every record of a collection by id, removed ones left out."""
        with self._lock:
            self._now()
            return HeldRecords(
                {
                    id_: entry
                    for id_, entry in self._rows.get(collection, {}).items()
                    if entry.content is not None
                }
            )

    def one(self, collection: str, id_: str) -> Held:
        """One record; revision 0 and no content when there never was one."""
        with transaction(self.engine) as connection:
            row = connection.execute(
                text(
                    "SELECT cast(body AS text), revision FROM record"
                    " WHERE collection = :c AND id = :id"
                ),
                {"c": collection, "id": id_},
            ).first()
        return Entry(bytes_of(row[0]), row[1]).held() if row else NEVER.held()

    # --- changing ---------------------------------------------------------------------

    def commit(self, edits: Iterable[Edit], author: str, reason: str, kind: str) -> ChangeSet:
        """Commit edits durably and atomically (see ``geo.store.ledger.Ledger``).

        Raises
        ------
        Conflict, ValidationFailed, StoreFull : nothing was kept.
        StoreUnavailable, Busy : the database does not answer, or others hold it too long.
        """
        wanted = commit_rules.pending_edits(edits)
        author, reason = commit_rules.author_and_reason(author, reason, kind)
        with self._lock, transaction(self.engine) as connection:
            if len(wanted) > CHUNK:
                connection.execute(text(f"SET LOCAL statement_timeout = '{LONG_SECONDS}s'"))
            connection.execute(_ABOUT, {"author": author, "reason": reason, "kind": kind})
            # From here on no other writer, in any process, gets past this line.
            number = connection.scalar(text("SELECT kharita_change_set()"))
            base = self._refresh(connection, number - 1)
            rows = commit_rules.validate(wanted, base, self._entry, self._contents)
            self._write(connection, rows)
            time = connection.scalar(
                text("SELECT time FROM change_set WHERE number = :n"), {"n": number}
            )
            marks = _marks(connection)
        self._listener.seen(marks)
        return ChangeSet(
            number,
            author,
            iso_time(time),
            reason,
            kind,
            LazyChanges(len(rows), lambda: [row.change() for row in rows]),
        )

    def _write(self, connection: Connection, rows: Sequence[PackedChange]) -> None:
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK]
            try:
                connection.execute(
                    _WRITE,
                    {
                        "collections": [r.collection for r in part],
                        "ids": [r.id for r in part],
                        "bodies": [None if r.after is None else r.after.decode() for r in part],
                    },
                )
            except (IntegrityError, DataError) as error:
                # What our own checks let through and the database does not.
                raise ValidationFailed(
                    [
                        Problem(
                            RECORDS[part[0].collection].file,
                            part[0].id if len(part) == 1 else "",
                            "",
                            "unreadable_record",
                            type(error.orig).__name__,
                        )
                    ]
                ) from None

    # --- history ----------------------------------------------------------------------

    def history(
        self, limit: int = 50, before: int | None = None, collection: str = "", id_: str = ""
    ) -> Sequence[ChangeSet]:
        """Change sets, newest first (see ``geo.store.ledger.Ledger``)."""
        which, these = ["s.number < :before"], ""
        if collection:
            these = _THIS if id_ else " AND c.collection = :collection"
            which.append(f"EXISTS (SELECT FROM change c WHERE c.number = s.number {these})")
        query = _SETS.format(these=_THIS if id_ else "", which=" AND ".join(which))
        values = {
            "before": 2**62 if before is None else before,
            "limit": min(limit, MOST_LISTED),
            "collection": collection,
            "id": id_,
        }
        with transaction(self.engine) as connection:
            found = connection.execute(text(query), values).all()
        return [self._set(row, collection, id_) for row in found]

    def change_set(self, number: int) -> ChangeSet | None:
        """One change set with all its changes."""
        query = _SETS.format(these="", which="s.number = :number")
        with transaction(self.engine) as connection:
            row = connection.execute(text(query), {"number": number, "limit": 1}).first()
        return self._set(row) if row else None

    def _set(self, row: Sequence[Any], collection: str = "", id_: str = "") -> ChangeSet:
        number, author, time, reason, kind, *did = row
        return ChangeSet(
            number,
            author,
            iso_time(time),
            reason,
            kind,
            LazyChanges(sum(did), partial(self._changes, number, collection, id_)),
            dict(zip(("new", "changed", "removed"), did, strict=True)),
        )

    def _changes(self, number: int, collection: str, id_: str) -> list[Change]:
        query = text(_SOME_CHANGES.format(these=_THIS if id_ else ""))
        with transaction(self.engine) as connection:
            found = connection.execute(
                query, {"number": number, "collection": collection, "id": id_}
            ).all()
        return [
            PackedChange(c, i, revision, bytes_of(old), bytes_of(new)).change()
            for c, i, revision, old, new in found
        ]

    # --- what is in memory ------------------------------------------------------------

    def _now(self) -> Base:
        with transaction(self.engine) as connection:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            return self._refresh(connection)

    def _refresh(self, connection: Connection, last: int | None = None) -> Base:
        # ``last``: the last change set that is sure to stay, for whoever is making the next.
        marks = _marks(connection)
        if last is not None:
            marks = Marks(last, marks.documents, "")
        if self._base is None or marks.documents != self._seen.documents:
            if connection.scalar(text("SELECT version_num FROM alembic_version")) != SCHEMA:
                raise StoreUnavailable("error.store_unmade")
            found = connection.execute(text("SELECT name, content FROM document"))
            self._base = read_base(
                _Documents({name: bytes(content) for name, content in found}), records=False
            )
            # Documents come with a copy, which may have replaced every record.
            self._rows, self._seen = {}, NOTHING
        if marks.change_set < self._seen.change_set:  # the database was restored from a backup
            self._rows, self._seen = {}, NOTHING
        if marks[:2] != self._seen[:2]:
            newer = connection.execute(
                text(
                    "SELECT collection, id, cast(body AS text), revision FROM record"
                    " WHERE number > :n AND number <= :last ORDER BY place"
                ),
                {"n": self._seen.change_set, "last": marks.change_set},
            ).all()
            for collection, id_, body, revision in newer:
                self._rows.setdefault(collection, {})[id_] = Entry(bytes_of(body), revision)
        self._seen = marks
        return self._base

    def _entry(self, collection: str, id_: str) -> Entry:
        return self._rows.get(collection, {}).get(id_, NEVER)

    def _contents(self, collection: str) -> dict[str, bytes]:
        return {
            id_: e.content
            for id_, e in self._rows.get(collection, {}).items()
            if e.content is not None
        }


class _Documents:
    def __init__(self, held: Mapping[str, bytes]) -> None:
        self._held = held

    def __call__(self, name: str) -> bytes:
        if name not in self._held:
            raise FileNotFoundError(name)
        return self._held[name]


def _marks(connection: Connection) -> Marks:
    row = connection.execute(text(MARKS)).first()
    return Marks(*row) if row else Marks(0, 0, "")


def bytes_of(value: str | None) -> bytes | None:
    """Encode a record that the database gives as text."""
    return None if value is None else value.encode()


def iso_time(time: Any) -> str:
    """Serialize a database time as change sets store it: UTC, ISO 8601."""
    result: str = time.astimezone(UTC).isoformat(timespec="seconds")
    return result
