"""The word tables in data/sources: their shape, their codes, and nothing listed twice."""

import csv
import re
from collections import defaultdict

import pytest

from geo.model import records
from geo.text.folding import fold, phrase
from tests.conftest import ROOT

SOURCES = ROOT / "data" / "sources"
ARABIC = re.compile(r"[\u0600-\u06ff]")
ARABIC_DIGIT = re.compile(r"[\u0660-\u0669\u06f0-\u06f9]")


def table(name: str) -> list[dict[str, str]]:
    with (SOURCES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def synonyms():
    return table("synonyms.csv")


@pytest.fixture(scope="module")
def titles():
    return table("report_titles.csv")


def test_synonym_rows_are_complete_and_lower_case(synonyms):
    assert list(synonyms[0]) == ["group", "lang", "word"]
    for row in synonyms:
        assert re.fullmatch(r"(craft|market|buyer|site|status|town|city|word):\w+", row["group"]), (
            row
        )
        assert row["lang"] in records.LANGUAGES, row
        assert row["word"] == row["word"].strip().lower(), row
        assert phrase(row["word"]), row
        assert (row["lang"] == "ar") == bool(ARABIC.search(row["word"])), row


def test_groups_carry_known_codes(synonyms):
    known = {
        "craft": set(records.CRAFTS),
        "buyer": set(records.BUYER_KINDS),
        "site": set(records.SITE_KINDS),
        "status": set(records.STATUSES),
        "market": {row["iso2"] for row in table("markets.csv")},
    }
    found = defaultdict(set)
    for row in synonyms:
        kind, code = row["group"].split(":")
        found[kind].add(code)
    for kind, codes in known.items():
        # "Other" says nothing one could search for.
        assert found[kind] == codes - {"other", "autre"}, kind


def test_groups_hold_no_word_twice_and_words_few_groups(synonyms):
    of_group, of_word = defaultdict(list), defaultdict(set)
    for row in synonyms:
        of_group[row["group"]].append(phrase(row["word"]))
        of_word[phrase(row["word"])].add(row["group"])
    for group, words in of_group.items():
        assert len(set(words)) == len(words), group
        assert len(words) > 1, group
    assert {w: g for w, g in of_word.items() if len(g) > 2} == {}


def test_every_group_has_french_and_arabic(synonyms):
    languages = defaultdict(set)
    for row in synonyms:
        languages[row["group"]].add(row["lang"])
    assert [g for g, found in languages.items() if not {"fr", "ar"} <= found] == []


def test_the_towns_with_most_sites_are_covered(synonyms):
    words = {fold(row["word"]) for row in synonyms if row["group"].startswith("town:")}
    count = defaultdict(int)
    for row in table("sites.csv"):
        count[row["town"]] += bool(row["town"])
    missing = [town for town, sites in count.items() if sites > 1 and fold(town) not in words]
    assert missing == []
    assert sum(fold(town) in words for town in count) >= 60


def test_capitals_of_the_markets_are_covered(synonyms):
    words = {fold(row["word"]) for row in synonyms}
    capitals = {row["capital"] for row in table("markets.csv")}
    assert [c for c in sorted(capitals) if fold(c) not in words] == []


def test_every_report_has_its_two_titles(titles):
    reports = {row["id"]: row["title_fr"] for row in table("reports.csv")}
    assert list(titles[0]) == ["id", "title_ar", "title_en"]
    assert [row["id"] for row in titles] == list(reports)
    for row in titles:
        assert ARABIC.search(row["title_ar"]) and not ARABIC_DIGIT.search(row["title_ar"]), row
        assert row["title_en"] and not ARABIC.search(row["title_en"]), row
        years = re.findall(r"\b20\d\d\b", reports[row["id"]])
        for title in (row["title_ar"], row["title_en"]):
            assert re.findall(r"20\d\d", title) == years, row
            assert title == " ".join(title.split()), row
