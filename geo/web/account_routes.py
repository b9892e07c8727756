"""Routes of the account and the audit log.

``GET /api/me`` answers anybody; ``GET /api/audit?limit=…`` answers administrators.
"""

from __future__ import annotations

from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.core.errors import BadRequest
from geo.core.settings import settings
from geo.i18n.words import words
from geo.store.audit_log import MOST_READ, AuditLog
from geo.web.access import ROLES, login, require, roles, whoami
from geo.web.requests import json_answer, lang_of


def routes() -> list[Route]:
    """Every route of this module."""
    return [Route("/api/me", _me, methods=["GET"]), Route("/api/audit", _audit, methods=["GET"])]


async def _me(request: Request) -> Response:
    user = await anyio.to_thread.run_sync(whoami, request)
    t = words(lang_of(request))
    return json_answer(
        {
            "login": login() is not None,
            "name": user.name,
            "role": user.role,
            "role_text": t(f"role.{user.role}"),
            "may": [r for r in ROLES if user.may(r)],
            "problem": t(user.problem) if user.problem and user.problem != "access.log_in" else "",
        }
    )


async def _audit(request: Request) -> Response:
    def make() -> dict[str, Any]:
        require(request, "administrator")
        text = request.query_params.get("limit", "200")
        if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= MOST_READ:
            raise BadRequest("error.bad_parameter", name="limit", value=text[:40])
        audit_log = AuditLog(settings().var)
        known = {audit_log.sign(email): email for email in roles().all()}
        t = words(lang_of(request))
        return {
            "entries": [
                {
                    **e,
                    "email": known.get(e.get("who", ""), ""),
                    "role_text": t(f"role.{e.get('role')}"),
                }
                for e in audit_log.latest(int(text))
            ]
        }

    return json_answer(await anyio.to_thread.run_sync(make))
