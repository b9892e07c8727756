"""The scene: one immutable, localized description of a view that every output is rendered from.

``scene_of`` reads the view and the query once; SVG, PNG, PDF, slides and HTML come from the same
Scene, so they cannot disagree.

Units    positions are sheet units from the map box's corner; see ``sheets``.
Counts   every matching record on a visible layer is in exactly one mark, one tag, or
         ``outside`` (beyond the frame): ``Scene.accounted`` is their sum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from geo.core import clock
from geo.core.credits import CREDITS
from geo.core.settings import settings
from geo.explore.api.sentence import TITLE_CHARS, default_title, filters_text
from geo.i18n.words import words
from geo.model.address import encode
from geo.model.view import RECORDS, ViewState
from geo.places.basemap_data import BasemapData, basemap_data
from geo.query.engine import Query
from geo.render.frame import Frame
from geo.render.map_layout import (
    Tag,
    areas_of_view,
    corners_of,
    frame_of,
    picked_of,
    place_records,
    place_texts,
    raw_tags,
)
from geo.render.mark_placement import Label, Mark
from geo.render.scene_text import (
    KeyFigure,
    LegendEntry,
    ListedRecord,
    demo_only,
    distance,
    figures_of,
    latitude,
    legend_of,
    listed_collection,
    rows_of,
    shown_link,
)
from geo.render.sheets import Layout, Size, layout_of
from geo.text.cleaning import clean, isolate


@dataclass(frozen=True)
class Scene:
    """What every output renders. Texts are plain text, never markup."""

    lang: str
    rtl: bool
    size: Size
    layout: Layout
    title: str
    filters: str
    frame: Frame
    boundaries: str
    basemap: BasemapData
    picked: tuple[str, ...]
    market_ranks: Mapping[str, int]
    areas: tuple[str, ...]
    marks: tuple[Mark, ...]
    tags: tuple[Tag, ...]
    labels: tuple[Label, ...]
    outside: int
    figures_title: str
    figures: tuple[KeyFigure, ...]
    listed: str
    rows_title: str
    rows: tuple[ListedRecord, ...]
    rows_total: int
    legend_title: str
    legend: tuple[LegendEntry, ...]
    scale_text: str
    scale_lat: str
    scale_units: float
    north: str
    corners: tuple[str, str]
    demo: str
    version: str
    stamp: str
    credits: tuple[str, ...]
    link: str
    link_title: str
    link_text: str

    @property
    def accounted(self) -> int:
        """Records in marks, in tags and outside the frame; fairs are no records of the view."""
        return (
            sum(m.n for m in self.marks if m.kind != "fair")
            + sum(g.n for g in self.tags)
            + self.outside
        )


def scene_of(
    query: Query,
    view: ViewState,
    *,
    size: Size,
    title: str = "",
    base: str = "",
    link: str = "",
    today: date | None = None,
    layout: Layout | None = None,
) -> Scene:
    """The scene of a view.

    Parameters
    ----------
    title : any characters; control characters go, and what passes 200 characters.
    base : scheme and host of the permalink, such as ``https://map.example``.
    link : a short address to print instead of the permalink.
    today : the date the sheet carries.
    layout : where the parts stand, for a sheet that has its own; already mirrored.
    """
    t = words(view.lang)
    layout = layout or layout_of(size, rtl=t.dir == "rtl")
    view = view.with_(zone="")  # drawn on the map of the Locate page alone
    tags = raw_tags(query, view, t)
    frame = frame_of(query, view, tags, layout)
    marks, phrases, shown = place_records(query, view, frame, tags, t)
    corners = corners_of(frame, marks)
    basemap = basemap_data(query.catalogue)
    labels, pills = place_texts(basemap, frame, marks, phrases, corners, view.lang)
    counts = query.counts(view)
    total = sum(counts[name] for name in RECORDS if name in view.layers)
    metres, units = frame.scale_bar(150)
    demo = (
        sum(query.counts(demo_only(view))[n] for n in RECORDS if n in view.layers)
        if not view.origin or "demo" in view.origin
        else 0
    )
    collection = listed_collection(view, counts)
    link = link or f"{base}/?{encode(view)}".removesuffix("?")
    outside = total - shown
    return Scene(
        lang=view.lang,
        rtl=t.dir == "rtl",
        size=size,
        layout=layout,
        title=clean(title, TITLE_CHARS) or default_title(query, view, t),
        filters=filters_text(query, view, t),
        frame=frame,
        boundaries=settings().boundaries,
        basemap=basemap,
        picked=picked_of(view),
        market_ranks=query.market_ranks,
        areas=areas_of_view(view),
        marks=tuple(marks),
        tags=tuple(pills),
        labels=tuple(labels),
        outside=outside,
        figures_title=t("snapshot.figures"),
        figures=tuple(figures_of(query, view, counts, t)),
        listed=collection,
        rows_title=t(f"snapshot.list.{collection}"),
        rows=tuple(rows_of(query, view, collection, t)),
        rows_total=counts[collection],
        legend_title=t("ui.legend"),
        legend=tuple(legend_of(query, view, counts, marks, pills, demo, outside, t)),
        scale_text=distance(metres, t),
        scale_lat=t("snapshot.scale_lat", lat=latitude(frame.middle_lat, t)),
        scale_units=units,
        north=t("snapshot.north"),
        corners=corners,
        demo=t.n("count.demo", demo) if demo else "",
        version=query.catalogue.version,
        stamp=t(
            "snapshot.stamp",
            date=t.date((today or clock.today()).isoformat()),
            version=isolate(query.catalogue.version),
        ),
        credits=tuple(t(key) for key in CREDITS),
        link=link,
        link_title=t("snapshot.reopen"),
        link_text=shown_link(link),
    )
