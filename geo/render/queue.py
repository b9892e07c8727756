"""Queue of files being rendered: few at once, few waiting, a cache; equal requests share one."""

from __future__ import annotations

from collections.abc import Callable

from geo.core.errors import InternalError, KharitaError
from geo.core.jobs import Job, JobQueue
from geo.render.workers import Workers

AT_ONCE, WAITING = 2, 20
#: What the kept files may take together.
CACHE_BYTES = 48 * 2**20


class NotDrawn(InternalError):
    """The file could not be rendered, for a reason that only the log holds."""


class DrawingQueue(JobQueue[Job[bytes]]):
    """A queue that renders files in a few processes and caches the last used ones.

    Parameters
    ----------
    limit, waiting : how many are drawn at a time, and how many more may wait.
    cache_bytes : what kept files may take together; one of more than a quarter isn't kept.
    """

    def __init__(
        self,
        limit: int = AT_ONCE,
        waiting: int = WAITING,
        cache_bytes: int = CACHE_BYTES,
        *,
        name: str = "drawing",
    ) -> None:
        super().__init__(
            name,
            limit,
            waiting=waiting,
            keep=cache_bytes,
            keep_for_s=float("inf"),
            renew=True,
            log_failures=False,
        )
        self.workers = Workers(limit)
        self._largest = cache_bytes // 4

    def draw(self, key: str, make: Callable[[], bytes]) -> Job[bytes]:
        """The file of a key: kept, being drawn, or drawn now.

        The job fails with ``NotDrawn`` for whatever nobody foresaw.

        Raises
        ------
        Busy : every place is taken.
        """
        return self.start(Job(id=key), lambda _: _drawn(make))

    def weigh(self, job: Job[bytes]) -> int | None:
        """Its bytes; None for a file too large to keep, or that couldn't be drawn."""
        size = len(job.result) if job.state == "done" else self._largest + 1
        return size if size <= self._largest else None

    def close(self) -> None:
        """Forget every file and stop the drawing processes."""
        super().close()
        self.workers.close()


def _drawn(make: Callable[[], bytes]) -> bytes:
    try:
        return make()
    except KharitaError:
        raise
    except Exception as error:
        raise NotDrawn("error.render") from error


_QUEUE = DrawingQueue()


def drawing_queue() -> DrawingQueue:
    """The drawing queue of this process."""
    return _QUEUE
