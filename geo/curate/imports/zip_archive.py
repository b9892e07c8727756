"""ZIP archives of an import: the guard of ``geo.core.zip_guard`` with the problems of an import."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from geo.core.zip_guard import GuardedZip, UnsafeZip, ZipLimits
from geo.curate.imports.problems import ImportRejected

LIMITS = ZipLimits(unpacked=120 * 2**20, entries=1_000, entry_ratio=120)


class ZipArchive:
    """A ZIP file whose directory was found sound.

    Parameters
    ----------
    corrupt : code of the problem when it cannot be read.

    Raises
    ------
    ImportRejected : ``ZIP_BOMB``, ``ZIP_ENTRY_PATH``, ``ZIP_ENCRYPTED`` or ``corrupt``.
    """

    def __init__(self, content: bytes, corrupt: str) -> None:
        self._corrupt = corrupt
        with self._explained():
            self._zip = GuardedZip(content, LIMITS)
        self.names = self._zip.names

    def read(self, name: str, limit: int | None = None) -> bytes:
        """The bytes of one entry."""
        with self._explained():
            return self._zip.read(name, limit)

    def pieces(self, name: str) -> Iterator[bytes]:
        """One entry piece by piece."""
        with self._explained():
            yield from self._zip.pieces(name)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except UnsafeZip as error:
            if error.reason == "path":
                raise ImportRejected("ZIP_ENTRY_PATH", value=error.name[:60]) from error
            codes = {"bomb": "ZIP_BOMB", "encrypted": "ZIP_ENCRYPTED", "corrupt": self._corrupt}
            raise ImportRejected(codes[error.reason]) from error
