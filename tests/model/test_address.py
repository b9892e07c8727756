"""The address holds the whole view, and survives whatever is typed in it."""

from __future__ import annotations

from urllib.parse import parse_qsl

import pytest
from hypothesis import given, settings, strategies as st

from geo.core.errors import AddressTooLong
from geo.core.paths import DATA_DIR
from geo.model.address import MAX_CHARS, data_query, decode, encode
from geo.model.records import BUYER_KINDS, COLLECTIONS, CRAFTS, LANGUAGES, PERIOD_CODES, STATUSES
from geo.model.view import FIELDS, LAYERS, LEGAL, ViewState
from geo.store.file_store import FileStore
from tests.sizes import examples

CATALOGUE = FileStore(DATA_DIR).load()
MARKETS = [m.iso2 for m in CATALOGUE.markets]
REPORTS = [r.id for r in CATALOGUE.reports]


def some(values, most=6):
    return st.lists(st.sampled_from(list(values)), unique=True, max_size=most).map(tuple)


VIEWS = st.builds(
    ViewState,
    lang=st.sampled_from(LANGUAGES),
    market=some(MARKETS),
    craft=some(CRAFTS),
    report=some(REPORTS, 3),
    buyer=some(BUYER_KINDS),
    status=some(STATUSES),
    period=some(PERIOD_CODES),
    q=st.text(st.characters(exclude_categories=["C", "Z"]), max_size=20),
    sel=st.sampled_from(["", "buyer:limala-de", "market:DE", "report:R-2025-07"]),
    layers=st.sets(st.sampled_from(LAYERS)).map(lambda s: tuple(x for x in LAYERS if x in s)),
    tab=st.sampled_from(COLLECTIONS),
    place=st.sampled_from(
        ["", "town:2553604", "commune:08.363.03.01", "region:08", "-5.63421,32.1"]
    ),
    km=st.sampled_from(FIELDS["km"].values),
    nearest=st.sampled_from(FIELDS["nearest"].values),
    request=st.sampled_from(["", "200 tapis, avant mars", "نريد 200 زربية"]),
    terms=st.sampled_from(["", "none", "craft:zellige|word:vert, bleu"]),
    turnover=st.sampled_from(["", "1,5"]),
    legal=st.sampled_from(["", *LEGAL]),
    start=st.sampled_from(["", "2027-03-01"]),
    stars=some(["m:DE", "b:limala-de", "s:a.b-1"]),
    pin=some(["08.363.03.01", "01.051.01.01"]),
    ban=some(["05.091.05.07"]),
    zone=st.sampled_from(["", "-5,32;-4.5,32;-4,33.1234"]),
    at=st.none()
    | st.tuples(
        st.floats(-180, 180).map(lambda v: round(v, 4)),
        st.floats(-80, 80).map(lambda v: round(v, 4)),
        st.integers(2, 14).map(float),
    ),
)


@given(VIEWS)
@settings(max_examples=examples(200))
def test_a_view_survives_its_address(view):
    text = encode(view)
    assert len(text) <= MAX_CHARS
    assert decode(text, CATALOGUE) == (view, [])


@given(VIEWS)
def test_equal_views_have_equal_addresses_and_only_data_keys_the_cache(view):
    again, _ = decode(dict(reversed(parse_qsl(encode(view)))), CATALOGUE)
    assert encode(again) == encode(view)
    moved = view.with_(at=(1.0, 2.0, 5.0), sel="", tab="reports", layers=())
    assert data_query(moved) == data_query(view)


@given(st.text(max_size=300))
def test_any_text_is_a_view(text):
    view, notices = decode(text, CATALOGUE)
    assert isinstance(view, ViewState)
    assert all(n.key.startswith("notice.") for n in notices)


@given(st.dictionaries(st.sampled_from([*FIELDS, "v", "other"]), st.text(max_size=80)))
def test_any_parameters_are_a_view_that_has_an_address(params):
    view, _ = decode(params, CATALOGUE)
    assert decode(encode(view), CATALOGUE)[0] == view


def test_the_names_that_stay():
    view = ViewState(
        market=("DE", "FR"),
        craft=("tapis_tissage",),
        report=("R-2025-07",),
        q="a b",
        lang="ar",
        region=("08",),
    )
    assert encode(view) == (
        "v=1&lang=ar&market=DE,FR&craft=tapis_tissage&report=R-2025-07&region=08&q=a%20b"
    )


def test_unknown_values_fall_back_and_are_named():
    view, notices = decode("lang=xx&market=DE,ZZ&at=1,2&craft=nope", CATALOGUE)
    assert view == ViewState(market=("DE",))
    assert {dict(n.values)["field"] for n in notices} == {"lang", "market", "at", "craft"}


def test_another_version_is_said():
    assert [n.key for n in decode("v=9&market=DE", CATALOGUE)[1]] == ["notice.other_version"]


def test_too_long_is_refused_both_ways():
    view, notices = decode("q=" + "a" * 9000, CATALOGUE)
    assert (view, [n.key for n in notices]) == (ViewState(), ["notice.address_too_long"])
    everything = ViewState(
        **{name: info.codes(CATALOGUE) for name, info in FIELDS.items() if info.many}, q="ف" * 80
    )
    with pytest.raises(AddressTooLong):
        encode(everything)


