"""Background jobs: queues with limits, progress, cancellation and expiry.

Every queue of the process is registered by its name for ``/metrics`` and the shutdown.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from geo.core.errors import Busy, KharitaError, NotFound, NotReady

log = logging.getLogger(__name__)
R = TypeVar("R")
J = TypeVar("J", bound="Job[Any]")
_QUEUES: dict[str, JobQueue[Any]] = {}


def queues() -> Mapping[str, JobQueue[Any]]:
    """Every queue of this process, by name."""
    return dict(_QUEUES)


class Cancelled(Exception):
    """Raised inside a job that has been asked to stop."""


@dataclass(eq=False, repr=False, kw_only=True)
class Job(Generic[R]):
    """One piece of background work.

    Attributes
    ----------
    id : cannot be guessed; or a key, where the same question is one job.
    owner : who alone sees it; empty where knowing the id is enough.
    stage, done, total : its progress.
    state : running (or waiting for its turn), done, failed or cancelled.
    cancelled : set once it should stop.
    future : its result, or its error.
    used_s : when it was last started, ended or, where that renews it, looked at.
    weight : what it takes of what its queue keeps, once it has ended.
    """

    id: str = field(default_factory=lambda: secrets.token_urlsafe(18))
    owner: str = ""
    stage: str = ""
    done: int = 0
    total: int = 0
    state: str = "running"
    cancelled: threading.Event = field(default_factory=threading.Event)
    future: Future[R] = field(default_factory=Future)
    used_s: float = 0.0
    weight: int = 0

    def progress(self, done: int, total: int) -> None:
        """Record how far the work is.

        Raises
        ------
        Cancelled : it should stop.
        """
        self.done, self.total = done, total
        if self.cancelled.is_set():
            raise Cancelled

    def stage_progress(self, stage: str, done: int, total: int) -> None:
        """Record how far which stage of the work is.

        Raises
        ------
        Cancelled : see ``progress``.
        """
        self.stage = stage
        self.progress(done, total)

    def cancel(self) -> None:
        """Ask the work to stop; a subclass also stops what it waits for."""
        self.cancelled.set()

    def dispose(self) -> None:
        """Clean up when the job is forgotten; a subclass deletes the files that it left."""

    def wait(self, timeout_s: float | None = None) -> bool:
        """Whether the job ends within a time."""
        return bool(wait([self.future], timeout_s).done)

    async def outcome(self) -> R:
        """The result once it is there; raises what the work raised.

        A reader who leaves doesn't cancel the job: others may wait for it.
        """
        return await asyncio.wrap_future(self.future)

    @property
    def ended(self) -> bool:
        """Whether it is done, failed or cancelled."""
        return self.state != "running"

    @property
    def result(self) -> R:
        """What the work returned; waits for it, and raises what the work raised."""
        return self.future.result()

    @property
    def error(self) -> KharitaError | None:
        """Why it failed, as a sentence for readers; None unless it failed."""
        if self.state != "failed":
            return None
        error = self.future.exception()
        return error if isinstance(error, KharitaError) else KharitaError("error.internal")


class JobQueue(Generic[J]):
    """The jobs of one kind.

    Parameters
    ----------
    name : its name in ``/metrics``; a queue takes the place of an earlier one of its name.
    limit : how many jobs run at a time.
    waiting : how many more may wait for their turn; None for any number.
    keep : how many ended jobs are kept, the last used ones; see ``weigh``.
    keep_for_s : for how long they are kept, in seconds.
    renew : looking at a job, or asking for it again, counts as use.
    drop_oldest : a job too many drops the oldest unfinished one instead of being refused.
    log_failures : False where whoever waits for a job gets its error, and logs it.
    busy, unknown : the sentences for a job too many, and for one that isn't there.
    clock : monotonic clock, in seconds.
    """

    def __init__(
        self,
        name: str,
        limit: int = 2,
        *,
        waiting: int | None = 0,
        keep: int = 8,
        keep_for_s: float = 3_600.0,
        renew: bool = False,
        drop_oldest: bool = False,
        log_failures: bool = True,
        busy: str = "error.busy",
        unknown: str = "error.not_found",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = name
        self._limit, self._places, self._drop_oldest = limit, waiting, drop_oldest
        self._keep, self._keep_for_s, self._renew = keep, keep_for_s, renew
        self._log_failures, self._busy, self._unknown = log_failures, busy, unknown
        self._clock = clock
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, J] = OrderedDict()  # the last used one last
        self._waiting: dict[str, tuple[J, Callable[[J], Any]]] = {}
        self._active = self._kept = 0
        _QUEUES[name] = self

    def start(self, job: J, work: Callable[[J], Any]) -> J:
        """Run some work in the background; a job that has ended may be started again.

        Returns
        -------
        The job; or the earlier one of the same id, while that runs or is kept.

        Raises
        ------
        Busy : every place is taken.
        NotReady : this very job is still running.
        NotFound : it was dropped.
        """
        with self._lock:
            self._forget_old()
            held = self._jobs.get(job.id)
            if held is not None and held is not job:
                self._look_at(held)
                return held
            if held is job and not job.ended:
                raise NotReady("error.job_not_ready")
            if job.cancelled.is_set():
                raise NotFound(self._unknown)
            self._make_room()
            self._remove(job)
            job.state, job.stage, job.done, job.future = "running", type(job).stage, 0, Future()
            job.future.set_running_or_notify_cancel()
            self._jobs[job.id] = job
            self._use(job)
            if self._active < self._limit:
                self._active += 1
                threading.Thread(
                    target=self._work, args=(job, work), name=self.name, daemon=True
                ).start()
            else:
                self._waiting[job.id] = (job, work)
        return job

    def get(self, id_: str, owner: str = "") -> J:
        """A job that runs or is kept.

        Raises
        ------
        NotFound : no such job, or no longer, or somebody else's.
        """
        with self._lock:
            self._forget_old()
            job = self._jobs.get(id_)
            if job is None or job.owner != owner:
                raise NotFound(self._unknown)
            self._look_at(job)
            return job

    def result(self, id_: str) -> Any:
        """What a job made.

        Raises
        ------
        NotFound : see ``get``, or it ended without a result.
        NotReady : it still runs.
        """
        job = self.get(id_)
        if not job.ended:
            raise NotReady("error.job_not_ready")
        if job.state != "done":
            raise NotFound(self._unknown)
        return job.result

    def cancel(self, id_: str) -> J:
        """Ask a job to stop; one that waits ends at once, one that has ended stays as it is.

        Raises
        ------
        NotFound : see ``get``.
        """
        job = self.get(id_)
        with self._lock:
            self._cancel(job)
        return job

    def drop(self, job: J) -> None:
        """Cancel a job and forget it."""
        with self._lock:
            self._drop(job)

    def close(self) -> None:
        """Cancel and forget every job; the queue can be used again."""
        with self._lock:
            for job in list(self._jobs.values()):
                self._drop(job)

    @property
    def running(self) -> int:
        """How many jobs run or wait."""
        with self._lock:
            return self._active + len(self._waiting)

    def weigh(self, job: J) -> int | None:  # noqa: ARG002  for subclasses
        """Weight of an ended job towards ``keep``; None forgets it at once."""
        return 1

    # --- with the lock held -----------------------------------------------------------

    def _make_room(self) -> None:
        if self._places is None or self._active + len(self._waiting) < self._limit + self._places:
            return
        oldest = next((job for job in self._jobs.values() if not job.ended), None)
        if not self._drop_oldest or oldest is None:
            raise Busy(self._busy)
        self._drop(oldest)

    def _cancel(self, job: J) -> None:
        job.cancel()
        if self._waiting.pop(job.id, None):
            self._settle(job, "cancelled", Cancelled())

    def _drop(self, job: J) -> None:
        self._remove(job)
        self._cancel(job)
        job.dispose()

    def _settle(self, job: J, state: str, outcome: Any) -> None:
        job.state = state
        if isinstance(outcome, Exception):
            job.future.set_exception(outcome)
        else:
            job.future.set_result(outcome)
        if self._jobs.get(job.id) is job:
            self._use(job)
            weight = self.weigh(job)
            job.weight = weight or 0
            self._kept += job.weight
            if weight is None:
                self._forget(job)
        self._forget_old()

    def _look_at(self, job: J) -> None:
        if self._renew:
            self._use(job)

    def _use(self, job: J) -> None:
        job.used_s = self._clock()
        self._jobs.move_to_end(job.id)

    def _remove(self, job: J) -> None:
        if self._jobs.pop(job.id, None):
            self._kept -= job.weight
            job.weight = 0

    def _forget(self, job: J) -> None:
        self._remove(job)
        job.dispose()

    def _forget_old(self) -> None:
        now = self._clock()
        for job in list(self._jobs.values()):
            if not job.ended:
                continue
            if self._kept <= self._keep and now - job.used_s <= self._keep_for_s:
                break
            self._forget(job)

    # --- in a thread of its own -------------------------------------------------------

    def _work(self, job: J, work: Callable[[J], Any]) -> None:
        while True:
            state, outcome = self._outcome(job, work)
            with self._lock:
                self._settle(job, state, outcome)
                if not self._waiting:
                    self._active -= 1
                    return
                job, work = self._waiting.pop(next(iter(self._waiting)))

    def _outcome(self, job: J, work: Callable[[J], Any]) -> tuple[str, Any]:
        try:
            return "done", work(job)
        except Cancelled as cancelled:
            return "cancelled", cancelled
        except Exception as error:
            if self._log_failures and not isinstance(error, KharitaError):
                log.exception("a job of %s failed", self.name)
            return "failed", error
