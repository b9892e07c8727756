"""Days of fair editions, only where a source gives them whole."""
from __future__ import annotations

from datetime import date

import pytest
from icalendar import Calendar

from geo.answers.support import support_answer
from geo.fairs import edition_days
from geo.i18n import words
from geo.marketdata import fairs
from geo.view import ViewState


@pytest.mark.parametrize(("text", "first", "last"), [
    ("15-19 janvier 2026", date(2026, 1, 15), date(2026, 1, 19)),
    ("30 avril-11 mai 2025, Maroc invité d'honneur", date(2025, 4, 30), date(2025, 5, 11)),
    ("16e édition, 27 janvier-5 février 2023", date(2023, 1, 27), date(2023, 2, 5)),
    ("1er mars-30 avril 2021", date(2021, 3, 1), date(2021, 4, 30)),
])
def test_whole_dates_are_read(text, first, last):
    assert edition_days(text) == (first, last)


@pytest.mark.parametrize("text", ["", "2023", "jusqu'au 16 décembre 2025", "109e édition", "26 octobre-4 novembre", "saison 2012-2013",
                                  "31-32 janvier 2026", "19-15 janvier 2026", "mars 2024"])
def test_what_is_not_whole_gives_no_date(text):
    assert edition_days(text) is None


def test_the_calendar_holds_the_dated_editions_and_follows_the_filters(query):
    dated = [f for f in fairs() if edition_days(f["edition_year"])]
    events = Calendar.from_ical(support_answer(query, ViewState(), words("ar"), turnover="", status="")["ics"]).walk("VEVENT")
    assert len(events) == len(dated) > 10
    french = support_answer(query, ViewState(market=("FR",)), words("fr"), turnover="", status="")
    assert len(Calendar.from_ical(french["ics"]).walk("VEVENT")) == sum(f["country_iso2"] == "FR" for f in dated)
    assert support_answer(query, ViewState(market=("BH",)), words("fr"), turnover="", status="")["ics"] == ""
