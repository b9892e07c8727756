"""Who a request comes from, read off the cookie of Streamlit's login.

Streamlit signs the cookie at login and never looks at its age; a route gets the cookie and no
more. So it is read here with the same primitives (``itsdangerous``, the cookie's name as salt,
long ones in numbered parts), and its age is ours to judge: it is taken from the signature, not
from what the cookie says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson

COOKIE = "_streamlit_user"
_PARTS = re.compile(r"chunks-(\d{1,2})\Z")
MAX_NAME, MAX_EMAIL = 80, 254
#: Shorter secrets can be guessed; one of few different characters was typed, not drawn.
MIN_SECRET, MIN_DISTINCT = 32, 10


@dataclass(frozen=True, slots=True)
class Login:
    """What this deployment's login signs its cookies with.

    Attributes
    ----------
    secret : ``cookie_secret`` of ``[auth]`` in ``secrets.toml``.
    origin : scheme and host that people log in to, from ``redirect_uri``.
    hours : how long a login counts.
    """

    secret: str = field(repr=False)
    origin: str
    hours: float = 12.0


class Unknown(Exception):
    """No identity; ``key`` names the sentence that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def weak(secret: str) -> bool:
    """Whether a cookie secret is too short, or the placeholder of an example."""
    return len(secret) < MIN_SECRET or len(set(secret)) < MIN_DISTINCT


def claims_of(cookies: Mapping[str, str], login: Login) -> dict[str, Any]:
    """What the provider told about who logged in.

    Raises
    ------
    Unknown : ``access.log_in`` (no cookie), ``access.forged`` (not signed by us, or for another
        address) or ``access.expired`` (older than ``login.hours``).
    """
    if COOKIE not in cookies:
        raise Unknown("access.log_in")
    text, signed_on = _unsigned(cookies, COOKIE, login.secret)
    parts = _PARTS.match(text)
    if parts:
        text = "".join(
            _unsigned(cookies, f"{COOKIE}_{n + 1}", login.secret)[0] for n in range(int(parts[1]))
        )
    try:
        claims = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise Unknown("access.forged") from None
    if (
        not isinstance(claims, dict)
        or claims.get("origin") != login.origin
        or claims.get("is_logged_in") is not True
    ):
        raise Unknown("access.forged")
    age_s = (datetime.now(UTC) - signed_on).total_seconds()
    if not -60 <= age_s <= login.hours * 3600:
        raise Unknown("access.expired")
    return claims


def named(claims: Mapping[str, Any]) -> tuple[str, str]:
    """Name and e-mail of the claims; an address that the provider does not vouch for is none."""
    email = str(claims.get("email") or "")
    if claims.get("email_verified") is False or "@" not in email or len(email) > MAX_EMAIL:
        email = ""
    name = str(
        claims.get("name") or claims.get("preferred_username") or email or claims.get("sub") or ""
    )
    return " ".join("".join(c if c.isprintable() else " " for c in name).split())[:MAX_NAME], email


def _unsigned(cookies: Mapping[str, str], name: str, secret: str) -> tuple[str, datetime]:
    # Only a deployment with a login, and a reader with a cookie, need it.
    from itsdangerous import BadData, URLSafeTimedSerializer

    try:
        text, signed_on = URLSafeTimedSerializer(secret, salt=name).loads(
            cookies.get(name, ""), return_timestamp=True
        )
    except BadData:
        raise Unknown("access.forged") from None
    return str(text), signed_on
