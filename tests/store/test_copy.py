"""A copy into another store is the same store: records, reference files, numbered history."""

from __future__ import annotations

import pytest

from geo.core.errors import KharitaError, StoreUnavailable
from geo.query.current import open_store
from geo.store.changes import EDITABLE, Edit
from geo.store.copy import NotEmpty, copy
from geo.store.file_store import FileStore
from geo.store.undo import undo
from tests.store.records import put, take

ME = ("Amina", "essai", "edit")


def fill(store):
    """Changes of every kind: new, changed, removed, brought back, shipped records too."""
    first, second = list(store.held("buyers"))[:2]
    site = next(iter(store.held("sites")))
    raw = store.one("sites", site).raw
    store.commit([put(), put("autre", name="بيت")], *ME)
    store.commit(
        [put(revision=1, name="Deuxième"), Edit("buyers", first, None, 0)], "Brahim", "", "import"
    )
    kept = store.commit(
        [
            take("autre"),
            Edit("sites", site, {**raw, "properties": {**raw["properties"], "town": "Fès"}}, 0),
        ],
        *ME,
    )
    store.commit(undo(kept, store.one), "Brahim", "pas de ville", "undo")
    store.commit([Edit("buyers", second, None, 0), take(revision=2)], *ME)


def contents(store):
    found = store.load()
    return {
        "held": {
            name: [(id_, h.raw, h.revision) for id_, h in store.held(name).items()]
            for name in EDITABLE
        },
        "gone": store.one("buyers", "essai"),
        "sets": [
            (s.number, s.author, s.time, s.reason, s.kind, sorted(s.changes, key=lambda c: c.id))
            for s in store.history(500)
        ],
        "served": {
            name: getattr(found, name)
            for name in (
                "buyers",
                "sites",
                "reports",
                "markets",
                "regions",
                "provinces",
                "towns",
                "communes",
                "synonyms",
                "problems",
            )
        },
    }


def test_there_and_back_again_nothing_has_changed(small, databases, tmp_path):
    source = FileStore(small, tmp_path / "var")
    fill(source)
    expected = contents(source)
    shared, steps = open_store(f"postgis:{databases()}"), []
    with pytest.raises(NotEmpty):
        copy(source, shared)
    assert shared.history() == []
    assert copy(source, shared, replace=True, progress=lambda *at: steps.append(at)) == 5
    assert steps == [(n, 5) for n in range(1, 6)]
    assert contents(shared) == expected
    back = FileStore(tmp_path / "back", tmp_path / "back-var")
    copy(shared, back)
    assert (
        contents(back) == expected == contents(FileStore(tmp_path / "back", tmp_path / "back-var"))
    )
    for name in ("regions.geojson", "sources/communes.csv"):
        assert (tmp_path / "back" / name).read_bytes() == (small / name).read_bytes()
    # Life goes on in both where it stopped.
    assert (
        shared.commit([put(revision=3)], *ME).number
        == back.commit([put(revision=3)], *ME).number
        == 6
    )
    assert contents(shared)["held"] == contents(back)["held"]
    shared.close()


def test_files_are_replaced_only_when_told_and_the_old_history_stays_beside(
    small, databases, tmp_path
):
    shared = open_store(f"postgis:{databases()}")
    shared.commit([put(name="partagée")], *ME)
    target = FileStore(tmp_path / "data", tmp_path / "var")
    copy(FileStore(small, tmp_path / "none"), target)
    target.commit([put(name="locale")], *ME)
    before = contents(target)
    with pytest.raises(NotEmpty):
        copy(shared, target)
    assert contents(target) == before
    copy(shared, target, replace=True)
    assert contents(target) == contents(shared)
    assert any(
        b"locale" in path.read_bytes() for path in (tmp_path / "var").rglob("0000000001.jsonl")
    )
    assert not [p for p in tmp_path.rglob("*incoming*")]
    shared.close()


def test_a_damaged_history_is_not_copied_by_halves(small, databases, tmp_path):
    source = FileStore(small, tmp_path / "var")
    fill(source)
    path = tmp_path / "var" / "changes" / "0000000004.jsonl"
    path.write_bytes(path.read_bytes()[:-3])
    shared, files = (
        open_store(f"postgis:{databases()}"),
        FileStore(tmp_path / "data", tmp_path / "other"),
    )
    before = contents(shared)
    for target in (shared, files):
        with pytest.raises(KharitaError) as error:
            copy(FileStore(small, tmp_path / "var"), target, replace=True)
        assert error.value.key == "error.change_set_damaged"
    assert contents(shared) == before and not [p for p in tmp_path.rglob("*incoming*")]
    assert not (tmp_path / "data" / "buyers.geojson").exists() and not files.history()
    shared.close()


def test_what_cannot_hold_a_copy_says_so(small, tmp_path):
    with pytest.raises(StoreUnavailable):
        copy(FileStore(small), FileStore(tmp_path / "x"))
    for source, target in (
        (open_store("synthetic:3"), FileStore(tmp_path / "x", tmp_path / "v")),
        (FileStore(small), open_store("synthetic:3")),
    ):
        with pytest.raises(StoreUnavailable):
            copy(source, target)
