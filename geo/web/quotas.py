"""How much one person may send: files at once, files and bytes in an hour.

A person is who logged in, else the address they ask from. Counted in this process only, and
forgotten with it: it protects a server from being filled, it keeps no account of anybody.
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
#: People counted at the same time; the one who was silent longest is forgotten.
KEPT = 10_000


@dataclass
class _Sent:
    """What one person sent in the last hour: time and bytes of each, and how many are arriving."""

    past: deque[tuple[float, int]] = field(default_factory=deque)
    arriving: int = 0


class Quota:
    """The limits of one kind of sending.

    Parameters
    ----------
    at_once : requests whose content is arriving.
    per_hour : requests in an hour.
    bytes_per_hour : their content in an hour; 0: not counted.
    clock : seconds that only grow.
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
        self._people: dict[str, _Sent] = {}
        self._lock = Lock()

    @contextmanager
    def taking(self, who: str) -> Iterator[Callable[[int], None]]:
        """Let one request in while its content arrives; gives what tells its size in bytes.

        Raises
        ------
        TooMany : this person has too many arriving, or has used up the hour.
        """
        with self._lock:
            now = self._clock()
            sent = self._people.pop(who, None) or _Sent()
            self._people[who] = sent  # last again: the others were silent longer
            while len(self._people) > KEPT:
                self._people.pop(next(iter(self._people)))
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

        def told(n: int) -> None:
            nonlocal size
            size = n

        try:
            yield told
        finally:
            with self._lock:
                sent.arriving -= 1
                sent.past.append((self._clock(), size))


def person(request: Request) -> str:
    """Who is counted."""
    return whoami(request).email or (request.client.host if request.client else "")


#: Files: imports, reports and corrected workbooks count together.
files = Quota(at_once=3, per_hour=120, bytes_per_hour=400 * 2**20)
#: Shared views: each keeps a picture on the disk.
views = Quota(at_once=4, per_hour=120)
