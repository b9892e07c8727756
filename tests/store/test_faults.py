"""What a year brings without a network: broken files, full disks, clocks set back, sudden ends."""

from __future__ import annotations

import ast
import errno
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from geo.core import durable_files
from geo.core.errors import KharitaError, StoreFull, StoreUnavailable
from geo.i18n.words import words
from geo.model.view import ViewState
from geo.query.current import _Daily
from geo.query.engine import Query
from geo.share.shared_views import FileSnapshots, keep
from geo.store.audit_log import AuditLog
from geo.store.corrections import Corrections
from geo.store.file_store import FileStore
from geo.store.ledger import Holder
from geo.store.published_reports import ImportedReports
from geo.watch.publish.extraction_jobs import Extractions
from tests.conftest import ROOT
from tests.store.records import put

REPORT = {"date": "2026-01-02", "notes": [], "title": {"fr": "Un rapport"}}
ME = ("Amina", "essai", "edit")


def change(n: int = 0) -> dict[str, object]:
    return {"site": f"site-{n}", "field": "phone", "before": "", "after": f"06{n:08}", "line": 2}


# --- data files under a running app ---------------------------------------------------


@pytest.fixture
def folder(small, tmp_path):
    return Path(shutil.copytree(small, tmp_path / "data"))


BREAK = {
    "half written": lambda p: p.write_bytes(p.read_bytes()[: p.stat().st_size // 2]),
    "emptied": lambda p: p.write_bytes(b""),
    "garbage": lambda p: p.write_bytes(os.urandom(2_000)),
    "removed": lambda p: p.unlink(),
    "a folder": lambda p: (p.unlink(), p.mkdir()),
    "something else": lambda p: p.write_text('{"type": "Feature"}'),
}


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        *(("buyers.geojson", damage) for damage in BREAK),
        ("reports.json", "half written"),
        ("regions.geojson", "half written"),
        ("towns.json", "removed"),
        ("sources/communes.csv", "emptied"),
        ("sources/communes.csv", "something else"),
    ],
)
def test_a_file_that_breaks_under_a_running_app_stays_as_it_was_and_is_complained_about(
    folder, tmp_path, name, damage
):
    store = FileStore(folder, tmp_path / "var")
    holder = Holder(store, lambda catalogue: catalogue)
    before = holder.get()
    path = folder / name
    good = path.read_bytes()
    BREAK[damage](path)
    for _ in range(2):  # and at the next look, with something else changed as well
        broken = holder.get()
        for part in ("buyers", "sites", "reports", "regions", "towns", "communes"):
            assert getattr(broken, part) == getattr(before, part)
        assert [p.code for p in broken.problems] == ["file_held"] and words("fr").has(
            "problem.file_held"
        )
        os.utime(folder / "sites.geojson")
    assert store.commit([put()], *ME).number == 1  # writers go on too
    if path.is_dir():
        path.rmdir()
    path.write_bytes(good)
    again = holder.get()
    assert not again.problems and len(again.buyers) == len(before.buyers) + 1


def test_a_file_replaced_by_a_copy_of_the_same_size_and_time_is_seen(folder):
    store, path = FileStore(folder), folder / "buyers.geojson"
    holder = Holder(store, lambda catalogue: catalogue)
    before, stat = holder.get(), path.stat()
    name = before.buyers[0].name
    new = path.with_name("new")
    new.write_bytes(
        path.read_bytes().replace(
            json.dumps(name, ensure_ascii=False).encode(),
            json.dumps(name[::-1], ensure_ascii=False).encode(),
            1,
        )
    )
    os.utime(new, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    os.replace(new, path)
    assert path.stat().st_size == stat.st_size and path.stat().st_mtime_ns == stat.st_mtime_ns
    assert holder.get().buyers[0].name == name[::-1]


# --- the clock ------------------------------------------------------------------------


def test_a_clock_set_back_costs_no_change_and_no_order(small, tmp_path, monkeypatch):
    store = FileStore(small, tmp_path / "var")
    store.commit([put()], *ME)
    first = store.revision()

    monkeypatch.setenv("KHARITA_TODAY", "1999-12-31")
    kept = store.commit([put(revision=1, name="Après")], *ME)
    assert kept.time.startswith("1999") and [s.number for s in store.history()] == [2, 1]
    os.utime(tmp_path / "var" / "changes" / "0000000002.jsonl", (1, 1))
    assert store.revision() != first and store.load().buyers[-1].name == "Après"
    again = FileStore(small, tmp_path / "var")
    assert (
        again.one("buyers", "essai").revision == 2 and again.load().version == store.load().version
    )


def test_a_day_that_comes_again_makes_no_age_negative(catalogue, monkeypatch):
    days = iter([date(2026, 11, 25), date(1999, 1, 1)])
    revision = {d: None for d in days}
    for day in revision:
        query = Query(catalogue, today=day)
        assert query.counts(ViewState())["buyers"] == len(catalogue.buyers)
        assert (query.columns["buyers"].codes["fresh"] >= 0).all()

    class Store:
        def load(self):
            return catalogue

        def revision(self):
            return "same"

    monkeypatch.setenv("KHARITA_TODAY", "1999-01-01")
    assert _Daily(Store()).revision().startswith("1999-01-01")


def test_waiting_and_limits_never_ask_the_clock_on_the_wall():
    """``time.time`` jumps when the clock is set: it may only be compared with times of files."""
    modules = set()
    for path in sorted((ROOT / "geo").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Attribute)
                and node.attr == "time"
                and isinstance(node.value, ast.Name)
                and node.value.id == "time"
            ):
                modules.add(path.relative_to(ROOT).as_posix())
    assert modules == {"geo/watch/publish/extraction_jobs.py"}


