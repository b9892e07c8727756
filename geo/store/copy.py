"""Copy one store into another: shipped records, reference files, and the whole history.

Change sets keep their numbers, authors and times.

The proposals of delegates, imported reports and shared views are files of KHARITA_VAR whatever
the store, and stay where they are.
"""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, text

from geo.core.durable_files import atomic_write, write_error
from geo.core.errors import KharitaError, StoreUnavailable
from geo.model.parsing import RECORDS
from geo.store import commit_rules
from geo.store.database import transaction
from geo.store.file_store import FILES, FileStore
from geo.store.journal import Damaged, Journal
from geo.store.ledger import Store
from geo.store.packed_records import Entry, PackedChange
from geo.store.postgis_store import CHANGES, CHUNK, LONG_SECONDS, PostgisStore, bytes_of, iso_time
from geo.store.shipped_files import REFERENCES

#: Callback with the number of change sets copied, and of all.
Progress = Callable[[int, int], None]
_SET = """
INSERT INTO change_set (number, author, time, reason, kind)
VALUES (:number, :author, cast(:time AS timestamptz), :reason, :kind)"""
_CHANGES = """
INSERT INTO change (number, collection, id, revision, before, after)
SELECT :number, * FROM unnest(
    cast(:collections AS text[]), cast(:ids AS text[]), cast(:revisions AS integer[]),
    cast(:previous AS jsonb[]), cast(:afters AS jsonb[]))"""
_RECORDS = """
INSERT INTO record (collection, id, body, revision, number)
SELECT * FROM unnest(cast(:collections AS text[]), cast(:ids AS text[]), cast(:bodies AS jsonb[]),
    cast(:revisions AS integer[]), cast(:numbers AS bigint[]))"""


class NotEmpty(KharitaError):
    """The target holds data, and ``replace`` was not given."""

    status = 409


@dataclass(frozen=True, slots=True)
class StoreContent:
    """The full content of a store.

    Attributes
    ----------
    documents : reference files by name.
    shipped : collection -> id -> the record before any change, as compact JSON.
    count : how many change sets there are.
    sets : header and changes of each change set, oldest first; read on the way.
    """

    documents: Mapping[str, bytes]
    shipped: Mapping[str, Mapping[str, bytes]]
    count: int
    sets: Iterator[tuple[dict[str, Any], list[PackedChange]]]


def copy(
    source: Store, target: Store, *, replace: bool = False, progress: Progress | None = None
) -> int:
    """Copy a file or PostGIS store into another; return the number of change sets copied.

    The copy is atomic: a database in one transaction, files moved into place at the end.
    Processes that have a target of files open must be started again.

    Raises
    ------
    NotEmpty : the target holds data and ``replace`` is false.
    StoreUnavailable : a store that cannot be copied, a damaged change set, or a database that
        does not answer.
    StoreFull : no room in the target.
    """
    tell = progress or _silent
    if isinstance(source, FileStore):
        return _into(target, _from_files(source), replace, tell)
    if isinstance(source, PostgisStore):
        with transaction(source.engine) as connection:
            connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
            return _into(target, _from_database(connection), replace, tell)
    raise StoreUnavailable("error.store_read_only")


def _silent(*_: int) -> None:
    pass


def _into(target: Store, contents: StoreContent, replace: bool, tell: Progress) -> int:
    if isinstance(target, PostgisStore):
        with transaction(target.engine) as connection:
            _into_database(connection, contents, replace, tell)
    elif isinstance(target, FileStore):
        try:
            _into_files(target, contents, replace, tell)
        except OSError as error:
            raise write_error(error) from error
    else:
        raise StoreUnavailable("error.store_read_only")
    return contents.count


# --- files ----------------------------------------------------------------------------


def _from_files(store: FileStore) -> StoreContent:
    base, journal = store.shipped()
    documents = {
        name: (store.folder / name).read_bytes()
        for name in REFERENCES
        if (store.folder / name).is_file()
    }
    numbers = list(journal.listed()) if journal else []
    shipped = {
        name: {id_: content for id_, content in base.rows[name].items() if not id_.startswith("#")}
        for name in RECORDS
    }
    return StoreContent(
        documents, shipped, len(numbers), _journal_sets(journal, numbers) if journal else iter(())
    )


def _journal_sets(
    journal: Journal, numbers: list[int]
) -> Iterator[tuple[dict[str, Any], list[PackedChange]]]:
    for number in numbers:
        try:
            yield journal.read(number)
        except Damaged as error:
            raise StoreUnavailable("error.change_set_damaged", number=number) from error


def _into_files(store: FileStore, contents: StoreContent, replace: bool, tell: Progress) -> None:
    _, journal = store.shipped()
    if journal is None:
        raise StoreUnavailable("error.store_read_only")
    if not replace and (journal.listed() or any((store.folder / name).exists() for name in FILES)):
        raise NotEmpty("error.copy_not_empty")
    mark = secrets.token_hex(4)
    files, sets = (
        store.folder / f".incoming-{mark}",
        Journal(journal.folder.with_name(f"changes.incoming-{mark}")),
    )
    try:
        sets.folder.mkdir(parents=True)
        for name, content in contents.documents.items():
            atomic_write(files / name, content)
        for name, kind in RECORDS.items():
            records = [orjson.Fragment(content) for content in contents.shipped[name].values()]
            outer = {"type": "FeatureCollection"} if kind.list_key == "features" else {}
            atomic_write(files / kind.file, orjson.dumps({**outer, kind.list_key: records}))
        for done, (header, rows) in enumerate(contents.sets, start=1):
            sets.write(header, rows)
            tell(done, contents.count)
        _put_in_place(files, sets.folder, store.folder, journal, mark)
        store.forget()
    finally:
        shutil.rmtree(files, ignore_errors=True)
        shutil.rmtree(sets.folder, ignore_errors=True)