def padded(length: int) -> dict[str, str]:
    """Parameters that take so many characters in an address."""
    return {"market": "DE", "other": "x" * (length - len("market") - len("DE") - len("other") - 4)}


@pytest.mark.parametrize(("length", "view"), [(2_000, ViewState(market=("DE",))), (2_001, None)])
def test_an_address_of_two_thousand_characters_is_read(length, view):
    found, notices = decode(padded(length), CATALOGUE)
    assert found == (view or ViewState())
    assert [n.key for n in notices] == ([] if view else ["notice.address_too_long"])


def test_a_written_address_has_two_thousand_characters_at_most():
    longest = MAX_CHARS - len(encode(ViewState(stars=("m:a",)))) + 1
    assert len(encode(ViewState(stars=("m:" + "a" * longest,)))) == MAX_CHARS
    with pytest.raises(AddressTooLong):
        encode(ViewState(stars=("m:" + "a" * (longest + 1),)))


def test_a_text_that_is_too_long_to_be_an_address_is_not_even_taken_apart():
    def of(characters: int) -> str:
        return "lang=ar&" + "%2C" * ((characters - 8) // 3)

    assert decode(of(8_000) + "x" * (8_000 - len(of(8_000))), CATALOGUE)[0] == ViewState(lang="ar")
    assert decode(of(8_000) + "x" * (8_001 - len(of(8_000))), CATALOGUE)[0] == ViewState()


@pytest.mark.parametrize(
    ("at", "camera"),
    [
        ("540,85.06,18", (540.0, 85.06, 18.0)),
        ("-540,-85.06,1", (-540.0, -85.06, 1.0)),
        ("540.1,0,5", None),
        ("0,85.07,5", None),
        ("0,0,18.1", None),
        ("0,0,0.9", None),
        ("nan,0,5", None),
        ("0,inf,5", None),
        ("1,2", None),
        ("1.23456,2.34567,5.678", (1.2346, 2.3457, 5.68)),
    ],
)
def test_a_camera_is_rounded_and_stays_on_the_map(at, camera):
    view, notices = decode({"at": at}, CATALOGUE)
    assert view.at == camera and len(notices) == (camera is None)


def test_a_camera_is_written_short_and_zero_has_no_sign():
    assert encode(ViewState(at=(-0.00001, 2.34567, 5.5))) == "v=1&at=0.0000,2.3457,5.5"


def test_nothing_chosen_is_written_and_read_apart_from_nothing_said():
    assert encode(ViewState(layers=())) == "v=1&layers=none"
    assert decode("layers=none", CATALOGUE)[0].layers == ()
    assert decode({"layers": ""}, CATALOGUE)[0].layers == ()
    assert decode("layers=moon", CATALOGUE)[0].layers == FIELDS["layers"].default
    view, notices = decode("layers=moon,sites,sites", CATALOGUE)
    assert view.layers == ("sites",) and len(notices) == 1


@pytest.mark.parametrize(
    ("query", "refused"),
    [
        ("at=", 0),
        ("sel=", 0),
        ("sel=buyer:x", 0),
        ("sel=planet:x", 1),
        ("sel=buyer:", 1),
        ("lang=", 0),
        ("days=11", 1),
        ("days=10", 0),
        ("proof=0", 1),
        ("proof=", 0),
        ("proof=999", 0),
        ("pin=none", 0),
        ("pin=08.363.03.01,x", 1),
        ("stars=m:DE,m:DE,q:1", 1),
    ],
)
def test_what_is_refused_is_named_and_what_is_empty_is_not(query, refused):
    name, _, value = query.partition("=")
    assert len(decode({name: value}, CATALOGUE)[1]) == refused


def test_a_text_is_cut_at_eighty_characters_and_what_is_named_at_forty():
    assert decode({"q": "a" * 79 + " b"}, CATALOGUE)[0].q == "a" * 79
    assert decode({"q": "a" * 81}, CATALOGUE)[0].q == "a" * 80

    def named(value: str) -> str:
        return dict(decode({"lang": value}, CATALOGUE)[1][0].values)["value"]

    assert named("x" * 40) == "x" * 40 and named("x" * 41) == "x" * 39 + "…"


def test_fields_can_be_left_out_and_the_version_stands_only_before_a_whole_view():
    view = ViewState(market=("DE",), tab="reports", place="region:08")
    assert encode(view, leave=("market",)) == "v=1&tab=reports&place=region:08"
    assert encode(view, only="locate") == "place=region:08"
    assert encode(ViewState()) == "" == data_query(ViewState(tab="reports"))


def test_an_address_of_sixty_parameters_is_read_and_one_of_more_is_too_long():
    assert decode("&".join(["lang=ar"] * 60), CATALOGUE) == (ViewState(lang="ar"), [])
    view, notices = decode("&".join(["lang=ar"] * 61), CATALOGUE)
    assert (view, [n.key for n in notices]) == (ViewState(), ["notice.address_too_long"])
