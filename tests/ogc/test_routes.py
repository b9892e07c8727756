"""OGC API - Features: what is answered is what a slow and obvious reading of the records says."""

from __future__ import annotations

import math
import re
from datetime import date
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from starlette.testclient import TestClient

from geo.model.records import BUYER_KINDS, CRAFTS, PROVENANCES, STATUSES, period_of
from geo.model.view import ViewState
from geo.ogc import routes as ogc
from geo.ogc.collections import COLLECTIONS, found
from geo.ogc.parameters import CRS84, EPSG3857, EPSG4326, WRITERS, box_of, days_of, span_of
from tests.sizes import examples
from tests.web_app import web_app

ITEMS = "/ogc/collections/{}/items"


@pytest.fixture(scope="module")
def web():
    return TestClient(web_app(), base_url="http://kharita.test")


def items(web, name, **params):
    answer = web.get(ITEMS.format(name), params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


# --- against the obvious reading ------------------------------------------------------


def inside(lon_lat, west, south, east, north):
    if lon_lat is None or not south <= lon_lat[1] <= north:
        return False
    return west <= lon_lat[0] <= east if west <= east else lon_lat[0] >= west or lon_lat[0] <= east


degree = st.floats(-180, 180, allow_nan=False).map(lambda v: round(v, 3))
latitude = st.floats(-90, 90, allow_nan=False).map(lambda v: round(v, 3))
bounding_boxes = st.none() | st.tuples(degree, latitude, degree, latitude).map(
    lambda b: (b[0], min(b[1], b[3]), b[2], max(b[1], b[3]))
)
spans = st.none() | st.tuples(st.integers(1990, 2030), st.integers(0, 12))


@settings(max_examples=examples(60))
@given(
    box=bounding_boxes,
    span=spans,
    craft=st.sets(st.sampled_from(CRAFTS), max_size=3),
    kind=st.sets(st.sampled_from(BUYER_KINDS), max_size=2),
    status=st.sets(st.sampled_from(STATUSES), max_size=2),
    origin=st.sets(st.sampled_from(PROVENANCES), max_size=1),
    name=st.sampled_from(("buyers", "sites", "maisons")),
)
def test_filters_box_and_dates_agree_with_the_twin(
    query, box, span, craft, kind, status, origin, name
):
    params = {} if box is None else {"bbox": ",".join(map(str, box))}
    if span:
        params["datetime"] = f"{span[0]}-06-01/{span[0] + span[1]}-06-30"
    view = ViewState(
        craft=tuple(craft), origin=tuple(origin), buyer=tuple(kind), status=tuple(status)
    )
    total, read = found(query, COLLECTIONS[name], view, box_of(params), span_of(params))
    own = (
        [b for b in query.catalogue.buyers if not kind or b.kind in kind]
        if name == "buyers"
        else [
            s
            for s in query.catalogue.sites
            if f"{s.class_}s" == name and (not status or s.status in status)
        ]
    )
    wanted = {
        r.id
        for r in own
        if (not craft or craft & set(r.crafts))
        and (not origin or r.provenance in origin)
        and (box is None or inside(r.lon_lat, *box))
        and (
            not span
            or (
                (year := r.year if name == "buyers" else r.year_opened)
                and span[0] <= year <= span[0] + span[1]
            )
        )
    }
    got = [r.id for r in read(0, 100_000)]
    assert len(got) == total == len(set(got)) and set(got) == wanted


def test_every_record_is_in_the_box_of_its_own_position(query):
    for record in query.catalogue.sites:
        if record.lon_lat:
            lon, lat = record.lon_lat
            box = box_of({"bbox": f"{lon!r},{lat!r},{lon!r},{lat!r}"})
            _, read = found(query, COLLECTIONS[f"{record.class_}s"], ViewState(), box, None)
            assert record in read(0, 1_000)


@pytest.mark.parametrize("name", sorted(COLLECTIONS))
def test_pages_hold_every_record_once(web, query, name):
    address, seen, pages = f"{ITEMS.format(name)}?limit=37&lang=ar", [], 0
    while address:
        page = web.get(address).json()
        seen += [f["id"] for f in page["features"]]
        pages += 1
        links = {link["rel"]: link["href"] for link in page["links"]}
        assert page["numberReturned"] == len(page["features"]) and ("prev" in links) == (pages > 1)
        address = links.get("next", "")
        assert not address or dict(parse_qsl(urlsplit(address).query))["lang"] == "ar"
    assert len(seen) == len(set(seen)) == page["numberMatched"] and pages == math.ceil(
        len(seen) / 37
    )
    counts = {**query.counts(ViewState()), "markets": len(query.catalogue.markets)}
    assert len(seen) == counts[name]


# --- reference systems ----------------------------------------------------------------


@given(lon=st.floats(-180, 180), lat=st.floats(-85, 85), crs=st.sampled_from(list(WRITERS)))
def test_a_position_written_and_read_as_a_box_is_itself(lon, lat, crs):
    at = WRITERS[crs](lon, lat)
    box = box_of({"bbox": ",".join(map(repr, (*at, *at))), "bbox-crs": crs})
    assert (box.west, box.south) == pytest.approx((lon, lat), abs=1e-7)


def test_axes_units_and_the_header(web):
    for crs, read in (
        (CRS84, lambda a: a),
        (EPSG4326, lambda a: a[::-1]),
        (
            EPSG3857,
            lambda a: [
                math.degrees(a[0] / 6378137),
                math.degrees(math.atan(math.sinh(a[1] / 6378137))),
            ],
        ),
    ):
        answer = web.get("/ogc/collections/markets/items/MA-none", params={"crs": crs})
        assert answer.status_code == 404
        answer = web.get("/ogc/collections/markets/items/DE", params={"crs": crs})
        assert answer.headers["content-crs"] == f"<{crs}>"
        assert read(answer.json()["geometry"]["coordinates"]) == pytest.approx(
            [9.651, 51.019], abs=1e-6
        )
    assert web.get("/ogc/collections/markets/items/DE").headers["content-crs"] == f"<{CRS84}>"


def test_a_box_may_cross_the_antimeridian_and_have_heights(web):
    east = items(web, "buyers", bbox="100,-60,180,60", limit=1_000)
    west = items(web, "buyers", bbox="-180,-60,-100,60", limit=1_000)
    both = items(web, "buyers", bbox="100,-60,-100,60", limit=1_000)
    assert east["numberMatched"] and west["numberMatched"]
    assert both["numberMatched"] == east["numberMatched"] + west["numberMatched"]
    assert (
        items(web, "buyers", bbox="100,-60,0,-100,60,9000")["numberMatched"]
        == both["numberMatched"]
    )
    swapped = items(web, "buyers", **{"bbox": "-60,100,60,-100", "bbox-crs": EPSG4326})
    assert swapped["numberMatched"] == both["numberMatched"]
    turned = items(web, "buyers", bbox="460,-60,620,60")
    assert turned["numberMatched"] == both["numberMatched"]
    metres = ",".join(map(str, (*WRITERS[EPSG3857](100, -60), *WRITERS[EPSG3857](180, 60))))
    assert (
        items(web, "buyers", **{"bbox": metres, "bbox-crs": EPSG3857})["numberMatched"]
        == east["numberMatched"]
    )


# --- dates ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024", "2024-01-01", "2024-12-31"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2023-12", "2023-12-01", "2023-12-31"),
        ("2024-05-06", "2024-05-06", "2024-05-06"),
    ],
)
def test_a_date_known_to_the_year_is_all_its_days(text, first, last):
    assert days_of(text) == (date.fromisoformat(first), date.fromisoformat(last))


