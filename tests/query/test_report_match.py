"""What a report is about, which filters it passes, and the sentence that says why."""

from __future__ import annotations

from collections import Counter

import pytest

from geo.i18n.words import words
from geo.model.records import Catalogue, period_of
from geo.model.view import FIELDS, ViewState
from geo.query.engine import Query
from geo.query.report_match import covers, why
from tests.query.records import buyer, note, report, site

EN = words("en")


@pytest.mark.parametrize(
    ("markets", "crafts", "question", "expected"),
    [
        ((), (), {"market": "DE", "crafts": ("zellige",)}, True),
        (("DE",), (), {"market": "DE"}, True),
        (("FR",), (), {"market": "DE"}, False),
        (("FR",), (), {}, True),
        (("DE",), ("babouches",), {"market": "DE", "crafts": ("zellige",)}, False),
        (("DE",), ("babouches",), {"market": "DE", "crafts": ("zellige", "babouches")}, True),
        ((), ("babouches",), {"crafts": ()}, False),
        ((), ("babouches",), {"market": "DE"}, True),
    ],
)
def test_a_report_covers_what_it_names_and_all_where_it_names_nothing(
    markets, crafts, question, expected
):
    assert covers(report(markets=markets, crafts=crafts), **question) is expected


@pytest.mark.parametrize(
    ("fields", "record", "sentence"),
    [
        ({"named": ("b",)}, buyer(name="ACME"), "Names this buyer."),
        (
            {"named": ("b",), "notes": (note(id_="N1", organisations=("Acme GmbH",)), note())},
            buyer(name="ACME"),
            "Names this buyer (N1).",
        ),
        (
            {"named": ("b",), "notes": (note(id_="N1", organisations=("acme",)),)},
            buyer(name="Acme Berlin"),
            "Names this buyer (N1).",
        ),
        (
            {"markets": ("DE",), "crafts": ("zellige",)},
            buyer(crafts=("zellige", "babouches")),
            "Covers Germany, for zellige.",
        ),
        ({"markets": ("DE",)}, buyer(), "Covers the Germany market, all crafts."),
        ({}, buyer(), "General report: all markets, all crafts."),
        ({"markets": ("DE",), "crafts": ("zellige",)}, site(crafts=("zellige",)), "zellige."),
        ({"markets": ("DE",)}, "DE", "Covers the Germany market, all crafts."),
        ({}, "DE", "General report: all markets, all crafts."),
        ({"crafts": ("zellige",)}, "zellige", "zellige."),
        ({}, "zellige", "General report: all markets, all crafts."),
    ],
)
def test_the_sentence_says_why(fields, record, sentence):
    reason = why(report(**fields), record, EN)
    assert reason.casefold().endswith(sentence.casefold()), reason
    assert ("Germany" in reason) is ("Germany" in sentence)


REPORTS = (
    report("A", "2022-03", markets=("DE",), crafts=("zellige",), kind="etude_marche"),
    report("B", "2024-05", markets=("FR", "DE"), named=("b",)),
    report("C", "", crafts=("babouches",)),
    report("D", "2023", markets=("FR",)),
)


@pytest.fixture(scope="module")
def small(catalogue):
    return Query(
        Catalogue(
            "x",
            reports=REPORTS,
            markets=catalogue.markets,
            buyers=[buyer("b", country="JP", crafts=("zellige",))],
        )
    )


def ids(reports):
    return "".join(r.id for r in reports)


def test_reports_about_something_come_newest_first(small):
    about = small.reports
    assert ids(about.about_market("DE")) == "BAC" and ids(about.about_market("FR")) == "BDC"
    assert ids(about.about_market("JP")) == "C"
    assert ids(about.about_craft("zellige")) == "BDA"
    assert ids(about.about_craft("cuir_maroquinerie")) == "BD"
    assert ids(about.about(site(crafts=("babouches",)))) == "BDC"
    assert ids(about.about(buyer("b", country="DE", crafts=("zellige",)))) == "BA"
    assert ids(about.about(buyer("other", country="DE", crafts=("babouches",)))) == "BC"


def test_a_report_that_names_a_buyer_comes_before_those_that_cover_it(small):
    newer = buyer("b", country="XX", crafts=("babouches",))
    assert ids(small.reports.about(newer)) == "BC"
    assert ids(small.reports.about(buyer("z", country="XX", crafts=("babouches",)))) == "C"


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ({}, "BDAC"),
        ({"market": ("DE",)}, "BAC"),
        ({"market": ("DE", "FR")}, "BDAC"),
        ({"market": ("JP",)}, "C"),
        ({"craft": ("zellige",)}, "BDA"),
        ({"market": ("DE",), "craft": ("zellige",)}, "BA"),
        ({"report_kind": ("etude_marche",)}, "A"),
        ({"period": ("2020-2023",)}, "DA"),
        ({"period": ("undated", "since-2024")}, "BC"),
        ({"report": ("A", "C")}, "AC"),
        ({"report": ("A",), "market": ("FR",)}, ""),
        ({"q": "rien du tout"}, ""),
    ],
)
def test_filters_of_reports_combine(small, view, expected):
    assert ids(small.matching_reports(ViewState(**view))) == expected
    assert small.counts(ViewState(**view))["reports"] == len(expected)


def test_a_text_ranks_and_filters_still_hold(small):
    assert ids(small.reports.ranked(ViewState())) == "BDAC"
    assert set(ids(small.reports.ranked(ViewState(q="Allemagne")))) == set("AB")
    assert ids(small.reports.ranked(ViewState(q="Allemagne", craft=("babouches",)))) == "B"


def test_facets_of_reports_ignore_their_own_picks(small):
    counts = small.reports.facet_counts(ViewState(market=("JP",)))
    assert {c: n for c, n in counts["market"].items() if n > 1} == {"DE": 3, "FR": 3}
    assert counts["market"]["JP"] == 1
    assert counts["craft"]["babouches"] == 1 and counts["craft"]["zellige"] == 0
    assert counts["period"]["undated"] == 1 and sum(counts["period"].values()) == 1
    assert set(counts) == {"market", "craft", "period", "report_kind"}


def test_facets_of_the_shipped_reports_agree_with_counting_them(query):
    reports = query.catalogue.reports
    counts = query.reports.facet_counts(ViewState())
    assert counts["period"] == {
        code: Counter(period_of(r.year) for r in reports)[code] for code in FIELDS["period"].values
    }
    for code, count in counts["market"].items():
        assert count == sum(covers(r, market=code) for r in reports)


def test_what_reports_say_against_each_other_is_found_once(catalogue):
    reports = (
        report("A", "2024-05", signals=(("DE", "", "+"),)),
        report("B", "2024-04", signals=(("DE", "", "-"),)),
    )
    found = Query(Catalogue("x", reports=reports)).reports.doubts
    assert [(a.report, b.report) for a, b in found] == [("A", "B")]
