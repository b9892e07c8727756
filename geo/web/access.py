"""Access control: authentication and roles of every protected route.

``whoami(request)`` never raises; ``require(request, role)`` does, and for a request that writes
it also requires our own header and the same origin. Roles are looked up at every call. Without
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

__all__ = [
    "ROLES",
    "Identity",
    "Login",
    "configuration_error",
    "configure",
    "identify",
    "require",
    "whoami",
]

#: No other site's page can make a browser send it.
OURS = "x-kharita"
SAFE = ("GET", "HEAD", "OPTIONS")
LOCAL = ("localhost", "127.0.0.1", "::1")


class NotLoggedIn(KharitaError):
    """Not authenticated: no session, an expired one, or an invalid signature."""

    status = 401


class NotAllowed(KharitaError):
    """Authenticated, but the role is insufficient."""

    status = 403


@dataclass(frozen=True, slots=True)
class Identity:
    """User of a request, with the current role.

    Attributes
    ----------
    name, email : claims of the identity provider; empty without a login.
    role : one of ``ROLES``.
    problem : why there is no user (key of a message); empty when logged in, or without a login.
    """

    name: str
    email: str
    role: str
    problem: str = ""

    def may(self, role: str) -> bool:
        """Whether this user has the rights of ``role``."""
        return reaches(self.role, role)


@dataclass(frozen=True, slots=True)
class _Policy:
    login: Login | None = None
    #: Without a login, a role above reader is only for these hosts; empty: any.
    hosts: frozenset[str] = frozenset()


_policy = _Policy()


def configure(login: Login | None, hosts: Collection[str] = ()) -> None:
    """Configure authentication, once, at start.

    Parameters
    ----------
    login : None without one.
    hosts : names under which ``KHARITA_ROLE`` counts; another site's page that made its own
        name lead to this machine is then only a reader.
    """
    global _policy
    _policy = _Policy(login, frozenset(hosts))


def login() -> Login | None:
    """The login of this deployment."""
    return _policy.login


def roles() -> Roles:
    """The roles of this deployment; their file is read again when it changes."""
    return _roles(settings().roles)


@lru_cache(maxsize=2)
def _roles(path: Path | None) -> Roles:
    return Roles(path)


def whoami(request: Request) -> Identity:
    """The user of a request, with the current role."""
    return identify(request.cookies, request.headers.get("host", ""))


def identify(cookies: Mapping[str, str], host: str) -> Identity:
    """The user of cookies and a host, for callers without a request."""
    if _policy.login is None:
        known = (
            not _policy.hosts
            or host.rpartition("]")[0].strip("[") in _policy.hosts
            or host.partition(":")[0].lower() in _policy.hosts
        )
        return Identity("", "", settings().role if known else ROLES[0])
    try:
        name, email = name_and_email(claims_of(cookies, _policy.login))
    except InvalidLogin as error:
        return Identity("", "", ROLES[0], error.key)
    return Identity(name, email, roles().of(email))


def require(request: Request, role: str) -> Identity:
    """The user of a request that needs the rights of ``role``.

    Raises
    ------
    CrossOrigin : the request writes, and may come from another site's page.
    NotLoggedIn : no session, an expired one, or an invalid signature.
    NotAllowed : the role is insufficient.
    """
    request.scope["kharita.needs"] = role
    if request.method not in SAFE:
        same_site(request)
        if request.headers.get(OURS) != "1":
            raise CrossOrigin("error.foreign_origin")
    user = whoami(request)
    if not user.may(role):
        raise NotLoggedIn(user.problem) if user.problem else NotAllowed(f"access.needs_{role}")
    return user


def is_local(address: str | None) -> bool:
    """Whether a server address is a loopback address."""
    try:
        return address == "localhost" or ip_address((address or "").strip("[]")).is_loopback
    except ValueError:
        return False


def configuration_error(login: Login | None, address: str | None, found: Settings) -> str:
    """Validate the auth configuration; return an error message, or "".

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
