"""One refresh of the trade figures at a time, in the background, with its progress."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from geo.core.errors import TradeError
from geo.i18n.words import Words

log = logging.getLogger(__name__)
#: A second press within this time starts nothing.
AGAIN_S = 60.0


class Run:
    """The state of the refresh of this process."""

    def __init__(
        self,
        refresh: Callable[..., dict[str, TradeError | None]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._refresh, self._clock = refresh, clock
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._ended = -1e9
        self._at: tuple[str, int, int] | None = None
        self._result: dict[str, TradeError | None] | None = None

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> bool:
        """Begin unless one runs or has just ended; whether it began."""
        with self._lock:
            if self.running or self._clock() - self._ended < AGAIN_S:
                return False
            self._at, self._result = None, None
            self._thread = threading.Thread(target=self._work, name="trade", daemon=True)
            self._thread.start()
            return True

    def wait(self, seconds: float) -> None:
        """Wait for the end, for tests and for the end of a process."""
        if self._thread:
            self._thread.join(seconds)

    def answer(self, t: Words) -> dict[str, Any]:
        """What the page shows: running, and one sentence."""
        if self.running:
            if self._at is None:
                return {"running": True, "text": t("trade.starting")}
            service, done, total = self._at
            return {
                "running": True,
                "text": t(
                    "trade.progress",
                    service=t(f"trade.{service}"),
                    done=t.number(done),
                    total=t.number(total),
                ),
            }
        if self._result is None:
            return {"running": False, "text": ""}
        lines = [
            t(
                "trade.line",
                service=t(f"trade.{service}"),
                text=t("trade.done") if error is None else t(error.key, **error.values),
            )
            for service, error in self._result.items()
        ]
        return {"running": False, "text": " ".join(lines)}

    def _work(self) -> None:
        def progress(service: str, done: int, total: int) -> None:
            self._at = (service, done, total)

        try:
            self._result = self._refresh(progress)
        except Exception:
            log.exception("refresh of the trade figures")
            self._result = {
                "worldbank": TradeError("error.internal"),
                "comtrade": TradeError("error.internal"),
            }
        finally:
            self._ended = self._clock()
