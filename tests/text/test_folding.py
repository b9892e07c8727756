"""Typed and written words meet: folding, splitting, synonyms."""

import csv

import pytest
from hypothesis import given, strategies as st

from geo.text.folding import _LINKING, Synonyms, fold, phrase, tokens
from tests.conftest import ROOT

WORDS_FILE = ROOT / "data" / "sources" / "synonyms.csv"

ROWS = [
    {"group": "town:fes", "word": "Fès"},
    {"group": "town:fes", "word": "Fez"},
    {"group": "town:fes", "word": "فاس"},
    {"group": "craft:zellige", "word": "zellige"},
    {"group": "craft:zellige", "word": "زليج"},
    {"group": "buyer:department_store", "word": "grand magasin"},
    {"group": "buyer:department_store", "word": "department store"},
    {"group": "site:maison_artisan", "word": "maison de l'artisan"},
    {"group": "site:maison_artisan", "word": "دار الصانع"},
    {"group": "town:el_jadida", "word": "El Jadida"},
    {"group": "town:el_jadida", "word": "الجديدة"},
    {"group": "word:fair", "word": "salon"},
    {"group": "word:room", "word": "salon"},
    {"group": "word:room", "word": "room"},
]
#: Letters that matter here, more often than chance would draw them.
TEXTS = st.text(
    st.one_of(
        st.sampled_from("aéÉœÆßıİŉﬁ ’'ـَأإآٱىیةک٣الزليج-_ʼΐ"),
        st.characters(exclude_categories=["Cs"]),
    )
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Fès   el Bali ", "fes el bali"),
        ("MEKNÈS", "meknes"),
        ("L’Oriental", "l oriental"),
        ("Maison de l'Artisan", "maison de l artisan"),
        ("Œuvres et Ægypte", "oeuvres et aegypte"),
        ("Łódź, Køln, Straße", "lodz, koln, strasse"),
        ("أَكَادِير", "اكادير"),
        ("إفران آسفي", "افران اسفي"),
        ("الزرابـــي", "الزرابي"),
        ("سلوى طنجة", "سلوي طنجه"),
        ("کرمانی", "كرماني"),
        ("٢٠٢٤", "2024"),
        ("ﬁnition", "finition"),
        ("", ""),
    ],
)
def test_fold(text, folded):
    assert fold(text) == folded


@given(TEXTS)
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


def test_every_character_folds_once():
    unstable = [
        hex(n)
        for n in range(0x110000)
        if not 0xD800 <= n < 0xE000 and fold(fold(chr(n))) != fold(chr(n))
    ]
    assert unstable == []


@given(TEXTS)
def test_case_and_outer_spaces_do_not_matter(text):
    assert fold(f"  {text} ") == fold(text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Maison de l’artisan d'Azrou", ["maison", "de", "artisan", "azrou"]),
        ("Tanger-Tétouan-Al Hoceïma", ["tanger", "tetouan", "al", "hoceima"]),
        ("R-2025_07 à 5 %", ["2025", "07", "5"]),
        ("الزليج", ["الزليج", "زليج"]),
        ("الفن", ["الفن"]),
        ("دار الصانعة", ["دار", "الصانعه", "صانعه"]),
        ("…", []),
    ],
)
def test_tokens(text, words):
    assert tokens(text) == words


@given(TEXTS)
def test_tokens_are_folded_words(text):
    for word in tokens(text):
        assert word and not any(c.isspace() for c in word)
        assert fold(word) == word


@pytest.mark.parametrize(
    ("query", "terms"),
    [
        ("fès", [["fes", "fez", "فاس"]]),
        ("Zellige Fez", [["zellige", "زليج"], ["fez", "fes", "فاس"]]),
        ("الزليج", [["الزليج", "زليج", "zellige"]]),
        ("الصويرة الجديدة", [["الصويره", "صويره"], ["الجديده", "el jadida"]]),
        ("grands magasins", [["grands"], ["magasins"]]),
        ("grand magasin paris", [["grand magasin", "department store"], ["paris"]]),
        ("Maison de l’Artisan", [["maison de artisan", "دار الصانع"]]),
        ("zellige de Fez", [["zellige", "زليج"], ["fez", "fes", "فاس"]]),
        ("zellige in Paris", [["zellige", "زليج"], ["paris"]]),
        ("زليج في فاس", [["زليج", "zellige"], ["فاس", "fes", "fez"]]),
        ("de la", [["de"], ["la"]]),
        ("bijoux en or", [["bijoux"], ["or"]]),
        ("salon", [["salon", "room"]]),
        ("", []),
        (" ' ", []),
    ],
)
def test_expand(query, terms):
    assert Synonyms(ROWS).expand(query) == terms


QUERIES = st.lists(st.one_of(st.sampled_from([r["word"] for r in ROWS]), TEXTS), max_size=5).map(
    " ".join
)


@given(QUERIES)
def test_each_term_comes_first_and_the_terms_make_the_query(query):
    terms = Synonyms(ROWS).expand(query)
    assert _telling(" ".join(term[0] for term in terms)) == _telling(phrase(query))
    for term in terms:
        assert len(set(term)) == len(term)
        assert all(phrase(p) == p for p in term)


@given(TEXTS)
def test_unknown_words_pass_unchanged(query):
    words = phrase(query)
    assert [term[0] for term in Synonyms([]).expand(query)] == (_telling(words) or words.split())


@given(st.permutations(["zellige", "Fès", "grand magasin", "maison de l'artisan", "الزليج"]))
def test_the_order_of_the_terms_does_not_matter(parts):
    def found(words):
        return sorted(Synonyms(ROWS).expand(" ".join(words)))

    assert found(parts) == found(sorted(parts))


def _telling(words: str) -> list[str]:
    return [word for word in words.split() if word not in _LINKING]


def test_linking_words_are_folded():
    assert {fold(word) for word in _LINKING} == _LINKING


def test_every_listed_synonym_leads_to_its_whole_group():
    with WORDS_FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    groups: dict[str, set[str]] = {}
    for row in rows:
        groups.setdefault(row["group"], set()).add(phrase(row["word"]))
    synonyms = Synonyms(rows)
    for row in rows:
        [term] = synonyms.expand(row["word"])
        assert groups[row["group"]] <= set(term), row
