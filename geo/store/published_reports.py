"""Published imports: one JSON file per report and its original beside it, written atomically.

``I-2026-001.json`` is what the stores read; ``I-2026-001.orig`` is the uploaded file. The original
is written before the JSON, so that a report never lacks it; an original without JSON is left by
an interrupted publication, and is ignored.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from geo.core.durable_files import atomic_write, translated_write_errors
from geo.core.errors import KharitaError, NotFound, StoreFull
from geo.text.folding import phrase

MOST = 10_000
_ID = re.compile(r"I-\d{4}-\d{3,5}\Z")
_LOCK = threading.Lock()


class AlreadyPublished(KharitaError):
    """A report with the same content is already published."""

    status = 409


class ImportedReports:
    """The folder of published imports."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def revision(self) -> str:
        """Changes when a report is added, removed or replaced."""
        try:
            stat = self.folder.stat()
        except OSError:
            return "-"
        return f"{stat.st_mtime_ns}"

    def raw(self) -> Iterator[tuple[str, bytes]]:
        """File name and content of each report, in the order of their ids."""
        for path in sorted(self.folder.glob("I-*.json")):
            yield path.name, path.read_bytes()

    def original(self, id_: str) -> tuple[bytes, str]:
        """The file a report was made from, and its name.

        Raises
        ------
        NotFound : no such report.
        """
        if not _ID.match(id_):
            raise NotFound("error.not_found")
        try:
            about = orjson.loads((self.folder / f"{id_}.json").read_bytes())
            return (self.folder / f"{id_}.orig").read_bytes(), str(about.get("original", ""))
        except (OSError, orjson.JSONDecodeError):
            raise NotFound("error.not_found") from None

    def add(self, report: dict[str, Any], content: bytes, text: str) -> str:
        """Publish a report under a new id.

        Raises
        ------
        Twice : a published report has the same text.
        StoreFull, StoreUnavailable : there are too many, or it could not be written.
        """
        digest = digest_of(text)
        with translated_write_errors(), _LOCK:
            self.folder.mkdir(parents=True, exist_ok=True)
            same = self.same_as(digest)
            if same:
                raise AlreadyPublished("intake.twice", id=same)
            paths = list(self.folder.glob("I-*.json"))
            if len(paths) >= MOST:
                raise StoreFull("error.reports_full", limit=MOST)
            year = (report["date"] or "0000")[:4]
            taken = [int(p.stem.rpartition("-")[2]) for p in paths if _ID.match(p.stem)]
            id_ = f"I-{year}-{max(taken, default=0) + 1:03d}"
            made = {
                **report,
                "id": id_,
                "digest": digest,
                "provenance": "imported",
                "notes": [{**n, "id": f"{id_}.{n['id']}"} for n in report["notes"]],
            }
            atomic_write(self.folder / f"{id_}.orig", content)
            atomic_write(
                self.folder / f"{id_}.json", orjson.dumps(made, option=orjson.OPT_INDENT_2)
            )
        return id_

    def same_as(self, digest: str) -> str:
        """The id of the report with this text; empty when there is none."""
        for _, content in self.raw():
            try:
                held = orjson.loads(content)
                if held.get("digest") == digest:
                    return str(held["id"])
            except (orjson.JSONDecodeError, AttributeError, KeyError):
                continue
        return ""


def digest_of(text: str) -> str:
    """Fingerprint of a text: the same for the same words, whatever the file format."""
    return hashlib.sha256(phrase(text).encode()).hexdigest()[:32]
