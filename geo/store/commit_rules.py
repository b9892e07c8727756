"""Validation that every store runs before a commit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from geo.core.errors import BadRequest, NotFound, StoreFull
from geo.model.parsing import RECORDS
from geo.model.problems import Problem
from geo.model.validation import ReferenceCodes, record_problems
from geo.store.catalogue_builder import all_sound, known_codes
from geo.store.changes import KINDS, Conflict, Edit, ValidationFailed, counts_of
from geo.store.packed_records import Entry, PackedChange
from geo.store.shipped_files import Base

MAX_CHANGES = 200_000
MAX_RECORD_BYTES = 4 * 2**20
MAX_AUTHOR, MAX_REASON = 120, 1_000


@dataclass(frozen=True, slots=True)
class PendingEdit:
    """An edit with its record serialized as compact JSON."""

    edit: Edit
    after: bytes | None


def pending_edits(edits: Iterable[Edit]) -> tuple[PendingEdit, ...]:
    """Serialize the edits of one commit; each record may be named once.

    Raises
    ------
    NotFound : a collection that nobody edits.
    StoreFull : more than 200,000 at once.
    ValidationFailed : records that are not JSON, too long, or named twice.
    BadRequest : no edits.
    """
    found: dict[tuple[str, str], PendingEdit] = {}
    problems = []
    for edit in edits:
        if edit.collection not in RECORDS:
            raise NotFound("error.not_found")
        if len(found) >= MAX_CHANGES:
            raise StoreFull("error.too_many_changes", limit=MAX_CHANGES)
        if (edit.collection, edit.id) in found:
            problems.append(_problem(edit, "", "duplicate_id", edit.id))
            continue
        try:
            after = None if edit.after is None else orjson.dumps(edit.after)
        except TypeError as error:  # also what orjson raises for lone surrogates and deep nesting
            problems.append(_problem(edit, "", "unreadable_record", str(error)))
            continue
        if after and b"\\u0000" in after:  # which a database cannot hold in a text
            problems.append(_problem(edit, "", "unreadable_record", "NUL"))
            continue
        if after and len(after) > MAX_RECORD_BYTES:
            problems.append(_problem(edit, "", "record_too_big", ""))
            continue
        found[edit.collection, edit.id] = PendingEdit(edit, after)
    if problems:
        raise ValidationFailed(problems)
    if not found:
        raise BadRequest("error.no_edits")
    return tuple(found.values())


def validate(
    wanted: Sequence[PendingEdit],
    base: Base,
    entry: Callable[[str, str], Entry],
    rows: Callable[[str], Mapping[str, bytes]],
) -> list[PackedChange]:
    """Validate the edits against the current records; return the rows to write.

    Parameters
    ----------
    entry : collection, id -> the record as it is.
    rows : collection -> its records, removed ones left out.

    Raises
    ------
    Conflict : some records have changed since their author saw them, or are gone already.
    ValidationFailed : some records are invalid, or buyers would be left in a removed market.
    """
    entries = [entry(w.edit.collection, w.edit.id) for w in wanted]
    late = [
        (w.edit, e.held())
        for w, e in zip(wanted, entries, strict=True)
        if not _seen(w.edit, e) or (w.after is None and e.content is None)
    ]
    if late:
        raise Conflict(*zip(*late, strict=True))
    known = known_codes(base, all_sound("markets", _after("markets", wanted, rows)))
    problems = [problem for w in wanted if w.after is not None for problem in _faults(w, known)]
    removed = {w.edit.id for w in wanted if w.edit.collection == "markets" and w.after is None}
    if removed:
        problems += _orphans(removed, _after("buyers", wanted, rows))
    if problems:
        raise ValidationFailed(problems)
    return [
        PackedChange(w.edit.collection, w.edit.id, e.revision + 1, e.content, w.after)
        for w, e in zip(wanted, entries, strict=True)
    ]


def _seen(edit: Edit, entry: Entry) -> bool:
    # Who creates a record (0) need not know that there was one of that id which was removed.
    return edit.revision == entry.revision or (edit.revision == 0 and entry.content is None)


def header_of(
    rows: Sequence[PackedChange], author: str, time: str, reason: str, kind: str
) -> dict[str, Any]:
    """Header of a change set: what can be shown without reading its changes."""
    return {
        "author": author,
        "time": time,
        "reason": reason,
        "kind": kind,
        "counts": dict(Counter(row.collection for row in rows)),
        "did": counts_of((row.before is None, row.after is None) for row in rows),
    }


def author_and_reason(author: str, reason: str, kind: str) -> tuple[str, str]:
    """Sanitise author and reason: one line each, cut to the length that a change set stores.

    Raises
    ------
    ValueError : no author, or a kind that is none.
    """
    author, reason = _line(author, MAX_AUTHOR), _line(reason, MAX_REASON)
    if not author or kind not in KINDS:
        raise ValueError(f"author {author!r}, kind {kind!r}")
    return author, reason


def _faults(w: PendingEdit, known: ReferenceCodes) -> Iterator[Problem]:
    kind = RECORDS[w.edit.collection]
    raw: Mapping[str, Any] = orjson.loads(w.after or b"")
    faults = record_problems(kind.check, raw, known)
    if not faults and raw[kind.id_key] != w.edit.id:
        yield _problem(w.edit, kind.id_key, "bad_id", str(raw[kind.id_key]))
    for fault in faults:
        yield _problem(w.edit, fault.field, fault.code, fault.value)


def _after(
    collection: str, wanted: Iterable[PendingEdit], rows: Callable[[str], Mapping[str, bytes]]
) -> dict[str, bytes]:
    # What a collection would be with the edits.
    changed = {w.edit.id: w.after for w in wanted if w.edit.collection == collection}
    return {
        id_: content
        for id_, content in {**rows(collection), **changed}.items()
        if content is not None
    }


def _orphans(removed: Collection[str], buyers: Mapping[str, bytes]) -> list[Problem]:
    countries = ((id_, _country(orjson.loads(content))) for id_, content in buyers.items())
    found = (
        Problem(RECORDS["buyers"].file, id_, "country", "market_in_use", country)
        for id_, country in countries
        if country in removed
    )
    return list(islice(found, 20))


def _country(raw: Any) -> str:
    # A shipped record may be anything at all.
    inside = raw.get("properties") if isinstance(raw, dict) else None
    country = inside.get("country") if isinstance(inside, dict) else None
    return country if isinstance(country, str) else ""


def _problem(edit: Edit, field: str, code: str, value: str) -> Problem:
    return Problem(RECORDS[edit.collection].file, edit.id, field, code, value[:60])


def _line(text: str, most: int) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:most]
