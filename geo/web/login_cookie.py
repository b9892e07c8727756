"""Verify the signed cookie of Streamlit's login, and its age.

Streamlit signs the cookie at login and never checks its age; a route gets the cookie and no
more. So it is verified here with the same primitives (``itsdangerous``, the cookie's name as
salt, long ones in numbered parts); its age comes from the signature, not from its content.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from geo.core import clock

COOKIE = "_streamlit_user"
_PARTS = re.compile(r"chunks-(\d{1,2})\Z")
MAX_NAME, MAX_EMAIL = 80, 254
#: Shorter secrets can be guessed; one of few different characters was typed, not drawn.
MIN_SECRET, MIN_DISTINCT = 32, 10


@dataclass(frozen=True, slots=True)
class Login:
    """Configuration of this deployment's login.

    Attributes
    ----------
    secret : ``cookie_secret`` of ``[auth]`` in ``secrets.toml``.
    origin : scheme and host of the app, from ``redirect_uri``.
    hours : lifetime of a login.
    """

    secret: str = field(repr=False)
    origin: str
    hours: float = 12.0


class InvalidLogin(Exception):
    """No valid login; ``key`` names the message."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def weak(secret: str) -> bool:
    """Whether a cookie secret is too short, or the placeholder of an example."""
    return len(secret) < MIN_SECRET or len(set(secret)) < MIN_DISTINCT


def claims_of(cookies: Mapping[str, str], login: Login) -> dict[str, Any]:
    """Verify the cookie; return the claims of the identity provider.

    Raises
    ------
    InvalidLogin : ``access.log_in`` (no cookie), ``access.forged`` (bad signature, or for another
        address) or ``access.expired`` (older than ``login.hours``).
    """
    if COOKIE not in cookies:
        raise InvalidLogin("access.log_in")
    text, signed_on = _unsigned(cookies, COOKIE, login.secret)
    parts = _PARTS.match(text)
    if parts:
        text = "".join(
            _unsigned(cookies, f"{COOKIE}_{n + 1}", login.secret)[0] for n in range(int(parts[1]))
        )
    try:
        claims = orjson.loads(text)
    except orjson.JSONDecodeError:
        raise InvalidLogin("access.forged") from None
    if (
        not isinstance(claims, dict)
        or claims.get("origin") != login.origin
        or claims.get("is_logged_in") is not True
    ):
        raise InvalidLogin("access.forged")
    age_s = clock.seconds_since(signed_on)
    if not -60 <= age_s <= login.hours * 3600:
        raise InvalidLogin("access.expired")
    return claims


def name_and_email(claims: Mapping[str, Any]) -> tuple[str, str]:
    """Name and e-mail of the claims; an unverified address is left out."""
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
        raise InvalidLogin("access.forged") from None
    return str(text), signed_on
