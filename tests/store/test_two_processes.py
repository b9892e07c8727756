"""Two app processes behind nginx on one database, configured as in the deployment guide."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.conftest import free_port
from tests.store.records import PROMISED_SECONDS

#: Two apps, a proxy and a database are started.
pytestmark = pytest.mark.slow

CONFIG = Path(__file__).parents[2] / "docs" / "nginx.conf"
NGINX = "/usr/sbin/nginx"
OURS = {"x-kharita": "1", "content-type": "application/json"}
ANSWERS = {
    "name": "Maison d’essai",
    "kind": "concept_store",
    "country": "DE",
    "city": "Hambourg",
    "crafts": ["tapis_tissage"],
    "provenance": "imported",
    "precision": "country",
    "verified": "2026-01-05",
    "sources": [{"url": "", "label": "salon", "date": ""}],
}


def ask(address, path, body=None, process=None):
    """Status, JSON (or bytes) and headers of an answer; ``process``: the cookie of one."""
    headers = {"cookie": f"kharita_process={process}"} if process else {}
    if body is not None:
        headers |= OURS
    request = urllib.request.Request(
        address + path, json.dumps(body).encode() if body is not None else None, headers
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, json.loads(answer.read()), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, json.loads(error.read() or b"null"), error.headers


@pytest.fixture(scope="module")
def deployed(cluster, prepared, serve, tmp_path_factory):
    """The address of nginx, and of the two processes behind it."""
    assert Path(NGINX).exists(), (
        "nginx is missing: make test-setup installs it, or apt-get install nginx-light"
    )
    folder = tmp_path_factory.mktemp("nginx")
    database = cluster.database(prepared)
    settings = {
        "KHARITA_STORE": f"postgis:{cluster.url(database)}",
        "KHARITA_VAR": str(folder / "var"),
    }
    # One process for each set of settings: they differ in a name that nobody reads.
    apps = [serve(**settings, KHARITA_TEST_PROCESS=n) for n in ("first", "second")]
    port = free_port()
    config = CONFIG.read_text("utf-8").replace("listen 80;", f"listen 127.0.0.1:{port};")
    for number, app in zip(("8501", "8502"), apps, strict=True):
        config = config.replace(f"127.0.0.1:{number}", app.removeprefix("http://"))
    config = re.sub(r"/(run|var)/[\w/.-]*?([\w.-]+);", rf"{folder}/\2;", config).replace(
        "/var/log/nginx/kharita-error.log", f"{folder}/error.log"
    )
    (folder / "nginx.conf").write_text(config, "utf-8")
    process = subprocess.Popen(
        [NGINX, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", "daemon off;"],
        stderr=(folder / "stderr").open("wb"),
    )
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + 20
    while True:
        assert process.poll() is None and time.monotonic() < until, (folder / "stderr").read_text()
        try:
            if ask(address, "/healthz")[0] == 200:
                break
        except OSError:
            time.sleep(0.02)
    yield address, apps
    process.terminate()
    process.wait(timeout=20)


def shown(address, process, id_):
    """Seconds until one process shows a record."""
    begun = time.monotonic()
    while ask(address, f"/api/entity/buyer/{id_}", process=process)[0] != 200:
        assert time.monotonic() - begun < PROMISED_SECONDS, f"{process} does not show {id_} in time"
    return time.monotonic() - begun


def save(address, process, name):
    return ask(
        address,
        "/api/held/buyers/new",
        {"answers": {**ANSWERS, "name": name}, "revision": 0, "reason": "essai", "author": "Amina"},
        process,
    )


def test_an_edit_through_one_process_shows_in_the_other_within_two_seconds(deployed):
    address, apps = deployed
    served = {}
    for process in ("first", "second"):
        status, _, headers = ask(address, "/healthz", process=process)
        served[process] = f"http://{headers['x-kharita-process']}"
        assert status == 200 and headers["set-cookie"] is None
    assert sorted(served.values()) == sorted(apps)
    assert re.match(r"kharita_process=(first|second);", ask(address, "/healthz")[2]["set-cookie"])
    for writer, reader in (("first", "second"), ("second", "first")):
        ask(address, "/api/facets", process=reader)  # it holds a catalogue already
        status, made, _ = save(address, writer, f"Essai {writer}")
        assert status == 200, made
        shown(address, reader, made["id"])
        status, history, _ = ask(address, "/api/changes", process=reader)
        assert history["sets"][0]["number"] == made["made"]["number"]


def test_a_websocket_passes(deployed):
    host, _, port = deployed[0].removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(
            (
                f"GET /_stcore/stream HTTP/1.1\r\nHost: {host}:{port}\r\nOrigin: {deployed[0]}\r\n"
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
            ).encode()
        )
        assert connection.recv(64).startswith(b"HTTP/1.1 101")


def test_while_the_database_is_down_readers_read_and_writers_are_told(deployed, cluster):
    address, _ = deployed
    cluster.stop()
    try:
        for process in ("first", "second"):
            assert ask(address, "/api/facets", process=process)[0] == 200
            status, answer, _ = save(address, process, "Trop tard")
            assert (
                status == 503
                and answer["error"]["code"] == "error.store_down"
                and "base de données" in answer["error"]["text"]
            )
            assert ask(address, "/readyz", process=process)[0] == 503
    finally:
        cluster.start()
    status, made, _ = save(address, "first", "Après la coupure")
    assert status == 200, made
    assert ask(address, "/readyz", process="first")[0] == 200
    # The other process may have to wait for its next try to listen.
    begun = time.monotonic()
    while ask(address, f"/api/entity/buyer/{made['id']}", process="second")[0] != 200:
        assert time.monotonic() - begun < 10
