"""What the process says while it runs: lines for people, or one JSON object per line for machines.

``KHARITA_LOG=json`` writes ``{"time", "level", "logger", "message", …}`` with the id of the
request it was said in. Neither form holds an address, a name or what somebody searched for: a
request is told by its route, never by its query, and an error in JSON by its kind and the places
in the code, not by its text, which may quote what it was given.
"""

from __future__ import annotations

import logging
import sys
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson

from geo.core.settings import settings

#: Of the request that is being answered; empty outside of one.
request_id: ContextVar[str] = ContextVar("request_id", default="")
#: What a record may add to its line.
FIELDS = ("method", "route", "status", "ms")
OURS = ("kharita", "geo")
MAX_MESSAGE, MAX_FRAMES = 2_000, 12


class JsonLines(logging.Formatter):
    """One JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage()[:MAX_MESSAGE],
        }
        if request_id.get():
            line["request"] = request_id.get()
        line |= {name: getattr(record, name) for name in FIELDS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1]:
            line["error"] = type(record.exc_info[1]).__name__
            line["at"] = [
                f"{f.filename.rpartition('/geo/')[2]}:{f.lineno} {f.name}"
                for f in traceback.extract_tb(record.exc_info[2])[-MAX_FRAMES:]
            ]
        return orjson.dumps(line, default=str).decode()


class TextLines(logging.Formatter):
    """A line for people, with the request it belongs to and what it adds."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        text = super().format(record)
        more = " ".join(
            f"{name}={getattr(record, name)}" for name in FIELDS if hasattr(record, name)
        )
        return f"{text} {more}".rstrip() + (f" [{request_id.get()}]" if request_id.get() else "")


def configure(others: tuple[str, ...] = ("streamlit", "uvicorn", "uvicorn.error")) -> None:
    """Say it in the form that KHARITA_LOG asks for, once, at start.

    Parameters
    ----------
    others : loggers with handlers of their own, which get the same form.

    Raises
    ------
    ValueError : see ``geo.core.settings.log_format``.
    """
    json = settings().log == "json"
    form = JsonLines() if json else TextLines("%(asctime)s %(levelname)s %(name)s: %(message)s")
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(form)
    for name in OURS:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO)
    if json:
        for name in others:
            for held in logging.getLogger(name).handlers:
                held.setFormatter(form)
