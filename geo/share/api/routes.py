"""Routes of the page Partager: files of a view, short links, meetings."""

from __future__ import annotations

from starlette.routing import Route

from geo.share.api import briefs, snapshots


def routes() -> list[Route]:
    """Every route of the page Partager."""
    return [*briefs.routes(), *snapshots.routes()]
