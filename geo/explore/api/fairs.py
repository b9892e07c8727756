"""Fair editions that pass the filters: as texts, on the map, in a calendar file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from babel.dates import format_interval, get_month_names

from geo.i18n.words import Words
from geo.model.records import Fair, period_of
from geo.model.view import FACETS, ViewState
from geo.query.engine import Query
from geo.query.viewport import Bbox

#: Filterable codes of an edition, by filter: what ``FIELDS[...].concerns`` says of fairs.
READERS: Mapping[str, Callable[[Fair], tuple[str, ...]]] = {
    "market": lambda f: (f.country,),
    "craft": lambda f: f.crafts,
    "origin": lambda f: (f.provenance,),
    "period": lambda f: (period_of(f.year),),
}


def fairs_of(query: Query, iso2: str) -> list[Fair]:
    """The editions held in a country."""
    return [f for f in query.catalogue.fairs if f.country == iso2]


def matching_fairs(query: Query, view: ViewState) -> list[Fair]:
    """The editions that pass every filter that concerns them, in the order of the store."""
    selected = [
        (READERS[i.name], set(getattr(view, i.name)))
        for i in FACETS
        if "fairs" in i.concerns and getattr(view, i.name)
    ]
    return [
        f
        for f in query.catalogue.fairs
        if all(picked.intersection(read(f)) for read, picked in selected)
    ]


def newest_first(fair: Fair) -> tuple[str, str]:
    """Sort key of a list read from its end: by day, else by year; undated first."""
    return (fair.first or str(fair.year or ""), fair.id)


def inside(fairs: Iterable[Fair], bbox: Bbox) -> list[Fair]:
    """Those with a position in a box; a hair wider than the box, as bounds are rounded."""
    return [
        f
        for f in fairs
        if f.lon_lat
        and bbox.south - 1e-5 <= f.lon_lat[1] <= bbox.north + 1e-5
        and (f.lon_lat[0] - bbox.west + 1e-5) % 360 <= bbox.east - bbox.west + 2e-5
    ]


def fairs_layer(query: Query, view: ViewState, bbox: Bbox, t: Words) -> dict[str, Any]:
    """The editions of a viewport, as ``/api/layers`` answers: one feature each."""
    features = (
        [
            {
                "type": "Feature",
                "id": f.id,
                "properties": {"class": "fair", "name": f.name, "when": when(f, t)},
                "geometry": {"type": "Point", "coordinates": list(f.lon_lat or ())},
            }
            for f in inside(matching_fairs(query, view), bbox)
        ]
        if "fairs" in view.layers
        else []
    )
    return {
        "type": "FeatureCollection",
        "mode": "features",
        "version": query.catalogue.version,
        "features": features,
        "tags": [],
    }


def when(fair: Fair, t: Words) -> str:
    """Its days in the reader's language; else what the source says, else its months."""
    if fair.first:
        return format_interval(
            date.fromisoformat(fair.first), date.fromisoformat(fair.last), "yMMMd", locale=t.locale
        )
    names = get_month_names("wide", context="stand-alone", locale=t.locale)
    return fair.edition or "-".join(names[m] for m in fair.months)


def country_of(fair: Fair, t: Words) -> str:
    """Its country, or that it is held online."""
    return t.country(fair.country) if fair.country else t("support.online")


def fair_line(fair: Fair, t: Words) -> dict[str, Any]:
    """One edition in a list."""
    return {
        "sel": f"fair:{fair.id}",
        "title": fair.name,
        "text": " · ".join(x for x in (fair.city, when(fair, t), fair.venue) if x),
        "href": fair.sources[0].url,
    }


def calendar_of(fairs: Iterable[Fair], t: Words) -> str:
    """The editions whose days are published, as a calendar file; empty when there is none."""
    from icalendar import Calendar, Event  # only calendars need it

    dated = sorted((f for f in fairs if f.first), key=lambda f: (f.first, f.name))
    calendar = Calendar()
    calendar.add("prodid", "-//Kharita//salons//FR")
    calendar.add("version", "2.0")
    for fair in dated:
        first = date.fromisoformat(fair.first)
        event = Event()
        event.add("uid", f"{fair.id}@kharita")
        event.add("dtstamp", datetime(first.year, first.month, first.day, tzinfo=UTC))
        event.add("dtstart", first)
        event.add("dtend", date.fromisoformat(fair.last) + timedelta(days=1))
        event.add("summary", fair.name)
        event.add(
            "location",
            t("ui.comma").join(x for x in (fair.venue, fair.city, country_of(fair, t)) if x),
        )
        event.add("url", fair.sources[0].url)
        calendar.add_component(event)
    return calendar.to_ical().decode("utf-8") if dated else ""
