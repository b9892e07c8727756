"""Render a view as the bytes of any output."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from geo.core.lazy import lazy
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.render.scene import scene_of
from geo.render.sheet_svg import map_svg, svg_of
from geo.render.sheets import SLIDE, size_named
from geo.render.workers import Workers
from geo.share.export.export_columns import export_of
from geo.share.offline_map import html_of

SLIDE_MAP_PIXELS = 1700
_pptx_of = lazy("geo.render.slides", "pptx_of")


@dataclass(frozen=True, slots=True)
class SnapshotRequest:
    """Parameters of a snapshot, beside the data; equal requests give equal files.

    Attributes
    ----------
    kind : an ending of ``MEDIA``.
    size : a name of ``geo.render.sheets.SIZES``; empty = A4 for a PDF, 1080p otherwise.
    base : scheme and host of the permalink.
    link : a short address to print instead of it.
    """

    kind: str
    view: ViewState
    size: str = ""
    title: str = ""
    base: str = ""
    link: str = ""
    day: date | None = None


def render(query: Query, request: SnapshotRequest, workers: Workers) -> bytes:
    """Render a snapshot.

    Raises
    ------
    BadRequest : unknown size, or too many records for one file.
    RenderFailed : a drawing process gave up.
    """
    size = size_named(request.size or ("a4" if request.kind == "pdf" else ""))
    if request.kind in ("pptx", "html"):
        size = SLIDE if request.kind == "pptx" else size_named("")
    scene = scene_of(
        query,
        request.view,
        size=size,
        title=request.title,
        base=request.base,
        link=request.link,
        today=request.day,
    )
    if request.kind == "png":
        return workers.png(svg_of(scene), size.pixels_w, size.pixels_h)
    if request.kind == "svg":
        return svg_of(scene).encode()
    if request.kind == "pdf":
        return workers.pdf(
            [svg_of(scene)], size.mm_w, size.mm_h, title=scene.title, lang=scene.lang
        )
    if request.kind == "pptx":
        box = scene.layout.map
        picture = workers.png(
            map_svg(scene), SLIDE_MAP_PIXELS, round(SLIDE_MAP_PIXELS * box.h / box.w)
        )
        result: bytes = _pptx_of(scene, picture)
        return result
    return html_of(scene, export_of(query, request.view, base=request.base, today=request.day))
