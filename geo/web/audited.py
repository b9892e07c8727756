"""Every request that writes, and every refusal of a protected route, leaves a line.

An ASGI layer around the whole app: no route can forget it. The line is on the disk before the
answer leaves, so that nothing acknowledged is missing from the log.
"""
from __future__ import annotations

import logging

import anyio.to_thread
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo.settings import var_dir
from geo.store.trail import Trail
from geo.web.access import SAFE, whoami

log = logging.getLogger(__name__)


class Audited:
    """The layer; Streamlit's own uploads (``/_stcore``) are parts of pages, not writes."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith("/_stcore/"):
            await self.app(scope, receive, send)
            return

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                refused = "kharita.needs" in scope and message["status"] in (401, 403)
                if refused or scope["method"] not in SAFE:
                    await anyio.to_thread.run_sync(_record, scope, message["status"])
            await send(message)
        await self.app(scope, receive, told)


def _record(scope: Scope, status: int) -> None:
    who = whoami(Request(scope))
    try:
        Trail(var_dir()).record(email=who.email, role=who.role, needs=scope.get("kharita.needs", ""),
                                what=f"{scope['method']} {scope['path']}", outcome=status)
    except OSError:
        log.exception("the audit log cannot be written")
