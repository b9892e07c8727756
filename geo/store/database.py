"""Database connections: engine, transactions, and errors that reveal no password."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError

from geo.core.errors import Busy, KharitaError, StoreFull, StoreUnavailable

#: The step of ``geo.store.migrations`` that this version works with.
SCHEMA = "0001"
CONNECT_SECONDS = 3
STATEMENT_SECONDS, LOCK_SECONDS = 60, 20
POOL, MORE = 4, 4
#: Failures by what PostgreSQL calls them.
_NO_ROOM, _LOCKED, _UNMADE = (
    ("53100", "53200"),
    ("55P03", "40P01", "57014"),
    ("42P01", "3F000", "42883"),
)
log = logging.getLogger(__name__)


def url_of(address: str) -> URL:
    """Parse the address after ``postgis:`` for SQLAlchemy and psycopg 3.

    Raises
    ------
    ValueError : not such an address; the message does not repeat it, it may hold a password.
    """
    try:
        url = make_url(address)
    except ArgumentError:
        url = None
    if url is None or url.get_backend_name() != "postgresql" or not url.database:
        raise ValueError(
            "KHARITA_STORE: after postgis: comes postgresql://USER@HOST/DATABASE"
        ) from None
    return url.set(drivername="postgresql+psycopg")


def engine_of(url: URL) -> Engine:
    """Connection pool: connections are tested before use, and time out."""
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=POOL,
        max_overflow=MORE,
        pool_timeout=LOCK_SECONDS,
        pool_recycle=1800,
        hide_parameters=True,
        connect_args=options(),
    )


def options() -> dict[str, Any]:
    """Connection options: timeouts, keepalive, synchronous commit."""
    limits = {
        "statement_timeout": STATEMENT_SECONDS,
        "lock_timeout": LOCK_SECONDS,
        "idle_in_transaction_session_timeout": STATEMENT_SECONDS,
    }
    return {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "kharita",
        # What is acknowledged is on disk, whatever the server's own setting.
        "options": "-c synchronous_commit=on "
        + " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items()),
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
    }


def plain_connection(url: URL) -> psycopg.Connection:
    """A connection outside the pool, for LISTEN."""
    return psycopg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False),
        autocommit=True,
        **options(),
    )


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction whose database errors are raised as errors of the store.

    Raises
    ------
    StoreUnavailable : the database does not answer, or lacks the tables.
    Busy : another writer took too long.
    StoreFull : no room left.
    """
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise store_error(error) from None


def store_error(error: Exception) -> KharitaError:
    """The store's error for a database error; logs its class and code, never parameters."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(cause, "sqlstate", None) or ""
    log.error("database: %s %s", type(cause).__name__, state)
    if state in _NO_ROOM:
        return StoreFull("error.no_room")
    if state in _LOCKED:
        return Busy("error.store_busy")
    return StoreUnavailable("error.store_unmade" if state in _UNMADE else "error.store_down")
