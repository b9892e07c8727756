"""Upload quotas per client: concurrent uploads, uploads and bytes per hour.

A client is a logged-in user, else an address. Counted in the memory of this process only: this
protects a server from being filled.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil
from threading import Lock

from starlette.requests import Request

from geo.core.errors import TooMany
from geo.web.access import whoami

HOUR_S = 3_600.0
#: Clients counted at the same time; the least recent one is forgotten.
KEPT = 10_000


@dataclass
class _Sent:
    """Uploads of one client in the last hour, as time and bytes, and how many are arriving."""

    past: deque[tuple[float, int]] = field(default_factory=deque)
    arriving: int = 0


class Quota:
    """Rate limit of one kind of upload.

    Parameters
    ----------
    at_once : requests whose content is arriving.
    per_hour : requests in an hour.
    bytes_per_hour : their content in an hour; 0: not counted.
    clock : monotonic clock, in seconds.
    """

    def __init__(
        self,
        at_once: int,
        per_hour: int,
        bytes_per_hour: int = 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._at_once, self._per_hour, self._bytes, self._clock = (
            at_once,
            per_hour,
            bytes_per_hour,
            clock,
        )
        self._clients: dict[str, _Sent] = {}
        self._lock = Lock()

    @contextmanager
    def taking(self, who: str) -> Iterator[Callable[[int], None]]:
        """Count one upload while its content arrives; yields a function that sets its bytes.

        Raises
        ------
        TooMany : the client has too many arriving, or has used up the hour.
        """
        with self._lock:
            now = self._clock()
            sent = self._clients.pop(who, None) or _Sent()
            self._clients[who] = sent  # last again: the others were silent longer
            while len(self._clients) > KEPT:
                self._clients.pop(next(iter(self._clients)))
            while sent.past and now - sent.past[0][0] >= HOUR_S:
                sent.past.popleft()
            if sent.arriving >= self._at_once:
                raise TooMany("error.sending_at_once", limit=self._at_once)
            if len(sent.past) >= self._per_hour or (
                self._bytes and sum(n for _, n in sent.past) >= self._bytes
            ):
                raise TooMany(
                    "error.sent_too_much", minutes=ceil((sent.past[0][0] + HOUR_S - now) / 60)
                )
            sent.arriving += 1
        size = 0

        def set_size(n: int) -> None:
            nonlocal size
            size = n

        try:
            yield set_size
        finally:
            with self._lock:
                sent.arriving -= 1
                sent.past.append((self._clock(), size))


def client_of(request: Request) -> str:
    """The client that a request counts for: e-mail of the user, else address."""
    return whoami(request).email or (request.client.host if request.client else "")


#: Files: imports, reports and corrected workbooks count together.
files = Quota(at_once=3, per_hour=120, bytes_per_hour=400 * 2**20)
#: Shared views: each keeps a picture on the disk.
views = Quota(at_once=4, per_hour=120)
