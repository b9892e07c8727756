"""Files that outlive a power cut are written in one place, under one kind of lock."""

import fcntl
import re
from pathlib import Path

import pytest

from geo.core.durable_files import exclusive

PROJECT = Path(__file__).parents[2]


def test_one_module_replaces_and_locks_files():
    own = re.compile(r"\bos\.(replace|rename)\(|\bfcntl\b|\bflock\(|\.(partial|part)\"\)")
    found = [
        f"{path.relative_to(PROJECT)}:{number}"
        for path in (PROJECT / "geo").rglob("*.py")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if own.search(line) and path.name != "durable_files.py"
    ]
    assert found == []


def free(lock):
    """Whether nobody holds a lock."""
    with lock.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def test_a_lock_is_held_inside_and_free_after_an_error(tmp_path):
    lock = tmp_path / "new" / "x.lock"
    with exclusive(lock):
        assert not free(lock)
    assert free(lock)
    with pytest.raises(RuntimeError), exclusive(lock):
        raise RuntimeError
    assert free(lock)
