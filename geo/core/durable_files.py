"""Atomic, durable file writes: temporary file, fsync, rename; and an inter-process lock."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from geo.core.errors import StoreFull, StoreUnavailable


def atomic_write(target: Path, content: bytes) -> None:
    """Replace a file atomically: readers see the old content or the new one.

    Raises
    ------
    OSError : it could not be written; ``target`` is as it was and nothing is left beside it.
    """
    with atomic_file(target) as file:
        file.write(content)


@contextmanager
def atomic_file(target: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """Context manager that replaces a file atomically when the block succeeds.

    Parameters
    ----------
    mode : who may read it, before the umask.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with os.fdopen(os.open(temporary, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode), "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)
    flush_folder(target.parent)


def append_lines(path: Path, lines: bytes, mode: int = 0o640) -> None:
    """Append lines durably and atomically: all of them are on disk on return, or none.

    The caller holds a lock. A line that a power failure cut short is ended first, so that it
    swallows no other.

    Raises
    ------
    OSError : they could not be written; the file is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, mode)
    try:
        end = os.lseek(descriptor, 0, os.SEEK_END)
        rest = memoryview(
            lines if not end or os.pread(descriptor, 1, end - 1) == b"\n" else b"\n" + lines
        )
        try:
            while rest:  # a disk that fills up takes a part, and says so at the next piece only
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, end)
            raise
    finally:
        os.close(descriptor)
    if not end:
        flush_folder(path.parent)


@contextmanager
def exclusive(lock: Path) -> Iterator[None]:
    """Hold the exclusive inter-process lock of a file; other threads and processes wait.

    Parameters
    ----------
    lock : the lock's file, created when missing and left in place; not the data themselves.

    Raises
    ------
    OSError : the file cannot be opened.
    """
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def flush_folder(folder: Path) -> None:
    """Fsync a folder: the names in it survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_error(error: OSError) -> StoreFull | StoreUnavailable:
    """The store's error for a failed write: no space left, or not writable."""
    if error.errno in _NO_ROOM:
        return StoreFull("error.no_room")
    return StoreUnavailable("error.store_unwritable")


@contextmanager
def translated_write_errors() -> Iterator[None]:
    """Raise failed writes inside as errors of the store.

    Raises
    ------
    StoreFull, StoreUnavailable : see ``write_error``.
    """
    try:
        yield
    except OSError as error:
        raise write_error(error) from error
