"""Shared views: what was presented when, under a short code, and what has changed since.

Each code is one JSON file, written atomically. It keeps the address of the view,
the data version, and a digest of every matching record, so that "as presented" can be
compared with "today" without keeping the data themselves.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import orjson

from geo.core import clock
from geo.core.durable_files import atomic_write, translated_write_errors
from geo.core.errors import BadRequest, Expired, NotFound, StoreFull
from geo.core.settings import settings
from geo.model.address import encode
from geo.model.records import COLLECTIONS
from geo.model.view import RECORDS, ViewState
from geo.query.engine import Query

#: No letter or figure that is read for another.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_CHARS = 8
MAX_SNAPSHOTS = 20_000
MAX_RECORDS = 20_000
MAX_TITLE = 200
MAX_PICTURE, MAX_PICTURES = 300 * 1024, 4_000
FORMAT = 1
_PNG = b"\x89PNG\r\n"
_CODE = re.compile(rf"[{ALPHABET}]{{6,8}}\Z")


@dataclass(frozen=True)
class Content:
    """The records of a view: ``collection:id`` -> (digest, name)."""

    records: Mapping[str, tuple[str, str]]

    @property
    def digest(self) -> str:
        """One digest of them all."""
        return _digest(sorted((key, value[0]) for key, value in self.records.items()))

    @property
    def counts(self) -> dict[str, int]:
        """How many of each collection."""
        found = dict.fromkeys(COLLECTIONS, 0)
        for key in self.records:
            found[key.partition(":")[0]] += 1
        return found


@dataclass(frozen=True)
class SharedView:
    """One shared view as it was presented. ``created`` is UTC, ISO 8601."""

    code: str
    address: str
    title: str
    data_version: str
    content_hash: str
    created: str
    content: Content


@dataclass(frozen=True, slots=True)
class Comparison:
    """What changed between two contents; each record is ``(collection:id, name)``."""

    added: tuple[tuple[str, str], ...]
    removed: tuple[tuple[str, str], ...]
    changed: tuple[tuple[str, str], ...]
    counts_then: Mapping[str, int]
    counts_now: Mapping[str, int]

    @property
    def same(self) -> bool:
        """Whether nothing changed."""
        return not (self.added or self.removed or self.changed)


class SnapshotStore(Protocol):
    """A store of shared views."""

    def put(self, kept: SharedView) -> None:
        """Write one view."""
        ...

    def get(self, code: str) -> SharedView:
        """Read one view."""
        ...

    def has(self, code: str) -> bool:
        """Whether a code is taken."""
        ...

    def put_picture(self, code: str, png: bytes) -> None:
        """Write the picture of a view as presented."""
        ...

    def picture(self, code: str) -> bytes:
        """Read the picture of a view as presented."""
        ...

    def count(self) -> int:
        """How many views are stored."""
        ...


class FileSnapshots:
    """Shared views as files of one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, kept: SharedView) -> None:
        """Write one view atomically and durably."""
        atomic_write(
            self._folder / f"{kept.code}.json", orjson.dumps({"format": FORMAT, **asdict(kept)})
        )

    def put_picture(self, code: str, png: bytes) -> None:
        """Write the picture of a view as presented, atomically.

        The oldest pictures make room; their views stay.

        Raises
        ------
        ValueError : more than 300 kB.
        """
        if len(png) > MAX_PICTURE:
            raise ValueError(f"a picture of {len(png)} bytes")
        atomic_write(self._folder / f"{code}.png", png)
        with os.scandir(self._folder) as entries:
            pictures = [(e.stat().st_mtime_ns, e.name) for e in entries if e.name.endswith(".png")]
        for _, name in sorted(pictures)[:-MAX_PICTURES]:
            (self._folder / name).unlink(missing_ok=True)

    def picture(self, code: str) -> bytes:
        """The picture of a view as presented.

        Raises
        ------
        NotFound : no such code.
        Expired : it has no picture, or no longer.
        """
        code = code.upper()
        if not self.has(code):
            raise NotFound("error.code_unknown")
        try:
            content = (self._folder / f"{code}.png").read_bytes()
        except OSError:
            raise Expired("error.picture_gone") from None
        if not content.startswith(_PNG):
            raise Expired("error.picture_gone")
        return content

    def get(self, code: str) -> SharedView:
        """Read one view.

        Raises
        ------
        NotFound : no such code.
        Expired : its file can no longer be read.
        """
        code = code.upper()
        if not _CODE.match(code):
            raise NotFound("error.code_unknown")
        try:
            raw = orjson.loads(self._path(code).read_bytes())
            if raw["format"] != FORMAT or raw["code"] != code:
                raise ValueError(raw["format"])
            records = {str(k): (str(v[0]), str(v[1])) for k, v in raw["content"]["records"].items()}
            address, title, version, digest, created = (
                str(raw[name])
                for name in ("address", "title", "data_version", "content_hash", "created")
            )
            return SharedView(code, address, title, version, digest, created, Content(records))
        except FileNotFoundError:
            raise NotFound("error.code_unknown") from None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise Expired("error.code_gone") from error

    def has(self, code: str) -> bool:
        """Whether a code is taken."""
        return bool(_CODE.match(code)) and self._path(code).exists()

    def count(self) -> int:
        """How many views are kept."""
        if not self._folder.is_dir():
            return 0
        with os.scandir(self._folder) as entries:
            return sum(1 for e in entries if e.name.endswith(".json"))

    def _path(self, code: str) -> Path:
        return self._folder / f"{code}.json"


