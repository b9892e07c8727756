"""A backup restored is what was backed up, in either store; a bad one changes nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import stat
import zipfile
from pathlib import Path

import orjson
import pytest

from geo.core.errors import StoreFull, StoreUnavailable
from geo.query.current import open_store
from geo.share.shared_views import Content, FileSnapshots, SharedView
from geo.store import backup as module
from geo.store.audit_log import AuditLog
from geo.store.backup import MANIFEST, BadArchive, backup, restore
from geo.store.copy import NotEmpty
from geo.store.corrections import Corrections
from geo.store.file_store import FileStore
from geo.store.published_reports import ImportedReports
from tests.store.records import put
from tests.store.test_copy import contents, fill

REPORT = {"date": "2026-01-02", "notes": [], "title": {"fr": "Un rapport"}}


def live(store, var):
    """What people leave in KHARITA_VAR in a year, and what need not be kept."""
    fill(store)
    site = next(iter(store.held("sites")))
    made = Corrections(var).propose(
        [
            {"site": site, "field": "phone", "before": "", "after": "0612", "line": 3},
            {"site": site, "field": "phone", "before": "", "after": "0613", "line": 4},
        ],
        "Délégué",
    )
    Corrections(var).judge(made[0].id, "accepted", "Amina", store)
    FileSnapshots(var / "snapshots").put(
        SharedView(
            "ABCDEFGH",
            "market=DE",
            "Vue",
            "v",
            "h",
            "2026-01-02T03:04:05+00:00",
            Content({"buyers:x": ("d", "n")}),
        )
    )
    FileSnapshots(var / "snapshots").put_picture("ABCDEFGH", b"\x89PNG\r\n....")
    ImportedReports(var / "reports").add(REPORT, b"%PDF", "texte")
    AuditLog(var).record(email="a@b.ma", role="editor", what="POST /api/x", outcome=200)
    (var / "followed.txt").write_text("market=DE\n")
    for name in ("intake/upload.bin", "trade/comtrade.json", "changes/.lock"):
        (var / name).parent.mkdir(exist_ok=True)
        (var / name).write_bytes(b"again")


def files_of(var):
    kept = {
        p.relative_to(var).as_posix(): p.read_bytes()
        for p in var.rglob("*")
        if p.is_file() and not p.relative_to(var).parts[0].startswith("before-")
    }
    return {
        name: content
        for name, content in kept.items()
        if module.KEPT.fullmatch(name) and not name.startswith("changes/")
    }


def test_everything_comes_back_in_both_stores(place, databases, small, tmp_path):
    source = place.open()
    live(source, place.var)
    archive = tmp_path / "kharita.zip"
    made = backup(source, place.var, archive)
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600 and not list(tmp_path.glob(".*"))
    names = zipfile.ZipFile(archive).namelist()
    assert made["files"] == len(names) - 1 and not [
        n for n in names if "intake" in n or "trade" in n or "lock" in n or "state" in n
    ]
    expected = contents(source)
    folder, var = tmp_path / "other", tmp_path / "other-var"
    shutil.copytree(small, folder)
    other = FileStore(folder, var, ImportedReports(var / "reports"))
    assert restore(archive, other, var, replace=place.address.startswith("postgis")) == made
    database_var = tmp_path / "database-var"
    database = open_store(f"postgis:{databases()}", database_var)
    with pytest.raises(NotEmpty):
        restore(archive, database, database_var)
    restore(archive, database, database_var, replace=True)
    for store, where in ((other, var), (database, database_var)):
        assert contents(store) == expected and files_of(where) == files_of(place.var)
        assert [c.change_set for c in Corrections(where).all().values()] == [6, 0]
        assert FileSnapshots(where / "snapshots").get("ABCDEFGH").title == "Vue"
        assert AuditLog(where).sign("a@b.ma") == AuditLog(where).latest()[0]["who"]
        assert store.commit([put(revision=3)], "Amina", "", "edit").number == 7
        assert not list(where.glob(".restore-*"))
    database.close()


@pytest.fixture(scope="module")
def written(small, tmp_path_factory):
    """A lived-in folder of a store of files, and its backup."""
    folder = tmp_path_factory.mktemp("written")
    store = FileStore(small, folder / "var")
    live(store, folder / "var")
    backup(store, folder / "var", folder / "b.zip")
    return folder


@pytest.fixture
def archive(written, tmp_path):
    """A copy of that backup, to be bent."""
    return Path(shutil.copy(written / "b.zip", tmp_path / "b.zip"))


@pytest.fixture
def target(small, tmp_path):
    return FileStore(small, tmp_path / "new"), tmp_path / "new"


def test_nothing_is_overwritten_unless_told_and_what_was_there_is_kept_beside(
    archive, target, small, written
):
    store, var = target
    store.commit([put("avant")], "Amina", "", "edit")
    with pytest.raises(NotEmpty):
        backup(store, var, archive)
    with pytest.raises(NotEmpty):
        restore(archive, store, var)
    assert [s.number for s in store.history()] == [1]
    restore(archive, store, var, replace=True)
    assert len(store.history()) == 6 and store.one("buyers", "avant").revision == 0
    (before,) = var.glob("before-*")
    assert (
        orjson.loads((before / "changes" / "0000000001.jsonl").read_bytes().splitlines()[1])["id"]
        == "avant"
    )
    assert (
        FileStore(small, var).load().version
        == store.load().version
        == FileStore(small, written / "var").load().version
    )


def changed(path, act):
    """The archive with its members changed."""
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    act(members)
    with zipfile.ZipFile(path, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)


def added(name):
    def act(members):
        manifest = json.loads(members[MANIFEST])
        members[name] = b"evil"
        manifest["members"][name] = [4, hashlib.sha256(b"evil").hexdigest()]
        members[MANIFEST] = json.dumps(manifest).encode()

    return act


def bent(name, value):
    def act(members):
        manifest = json.loads(members[MANIFEST])
        manifest[name] = value
        members[MANIFEST] = json.dumps(manifest).encode()

    return act


@pytest.mark.parametrize(
    "act",
    [
        added("var/../../evil.jsonl"),
        added("/etc/evil"),
        added("var/secrets.toml"),
        added("data/../evil"),
        added("var/changes/0000000001.jsonl/x"),
        added("var/snapshots/../../ABCDEFGH.json"),
        added("data/evil.py"),
        added("..\\evil"),
        lambda m: m.pop("var/corrections.jsonl"),
        lambda m: m.update({"var/extra": b""}),
        lambda m: m.pop(MANIFEST),
        lambda m: m.update(
            {"var/corrections.jsonl": m["var/corrections.jsonl"].replace(b"0612", b"0666")}
        ),
        lambda m: m.update({"var/corrections.jsonl": b"x" * 2**22}),
        lambda m: m.update({MANIFEST: b"[]"}),
        lambda m: m.update({MANIFEST: b"{"}),
        bent("format", 99),
        bent("members", {"a": "b"}),
        bent("members", []),
    ],
)
def test_a_bad_archive_changes_nothing(archive, target, tmp_path, act):
    changed(archive, act)
    store, var = target
    before = sorted(p.name for p in tmp_path.iterdir())
    with pytest.raises(BadArchive):
        restore(archive, store, var)
    assert list(var.iterdir()) == [] and not store.history()
    assert sorted(p.name for p in tmp_path.iterdir()) in (before, sorted([*before, "new"]))


@pytest.mark.parametrize(
    "damage",
    [
        lambda b: b[:-200],
        lambda b: b[: len(b) // 2],
        lambda b: b"",
        lambda b: b"PK\x03\x04" + b"\0" * 100,
        lambda b: b"no archive",
        lambda b: (
            b[: len(b) // 3]
            + bytes(c ^ 255 for c in b[len(b) // 3 : len(b) // 3 + 40])
            + b[len(b) // 3 + 40 :]
        ),
    ],
)
def test_a_damaged_archive_changes_nothing(archive, target, damage):
    archive.write_bytes(damage(archive.read_bytes()))
    store, var = target
    with pytest.raises(BadArchive):
        restore(archive, store, var)
    assert not store.history() and not list(var.glob("*.jsonl"))


def test_a_full_disk_leaves_the_older_backup_and_what_was_there(
    archive, target, monkeypatch, tmp_path
):
    store, var = target
    store.commit([put("avant")], "Amina", "", "edit")
    old = archive.read_bytes()

    def full(*_args, **_more):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(module, "_poured", full)
    with pytest.raises(StoreFull):
        backup(store, var, archive, replace=True)
    with pytest.raises(StoreFull):
        restore(archive, store, var, replace=True)
    assert (
        archive.read_bytes() == old
        and not list(tmp_path.glob(".*"))
        and not list(var.glob(".restore-*"))
    )
    assert store.one("buyers", "avant").revision == 1


def test_a_damaged_change_set_is_backed_up_as_it_is_and_said_after(small, tmp_path):
    var = tmp_path / "var"
    store = FileStore(small, var)
    fill(store)
    (var / "changes" / "0000000002.jsonl").write_bytes(b"damaged")
    backup(store, var, tmp_path / "b.zip")
    new = FileStore(small, tmp_path / "new")
    restore(tmp_path / "b.zip", new, tmp_path / "new")
    assert [p.code for p in new.load().problems] == ["change_set_damaged"]


def test_what_cannot_be_restored_into_says_so(archive, tmp_path):
    with pytest.raises(StoreUnavailable):
        restore(archive, open_store("synthetic:100"), tmp_path / "x")
