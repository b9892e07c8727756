"""Who may do what: the one place that every protected route asks.

``whoami(request)`` never refuses; ``require(request, role)`` does, and on a request that writes
it also asks for our own header and the same origin. Roles are looked up at every call. Without
a login, everybody has the role of ``KHARITA_ROLE``; with one, only those that ``KHARITA_ROLES``
lists are more than readers.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path

from starlette.requests import Request

from geo.core.errors import CrossOrigin, KharitaError
from geo.core.roles import ROLES, BadRoles, Roles, reaches, read_roles
from geo.core.settings import Settings, settings
from geo.web.login_cookie import InvalidLogin, Login, claims_of, name_and_email, weak
from geo.web.requests import same_site

__all__ = ["ROLES", "Identity", "Login", "identify", "open_to", "require", "trouble", "whoami"]

#: No other site's page can make a browser send it.
OURS = "x-kharita"
SAFE = ("GET", "HEAD", "OPTIONS")
LOCAL = ("localhost", "127.0.0.1", "::1")


class NotLoggedIn(KharitaError):
    """Nobody, a login that has ended, or a forged one."""

    status = 401


class NotAllowed(KharitaError):
    """Somebody whose role is too low."""

    status = 403


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks.

    Attributes
    ----------
    name, email : as the provider told them; empty without a login.
    role : one of ``ROLES``.
    problem : why nobody is known (key of a sentence); empty for who is logged in or needs no login.
    """

    name: str
    email: str
    role: str
    problem: str = ""

    def may(self, role: str) -> bool:
        """Whether this person may do what ``role`` may."""
        return reaches(self.role, role)


@dataclass(frozen=True, slots=True)
class _Door:
    login: Login | None = None
    #: Without a login, a role above reader is only for these hosts; empty: any.
    hosts: frozenset[str] = frozenset()


_door = _Door()


def open_to(login: Login | None, hosts: Collection[str] = ()) -> None:
    """Say once, at start, how people are known.

    Parameters
    ----------
    login : None without one.
    hosts : names under which ``KHARITA_ROLE`` counts; another site's page that made its own
        name lead to this machine is then only a reader.
    """
    global _door
    _door = _Door(login, frozenset(hosts))


def login() -> Login | None:
    """The login of this deployment."""
    return _door.login


def roles() -> Roles:
    """The roles of this deployment, as their file says now."""
    return _roles(settings().roles)


@lru_cache(maxsize=2)
def _roles(path: Path | None) -> Roles:
    return Roles(path)


def whoami(request: Request) -> Identity:
    """Who asks, and the role they have now."""
    return identify(request.cookies, request.headers.get("host", ""))


def identify(cookies: Mapping[str, str], host: str) -> Identity:
    """The same for whoever holds cookies and a host, such as a page."""
    if _door.login is None:
        known = (
            not _door.hosts
            or host.rpartition("]")[0].strip("[") in _door.hosts
            or host.partition(":")[0].lower() in _door.hosts
        )
        return Identity("", "", settings().role if known else ROLES[0])
    try:
        name, email = name_and_email(claims_of(cookies, _door.login))
    except InvalidLogin as error:
        return Identity("", "", ROLES[0], error.key)
    return Identity(name, email, roles().of(email))


def require(request: Request, role: str) -> Identity:
    """Who asks, when they may do what ``role`` may.

    Raises
    ------
    CrossOrigin : the request writes, and another site's page may have made it.
    NotLoggedIn : nobody is logged in, or no longer, or the cookie was not made here.
    NotAllowed : their role is too low.
    """
    request.scope["kharita.needs"] = role
    if request.method not in SAFE:
        same_site(request)
        if request.headers.get(OURS) != "1":
            raise CrossOrigin("error.foreign_origin")
    who = whoami(request)
    if not who.may(role):
        raise NotLoggedIn(who.problem) if who.problem else NotAllowed(f"access.needs_{role}")
    return who


def is_local(address: str | None) -> bool:
    """Whether a server address is reached from its own machine only."""
    try:
        return address == "localhost" or ip_address((address or "").strip("[]")).is_loopback
    except ValueError:
        return False


def trouble(login: Login | None, address: str | None, found: Settings) -> str:
    """Why the app must not start, for who runs it; empty when it may.

    Parameters
    ----------
    address : what the server listens on; None or empty: every network.
    """
    if login is None:
        if found.role == ROLES[0] or is_local(address):
            return ""
        where = address or "any address of this machine"
        return (
            f"KHARITA_ROLE={found.role} would let everybody who reaches {where} write: serve on "
            "localhost (--server.address localhost), or configure a login (docs/login.md)."
        )
    faults = []
    if weak(login.secret):
        faults.append(
            "cookie_secret in [auth] of secrets.toml must be drawn at random, 32 characters or "
            "more: whoever guesses it is anybody. For instance: "
            "python -c 'import secrets; print(secrets.token_hex(32))'"
        )
    if not login.origin.startswith(("https://", "http://")):
        faults.append(
            "redirect_uri in [auth] of secrets.toml must be the app's address followed by "
            "/oauth2callback."
        )
    if found.roles is not None:
        try:
            read_roles(found.roles)
        except BadRoles as error:
            faults.append(f"KHARITA_ROLES={found.roles}: {error}.")
    return " ".join(faults)
