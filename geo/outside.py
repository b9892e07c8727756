"""One bounded request to an outside service: a deadline, a size, no redirect.

Knows: sockets that drip, answers without end, addresses that move. Not: what is asked or said.
"""
from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future

EACH_READ_S = 3.0
MAX_BYTES = 200_000
#: Requests in flight for the whole process; one that never ends holds its place.
_SLOTS = threading.BoundedSemaphore(6)

Answer = tuple[int, Mapping[str, str], bytes]


class Busy(Exception):
    """Too many requests are in flight."""


def bounded_get(url: str, params: Mapping[str, str], agent: str, *, deadline_s: float) -> Answer:
    """Status, headers and body of one GET.

    Raises
    ------
    Busy : six requests are in flight already.
    TimeoutError : it took longer than the deadline, headers included.
    OSError (those of requests too), ValueError : it failed, or the answer is too big.
    """
    if not _SLOTS.acquire(blocking=False):
        raise Busy
    done: Future[Answer] = Future()

    def work() -> None:
        try:
            done.set_result(_get(url, params, agent, time.monotonic() + deadline_s))
        except Exception as error:  # told to whoever waits
            done.set_exception(error)
        finally:
            _SLOTS.release()
    # Headers may drip too: the wait has its own end, whatever the socket does.
    threading.Thread(target=work, name="outside", daemon=True).start()
    return done.result(deadline_s)


def _get(url: str, params: Mapping[str, str], agent: str, until: float) -> Answer:
    import requests  # here: most deployments never ask anybody
    with requests.Session() as session, session.get(
            url, params=params, stream=True, allow_redirects=False, timeout=(EACH_READ_S, EACH_READ_S),
            headers={"user-agent": agent, "accept": "application/json"}) as answer:
        body = bytearray()
        while time.monotonic() < until and len(body) <= MAX_BYTES:
            piece = answer.raw.read1(16_384, decode_content=True)
            if not piece:
                return answer.status_code, dict(answer.headers), bytes(body)
            body += piece
    raise OSError("too slow or too big")
