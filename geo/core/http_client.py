"""HTTP client for outside services: total deadlines, size limits, allowed hosts, retries.

A slow response that drips one byte a second passes every read timeout, and headers may drip
too: each request runs in an event loop of its own that ends it at its deadline, in a thread of its
own, since looking a name up cannot be ended. Redirects are not followed: they could lead to an
address of our own network. Neither a proxy nor a password file of the machine is used. No error
and no log line holds an address or parameters: those may hold a key.
"""

from __future__ import annotations

import json
import logging
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

import anyio

from geo.core import clock
from geo.core.errors import TradeError

if TYPE_CHECKING:
    import httpx

AGENT = "Kharita/1 (handicraft map of Morocco)"
#: Size limits of responses: for a reader, and of statistics.
SMALL_BYTES, MAX_BYTES = 200_000, 8_000_000
EACH_READ_S = 3.0
RETRIES = 3
FIRST_PAUSE_S = 1.0
#: Requests in flight for the whole process; one that never ends holds its place.
_SLOTS = threading.BoundedSemaphore(6)

Answer = tuple[int, Mapping[str, str], bytes]


class TooManyRequests(Exception):
    """Too many requests are in flight."""


class TooLarge(OSError):
    """The response exceeds the size limit."""


class Unreachable(OSError):
    """No connection, or no valid response."""


class Broken(OSError):
    """The response ended too early."""


def agent(contact: str = "") -> str:
    """User-Agent header; ``contact`` is the page or address that usage policies require."""
    return f"Kharita/1 (handicraft map; {contact})" if contact else AGENT


def bounded(
    url: str,
    *,
    params: Mapping[str, str] | None = None,
    body: bytes | None = None,
    headers: Mapping[str, str],
    deadline_s: float,
    most_bytes: int = SMALL_BYTES,
) -> Answer:
    """Send one request under a total deadline: a POST with a body, else a GET.

    Returns
    -------
    Status, headers (names in lower case) and body; the body is read only when the status is 200.

    Raises
    ------
    TooManyRequests : six requests are in flight already.
    TimeoutError : it took longer than the deadline, headers included.
    TooLarge, Unreachable, Broken : as they say.
    """
    if not _SLOTS.acquire(blocking=False):
        raise TooManyRequests
    address = f"{url}?{urlencode(params)}" if params else url
    done: Future[Answer] = Future()

    def work() -> None:
        try:
            done.set_result(_once(address, body, headers, deadline_s, most_bytes))
        except Exception as error:  # whoever waits gets it
            done.set_exception(error)
        finally:
            _SLOTS.release()

    threading.Thread(target=work, name="outside", daemon=True).start()
    return done.result(deadline_s)


def _once(
    address: str, body: bytes | None, headers: Mapping[str, str], deadline_s: float, most_bytes: int
) -> Answer:
    import httpx  # here: most deployments call no service

    for name in ("httpx", "httpcore"):  # they log addresses, which may hold a key
        logging.getLogger(name).setLevel(logging.WARNING)

    async def request() -> Answer:
        with anyio.fail_after(deadline_s):
            async with (
                httpx.AsyncClient(
                    trust_env=False,
                    follow_redirects=False,
                    timeout=min(EACH_READ_S, deadline_s),
                    verify=_certificates(),
                ) as client,
                client.stream(
                    "GET" if body is None else "POST",
                    address,
                    content=body,
                    headers={
                        "accept": "application/json",
                        "accept-encoding": "identity",
                        **headers,
                    },
                ) as response,
            ):
                content = await _read(response, most_bytes) if response.status_code == 200 else b""
                return response.status_code, dict(response.headers), content

    try:
        return anyio.run(request)
    except (TimeoutError, TooLarge, Broken):
        raise
    except httpx.TimeoutException:
        raise TimeoutError from None
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
        # ``from None``: the original text holds the whole address, and with it a key.
        raise Unreachable from None


