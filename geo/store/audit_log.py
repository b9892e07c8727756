"""The audit log: who wrote or was refused what, when, and with which role.

JSON lines in ``audit.jsonl`` of a folder, appended with one write and fsync; full, the file
becomes ``audit.1.jsonl``, that one ``audit.2.jsonl``, and so on. Users are pseudonymised with a
keyed hash of their e-mail address (the key stays in the folder) beside the abbreviated address:
enough to see that two entries are one user's, and for an administrator, who has the addresses,
whose.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import orjson

from geo.core import clock
from geo.core.durable_files import append_lines, exclusive
from geo.core.roles import plain_email

FILE, KEY = "audit.jsonl", "audit.key"
MAX_BYTES, KEPT = 4 * 2**20, 8
MOST_READ = 1_000


class AuditLog:
    """The audit log of one folder.

    Parameters
    ----------
    folder : created with the first entry.
    max_bytes : size at which the file is rotated.
    kept : how many rotated files are kept.
    """

    def __init__(self, folder: Path, *, max_bytes: int = MAX_BYTES, kept: int = KEPT) -> None:
        self.folder, self.path = Path(folder), Path(folder) / FILE
        self._max_bytes, self._kept = max_bytes, kept

    def record(self, *, email: str, role: str, what: str, outcome: int, needs: str = "") -> None:
        """Append one entry; it is on the disk when this returns.

        Parameters
        ----------
        email : of the user; empty without a login.
        role, needs : the role of the user, the role that is required.
        what : method and path.
        outcome : HTTP status.

        Raises
        ------
        OSError : it could not be written.
        """
        entry = {
            "at": clock.now().isoformat(timespec="milliseconds"),
            "who": self.sign(email) if email else "",
            "short": short(email),
            "role": role,
            "needs": needs,
            "what": what[:200],
            "outcome": outcome,
        }
        line = orjson.dumps(entry) + b"\n"
        with self.locked():
            self._make_room(len(line))
            append_lines(self.path, line, 0o600)

    def latest(self, most: int = MOST_READ) -> list[dict[str, Any]]:
        """The newest entries first, at most ``most``."""
        found: list[dict[str, Any]] = []
        for path in (self.path, *(self._aside(n) for n in range(1, self._kept + 1))):
            try:
                lines = path.read_bytes().split(b"\n")
            except OSError:
                continue
            for line in reversed(lines):
                if len(found) >= most:
                    return found
                try:
                    entry = orjson.loads(line)
                except orjson.JSONDecodeError:
                    continue
                if isinstance(entry, dict):
                    found.append(entry)
        return found

    def sign(self, email: str) -> str:
        """Keyed hash of an e-mail address: the same each time in this folder, not reversible."""
        return hmac.new(self._key(), plain_email(email).encode(), hashlib.sha256).hexdigest()[:16]

    def _key(self) -> bytes:
        path = self.folder / KEY
        try:
            return path.read_bytes()
        except FileNotFoundError:
            self.folder.mkdir(parents=True, exist_ok=True)
        made = self.folder / f".{KEY}.{secrets.token_hex(4)}.tmp"
        try:
            descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(secrets.token_bytes(32))
                file.flush()
                os.fsync(descriptor)
            with suppress(FileExistsError):
                os.link(made, path)  # whoever comes second uses the first one's
        finally:
            made.unlink(missing_ok=True)
        return path.read_bytes()

    def _make_room(self, wanted: int) -> None:
        try:
            if self.path.stat().st_size + wanted <= self._max_bytes:
                return
        except FileNotFoundError:
            return
        for n in range(self._kept, 0, -1):
            older = self.path if n == 1 else self._aside(n - 1)
            if older.exists():
                older.replace(self._aside(n))

    def _aside(self, n: int) -> Path:
        return self.folder / f"audit.{n}.jsonl"

    def locked(self) -> AbstractContextManager[None]:
        """The lock of all processes that write here."""
        return exclusive(self.folder / f"{FILE}.lock")


def short(email: str) -> str:
    """Abbreviate an e-mail address: ``a.alami@example.ma`` is ``a…@example.ma``."""
    name, _, host = email.rpartition("@")
    return f"{name[:1]}…@{host[:80]}" if name else ""
