"""Author and reason of a change, from a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.core.errors import BadRequest
from geo.web.access import Identity

MAX_REASON, MAX_NAME = 300, 80


def author_of(who: Identity, body: Mapping[str, Any]) -> str:
    """Author of a change: the login's name, or the typed one where there is no login.

    Raises
    ------
    BadRequest : no author.
    """
    name = who.name or who.email or " ".join(str(body.get("author") or "").split())[:MAX_NAME]
    if not name:
        raise BadRequest("error.no_author")
    return name


def reason_of(body: Mapping[str, Any]) -> str:
    """Reason of a change.

    Raises
    ------
    BadRequest : no reason.
    """
    reason = " ".join(str(body.get("reason") or "").split())[:MAX_REASON]
    if not reason:
        raise BadRequest("error.no_reason")
    return reason