# --- full disks -----------------------------------------------------------------------


def extractions(folder: Path) -> Extractions:
    return Extractions(lambda: folder, name="test")


WRITERS = {
    "corrections": lambda folder, query, n: Corrections(folder).propose([change(n)], "A" * 80),
    "shared views": lambda folder, query, n: keep(
        query, ViewState(), store=FileSnapshots(folder / "snapshots")
    ),
    "reports": lambda folder, query, n: ImportedReports(folder / "reports").add(
        REPORT, b"x" * 20_000, f"texte {n}"
    ),
    "intake": lambda folder, query, n: (
        extractions(folder / "intake").add(b"x" * 20_000, "a.txt").wait(30)
    ),
}


@pytest.mark.parametrize("what", WRITERS)
def test_a_full_disk_is_told_keeps_what_was_there_and_needs_no_restart(narrow, small, what):
    folder, make_room = narrow
    query, write = Query(FileStore(small).load()), WRITERS[what]
    filler = folder / "corrections-filler"
    filler.write_bytes(b"")
    write(folder, query, 0)
    kept = {
        p: p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and p.name not in ("filler", filler.name)
    }
    with filler.open("ab", buffering=0) as file:
        for size in (4096, 1):  # to the last byte
            with pytest.raises(OSError, match="space|large"):
                all(file.write(b"x" * size) for _ in range(400_000 // size + 1))

    def until_full():  # there may be some room left in the last page of a file
        for n in itertools.count(1):
            write(folder, query, n)
            if what == "corrections":
                kept[Corrections(folder).path] = Corrections(folder).path.read_bytes()

    with pytest.raises(StoreFull) as error:
        until_full()
    assert "disque" in words("fr")(error.value.key, **error.value.values)
    assert {p: p.read_bytes() for p in kept} == kept and not list(folder.rglob(".*.tmp"))
    make_room()
    filler.unlink(missing_ok=True)
    write(folder, query, 10_000)


def test_lines_are_added_whole_or_not_at_all(tmp_path, monkeypatch):
    """A disk that fills up takes a part of a line and says so only at the next one."""
    corrections, audit_log = Corrections(tmp_path), AuditLog(tmp_path)
    (first,) = corrections.propose([change(1)], "A")
    audit_log.record(email="a@b.ma", role="editor", what="POST /a", outcome=200)
    before = {p: p.read_bytes() for p in (corrections.path, audit_log.path)}
    write, room = os.write, []

    def short(descriptor, content):
        if not room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, bytes(content)[: room.pop()])

    monkeypatch.setattr(durable_files.os, "write", short)
    for left in ([], [1], [40, 1], [7, 7, 7]):
        room[:] = left
        with pytest.raises(StoreFull):
            corrections.propose([change(2)], "A")
        room[:] = left
        with pytest.raises(OSError, match="space"):
            audit_log.record(email="a@b.ma", role="editor", what="POST /b", outcome=200)
        assert {p: p.read_bytes() for p in before} == before
    room[:] = [10_000, 9, 9]
    (second,) = corrections.propose([change(2)], "A") if not room.append(10_000) else ()
    monkeypatch.undo()
    assert list(corrections.all()) == [first.id, second.id] and len(audit_log.latest()) == 1


def test_a_folder_that_cannot_be_written_is_a_clear_refusal(tmp_path, small):
    (tmp_path / "file").write_text("no folder")
    query = Query(FileStore(small).load())
    for write in WRITERS.values():
        with pytest.raises(StoreUnavailable) as error:
            write(tmp_path / "file", query, 0)
        assert words("fr").has(error.value.key)


# --- sudden ends ----------------------------------------------------------------------

ENDLESS = """
import sys
from pathlib import Path
from geo.store.corrections import Corrections
from geo.share.shared_views import Content, FileSnapshots, SharedView, new_code
from geo.store.published_reports import ImportedReports
folder, start = Path(sys.argv[1]), int(sys.argv[2])
shared, reports = FileSnapshots(folder / "snapshots"), ImportedReports(folder / "reports")
for n in range(start, start + 10_000):
    change = {"site": f"s{n}", "field": "phone", "before": "", "after": f"06{n:08}", "line": 2}
    made = Corrections(folder).propose([change], "A")
    print("correction", made[0].id, flush=True)
    code = new_code()
    content = Content({f"buyers:{i}": ("d", "n") for i in range(200)})
    shared.put(SharedView(code, "", "Vue", "v", "h", "2026-01-02T03:04:05+00:00", content))
    print("shared", code, flush=True)
    report = {"date": "2026-01-02", "notes": [], "title": {"fr": "R"}}
    print("report", reports.add(report, b"x" * 50_000, f"texte {n}"), flush=True)
"""


def test_nothing_said_to_be_kept_is_lost_when_the_process_is_killed(tmp_path):
    promised: dict[str, set[str]] = {"correction": set(), "shared": set(), "report": set()}
    for turn, wanted in enumerate((1, 4, 9, 14, 20, 23)):
        process = subprocess.Popen(
            [sys.executable, "-c", ENDLESS, str(tmp_path), str(turn * 10_000)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(wanted):
            kind, id_ = process.stdout.readline().split()
            promised[kind].add(id_)
        process.send_signal(signal.SIGKILL)
        for line in process.stdout:
            if line.endswith("\n"):
                kind, id_ = line.split()
                promised[kind].add(id_)
        process.wait(timeout=20)
        reports = ImportedReports(tmp_path / "reports")
        assert promised["correction"] <= set(Corrections(tmp_path).all())
        for code in promised["shared"]:
            assert len(FileSnapshots(tmp_path / "snapshots").get(code).content.records) == 200
        for name, content in reports.raw():
            assert (
                json.loads(content)["digest"]
                and reports.original(name.removesuffix(".json"))[0] == b"x" * 50_000
            )
        assert promised["report"] <= {name.removesuffix(".json") for name, _ in reports.raw()}
    assert all(len(found) > 3 for found in promised.values())


def test_a_correction_accepted_before_a_sudden_end_is_committed_once(small, tmp_path, monkeypatch):
    store, corrections = FileStore(small, tmp_path), Corrections(tmp_path)
    site = next(iter(store.held("sites")))
    (made,) = corrections.propose([{**change(), "site": site}], "Amina")
    append = Corrections._append
    monkeypatch.setattr(
        Corrections, "_append", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full"))
    )
    with pytest.raises(StoreFull):
        corrections.judge(made.id, "accepted", "Brahim", store)
    monkeypatch.setattr(Corrections, "_append", append)
    assert corrections.all()[made.id].state == "open"
    judged = corrections.judge(made.id, "accepted", "Brahim", store)
    assert judged.change_set == 1 and [s.number for s in store.history()] == [1]


def test_what_killed_processes_left_in_intake_is_swept(tmp_path):
    old, new = tmp_path / "old.bin", tmp_path / "new.bin"
    for path in (old, new):
        path.write_bytes(b"x")
    os.utime(old, (1, datetime(2020, 1, 1, tzinfo=UTC).timestamp()))
    queue = extractions(tmp_path)
    job = queue.add(b"Un texte.", "a.txt")
    assert job.wait(60) and not old.exists() and new.exists() and job.path.exists()
    queue.close()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["new.bin"] and queue.running == 0


def test_every_refusal_above_is_a_sentence_in_three_languages():
    for lang, error in itertools.product(
        ("fr", "ar", "en"), (StoreFull("error.no_room"), StoreUnavailable("error.store_unwritable"))
    ):
        assert (
            isinstance(error, KharitaError) and words(lang)(error.key, **error.values) != error.key
        )
