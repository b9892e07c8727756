"""Places by name: real spellings, namesakes, addresses; speed and stability."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st

from geo.places.gazetteer import EXACT, Gazetteer, is_address, sounds
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
