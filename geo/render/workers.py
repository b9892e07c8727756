"""Worker processes that render: resvg and typst would hold Python's lock in the app's process.

A worker reads requests on its input and writes responses on its output, one at a time; it imports
nothing of the app but the two rendering modules, so it starts in a blink and stays small.
Run as ``python -m geo.render.workers``.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import struct
import subprocess
import sys
import threading
from collections.abc import Sequence
from typing import IO, BinaryIO

from geo.core.errors import Busy
from geo.core.paths import PROJECT

log = logging.getLogger(__name__)
TIMEOUT_S = 60.0


class RenderFailed(RuntimeError):
    """Rendering failed: the worker reported an error, died, or exceeded its deadline."""


class Workers:
    """A few drawing processes, started when first needed; safe to share between threads."""

    def __init__(self, count: int = 2) -> None:
        self._idle: queue.SimpleQueue[subprocess.Popen[bytes] | None] = queue.SimpleQueue()
        self._all: set[subprocess.Popen[bytes]] = set()
        for _ in range(count):
            self._idle.put(None)

    def png(self, svg: str, width: int, height: int) -> bytes:
        """``geo.render.png.png_of`` in a worker.

        Raises
        ------
        RenderFailed : see the class.
        """
        return self._ask({"op": "png", "width": width, "height": height}, [svg])

    def pdf(self, svgs: Sequence[str], mm_w: float, mm_h: float, *, title: str, lang: str) -> bytes:
        """``geo.render.pdf.pdf_of`` in a worker.

        Raises
        ------
        RenderFailed : see the class.
        """
        return self._ask(
            {"op": "pdf", "mm_w": mm_w, "mm_h": mm_h, "title": title, "lang": lang}, list(svgs)
        )

    def close(self) -> None:
        """Stop the processes."""
        for process in list(self._all):
            _stop(process)
        self._all.clear()

    def _ask(self, head: dict[str, object], parts: list[str]) -> bytes:
        try:
            process = self._idle.get(timeout=TIMEOUT_S)
        except queue.Empty:
            raise Busy("error.busy") from None
        keep: subprocess.Popen[bytes] | None = None
        watch: threading.Timer | None = None
        try:
            if process is None or process.poll() is not None:
                process = self._start()
            watch = threading.Timer(TIMEOUT_S, process.kill)
            watch.start()
            _send(process.stdin, json.dumps(head).encode(), *(p.encode() for p in parts))
            status, answer = _receive(process.stdout)
            keep = process
        except (OSError, EOFError, struct.error) as error:
            raise RenderFailed(str(head["op"])) from error
        finally:
            if watch:
                watch.cancel()
            if keep is None and process is not None:
                _stop(process)
                self._all.discard(process)
            self._idle.put(keep)
        if status != b"ok":
            raise RenderFailed(answer.decode(errors="replace")[:400])
        return answer

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "geo.render.workers"],
            cwd=PROJECT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._all.add(process)
        return process


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            try:
                pipe.close()
            except OSError:
                log.debug("a worker's pipe was already broken")


def _send(pipe: IO[bytes] | None, *parts: bytes) -> None:
    assert pipe is not None
    pipe.write(struct.pack(">I", len(parts)))
    for part in parts:
        pipe.write(struct.pack(">I", len(part)))
        pipe.write(part)
    pipe.flush()


def _receive(pipe: IO[bytes] | None) -> list[bytes]:
    assert pipe is not None
    (count,) = struct.unpack(">I", _exactly(pipe, 4))
    return [_exactly(pipe, struct.unpack(">I", _exactly(pipe, 4))[0]) for _ in range(count)]


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    content = pipe.read(size)
    if len(content) < size:
        raise EOFError
    return content


def _serve(source: BinaryIO, target: BinaryIO) -> None:
    from geo.render.pdf import pdf_of
    from geo.render.png import png_of

    while True:
        try:
            head, *parts = _receive(source)
        except (EOFError, struct.error):
            return
        request = json.loads(head)
        svgs = [p.decode() for p in parts]
        try:
            if request.pop("op") == "png":
                answer = png_of(svgs[0], request["width"], request["height"])
            else:
                answer = pdf_of(
                    svgs,
                    request["mm_w"],
                    request["mm_h"],
                    title=request["title"],
                    lang=request["lang"],
                )
        except Exception as error:  # sent to the parent, which decides what a reader sees
            _send(target, b"failed", f"{type(error).__name__}: {error}".encode())
        else:
            _send(target, b"ok", answer)


if __name__ == "__main__":
    # Whatever a library prints must not land among the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _serve(sys.stdin.buffer, answers)
