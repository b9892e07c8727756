"""Zip files from outside: looked at before anything is inflated, read under a limit.

Knows: the central directory (sizes, ratio, names, encryption). Not: what the entries mean.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable

from geo.curate.imports.problems import Refused

MAX_ENTRIES = 1_000
MAX_UNPACKED = 120 * 2**20
MAX_RATIO = 120
#: A small entry may be packed as tightly as it likes.
SMALL = 2**20


class Box:
    """A zip file whose directory was found sound.

    Parameters
    ----------
    corrupt : code of the refusal when it cannot be read.

    Raises
    ------
    Refused : ``ZIP_BOMB``, ``ZIP_ENTRY_PATH``, ``ZIP_ENCRYPTED`` or ``corrupt``.
    """

    def __init__(self, content: bytes, corrupt: str) -> None:
        self._corrupt = corrupt
        if content.count(b"PK\x01\x02") > 4 * MAX_ENTRIES:
            raise Refused("ZIP_BOMB")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (
            zipfile.BadZipFile,
            OSError,
            ValueError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise Refused(corrupt) from error
        entries = self._zip.infolist()
        if len(entries) > MAX_ENTRIES:
            raise Refused("ZIP_BOMB")
        for entry in entries:
            name = entry.filename.replace("\\", "/")
            if name.startswith("/") or ":" in name or ".." in name.split("/"):
                raise Refused("ZIP_ENTRY_PATH", value=entry.filename[:60])
            if entry.flag_bits & 1:
                raise Refused("ZIP_ENCRYPTED")
            if entry.file_size > SMALL and entry.file_size > MAX_RATIO * max(
                entry.compress_size, 1
            ):
                raise Refused("ZIP_BOMB")
        if sum(e.file_size for e in entries) > MAX_UNPACKED:
            raise Refused("ZIP_BOMB")
        self.names = frozenset(e.filename for e in entries)
        starts = sorted((e.header_offset, e.compress_size) for e in entries)
        if any(
            at + size > after for (at, size), (after, _) in zip(starts, starts[1:], strict=False)
        ):
            raise Refused("ZIP_BOMB")  # entries over one another unpack to far more than they take

    def read(self, name: str, limit: int = MAX_UNPACKED) -> bytes:
        """One entry, whole."""
        parts: list[bytes] = []
        self.feed(name, parts.append, limit)
        return b"".join(parts)

    def feed(self, name: str, take: Callable[[bytes], object], limit: int = MAX_UNPACKED) -> None:
        """One entry, piece by piece; what it says of its size is not believed."""
        size = 0
        try:
            with self._zip.open(name) as entry:
                while part := entry.read(1 << 16):
                    size += len(part)
                    if size > limit:
                        raise Refused("ZIP_BOMB")
                    take(part)
        except KeyError as error:
            raise Refused(self._corrupt) from error
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            OSError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise Refused(self._corrupt) from error
