"""Requests to outside services: ended at their deadline, silent about addresses, by no proxy."""

from __future__ import annotations

import json
import logging
import threading

import pytest

from geo.core.http_client import TooLarge, TooManyRequests, Unreachable, bounded
from tests.places.test_geocoding import Faults, drip, reply

SECRET = "Xq7-canary-9dKzT2"


@pytest.fixture
def server():
    made = Faults()
    yield made
    made.closing.set()
    made.server.shutdown()


def fetch(server, path="/x", *, deadline_s=5.0, **options):
    return bounded(server.url + path, headers={}, deadline_s=deadline_s, **options)


def wait_for_threads() -> None:
    """Until every request that was begun has ended."""
    for thread in threading.enumerate():
        if thread.name == "outside":
            thread.join(5)
            assert not thread.is_alive()


@pytest.mark.parametrize("part", ["headers", "body"])
def test_a_request_that_drips_gives_its_place_back_at_the_deadline(server, part):
    act, server.act = server.act, drip(part, server.closing)
    for _ in range(6):
        with pytest.raises(TimeoutError):
            fetch(server, deadline_s=0.2)
    wait_for_threads()  # the server drips on
    server.act = act
    for _ in range(6):
        assert fetch(server)[0] == 200


def test_no_more_than_six_requests_are_in_flight(server):
    server.act = lambda h: server.closing.wait(20)
    waiting = [
        threading.Thread(target=lambda: pytest.raises(OSError, fetch, server, deadline_s=5))
        for _ in range(6)
    ]
    for thread in waiting:
        thread.start()
    while len(server.requests) < 6 and not server.closing.wait(0.01):
        assert any(thread.is_alive() for thread in waiting)
    with pytest.raises(TooManyRequests):
        fetch(server)
    server.closing.set()
    for thread in waiting:
        thread.join()
    wait_for_threads()


def test_an_answer_as_large_as_allowed_is_read_and_no_byte_more(server):
    server.act = lambda h: reply(h, b"x" * 1000)
    assert fetch(server, most_bytes=1000)[2] == b"x" * 1000
    with pytest.raises(TooLarge):
        fetch(server, most_bytes=999)


def test_the_wire_is_what_services_are_used_to(server):
    seen = []
    server.act = lambda h: (seen.append(dict(h.headers.items())), reply(h, b"{}"))
    status, headers, body = fetch(
        server, "/a,b;c", params={"q": "rue Talaa, n° 5", "key": "a&b"}, deadline_s=5
    )
    assert (status, headers["content-length"], body) == (200, "2", b"{}")
    assert server.requests[0][1] == "/a,b;c?q=rue+Talaa%2C+n%C2%B0+5&key=a%26b"
    sent = {name.lower(): value for name, value in seen[0].items()}
    assert (sent["accept"], sent["accept-encoding"]) == ("application/json", "identity")
    assert "cookie" not in sent


def test_no_proxy_of_the_machine_is_used(server, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    assert json.loads(fetch(server)[2])


def test_neither_an_error_nor_a_log_line_holds_the_address(server, caplog):
    caplog.set_level(logging.DEBUG)
    assert fetch(server, params={"subscription-key": SECRET})[0] == 200
    server.server.shutdown()
    server.server.server_close()
    with pytest.raises(Unreachable) as failed:
        fetch(server, params={"subscription-key": SECRET})
    assert failed.value.__cause__ is None and SECRET not in repr(failed.value)
    assert SECRET not in caplog.text and server.url not in caplog.text


def test_something_that_is_no_address_is_unreachable():
    for url in ("http://", "http://[x", "nonsense", "http://a b/", f"ftp://{SECRET}@h/"):
        with pytest.raises(Unreachable) as failed:
            bounded(url, headers={}, deadline_s=5)
        assert SECRET not in str(failed.value)
