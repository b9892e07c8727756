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
