"""The assessment of the records agrees with what one reads in them."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from geo.core.errors import BadRequest
from geo.curate.api.quality import PAGE, quality_answer
from geo.curate.quality import (
    ASKED,
    COLLECTIONS,
    FAULTS,
    FRESHNESS,
    age_of,
    assess,
    record_faults,
    todo,
)
from geo.i18n.words import words
from geo.model.records import LANGUAGES

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize("collection", COLLECTIONS)
def test_what_is_counted_is_what_the_records_say(catalogue, collection):
    found = assess(catalogue, collection, TODAY)
    records = getattr(catalogue, collection)
    real = [r for r in records if getattr(r, "provenance", "published") != "demo"]
    assert found.real == len(real)
    assert found.real + found.demo == len(records) == sum(found.provenance.values())
    for name, knows in ASKED[collection].items():
        assert found.filled[name] == len([r for r in real if knows(r)])
    for counts in filter(None, (found.fresh, found.precision)):
        assert sum(counts.values()) == found.real


@pytest.mark.parametrize(
    ("verified", "age"),
    [
        ("", "never"),
        ("2026-11-25", "year"),
        ("2025-11-26", "year"),
        ("2025-11-25", "three_years"),
        ("2023-11-26", "three_years"),
        ("2023-11-25", "older"),
        ("2026", "year"),
        ("2025", "year"),
        ("2024", "three_years"),
        ("2022", "older"),
        ("2025-12", "year"),
        ("unknown", "never"),
    ],
)
def test_ages(verified, age):
    assert age_of(verified, TODAY) == age


@given(st.dates(date(1990, 1, 1), date(2026, 11, 25)), st.integers(0, 4000))
def test_a_verification_never_grows_younger(day, days):
    order = {name: i for i, name in enumerate(FRESHNESS)}
    now = age_of(day.isoformat(), TODAY)
    assert order[age_of(day.isoformat(), TODAY + timedelta(days=days))] >= order[now]


def test_mending_a_record_takes_its_fault_away(catalogue):
    buyer = next(b for b in catalogue.buyers if b.provenance == "published" and not b.website)
    assert "no_contact" in record_faults(buyer, TODAY)
    mended = replace(buyer, website="https://example.org")
    assert record_faults(mended, TODAY) == tuple(
        f for f in record_faults(buyer, TODAY) if f != "no_contact"
    )
    assert record_faults(replace(mended, provenance="demo"), TODAY) == ("demo",)


def test_the_gravest_comes_first_and_nothing_is_left_out(catalogue):
    tasks = todo(catalogue, TODAY, [frozenset({catalogue.buyers[0].id, catalogue.buyers[1].id})])
    ranks = [FAULTS.index(t.faults[0]) for t in tasks]
    assert ranks == sorted(ranks)
    assert [t.id for t in tasks[:2]] and {t.id for t in tasks[:2]} == {
        catalogue.buyers[0].id,
        catalogue.buyers[1].id,
    }
    clean = {r.id for r in (*catalogue.buyers, *catalogue.sites) if not record_faults(r, TODAY)}
    assert {t.id for t in tasks} == {
        r.id for r in (*catalogue.buyers, *catalogue.sites)
    } - clean | {catalogue.buyers[0].id, catalogue.buyers[1].id}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pages_of_the_list_follow_each_other(query, lang):
    t, seen, offset = words(lang), [], 0
    while offset is not None:
        answer = quality_answer(query, t, today=TODAY, fault="demo", offset=offset)
        seen += [task["sel"] for task in answer["todo"]]
        assert len(answer["todo"]) <= PAGE
        offset = answer["next"]
    assert len(seen) == len(set(seen)) == query.demo_count
    assert all(
        "fault." not in f["label"] and "quality." not in f["label"] for f in answer["faults"]
    )


def test_an_unknown_fault_is_refused(query):
    with pytest.raises(BadRequest):
        quality_answer(query, words("fr"), today=TODAY, fault="nonsense")
