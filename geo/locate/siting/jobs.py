"""Siting questions being worked on, for many readers at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from geo.locate.siting.problem import Answer, Problem, Progress
from geo.locate.siting.solve import solve


class Jobs:
    """Siting questions being worked on: the first answer comes when it is there, or is asked again.

    At most two run at a time and 16 answers are kept; the oldest are forgotten.
    """

    def __init__(self, keep: int = 16, workers: int = 2) -> None:
        self._keep, self._slots = keep, threading.Semaphore(workers)
        self._lock = threading.Lock()
        self._jobs: dict[
            str, tuple[Progress, threading.Event, list[Answer | Exception], float]
        ] = {}

    def ask(
        self, key: str, make: Callable[[], Problem], wait_s: float
    ) -> tuple[Progress, Answer | None, float]:
        """Progress, the final answer if there within ``wait_s``, seconds since the question."""
        with self._lock:
            job = self._jobs.get(key)
            if job is None:
                while len(self._jobs) >= self._keep:
                    old = self._jobs.pop(next(iter(self._jobs)))
                    old[0].cancelled.set()
                job = self._jobs[key] = (Progress(), threading.Event(), [], time.monotonic())
                threading.Thread(
                    target=self._work, args=(job, make), name="siting", daemon=True
                ).start()
        progress, ready, result, began = job
        ready.wait(wait_s)
        answer = result[0] if result else None
        if isinstance(answer, Exception):
            with self._lock:
                self._jobs.pop(key, None)
            raise answer
        return progress, answer, time.monotonic() - began

    def cancel(self, key: str) -> bool:
        """Stop a question; its best answer so far becomes its answer."""
        with self._lock:
            job = self._jobs.get(key)
        if job:
            job[0].cancelled.set()
        return job is not None

    @property
    def running(self) -> int:
        """How many questions are being worked on."""
        with self._lock:
            return sum(not ready.is_set() for _, ready, _, _ in self._jobs.values())

    def close(self) -> None:
        """Stop every question."""
        with self._lock:
            for progress, *_ in self._jobs.values():
                progress.cancelled.set()

    def _work(self, job: tuple[Any, ...], make: Callable[[], Problem]) -> None:
        progress, ready, result, _ = job
        with self._slots:
            try:
                result.append(solve(make(), progress))
            except Exception as error:  # told to whoever asks
                result.append(error)
        ready.set()