_lock = threading.Lock()


def snapshot_store() -> SnapshotStore:
    """The store of this deployment."""
    return FileSnapshots(settings().var / "snapshots")


def content_of(query: Query, view: ViewState) -> Content:
    """The records that a view matches now.

    Raises
    ------
    BadRequest : more than 20,000 records.
    """
    if sum(query.counts(view).values()) > MAX_RECORDS:
        raise BadRequest("error.snapshot_too_big", limit=MAX_RECORDS)
    found: dict[str, tuple[str, str]] = {}
    for name in RECORDS:
        columns = query.columns[name]
        for row in np.flatnonzero(query.passing(name, view)).tolist():
            record = columns.record(row)
            found[f"{name}:{record.id}"] = (_digest(asdict(record)), record.name)
    for report in query.matching_reports(view):
        found[f"reports:{report.id}"] = (
            _digest({**asdict(report), "title": dict(report.title)}),
            report.title.get("fr", ""),
        )
    return Content(found)


def keep(
    query: Query, view: ViewState, title: str = "", *, store: SnapshotStore | None = None
) -> str:
    """Keep a view as presented now, and return its code for ``/s/{code}``.

    Raises
    ------
    StoreFull, StoreUnavailable : 20,000 views are kept already, or it could not be written.
    BadRequest : the view leaves too many records.
    """
    store = store or snapshot_store()
    content = content_of(query, view)
    with translated_write_errors(), _lock:
        if store.count() >= MAX_SNAPSHOTS:
            raise StoreFull("error.store_full", limit=MAX_SNAPSHOTS)
        code = new_code()
        while store.has(code):
            code = new_code()
        store.put(
            SharedView(
                code,
                encode(view),
                " ".join(title.split())[:MAX_TITLE],
                query.catalogue.version,
                content.digest,
                clock.now().isoformat(timespec="seconds"),
                content,
            )
        )
    return code


def compare(kept: Content, now: Content) -> Comparison:
    """What was added, removed or changed since a view was presented."""
    then_keys, now_keys = set(kept.records), set(now.records)

    def named(keys: set[str], content: Content) -> tuple[tuple[str, str], ...]:
        return tuple((key, content.records[key][1]) for key in sorted(keys))

    return Comparison(
        named(now_keys - then_keys, now),
        named(then_keys - now_keys, kept),
        named({k for k in then_keys & now_keys if kept.records[k][0] != now.records[k][0]}, now),
        kept.counts,
        now.counts,
    )


def new_code() -> str:
    """A random code: one of 656 billion."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_CHARS))


def _digest(value: Any) -> str:
    return hashlib.sha256(orjson.dumps(value, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
