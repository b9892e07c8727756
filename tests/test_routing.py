"""An OSRM server that answers, and every way it may not."""
from __future__ import annotations

import json
import time

import pytest

from geo.answers.around import near_answer
from geo.i18n import words
from geo.locate import locator
from geo.routing import Osrm, Road, Router
from geo.view import ViewState
from tests.test_geocode import Faults, drip, reply

START, TO = (-5.62, 32.15), [(-5.0, 34.0), (-6.8, 34.0)]


@pytest.fixture
def server():
    made = Faults()
    yield made
    made.closing.set()
    made.server.shutdown()


def table(*pairs):
    return json.dumps({"code": "Ok", "distances": [[0, *(m for m, _ in pairs)]],
                       "durations": [[0, *(s for _, s in pairs)]]}).encode()


def test_roads_are_read_and_kept(server):
    server.act = lambda h: reply(h, table((250_000.0, 14_000.0), (None, None)))
    router = Osrm(server.url)
    assert router.roads(START, TO) == router.roads(START, TO) == (Road(250_000.0, 14_000.0), None)
    assert len(server.asked) == 1 and server.asked[0][1].startswith(
        "/table/v1/driving/-5.62000,32.15000;-5.00000,34.00000;-6.80000,34.00000?sources=0")


@pytest.mark.parametrize("act", [
    lambda h: reply(h, b"nonsense"), lambda h: reply(h, b"[]"), lambda h: reply(h, table((1, 1))),
    lambda h: reply(h, b"", 429), lambda h: reply(h, b"", 302, location="http://127.0.0.1:1/"),
    lambda h: reply(h, b"0" * 300_000)])
def test_a_bad_answer_is_no_road_and_is_not_asked_again_at_once(server, act):
    server.act = act
    router = Osrm(server.url)
    assert router.roads(START, TO) == (None, None) == router.roads(START, [*TO])
    assert len(server.asked) == 1


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
