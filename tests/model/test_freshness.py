"""Ages: partial dates, the steps they fall into, and a filter that is told its day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, strategies as st

from geo.explore.api.ages import ages_answer, checked_text, market_checked_text
from geo.explore.api.layers import layer_answer
from geo.i18n.words import words
from geo.model.freshness import (
    day_of,
    latest,
    looked_at,
    market_looked_at,
    market_ranks,
    months_since,
    rank_of,
    step_of,
)
from geo.model.palette import FADING
from geo.model.records import AGE_MONTHS, AGE_STEPS, Catalogue
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.query.viewport import Bbox

TODAY = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020", date(2020, 12, 31)),
        ("2024-02", date(2024, 2, 29)),
        ("2024-12", date(2024, 12, 31)),
        ("2024-11", date(2024, 11, 30)),
        ("2024-01", date(2024, 1, 31)),
        ("2025-00", None),
        ("2025-03-09", date(2025, 3, 9)),
        ("", None),
        ("soon", None),
        ("2025-13", None),
        ("2025-02-30", None),
    ],
)
def test_a_partial_date_counts_as_its_last_day(text, day):
    assert day_of(text) == day


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("2026-06-30", "6m"),
        ("2026", "6m"),
        ("2026-01", "6m"),
        ("2025-12-30", "1y"),
        ("2025-07-01", "1y"),
        ("2025-06-30", "2y"),
        ("2024", "2y"),
        ("2023-06-30", "5y"),
        ("2021-07", "5y"),
        ("2021-06", "older"),
        ("1999", "older"),
        ("", "undated"),
    ],
)
def test_each_step_ends_where_its_months_do(text, step):
    assert step_of(text, TODAY) == step


@given(st.dates(date(1990, 1, 1), date(2030, 1, 1)), st.dates(date(1990, 1, 1), date(2030, 1, 1)))
def test_months_agree_with_counting_them_one_by_one(day, today):
    count, at = 0, day
    while True:  # the same day of the next month, or later when that month is too short
        year, month = at.year + at.month // 12, at.month % 12 + 1
        at = date(year, month, 1)
        reached = (at.year, at.month, day.day) <= (today.year, today.month, today.day)
        if not reached:
            break
        count += 1
    assert months_since(day.isoformat(), today) == count


def test_the_latest_of_verification_and_report_counts(catalogue):
    report = next(r for r in catalogue.reports if r.named and r.date)
    buyer = replace(next(b for b in catalogue.buyers if b.id == report.named[0]), verified="2001")
    assert looked_at(catalogue)(buyer) == latest(
        r.date for r in catalogue.reports if buyer.id in r.named
    )
    assert looked_at(Catalogue("x"))(buyer) == "2001"
    assert looked_at(catalogue)(replace(buyer, id="nobody", verified="")) == ""


def test_the_latest_date_is_the_last_day_that_a_text_can_mean():
    assert latest(("2024-05-30", "2024-05", "2024-05-31")) == "2024-05"
    assert latest(("2024", "2024-12-30", "soon", "")) == "2024"
    assert latest(("soon", "")) == ""


def test_a_market_that_no_report_names_is_undated(catalogue):
    alone = Catalogue("x", markets=catalogue.markets[:2], reports=())
    assert set(market_ranks(alone, TODAY).values()) == {AGE_STEPS.index("undated")} == {6}
    assert market_looked_at(alone, alone.markets[0].iso2) == ""


def test_the_day_is_given_and_moves_the_marks(catalogue):
    soon, late = Query(catalogue, today=date(2026, 1, 1)), Query(catalogue, today=date(2040, 1, 1))
    view = ViewState(fresh="5y")
    assert soon.counts(view)["buyers"] > late.counts(view)["buyers"] == 0
    ages = soon.ages(view)
    assert sum(ages.values()) == sum(
        soon.counts(ViewState())[n] for n in ("buyers", "sites", "maisons")
    )
    assert sum(ages[step] for step in AGE_MONTHS) == sum(
        soon.counts(view)[n] for n in ("buyers", "sites", "maisons")
    )
    world = layer_answer(
        soon, "buyers", ViewState(origin=("published",)), Bbox(-180, -85, 180, 85), 14, words("fr")
    )["features"]
    reader = looked_at(catalogue)
    for feature in world:
        if feature["properties"].get("n", 1) == 1:
            record = catalogue.buyers[catalogue.buyer_row[feature["id"]]]
            step = AGE_STEPS.index(step_of(reader(record), soon.today))
            assert feature["properties"].get("age", 0) == (step if step >= 2 else 0)
    assert any(f["properties"].get("age") == 6 for f in world)


def test_ages_are_said_and_undated_is_its_own_class(catalogue):
    query = Query(catalogue, today=date(2026, 6, 30))
    buyer = replace(catalogue.buyers[0], id="new", verified="2023-06-30")
    assert checked_text(buyer, query, words("fr")) == "vérifié il y a 3 ans"
    assert (
        checked_text(replace(buyer, verified="2026-06"), query, words("fr")) == "vérifié ce mois-ci"
    )
    assert checked_text(replace(buyer, verified=""), query, words("en")) == "never checked"
    assert market_checked_text("XX", query, words("fr")) == "aucun rapport daté"
    answer = ages_answer(query, ViewState(fresh="2y"), words("fr"))
    assert [s["value"] for s in answer["steps"]] == [*AGE_MONTHS, ""] and answer["value"] == "2y"
    assert str(query.ages(ViewState())["undated"]) in answer["undated"]


def test_markets_fade_with_their_latest_report_on_screen_and_on_paper(catalogue):
    today = date(2026, 3, 31)
    ranks = market_ranks(catalogue, today)
    assert ranks == {
        m.iso2: rank_of(step_of(market_looked_at(catalogue, m.iso2), today))
        for m in catalogue.markets
    }
    assert len(set(ranks.values())) > 1
    assert len(FADING) == len(AGE_STEPS)
