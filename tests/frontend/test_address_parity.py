"""The browser's view and address against Python's: the same table, the same answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from geo.core.errors import AddressTooLong
from geo.core.paths import DATA_DIR
from geo.model.address import data_query, decode, encode
from geo.model.records import Catalogue
from geo.model.view import FIELDS, FILTERS, ViewState
from geo.store.file_store import FileStore
from tests.frontend.node import Script, core_modules
from tests.sizes import examples

CATALOGUE = FileStore(DATA_DIR).load()
CODES = {name: info.codes(CATALOGUE) for name, info in FIELDS.items()}
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
SELECTED = st.sampled_from(
    ["", "buyer:limala-de", "market:DE", "report:R-2024-06", "craft:zellige"]
)
CAMERA = st.none() | st.tuples(st.floats(-500, 500), st.floats(-85, 85), st.floats(1, 18)).map(
    lambda c: (round(c[0], 4), round(c[1], 4), round(c[2], 2))
)
FORMED = {
    "place": [
        "",
        "town:2546187",
        "-5.63,32.16",
        "region:08",
        "-4.98,34.06;Rue Talaa Kebira, Fès",
        "1,2;زنقة %20+#'",
    ],
    "zone": ["", "-5,32;-4.5,32;-4,33"],
    "pin": [(), ("08.363.15.07",), ("08.363.15.07", "01.051.01.01")],
    "ban": [(), ("05.091.05.07",)],
    "stars": [(), ("m:DE",), ("b:limala-de", "s:a.b-1")],
}
EVERY_CASE = settings(max_examples=examples(150), suppress_health_check=list(HealthCheck))


def value_of(name: str) -> st.SearchStrategy:
    info = FIELDS[name]
    if name == "at":
        return CAMERA
    if name == "q":
        return TEXT
    if name == "sel":
        return SELECTED
    if name in FORMED:
        return st.sampled_from(FORMED[name])
    if info.pattern:
        return st.from_regex(info.pattern, fullmatch=True) | st.just("")
    if not info.many:
        return st.sampled_from(CODES[name])
    return (
        st.lists(st.sampled_from(CODES[name]), unique=True, max_size=4).map(tuple)
        if CODES[name]
        else st.just(())
    )


VIEWS = st.fixed_dictionaries({}, optional={name: value_of(name) for name in FIELDS}).map(
    lambda chosen: decode(encode_parts(chosen), CATALOGUE)[0]
)
INTENTS = st.one_of(
    st.builds(
        lambda f: {"op": "clear", "field": f},
        st.sampled_from(["", "nonsense", *[i.name for i in FILTERS]]),
    ),
    st.sampled_from([f.name for f in FIELDS.values() if f.many and CODES[f.name]]).flatmap(
        lambda name: st.builds(
            lambda v: {"op": "toggle", "field": name, "value": v}, st.sampled_from(CODES[name])
        )
    ),
    st.builds(
        lambda v, also: {"op": "put", "value": {"sel": v, **also}},
        SELECTED,
        st.sampled_from([{}, {"tab": ""}, {"tab": "sites"}, {"tab": "?", "book": "records"}]),
    ),
    st.builds(lambda v: {"op": "set", "field": "q", "value": v}, TEXT),
    st.builds(
        lambda text, terms: {
            "op": "put",
            "value": {"request": text, "terms": terms, "nonsense": "1", "turnover": "1,5"},
        },
        TEXT,
        TEXT,
    ),
    st.sampled_from(["place", "zone"]).flatmap(
        lambda name: st.builds(
            lambda v: {"op": "set", "field": name, "value": v}, st.sampled_from(FORMED[name]) | TEXT
        )
    ),
    st.sampled_from(["pin", "ban"]).flatmap(
        lambda name: st.builds(
            lambda v: {"op": "toggle", "field": name, "value": v},
            st.sampled_from(["08.363.15.07", "05.091.05.07"]),
        )
    ),
    st.sampled_from(["market", "craft", "layers"]).flatmap(
        lambda name: st.builds(
            lambda v: {"op": "set", "field": name, "value": v},
            st.lists(st.sampled_from(CODES[name]), unique=True, min_size=1, max_size=3),
        )
    ),
)


def encode_parts(chosen: dict[str, Any]) -> str:
    try:
        return encode(ViewState(**chosen))
    except AddressTooLong:
        return ""


def apply(view: ViewState, intent: dict[str, Any]) -> ViewState:
    """The slow, obvious twin: through the codec, field by field."""
    if intent["op"] == "put":
        for field, text in intent["value"].items():
            view = (
                apply(view, {"op": "set", "field": field, "value": text})
                if field in FIELDS
                else view
            )
        return view
    op, name, value = intent["op"], intent["field"], intent.get("value", "")
    if op == "clear":
        return view.cleared(name or None) if not name or name in FIELDS else view
    if op == "toggle":
        changed = view.toggle(name, value)
        if name != "layers":
            return changed
        return changed.with_(layers=tuple(c for c in CODES["layers"] if c in changed.layers))
    text = ",".join(value) if isinstance(value, list) else value
    decoded, _ = decode({name: text}, CATALOGUE)
    return view.with_(**{name: getattr(decoded, name)})


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Script]:
    """The browser's module, in one process for all cases."""
    modules = core_modules(tmp_path_factory.mktemp("twin"))
    script = Script(Path(__file__).parent / "address_twin.js", modules / "address.js")
    yield script
    script.close()


@EVERY_CASE
@given(view=VIEWS)
def test_an_address_reads_and_writes_the_same_in_both(twin: Script, view: ViewState) -> None:
    address = encode(view)
    assert twin.ask("read_and_write", address) == [address, data_query(view)]


@EVERY_CASE
@given(view=VIEWS, intent=INTENTS)
def test_an_intent_leads_to_the_same_view_in_both(
    twin: Script, view: ViewState, intent: dict[str, Any]
) -> None:
    found = twin.ask("apply", [encode(view), intent])
    try:
        assert found == encode(apply(view, intent))
    except AddressTooLong:
        assert len(found) > 2000


@EVERY_CASE
@given(
    address=st.text(max_size=80)
    | st.builds(lambda n, v: f"{n}={v}", st.sampled_from(list(FIELDS)), st.text(max_size=60))
)
def test_any_text_is_an_address(twin: Script, address: str) -> None:
    """What both know how to judge falls back alike: fixed codes, camera, text, selection."""
    written, again = twin.ask("read_again", address.encode("utf-16", "replace").decode("utf-16"))
    assert again == written


def test_the_shipped_catalogue_knows_what_the_samples_name() -> None:
    assert isinstance(CATALOGUE, Catalogue) and "DE" in CODES["market"]
