"""Forged, broken and ancient addresses: a view and a sentence, never a failure, never long."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from starlette.testclient import TestClient

from geo.core.errors import AddressTooLong
from geo.core.paths import DATA_DIR
from geo.i18n.labels import notice_text
from geo.i18n.words import words
from geo.model.address import MAX_CHARS, decode, encode
from geo.model.records import LANGUAGES
from geo.model.view import FIELDS, ViewState
from geo.store.file_store import FileStore
from geo.web.security_headers import SecurityHeadersMiddleware
from tests.security.payloads import FORMULAS, PAYLOADS
from tests.sizes import examples
from tests.web_app import web_app

CATALOGUE = FileStore(DATA_DIR).load()
SLOW_S = 0.25
NAMES = (
    *FIELDS,
    "v",
    "V",
    "LANG",
    "market[]",
    "__proto__",
    "constructor",
    "",
    "title",
    "size",
    "code",
    "sort",
    "zoom",
    "bbox",
    "offset",
    "limit",
    "ids",
    "since",
    "fault",
    "region",
    "text",
    "start",
    "terms",
    "shared",
    "f",
    "crs",
    "datetime",
)
#: Addresses that earlier versions wrote, or that people wrote by hand.
ANCIENT = (
    "v=0&market=DE",
    "v=2&market=DE",
    "market=UK",
    "craft=tapis",
    "country=DE&lang=fr",
    "m=DE;FR",
    "market=DE|FR",
    "v=1&v=2&lang=de",
    "sel=buyer",
    "at=33,-7",
    "at=33,-7,5,9",
    "period=2010-",
    "embed=true",
    "lang=FR",
    "shared=../../etc/passwd",
)
#: Numbers, places and codes on the edge of their forms.
EDGES = (
    "0",
    "-1",
    "1e309",
    "NaN",
    "inf",
    "9" * 400,
    "\u0661\u0662",
    "²",
    "0x10",
    "1_000",
    " 1",
    "1,2,3",
    "-180.0001,90.1,99",
    "DE,DE,DE",
    "de",
    ",,,",
    "DE%00",
    "../../etc/passwd",
    "file:///etc/passwd",
    "http://169.254.169.254/",
    "\x00",
    "\ud800",
    "\u202e",
    "é" * 500,
    "{{7*7}}",
    "%s%n",
    "%",
    "-5,32;-4.5,32;-4,33",
    "0,0;" * 300,
    "town:2553604",
    "buyer:" + "x" * 300,
    "report:R-2024-05",
    "(" * 900,
)
WORDS = st.sampled_from([*PAYLOADS, *FORMULAS, *EDGES]) | st.text(max_size=40)
ADDRESSES = st.one_of(
    st.dictionaries(
        st.sampled_from(NAMES), WORDS | st.lists(WORDS, max_size=3).map(",".join), max_size=8
    ).map(
        lambda d: "&".join(
            f"{quote(k, errors='replace')}={quote(v, errors='replace')}" for k, v in d.items()
        )
    ),
    st.sampled_from(ANCIENT),
    st.text(max_size=120),
    st.binary(max_size=80).map(lambda b: "".join(f"%{x:02x}" for x in b)),
)


def check(text: str) -> None:
    before = time.thread_time()
    view, notices = decode(text, CATALOGUE)
    took = time.thread_time() - before
    assert isinstance(view, ViewState) and took < SLOW_S, f"{took:.2f} s"
    for lang in LANGUAGES:
        for notice in notices:
            sentence = notice_text(notice, words(lang))
            assert sentence and not sentence.startswith("notice.") and len(sentence) < 400
    again = encode(view)
    assert len(again) <= MAX_CHARS and decode(again, CATALOGUE) == (view, [])


@given(ADDRESSES)
@settings(max_examples=examples(2_000), suppress_health_check=list(HealthCheck))
def test_any_address_is_a_view_whose_address_is_itself(text):
    check(text)


@pytest.mark.slow
def test_twenty_thousand_forged_addresses():
    """Drawn and then mutated sign by sign: far more than hypothesis makes in the same time."""
    draw = random.Random(20261125)
    seeds = [
        *ANCIENT,
        *(
            f"{name}={quote(word, errors='replace')}"
            for name in NAMES
            for word in (*EDGES, *PAYLOADS[::6])
        ),
    ]
    signs = [
        *"&=,;:%+#/\\'\"<>{}()~|^`$@!*?. \t\n\x00é\u0639\u202e",
        "%00",
        "%ff",
        "%u202e",
        "&&",
        "==",
        "v=1&",
        "lang=ar&",
    ]
    for _ in range(20_000):
        text = "&".join(draw.choices(seeds, k=draw.randint(1, 4)))
        for _ in range(draw.randint(0, 6)):
            at = draw.randrange(len(text) + 1)
            text = text[:at] + draw.choice(signs) + text[at + draw.randint(0, 3) :]
        check(text)


@given(
    st.builds(
        lambda base, parts: base.with_(**parts),
        st.just(ViewState()),
        st.dictionaries(
            st.sampled_from(["q", "place", "request", "start", "turnover"]),
            st.sampled_from(PAYLOADS) | st.text(max_size=40),
            max_size=4,
        ),
    )
)
@settings(max_examples=examples(500))
def test_any_text_in_a_view_is_an_address_or_is_refused_in_words(view):
    try:
        text = encode(view)
    except AddressTooLong:
        return
    check(text)
    assert not set("<>\"' \n") & set(text)


# --- over HTTP ------------------------------------------------------------------------

PATHS = (
    "/healthz",
    "/api/facets",
    "/api/layers/buyers",
    "/api/layers/{x}",
    "/api/rows/buyers",
    "/api/rows/{x}",
    "/api/entity/{x}/{x}",
    "/api/quality",
    "/api/records/{x}",
    "/api/about",
    "/api/bounds",
    "/api/markets/rank",
    "/api/markets/why/{x}",
    "/api/markets/page/{x}",
    "/api/markets/compare",
    "/api/markets/gap",
    "/api/markets/barometer",
    "/api/markets/supply",
    "/api/markets/support",
    "/api/markets/stars",
    "/api/watch",
    "/api/watch/{x}",
    "/s/{x}",
    "/s/{x}.png",
    "/api/shared/{x}",
    "/sheet/{x}",
    "/argument",
    "/digest.{x}",
    "/snapshot.{x}",
    "/export.{x}",
    "/brief.pdf",
    "/watch.pdf",
    "/api/jobs/{x}",
    "/markets/{x}/brief.pdf",
    "/ogc",
    "/ogc/collections/{x}",
    "/ogc/collections/buyers/items",
    "/ogc/collections/sites/items/{x}",
    "/watch/original/{x}",
)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KHARITA_VAR", str(tmp_path_factory.mktemp("addresses")))
        app = web_app()
        yield TestClient(
            SecurityHeadersMiddleware(app), raise_server_exceptions=True, follow_redirects=False
        )


@given(st.sampled_from(PATHS), ADDRESSES, WORDS)
@settings(max_examples=examples(500), suppress_health_check=list(HealthCheck))
def test_no_address_makes_a_route_fail(client, path, query, word):
    part = quote(word, safe="", errors="replace")[:300] or "x"
    before = time.thread_time()
    answer = client.get(
        path.replace("{x}", part) + "?" + quote(query, safe="&=%", errors="replace")
    )
    took = time.thread_time() - before
    assert answer.status_code < 500 and took < 5, (answer.status_code, took)
    assert "Traceback" not in answer.text and "/geo/" not in answer.text
    assert (
        answer.headers["x-content-type-options"] == "nosniff"
        and "content-security-policy" in answer.headers
        or answer.status_code == 304
    )
    if answer.status_code >= 400 and answer.headers["content-type"].startswith("application/json"):
        body = answer.json()
        assert body.get("error", {}).get("text") or body.get("description")
