"""Numbers, dates and words as people write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings, strategies as st

from geo.curate.imports import values
from geo.curate.imports.headings import FIELDS, headings, recognise
from geo.curate.imports.reference_data import Reference
from geo.i18n.words import words
from geo.model.records import BUYER_KINDS, CRAFTS, LANGUAGES, SITE_KINDS, STATUSES
from tests.sizes import examples


def french(value: float) -> str:
    return f"{value:,.2f}".replace(",", "\u202f").replace(".", ",")


@given(st.floats(0, 1e9, allow_nan=False).map(lambda v: round(v, 2)))
def test_a_number_survives_every_way_of_writing_it(value):
    for text, unit in (
        (f"{value:.2f}", ""),
        (f"{value:,.2f}", "m2"),
        (french(value), "mad"),
        (f"{value:.2f} DH", "mad"),
        (french(value) + " m\u00b2", "m2"),
        (f"{value:.2f}".translate({48 + d: 0x660 + d for d in range(10)} | {46: 0x66B}), ""),
    ):
        # One group of three digits after one mark can be a decimal: that is said.
        read = values.number(text, unit)
        assert read.fault == "" and read.value == pytest.approx(value, abs=0.006), text


@pytest.mark.parametrize(
    ("text", "unit", "value", "guess"),
    [
        ("1 234,5", "", 1234.5, False),
        ("1,234.5", "", 1234.5, False),
        ("1.234,5", "", 1234.5, False),
        ("1,234,567", "", 1234567, False),
        ("1,234", "", 1.234, True),
        ("12,5 MDH", "mad", 12_500_000, False),
        ("3 ha", "m2", 30_000, False),
        ("2 millions de dirhams", "mad", 2_000_000, False),
        ("40 artisans", "artisans", 40, False),
        ("120 personnes", "artisans", 120, False),
        ("0", "", 0, False),
    ],
)
def test_numbers(text, unit, value, guess):
    read = values.number(text, unit)
    assert (read.value, read.guess) == (value, guess)


@pytest.mark.parametrize(
    ("text", "unit"),
    [("20 ha", "artisans"), ("2 MDH", "m2"), ("3 millions", "artisans"), ("40 m2", "mad")],
)
def test_a_unit_belongs_to_what_it_counts(text, unit):
    assert values.number(text, unit) == values.Read(None, "WRONG_UNIT")


def test_there_is_no_half_artisan():
    assert values.number("12,5", "artisans", integer=True) == values.Read(None, "NOT_WHOLE")
    assert values.number("12,0", "artisans", integer=True).value == 12


@pytest.mark.parametrize(
    "text", ["-5", "1e400", "1.234.567", "12 34", "1,2,3", "abc", "--1", "1e13", "0x10", "1_000"]
)
def test_what_is_no_number_is_said(text):
    assert values.number(text).fault == "BAD_NUMBER"


def test_whole_things_are_counted_in_thousands():
    assert (
        values.number("1,234", integer=True).value == 1234
        and values.number("1.234", integer=True).value == 1234
    )


@given(st.dates(date(1900, 1, 1), date(2068, 12, 31)), st.sampled_from(["fr", "en"]))
def test_a_date_survives_every_way_of_writing_it(day, lang):
    iso = day.isoformat()
    for text in (
        iso,
        f"{day:%d/%m/%Y}",
        f"{day:%d.%m.%Y}",
        f"{day:%d-%m-%Y}",
        words(lang).date(iso),
        f"{iso}T12:00:00",
    ):
        assert values.day(text).value == iso, text


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("mars 2024", "2024-03"),
        ("2024", "2024"),
        ("03/2024", "2024-03"),
        ("1er mai 2023", "2023-05-01"),
        ("45292", "2024-01-01"),
        ("12 \u0645\u0627\u0631\u0633 2024", "2024-03-12"),
        ("12 \u063a\u0634\u062a 2024", "2024-08-12"),
        ("03/25/2024", "2024-03-25"),
        ("31/02/2024", None),
        ("hier", None),
        ("2024-13", None),
    ],
)
def test_dates(text, iso):
    assert values.day(text).value == iso


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_is_met_by_its_own_word(lang, reference: Reference):
    t, here = words(lang), reference.words
    for vocabulary, family, codes in (
        (here.crafts, "craft", CRAFTS),
        (here.buyer_kinds, "buyer", BUYER_KINDS),
        (here.site_kinds, "site", SITE_KINDS),
        (here.statuses, "status", STATUSES),
    ):
        for code in codes:
            met = vocabulary.one(t(f"{family}.{code}"))
            assert met.codes == (code,) and met.certainty == 1, (lang, code)
    for market in reference.catalogue.markets:
        assert here.countries.one(t.country(market.iso2)).codes == (market.iso2,)


@settings(max_examples=examples(60))
@given(
    codes=st.lists(st.sampled_from(CRAFTS), min_size=1, max_size=5, unique=True),
    lang=st.sampled_from(LANGUAGES),
    mark=st.sampled_from([", ", " / ", "; ", " & ", "\n"]),
)
def test_several_crafts_in_one_cell(reference: Reference, codes, lang, mark):
    met = reference.words.crafts.many(mark.join(words(lang)(f"craft.{c}") for c in codes))
    assert set(met.codes) == set(codes) and met.unknown == ()


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Tapis & kilims / poterie", {"tapis_tissage", "poterie_ceramique"}),
        ("Pierre, marbre et pl\u00e2tre, zellige", {"pierre_marbre_platre", "zellige"}),
        (
            "\u0632\u0631\u0628\u064a\u0629 \u0648 \u062e\u0632\u0641",
            {"tapis_tissage", "poterie_ceramique"},
        ),
        ("Bijoux berb\u00e8res", {"bijouterie"}),
        ("banane", set()),
    ],
)
def test_crafts_written_freely(text, codes, reference: Reference):
    assert set(reference.words.crafts.many(text).codes) == codes


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("E.A.U.", "AE"),
        ("\u00c9mirats Arabes Unis", "AE"),
        ("\u0627\u0644\u0625\u0645\u0627\u0631\u0627\u062a", "AE"),
        ("Etats Unis", "US"),
        ("U.S.A", "US"),
        ("Allemagne ", "DE"),
        ("GERMANY", "DE"),
        ("Royaume-Uni", "GB"),
        ("Cor\u00e9e du Sud", "KR"),
        ("Hollande", "NL"),
        ("NA", "NA"),
    ],
)
def test_countries_written_freely(text, code, reference: Reference):
    assert reference.words.countries.one(text).codes == (code,)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Nom de la soci\u00e9t\u00e9", "name"),
        ("Raison sociale", "name"),
        ("\u0627\u0644\u0627\u0633\u0645", "name"),
        ("Company name", "name"),
        ("PAYS", "country"),
        ("\u0627\u0644\u0628\u0644\u062f", "country"),
        ("Lattitude", "lat"),
        ("Longitude (WGS84)", "lon"),
        ("\u062e\u0637 \u0627\u0644\u0639\u0631\u0636", "lat"),
        ("Superficie (m\u00b2)", "area"),
        ("N\u00b0", "id"),
        ("Fili\u00e8re(s)", "crafts"),
        ("\u0627\u0644\u062c\u0645\u0627\u0639\u0629", "commune"),
        ("Province / Pr\u00e9fecture", "province"),
        ("n", ""),
        ("Couleur", ""),
    ],
)
def test_headings(heading, field):
    assert recognise(heading)[0] == field


def test_a_heading_given_by_hand_comes_first_and_a_field_is_taken_once():
    found = headings(("Nom", "Enseigne", "Ville"), {"Enseigne": "name", "Ville": ""})
    assert [(h.field, h.how) for h in found] == [("", "taken"), ("name", "given"), ("", "given")]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_our_own_templates_headings_are_recognised(lang):
    for kind, fields in FIELDS.items():
        found = headings([words(lang)(f"import.field.{f}") for f in fields])
        assert [h.field for h in found] == list(fields), kind
