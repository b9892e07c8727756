"""Road servers that answer, and every way they may not."""

from __future__ import annotations

import json
import time

import pytest

from geo.core.settings import settings
from geo.i18n.words import words
from geo.locate.api.isochrones import reach_answer
from geo.locate.api.nearby import near_answer
from geo.locate.locator import locator
from geo.locate.road_services import MINUTES, Ors, Osrm, Road, Router
from geo.model.view import ViewState
from tests.places.test_geocoding import Faults, drip, reply

START, TO = (-5.62, 32.15), [(-5.0, 34.0), (-6.8, 34.0)]


@pytest.fixture
def server():
    made = Faults()
    yield made
    made.closing.set()
    made.server.shutdown()


def table(*pairs):
    return json.dumps(
        {
            "code": "Ok",
            "distances": [[0, *(m for m, _ in pairs)]],
            "durations": [[0, *(s for _, s in pairs)]],
        }
    ).encode()


def test_roads_are_read_and_kept(server):
    server.act = lambda h: reply(h, table((250_000.0, 14_000.0), (None, None)))
    router = Osrm(server.url)
    assert router.roads(START, TO) == router.roads(START, TO) == (Road(250_000.0, 14_000.0), None)
    assert len(server.requests) == 1 and server.requests[0][1].startswith(
        "/table/v1/driving/-5.62000,32.15000;-5.00000,34.00000;-6.80000,34.00000?sources=0"
    )


@pytest.mark.parametrize(
    "act",
    [
        lambda h: reply(h, b"nonsense"),
        lambda h: reply(h, b"[]"),
        lambda h: reply(h, table((1, 1))),
        lambda h: reply(h, b"", 429),
        lambda h: reply(h, b"", 302, location="http://127.0.0.1:1/"),
        lambda h: reply(h, b"0" * 300_000),
    ],
)
def test_a_bad_answer_is_no_road_and_is_not_asked_again_at_once(server, act):
    server.act = act
    router = Osrm(server.url)
    assert router.roads(START, TO) == (None, None) == router.roads(START, [*TO])
    assert len(server.requests) == 1


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_slow_server_costs_its_deadline_once(server, part):
    server.act = drip(part, server.closing)
    router = Osrm(server.url, deadline_s=0.4)
    began = time.monotonic()
    assert router.roads(START, TO) == (None, None)
    assert router.roads(START, TO) == (None, None)
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize("value", [float("inf"), -1, True, "5", [1]])
def test_a_strange_figure_is_no_road(server, value):
    server.act = lambda h: reply(h, table((value, 5), (5, 5)))
    assert Osrm(server.url).roads(START, TO)[0] is None


def test_the_answer_says_whether_it_is_an_estimate(server, query):
    here, view, t = locator(query), ViewState(place="town:2546187", nearest="3"), words("fr")
    server.act = lambda h: reply(h, table((52_000, 4_500), (60_000, 1_500), (61_000, 3_600)))
    routed = near_answer(here, view, t, Router(Osrm(server.url)))
    assert "OSRM" in routed["method"] and not routed["source"]
    assert "1 h 15" in routed["items"][0]["road"] and "25 min" in routed["items"][1]["road"]
    server.server.server_close()
    guessed = near_answer(here, view, t, Router(Osrm("http://127.0.0.1:1")))
    assert "estimation" in guessed["method"] and "\u2248" in guessed["items"][0]["road"]


# --- openrouteservice -----------------------------------------------------------------

KEY = "s3cr3t-0rs-key"


def matrix(*pairs):
    """As ``/v2/matrix`` answers when sources and destinations are given."""
    return json.dumps(
        {
            "distances": [[m for m, _ in pairs]],
            "durations": [[s for _, s in pairs]],
            "metadata": {"service": "matrix"},
        }
    ).encode()


