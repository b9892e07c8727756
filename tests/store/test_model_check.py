"""Whatever people do, in whatever order, a store agrees with a plain list of versions."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from geo.store.changes import Conflict, Edit
from geo.store.undo import restore, undo
from tests.sizes import examples
from tests.store.records import buyer

IDS = st.sampled_from(["a", "b", "c", "d"])
NAMES = st.text('abcéش"\\\n', min_size=1, max_size=5).filter(str.strip)


class Twin(RuleBasedStateMachine):
    """``versions[id]`` are all the contents a record ever had; ``sets`` what each commit did."""

    fresh = None

    @initialize()
    def start(self):
        self.place = type(self).fresh()
        self.store, self.other = self.place.open(), self.place.open()
        self.versions = {id_: [None] for id_ in ("a", "b", "c", "d")}
        self.sets = []

    def commit(self, edits, kind="edit"):
        kept = self.store.commit(edits, "A", "essai", kind)
        for edit in edits:
            self.versions[edit.id].append(edit.after)
        self.sets.append(
            {e.id: (self.versions[e.id][-2], e.after, len(self.versions[e.id]) - 1) for e in edits}
        )
        assert kept.number == len(self.sets)

    def now(self, id_):
        return self.versions[id_][-1], len(self.versions[id_]) - 1

    @rule(
        changes=st.dictionaries(IDS, st.none() | NAMES, min_size=1),
        late=st.booleans(),
        unaware=st.booleans(),
    )
    def change(self, changes, late, unaware):
        def seen(id_):
            # Who creates a record may not know that there was one.
            return 0 if unaware and self.now(id_)[0] is None else self.now(id_)[1]

        edits = [
            Edit("buyers", id_, name and buyer(id_, name=name), seen(id_))
            for id_, name in changes.items()
        ]
        gone = [e for e in edits if e.after is None and self.now(e.id)[0] is None]
        if late:
            first = edits[0]
            edits[0] = Edit("buyers", first.id, first.after, self.now(first.id)[1] + 1)
        if not (late or gone):
            return self.commit(edits)
        with pytest.raises(Conflict) as error:
            self.store.commit(edits, "A", "essai", "edit")
        expected = {e.id for e in gone} | ({edits[0].id} if late else set())
        assert {
            e.id: (h.raw, h.revision)
            for e, h in zip(error.value.edits, error.value.held, strict=True)
        } == {id_: self.now(id_) for id_ in expected}

    @rule(data=st.data(), force=st.booleans())
    def undo_one(self, data, force):
        if not self.sets:
            return
        number = data.draw(st.integers(1, len(self.sets)))
        done = self.sets[number - 1]
        touched = any(self.now(id_)[1] != revision for id_, (_, _, revision) in done.items())
        if touched and not force:
            with pytest.raises(Conflict):
                undo(self.store.change_set(number), self.store.one)
            return
        edits = undo(self.store.change_set(number), self.store.one, force=force)
        assert {e.id: e.after for e in edits} == {
            id_: before for id_, (before, _, _) in done.items() if self.now(id_)[0] != before
        }
        if edits:
            self.commit(edits, "undo")

    @rule(id_=IDS, data=st.data())
    def restore_one(self, id_, data):
        revision = data.draw(st.integers(0, self.now(id_)[1]))
        content, seen = self.versions[id_][revision], self.now(id_)[1]
        if seen and (content is not None or self.now(id_)[0] is not None):
            edit = restore(
                self.store.history(collection="buyers", id_=id_), "buyers", id_, revision, seen
            )
            assert edit.after == content
            self.commit([edit], "restore")

    @rule()
    def swap(self):
        self.store, self.other = self.other, self.store

    @rule()
    def reopen(self):
        self.store.load()
        self.other = self.place.open()

    @invariant()
    def agrees(self):
        if not hasattr(self, "versions"):
            return
        expected = {id_: v[-1] for id_, v in self.versions.items() if v[-1] is not None}
        for store in (self.store, self.other):
            assert {
                id_: h.raw for id_, h in store.held("buyers").items() if id_ in self.versions
            } == expected
        for id_ in self.versions:
            held = self.other.one("buyers", id_)
            assert (held.raw, held.revision) == self.now(id_)
        assert [
            {c.id: (c.before, c.after, c.revision) for c in s.changes}
            for s in reversed(self.other.history(500))
        ] == self.sets

    def teardown(self):
        if hasattr(self, "place"):
            self.place.close()


def test_a_store_agrees_with_its_twin(fresh_places, monkeypatch):
    from geo.store import journal_state

    monkeypatch.setattr(journal_state, "SETS_PER_STATE", 3)
    machine = type("Machine", (Twin,), {"fresh": staticmethod(fresh_places)})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples(10),
            stateful_step_count=15,
            suppress_health_check=list(HealthCheck),
        ),
    )