def _put_in_place(files: Path, sets: Path, folder: Path, journal: Journal, mark: str) -> None:
    with journal.locked():
        # What was there is kept beside it: a copy is the one act that no change set undoes.
        journal.folder.rename(journal.folder.with_name(f"changes.before-{mark}"))
        sets.rename(journal.folder)
        for path in sorted(p for p in files.rglob("*") if p.is_file()):
            place = folder / path.relative_to(files)
            place.parent.mkdir(parents=True, exist_ok=True)
            path.replace(place)


# --- the database ---------------------------------------------------------------------


def _from_database(connection: Connection) -> StoreContent:
    documents = {
        name: bytes(content)
        for name, content in connection.execute(text("SELECT name, content FROM document"))
    }
    # As shipped: what the first change of a record found, or what it is if there was none.
    found = connection.execute(
        text(
            "SELECT r.collection, r.id,"
            " cast(CASE WHEN f.id IS NULL THEN r.body ELSE f.before END AS text)"
            " FROM record r LEFT JOIN change f"
            " ON (f.collection, f.id, f.revision) = (r.collection, r.id, 1)"
            " ORDER BY r.place"
        )
    )
    shipped: dict[str, dict[str, bytes]] = {name: {} for name in RECORDS}
    for collection, id_, body in found:
        if body is not None:
            shipped.setdefault(collection, {})[id_] = body.encode()
    headers = connection.execute(
        text("SELECT number, author, time, reason, kind FROM change_set ORDER BY number")
    ).all()
    return StoreContent(documents, shipped, len(headers), _database_sets(connection, headers))


def _database_sets(
    connection: Connection, headers: Any
) -> Iterator[tuple[dict[str, Any], list[PackedChange]]]:
    for number, author, time, reason, kind in headers:
        found = connection.execute(text(CHANGES), {"number": number})
        rows = [
            PackedChange(c, i, revision, bytes_of(old), bytes_of(new))
            for c, i, revision, old, new in found
        ]
        yield (
            {
                "number": number,
                **commit_rules.header_of(rows, author, iso_time(time), reason, kind),
            },
            rows,
        )


def _into_database(
    connection: Connection, contents: StoreContent, replace: bool, tell: Progress
) -> None:
    connection.execute(text("SELECT set_config('kharita.loading', 'on', true)"))
    connection.execute(text(f"SET LOCAL statement_timeout = '{LONG_SECONDS}s'"))
    # Nobody writes meanwhile; their next number comes after the last one copied.
    connection.execute(text("SELECT value FROM counter WHERE name = 'change_set' FOR UPDATE"))
    if any(
        connection.scalar(text(f"SELECT EXISTS (SELECT FROM {table})"))  # noqa: S608  names of ours
        for table in ("record", "change_set")
    ):
        if not replace:
            raise NotEmpty("error.copy_not_empty")
        connection.execute(text("TRUNCATE record, change, change_set, document"))
    for name, content in contents.documents.items():
        connection.execute(
            text("INSERT INTO document VALUES (:name, :content)"),
            {"name": name, "content": content},
        )
    now = {
        (name, id_): (Entry(content, 0), 0)
        for name, held in contents.shipped.items()
        for id_, content in held.items()
    }
    last = 0
    for done, (header, rows) in enumerate(contents.sets, start=1):
        last = header["number"]
        connection.execute(
            text(_SET), {key: header[key] for key in ("number", "author", "time", "reason", "kind")}
        )
        for part in _parts(rows):
            connection.execute(
                text(_CHANGES),
                {
                    "number": last,
                    "collections": [r.collection for r in part],
                    "ids": [r.id for r in part],
                    "revisions": [r.revision for r in part],
                    "previous": [_text(r.before) for r in part],
                    "afters": [_text(r.after) for r in part],
                },
            )
        now.update({(r.collection, r.id): (Entry(r.after, r.revision), last) for r in rows})
        tell(done, contents.count)
    for part in _parts(list(now.items())):
        connection.execute(
            text(_RECORDS),
            {
                "collections": [key[0] for key, _ in part],
                "ids": [key[1] for key, _ in part],
                "bodies": [_text(entry.content) for _, (entry, _) in part],
                "revisions": [entry.revision for _, (entry, _) in part],
                "numbers": [n for _, (_, n) in part],
            },
        )
    connection.execute(text("UPDATE counter SET value = :n WHERE name = 'change_set'"), {"n": last})
    connection.execute(text("SELECT pg_notify('kharita', 'copy')"))


def _parts(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def _text(content: bytes | None) -> str | None:
    return None if content is None else content.decode()
