"""Rows, counts and facets agree with a slow, obvious twin."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from geo.core.paths import DATA_DIR
from geo.model.freshness import day_of
from geo.model.records import (
    AGE_MONTHS,
    BUYER_KINDS,
    CRAFTS,
    PERIOD_CODES,
    PROVENANCES,
    SITE_KINDS,
    STATUSES,
    Buyer,
    period_of,
)
from geo.model.view import FACETS, RECORDS, ViewState
from geo.query.engine import Query
from geo.store.file_store import FileStore
from tests.sizes import examples

CATALOGUE = FileStore(DATA_DIR).load()
TODAY = date(2026, 6, 30)
QUERY = Query(CATALOGUE, today=TODAY)
REGIONS = [a.code for a in CATALOGUE.regions]


def some(values, most=3):
    return st.lists(st.sampled_from(list(values)), unique=True, max_size=most).map(tuple)


VIEWS = st.builds(
    ViewState,
    market=some([m.iso2 for m in CATALOGUE.markets]),
    craft=some(CRAFTS),
    report=some([r.id for r in CATALOGUE.reports], 2),
    region=some(REGIONS),
    province=some([a.code for a in CATALOGUE.provinces]),
    buyer=some(BUYER_KINDS),
    site=some(SITE_KINDS),
    status=some(STATUSES),
    origin=some(PROVENANCES),
    period=some(PERIOD_CODES),
    fresh=st.sampled_from(["", "", *AGE_MONTHS]),
    women=some(("yes", "no")),
    training=some(("yes", "no")),
)


def covered(record, report):
    """Whether a report names a record, or covers its market and one of its crafts."""
    if record.id in report.named:
        return True
    market = not isinstance(record, Buyer) or not report.markets or record.country in report.markets
    return market and (not report.crafts or bool(set(record.crafts) & set(report.crafts)))


def younger(record, months):
    """Whether somebody looked at a record less than so many months before the day."""
    since = date(TODAY.year - months // 12, TODAY.month, 30) if months >= 12 else date(2025, 12, 30)
    looks = [record.verified, *(r.date for r in CATALOGUE.reports if record.id in r.named)]
    return any(day_of(text) and day_of(text) > since for text in looks)


def passes(record, view, skip=""):
    """The obvious twin of every predicate but free text."""

    def ok(name, test):
        picked = getattr(view, name)
        return name == skip or not picked or test(picked)

    year = record.year if isinstance(record, Buyer) else record.year_opened
    common = (
        ok("craft", lambda p: bool(set(p) & set(record.crafts)))
        and ok("origin", lambda p: record.provenance in p)
        and ok("period", lambda p: period_of(year) in p)
        and ok("fresh", lambda p: younger(record, AGE_MONTHS[p]))
        and ok("report", lambda p: any(covered(record, CATALOGUE.report_by_id[r]) for r in p))
    )
    if isinstance(record, Buyer):
        return (
            common
            and ok("market", lambda p: record.country in p)
            and ok("buyer", lambda p: record.kind in p)
        )
    return (
        common
        and ok("region", lambda p: record.region in p)
        and ok("province", lambda p: record.province in p)
        and ok("site", lambda p: record.kind in p)
        and ok("status", lambda p: record.status in p)
        and ok("women", lambda p: ("yes" if record.women_only else "no") in p)
        and ok(
            "training",
            lambda p: (
                (
                    "yes"
                    if record.kind == "centre_formation" or "formation" in record.fact_fr.lower()
                    else "no"
                )
                in p
            ),
        )
    )


def members(name):
    if name == "buyers":
        return CATALOGUE.buyers
    return [s for s in CATALOGUE.sites if s.class_ == name[:-1]]


@given(VIEWS)
@settings(max_examples=examples(150))
def test_rows_and_counts(view):
    counts = QUERY.counts(view)
    for name in RECORDS:
        columns = QUERY.columns[name]
        found = {columns.record(p).id for p in np.flatnonzero(QUERY.passing(name, view))}
        assert found == {r.id for r in members(name) if passes(r, view)}
        assert counts[name] == len(found)


@given(VIEWS)
@settings(max_examples=examples(60))
def test_facets_follow_other_filters_and_ignore_their_own_picks(view):
    facets = QUERY.facet_counts(view)
    for info in FACETS:
        concerned = [r for name in RECORDS if name in info.concerns for r in members(name)]
        open_to = [r for r in concerned if passes(r, view, skip=info.name)]
        for code in info.codes(CATALOGUE):
            alone = ViewState(**{info.name: (code,)})
            assert facets[info.name][code] == sum(passes(r, alone) for r in open_to), (
                info.name,
                code,
            )


@given(VIEWS)
@settings(max_examples=examples(60))
def test_blame_names_a_filter_that_empties(view):
    for name in RECORDS:
        blamed = QUERY.blame(name, view)
        if blamed is None:
            continue
        info, enough = blamed
        assert QUERY.counts(view)[name] == 0
        assert getattr(view, info.name)
        assert enough == (QUERY.counts(view.cleared(info.name))[name] > 0)


@pytest.mark.parametrize("spelling", ["Fès", "fes", "Fez", "فاس", "FÈS"])
def test_a_town_is_found_in_every_spelling(spelling):
    columns = QUERY.columns["sites"]
    found = {
        columns.record(p).id for p in np.flatnonzero(QUERY.passing("sites", ViewState(q=spelling)))
    }
    assert {s.id for s in CATALOGUE.sites if s.class_ == "site" and s.town == "Fès"} <= found


@pytest.mark.parametrize("spelling", ["zellige", "zellij", "زليج", "الزليج"])
def test_a_craft_is_found_in_every_spelling(spelling):
    view = ViewState(q=spelling)
    assert QUERY.counts(view)["buyers"] >= QUERY.counts(ViewState(craft=("zellige",)))["buyers"] > 0
    assert any("zellige" in r.crafts for r in QUERY.matching_reports(view))


@pytest.mark.parametrize(
    ("spelling", "market"),
    [("allemagne", "DE"), ("Germany", "DE"), ("ألمانيا", "DE"), ("japan", "JP")],
)
def test_a_market_is_found_in_every_language(spelling, market):
    found = QUERY.passing("buyers", ViewState(q=spelling))
    columns = QUERY.columns["buyers"]
    ids = {columns.record(p).id for p in np.flatnonzero(found)}
    assert {b.id for b in CATALOGUE.buyers if b.country == market} <= ids


def test_words_of_a_query_narrow_together():
    both = QUERY.counts(ViewState(q="tapis allemagne"))["buyers"]
    assert 0 < both < min(QUERY.counts(ViewState(q=w))["buyers"] for w in ("tapis", "allemagne"))


def test_report_texts_are_searched():
    assert "R-2024-06" in {r.id for r in QUERY.matching_reports(ViewState(q="Domotex"))}


def test_links_work_in_both_directions():
    for report in CATALOGUE.reports:
        view = ViewState(report=(report.id,))
        columns = QUERY.columns["buyers"]
        left = {columns.record(p).id for p in np.flatnonzero(QUERY.passing("buyers", view))}
        right = {b.id for b in CATALOGUE.buyers if report in QUERY.reports.about(b)}
        assert left == right
