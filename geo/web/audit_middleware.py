"""ASGI middleware that records writes, refusals and logins in the audit log.

It wraps the whole app: no route can forget it. The entry is fsynced before the response leaves,
so that nothing acknowledged is missing from the log.
"""

from __future__ import annotations

import logging
from http.cookies import CookieError, SimpleCookie

import anyio.to_thread
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo.core.settings import settings
from geo.store.audit_log import AuditLog
from geo.web.access import SAFE, Identity, identify, whoami

log = logging.getLogger(__name__)
#: Streamlit's ends of a login, with what the provider sent, and of a logout.
LOGGED_IN, LOGGED_OUT = "/oauth2callback", "/auth/logout"


class AuditMiddleware:
    """ASGI middleware of the audit log.

    Streamlit's own uploads (``/_stcore``) are parts of pages, not writes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and record its response."""
        if scope["type"] != "http" or scope["path"].startswith("/_stcore/"):
            await self.app(scope, receive, send)
            return

        async def send_recorded(message: Message) -> None:
            if message["type"] == "http.response.start" and _counts(scope, message["status"]):
                await anyio.to_thread.run_sync(_record, scope, message)
            await send(message)

        await self.app(scope, receive, send_recorded)


def _counts(scope: Scope, status: int) -> bool:
    refused = "kharita.needs" in scope and status in (401, 403)
    # The provider comes back to the same address after a logout, with neither code nor error.
    login = scope["path"] == LOGGED_IN and any(
        part in scope["query_string"] for part in (b"code=", b"error=")
    )
    return refused or login or scope["path"] == LOGGED_OUT or scope["method"] not in SAFE


def _record(scope: Scope, message: Message) -> None:
    user = _logged_in(scope, message) if scope["path"] == LOGGED_IN else whoami(Request(scope))
    try:
        AuditLog(settings().var).record(
            email=user.email,
            role=user.role,
            needs=scope.get("kharita.needs", ""),
            what=f"{scope['method']} {scope['path']}",
            outcome=message["status"],
        )
    except OSError:
        log.exception("the audit log cannot be written")


def _logged_in(scope: Scope, message: Message) -> Identity:
    """The user of a login, identified by the cookies of the response."""
    cookies: dict[str, str] = {}
    for name, value in message.get("headers", []):
        if name.lower() == b"set-cookie":
            try:
                cookies |= {
                    key: cookie.value
                    for key, cookie in SimpleCookie(value.decode("latin-1")).items()
                }
            except CookieError:
                log.warning("a cookie of the login could not be read")
    return identify(cookies, Request(scope).headers.get("host", ""))
