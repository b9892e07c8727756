"""Logging: formatters for text and JSON lines, and their configuration.

``KHARITA_LOG=json`` writes ``{"time", "level", "logger", "message", …}`` with the id of the
request. Neither format holds an address, a name or a search text: a request is logged by its
route, never by its query, and an error in JSON by its class and traceback, not by its message,
which may quote user input.
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

#: Id of the current request; empty outside of one.
request_id: ContextVar[str] = ContextVar("request_id", default="")
#: What a record may add to its line.
FIELDS = ("method", "route", "status", "ms")
OURS = ("kharita", "geo")
MAX_MESSAGE, MAX_FRAMES = 2_000, 12


class JsonLines(logging.Formatter):
    """Formatter of one JSON object per line."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record."""
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
    """Formatter of text lines, with the fields and the request id of a record."""

    def format(self, record: logging.LogRecord) -> str:
        """Format a record."""
        text = super().format(record)
        more = " ".join(
            f"{name}={getattr(record, name)}" for name in FIELDS if hasattr(record, name)
        )
        return f"{text} {more}".rstrip() + (f" [{request_id.get()}]" if request_id.get() else "")


def configure(others: tuple[str, ...] = ("streamlit", "uvicorn", "uvicorn.error")) -> None:
    """Configure logging once, at start, in the format of KHARITA_LOG.

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