def test_reports_of_a_span(web, query):
    for text, first, last in (
        ("2025-01-01/..", "2025-01-01", "9999-12-31"),
        ("../2024-06-30", "0001-01-01", "2024-06-30"),
        ("2024-01-01T00:00:00Z/2024-12-31T23:59:59Z", "2024-01-01", "2024-12-31"),
        ("2025-12-10", "2025-12-10", "2025-12-10"),
    ):
        got = {f["id"] for f in items(web, "reports", datetime=text)["features"]}
        assert got == {
            r.id
            for r in query.catalogue.reports
            if (d := days_of(r.date))
            and d[0] <= date.fromisoformat(last)
            and d[1] >= date.fromisoformat(first)
        }
    assert items(web, "markets", datetime="1900-01-01")["numberMatched"] == len(
        query.catalogue.markets
    )


# --- refusals -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("bbox", v)
            for v in (
                "",
                "1,2,3",
                "1,2,3,4,5",
                "a,b,c,d",
                "nan,0,1,1",
                "0,inf,1,1",
                "0,10,1,5",
                "0,0,9,1,1,0",
                "1e9,0,1e9,1",
                "0,0,0,1,1,1,1",
            )
        ),
        *(
            ("datetime", v)
            for v in (
                "",
                "..",
                "../..",
                "/",
                "2024",
                "2024-13-01",
                "2024-02-30",
                "2025-01-01/2024-01-01",
                "a/b",
                "2024-01-01/2024-01-02/2024-01-03",
                "2024-01-01T25:00:00Z",
            )
        ),
        *(("limit", v) for v in ("", "0", "-1", "1.5", "x", "١", "1" * 30)),
        *(("offset", v) for v in ("-1", "x", "")),
        ("crs", "EPSG:4326"),
        ("bbox-crs", "x"),
        ("market", ""),
        ("market", "DE,ZZ"),
        ("craft", "none"),
        ("f", "xml"),
        ("lang", "de"),
        ("q", "x" * 500),
        ("unknown", "1"),
        ("fresh", "x"),
        ("BBOX", "0,0,1,1"),
        ("region", "03"),
    ],
)
def test_a_wrong_parameter_is_named(web, name, value):
    for lang in ("fr", "ar", "en"):
        answer = web.get(ITEMS.format("buyers"), params={"lang": lang} | {name: value})
        error = answer.json()
        assert (
            answer.status_code == 400
            and error["code"] == "InvalidParameterValue"
            and name in error["description"]
        )
        assert answer.headers["cache-control"] == "no-store"


