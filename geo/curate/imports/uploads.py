"""Uploads on their way into the store: kept in memory, planned in a thread, stored on request.

One upload is planned again at every answer of its editor; the last plan is what may be stored.
Scope: what an upload is, and that it belongs to its editor. Out of scope: HTTP and localized texts.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from geo.core.jobs import Job, JobQueue
from geo.curate.imports.importer import Importer, ReadOptions
from geo.curate.imports.planner import Options, Plan

Act = Callable[[Importer, "Upload"], str]


@dataclass(eq=False, repr=False, kw_only=True)
class Upload(Job[str]):
    """One file; each piece of work on it returns the ``status`` that it leaves it in.

    Attributes
    ----------
    owner : who sent it; nobody else sees it.
    error : why the last piece of work failed; the plan before it stays.
    made : the number of the change set that stored it.
    """

    name: str
    kind: str
    content: bytes
    stage: str = "reading"
    reading: ReadOptions = field(default_factory=ReadOptions)
    options: Options = field(default_factory=Options)
    plan: Plan | None = None
    made: int = 0

    @property
    def status(self) -> str:
        """running, planned, stored or failed."""
        if self.state == "done":
            return self.result
        return "planned" if self.state == "failed" and self.plan else self.state

    def preview(self, importer: Importer) -> str:
        """Plan it, with the answers so far."""
        self.plan = importer.preview(
            self.content,
            self.name,
            self.kind,
            reading=self.reading,
            options=self.options,
            progress=self.stage_progress,
        )
        return "planned"


class Uploads(JobQueue[Upload]):
    """The uploads of this process.

    Parameters
    ----------
    importer : makes the importer over the store as it is now.
    """

    def __init__(
        self,
        importer: Callable[[], Importer],
        *,
        name: str = "import",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(name, renew=True, unknown="import.gone", clock=clock)
        self._importer = importer

    def add(self, content: bytes, name: str, kind: str, owner: str) -> Upload:
        """Begin to read a file.

        Raises
        ------
        Busy : enough files are being worked on already.
        """
        upload = Upload(name=name, kind=kind, content=content, owner=owner)
        return self.work(upload, lambda importer, upload: upload.preview(importer))

    def answer(self, upload: Upload, reading: ReadOptions, options: Options) -> None:
        """Plan again with other answers.

        Raises
        ------
        Busy, NotReady : see ``work``.
        """

        def again(importer: Importer, upload: Upload) -> str:
            upload.reading, upload.options = reading, options
            return upload.preview(importer)

        self.work(upload, again)

    def work(self, upload: Upload, act: Act) -> Upload:
        """Do something with an upload, off the caller's thread.

        Raises
        ------
        Busy : enough files are being worked on already.
        NotReady : this one is.
        """
        return self.start(upload, lambda upload: act(self._importer(), upload))
