"""Who signs a change, and why it is made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.core.errors import BadRequest
from geo.web.access import Identity

MAX_REASON = 300


MAX_NAME = 80


def author_of(who: Identity, body: Mapping[str, Any]) -> str:
    """Who signs: the login's name, or the one that was typed where there is no login.

    Raises
    ------
    BadRequest : nobody does.
    """
    name = who.name or who.email or " ".join(str(body.get("author") or "").split())[:MAX_NAME]
    if not name:
        raise BadRequest("error.no_author")
    return name


def reason_of(body: Mapping[str, Any]) -> str:
    """Why a change is made.

    Raises
    ------
    BadRequest : nothing was said.
    """
    reason = " ".join(str(body.get("reason") or "").split())[:MAX_REASON]
    if not reason:
        raise BadRequest("error.no_reason")
    return reason