def test_a_parameter_twice_is_refused(web):
    assert web.get(ITEMS.format("buyers") + "?limit=1&limit=2").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/ogc/x",
        "/ogc/collections/x",
        "/ogc/collections/x/items",
        "/ogc/collections/buyers/items/none",
        "/ogc/collections/sites/items/..%2f..",
        "/ogc/collections/buyers/other",
    ],
)
def test_what_is_not_there_is_not_found(web, path):
    answer = web.get(path)
    assert answer.status_code == 404 and answer.json()["code"] == "NotFound"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_can_be_written(web, method):
    for path in ("/ogc", "/ogc/collections/buyers/items", "/ogc/collections/markets/items/DE"):
        answer = web.request(method, path)
        assert answer.status_code == 405 and "GET" in answer.headers["allow"]


# --- forms ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("accept", "f", "media"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "", "text/html"),
        ("*/*", "", "application/geo+json"),
        ("", "", "application/geo+json"),
        ("application/geo+json", "", "application/geo+json"),
        ("text/html;q=0.1,application/json", "", "application/geo+json"),
        ("text/html", "json", "application/geo+json"),
        ("image/png", "html", "text/html"),
        ("text/html;q=0, */*;q=0.1", "", "application/geo+json"),
    ],
)
def test_the_form_is_chosen(web, accept, f, media):
    answer = web.get(
        ITEMS.format("markets"), headers={"accept": accept}, params={"f": f} if f else {}
    )
    assert answer.status_code == 200 and answer.headers["content-type"].partition(";")[0] == media
    assert "accept" in answer.headers["vary"]


