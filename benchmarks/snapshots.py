"""How long a snapshot takes, and what it costs in memory, beside folium's own screenshot.

``measure_snapshots()`` for ``make bench``; ``python -m benchmarks.snapshots`` alone. Every
run has another title, so nothing is remembered; the ground is warm, as it is after the
first reader. folium's ``_to_png`` needs selenium and chromedriver: without them its row is
left out and says so.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import folium
import psutil

from geo.model.view import ViewState
from geo.query.current import current
from geo.query.engine import Query
from geo.render.workers import Workers
from geo.share.snapshot import SnapshotRequest, render

BASE = "https://kharita.example"
RUNS, FOLIUM_RUNS = 20, 5
KINDS = {
    "png 1080p": ("png", "1080p"),
    "png 4k": ("png", "4k"),
    "pdf a4": ("pdf", "a4"),
    "pptx": ("pptx", ""),
    "html": ("html", ""),
    "svg": ("svg", ""),
}
VIEWS = {
    "world": ViewState(),
    "germany": ViewState(market=("DE",), craft=("tapis_tissage",)),
    "region": ViewState(lang="ar", region=("03",)),
}


def measure_snapshots(runs: int = RUNS) -> dict[str, Any]:
    """Milliseconds (p50, p95) by kind over three views, peak megabytes, and the ratio to folium."""
    query, workers = current(), Workers(2)
    try:
        resting = _memory()
        found: dict[str, Any] = {}
        for name, (kind, size) in KINDS.items():
            times = []
            for run in range(-2, runs):
                for view in VIEWS.values():
                    request = SnapshotRequest(kind, view, size, f"{name} {run}", BASE)
                    times.append(_timed(lambda a=request: render(query, a, workers)))
            found[name] = _summary(times[2 * len(VIEWS) :])
            found[name]["added_mb_so_far"] = round(_memory() - resting)
        found["resting_mb"] = round(resting)
        found["beside folium"] = _beside_folium(query, workers)
        return found
    finally:
        workers.close()


def _beside_folium(query: Query, workers: Workers) -> dict[str, Any] | str:
    """The same records, one run of each in turn; folium waits a second where it waits three."""
    if not importlib.util.find_spec("selenium") or not shutil.which("chromedriver"):
        return "left out: selenium or chromedriver is not installed"
    theirs, ours = [], []
    for run in range(FOLIUM_RUNS):
        theirs.append(_timed(lambda: _folium_map(query)._to_png(1, driver=_driver())))
        request = SnapshotRequest("png", ViewState(), "1080p", f"beside {run}", BASE)
        ours.append(_timed(lambda a=request: render(query, a, workers)))
    return {
        "folium _to_png": _summary(theirs),
        "ours": _summary(ours),
        "times faster (p50)": round(statistics.median(theirs) / statistics.median(ours), 1),
    }


def _summary(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "p50_ms": round(statistics.median(ordered)),
        "p95_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]),
        "runs": len(ordered),
    }


def _memory() -> float:
    """Megabytes of this process, and the most its drawing processes ever held."""
    me = psutil.Process()
    total = me.memory_info().rss / 2**20
    for child in me.children(recursive=True):
        if "geo.render.workers" in child.cmdline():
            status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii")
            total += int(status.partition("VmHWM:")[2].split()[0]) / 1024
    return total


def _driver() -> Any:
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for flag in (
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--window-size=1920,1080",
    ):
        options.add_argument(flag)
    return webdriver.Chrome(
        options=options, service=webdriver.ChromeService(shutil.which("chromedriver"))
    )


def _folium_map(query: Query) -> folium.Map:
    chart = folium.Map([30, 0], zoom_start=3, tiles=None)
    for record in (*query.catalogue.buyers, *query.catalogue.sites):
        if record.lon_lat:
            folium.CircleMarker(record.lon_lat[::-1], radius=6).add_to(chart)
    return chart


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    print(json.dumps(measure_snapshots(), indent=2, ensure_ascii=False))
