"""Background LISTEN thread that caches the database revision.

It also polls every second, in case a proxy swallows notifications. While the database is down
the last revision stays; it reconnects with exponential backoff.
"""

from __future__ import annotations

import logging
import threading
from typing import NamedTuple

import psycopg
from sqlalchemy import URL

from geo.store.database import plain_connection

POLL_SECONDS = 1.0
FIRST_PAUSE, LAST_PAUSE = 0.2, 5.0
MARKS = """
SELECT sets.value, documents.value, coalesce(last.time::text, '')
FROM counter sets JOIN counter documents ON documents.name = 'document'
LEFT JOIN change_set last ON last.number = sets.value
WHERE sets.name = 'change_set'"""
log = logging.getLogger(__name__)


class Marks(NamedTuple):
    """Revision of a database: its last change set, the version of its documents, the set's time."""

    change_set: int
    documents: int
    time: str


class Listener:
    """Follows one database.

    Attributes
    ----------
    marks : as last seen; None before the first look.
    """

    def __init__(self, url: URL) -> None:
        self.marks: Marks | None = None
        self._url = url
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def start(self) -> None:
        """Start the thread, once."""
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="store-listener", daemon=True
                )
                self._thread.start()

    def seen(self, marks: Marks) -> None:
        """Update the cached revision, unless a newer one is known."""
        if self.marks is None or marks[:2] > self.marks[:2]:
            self.marks = marks

    def close(self) -> None:
        """Stop the thread, within a second."""
        self._stop.set()

    def _run(self) -> None:
        pause = FIRST_PAUSE
        while not self._stop.is_set():
            try:
                with plain_connection(self._url) as connection:
                    connection.execute("LISTEN kharita")
                    pause = FIRST_PAUSE
                    self._follow(connection)
            except psycopg.Error as error:
                log.warning("store listener: %s; next try in %.1f s", type(error).__name__, pause)
                self._stop.wait(pause)
                pause = min(2 * pause, LAST_PAUSE)

    def _follow(self, connection: psycopg.Connection) -> None:
        while not self._stop.is_set():
            row = connection.execute(MARKS).fetchone()
            if row:
                # A restored database may have gone back: what it says now is right.
                self.marks = Marks(*row)
            for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                pass
