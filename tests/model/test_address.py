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
