"""What every store promises: the same tests over files and over PostGIS."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from geo.core.errors import BadRequest, NotFound, StoreFull
from geo.store import commit_rules
from geo.store.changes import EDITABLE, Conflict, Edit, LazyChanges, ValidationFailed
from geo.store.file_store import FileStore
from geo.store.ledger import Ledger
from geo.store.undo import restore, undo
from tests.store.records import buyer, put, take, until

ME = ("Amina", "salon de Hambourg", "edit")


def test_it_is_a_ledger_over_the_records_as_shipped(store, small):
    assert isinstance(store, Ledger)
    shipped = FileStore(small).load()
    found = store.load()
    assert found.problems == shipped.problems == ()
    for name in (
        "buyers",
        "sites",
        "reports",
        "markets",
        "fairs",
        "regions",
        "provinces",
        "towns",
        "communes",
        "synonyms",
    ):
        assert getattr(found, name) == getattr(shipped, name), name
    assert store.history() == () or list(store.history()) == []
    for name in EDITABLE:
        held = store.held(name)
        assert all(h.revision == 0 and h.raw == store.one(name, id_).raw for id_, h in held.items())
    assert store.change_set(1) is None
    with pytest.raises(KeyError):
        store.held("buyers")["nobody"]


def test_a_kept_edit_is_what_every_reader_sees(place, store):
    other = place.open()
    before, version = other.revision(), other.load().version
    kept = store.commit([put(name="Première")], *ME)
    assert (kept.number, kept.author, kept.reason, kept.kind) == (1, *ME)
    assert datetime.fromisoformat(kept.time).astimezone(UTC) <= datetime.now(UTC)
    (change,) = kept.changes
    assert (change.before, change.after, change.revision) == (None, buyer(name="Première"), 1)
    for reader in (store, other, place.open()):
        assert reader.one("buyers", "essai").raw == buyer(name="Première")
        assert reader.held("buyers")["essai"].revision == 1
        found = reader.load()
        assert found.buyers[-1].name == "Première" and found.version != version
        assert reader.change_set(1) == kept
    assert len({reader.load().version for reader in place.opened}) == 1
    until(lambda: other.revision() != before)


def test_the_second_editor_is_told_what_is_held_and_nothing_of_theirs_is_kept(place, store):
    store.commit([put(name="Première")], *ME)
    other = place.open()
    other.commit([put(revision=1, name="Deuxième")], "Brahim", "", "edit")
    late = put(revision=1, name="Troisième")
    with pytest.raises(Conflict) as error:
        store.commit([put("autre"), late], *ME)
    assert error.value.edits == (late,)
    assert [(h.raw, h.revision) for h in error.value.held] == [(buyer(name="Deuxième"), 2)]
    assert store.one("buyers", "autre").raw is None and len(store.history()) == 2
    store.commit([replace(late, revision=error.value.held[0].revision)], *ME)
    assert other.one("buyers", "essai").raw == buyer(name="Troisième")


def test_a_removed_record_keeps_its_revisions_and_can_come_back(store):
    store.commit([put()], *ME)
    store.commit([take()], *ME)
    assert store.one("buyers", "essai").raw is None and store.one("buyers", "essai").revision == 2
    assert store.history()[0].counts == {"new": 0, "changed": 0, "removed": 1}
    assert "essai" not in store.held("buyers") and all(b.id != "essai" for b in store.load().buyers)
    for late in (take(revision=2), put(revision=1)):
        with pytest.raises(Conflict):
            store.commit([late], *ME)
    store.commit([put(revision=2)], *ME)
    assert store.one("buyers", "essai").revision == 3
    # Whoever creates it, as an import does, need not know that it was there and went.
    store.commit([take(revision=3)], *ME)
    store.commit([put(revision=0)], *ME)
    assert store.one("buyers", "essai").revision == 5


def test_a_shipped_record_can_be_changed_and_removed(store):
    first, second = list(store.held("buyers"))[:2]
    raw = dict(store.one("buyers", first).raw)
    raw["properties"] = {**raw["properties"], "city": "Essen"}
    store.commit([Edit("buyers", first, raw, 0), Edit("buyers", second, None, 0)], *ME)
    found = {b.id: b for b in store.load().buyers}
    assert found[first].city == "Essen" and second not in found
    assert list(store.held("buyers"))[0] == first


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (put(country="Allemagne"), "bad_value"),
        (put(country="XX"), "bad_value"),
        (
            Edit(
                "buyers",
                "essai",
                {**buyer(), "geometry": {"type": "Point", "coordinates": [999, 0]}},
                0,
            ),
            "bad_lon_lat",
        ),
        (Edit("buyers", "essai", buyer("autre"), 0), "bad_id"),
        (Edit("buyers", "essai", {"id": "essai"}, 0), "not_a_record"),
        (Edit("buyers", "essai", {"id": {1, 2}}, 0), "unreadable_record"),
        (put(name="a\x00b"), "unreadable_record"),
        (put(more="x" * (commit_rules.MAX_RECORD_BYTES + 1)), "record_too_big"),
        (Edit("markets", "DE", None, 0), "market_in_use"),
    ],
)
def test_an_unsound_record_keeps_the_whole_set_out(store, edit, code):
    with pytest.raises(ValidationFailed) as error:
        store.commit([put("bon", country="FR"), edit], *ME)
    assert {(p.code, p.record != "") for p in error.value.problems} == {(code, True)}
    assert store.one("buyers", "bon").raw is None and len(store.history()) == 0


def test_what_is_no_set_of_edits_is_refused(store, monkeypatch):
    with pytest.raises(ValidationFailed) as error:
        store.commit([put(), put()], *ME)
    assert [p.code for p in error.value.problems] == ["duplicate_id"]
    with pytest.raises(NotFound):
        store.commit([Edit("towns", "x", {}, 0)], *ME)
    with pytest.raises(BadRequest):
        store.commit([], *ME)
    for words in (("", "", "edit"), ("A", "", "whim")):
        with pytest.raises(ValueError):
            store.commit([put()], *words)
    monkeypatch.setattr(commit_rules, "MAX_CHANGES", 2)
    with pytest.raises(StoreFull):
        store.commit([put(str(n)) for n in range(3)], *ME)
    assert len(store.history()) == 0


def test_a_market_and_its_buyers_come_and_go_together(store):
    market = {**store.one("markets", "DE").raw, "iso2": "XK"}
    kept = store.commit([put(country="XK"), Edit("markets", "XK", market, 0)], *ME)
    assert store.load().problems == () and "XK" in store.load().market_by_code
    with pytest.raises(ValidationFailed):
        store.commit([Edit("markets", "XK", None, 1)], *ME)
    store.commit(undo(kept, store.one), "Amina", "", "undo")
    assert "XK" not in store.load().market_by_code and store.load().problems == ()


def test_history_is_told_newest_first_whole_or_for_one_record(store):
    for n in range(5):
        store.commit(
            [put(revision=n, name=f"nom {n}"), put(f"autre-{n}")], "Amina", f"essai {n}", "import"
        )
    assert [s.number for s in store.history()] == [5, 4, 3, 2, 1]
    assert [s.number for s in store.history(limit=2, before=4)] == [3, 2]
    assert [len(s.changes) for s in store.history()] == [2] * 5
    assert [s.counts for s in store.history()] == [{"new": 1, "changed": 1, "removed": 0}] * 4 + [
        {"new": 2, "changed": 0, "removed": 0}
    ]
    mine = store.history(collection="buyers", id_="autre-3")
    assert mine[0].counts == {"new": 1, "changed": 0, "removed": 0}
    assert [(s.number, [c.id for c in s.changes]) for s in mine] == [(4, ["autre-3"])]
    assert [
        c.after["properties"]["name"]
        for s in store.history(collection="buyers", id_="essai")
        for c in s.changes
    ] == [f"nom {n}" for n in reversed(range(5))]
    assert [s.number for s in store.history(collection="sites")] == []
    assert len(store.history(collection="buyers")) == 5
    assert {c.id for c in store.change_set(2).changes} == {"essai", "autre-1"}
    assert (
        store.change_set(6) is None and list(store.history(collection="buyers", id_="nobody")) == []
    )


def test_a_change_set_is_undone_in_part_or_whole_and_redone(store):
    kept = store.commit([put(name="un"), put("autre", name="deux")], *ME)
    store.commit(undo(kept, store.one, only=[("buyers", "autre")]), "B", "", "undo")
    assert store.one("buyers", "autre").raw is None and store.one("buyers", "essai").raw
    with pytest.raises(Conflict):
        undo(kept, store.one)
    undone = store.commit(undo(kept, store.one, force=True), "B", "", "undo")
    assert [c.id for c in undone.changes] == ["essai"]  # the other was gone already
    assert undo(kept, store.one, force=True) == ()
    store.commit(undo(undone, store.one), "B", "", "undo")
    assert store.one("buyers", "essai").raw == buyer(name="un")
    with pytest.raises(NotFound):
        undo(kept, store.one, only=[("buyers", "nobody")])


def test_any_version_comes_back(store):
    id_ = next(iter(store.held("buyers")))
    shipped = store.one("buyers", id_).raw
    versions = [shipped]
    for n in range(3):
        versions.append({**shipped, "properties": {**shipped["properties"], "city": f"ville {n}"}})
        store.commit([Edit("buyers", id_, versions[-1], n)], *ME)
    for seen, revision in ((3, 1), (4, 0), (5, 3)):
        edit = restore(store.history(collection="buyers", id_=id_), "buyers", id_, revision, seen)
        store.commit([edit], "B", "", "restore")
        assert store.one("buyers", id_).raw == versions[revision]
    with pytest.raises(Conflict):
        store.commit(
            [restore(store.history(collection="buyers", id_=id_), "buyers", id_, 2, 3)],
            "B",
            "",
            "restore",
        )
    with pytest.raises(NotFound):
        restore(store.history(collection="buyers", id_=id_), "buyers", id_, 99, 6)


def test_an_import_is_told_without_reading_its_changes(place, monkeypatch):
    place.open().commit([put(str(n)) for n in range(3)], "A", "", "import")
    monkeypatch.setattr(LazyChanges, "__getitem__", None)
    (change_set,) = place.open().history()
    assert (len(change_set.changes), change_set.counts) == (
        3,
        {"new": 3, "changed": 0, "removed": 0},
    )


def test_nobody_can_change_what_others_are_given(store):
    store.commit([put()], *ME)
    store.one("buyers", "essai").raw["properties"]["name"] = "autre"
    store.held("buyers")["essai"].raw["properties"]["name"] = "autre"
    assert store.one("buyers", "essai").raw == buyer() == store.held("buyers")["essai"].raw
