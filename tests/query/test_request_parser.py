"""A pasted request becomes terms in three languages; terms become sites with reasons."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from geo.query.request_parser import Term, read_terms, understand
from geo.query.supplier_match import nearest_maisons, rank_sites
from tests.sizes import examples


def codes(text, query):
    return {t.text for t in understand(text, query)}


@pytest.mark.parametrize(
    "text",
    [
        "Nous cherchons 200 tapis de Fès pour l’Allemagne, avant mars 2027",
        "We need 200 rugs from Fes for Germany before March 2027",
        "نريد 200 زربية من فاس إلى ألمانيا قبل مارس 2027",
    ],
)
def test_the_same_request_in_three_languages(query, text):
    assert codes(text, query) >= {
        "craft:tapis_tissage",
        "quantity:200",
        "place:03.231",
        "market:DE",
        "date:2027-03",
    }


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1 500 pièces", "quantity:1500"),
        ("1,500 pieces", "quantity:1500"),
        ("٣٠٠ قطعة", "quantity:300"),
        ("livraison le 15/06/2027", "date:2027-06"),
        ("2026-09", "date:2026-09"),
        ("والزليج", "craft:zellige"),
        ("Royaume-Uni", "market:GB"),
    ],
)
def test_one_piece(query, text, code):
    assert code in codes(text, query)


@pytest.mark.parametrize("text", ["", "   ", "bonjour", "<script>alert(1)</script>", "en 2027"])
def test_what_says_nothing_gives_no_craft_place_market_or_quantity(query, text):
    assert not [
        t for t in understand(text, query) if t.kind in ("craft", "market", "quantity", "place")
    ]


@settings(max_examples=examples(60))
@given(st.text(max_size=300))
def test_any_text_is_read_without_an_error_and_its_terms_are_known(query, text):
    found = understand(text, query)
    assert read_terms([t.text for t in found], query.catalogue) == [
        Term(t.kind, t.code) for t in found
    ]


@pytest.mark.parametrize(
    "code",
    ["craft:rien", "market:ZZ", "place:99", "quantity:-1", "date:2027-13", "nope:1", "word:"],
)
def test_a_term_that_makes_no_sense_is_dropped(query, code):
    assert read_terms([code], query.catalogue) == []


def test_every_site_makes_a_craft_that_was_asked_and_the_points_fall(query):
    terms = [
        Term("craft", "zellige"),
        Term("craft", "poterie_ceramique"),
        Term("place", "03.231"),
        Term("quantity", "100"),
    ]
    found = rank_sites(query.catalogue, terms)
    assert found and all({"zellige", "poterie_ceramique"} & set(m.site.crafts) for m in found)
    real = [m.points for m in found if m.site.provenance != "demo"]
    assert real == sorted(real, reverse=True)
    for match in found:
        missing = dict(match.missing)
        assert ("crafts" in missing) == (
            not {"zellige", "poterie_ceramique"} <= set(match.site.crafts)
        )
        assert ("capacity" in missing) == (match.site.capacity_artisans is None)
        assert ("demo" in missing) == (match.site.provenance == "demo")


def test_without_a_craft_no_site_is_named(query):
    assert rank_sites(query.catalogue, [Term("place", "03.231")]) == []


def test_maisons_are_open_and_those_with_the_craft_come_first(query):
    found = nearest_maisons(query.catalogue, (-5.0, 34.03), ["tapis_tissage"])
    makes = ["tapis_tissage" in s.crafts for _, s in found]
    assert found and makes == sorted(makes, reverse=True)
    near = [km for (km, _), m in zip(found, makes, strict=True) if m]
    assert near == sorted(near)
    assert all(s.status == "active" and s.provenance != "demo" for _, s in found)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("1 rug", ["craft:tapis_tissage"]),
        ("2 zellige", ["quantity:2", "craft:zellige"]),
        ("9999999 pièces", ["quantity:9999999"]),
        ("99999999 pièces", []),
        ("1.500.000 pièces", ["quantity:1500000"]),
        ("1.50 pièce", []),
        ("10 000 5", ["quantity:10000"]),
        ("3/4", []),
        ("2050 pièces", ["quantity:2050"]),
        ("1950 pièces", ["quantity:1950"]),
        ("2020 pièces", []),
        ("2049 pièces", []),
        ("en 2027, 200 tapis", ["quantity:200", "craft:tapis_tissage"]),
        ("15/06/2027 : 300 lanternes", ["date:2027-06", "quantity:300", "craft:dinanderie_metal"]),
        ("31.12.2026", ["date:2026-12"]),
        ("1/1/2027", ["date:2027-01"]),
        ("32/12/2026", []),
        ("2027-13-01", []),
        ("mai 2027 et 2027-06-15", ["date:2027-05", "date:2027-06"]),
        ("mai 2027, 2027-05-02", ["date:2027-05"]),
        ("décembre 2026", ["date:2026-12"]),
        ("january 2027", ["date:2027-01"]),
        ("tapis berbère", ["craft:tapis_tissage", "word:tapis berbere"]),
        ("cuirs, zelliges", ["craft:cuir_maroquinerie", "craft:zellige"]),
        ("والزليج بفاس", ["craft:zellige", "place:03.231"]),
        ("souq larb a al gharb", ["place:04.281"]),
        ("Fès Fès zellige", ["place:03.231", "craft:zellige"]),
    ],
)
def test_a_request_is_read_term_by_term_in_its_order(query, text, terms):
    assert [t.text for t in understand(text, query)] == terms


def test_a_term_knows_the_words_it_was_read_from(query):
    found = understand("Des tapis : 1 500, 15/06/2027", query)
    assert [(t.kind, t.phrase) for t in found] == [
        ("craft", "tapis"),
        ("quantity", "1 500"),
        ("date", "15/06/2027"),
    ]


def test_a_request_has_twenty_four_terms_at_most(query):
    names = [m.name["fr"] for m in query.catalogue.markets][:25]
    assert len(names) == 25 and len(understand(", ".join(names), query)) == 24
    assert len(read_terms([f"word:w{n}" for n in range(25)], query.catalogue)) == 24


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        (" craft:zellige ", [("craft", "zellige")]),
        ("quantity:123456789", [("quantity", "123456789")]),
        ("quantity:1234567890", []),
        ("quantity:٣", []),
        ("quantity:", []),
        ("date:2027", [("date", "2027")]),
        ("date:2027-12", [("date", "2027-12")]),
        ("date:2027-1", []),
        ("market:DE", [("market", "DE")]),
        ("place:08.401", [("place", "08.401")]),
        ("place:08", [("place", "08")]),
        ("word:" + "x" * 61, [("word", "x" * 60)]),
        ("word: ", []),
    ],
)
def test_a_written_term_is_read_again_where_it_is_known(query, text, terms):
    assert [(t.kind, t.code) for t in read_terms([text], query.catalogue)] == terms


def test_a_term_that_stands_twice_is_read_once(query):
    assert read_terms(["craft:zellige", "craft:zellige"], query.catalogue) == [
        Term("craft", "zellige")
    ]
