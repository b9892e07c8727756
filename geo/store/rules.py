"""What every store asks of the edits it is given, before it keeps any of them."""
from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from geo.errors import NotFound, StoreDown, StoreFull
from geo.store.changes import KINDS, Conflict, Edit, Held, Raw, Unfit
from geo.store.checks import Known, Problem, record_problems
from geo.store.parse import RECORDS

MAX_CHANGES = 200_000
MAX_RECORD_BYTES = 4 * 2**20
MAX_AUTHOR, MAX_REASON = 120, 1_000
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An edit with its record as compact JSON."""

    edit: Edit
    after: bytes | None


def wanted_of(edits: Iterable[Edit]) -> tuple[Wanted, ...]:
    """The edits, each of a record that is named once.

    Raises
    ------
    NotFound : a collection that nobody edits.
    StoreFull : more than 200,000 at once.
    Unfit : records that are not JSON, too long, or named twice.
    ValueError : no edits.
    """
    found: dict[tuple[str, str], Wanted] = {}
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
        found[edit.collection, edit.id] = Wanted(edit, after)
    if problems:
        raise Unfit(problems)
    if not found:
        raise ValueError("no edits")
    return tuple(found.values())


def refuse_late(wanted: Sequence[Wanted], held: Sequence[Held]) -> None:
    """Refuse edits whose record has changed since their author saw it.

    Raises
    ------
    Conflict : some have; also when a record to remove is gone already.
    """
    late = [(w.edit, h) for w, h in zip(wanted, held, strict=True)
            if w.edit.revision != h.revision or (w.after is None and h.raw is None)]
    if late:
        raise Conflict(*zip(*late, strict=True))


def refuse_unfit(wanted: Sequence[Wanted], known: Known) -> None:
    """Refuse records that are not sound, or not those their edits name.

    Raises
    ------
    Unfit : with every problem of every record.
    """
    problems = [problem for w in wanted if w.after is not None for problem in _faults(w, known)]
    if problems:
        raise Unfit(problems)


def removed_markets(wanted: Iterable[Wanted]) -> frozenset[str]:
    """The markets that the edits take away."""
    return frozenset(w.edit.id for w in wanted if w.edit.collection == "markets" and w.after is None)


def refuse_orphans(removed: frozenset[str], buyers: Iterable[tuple[str, Raw]]) -> None:
    """Refuse to take away markets that buyers would still be in.

    Parameters
    ----------
    buyers : id and record of the buyers as they would be.

    Raises
    ------
    Unfit : naming up to 20 such buyers.
    """
    problems = []
    for id_, raw in buyers:
        country = raw.get("properties", {}).get("country")
        if country in removed and len(problems) < 20:
            problems.append(Problem(RECORDS["buyers"].file, id_, "country", "market_in_use", country))
    if problems:
        raise Unfit(problems)


def words_of(author: str, reason: str, kind: str) -> tuple[str, str]:
    """Author and reason on one line each, cut to what a change set keeps.

    Raises
    ------
    ValueError : no author, or a kind that is none.
    """
    author, reason = _line(author, MAX_AUTHOR), _line(reason, MAX_REASON)
    if not author or kind not in KINDS:
        raise ValueError(f"author {author!r}, kind {kind!r}")
    return author, reason


def refusal(error: OSError) -> StoreFull | StoreDown:
    """What to tell the author of a change that could not be written."""
    if error.errno in _NO_ROOM:
        return StoreFull("error.no_room")
    return StoreDown("error.store_unwritable")


def _faults(w: Wanted, known: Known) -> Iterator[Problem]:
    kind = RECORDS[w.edit.collection]
    raw: Mapping[str, Any] = orjson.loads(w.after or b"")
    faults = record_problems(kind.check, raw, known)
    if not faults and raw[kind.id_key] != w.edit.id:
        yield _problem(w.edit, kind.id_key, "bad_id", str(raw[kind.id_key]))
    for fault in faults:
        yield _problem(w.edit, fault.field, fault.code, fault.value)


def _problem(edit: Edit, field: str, code: str, value: str) -> Problem:
    return Problem(RECORDS[edit.collection].file, edit.id, field, code, value[:60])


def _line(text: str, most: int) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:most]
