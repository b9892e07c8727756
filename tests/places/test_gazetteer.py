"""Places by name: real spellings, namesakes, addresses; speed and stability."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from geo.model.records import Area, Catalogue, Commune, Town
from geo.places.gazetteer import (
    BEGINS,
    CLOSE,
    EXACT,
    SOUNDS,
    SOUNDS_BEGIN,
    WORD,
    Gazetteer,
    is_address,
    sounds,
)
from tests.sizes import examples

#: What people type -> the French name and the province it must lead to, first of the answers.
SPELLINGS = [
    tuple(line.split("|"))
    for line in """
Imilchil|Imilchil|08.363
imilshil|Imilchil|08.363
Imelchil|Imilchil|08.363
إملشيل|Imilchil|08.363
املشيل|Imilchil|08.363
Marakech|Marrakech|07.351
marrakesh|Marrakech|07.351
marakch|Marrakech|07.351
MARRAKECH|Marrakech|07.351
مراكش|Marrakech|07.351
Ouarzazate|Ouarzazate|08.401
Warzazat|Ouarzazate|08.401
ouarzazat|Ouarzazate|08.401
ورزازات|Ouarzazate|08.401
Fes|Fès|03.231
Fez|Fès|03.231
fès|Fès|03.231
فاس|Fès|03.231
Casa|Casablanca|06.141
casablanka|Casablanca|06.141
الدار البيضاء|Casablanca|06.141
الدارالبيضاء|Casablanca|06.141
Tetouan|Tétouan|01.571
Titwan|Tétouan|01.571
تطوان|Tétouan|01.571
Laayoune|Laâyoune|11.321
El Aaiun|Laâyoune|11.321
layoune|Laâyoune|11.321
العيون|Laâyoune|11.321
Essawira|Essaouira|07.211
Mogador|Essaouira|07.211
Souira|Essaouira|07.211
الصويرة|Essaouira|07.211
Er Rachidia|Errachidia|08.201
rachidia|Errachidia|08.201
errachidya|Errachidia|08.201
الراشيدية|Errachidia|08.201
Beni Mellal|Béni Mellal|05.091
bni mellal|Béni Mellal|05.091
beni melal|Béni Mellal|05.091
بني ملال|Béni Mellal|05.091
taroudant|Taroudant|09.541
tarudant|Taroudant|09.541
agader|Agadir|09.001
اكادير|Agadir|09.001
أكادير|Agadir|09.001
Tangier|Tanger|01.511
tanja|Tanger|01.511
طنجة|Tanger|01.511
Chaouen|Chefchaouen|01.151
xauen|Chefchaouen|01.151
chefchouen|Chefchaouen|01.151
شفشاون|Chefchaouen|01.151
hoceima|Al Hoceima|01.051
el hoceïma|Al Hoceima|01.051
الحسيمة|Al Hoceima|01.051
Oujda|Oujda|02.411
wajda|Oujda|02.411
وجدة|Oujda|02.411
khnifra|Khénifra|05.301
Khenifra|Khénifra|05.301
خنيفرة|Khénifra|05.301
azillal|Azilal|05.081
أزيلال|Azilal|05.081
ازيلال|Azilal|05.081
Meknes|Meknès|03.061
مكناس|Meknès|03.061
Sidi Bouzid|Sidi Bouzid|06.181
Aït Ourir|Ait Ourir|07.041
ait ourir|Ait Ourir|07.041
zagoura|Zagora|08.587
زاكورة|Zagora|08.587
tineghir|Tinghir|08.577
tingir|Tinghir|08.577
تنغير|Tinghir|08.577
ميدلت|Midelt|08.363
midlt|Midelt|08.363
goulimine|Guelmim|10.261
كلميم|Guelmim|10.261
Dakhla|Dakhla|12.391
الداخلة|Dakhla|12.391
Smara|Es-Semara|11.221
salé|Salé|04.441
سلا|Salé|04.441
quenitra|Kénitra|04.281
القنيطرة|Kénitra|04.281
El Jadida|El Jadida|06.181
الجديدة|El Jadida|06.181
asfi|Safi|07.431
آسفي|Safi|07.431
yfrane|Ifrane|03.271
إفران|Ifrane|03.271
Taza|Taza|03.561
تازة|Taza|03.561
ناظور|Nador|02.381
benguerir|Ben Guerir|07.427
بنجرير|Ben Guerir|07.427
Moulay Idriss|My Idriss Zerhoun|03.061
boumalen|Boumalne-Dades|08.577
Rissani|Er-Rissani|08.201
الريصاني|Er-Rissani|08.201
tazenakht|Taznakht|08.401
دمنات|Demnate|05.081
ouled teima|Oulad Teima|09.541
صفرو|Sefrou|03.451
تيزنيت|Tiznit|09.581
tafraoute|Tafraout|09.581
azro|Azrou|03.271
أزرو|Azrou|03.271
القصر الكبير|Ksar El Kebir|01.331
العرائش|Larache|01.331
assilah|Asilah|01.511
أصيلة|Asilah|01.511
Mhamid el ghizlane|M'hamid El Ghizlane|08.587
Aghbala|Aghbala|05.091
تالوين|Taliouine|09.541
Taliouin|Taliouine|09.541
Midelt (Drâa-Tafilalet)|Midelt|08.363
Tazarine (Zagora)|Tazarine|08.587
Tazarine Taza|Tazarine|03.561
Sidi Boubker, Rehamna|Sidi Boubker|07.427
Ajdir Taza|Ajdir|03.561
12 avenue Mohammed V, Rabat|Rabat|04.421
Hay Salam، سلا|Salé|04.441
""".strip().splitlines()
]


@pytest.fixture(scope="module")
def gazetteer(catalogue):
    return Gazetteer(catalogue)


@pytest.mark.parametrize(("typed", "name", "province"), SPELLINGS)
def test_a_real_spelling_leads_to_its_place(gazetteer, typed, name, province):
    found = gazetteer.search(typed)
    assert [(f.place.names["fr"], f.place.province) for f in found[:1]] == [(name, province)]


def test_the_table_is_long_enough_and_has_arabic_and_typos():
    assert len(SPELLINGS) >= 100
    assert sum(typed > "\u0600" for typed, _, _ in SPELLINGS) >= 30


@pytest.mark.slow
def test_all_communes_and_towns_can_be_found_by_their_own_names(gazetteer, catalogue):
    missing = []
    known = {t.id for t in catalogue.towns}
    for commune in catalogue.communes:
        ref = f"town:{commune.town}" if commune.town in known else f"commune:{commune.code}"
        for name in commune.name.values():
            if ref not in [f.place.ref for f in gazetteer.search(name, 20)]:
                missing.append((ref, name))
    assert missing == []


def test_namesakes_are_all_told(gazetteer):
    found = gazetteer.search("Tazarine")[0]
    assert {f.place.province for f in gazetteer.namesakes(found)} == {"08.587", "03.561"}
    imilchil = gazetteer.search("Imilchil")[0]
    assert [f.place.ref for f in gazetteer.namesakes(imilchil)] == [imilchil.place.ref]


@pytest.mark.parametrize(
    "nothing", ["", "   ", "qqqqqq", "???", "12345", "\u200f", "zzxxwwvv kkjj"]
)
def test_what_is_no_place_finds_nothing(gazetteer, nothing):
    assert gazetteer.search(nothing) == []


def test_regions_and_facilities_are_places_too(gazetteer, catalogue):
    assert gazetteer.search("Souss Massa")[0].place.ref == "region:09"
    site = next(s for s in catalogue.sites if s.lon_lat)
    found = gazetteer.search(site.name)[0]
    assert (found.place.ref, found.tier) == (f"site:{site.id}", EXACT)


@given(st.text(max_size=150))
@settings(max_examples=examples(200))
def test_any_text_is_answered_in_order(gazetteer, text):
    found = gazetteer.search(text, 5)
    assert len(found) <= 5 and len({f.place.ref for f in found}) == len(found)
    assert [f.tier for f in found] == sorted(f.tier for f in found)


@given(st.text(max_size=60))
def test_sounds_are_stable_under_case_and_spaces(text):
    assert sounds(f"  {text}  ") == sounds(text)


@pytest.mark.parametrize(
    ("typed", "is_one"),
    [
        ("Rue Talaa Kebira, Fès", True),
        ("12 rue X, Fès", True),
        ("زنقة الطالعة، فاس", True),
        ("Derb Moulay, Marrakech", True),
        ("Tazarine, Zagora", False),
        ("Imilchil", False),
        ("أزرو، إفران", False),
        ("Ruelle, Fès", False),
    ],
)
def test_a_street_and_a_town_read_like_an_address(typed, is_one):
    assert is_address(typed) is is_one


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Béni Mellal", "bnimilal"),
        ("Oulad Teima", "uldtima"),
        ("Moulay Idriss", "mulidris"),
        ("My Driss", "mulidris"),
        ("Marrakech", "marakix"),
        ("Tschad", "txad"),
        ("Djebel", "jibil"),
        ("Khénifra", "kinifra"),
        ("Rhazal", "gasal"),
        ("Thissa", "tisa"),
        ("Ouarzazate", "uarsasat"),
        ("Guercif", "guirsif"),
        ("Phosphate", "fusfat"),
        ("El Hajeb", "ajib"),
        ("الراشيدية", "راشيديه"),
        ("كلميم", "كلميم"),
        ("ݣلميم", "كلميم"),
        ("أزرو", "ازرو"),
        ("الدار البيضاء", "داربيضا"),
        ("", ""),
    ],
)
def test_a_name_has_the_key_of_its_sounds(name, key):
    assert sounds(name) == key


def of(*places: Town, communes=(), provinces=(), sites=()):
    return Gazetteer(
        Catalogue("x", towns=places, communes=communes, provinces=provinces, sites=sites)
    )


def town(name: str, people: int | None = 1, lon_lat=(-5.0, 32.0), **fields) -> Town:
    return Town(name, "", (), fields.pop("province", ""), name, people, lon_lat, **fields)


def names(gazetteer, text, limit=8):
    return [f.place.names["fr"] for f in gazetteer.search(text, limit)]


def tier(gazetteer, text):
    (found,) = gazetteer.search(text)
    return found.tier


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ksar Tafraza", EXACT),
        ("ksar tafraza", EXACT),
        ("Al Ksar Tafraza", EXACT),
        ("Qsar Tafrazza", SOUNDS),
        ("Ksar Taf", BEGINS),
        ("K", BEGINS),
        ("Tafraza", WORD),
        ("Taf", WORD),
        ("Qsar Taf", SOUNDS_BEGIN),
        ("Ksar Tafrata", CLOSE),
    ],
)
def test_each_way_of_being_alike_has_its_tier(text, expected):
    assert tier(of(town("Ksar Tafraza")), text) == expected


@pytest.mark.parametrize("text", ["T", "sar", "Ksar Batrata", "Ksar Tafraza Souk", "fraza"])
def test_what_is_further_off_is_not_found(text):
    assert names(of(town("Ksar Tafraza")), text) == []


@pytest.mark.parametrize(
    ("name", "text", "found"),
    [
        ("Tafra", "Tavra", True),
        ("Tafra", "Tavro", False),
        ("Tafrata", "Tavroda", False),
        ("Tafrata", "Tavrota", True),
        ("Taf", "Tav", False),
    ],
)
def test_one_letter_in_four_may_be_wrong_and_none_in_a_short_name(name, text, found):
    assert (names(of(town(name)), text) == [name]) is found


def test_names_that_fit_better_come_before_those_of_more_people():
    here = of(
        town("Tafraza Centre", 900_000),
        town("Ksar Tafraza", 800_000),
        town("Tafraza", 1),
        town("Tavraza", 700_000),
    )
    assert names(here, "Tafraza") == ["Tafraza", "Tafraza Centre", "Ksar Tafraza"]
    assert names(here, "Tafraza", 2) == ["Tafraza", "Tafraza Centre"]


def test_of_equal_names_the_most_people_come_first_and_a_position_counts_for_one():
    def twin(id_, people, lon_lat=(-5.0, 32.0)):
        return Town("Tafraza", "", (), "", id_, people, lon_lat)

    here = of(twin("none", None, None), twin("placed", None), twin("big", 50), twin("two", 2, None))
    found = [f.place.ref for f in here.search("Tafraza")]
    assert found == ["town:big", "town:two", "town:placed", "town:none"]


def commune(name: str, people: int, town_id: str = "") -> Commune:
    return Commune(
        "08.401.01.01", {"fr": name, "ar": ""}, "08.401", "08", True, people, None, town_id
    )


def test_a_name_usually_means_the_town_then_the_commune_then_the_province():
    province = Area("08.401", {"fr": "Tafraza", "ar": ""}, "08", 9_000_000, (-5, 32), (0, 0, 1, 1))
    here = of(town("Tafraza", 950), communes=[commune("Tafraza", 1_000)], provinces=[province])
    kinds = [f.place.kind for f in here.search("Tafraza")]
    assert kinds == ["town", "commune", "province"]
    smaller = of(town("Tafraza", 850), communes=[commune("Tafraza", 1_000)])
    assert [f.place.kind for f in smaller.search("Tafraza")] == ["commune", "town"]


def test_a_town_that_stands_for_its_commune_has_its_people_and_its_names():
    here = of(town("Tafraza", 5), communes=[commune("Ait Zmour", 700, "Tafraza")])
    (found,) = here.search("Ait Zmour")
    assert (found.place.ref, found.place.population, found.place.rural) == (
        "town:Tafraza",
        700,
        True,
    )
    assert len(here) == 1 and here.get("town:Tafraza") is found.place
    assert here.get("commune:08.401.01.01") is None


def test_a_place_without_a_name_of_a_language_has_the_french_one():
    here = of(communes=[commune("Ait Zmour", 700)])
    place = here.get("commune:08.401.01.01")
    assert place.names == dict.fromkeys(("fr", "ar", "en"), "Ait Zmour") and place.region == "08"


def test_a_text_of_one_hundred_and_twenty_characters_is_read():
    long = "Tafraza" + "x" * 113
    here = of(town(long))
    assert names(here, long) == names(here, long + "y") == [long]


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("3 Fès", False),
        ("Fès, 3", True),
        ("طريق فاس، مكناس", True),
        ("Avenue", False),
        (",", False),
    ],
)
def test_an_address_has_a_comma_and_a_number_or_a_street(text, is_one):
    assert is_address(text) is is_one


def test_an_area_narrows_only_what_lies_in_it(gazetteer):
    assert [f.place.province for f in gazetteer.search("Tazarine - Zagora")] == ["08.587"]
    assert [f.place.province for f in gazetteer.search("Tazarine [Taza]")][:1] == ["03.561"]
    assert gazetteer.search("Tazarine, Rabat")[0].place.names["fr"] == "Rabat"
    assert gazetteer.search("Nulle Part, 5, Rabat")[0].place.names["fr"] == "Rabat"
