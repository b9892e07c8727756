"""Several processes on one store: nothing is lost, and each sees what the others did."""

from __future__ import annotations

import os
import traceback

from geo.store.changes import Conflict
from tests.store.records import buyer, put

EDITORS, EDITS = 8, 25


def edit_shared(store, who):
    """Add one's own records and one's own word to a record that everybody changes."""
    for n in range(EDITS):
        while True:
            held = store.one("buyers", "shared")
            words = held.raw["properties"]["relation_fr"] + f"{who}.{n} "
            try:
                store.commit(
                    [put("shared", held.revision, relation_fr=words), put(f"own-{who}-{n}")],
                    f"editor {who}",
                    "",
                    "edit",
                )
                break
            except Conflict as late:
                if late.held[0].revision <= held.revision:
                    raise


def test_eight_editors_lose_none_of_200_edits(place):
    store = place.open()
    store.commit([put("shared")], "A", "", "edit")
    place.close()
    children = []
    for who in range(EDITORS):
        child = os.fork()
        if child == 0:
            try:
                edit_shared(place.open_(), who)
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0] * EDITORS
    store = place.open()
    expected = {f"{who}.{n}" for who in range(EDITORS) for n in range(EDITS)}
    words = store.one("buyers", "shared").raw["properties"]["relation_fr"].split()
    assert len(words) == EDITORS * EDITS and set(words) == expected
    assert {id_ for id_ in store.held("buyers") if id_.startswith("own-")} == {
        "own-" + word.replace(".", "-") for word in expected
    }
    history = store.history(500)
    assert [s.number for s in history] == list(range(EDITORS * EDITS + 1, 0, -1))
    # Each change starts from what the one before it left.
    after = None
    for change in (c for s in reversed(history) for c in s.changes if c.id == "shared"):
        assert change.before == after
        after = change.after
    assert after == buyer(
        "shared", relation_fr=store.one("buyers", "shared").raw["properties"]["relation_fr"]
    )