def test_a_form_we_do_not_have_is_said(web):
    assert web.get("/ogc", headers={"accept": "image/png"}).status_code == 406


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/conformance",
        "/api",
        "/collections",
        "/collections/reports",
        *(f"/collections/{name}/items?limit=3" for name in COLLECTIONS),
        "/collections/markets/items/DE",
    ],
)
def test_every_page_is_a_page_too(web, lang, path):
    answer = web.get(
        f"/ogc{path}", headers={"accept": "text/html", "accept-language": f"{lang}-MA,de;q=0.5"}
    )
    assert (
        answer.status_code == 200
        and f'lang="{lang}" dir="{"rtl" if lang == "ar" else "ltr"}"' in answer.text
    )
    assert (
        "default-src 'none'" in answer.headers["content-security-policy"]
        and "<script" not in answer.text
    )
    for address in set(re.findall(r'href="(http://kharita\.test/ogc[^"]*)"', answer.text)):
        assert web.get(address.replace("&amp;", "&")).status_code == 200, address


def test_names_are_text_never_markup(web, query, monkeypatch):
    from dataclasses import replace

    from geo.query.engine import Query

    buyer = replace(
        query.catalogue.buyers[0], name="<script>alert(1)</script>", id="a b/c?d", city="{{ 7*7 }}"
    )
    monkeypatch.setattr(
        ogc, "current", lambda: Query(replace(query.catalogue, buyers=(buyer,), version="x"))
    )
    page = web.get(ITEMS.format("buyers"), params={"f": "html"}).text
    assert "<script" not in page and "&lt;script&gt;" in page and "{{ 7*7 }}" in page
    (address,) = re.findall(r'href="([^"]*/items/a[^"]*)"', page)
    assert web.get(address.replace("&amp;", "&")).status_code == 200


def test_the_same_answer_is_not_sent_twice(web):
    first = web.get(ITEMS.format("buyers"), params={"market": "DE"})
    again = web.get(
        ITEMS.format("buyers"),
        params={"market": "DE"},
        headers={"if-none-match": first.headers["etag"]},
    )
    assert again.status_code == 304 and again.content == b""
    other = {
        web.get(ITEMS.format("buyers"), params=p).headers["etag"]
        for p in (
            {"market": "DE"},
            {"market": "FR"},
            {"market": "DE", "lang": "ar"},
            {"market": "DE", "f": "html"},
        )
    }
    assert len(other) == 4
    assert first.headers["access-control-allow-origin"] == "*"


def test_demo_says_so_and_nothing_personal_leaves(web):
    for name in ("buyers", "sites", "maisons"):
        features = items(web, name, limit=1_000)["features"]
        assert {f["properties"]["origin"] for f in features} <= set(PROVENANCES)
        assert not {"phone", "verified_by", "contact", "email"} & {
            k for f in features for k in f["properties"]
        }
        assert {f["properties"]["period"] for f in features} == {
            period_of(f["properties"].get("year", f["properties"].get("year_opened")))
            for f in features
        }
    assert (
        items(web, "buyers", origin="demo")["numberMatched"]
        + items(web, "buyers", origin="published")["numberMatched"]
        == items(web, "buyers")["numberMatched"]
    )


@pytest.mark.slow
def test_a_page_is_bounded_and_quick(monkeypatch):
    import time

    from geo.query.engine import Query
    from geo.store.synthetic_store import SyntheticStore

    many = Query(SyntheticStore(40_000).load())
    monkeypatch.setattr(ogc, "current", lambda: many)
    web = TestClient(web_app())
    web.get(ITEMS.format("buyers"))
    took = []
    for offset in (0, 20_000, 39_000):
        start = time.perf_counter()
        page = items(web, "buyers", limit=100_000, offset=offset, bbox="-180,-80,180,80")
        took.append(time.perf_counter() - start)
        assert len(page["features"]) == 1_000
    assert np.median(took) < 1.0
