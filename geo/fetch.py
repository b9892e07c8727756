"""Ask an outside service for JSON, politely, and never longer than promised.

Knows: allowed hosts, pauses between calls, Retry-After, a total deadline, size limits. Not:
what the answers mean. A slow answer that drips one byte a second passes every read timeout,
so the body is read piece by piece under one deadline. Redirects are refused: they could lead
to an address of our own network. Errors name the host only, never parameters: those may
hold a key.
"""
from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from geo.errors import TradeError

USER_AGENT = "Kharita/1.0 (market map of Moroccan handicraft)"
MAX_BYTES = 8_000_000
PIECE = 65_536
CONNECT_S = READ_S = 6.0
RETRIES = 3
FIRST_PAUSE_S = 1.0


class Fetcher:
    """One polite client.

    Parameters
    ----------
    hosts : ``host`` or ``host:port`` that may be asked, each with its scheme.
    interval_s : least pause between two calls.
    deadline_s : total time one call may take, retries and pauses included.
    clock, sleep : replaced by tests, so that they need not wait.
    """

    def __init__(self, hosts: Mapping[str, str], *, interval_s: float = 1.0, deadline_s: float = 30.0,
                 clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep) -> None:
        self._hosts = dict(hosts)
        self._interval_s, self._deadline_s = interval_s, deadline_s
        self._clock, self._sleep = clock, sleep
        self._last = -1e9
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy or password file of the machine
        self._session.headers.update({"user-agent": USER_AGENT, "accept": "application/json", "accept-encoding": "identity"})

    def json(self, url: str, params: Mapping[str, str]) -> Any:
        """The JSON behind an address.

        Raises
        ------
        TradeError : refused host, redirect, status, slow, too large, or no JSON.
        """
        host = self._allowed(url)
        until = self._clock() + self._deadline_s
        pause = FIRST_PAUSE_S
        for attempt in range(RETRIES + 1):
            self._wait_turn(until, host)
            status, retry_after, kind, body = self._once(url, params, until, host)
            if status == 200:
                return _decoded(body, kind, host)
            if 300 <= status < 400:
                raise TradeError("trade.error.redirect", host=host)
            if status not in (429, 500, 502, 503, 504):
                raise TradeError("trade.error.status", host=host, status=str(status))
            wait = max(pause, retry_after or 0.0)
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

    def _once(self, url: str, params: Mapping[str, str], until: float, host: str
              ) -> tuple[int, float | None, str, bytes]:
        left = max(0.05, until - self._clock())
        try:
            with self._session.get(url, params=dict(params), stream=True, allow_redirects=False,
                                   timeout=(min(CONNECT_S, left), min(READ_S, left))) as answer:
                body = self._body(answer, until, host) if answer.status_code == 200 else b""
                return (answer.status_code, _seconds(answer.headers.get("retry-after", "")),
                        answer.headers.get("content-type", ""), body)
        except requests.Timeout:
            raise TradeError("trade.error.slow", host=host) from None
        except (requests.RequestException, OSError):
            # ``from None``: the original text holds the whole address, and with it a key.
            raise TradeError("trade.error.unreachable", host=host) from None

    def _body(self, answer: requests.Response, until: float, host: str) -> bytes:
        pieces, size = [], 0
        try:
            while piece := answer.raw.read1(PIECE):
                size += len(piece)
                if size > MAX_BYTES:
                    raise TradeError("trade.error.large", host=host)
                if self._clock() > until:
                    raise TradeError("trade.error.slow", host=host)
                pieces.append(piece)
        except TradeError:
            raise
        except Exception as error:  # urllib3 has many, none a requests exception here
            key = "trade.error.slow" if "Timeout" in type(error).__name__ else "trade.error.broken"
            raise TradeError(key, host=host) from None
        return b"".join(pieces)


def _seconds(text: str) -> float | None:
    """Retry-After: seconds or a date."""
    if text.strip().isdigit():
        return float(text.strip())
    try:
        return max(0.0, (parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def _decoded(body: bytes, kind: str, host: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        key = "trade.error.html" if "html" in kind or body.lstrip()[:1] == b"<" else "trade.error.broken"
        raise TradeError(key, host=host) from None
