"""Files being drawn: a few at once, a few waiting, the latest kept; the same request is one file."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache

from geo.core.errors import Busy, InternalError, KharitaError
from geo.core.jobs import register
from geo.render.workers import Workers

AT_ONCE, WAITING = 2, 20
#: What the latest files may take together.
CACHE_BYTES = 48 * 2**20


class NotDrawn(InternalError):
    """The file could not be made, for a reason that only the log tells."""


class Desk:
    """Makes files: a few at once, a few waiting, the latest remembered."""

    def __init__(
        self, at_once: int = AT_ONCE, waiting: int = WAITING, cache_bytes: int = CACHE_BYTES
    ) -> None:
        self.workers = Workers(at_once)
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="snapshot")
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._lock = threading.Lock()
        self._made: OrderedDict[str, bytes] = OrderedDict()
        self._making: dict[str, Future[bytes]] = {}
        self._room = cache_bytes

    def ask(self, key: str, make: Callable[[], bytes]) -> Future[bytes]:
        """The file of a key: remembered, being made, or made now.

        The future fails with ``NotDrawn`` for whatever nobody foresaw.

        Raises
        ------
        Busy : every place is taken.
        """
        with self._lock:
            if key in self._made:
                self._made.move_to_end(key)
                done: Future[bytes] = Future()
                done.set_result(self._made[key])
                return done
            if key in self._making:
                return self._making[key]
            if not self._places.acquire(blocking=False):
                raise Busy("error.busy")
            future = self._pool.submit(_drawn, make)
            self._making[key] = future
        future.add_done_callback(lambda f: self._settle(key, f))
        return future

    def _settle(self, key: str, future: Future[bytes]) -> None:
        with self._lock:
            self._making.pop(key, None)
            self._places.release()
            if future.cancelled() or future.exception():
                return
            content = future.result()
            if len(content) <= self._room // 4:
                self._made[key] = content
                while sum(map(len, self._made.values())) > self._room:
                    self._made.popitem(last=False)

    @property
    def running(self) -> int:
        """How many files are being drawn or wait."""
        with self._lock:
            return len(self._making)

    def close(self) -> None:
        """Stop the threads and the drawing processes."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self.workers.close()


def _drawn(make: Callable[[], bytes]) -> bytes:
    try:
        return make()
    except KharitaError:
        raise
    except Exception as error:
        raise NotDrawn("error.render") from error


@cache
def desk() -> Desk:
    """The desk of this process."""
    return Desk()


def _close() -> None:
    if desk.cache_info().currsize:
        desk().close()


register("drawing", lambda: desk().running if desk.cache_info().currsize else 0, _close)
