"""Opens the store of the settings and caches the current ``Query``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from geo.core import clock
from geo.core.errors import KharitaError, StoreUnavailable
from geo.core.settings import settings
from geo.query.engine import Query
from geo.store.corrections import Corrections
from geo.store.file_store import FileStore
from geo.store.ledger import Closing, Holder, Ledger, Store
from geo.store.published_reports import ImportedReports


def open_store(address: str, var: Path | None = None) -> Store:
    """Open the store of an address: ``files:data``, ``postgis:postgresql://USER@HOST/DATABASE``.

    Parameters
    ----------
    var : folder of what is written while running; None: a read-only file store.

    Raises
    ------
    ValueError : unknown kind of store.
    """
    kind, _, rest = address.partition(":")
    if kind == "files" and rest:
        return FileStore(Path(rest), var, ImportedReports(var / "reports") if var else None)
    if kind == "postgis":
        from geo.store.database import url_of
        from geo.store.postgis_store import PostgisStore

        return PostgisStore(url_of(rest), ImportedReports(var / "reports") if var else None)
    if kind == "synthetic" and rest.isdigit():
        from geo.store.synthetic_store import SyntheticStore

        return SyntheticStore(int(rest))
    # Not repeated: it may be a database address with its password.
    raise ValueError("KHARITA_STORE is none of files:FOLDER, postgis:ADDRESS and synthetic:N")


class _Daily:
    """A store whose revision also changes from one day to the next: ages do."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.load = store.load

    def revision(self) -> str:
        return f"{clock.today()}|{self._store.revision()}"


@lru_cache(maxsize=8)
def _opened(address: str, var: Path) -> tuple[Store, Holder[Query]]:
    store = open_store(address, var)
    if isinstance(store, Ledger):
        # Accepted before the store kept changes: they lay over the sites at every load.
        Corrections(var).adopt(store)
    return store, Holder(_Daily(store), Query)


def _open() -> tuple[Store, Holder[Query]]:
    found = settings()
    return _opened(found.store, found.var)


def current() -> Query:
    """The query engine over the current data; rebuilt when the store changes."""
    return _open()[1].get()


def ledger() -> Ledger:
    """The writable store that ``current`` reads.

    Raises
    ------
    StoreUnavailable : the store is read-only.
    """
    store = _open()[0]
    if not isinstance(store, Ledger):
        raise StoreUnavailable("error.store_read_only")
    return store


def held() -> Query | None:
    """The query engine of the last ``current``; None before the first. Never waits."""
    found = _held()
    return found[0] if found else None


def _held() -> tuple[Query, float] | None:
    return _open()[1].held() if _opened.cache_info().currsize else None


@dataclass(frozen=True, slots=True)
class DataStatus:
    """Health of the served data: version, age of the cache in seconds, number of problems."""

    version: str
    age_s: float
    problems: int


def data_status() -> DataStatus | None:
    """Health of the served data; None before the first are read. Never waits."""
    found = _held()
    return (
        DataStatus(found[0].catalogue.version, found[1], len(found[0].catalogue.problems))
        if found
        else None
    )


def ping() -> None:
    """Health check of the store: one small read.

    Raises
    ------
    KharitaError : the store is unavailable.
    """
    store = _open()[0]
    if isinstance(store, Ledger):
        store.history(1)


def store_error() -> KharitaError | None:
    """Why the store does not answer now; None while it does."""
    try:
        ping()
    except KharitaError as error:
        return error
    return None


def close() -> None:
    """Let go of the store, at the end of the process; who asks after that opens it anew."""
    if not _opened.cache_info().currsize:
        return
    store = _open()[0]
    _opened.cache_clear()
    if isinstance(store, Closing):
        store.close()
