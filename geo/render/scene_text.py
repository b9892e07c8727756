"""Localized texts of a scene: filters, title, figures, list, legend, scale."""

from __future__ import annotations

from dataclasses import dataclass

from geo.explore.api.table import rows_answer
from geo.i18n.labels import COLLECTION_OF, is_demo, is_open, kind_label, where
from geo.i18n.words import Words
from geo.model.records import Buyer, Site
from geo.model.view import RECORDS, ViewState
from geo.query.engine import Query
from geo.render.map_layout import Tag
from geo.render.mark_placement import Mark
from geo.text.cleaning import clean, isolate

MOST_ROWS = 60
_PLACES_CONCERN = {"region", "province", "site", "status"}
COLLECTION_CLASS = {plural: one for one, plural in COLLECTION_OF.items()}


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One key figure: value, what it counts, and a note on it."""

    value: str
    label: str
    sub: str


@dataclass(frozen=True, slots=True)
class ListedRecord:
    """One record of the list; ``place`` marks a record of which only the country is known."""

    id: str
    name: str
    kind: str
    place: str
    demo: bool
    open: bool


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One entry of the legend: symbol, meaning, count."""

    symbol: str
    text: str
    count: str


def demo_only(view: ViewState) -> ViewState:
    """The same view, generated records only."""
    return view.with_(origin=("demo",))


def figures_of(query: Query, view: ViewState, counts: dict[str, int], t: Words) -> list[KeyFigure]:
    """The four key figures, each with what is to know about it."""
    demo = query.counts(demo_only(view)) if not view.origin or "demo" in view.origin else {}
    found = []
    for name in RECORDS:
        parts = []
        if name != "buyers":
            coming = counts[name] - _open_count(query, view, name)
            parts += [t("snapshot.sub_coming", n=t.number(coming))] if coming else []
        if demo.get(name):
            parts.append(t("snapshot.sub_demo", n=t.number(demo[name])))
        found.append(
            KeyFigure(
                t.number(counts[name]), t.n(f"figure.{name}", counts[name]), " \u00b7 ".join(parts)
            )
        )
    reports = query.matching_reports(view)
    shown = reports if len(reports) <= 3 else reports[:2]
    ids = t("ui.comma").join(isolate(r.id) for r in shown)
    if len(reports) > len(shown):
        ids = t.n("names.more", len(reports) - len(shown), names=ids)
    found.append(KeyFigure(t.number(len(reports)), t.n("figure.reports", len(reports)), ids))
    return found


def _open_count(query: Query, view: ViewState, name: str) -> int:
    if view.status and "active" not in view.status:
        return 0
    return query.counts(view.with_(status=("active",)))[name]


def listed_collection(view: ViewState, counts: dict[str, int]) -> str:
    """Which collection the list shows: the open tab, or what the filters are about."""
    preferred = view.tab if view.tab in RECORDS else "buyers"
    if preferred == "buyers" and any(i.name in _PLACES_CONCERN for i, _ in view.picks()):
        preferred = "sites" if counts["sites"] else "maisons"
    order = [preferred, *RECORDS]
    return next((n for n in order if counts[n] and n in view.layers), preferred)


def rows_of(query: Query, view: ViewState, collection: str, t: Words) -> list[ListedRecord]:
    """The first records of the list, published ones first."""
    page = rows_answer(query, collection, view, t, limit=MOST_ROWS)["rows"]
    found = []
    for row in page:
        id_ = row["sel"].partition(":")[2]
        catalogue = query.catalogue
        record: Buyer | Site = (
            catalogue.buyers[catalogue.buyer_row[id_]]
            if collection == "buyers"
            else catalogue.sites[catalogue.site_row[id_]]
        )
        if isinstance(record, Buyer):
            place = record.city or t("snapshot.country_only")
            if len(view.market) != 1:
                place = where(record, catalogue, t)
        else:
            place = record.town or record.commune or t("precision.unknown")
        found.append(
            ListedRecord(
                id_,
                clean(record.name, 120),
                kind_label(record, t),
                clean(place, 80),
                is_demo(record),
                is_open(record),
            )
        )
    return found


def legend_of(
    query: Query,
    view: ViewState,
    counts: dict[str, int],
    marks: list[Mark],
    pills: list[Tag],
    demo: int,
    outside: int,
    t: Words,
) -> list[LegendEntry]:
    """What is drawn on this map, and how many; nothing that is not there."""
    found = [
        LegendEntry(COLLECTION_CLASS[name], t(f"snapshot.key.{name}"), t.number(counts[name]))
        for name in RECORDS
        if name in view.layers
    ]
    fairs = sum(m.n for m in marks if m.kind == "fair")
    if fairs:
        found.append(LegendEntry("fair", t("snapshot.key.fairs"), t.number(fairs)))
    coming = sum(
        counts[n] - _open_count(query, view, n) for n in ("sites", "maisons") if n in view.layers
    )
    if coming:
        found.append(LegendEntry("hollow", t("snapshot.key.hollow"), t.number(coming)))
    if demo:
        found.append(LegendEntry("demo", t("snapshot.key.demo"), t.number(demo)))
    if any(m.n > 1 and not m.kind.endswith("tag") for m in marks):
        found.append(LegendEntry("many", t("snapshot.key.many"), ""))
    unplaced = sum(m.n for m in marks if m.kind.endswith("tag")) + sum(p.n for p in pills)
    if unplaced:
        found.append(LegendEntry("tag", t("snapshot.key.tag"), t.number(unplaced)))
    if outside:
        found.append(LegendEntry("outside", t("snapshot.key.outside"), t.number(outside)))
    return found


def distance(metres: float, t: Words) -> str:
    """A distance in metres, in words."""
    if metres >= 1000:
        return t("snapshot.km", n=t.number(metres / 1000))
    return t("snapshot.m", n=t.number(metres))


def latitude(lat: float, t: Words) -> str:
    """A latitude in degrees, in words."""
    return t(
        "snapshot.lat_north" if lat >= 0 else "snapshot.lat_south", n=t.number(abs(round(lat)))
    )


def shown_link(link: str) -> str:
    """An address as people read it, without its scheme."""
    return link.partition("://")[2] or link
