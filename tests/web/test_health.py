"""The process as an operator meets it: log, figures, readiness, end; on a real one."""

from __future__ import annotations

import http.client
import json
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.requests import Request
from starlette.testclient import TestClient

from geo.core import logs
from geo.core.errors import StoreUnavailable
from geo.core.jobs import Job, JobQueue, queues
from geo.query import current
from geo.web import health, metrics, tcp_nodelay
from tests.conftest import ROOT, free_port, wait_for_health
from tests.web_app import web_app

SECRET = "Bouchra-0612345678"


def get(address: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    try:
        with urllib.request.urlopen(
            urllib.request.Request(address, headers=headers), timeout=30
        ) as answer:
            return answer.status, answer.read(), dict(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read(), dict(error.headers)


def samples(text: bytes) -> dict[tuple, float]:
    return {
        (s.name, tuple(sorted(s.labels.items()))): s.value
        for family in text_string_to_metric_families(text.decode())
        for s in family.samples
    }


@dataclass
class Running:
    address: str
    process: subprocess.Popen
    log: Path

    def lines(self) -> list[dict]:
        return [
            json.loads(line)
            for line in self.log.read_text("utf-8").splitlines()
            if line.startswith("{")
        ]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A process of its own with a log for machines; the last test ends it."""
    folder = tmp_path_factory.mktemp("operations")
    port = free_port()
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "streamlit",
                "run",
                "app.py",
                "--server.port",
                str(port),
                "--server.address",
                "127.0.0.1",
            ],
            cwd=ROOT,
            env={
                **os.environ,
                "KHARITA_VAR": str(folder / "var"),
                "KHARITA_ROLE": "administrator",
                "KHARITA_LOG": "json",
            },
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    wait_for_health(f"http://127.0.0.1:{port}", process)
    yield Running(f"http://127.0.0.1:{port}", process, folder / "log")
    if process.poll() is None:
        process.kill()
        process.wait(timeout=20)


def test_a_request_is_counted_by_its_route_and_leaves_nothing_of_what_was_asked(running):
    status, _, headers = get(
        f"{running.address}/api/entity/buyer/{SECRET}?q={SECRET}", **{"X-Request-ID": "proxy-4711"}
    )
    assert (status, headers["x-request-id"]) == (404, "proxy-4711")
    assert get(f"{running.address}/api/facets?q={SECRET}", **{"X-Request-ID": "no\tid {}"})[2][
        "x-request-id"
    ].isalnum()
    post = urllib.request.Request(
        f"{running.address}/api/shared",
        b"{}",
        {"content-type": "application/json", "origin": "http://elsewhere"},
    )
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(post, timeout=30)
    counted = samples(get(f"{running.address}/metrics")[1])
    route = "/api/entity/{kind}/{id:path}"
    assert (
        counted["kharita_requests_total", (("method", "GET"), ("route", route), ("status", "404"))]
        == 1
    )
    assert counted["kharita_request_seconds_count", (("route", "/api/facets"),)] == 1
    assert counted["kharita_store_up", ()] == counted["kharita_data_loaded", ()] == 1
    assert counted["kharita_data_version", ()] == int(
        json.loads(get(f"{running.address}/healthz")[1])["data_version"], 16
    )
    assert counted["kharita_var_free_bytes", ()] > 0 and counted["kharita_data_age_seconds", ()] > 0
    line = next(found for found in running.lines() if found.get("request") == "proxy-4711")
    assert (
        line["route"] == route
        and line["status"] == 404
        and line["ms"] > 0
        and line["level"] == "info"
    )
    assert {found["route"] for found in running.lines() if found.get("status") == 403} == {
        "/api/shared"
    }
    assert SECRET not in running.log.read_text("utf-8") and SECRET not in str(counted)


def test_figures_are_for_this_machine_and_streamlits_own_are_closed(running):
    for path in ("/_stcore/metrics", "/veille/_stcore/metrics", "/_stcore/metrics/"):
        assert get(running.address + path)[0] == 404
    # A page of another site whose name leads here is no more than a reader, and not this machine.
    assert get(f"{running.address}/metrics", Host="evil.example")[0] == 403
    assert get(f"{running.address}/metrics")[0] == 200
    assert get(f"{running.address}/readyz")[:1] == (200,)


def kept_alive_s(address: str, quick: bool) -> float:
    """The median of 20 answers on one connection, seconds; ``quick`` acknowledges at once."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
    took = []
    for _ in range(20):
        began = time.perf_counter()
        connection.request("GET", "/_stcore/health")
        if quick:
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        connection.getresponse().read()
        took.append(time.perf_counter() - began)
    connection.close()
    return sorted(took)[10]


@pytest.mark.skipif(
    not hasattr(socket, "TCP_QUICKACK"), reason="Linux alone can acknowledge at once"
)
def test_an_answer_on_a_kept_alive_connection_does_not_wait_for_an_acknowledgement(running):
    # With Nagle's algorithm on: 44 ms against 1.
    assert kept_alive_s(running.address, quick=False) < 8 * kept_alive_s(
        running.address, quick=True
    )


def test_every_listening_socket_loses_its_delay_and_no_other():
    with (
        socket.socket() as listening,
        socket.socket() as idle,
        socket.socket(type=socket.SOCK_DGRAM),
    ):
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        assert tcp_nodelay.set_on_listening_sockets() >= 1
        assert listening.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert not idle.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_error_is_told_by_its_kind_and_place_never_by_its_text():
    try:
        int(SECRET)
    except ValueError:
        record = logging.LogRecord(
            "geo.web", logging.ERROR, __file__, 1, "GET %s", ("/api/x",), sys.exc_info()
        )
    mark = logs.request_id.set("abc")
    try:
        line = logs.JsonLines().format(record)
    finally:
        logs.request_id.reset(mark)
    entry = json.loads(line)
    assert (
        entry["error"] == "ValueError"
        and "test_an_error_is_told" in entry["at"][-1]
        and SECRET not in line
        and "\n" not in line
    )
    assert (entry["message"], entry["level"], entry["request"]) == ("GET /api/x", "error", "abc")
    assert datetime.fromisoformat(entry["time"]).tzinfo is not None


def test_a_start_is_refused_with_all_that_is_wrong_in_one_message():
    started = subprocess.run(
        [sys.executable, "-c", "import app"],
        cwd=ROOT,
        env={
            **os.environ,
            "KHARITA_LOG": "xml",
            "KHARITA_HOSTS": "a.ma:80",
            "KHARITA_ORS": f"ors.example {SECRET}",
            "KHARITA_ROLE": "editor",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert (
        started.returncode == 1
        and "KHARITA_LOG must be one of" in started.stderr
        and "KHARITA_HOSTS must be host names" in started.stderr
        and "KHARITA_ORS must be a web address and a key" in started.stderr
        and "KHARITA_ROLE=editor would let everybody" in started.stderr
        and SECRET not in started.stderr
        and "Traceback" not in started.stderr
    )


@pytest.mark.parametrize(
    ("headers", "client", "here"),
    [
        ({"host": "localhost:8501"}, "127.0.0.1", True),
        ({"host": "[::1]:8501"}, "::1", True),
        ({"host": "kharita.ma"}, "127.0.0.1", False),
        ({"host": "localhost"}, "10.0.0.7", False),
        ({"host": "localhost", "x-forwarded-for": "10.0.0.7"}, "127.0.0.1", False),
        ({}, "127.0.0.1", False),
    ],
)
def test_this_machine_asks_by_its_own_name_and_for_nobody_else(headers, client, here):
    scope = {
        "type": "http",
        "client": (client, 1),
        "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }
    assert metrics.from_here(Request(scope)) is here


def test_a_store_that_is_down_is_told_and_readers_go_on(monkeypatch, query):
    monkeypatch.setattr(current, "data_status", lambda: current.DataStatus("abc", 1.0, 0))
    answers = iter([None, StoreUnavailable("error.store_down"), None])

    def ping():
        if found := next(answers):
            raise found

    monkeypatch.setattr(current, "ping", ping)
    health.start()
    client = TestClient(web_app(), base_url="http://localhost", client=("127.0.0.1", 1))
    assert client.get("/readyz").status_code == 200
    down = client.get("/readyz")
    assert down.status_code == 503 and down.json() == {
        "status": "reading_only",
        "code": "error.store_down",
        "data_version": "abc",
    }
    assert client.get("/readyz").status_code == 200
    monkeypatch.setattr(current, "data_status", lambda: None)
    assert client.get("/readyz").json() == {"status": "starting"}


QUEUES = ("atlas", "document", "drawing", "import", "intake", "siting", "trade")


@pytest.fixture
def stopping(monkeypatch):
    """The shutdown, but for the store that other tests go on reading."""
    monkeypatch.setattr(current, "close", lambda: None)
    health.start()
    yield health.close
    health.start()


def gauges() -> dict[str, float]:
    client = TestClient(web_app(), base_url="http://localhost", client=("127.0.0.1", 1))
    return {name: value for (name, _), value in samples(client.get("/metrics").content).items()}


def test_every_kind_of_background_work_has_its_queue():
    web_app()
    assert set(queues()) - {"test"} == set(QUEUES)


@pytest.mark.parametrize("name", QUEUES)
def test_work_of_each_kind_is_counted_and_cancelled_at_the_shutdown(name, stopping, query):
    gate, queue = threading.Event(), queues()[name]

    def work(job: Job[None]) -> None:
        assert gate.wait(20)
        job.progress(1, 1)

    job = queue.start(Job(id="a question"), work)
    try:
        assert gauges()[f"kharita_{name}_jobs_running"] == 1
        stopping()
        assert job.cancelled.is_set()
    finally:
        gate.set()
    assert job.wait(20) and job.state == "cancelled"
    assert gauges()[f"kharita_{name}_jobs_running"] == 0


def test_a_queue_that_does_not_stop_keeps_no_other_from_stopping(stopping, caplog, monkeypatch):
    class Stuck(JobQueue[Job[None]]):
        def close(self) -> None:
            raise OSError("no")

    closed = []
    stuck, after = Stuck("test"), JobQueue("test")
    monkeypatch.setattr(after, "close", lambda: closed.append("trade"))
    monkeypatch.setattr(health, "queues", lambda: {"atlas": stuck, "trade": after})
    stopping()
    assert closed == ["trade"] and "atlas did not stop" in caplog.text


def test_told_to_stop_it_finishes_what_it_answers_and_leaves_no_process(running):
    """With a page open, a picture being drawn and an atlas being made."""
    host, port = running.address.removeprefix("http://").split(":")
    atlas = urllib.request.Request(
        f"{running.address}/api/jobs/atlas",
        json.dumps(
            {"kind": "market", "codes": ["DE", "FR", "US", "ES", "IT"], "lang": "fr"}
        ).encode(),
        {"content-type": "application/json", "origin": running.address},
    )
    with urllib.request.urlopen(atlas, timeout=30) as answer:
        assert answer.status in (200, 201, 202)
    with socket.create_connection((host, int(port)), timeout=30) as page:
        page.sendall(
            (
                f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: "
                f"{running.address}\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Key: "
                "dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
            ).encode()
        )
        assert b"101 " in page.recv(200)
        found: list[tuple[int, bytes, dict]] = []
        drawing = threading.Thread(
            target=lambda: found.append(get(f"{running.address}/snapshot.png?market=DE&size=a3"))
        )
        drawing.start()
        counted, until = {}, time.monotonic() + 30
        while (
            counted.get(("kharita_requests_running", ())) != 2 and drawing.is_alive()
        ):  # the picture and this very question
            assert time.monotonic() < until
            counted = samples(get(f"{running.address}/metrics")[1])
        assert counted["kharita_sessions", ()] == 1
        children = subprocess.run(
            ["pgrep", "-P", str(running.process.pid)], capture_output=True, text=True, check=False
        ).stdout.split()
        running.process.send_signal(signal.SIGTERM)
        running.process.wait(timeout=30)
    drawing.join(timeout=5)
    assert found[0][0] == 200 and found[0][1].startswith(b"\x89PNG")
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]
    assert not [line for line in running.lines() if "error" in line]
