"""What only files can suffer: damaged, missing and stray files, full disks, sudden ends."""

from __future__ import annotations

import os
import signal
import time

import pytest

from geo.core.errors import Expired, StoreFull, StoreUnavailable
from geo.store import journal_state
from geo.store.file_store import FileStore
from geo.store.journal import Journal
from tests.store.records import buyer, put

ME = ("Amina", "essai", "edit")
KILLS = 200


@pytest.fixture
def var(tmp_path):
    return tmp_path / "var"


@pytest.fixture
def files(small, var):
    return FileStore(small, var)


def many(store, count, start=0):
    for n in range(start, start + count):
        store.commit(
            [put(f"r-{n}"), put("essai", store.one("buyers", "essai").revision, name=f"n {n}")], *ME
        )


def ids(store):
    return {id_ for id_ in store.held("buyers") if id_.startswith("r-")}


@pytest.mark.parametrize(
    "damage",
    [
        lambda p: p.write_bytes(b""),
        lambda p: p.write_bytes(p.read_bytes()[:-20]),
        lambda p: p.write_bytes(p.read_bytes().replace(b"Hambourg", b"Hambours")),
        lambda p: p.write_bytes(b'{"format":1}\n'),
        lambda p: p.unlink(),
    ],
)
@pytest.mark.parametrize("compacted", [False, True])
def test_a_damaged_change_set_is_named_and_the_others_are_served(
    small, var, files, damage, compacted, monkeypatch
):
    monkeypatch.setattr(journal_state, "SETS_PER_STATE", 4 if compacted else 1000)
    many(files, 5)
    files.load()
    assert len(list((var / "changes").glob("state-*"))) == compacted
    damage(var / "changes" / "0000000003.jsonl")
    again = FileStore(small, var)
    (problem,) = again.load().problems
    assert problem.file == "changes/0000000003.jsonl"
    assert problem.code == (
        "change_set_damaged" if (var / problem.file).exists() else "change_set_missing"
    )
    # The state was kept before the damage: it still knows what the damaged change set did.
    assert ids(again) == {f"r-{n}" for n in range(5) if n != 2 or compacted}
    assert again.one("buyers", "essai").raw == buyer(name="n 4") and again.change_set(3) is None
    assert [s.number for s in again.history()] == [5, 4, 2, 1]
    assert again.commit([put("r-9")], *ME).number == 6


@pytest.mark.parametrize("content", [b"", b"{}", b"nothing\n", None])
def test_a_damaged_state_is_made_again(small, var, files, content, monkeypatch):
    monkeypatch.setattr(journal_state, "SETS_PER_STATE", 2)
    many(files, 3)
    version = files.load().version
    (state,) = (var / "changes").glob("state-*")
    state.write_bytes(state.read_bytes()[:-9] if content is None else content)
    again = FileStore(small, var)
    found = again.load()
    assert (found.version, found.problems) == (version, ()) and ids(again) == {"r-0", "r-1", "r-2"}


def test_only_what_came_since_the_state_is_read_at_start(small, var, files, monkeypatch):
    monkeypatch.setattr(journal_state, "SETS_PER_STATE", 3)
    many(files, 4)
    files.load()
    many(files, 2, start=4)
    again, read = FileStore(small, var), []
    real = Journal.read
    monkeypatch.setattr(Journal, "read", lambda journal, n: (read.append(n), real(journal, n))[1])
    assert ids(again) == {f"r-{n}" for n in range(6)} and read == [5, 6]
    assert again.load().version == files.load().version


def test_what_an_interrupted_writer_left_is_swept_at_start(small, var, files):
    many(files, 1)
    stray = var / "changes" / ".0000000002.jsonl.abcd.tmp"
    stray.write_bytes(b"half")
    assert ids(FileStore(small, var)) == {"r-0"} and not stray.exists()


def test_a_change_set_damaged_while_it_is_served_is_gone_when_looked_at(var, files):
    many(files, 2)
    seen = files.change_set(1)
    path = var / "changes" / "0000000001.jsonl"
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(Expired):
        seen.changes[0]


def test_without_a_folder_to_write_in_nothing_can_be_changed(small):
    store = FileStore(small)
    with pytest.raises(StoreUnavailable):
        store.commit([put()], *ME)
    assert (
        list(store.history()) == []
        and store.change_set(1) is None
        and store.one("buyers", "essai").raw is None
    )


def test_a_folder_that_cannot_be_made_is_a_clear_refusal(small, tmp_path):
    (tmp_path / "file").write_text("")
    store = FileStore(small, tmp_path / "file")
    with pytest.raises(StoreUnavailable):
        store.commit([put()], *ME)
    assert store.load().problems == ()


def test_nothing_acknowledged_is_lost_when_the_writer_is_killed(small, var, files):
    """A writer saves as fast as it can and tells each save; it is killed 200 times."""
    acknowledged, expected = 0, []
    for round_ in range(KILLS):
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            try:
                while True:
                    held = files.one("buyers", "essai")
                    files.commit(
                        [
                            put(revision=held.revision, name=f"n {held.revision}"),
                            put(f"r-{held.revision}"),
                        ],
                        *ME,
                    )
                    os.write(writing, b"%d\n" % held.revision)
            finally:
                os._exit(1)
        os.close(writing)
        with os.fdopen(reading, "rb") as pipe:
            pipe.readline()  # it writes; the end comes somewhere in one of the next saves
            time.sleep(round_ % 20 / 2000)
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
            rest = [int(line) for line in pipe.read().split(b"\n")[:-1]]
        acknowledged = max([acknowledged, *rest])
        if round_ % 20 == 0:
            files = FileStore(small, var)
        held = files.one("buyers", "essai")
        assert held.revision > acknowledged
        expected = [f"r-{n}" for n in range(held.revision)]
    again = FileStore(small, var)
    for store in (files, again):
        assert store.load().problems == ()
        assert sorted(ids(store)) == sorted(expected)
        assert store.one("buyers", "essai").raw == buyer(name=f"n {len(expected) - 1}")
    assert [s.number for s in again.history(500)][0] == len(expected)
    assert not [p for p in (var / "changes").iterdir() if p.suffix == ".tmp"]


def grow(store, kept):
    store.commit([put(f"r-{n}", relation_fr="x" * 3900) for n in range(kept, 2 * kept + 1)], *ME)
    return 2 * kept + 1


def test_a_full_disk_is_told_and_leaves_what_was_there(small, narrow):
    folder, make_room = narrow
    store = FileStore(small, folder)
    kept, error_key = 0, None
    while error_key is None:
        try:
            kept = grow(store, kept)
        except StoreFull as error:
            error_key = error.key
    assert error_key == "error.no_room" and kept
    again = FileStore(small, folder)
    for reader in (store, again):
        assert ids(reader) == {f"r-{n}" for n in range(kept)} and reader.load().problems == ()
    assert not list((folder / "changes").glob(".*.tmp"))
    make_room()
    assert grow(store, kept) == len(ids(again))
