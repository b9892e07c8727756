"""Text extraction jobs: off the page's thread, with progress, bounded in time, cancellable.

A job lives in this process only; the uploaded bytes lie in ``KHARITA_VAR/intake`` until the
report is published, the job is dropped or expires.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.core.durable_files import atomic_write, translated_write_errors
from geo.core.errors import KharitaError
from geo.core.jobs import Cancelled, Job, JobQueue
from geo.core.paths import PROJECT
from geo.core.settings import settings
from geo.watch.publish.text_extraction import MAX_BYTES, ReportRejected

log = logging.getLogger(__name__)
SECONDS = 75.0
KEPT = 20
DAY_S = 86_400


@dataclass(eq=False, repr=False, kw_only=True)
class Extraction(Job[dict[str, Any]]):
    """The text of one file, being read by a process of its own."""

    name: str
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def path(self) -> Path:
        """The file of the uploaded bytes."""
        return self.folder / f"{self.id}.bin"

    def cancel(self) -> None:
        """Kill the process."""
        super().cancel()
        if self.process:
            self.process.kill()

    def dispose(self) -> None:
        """Delete the uploaded bytes."""
        self.path.unlink(missing_ok=True)


class Extractions(JobQueue[Extraction]):
    """The files that this process reads.

    Parameters
    ----------
    folder : where uploaded bytes are put aside.
    """

    def __init__(self, folder: Callable[[], Path], *, name: str = "intake") -> None:
        super().__init__(name, keep=KEPT, keep_for_s=float("inf"))
        self._folder = folder

    def add(self, content: bytes, name: str) -> Extraction:
        """Begin to read a file.

        Raises
        ------
        ReportRejected : it is too big.
        Busy : enough files are being read already.
        StoreFull, StoreUnavailable : it could not be put aside.
        """
        if len(content) > MAX_BYTES:
            raise ReportRejected("intake.too_big", limit=MAX_BYTES // 2**20)
        job = Extraction(name=name, folder=self._folder())
        with translated_write_errors():
            _sweep(job.folder)
            atomic_write(job.path, content)
        try:
            return self.start(job, _extract)
        except KharitaError:
            job.dispose()
            raise


def _sweep(folder: Path) -> None:
    """Delete what processes that were killed left behind: no job lives for a day."""
    if folder.is_dir():
        for path in folder.iterdir():
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - DAY_S:
                    path.unlink()


def _extract(job: Extraction) -> dict[str, Any]:
    until = time.monotonic() + SECONDS
    try:
        text = _text(job)
    except (OSError, ValueError):
        log.exception("reading an uploaded file failed")
        text = None
    if job.cancelled.is_set():
        raise Cancelled
    if text is None:
        raise ReportRejected("intake.too_slow" if time.monotonic() >= until else "intake.damaged")
    return text


def _text(job: Extraction) -> dict[str, Any] | None:
    """The text that the process extracted; None if it ended without a result."""
    arguments = [sys.executable, "-m", "geo.watch.publish.worker", str(job.path), job.name[:200]]
    text = None
    with subprocess.Popen(  # noqa: S603  ourselves, without a shell
        arguments,
        cwd=PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as job.process:
        if job.cancelled.is_set():
            job.process.kill()
        timer = threading.Timer(SECONDS, job.process.kill)
        timer.start()
        try:
            for line in job.process.stdout or ():
                message = json.loads(line)
                if "refused" in message:
                    raise ReportRejected(message["refused"], **message["values"])
                if "text" in message:
                    text = message["text"]
                else:
                    job.progress(message["done"], message["of"])
        finally:
            timer.cancel()
    return text


EXTRACTIONS = Extractions(lambda: settings().var / "intake")
