"""Response of a mission: days, visits with an opening brief each, and the calendar file."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np

from geo.core import clock
from geo.core.errors import BadRequest
from geo.explore.api.fairs import fairs_of, when
from geo.explore.api.partners import sites_that_make
from geo.i18n.labels import crafts_text, is_demo, title_of, where
from geo.i18n.words import Words
from geo.markets.mission_planner import PER_DAY, MissionPlan, plan, working_days
from geo.model.records import Buyer, Market
from geo.model.view import DAYS, ViewState
from geo.query.engine import Query

READ = 5_000
_DAY = re.compile(r"20\d\d-\d\d-\d\d\Z")


def mission_answer(
    query: Query, iso2: str, view: ViewState, t: Words, *, start: str
) -> dict[str, Any]:
    """The plan of a market: the filters on crafts and kinds of buyers count."""
    market = query.catalogue.market_by_code[iso2]
    first, days = first_day(start), int(view.days)
    made = plan(_buyers(query, view.with_(market=(iso2,))), days)
    dates = working_days(first, len(made.days))
    return {
        "iso2": iso2,
        "title": t("mission.title", market=t.pick(market.name)),
        "start": first.isoformat(),
        "days_asked": days,
        "text": _text(made, days, t),
        "days": [
            {
                "title": t("mission.day", n=t.number(i + 1)),
                "date": t.date(day.isoformat()),
                "stops": [
                    {
                        "city": s.city,
                        "km": t("mission.km", km=t("unit.km", n=t.number(round(s.km))))
                        if s.km
                        else "",
                        "visits": [_visit(b, query, t) for b in s.buyers],
                    }
                    for s in stops
                ],
            }
            for i, (stops, day) in enumerate(zip(made.days, dates, strict=True))
        ],
        "left": [_line(b, query, t) for b in made.left],
        "left_text": t("mission.left"),
        "placeless": [_line(b, query, t) for b in made.placeless],
        "placeless_text": t("mission.placeless"),
        "fairs": [
            " · ".join(x for x in (f.name, f.city, when(f, t)) if x) for f in fairs_of(query, iso2)
        ],
        "fairs_text": t("mission.fairs"),
        "ics": ics(made, dates, market, query, t) if made.days else "",
        "file": f"kharita-mission-{iso2}.ics",
        "note": t("mission.note", n=t.number(PER_DAY)),
        "empty": "" if made.days else t("mission.empty"),
        "choices": list(DAYS),
    }


def first_day(text: str) -> date:
    """The day a mission begins: as given, else the Monday of the week after next."""
    if not text:
        today = clock.today()
        return today + timedelta(days=14 - today.weekday())
    try:
        if not _DAY.match(text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest("error.bad_parameter", name="start", value=text[:40]) from None


def _buyers(query: Query, view: ViewState) -> list[Buyer]:
    columns = query.columns["buyers"]
    records = (columns.record(p) for p in np.flatnonzero(query.passing("buyers", view))[:READ])
    return [r for r in records if isinstance(r, Buyer)]


def _text(made: MissionPlan, days: int, t: Words) -> str:
    visits = sum(len(s.buyers) for d in made.days for s in d)
    cities = len({s.city for d in made.days for s in d})
    text = t(
        "mission.text",
        visits=t.number(visits),
        cities=t.number(cities),
        days=t.number(len(made.days)),
    )
    return f"{text} {t('mission.fewer')}" if 0 < len(made.days) < days else text


def _visit(buyer: Buyer, query: Query, t: Words) -> dict[str, Any]:
    reports = query.reports.about(buyer)[:2]
    sites = [s for s in sites_that_make(query, buyer.crafts)[0] if not is_demo(s)][:2]
    return {
        "sel": f"buyer:{buyer.id}",
        "name": buyer.name,
        "kind": t(f"buyer.{buyer.kind}"),
        "demo": is_demo(buyer),
        "crafts": crafts_text(buyer.crafts, t),
        "lead": buyer.relation_fr,
        "contact": t("mission.contact", year=str(buyer.year))
        if buyer.year and not is_demo(buyer)
        else t("mission.no_contact"),
        "reports": [
            {"sel": f"report:{r.id}", "text": f"{r.id} · {title_of(r, t)}"} for r in reports
        ],
        "sites": [
            {"sel": f"site:{s.id}", "text": f"{s.name} · {where(s, query.catalogue, t)}"}
            for s in sites
        ],
        "reports_text": t("mission.reports"),
        "sites_text": t("mission.sites"),
    }


def _line(buyer: Buyer, query: Query, t: Words) -> dict[str, Any]:
    return {
        "sel": f"buyer:{buyer.id}",
        "text": f"{buyer.name} · {where(buyer, query.catalogue, t)}",
        "demo": is_demo(buyer),
    }


def ics(made: MissionPlan, dates: list[date], market: Market, query: Query, t: Words) -> str:
    """The plan as an iCalendar file: one all-day event per stop, its brief in the description."""
    from icalendar import Calendar, Event  # only this file needs it

    calendar = Calendar()
    calendar.add("prodid", "-//Kharita//mission//FR")
    calendar.add("version", "2.0")
    for day, stops in zip(dates, made.days, strict=True):
        for number, stop in enumerate(stops):
            event = Event()
            event.add("uid", f"{market.iso2}-{day.isoformat()}-{number}@kharita")
            event.add("dtstamp", datetime(day.year, day.month, day.day, tzinfo=UTC))
            event.add("dtstart", day)
            event.add("dtend", day + timedelta(days=1))
            event.add("summary", f"{stop.city} · {', '.join(_named(b, t) for b in stop.buyers)}")
            event.add("location", f"{stop.city}, {t.pick(market.name)}")
            event.add("description", "\n".join(_brief(b, query, t) for b in stop.buyers))
            calendar.add_component(event)
    result: str = calendar.to_ical().decode("utf-8")
    return result


def _named(buyer: Buyer, t: Words) -> str:
    return f"{buyer.name} ({t('origin.demo')})" if is_demo(buyer) else buyer.name


def _brief(buyer: Buyer, query: Query, t: Words) -> str:
    visit = _visit(buyer, query, t)
    lines = [
        _named(buyer, t),
        visit["kind"],
        visit["crafts"],
        visit["contact"],
        *(r["text"] for r in visit["reports"]),
        *(s["text"] for s in visit["sites"]),
    ]
    return "\n- ".join(x for x in lines if x)
