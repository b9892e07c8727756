"""Days of a mission, and the calendar file that other programs must read."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from icalendar import Calendar

from geo.core.errors import BadRequest
from geo.i18n.words import words
from geo.markets.api.mission import mission_answer
from geo.markets.mission_planner import PER_DAY, SAME_DAY_KM, plan, working_days
from geo.model.view import ViewState
from geo.places.nearest import distance_km


@pytest.fixture
def buyers(query):
    return [b for b in query.catalogue.buyers if b.country == "FR"]


@pytest.mark.parametrize("days", [1, 2, 5, 10])
def test_every_buyer_is_on_one_list_and_no_day_is_overfull(buyers, days):
    made = plan(buyers, days)
    visited = [b.id for d in made.days for s in d for b in s.buyers]
    everyone = visited + [b.id for b in (*made.left, *made.placeless)]
    assert sorted(everyone) == sorted(b.id for b in buyers)
    assert len(made.days) <= days
    assert all(0 < sum(len(s.buyers) for s in d) <= PER_DAY for d in made.days)


def test_cities_that_share_a_day_are_near(buyers):
    for stops in plan(buyers, 10).days:
        for a, b in zip(stops, stops[1:], strict=False):
            assert distance_km(a.lon_lat, b.lon_lat) <= SAME_DAY_KM


def test_a_buyer_without_a_city_has_no_day(buyers):
    lost = [replace(b, city="", lon_lat=None) for b in buyers]
    made = plan(lost, 3)
    assert not made.days and len(made.placeless) == len(lost)


def test_published_buyers_are_met_first(buyers):
    first = plan(buyers, 1).days[0][0]
    kinds = [b.provenance == "demo" for b in first.buyers]
    assert kinds == sorted(kinds)


def test_visits_are_on_weekdays():
    days = working_days(date(2026, 12, 4), 4)
    assert [d.isoformat() for d in days] == ["2026-12-04", "2026-12-07", "2026-12-08", "2026-12-09"]


def test_the_calendar_is_read_back_with_the_same_stops(query):
    answer = mission_answer(query, "FR", ViewState(), words("ar"), start="2027-03-05")
    events = [e for e in Calendar.from_ical(answer["ics"]).walk("VEVENT")]
    stops = [s for d in answer["days"] for s in d["stops"]]
    assert len(events) == len(stops)
    for event, stop in zip(events, stops, strict=True):
        assert str(event["SUMMARY"]).startswith(stop["city"])
        assert all(v["name"] in str(event["DESCRIPTION"]) for v in stop["visits"])
        demo = words("ar")("origin.demo")
        assert all(
            f"{v['name']} ({demo})" in str(event["SUMMARY"]) for v in stop["visits"] if v["demo"]
        )
    assert len({str(e["UID"]) for e in events}) == len(events)
    assert all(len(line.encode()) <= 75 for line in answer["ics"].split("\r\n"))


@pytest.mark.parametrize("start", ["demain", "2027-02-30", "2027-3-1", "<b>"])
def test_a_date_that_is_none_is_refused(query, start):
    with pytest.raises(BadRequest):
        mission_answer(query, "FR", ViewState(), words("fr"), start=start)


def test_a_market_without_buyers_says_so(query):
    answer = mission_answer(query, "DE", ViewState(q="zzzzzz"), words("fr"), start="2027-03-05")
    assert answer["empty"] and not answer["ics"] and not answer["days"]
