"""Long work in threads of its own: a few at once, told page by page, stopped when asked.

Knows: states, bounds, how long a result is kept. Not: HTTP, or what the work is.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from geo.core.errors import Busy, NotFound, NotReady

log = logging.getLogger(__name__)
AT_ONCE, KEPT, KEPT_S = 2, 8, 3_600.0
ENDED = ("done", "cancelled", "failed")


@dataclass(frozen=True, slots=True)
class Work:
    """Background work of one kind: how many pieces run, and how to stop them all."""

    running: Callable[[], int]
    close: Callable[[], None]


_WORK: dict[str, Work] = {}


def register(name: str, running: Callable[[], int], close: Callable[[], None]) -> None:
    """Make a kind of background work known to ``/metrics`` and to the shutdown."""
    _WORK[name] = Work(running, close)


def registered() -> Mapping[str, Work]:
    """Every kind of background work, by name."""
    return _WORK


class Stopped(Exception):
    """Work raises this when it noticed that it should stop."""


@dataclass
class Job:
    """One piece of work. ``state`` is running, done, cancelled or failed."""

    id: str
    title: str
    lang: str
    total: int
    done: int = 0
    state: str = "running"
    content: bytes = b""
    ended_s: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    def progress(self, done: int, total: int) -> None:
        """Tell how far the work is."""
        self.done, self.total = done, total


class Jobs:
    """The jobs of this process.

    Parameters
    ----------
    at_once : how many run together; more are refused.
    kept : how many ended jobs are remembered, the newest ones.
    kept_s : for how long, seconds.
    clock : seconds that only grow.
    """

    def __init__(
        self,
        at_once: int = AT_ONCE,
        kept: int = KEPT,
        kept_s: float = KEPT_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._at_once, self._kept, self._kept_s, self._clock = at_once, kept, kept_s, clock
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()

    def start(self, title: str, lang: str, total: int, work: Callable[[Job], bytes]) -> Job:
        """Begin some work in a thread.

        Raises
        ------
        Busy : as many are running as may.
        """
        with self._lock:
            self._forget()
            if sum(job.state == "running" for job in self._jobs.values()) >= self._at_once:
                raise Busy("error.jobs_busy")
            job = Job(secrets.token_urlsafe(18), title, lang, total)
            self._jobs[job.id] = job
        threading.Thread(target=self._run, args=(job, work), name="job", daemon=True).start()
        return job

    def get(self, id_: str) -> Job:
        """A job that runs, or that ended not too long ago.

        Raises
        ------
        NotFound : no such job, or no longer.
        """
        with self._lock:
            self._forget()
            job = self._jobs.get(id_)
        if job is None:
            raise NotFound("error.job_unknown")
        return job

    def cancel(self, id_: str) -> Job:
        """Ask a job to stop; one that has ended stays as it is.

        Raises
        ------
        NotFound : see ``get``.
        """
        job = self.get(id_)
        job.stop.set()
        return job

    def content(self, id_: str) -> bytes:
        """What a job made.

        Raises
        ------
        NotFound : see ``get``, or it ended without a result.
        NotReady : it still runs.
        """
        job = self.get(id_)
        if job.state == "running":
            raise NotReady("error.job_not_ready")
        if job.state != "done":
            raise NotFound("error.job_unknown")
        return job.content

    @property
    def running(self) -> int:
        """How many run."""
        with self._lock:
            return sum(job.state == "running" for job in self._jobs.values())

    def close(self) -> None:
        """Ask every job to stop."""
        with self._lock:
            for job in self._jobs.values():
                job.stop.set()

    def _run(self, job: Job, work: Callable[[Job], bytes]) -> None:
        try:
            content, state = work(job), "done"
        except Stopped:
            content, state = b"", "cancelled"
        except Exception:
            log.exception("job %s", job.title)
            content, state = b"", "failed"
        with self._lock:
            job.content, job.state, job.ended_s = content, state, self._clock()
            self._forget()
        job.ended.set()

    def _forget(self) -> None:
        now = self._clock()
        ended = [j for j in self._jobs.values() if j.state in ENDED]
        ended.sort(key=lambda j: j.ended_s)
        for place, job in enumerate(ended):
            if now - job.ended_s > self._kept_s or len(ended) - place > self._kept:
                del self._jobs[job.id]
