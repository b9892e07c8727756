"""What a change costs at 100,000 records, in files and in PostGIS: one save, and one import.

``python -m benchmarks.store`` prints the figures as JSON. Both stores wait for the disk at each
commit. What readers do after a change is measured apart: it is no part of the save.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from geo.core.paths import DATA_DIR
from geo.store.changes import Edit
from geo.store.copy import copy
from geo.store.database import url_of
from geo.store.file_store import FileStore
from geo.store.ledger import Ledger
from geo.store.migrate import migrate
from geo.store.postgis_store import PostgisStore
from tests.store.cluster import Cluster

RECORDS, SAVES = 100_000, 200


def measure_store(records: int = RECORDS, saves: int = SAVES) -> dict[str, Any]:
    """Seconds of the import, milliseconds of a save (p50, p95), seconds until readers have it."""
    found: dict[str, Any] = {"records": records}
    for name, opened in (("files", _files), ("postgis", _postgis)):
        with opened() as open_:
            found[name] = _measured(open_, records, saves)
    return found


def _measured(open_: Callable[[], Ledger], records: int, saves: int) -> dict[str, float]:
    store = open_()
    edits = [_edit(f"bench-{n}", 0, n) for n in range(records)]
    began = time.perf_counter()
    store.commit(edits, "bench", "import", "import")
    found = {"commit_s": time.perf_counter() - began}
    del edits
    store.load()
    times = []
    for n in range(saves):
        id_ = f"bench-{n * 97 % records}"
        edit = _edit(id_, store.one("buyers", id_).revision, records + n)
        began = time.perf_counter()
        store.commit([edit], "bench", "", "edit")
        times.append(1000 * (time.perf_counter() - began))
    found |= {
        "save_p50_ms": float(np.percentile(times, 50)),
        "save_p95_ms": float(np.percentile(times, 95)),
    }
    began = time.perf_counter()
    store.load()
    found["load_after_saves_s"] = time.perf_counter() - began
    began = time.perf_counter()
    open_().load()
    found["first_load_s"] = time.perf_counter() - began
    return {name: round(value, 3) for name, value in found.items()}


def _edit(id_: str, revision: int, n: int) -> Edit:
    return Edit(
        "buyers",
        id_,
        {
            "type": "Feature",
            "id": id_,
            "geometry": {"type": "Point", "coordinates": [n % 300 / 10, n % 500 / 10]},
            "properties": {
                "name": f"Banc {n}",
                "kind": "concept_store",
                "country": "DE",
                "city": "",
                "year": 2000 + n % 26,
                "crafts": ["tapis_tissage"],
                "relation_fr": "",
                "website": "",
                "provenance": "imported",
                "precision": "city",
                "verified": "",
                "sources": [{"url": "", "label": "banc", "date": ""}],
            },
        },
        revision,
    )


@contextmanager
def _files() -> Iterator[Callable[[], Ledger]]:
    with tempfile.TemporaryDirectory() as var:
        yield lambda: FileStore(DATA_DIR, Path(var))


@contextmanager
def _postgis() -> Iterator[Callable[[], Ledger]]:
    cluster = Cluster(durable=True)
    try:
        url = url_of(cluster.url(cluster.database()))
        store = PostgisStore(url)
        migrate(store.engine)
        copy(FileStore(DATA_DIR), store)
        store.close()
        yield lambda: PostgisStore(url)
    finally:
        cluster.close()


if __name__ == "__main__":
    print(json.dumps(measure_store(), indent=1))
