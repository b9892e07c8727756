"""What many tests share: the shipped catalogue, and the app served as people run it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from geo.core.paths import DATA_DIR
from geo.model.records import Catalogue
from geo.query.engine import Query
from geo.render.workers import Workers
from geo.store.file_store import FileStore
from tests import sizes  # noqa: F401  the profile must be chosen before a test is read

ROOT = Path(__file__).parent.parent
START_SECONDS = 60
#: Browser tests that need no server of ours: a page's components and scripts, alone.
STAGE = ("test_components.py", "test_component_pictures.py", "test_map_basemap.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser."""
    for item in items:
        if item.path.is_relative_to(ROOT / "tests" / "browser"):
            item.add_marker("browser")


def group_of(nodeid: str) -> str:
    """What runs in one process, one after the other: what shares a browser, a database, a file."""
    file = Path(nodeid.partition("::")[0])
    room = file.parts[1]
    if room == "browser":
        return "stage" if file.name in STAGE else room
    return room if room == "store" else str(file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Hand out the groups, the largest first.

    (`--dist loadgroup` adds its group to the name of a test, which this pytest does not take.)
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    return ByGroup(config, log)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The shipped data."""
    return FileStore(DATA_DIR).load()


@pytest.fixture(scope="session")
def query(catalogue: Catalogue) -> Query:
    """The engine over the shipped data, ages as of one day: pictures are the same on any date."""
    return Query(catalogue, today=date(2026, 3, 31))


@pytest.fixture(scope="session")
def workers() -> Iterator[Workers]:
    """Two drawing processes."""
    made = Workers(2)
    yield made
    made.close()


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def serve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """The app as a process of its own, one for each set of settings; returns its address."""
    running: list[subprocess.Popen] = []

    @cache
    def start(**settings: str) -> str:
        port = free_port()
        folder = tmp_path_factory.mktemp("app")
        log = (folder / "log").open("w")
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
                **settings,
            },
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        running.append(process)
        address = f"http://127.0.0.1:{port}"
        wait_for_health(address, process)
        return address

    yield start
    for process in running:
        process.terminate()
    for process in running:
        process.wait(timeout=20)


def wait_for_health(address: str, process: subprocess.Popen) -> None:
    """Wait until the app answers; its own end is a failure."""
    import time

    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, "the app stopped while starting"
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
    raise AssertionError("the app did not start in time")


@pytest.fixture(scope="session")
def app(serve: Callable[..., str]) -> str:
    """The address of the app over the shipped data."""
    return serve()