def box(minutes, half=None):
    """One feature of ``/v2/isochrones``."""
    half = half or minutes / 100
    x, y = START
    ring = [
        [x - half, y - half],
        [x + half, y - half],
        [x + half, y + half],
        [x - half, y + half],
        [x - half, y - half],
    ]
    return {
        "type": "Feature",
        "properties": {"group_index": 0, "value": minutes * 60.0, "center": list(START)},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def areas(*features):
    return json.dumps({"type": "FeatureCollection", "features": list(features)}).encode()


def test_ors_roads_are_asked_with_the_key_in_a_header(server):
    server.act = lambda h: reply(h, matrix((250_000.0, 14_000.0), (None, None)))
    ors_ = Ors(server.url, KEY)
    assert ors_.roads(START, TO) == ors_.roads(START, TO) == (Road(250_000.0, 14_000.0), None)
    ((_, path, _),) = server.requests
    ((body, key),) = server.posted
    assert path == "/v2/matrix/driving-car" and key == KEY
    assert json.loads(body) == {
        "locations": [list(START), *map(list, TO)],
        "sources": [0],
        "destinations": [1, 2],
        "metrics": ["distance", "duration"],
        "units": "m",
    }


def test_reachable_areas_are_read_smallest_first_and_kept(server):
    server.act = lambda h: reply(h, areas(*(box(m) for m in reversed(MINUTES))))
    ors_ = Ors(server.url, KEY)
    found = ors_.reach(START)
    assert [r.minutes for r in found] == [10, 20, 30, 60] and ors_.reach(START) is found
    assert [round(r.area.area, 4) for r in found] == [0.04, 0.16, 0.36, 1.44]
    assert (
        json.loads(server.posted[0][0])["range"] == [600, 1200, 1800, 3600]
        and len(server.posted) == 1
    )


@pytest.mark.parametrize(
    "act",
    [
        lambda h: reply(h, b"", 429, retry_after="5"),
        lambda h: reply(h, b"", 500),
        lambda h: reply(h, b"<html>busy</html>"),
        lambda h: reply(h, areas(box(10))[:-30]),
        lambda h: reply(h, b"", 302, location="http://169.254.169.254/latest"),
        lambda h: reply(h, b"", 307, location="http://127.0.0.1:1/"),
        lambda h: reply(h, areas()),
        lambda h: reply(h, areas(box(15))),
        lambda h: reply(h, areas(box(10), box(10))),
        lambda h: reply(h, areas(box(10, half=400))),
        lambda h: reply(h, b"0" * 2_100_000),
        lambda h: reply(
            h, areas({**box(10), "geometry": {"type": "Point", "coordinates": [0, 0]}})
        ),
        lambda h: reply(
            h, areas({**box(10), "geometry": {"type": "Polygon", "coordinates": [[[0, "x"]]]}})
        ),
        lambda h: reply(h, areas({**box(10), "properties": None})),
    ],
)
def test_a_bad_area_is_no_area_and_is_not_asked_again_at_once(server, act, caplog):
    server.act = act
    ors_ = Ors(server.url, KEY)
    assert ors_.reach(START) == () == ors_.reach(START)
    assert len(server.requests) == 1 and KEY not in caplog.text
    server.act = lambda h: reply(h, matrix((1.0, 2.0), (3.0, 4.0)))
    assert ors_.roads(START, TO)[0] == Road(1.0, 2.0)  # another service of the same server


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_dripping_area_ends_at_its_deadline(server, part):
    server.act = drip(part, server.closing)
    began = time.monotonic()
    assert Ors(server.url, KEY, reach_deadline_s=0.4).reach(START) == ()
    assert time.monotonic() - began < 1.5


def test_roads_come_from_whoever_answers(server):
    server.act = lambda h: reply(
        h,
        matrix((1.0, 2.0), (3.0, 4.0)) if h.command == "POST" else b"",
        200 if h.command == "POST" else 500,
    )
    assert Router(Osrm(server.url), Ors(server.url)).roads(START, TO) == (
        "openrouteservice",
        (Road(1.0, 2.0), Road(3.0, 4.0)),
    )
    server.act = lambda h: reply(h, table((5.0, 6.0), (7.0, 8.0)))
    assert Router(Osrm(server.url), Ors(server.url)).roads(START, TO)[0] == "OSRM"


def test_the_answer_counts_who_lives_and_what_stands_in_each_area(server, query):
    here, t = locator(query), words("fr")
    view = ViewState(place="town:2546187", reach="yes")
    server.act = lambda h: reply(h, areas(*(box(m) for m in MINUTES)))
    answer = reach_answer(here, view, t, Router(ors=Ors(server.url, KEY)))
    (x, y), half = START, 0.6
    inside = [
        c
        for c in here.census.placed
        if abs(c.lon_lat[0] - x) < half and abs(c.lon_lat[1] - y) < half
    ]
    sites = [
        s
        for s in query.catalogue.sites
        if s.lon_lat and abs(s.lon_lat[0] - x) < half and abs(s.lon_lat[1] - y) < half
    ]
    last = answer["bands"][-1]
    assert last["label"] == "60 min" and last["people"] == t.n(
        "unit.people", sum(c.population_2024 for c in inside)
    )
    assert last["sites"] == t.n("reach.sites", len(sites)) and len(sites) > 0
    assert "openrouteservice" in answer["note"] and "OpenStreetMap" in answer["note"]


def test_without_areas_the_page_says_as_the_crow_flies(server, query):
    here, t, view = locator(query), words("fr"), ViewState(place="town:2546187", reach="yes")
    server.act = lambda h: reply(h, b"", 500)
    for router in (Router(), Router(ors=Ors(server.url, KEY))):
        answer = reach_answer(here, view, t, router)
        assert answer["bands"] == [] and "vol d’oiseau" in answer["note"]
    assert reach_answer(here, view.with_(reach="no"), t, Router(ors=Ors(server.url)))["note"] == ""
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("", ("", "")),
        ("https://ors.example", ("https://ors.example", "")),
        (" https://ors.example  abc ", ("https://ors.example", "abc")),
    ],
)
def test_the_setting_is_an_address_and_a_key(monkeypatch, given, read):
    monkeypatch.setenv("KHARITA_ORS", given)
    assert settings().ors == read


def test_a_wrong_setting_is_refused_without_the_key(monkeypatch):
    for given in (f"{KEY} https://ors.example", f"ors.example {KEY}", f"https://x {KEY}\u00e9"):
        monkeypatch.setenv("KHARITA_ORS", given)
        with pytest.raises(ValueError, match="KHARITA_ORS") as raised:
            settings()
        assert KEY not in str(raised.value)
