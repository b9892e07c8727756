"""Online geocoders against a local server with faults: bounded, clear, nothing lost."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from geo.core.settings import settings
from geo.i18n.words import words
from geo.locate.api.nearby import near_answer, online_answer
from geo.locate.locator import locator
from geo.model.address import decode, encode
from geo.model.view import PLACE, ViewState
from geo.places import geocoding
from geo.places.geocoding import ATTRIBUTION, Geocoder, Hit, Service, Unavailable

FOUND = [{"display_name": "Rue Talaa Kebira, Fès, Maroc", "lon": "-4.98", "lat": "34.06"}]


class Faults:
    """A server whose answer a test chooses; remembers what it was asked."""

    def __init__(self) -> None:
        self.requests: list[tuple[float, str, str]] = []
        self.posted: list[tuple[bytes, str]] = []  # body and key of each POST
        self.act: Callable[[BaseHTTPRequestHandler], None] = lambda h: reply(
            h, json.dumps(FOUND).encode()
        )
        self.closing = threading.Event()
        faults = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                faults.requests.append((time.monotonic(), self.path, self.headers["user-agent"]))
                with suppress(BrokenPipeError, ConnectionResetError):
                    faults.act(self)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                faults.posted.append((body, self.headers.get("authorization", "")))
                self.do_GET()

            def log_message(self, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"


def reply(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("content-length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


@pytest.fixture
def faults():
    made = Faults()
    yield made
    made.closing.set()
    made.server.shutdown()


@pytest.fixture
def ask(faults, query, monkeypatch):
    monkeypatch.setattr(geocoding, "INTERVAL_S", 0.0)
    here = locator(query)

    def made(kind: str = "nominatim", **options) -> Geocoder:
        return Geocoder(
            (Service(kind, faults.url),),
            "tests@example.org",
            lambda at: here.areas.province_at(at) is not None,
            **options,
        )

    return made


def test_an_address_is_found_politely_and_kept(faults, ask):
    geocoder = ask()
    hit = geocoder.search("  rue  Talaa Kebira ", "fr")[0]
    assert hit.lon_lat == (-4.98, 34.06) and hit.name.startswith("Rue Talaa")
    assert geocoder.search("Rue Talaa kebira", "fr") == (hit,)
    ((_, path, agent),) = faults.requests
    assert "tests@example.org" in agent and "Kharita" in agent
    assert "countrycodes=ma" in path and "limit=5" in path and "q=rue+Talaa+Kebira" in path


def test_photon_is_read_too(faults, ask):
    faults.act = lambda h: reply(
        h,
        json.dumps(
            {
                "features": [
                    {
                        "geometry": {"coordinates": [-4.98, 34.06]},
                        "properties": {"name": "Talaa", "city": "Fès"},
                    }
                ]
            }
        ).encode(),
    )
    assert ask("photon").search("talaa", "ar")[0].name == "Talaa, Fès"
    assert "lang=" not in faults.requests[0][1]


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>busy</html>", b"[", b"null", b"5", b'{"features":5}', b'"x"', b"\xff\xfe\x00"],
)
def test_garbage_is_said(faults, ask, body):
    faults.act = lambda h: reply(h, body)
    with pytest.raises(Unavailable) as error:
        ask().search("x", "fr")
    assert error.value.key == "geocode.garbage"


@pytest.mark.parametrize(
    "rows",
    [
        [1, None, "x", {}],
        [{"display_name": 5, "lon": "1", "lat": "1"}],
        [{"display_name": "x", "lon": "nan", "lat": "30"}],
        [{"display_name": "x", "lon": "inf", "lat": "30"}],
        [{"display_name": "Paris", "lon": "2.3", "lat": "48.8"}],
        [{"display_name": " \x00", "lon": "-5", "lat": "32"}],
    ],
)
def test_rows_that_cannot_be_used_are_left_out(faults, ask, rows):
    faults.act = lambda h: reply(h, json.dumps(rows).encode())
    assert ask().search("x", "fr") == ()


def test_names_stay_text(faults, ask):
    faults.act = lambda h: reply(
        h, json.dumps([{**FOUND[0], "display_name": "<b>x</b>\u2028" + "y" * 500}]).encode()
    )
    assert (
        ask().search("x", "fr")[0].name.startswith("<b>x</b> y")
        and len(ask().search("x", "fr")[0].name) <= 200
    )


@pytest.mark.parametrize(
    "to",
    [
        "http://127.0.0.1:1/",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "/search",
    ],
)
def test_no_redirect_is_followed(faults, ask, to):
    faults.act = lambda h: reply(h, b"", 302, location=to)
    with pytest.raises(Unavailable) as error:
        ask().search("x", "fr")
    assert error.value.key == "geocode.unreachable" and len(faults.requests) == 1


@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_refusal_is_respected(faults, ask, status):
    faults.act = lambda h: reply(h, b"", status, retry_after="120")
    geocoder = ask()
    for _ in range(3):
        with pytest.raises(Unavailable) as error:
            geocoder.search("x", "fr")
        assert error.value.key == "geocode.refused"
    assert len(faults.requests) == 1


def test_another_service_takes_over(faults, ask, query):
    other = Faults()
    faults.act = lambda h: reply(h, b"", 429)
    geocoder = Geocoder(
        (Service("nominatim", faults.url), Service("nominatim", other.url)), "t", lambda at: True
    )
    assert geocoder.search("x", "fr")[0].name.startswith("Rue")
    other.server.shutdown()


def drip(part: str, closing: threading.Event):
    def act(handler: BaseHTTPRequestHandler) -> None:
        if part == "headers":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
        else:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        while not closing.wait(0.05):
            handler.wfile.write(b"x" if part == "body" else b"a: b\r\n")
            handler.wfile.flush()

    return act


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_slow_drip_ends_at_the_deadline(faults, ask, part):
    faults.act = drip(part, faults.closing)
    began = time.monotonic()
    with pytest.raises(Unavailable) as error:
        ask(deadline_s=0.6).search("x", "fr")
    assert (
        error.value.key in ("geocode.slow", "geocode.unreachable") and time.monotonic() - began < 3
    )


def test_silence_ends_at_the_deadline(faults, ask):
    faults.act = lambda h: faults.closing.wait(20)
    began = time.monotonic()
    with pytest.raises(Unavailable):
        ask(deadline_s=0.5).search("x", "fr")
    assert time.monotonic() - began < 3


def test_an_endless_answer_is_cut(faults, ask):
    def act(handler):
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not faults.closing.is_set():
            handler.wfile.write(b"x" * 65536)

    faults.act = act
    with pytest.raises(Unavailable):
        ask().search("x", "fr")


def test_nobody_there(ask, faults):
    faults.server.server_close()
    with pytest.raises(Unavailable) as error:
        ask().search("x", "fr")
    assert error.value.key == "geocode.unreachable"


def test_one_request_a_second_for_the_whole_process(faults, monkeypatch):
    waits: list[float] = []
    monkeypatch.setattr(
        geocoding, "time", SimpleNamespace(monotonic=lambda: 100.0, sleep=waits.append)
    )
    geocoder = Geocoder((Service("nominatim", faults.url),), "t", lambda at: True)
    threads = [threading.Thread(target=geocoder.search, args=(f"x{n}", "fr")) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (
        sorted(waits) == [1.0, 2.0, 3.0, 4.0] and len(faults.requests) == 5
    )  # all asked at the same moment
    with pytest.raises(Unavailable) as error:  # nobody waits longer than four seconds
        geocoder.search("x5", "fr")
    assert error.value.key == "geocode.busy" and len(faults.requests) == 5


def test_a_name_is_kept_in_the_address_as_bounded_text(query):
    here, t = locator(query), words("fr")
    long = Hit("Rue <b>;Talaa</b> & " + "très longue, " * 20 + "Fès", (-4.98, 34.06), "host")
    ref = online_answer(here, (long,), t)["items"][0]["ref"]
    assert (
        re.fullmatch(PLACE, ref) and len(ref) < 110 and not set(ref.partition(";")[2]) & set("<>&;")
    )
    view, notices = decode(encode(ViewState(place=ref)), query.catalogue)
    assert view.place == ref and notices == []
    place = near_answer(here, view, t)["place"]
    assert (
        place["name"] == ref.partition(";")[2]
        and place["credit"] == f"Adresse trouvée en ligne · {ATTRIBUTION}"
    )
    assert (place["lon"], place["lat"]) == (-4.98, 34.06) and "Fès" in place["sub"]


@pytest.mark.parametrize(
    "name", ["", "<img>", "a&b", "x" * 81, "a;b", "a\u202eb", "a\u2028b", "a\x00b"]
)
def test_a_name_that_is_no_plain_bounded_text_is_refused(query, name):
    view, notices = decode({"place": f"-4.98,34.06;{name}"}, query.catalogue)
    assert view.place == "" and [n.key for n in notices] == ["notice.unknown_value"]


def test_a_failure_is_not_kept(faults, ask):
    geocoder = ask()
    kept, faults.act = faults.act, lambda h: reply(h, b"", 500)
    with pytest.raises(Unavailable):
        geocoder.search("x", "fr")
    faults.act = kept
    assert geocoder.search("x", "fr")


@pytest.mark.parametrize(
    "setting",
    ["google:https://x.org", "nominatim:ftp://x.org", "nominatim", "photon:https://a@b.org"],
)
def test_a_wrong_setting_is_refused(setting, monkeypatch):
    monkeypatch.setenv("KHARITA_GEOCODERS", setting)
    with pytest.raises(ValueError, match="KHARITA_GEOCODERS"):
        settings()


def test_the_setting_is_read_and_counts_with_a_contact_only(monkeypatch):
    monkeypatch.setenv("KHARITA_GEOCODERS", "")
    assert settings().geocoders == ()
    monkeypatch.setenv(
        "KHARITA_GEOCODERS",
        "nominatim:https://nominatim.openstreetmap.org/ photon:https://photon.komoot.io",
    )
    read = (
        ("nominatim", "https://nominatim.openstreetmap.org"),
        ("photon", "https://photon.komoot.io"),
    )
    assert settings().geocoders == read and settings().usable_geocoders == ()
    monkeypatch.setenv("KHARITA_CONTACT", "tests@example.org")
    assert settings().usable_geocoders == read


def nominatim(lon: object, lat: object, name: str = "Lieu") -> dict:
    return {"display_name": name, "lon": lon, "lat": lat}


@pytest.mark.parametrize(
    ("row", "lon_lat"),
    [
        (nominatim("180", "90"), (180, 90)),
        (nominatim("-180", "-90"), (-180, -90)),
        (nominatim("180.1", "0"), None),
        (nominatim("-180.1", "0"), None),
        (nominatim("0", "90.1"), None),
        (nominatim("0", "-90.1"), None),
        (nominatim("-5.123456789", "32.987654321"), (-5.12346, 32.98765)),
        (nominatim("nan", "0"), None),
        (nominatim("0", "inf"), None),
    ],
)
def test_a_position_lies_on_earth_and_is_rounded_to_a_metre(faults, row, lon_lat):
    faults.act = lambda h: reply(h, json.dumps([row]).encode())
    found = Geocoder((Service("nominatim", faults.url),), "t", lambda at: True).search("x", "fr")
    assert [h.lon_lat for h in found] == ([lon_lat] if lon_lat else [])


def test_five_hits_of_twenty_rows_at_most_and_only_those_inside(faults, monkeypatch):
    monkeypatch.setattr(geocoding, "INTERVAL_S", 0.0)
    rows = [nominatim(str(n / 10), "0", f"Lieu {n}") for n in range(25)]
    faults.act = lambda h: reply(h, json.dumps(rows).encode())

    def names(inside) -> list[str]:
        geocoder = Geocoder((Service("nominatim", faults.url),), "t", inside)
        return [h.name for h in geocoder.search("x", "fr")]

    assert names(lambda at: True) == [f"Lieu {n}" for n in range(5)]
    assert names(lambda at: at[0] >= 1.8) == ["Lieu 18", "Lieu 19"]


def test_a_name_has_two_hundred_characters_and_a_text_asked_too(faults):
    faults.act = lambda h: reply(h, json.dumps([nominatim("0", "0", "y" * 201)]).encode())
    geocoder = Geocoder((Service("nominatim", faults.url),), "t", lambda at: True)
    assert geocoder.search("x" * 201, "fr")[0].name == "y" * 200
    ((_, path, _),) = faults.requests
    assert f"q={'x' * 200}&" in path
    assert geocoder.search("x" * 200, "fr") and len(faults.requests) == 1


def test_the_host_that_answered_is_named(faults):
    found = Geocoder((Service("nominatim", faults.url),), "t", lambda at: True).search("x", "fr")
    assert found[0].service == "127.0.0.1"


def test_nothing_asked_and_nobody_to_ask_is_no_request(faults):
    assert (
        Geocoder((Service("nominatim", faults.url),), "t", lambda at: True).search(" ", "fr") == ()
    )
    assert Geocoder((), "t", lambda at: True).search("x", "fr") == () and faults.requests == []


def test_results_are_kept_by_language_and_the_oldest_go(faults, monkeypatch):
    monkeypatch.setattr(geocoding, "INTERVAL_S", 0.0)
    monkeypatch.setattr(geocoding, "KEPT", 2)
    geocoder = Geocoder((Service("nominatim", faults.url),), "t", lambda at: True)
    for text, lang, requested in (
        ("a", "fr", 1),
        ("a", "ar", 2),
        ("A", "fr", 2),
        ("b", "fr", 3),
        ("a", "fr", 3),
        ("a", "ar", 4),
    ):
        geocoder.search(text, lang)
        assert len(faults.requests) == requested, (text, lang)


@pytest.mark.parametrize(
    ("header", "paused_s"),
    [("120", 120), ("", 60), ("soon", 60), ("0", 1), ("601", 600), ("599", 599)],
)
def test_a_refusing_service_rests_as_long_as_it_says(faults, monkeypatch, header, paused_s):
    now = [100.0]
    monkeypatch.setattr(
        geocoding, "time", SimpleNamespace(monotonic=lambda: now[0], sleep=lambda s: None)
    )
    faults.act = lambda h: reply(h, b"", 429, retry_after=header)
    geocoder = Geocoder((Service("nominatim", faults.url),), "t", lambda at: True)
    for afterwards, requested in ((0, 1), (paused_s - 0.1, 1), (paused_s + 0.1, 2)):
        now[0] = 100.0 + afterwards
        with pytest.raises(Unavailable, match="geocode.refused"):
            geocoder.search("x", "fr")
        assert len(faults.requests) == requested, afterwards


@pytest.mark.parametrize(("lang", "sent"), [("fr", True), ("en", True), ("ar", False)])
def test_photon_is_told_a_language_that_it_knows_and_where_morocco_is(faults, lang, sent):
    faults.act = lambda h: reply(h, b'{"features": []}')
    Geocoder((Service("photon", faults.url),), "t", lambda at: True).search("x", lang)
    ((_, path, _),) = faults.requests
    assert (f"lang={lang}" in path) is sent and path.startswith("/api/?q=x&limit=5&lat=31.8")
    assert "lon=-7.1" in path
