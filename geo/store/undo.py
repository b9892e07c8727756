"""Revert a change set by appending its inverse.

The functions return the edits to commit. They raise ``Conflict`` when a later change touched the
same record, unless forced to revert that one with it; the store then checks once more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from geo.core.errors import NotFound
from geo.store.changes import ChangeSet, Conflict, Edit, Held

#: (collection, id) -> the record as it is now
Current = Callable[[str, str], Held]


def undo(
    change_set: ChangeSet,
    current: Current,
    only: Collection[tuple[str, str]] | None = None,
    *,
    force: bool = False,
) -> tuple[Edit, ...]:
    """Edits that revert a change set, or some of its records.

    Parameters
    ----------
    only : (collection, id) of the changes to undo; None: all of them.
    force : also undo what was changed later.

    Returns
    -------
    The edits to commit; empty when everything is as it was already.

    Raises
    ------
    Conflict : some records were changed later.
    NotFound : the change set touched none of the records.
    """
    changes = [c for c in change_set.changes if only is None or (c.collection, c.id) in only]
    if not changes:
        raise NotFound("error.not_found")
    edits, late = [], []
    for change in changes:
        now = current(change.collection, change.id)
        if now.revision != change.revision and not force:
            late.append((Edit(change.collection, change.id, change.before, change.revision), now))
        elif now.raw != change.before:
            edits.append(Edit(change.collection, change.id, change.before, now.revision))
    if late:
        raise Conflict(*zip(*late, strict=True))
    return tuple(edits)


def restore(
    history: Iterable[ChangeSet], collection: str, id_: str, revision: int, seen: int
) -> Edit:
    """Edit that restores a record to one of its revisions.

    Parameters
    ----------
    history : change sets of the record, with the one that made ``revision``, or the first of all
        for revision 0.
    seen : the revision that whoever restores it saw last; the store refuses when it is no longer
        the current one.

    Raises
    ------
    NotFound : the record never had this revision.
    """
    for change_set in history:
        for change in change_set.changes:
            if (change.collection, change.id) == (collection, id_):
                if change.revision == revision:
                    return Edit(collection, id_, change.after, seen)
                if change.revision == revision + 1:
                    return Edit(collection, id_, change.before, seen)
    raise NotFound("error.not_found")
