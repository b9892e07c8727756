"""The one place that opens the store and hands out the current ``Query``."""
from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path

from geo.query import Query
from geo.settings import store_address, var_dir
from geo.store.base import Holder, Store
from geo.store.corrections import Corrections
from geo.store.files import FileStore
from geo.watch.intake.store import ImportedReports


def open_store(address: str, var: Path | None = None) -> Store:
    """The store of an address such as ``files:data``, with the accepted corrections of a folder.

    Raises
    ------
    ValueError : no store of that kind.
    """
    kind, _, rest = address.partition(":")
    if kind == "files" and rest:
        return FileStore(Path(rest), Corrections(var) if var else None,
                         ImportedReports(var / "reports") if var else None)
    if kind == "synthetic" and rest.isdigit():
        from geo.store.synthetic import SyntheticStore
        return SyntheticStore(int(rest))
    raise ValueError(f"KHARITA_STORE: {address!r} is neither files:FOLDER nor synthetic:N")


class _Daily:
    """A store whose revision also changes from one day to the next: ages do."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.load = store.load

    def revision(self) -> str:
        return f"{date.today()}|{self._store.revision()}"


@lru_cache(maxsize=8)
def _holder(address: str, var: Path) -> Holder[Query]:
    return Holder(_Daily(open_store(address, var)), Query)


def current() -> Query:
    """The query engine over the newest data; rebuilt when the store changes."""
    return _holder(store_address(), var_dir()).get()
