"""Editions of fairs in words, and their calendar."""
from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from babel.dates import format_interval, get_month_names

from geo.i18n import Words
from geo.model import Fair
from geo.query import Query
from geo.view import ViewState


def fairs_of(query: Query, iso2: str) -> list[Fair]:
    """The editions held in a country."""
    return [f for f in query.catalogue.fairs if f.country == iso2]


def matching_fairs(query: Query, view: ViewState) -> list[Fair]:
    """The editions of the chosen markets and crafts."""
    return [f for f in query.catalogue.fairs if (not view.market or f.country in view.market)
            and (not view.craft or set(view.craft) & set(f.crafts))]


def when(fair: Fair, t: Words) -> str:
    """Its days in the reader's language; else what the source says, else its months."""
    if fair.first:
        return format_interval(date.fromisoformat(fair.first), date.fromisoformat(fair.last), "yMMMd", locale=t.locale)
    names = get_month_names("wide", context="stand-alone", locale=t.locale)
    return fair.edition or "-".join(names[m] for m in fair.months)


def country_of(fair: Fair, t: Words) -> str:
    """Its country, or that it is held online."""
    return t.country(fair.country) if fair.country else t("support.online")


def fair_line(fair: Fair, t: Words) -> dict[str, Any]:
    """One edition in a list."""
    return {"title": fair.name, "text": " · ".join(x for x in (fair.city, when(fair, t), fair.venue) if x),
            "href": fair.sources[0].url}


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
        event.add("location", t("ui.comma").join(x for x in (fair.venue, fair.city, country_of(fair, t)) if x))
        event.add("url", fair.sources[0].url)
        calendar.add_component(event)
    return calendar.to_ical().decode("utf-8") if dated else ""
