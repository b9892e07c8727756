"""Routes of delegate corrections: the workbook out, its proposals in, a steward's verdict.

Whoever reads may propose, a bounded number of times a minute; a steward judges. Who is logged in
signs with the login's name, others with the name they type.
"""

from __future__ import annotations

import time
from collections import deque
from threading import Lock
from typing import Any

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from geo.core.errors import BadRequest, NotFound, TooMany
from geo.core.settings import settings
from geo.i18n.words import Words, words
from geo.locate import delegate_workbook
from geo.locate.locator import Locator, locator
from geo.model.address import decode
from geo.query.current import current, ledger
from geo.store.corrections import Correction, Corrections, TooManyOpen
from geo.web import quotas
from geo.web.access import Identity, require, whoami
from geo.web.masking import SEES, contributor
from geo.web.requests import json_answer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: Files read and verdicts tried per minute, for the whole process.
PER_MINUTE = 30


class RateLimit:
    """A limit of events per minute."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._seen: deque[float] = deque()

    def enter(self) -> None:
        """Count one more event.

        Raises
        ------
        TooMany : the minute is full.
        """
        now = time.monotonic()
        with self._lock:
            while self._seen and now - self._seen[0] > 60:
                self._seen.popleft()
            if len(self._seen) >= self._most:
                raise TooMany("corrections.too_many")
            self._seen.append(now)


_GATE = RateLimit(PER_MINUTE)


def routes() -> list[Route]:
    """Every route of the delegate loop."""
    return [
        Route("/sheet/{code}.xlsx", _download, methods=["GET"]),
        Route("/api/corrections", _listed, methods=["GET"]),
        Route("/api/corrections/{code}", _upload, methods=["POST"]),
        Route("/api/corrections/{id}/{verdict}", _judge, methods=["POST"]),
    ]


async def _download(request: Request) -> Response:
    def make() -> Response:
        here, t = _here(request)
        code = request.path_params["code"]
        if code not in {a.code for a in here.catalogue.regions}:
            raise NotFound("error.not_found")
        return Response(
            delegate_workbook.write(here, code, t, seen=whoami(request).may(SEES)),
            media_type=XLSX,
            headers={
                "content-disposition": f'attachment; filename="kharita-{code}.xlsx"',
                "cache-control": "no-store",
            },
        )

    return await anyio.to_thread.run_sync(make)


async def _listed(request: Request) -> Response:
    def make() -> Response:
        (here, t), who = _here(request), whoami(request)
        seen = who.may(SEES)
        every = Corrections(settings().var).all().values()
        region = request.query_params.get("region", "")
        mine = [
            c
            for c in every
            if c.site in here.catalogue.site_row
            and (not region or _site(here, c).region in region.split(","))
        ]
        waiting = [c for c in mine if c.state == "open"]
        done = sorted(
            (c for c in mine if c.state != "open"), key=lambda c: c.judged_on, reverse=True
        )
        return json_answer(
            {
                "open": [correction_json(here, c, t, seen) for c in waiting[:200]],
                "total": len(waiting),
                "done": [correction_json(here, c, t, seen) for c in done[:20]],
                "can_judge": who.may("steward"),
                "me": who.name,
            }
        )

    return await anyio.to_thread.run_sync(make)


async def _upload(request: Request) -> Response:
    who = require(request, "reader")  # before anything of the body is taken in
    content = bytearray()
    with quotas.files.taking(quotas.client_of(request)) as set_size:
        async for piece in request.stream():
            content += piece
            if len(content) > delegate_workbook.MAX_BYTES:
                break
        set_size(len(content))

    def make() -> Response:
        _GATE.enter()
        here, t = _here(request)
        by = _name(request, who)
        found = delegate_workbook.read(bytes(content), here, request.path_params["code"])
        try:
            made = Corrections(settings().var).propose(found.changes, by)
        except TooManyOpen:
            raise TooMany("corrections.full") from None
        return json_answer(
            {
                "text": t.n("corrections.proposed", len(made)),
                "made": [correction_json(here, c, t, who.may(SEES)) for c in made],
                "same": len(found.changes) - len(made),
                "remarks": [
                    {
                        "line": t("corrections.line", n=line) if line else t("corrections.file"),
                        "text": t(key, **values),
                    }
                    for line, key, values in found.remarks
                ],
            }
        )

    return await anyio.to_thread.run_sync(make)


async def _judge(request: Request) -> Response:
    def make() -> Response:
        who = require(request, "steward")
        _GATE.enter()
        here, t = _here(request)
        verdict = {"accept": "accepted", "refuse": "refused"}.get(request.path_params["verdict"])
        if verdict is None:
            raise NotFound("error.not_found")
        judged = Corrections(settings().var).judge(
            request.path_params["id"], verdict, _name(request, who), ledger()
        )
        if judged is None:
            raise NotFound("corrections.gone")
        return json_answer(correction_json(here, judged, t, who.may(SEES)))

    return await anyio.to_thread.run_sync(make)


def correction_json(here: Locator, c: Correction, t: Words, seen: bool) -> dict[str, Any]:
    """Serialize a correction: texts and positions to draw; telephones and names when ``seen``."""
    site, hidden = _site(here, c), c.field == "phone" and not seen
    before, after = (
        t("privacy.hidden") if hidden else _shown(c.field, value, t)
        for value in (c.before, c.after)
    )
    return {
        "id": c.id,
        "site": c.site,
        "name": site.name,
        "class": site.class_,
        "field": t(f"excel.field.{c.field}"),
        "before": before,
        "after": after,
        "state": c.state,
        "by": t("corrections.by", who=contributor(c.by, seen, t), date=t.date(c.on)),
        "judged": t(
            f"corrections.{c.state}",
            who=contributor(c.judged_by, seen, t),
            date=t.date(c.judged_on),
        )
        if c.judged_by
        else "",
        "from": c.before if c.field == "position" else None,
        "to": c.after if c.field == "position" else list(site.lon_lat) if site.lon_lat else None,
    }


def _shown(field: str, value: Any, t: Words) -> str:
    if value in (None, "", []):
        return t("corrections.nothing")
    if field == "status":
        return t(f"status.{value}")
    if field == "crafts":
        return t.all_of(t(f"craft.{c}") for c in value)
    return f"{value[1]:.5f}, {value[0]:.5f}" if field == "position" else str(value)


def _site(here: Locator, c: Correction) -> Any:
    return here.catalogue.sites[here.catalogue.site_row[c.site]]


def _name(request: Request, who: Identity) -> str:
    if who.name:
        return who.name
    try:
        name = request.headers.get("x-name", "").encode("latin-1").decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        name = ""
    name = " ".join("".join(c for c in name if c.isprintable()).split())[:80]
    if not name:
        raise BadRequest("corrections.no_name")
    return name


def _here(request: Request) -> tuple[Locator, Words]:
    query = current()
    view, _ = decode(dict(request.query_params), query.catalogue)
    return locator(query), words(view.lang)
