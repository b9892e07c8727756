"""Uploads on their way into the store: kept in memory, planned in a thread, stored on request.

One upload is planned again at every answer of its editor; the last plan is what may be stored.
Scope: states, bounds, expiry. Out of scope: HTTP and localized texts.
"""

from __future__ import annotations

import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from geo.core.errors import Busy, KharitaError, NotFound, NotReady
from geo.curate.imports.importer import Importer, ReadOptions
from geo.curate.imports.planner import Options, Plan

log = logging.getLogger(__name__)
AT_ONCE, KEPT, KEPT_S = 2, 8, 3_600.0


class Stopped(Exception):
    """The user cancelled the upload."""


@dataclass
class Upload:
    """One file. ``state``: running, planned, stored or failed; ``stage`` says what is being done.

    Attributes
    ----------
    owner : who sent it; nobody else sees it.
    error : why the last thing asked could not be done; the plan before it stays.
    """

    id: str
    owner: str
    name: str
    kind: str
    content: bytes = field(repr=False)
    reading: ReadOptions = field(default_factory=ReadOptions)
    options: Options = field(default_factory=Options)
    plan: Plan | None = None
    state: str = "running"
    stage: str = "reading"
    done: int = 0
    of: int = 0
    made: int = 0
    error: KharitaError | None = None
    touched_s: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)

    def progress(self, stage: str, done: int, of: int) -> None:
        """Report the progress of the work.

        Raises
        ------
        Stopped : it was cancelled.
        """
        self.stage, self.done, self.of = stage, done, of
        if self.stop.is_set():
            raise Stopped


class Uploads:
    """The uploads of this process.

    Parameters
    ----------
    importer : makes the importer over the store as it is now.
    clock : monotonic clock, in seconds.
    """

    def __init__(
        self, importer: Callable[[], Importer], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._importer, self._clock = importer, clock
        self._lock = threading.Lock()
        self._held: OrderedDict[str, Upload] = OrderedDict()

    def start(self, content: bytes, name: str, kind: str, owner: str) -> Upload:
        """Begin to read a file.

        Raises
        ------
        Busy : enough files are being worked on already.
        """
        upload = Upload(
            secrets.token_urlsafe(18), owner, name, kind, content, touched_s=self._clock()
        )
        with self._lock:
            self._forget()
            self._room()
            self._held[upload.id] = upload
        self._begin(upload, self._planned)
        return upload

    def get(self, id_: str, owner: str) -> Upload:
        """An upload of this person.

        Raises
        ------
        NotFound : no such upload, or no longer, or somebody else's.
        """
        with self._lock:
            self._forget()
            upload = self._held.get(id_)
            if upload is None or upload.owner != owner:
                raise NotFound("import.gone")
            upload.touched_s = self._clock()
        return upload

    def answer(self, upload: Upload, reading: ReadOptions, options: Options) -> None:
        """Plan again with other answers.

        Raises
        ------
        Busy, NotReady : see ``start``; it is being worked on.
        """
        self._again(upload)
        upload.reading, upload.options = reading, options
        self._begin(upload, self._planned)

    def work(self, upload: Upload, act: Callable[[Importer, Upload], None]) -> None:
        """Run ``act`` on an upload in a thread; it leaves the upload in its new state.

        Raises
        ------
        Busy, NotReady : see ``answer``.
        """
        self._again(upload)
        self._begin(upload, act)

    def drop(self, upload: Upload) -> None:
        """Cancel: what is being done stops at its next step, nothing is stored."""
        upload.stop.set()
        with self._lock:
            self._held.pop(upload.id, None)

    @property
    def running(self) -> int:
        """How many uploads are being worked on."""
        with self._lock:
            return sum(u.state == "running" for u in self._held.values())

    def close(self) -> None:
        """Cancel all uploads."""
        with self._lock:
            for upload in self._held.values():
                upload.stop.set()

    def _again(self, upload: Upload) -> None:
        with self._lock:
            if upload.state == "running":
                raise NotReady("error.job_not_ready")
            self._room()
            upload.state, upload.error, upload.stage, upload.done, upload.of = (
                "running",
                None,
                "reading",
                0,
                0,
            )

    def _room(self) -> None:
        if sum(u.state == "running" for u in self._held.values()) >= AT_ONCE:
            raise Busy("error.busy")

    def _begin(self, upload: Upload, act: Callable[[Importer, Upload], None]) -> None:
        threading.Thread(target=self._run, args=(upload, act), name="import", daemon=True).start()

    def _run(self, upload: Upload, act: Callable[[Importer, Upload], None]) -> None:
        try:
            act(self._importer(), upload)
        except Stopped:
            upload.state = "failed"
        except KharitaError as error:
            upload.error, upload.state = error, "planned" if upload.plan else "failed"
        except Exception:
            log.exception("importing %s", upload.kind)
            upload.error, upload.state = (
                KharitaError("error.internal"),
                "planned" if upload.plan else "failed",
            )

    @staticmethod
    def _planned(importer: Importer, upload: Upload) -> None:
        upload.plan = importer.preview(
            upload.content,
            upload.name,
            upload.kind,
            reading=upload.reading,
            options=upload.options,
            progress=upload.progress,
        )
        upload.state = "planned"

    def _forget(self) -> None:
        now = self._clock()
        idle = [u for u in self._held.values() if u.state != "running"]
        for upload in idle:
            if now - upload.touched_s > KEPT_S:
                del self._held[upload.id]
        for upload in sorted(
            (u for u in self._held.values() if u.state != "running"), key=lambda u: u.touched_s
        )[:-KEPT]:
            del self._held[upload.id]
