"""One refresh of the trade figures at a time, in the background, with its progress."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from geo.core.errors import KharitaError, TradeError
from geo.core.jobs import Job, JobQueue
from geo.i18n.words import Words

#: A second press within this time starts nothing.
AGAIN_S = 60.0
Results = dict[str, TradeError | None]


class TradeRefresh(JobQueue[Job[Results]]):
    """The refresh of this process: one at a time, its result shown until the next one.

    Parameters
    ----------
    refresh : fetches everything; calls back with the service and how far that is.
    """

    def __init__(
        self,
        refresh: Callable[..., Results],
        *,
        name: str = "trade",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, 1, keep_for_s=AGAIN_S, clock=clock)
        self._refresh = refresh
        self.latest: Job[Results] | None = None

    def begin(self) -> bool:
        """Begin unless one runs or has just ended; whether it began."""
        job: Job[Results] = Job(id="refresh")
        self.latest = self.start(job, lambda job: self._refresh(job.stage_progress))
        return self.latest is job

    def answer(self, t: Words) -> dict[str, Any]:
        """What the page shows: running, and one sentence."""
        job = self.latest
        if job is None or job.state == "cancelled":
            return {"running": False, "text": ""}
        if job.ended:
            return {"running": False, "text": " ".join(self._lines(job, t))}
        if not job.stage:
            return {"running": True, "text": t("trade.starting")}
        text = t(
            "trade.progress",
            service=t(f"trade.{job.stage}"),
            done=t.number(job.done),
            total=t.number(job.total),
        )
        return {"running": True, "text": text}

    @staticmethod
    def _lines(job: Job[Results], t: Words) -> list[str]:
        errors: dict[str, KharitaError | None] = (
            {**job.result}
            if job.state == "done"
            else dict.fromkeys(("worldbank", "comtrade"), job.error)
        )
        return [
            t(
                "trade.line",
                service=t(f"trade.{service}"),
                text=t("trade.done") if error is None else t(error.key, **error.values),
            )
            for service, error in errors.items()
        ]
