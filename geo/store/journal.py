"""Journal of change sets, one file each: a number exists if and only if its file does.

``0000000123.jsonl`` is one header line and one line per change, written atomically and fsynced:
what was acknowledged survives a power cut, and half a change set cannot be.
``state-0000000200.jsonl`` is the same for the changed records as they were after change set
200. It is a cache, rebuilt from the change sets when it is missing or damaged.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from geo.core.durable_files import atomic_write, exclusive, flush_folder
from geo.store.packed_records import Entry, PackedChange

FORMAT = 1
MAX_SET_BYTES = 512 * 2**20
_SET, _STATE = re.compile(r"(\d{10})\.jsonl\Z"), re.compile(r"state-(\d{10})\.jsonl\Z")
_STRAY = re.compile(r"\..+\.tmp\Z")


class Damaged(Exception):
    """Checksum or format error of a journal file."""


@dataclass(frozen=True, slots=True)
class State:
    """Checkpoint: the changed records after change set ``head``, which ``mark`` identifies.

    ``seen`` maps the change sets that were read to (bytes, mtime in ns) of their files.
    """

    head: int
    mark: str
    entries: Mapping[str, Mapping[str, Entry]]
    seen: Mapping[int, tuple[int, int]]


class Journal:
    """The change sets of one folder.

    Parameters
    ----------
    folder : created with the first change set.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """The lock of all processes that write here."""
        if not self.folder.is_dir():
            self.folder.mkdir(parents=True, exist_ok=True)
            flush_folder(self.folder.parent)
        with exclusive(self.folder / ".lock"):
            yield

    def path(self, number: int) -> Path:
        """The file of a change set."""
        return self.folder / f"{number:010}.jsonl"

    def listed(self) -> dict[int, tuple[int, int]]:
        """The change sets that are there, in order, with (bytes, mtime in ns) of their files."""
        found = {}
        if self.folder.is_dir():
            with os.scandir(self.folder) as entries:
                for entry in entries:
                    match = _SET.match(entry.name)
                    if match:
                        stat = entry.stat()
                        found[int(match[1])] = (stat.st_size, stat.st_mtime_ns)
        return dict(sorted(found.items()))

    def sweep(self) -> None:
        """Remove temporary files of interrupted writers. Call it under the lock."""
        for path in self.folder.iterdir():
            if _STRAY.match(path.name):
                path.unlink(missing_ok=True)

    def write(self, header: Mapping[str, Any], rows: Iterable[PackedChange]) -> None:
        """Write a change set atomically. Call it under the lock.

        Raises
        ------
        OSError : it could not be written; its number does not exist.
        """
        lines = [
            _line(
                {
                    "collection": r.collection,
                    "id": r.id,
                    "revision": r.revision,
                    "before": _json(r.before),
                    "after": _json(r.after),
                }
            )
            for r in rows
        ]
        atomic_write(self.path(header["number"]), _packed(header, lines))

    def read(self, number: int) -> tuple[dict[str, Any], list[PackedChange]]:
        """Header and changes of a change set.

        Raises
        ------
        Damaged : it is not there, or not what was written.
        """
        header, lines = _unpacked(self.path(number))
        return header, [_row(line) for line in lines]

    def header(self, number: int) -> dict[str, Any]:
        """The header alone, unchecked.

        Raises
        ------
        Damaged : it cannot be read.
        """
        try:
            with self.path(number).open("rb") as file:
                return _header(file.readline(2**20))
        except OSError as error:
            raise Damaged(error.strerror or "") from None

    def one(self, number: int, collection: str, id_: str) -> list[PackedChange]:
        """The change of one record in a change set, if there is any.

        Raises
        ------
        Damaged : as ``read``.
        """
        start = orjson.dumps({"collection": collection, "id": id_})[:-1] + b","
        return [_row(line) for line in _unpacked(self.path(number))[1] if line.startswith(start)]

    def check(self, number: int) -> None:
        """Verify the checksum of a change set.

        Raises
        ------
        Damaged : it does not match.
        """
        _unpacked(self.path(number))

    def save_state(self, state: State) -> None:
        """Write a checkpoint, and remove the older ones."""
        lines = [
            _line(
                {
                    "collection": name,
                    "id": id_,
                    "revision": e.revision,
                    "sets": e.sets,
                    "after": _json(e.content),
                }
            )
            for name, held in state.entries.items()
            for id_, e in held.items()
        ]
        header = {
            "number": state.head,
            "mark": state.mark,
            "seen": [[n, *mark] for n, mark in state.seen.items()],
        }
        atomic_write(self.folder / f"state-{state.head:010}.jsonl", _packed(header, lines))
        for number, path in self._states():
            if number < state.head:
                path.unlink(missing_ok=True)

    def state(self) -> State:
        """The newest readable checkpoint; an empty one when there is none."""
        for _, path in sorted(self._states(), reverse=True):
            try:
                header, lines = _unpacked(path)
                entries: dict[str, dict[str, Entry]] = {}
                for line in lines:
                    raw = orjson.loads(line)
                    entries.setdefault(raw["collection"], {})[raw["id"]] = Entry(
                        _bytes(raw["after"]), raw["revision"], tuple(raw["sets"])
                    )
                return State(
                    header["number"],
                    header["mark"],
                    entries,
                    {n: (a, b) for n, a, b in header["seen"]},
                )
            except (Damaged, ValueError, KeyError, TypeError):
                continue
        return State(0, "", {}, {})

    def _states(self) -> list[tuple[int, Path]]:
        if not self.folder.is_dir():
            return []
        matches = ((_STATE.match(path.name), path) for path in self.folder.iterdir())
        return [(int(match[1]), path) for match, path in matches if match]


def _packed(header: Mapping[str, Any], lines: list[bytes]) -> bytes:
    body = b"".join(lines)
    first = {"format": FORMAT, **header, "sha256": hashlib.sha256(body).hexdigest()}
    return _line(first) + body


def _unpacked(path: Path) -> tuple[dict[str, Any], list[bytes]]:
    try:
        if path.stat().st_size > MAX_SET_BYTES:
            raise Damaged("size")
        first, _, body = path.read_bytes().partition(b"\n")
    except OSError as error:
        raise Damaged(error.strerror or "") from None
    header = _header(first)
    if hashlib.sha256(body).hexdigest() != header.get("sha256"):
        raise Damaged("sha256")
    return header, body.splitlines()


def _header(line: bytes) -> dict[str, Any]:
    try:
        header = orjson.loads(line)
    except orjson.JSONDecodeError:
        raise Damaged("json") from None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise Damaged("format")
    return header


def _row(line: bytes) -> PackedChange:
    raw = orjson.loads(line)
    return PackedChange(
        raw["collection"], raw["id"], raw["revision"], _bytes(raw["before"]), _bytes(raw["after"])
    )


def _line(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE)


def _json(content: bytes | None) -> orjson.Fragment | None:
    return None if content is None else orjson.Fragment(content)


def _bytes(value: Any) -> bytes | None:
    return None if value is None else orjson.dumps(value)
