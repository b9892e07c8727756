"""The audit log: nothing acknowledged is missing, nothing personal or secret is in it."""

from __future__ import annotations

import threading

import orjson
import pytest

from geo.store.audit_log import FILE, AuditLog, short


def record(audit_log, **over):
    audit_log.record(
        **{"email": "a.alami@example.ma", "role": "editor", "what": "POST /api/x", "outcome": 200}
        | over
    )


def test_an_entry_says_who_when_what_role_and_outcome(tmp_path):
    audit_log = AuditLog(tmp_path)
    record(audit_log, needs="editor")
    (entry,) = audit_log.latest()
    assert (
        entry["role"] == "editor" and entry["needs"] == "editor" and entry["what"] == "POST /api/x"
    )
    assert entry["outcome"] == 200 and entry["at"].endswith("+00:00")
    assert entry["short"] == "a…@example.ma" and entry["who"] == AuditLog(tmp_path).sign(
        "A.Alami@Example.ma "
    )


def test_no_address_is_written_and_signs_differ_between_folders(tmp_path):
    one, two = AuditLog(tmp_path / "1"), AuditLog(tmp_path / "2")
    record(one)
    record(two)
    assert b"alami" not in (tmp_path / "1" / FILE).read_bytes()
    assert (
        one.latest()[0]["who"]
        != two.latest()[0]["who"]
        != AuditLog(tmp_path / "1").sign("b@example.ma")
    )
    for name in (FILE, "audit.key"):
        assert (tmp_path / "1" / name).stat().st_mode & 0o077 == 0


def test_newest_first_across_files_put_aside(tmp_path):
    audit_log = AuditLog(tmp_path, max_bytes=600, kept=3)
    for n in range(30):
        record(audit_log, what=f"POST /{n}")
    assert len(list(tmp_path.glob("audit*.jsonl"))) == 4
    assert all(f.stat().st_size <= 600 for f in tmp_path.glob("audit*.jsonl"))
    seen = [int(e["what"].rpartition("/")[2]) for e in audit_log.latest()]
    assert seen == list(range(29, 29 - len(seen), -1)) and len(seen) >= 8
    assert [e["what"] for e in audit_log.latest(2)] == ["POST /29", "POST /28"]


def test_a_line_cut_short_costs_only_itself(tmp_path):
    audit_log = AuditLog(tmp_path)
    record(audit_log, what="POST /1")
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"at": "2026')
    record(audit_log, what="POST /2")
    assert [e["what"] for e in audit_log.latest()] == ["POST /2", "POST /1"]


def test_many_at_once_lose_nothing(tmp_path):
    def write(n):
        for i in range(10):
            record(AuditLog(tmp_path, max_bytes=2_000, kept=50), what=f"POST /{n}/{i}")

    threads = [threading.Thread(target=write, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({e["what"] for e in AuditLog(tmp_path, kept=50).latest()}) == 60


def test_a_full_disk_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError):
        record(AuditLog(tmp_path / "file" / "x"))


@pytest.mark.parametrize(
    ("email", "shown"), [("", ""), ("a@b", "a…@b"), ("plain", ""), ("é.à@x.ma", "é…@x.ma")]
)
def test_addresses_are_cut_short(email, shown):
    assert short(email) == shown


def test_an_entry_is_one_line_whatever_it_holds(tmp_path):
    record(AuditLog(tmp_path), what="POST /\n{}" + "x" * 5_000, role="editor")
    (line,) = (tmp_path / FILE).read_bytes().splitlines()
    assert len(orjson.loads(line)["what"]) == 200
