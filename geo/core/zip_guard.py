"""Guard against ZIP bombs: the directory is checked before inflating, reads are limited.

It checks sizes, ratios, names, encryption and overlaps of the entries.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

#: An entry up to this size may be packed as tightly as it likes.
SMALL_ENTRY = 2**20
#: A file below this size counts as this much when all entries are weighed against it.
SMALL_FILE = 4_096
_HEADER = b"PK\x01\x02"
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """Limits of a ZIP file.

    Attributes
    ----------
    unpacked : bytes of all entries.
    entries : how many entries.
    entry_ratio : unpacked to packed bytes of one entry; None for no bound.
    ratio : bytes of all entries to bytes of the file; None for no bound.
    """

    unpacked: int
    entries: int = 2_000
    entry_ratio: int | None = None
    ratio: int | None = None


class UnsafeZip(Exception):
    """A ZIP file that is rejected.

    Attributes
    ----------
    reason : ``bomb`` beyond a limit; ``path`` an entry named outside the archive; ``encrypted``;
        ``corrupt``.
    name : the entry's, where one is to blame.
    """

    def __init__(
        self, reason: Literal["bomb", "path", "encrypted", "corrupt"], name: str = ""
    ) -> None:
        super().__init__(reason)
        self.reason, self.name = reason, name


class GuardedZip:
    """Reader of a ZIP file within limits.

    Raises
    ------
    UnsafeZip : it does not.
    """

    def __init__(self, content: bytes, limits: ZipLimits) -> None:
        self._limits = limits
        if content.count(_HEADER) > 4 * limits.entries:
            raise UnsafeZip("bomb")  # before the directory itself takes the memory
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except _UNREADABLE as error:
            raise UnsafeZip("corrupt") from error
        entries = self._zip.infolist()
        if len(entries) > limits.entries:
            raise UnsafeZip("bomb")
        for entry in entries:
            _check_entry(entry, limits.entry_ratio)
        unpacked = sum(e.file_size for e in entries)
        if unpacked > limits.unpacked or (
            limits.ratio is not None and unpacked > limits.ratio * max(len(content), SMALL_FILE)
        ):
            raise UnsafeZip("bomb")
        starts = sorted((e.header_offset, e.compress_size) for e in entries)
        if any(
            at + size > after for (at, size), (after, _) in zip(starts, starts[1:], strict=False)
        ):
            raise UnsafeZip("bomb")  # entries over one another unpack to far more than they take
        self.names = frozenset(e.filename for e in entries)

    def read(self, name: str, limit: int | None = None) -> bytes:
        """The bytes of one entry (see ``pieces``)."""
        return b"".join(self.pieces(name, limit))

    def pieces(self, name: str, limit: int | None = None) -> Iterator[bytes]:
        """Read one entry in pieces; the size in the directory is not trusted.

        Raises
        ------
        UnsafeZip : it is missing, damaged, or larger than ``limit`` (default: of the whole file).
        """
        size, most = 0, self._limits.unpacked if limit is None else limit
        try:
            with self._zip.open(name) as entry:
                while part := entry.read(1 << 16):
                    size += len(part)
                    if size > most:
                        raise UnsafeZip("bomb", name)
                    yield part
        except (KeyError, *_UNREADABLE) as error:
            raise UnsafeZip("corrupt", name) from error


def _check_entry(entry: zipfile.ZipInfo, ratio: int | None) -> None:
    name = entry.filename.replace("\\", "/")
    if name.startswith("/") or ":" in name or ".." in name.split("/"):
        raise UnsafeZip("path", entry.filename)
    if entry.flag_bits & 1:
        raise UnsafeZip("encrypted", entry.filename)
    if (
        ratio is not None
        and entry.file_size > SMALL_ENTRY
        and entry.file_size > ratio * max(entry.compress_size, 1)
    ):
        raise UnsafeZip("bomb", entry.filename)
