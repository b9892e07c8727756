"""Roles of users, and the parser of the file that assigns them.

The file (``KHARITA_ROLES``) is TOML: one list of e-mail addresses per role above reader. ::

    administrator = ["direction@example.ma"]
    steward = ["donnees@example.ma"]
    editor = ["a.alami@example.ma"]

Users who are not listed are readers. The file is checked at every write and read again when it
changed, so that a removal counts at once; while it cannot be read, everybody is a reader.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

log = logging.getLogger(__name__)

#: Each role has the rights of those before it.
ROLES = ("reader", "editor", "steward", "administrator")
MAX_BYTES = 2**20


class BadRoles(Exception):
    """The file of roles is invalid; the message says why."""


def reaches(role: str, needed: str) -> bool:
    """Whether ``role`` has the rights of ``needed``."""
    return ROLES.index(role) >= ROLES.index(needed)


def plain_email(text: str) -> str:
    """Normalize an e-mail address for comparison: stripped and case-folded."""
    return text.strip().casefold()


def read_roles(path: Path) -> dict[str, str]:
    """Parse the file: e-mail address to role; the highest role of an address counts.

    Raises
    ------
    BadRoles : no file, too big, not TOML, an unknown role, or something that is no address.
    """
    try:
        content = path.read_bytes()
        if len(content) > MAX_BYTES:
            raise BadRoles("it is too big")
        lists = tomllib.loads(content.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadRoles(str(error)) from error
    unknown = sorted(lists.keys() - set(ROLES))
    if unknown:
        raise BadRoles(f"unknown role {unknown[0]!r}; known: {', '.join(ROLES)}")
    found: dict[str, str] = {}
    for role in ROLES:
        emails = lists.get(role, [])
        if not isinstance(emails, list) or not all(isinstance(e, str) and "@" in e for e in emails):
            raise BadRoles(f"{role} must be a list of e-mail addresses")
        found |= {plain_email(e): role for e in emails}
    return found


class Roles:
    """The roles of a file, cached until it changes.

    Parameters
    ----------
    path : None when nobody is above reader.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._lock = Lock()
        self._seen: tuple[int, ...] = ()
        self._roles: Mapping[str, str] = {}

    def all(self) -> Mapping[str, str]:
        """E-mail address to role."""
        if self.path is None:
            return {}
        with self._lock:
            try:
                stat = self.path.stat()
                seen: tuple[int, ...] = (
                    stat.st_mtime_ns,
                    stat.st_size,
                    stat.st_ino,
                    stat.st_ctime_ns,
                )
            except OSError:
                seen = ()
            if not seen or seen != self._seen:
                try:
                    self._roles = read_roles(self.path)
                except BadRoles as error:
                    log.error("roles of %s: %s; everybody is a reader", self.path, error)
                    self._roles = {}
                self._seen = seen
            return self._roles

    def of(self, email: str) -> str:
        """The role of an e-mail address."""
        return self.all().get(plain_email(email), ROLES[0]) if email else ROLES[0]
