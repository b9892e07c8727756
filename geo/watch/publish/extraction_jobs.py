"""Files being read: off the page's thread, with progress, bounded in time, cancellable.

A job lives in this process only; the uploaded bytes lie in ``KHARITA_VAR/intake`` until the
report is published, the job is cancelled or forgotten.
"""

from __future__ import annotations

import json
import logging
import secrets
import subprocess
import sys
import threading
import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from geo.core.durable_files import atomic_write, translated_write_errors
from geo.core.errors import Busy, NotFound
from geo.core.jobs import register
from geo.core.paths import PROJECT
from geo.core.settings import settings
from geo.watch.publish.text_extraction import MAX_BYTES, ReportRejected

log = logging.getLogger(__name__)
SECONDS = 75.0
AT_ONCE, KEPT = 2, 20
DAY_S = 86_400


@dataclass
class Job:
    """One file on its way. ``state``: running, done, refused or cancelled."""

    id: str
    name: str
    path: Path
    state: str = "running"
    done: int = 0
    of: int = 0
    text: dict[str, Any] = field(default_factory=dict)
    refused: str = ""
    values: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    ended: threading.Event = field(default_factory=threading.Event)


class Intake:
    """The jobs of this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._lock = threading.Lock()

    def start(self, content: bytes, name: str) -> Job:
        """Begin to read a file.

        Raises
        ------
        ReportRejected : it is too big.
        Busy : enough files are being read already.
        StoreFull, StoreUnavailable : it could not be put aside.
        """
        if len(content) > MAX_BYTES:
            raise ReportRejected("intake.too_big", limit=MAX_BYTES // 2**20)
        with self._lock:
            if sum(j.state == "running" for j in self._jobs.values()) >= AT_ONCE:
                raise Busy("error.busy")
            id_ = secrets.token_urlsafe(12)
            job = Job(id_, name, self._folder / f"{id_}.bin")
            with translated_write_errors():
                self._sweep()
                atomic_write(job.path, content)
            self._jobs[id_] = job
            while len(self._jobs) > KEPT:
                self._forget(next(iter(self._jobs)))
        threading.Thread(target=self._run, args=(job,), name="intake", daemon=True).start()
        return job

    def get(self, id_: str) -> Job:
        """A job.

        Raises
        ------
        NotFound : none of that name.
        """
        job = self._jobs.get(id_)
        if job is None:
            raise NotFound("error.not_found")
        return job

    def cancel(self, id_: str) -> None:
        """Stop a job and drop its file."""
        job = self.get(id_)
        job.state = "cancelled"
        if job.process:
            job.process.kill()
        with self._lock:
            self._forget(id_)

    @property
    def running(self) -> int:
        """How many files are being read."""
        with self._lock:
            return sum(job.state == "running" for job in self._jobs.values())

    def close(self) -> None:
        """Stop every job and drop its file."""
        with self._lock:
            for id_ in list(self._jobs):
                self._forget(id_)

    def _sweep(self) -> None:
        """Drop what processes that were killed left behind: no job lives for a day."""
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < time.time() - DAY_S:
                        path.unlink()

    def _forget(self, id_: str) -> None:
        job = self._jobs.pop(id_)
        if job.process and job.process.poll() is None:
            job.process.kill()
        job.path.unlink(missing_ok=True)

    def _run(self, job: Job) -> None:
        until = time.monotonic() + SECONDS
        try:
            job.process = subprocess.Popen(  # noqa: S603  ourselves, without a shell
                [sys.executable, "-m", "geo.watch.publish.worker", str(job.path), job.name[:200]],
                cwd=PROJECT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            watch = threading.Timer(SECONDS, job.process.kill)
            watch.start()
            try:
                for line in job.process.stdout or ():
                    self._hear(job, json.loads(line))
                job.process.wait()
            finally:
                watch.cancel()
        except (OSError, ValueError):
            log.exception("reading an uploaded file failed")
        if job.state == "running":
            job.state = "refused"
            job.refused = "intake.too_slow" if time.monotonic() >= until else "intake.damaged"
        job.ended.set()

    @staticmethod
    def _hear(job: Job, said: dict[str, Any]) -> None:
        if job.state != "running":
            return
        if "done" in said:
            job.done, job.of = said["done"], said["of"]
        elif "text" in said:
            job.text, job.state = said["text"], "done"
        else:
            job.refused, job.values, job.state = said["refused"], said["values"], "refused"


@cache
def intake() -> Intake:
    """The jobs of this process."""
    return Intake(settings().var / "intake")


register("intake", lambda: intake().running, lambda: intake().close())