async def _read(response: httpx.Response, most_bytes: int) -> bytes:
    import httpx

    content = bytearray()
    try:
        async for piece in response.aiter_raw():
            content += piece
            if len(content) > most_bytes:
                raise TooLarge
    except httpx.TimeoutException:
        raise TimeoutError from None
    except httpx.HTTPError:
        raise Broken from None
    return bytes(content)


@cache
def _certificates() -> ssl.SSLContext:
    """What certificates of services are checked with; reading them takes a while."""
    import httpx

    return httpx.create_ssl_context(trust_env=False)


class Fetcher:
    """Client of statistics services with rate limit and retries.

    Parameters
    ----------
    hosts : ``host`` or ``host:port`` that may be asked, each with its scheme.
    interval_s : least pause between two calls.
    deadline_s : total time one call may take, retries and pauses included.
    clock, sleep : replaced by tests, so that they need not wait.
    """

    def __init__(
        self,
        hosts: Mapping[str, str],
        *,
        interval_s: float = 1.0,
        deadline_s: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._hosts = dict(hosts)
        self._interval_s, self._deadline_s = interval_s, deadline_s
        self._clock, self._sleep = clock, sleep
        self._last = -1e9

    def json(self, url: str, params: Mapping[str, str]) -> Any:
        """Fetch and parse JSON.

        Raises
        ------
        TradeError : disallowed host, redirect, status, timeout, too large, or no JSON. It names
            the host only.
        """
        host = self._allowed(url)
        until = self._clock() + self._deadline_s
        pause = FIRST_PAUSE_S
        for attempt in range(RETRIES + 1):
            self._wait_turn(until, host)
            status, headers, body = self._ask(url, params, until, host)
            if status == 200:
                return _decoded(body, headers.get("content-type", ""), host)
            if 300 <= status < 400:
                raise TradeError("trade.error.redirect", host=host)
            if status not in (429, 500, 502, 503, 504):
                raise TradeError("trade.error.status", host=host, status=str(status))
            wait = max(pause, seconds_of(headers.get("retry-after", "")) or 0.0)
            if attempt == RETRIES or self._clock() + wait >= until:
                key = "trade.error.busy" if status == 429 else "trade.error.status"
                raise TradeError(key, host=host, status=str(status))
            self._sleep(wait)
            pause *= 2
        raise TradeError("trade.error.busy", host=host)

    def _allowed(self, url: str) -> str:
        parts = urlsplit(url)
        if self._hosts.get(parts.netloc) != parts.scheme:
            raise TradeError("trade.error.host", host=parts.hostname or "")
        return parts.hostname or ""

    def _wait_turn(self, until: float, host: str) -> None:
        wait = self._last + self._interval_s - self._clock()
        if wait > 0:
            if self._clock() + wait >= until:
                raise TradeError("trade.error.slow", host=host)
            self._sleep(wait)
        self._last = self._clock()

    def _ask(self, url: str, params: Mapping[str, str], until: float, host: str) -> Answer:
        try:
            return bounded(
                url,
                params=params,
                headers={"user-agent": AGENT},
                most_bytes=MAX_BYTES,
                deadline_s=max(0.05, until - self._clock()),
            )
        except TimeoutError:
            reason = "slow"
        except TooLarge:
            reason = "large"
        except Broken:
            reason = "broken"
        except TooManyRequests:
            reason = "busy"
        except Unreachable:
            reason = "unreachable"
        raise TradeError(f"trade.error.{reason}", host=host)


def seconds_of(text: str) -> float | None:
    """Parse a Retry-After header, seconds or a date; None when it is neither."""
    if text.strip().isdigit():
        return float(text.strip())
    try:
        return max(0.0, -clock.seconds_since(parsedate_to_datetime(text)))
    except (ValueError, TypeError):
        return None


def _decoded(body: bytes, kind: str, host: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        key = (
            "trade.error.html"
            if "html" in kind or body.lstrip()[:1] == b"<"
            else "trade.error.broken"
        )
        raise TradeError(key, host=host) from None
