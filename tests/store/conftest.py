"""The stores under test, each in a place of its own that can be opened again and again."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from geo.core.paths import DATA_DIR
from geo.query.current import open_store
from geo.store.copy import copy
from geo.store.database import url_of
from geo.store.file_store import FileStore
from geo.store.ledger import Ledger
from geo.store.migrate import migrate
from geo.store.postgis_store import PostgisStore
from tests.store.cluster import Cluster

KEPT_BUYERS = 6


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped folder with few records and places: quick to read again."""
    folder = tmp_path_factory.mktemp("small") / "data"
    shutil.copytree(DATA_DIR, folder)
    for name, key in (
        ("buyers.geojson", "features"),
        ("sites.geojson", "features"),
        ("reports.json", "reports"),
        ("towns.json", "towns"),
    ):
        document = json.loads((folder / name).read_text("utf-8"))
        document[key] = document[key][:KEPT_BUYERS]
        (folder / name).write_text(json.dumps(document), "utf-8")
    communes = folder / "sources" / "communes.csv"
    communes.write_text(
        "".join(communes.read_text("utf-8").splitlines(keepends=True)[:20]), "utf-8"
    )
    return folder


@dataclass
class Place:
    """Where a store keeps its records. ``open`` opens it as another process would."""

    open_: Callable[[], Ledger]
    var: Path
    address: str
    opened: list[Ledger] = field(default_factory=list)

    def open(self) -> Ledger:
        store = self.open_()
        self.opened.append(store)
        return store

    def close(self) -> None:
        for store in self.opened:
            if hasattr(store, "close"):
                store.close()
        self.opened.clear()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of one's own; without the packages this fails, it never skips."""
    made = Cluster()
    yield made
    made.close()


@pytest.fixture(scope="session")
def prepared(cluster: Cluster, small: Path) -> str:
    """A database with the small folder in it, to make others from."""
    name = cluster.database()
    store = PostgisStore(url_of(cluster.url(name)))
    migrate(store.engine)
    copy(FileStore(small), store)
    store.close()
    return name


@pytest.fixture
def databases(cluster: Cluster, prepared: str) -> Iterator[Callable[[], str]]:
    """Makes databases with the small folder in them; gives their addresses."""
    made: list[str] = []

    def fresh() -> str:
        made.append(cluster.database(prepared))
        return cluster.url(made[-1])

    yield fresh
    for name in made:
        cluster.drop(name)


@pytest.fixture(params=["files", "postgis"])
def fresh_places(
    request: pytest.FixtureRequest, small: Path, tmp_path: Path
) -> Iterator[Callable[[], Place]]:
    """Makes untouched stores of each kind over the small folder."""
    made: list[Place] = []
    databases = request.getfixturevalue("databases") if request.param == "postgis" else None

    def fresh() -> Place:
        var = tmp_path / f"var-{len(made)}"
        address = f"postgis:{databases()}" if databases else f"files:{small}"
        made.append(Place(lambda: open_store(address, var), var, address))
        return made[-1]

    yield fresh
    for place in made:
        place.close()


@pytest.fixture
def place(fresh_places: Callable[[], Place]) -> Place:
    """One untouched store of each kind."""
    return fresh_places()


@pytest.fixture
def store(place: Place) -> Ledger:
    """An open store of each kind."""
    return place.open()


@pytest.fixture
def narrow(tmp_path: Path) -> Iterator[tuple[Path, Callable[[], object]]]:
    """A folder with room for 200 kB, and how to make room.

    Where nothing can be mounted, a file size limit.
    """
    folder = tmp_path / "narrow"
    folder.mkdir()
    mounted = (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(folder)],
            capture_output=True,
            check=False,
        ).returncode
        == 0
    )
    if mounted:
        filler = folder / "filler"
        filler.write_bytes(b"x" * 120_000)
        yield folder, filler.unlink
        subprocess.run(["umount", str(folder)], check=True)
        return
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
    yield folder, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before)
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
