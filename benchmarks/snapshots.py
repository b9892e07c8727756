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
from typing import Any

import folium
import psutil

from geo.query import Query
from geo.service import current
from geo.snapshot.render import Asked, render
from geo.snapshot.workers import Workers
from geo.view import ViewState

BASE = "https://kharita.example"
RUNS, FOLIUM_RUNS = 20, 5
KINDS = {"png 1080p": ("png", "1080p"), "png 4k": ("png", "4k"), "pdf a4": ("pdf", "a4"),
         "pptx": ("pptx", ""), "html": ("html", ""), "svg": ("svg", "")}
VIEWS = {"world": ViewState(), "germany": ViewState(market=("DE",), craft=("tapis_tissage",)),
         "region": ViewState(lang="ar", region=("03",))}


def measure_snapshots(runs: int = RUNS) -> dict[str, Any]:
    """Milliseconds (p50, p95) by kind over three views, peak megabytes, and the ratio to folium."""
    query, workers = current(), Workers(2)
    try:
        resting = _resident(workers)
        peak = resting
        found: dict[str, Any] = {}
        folium_ms = _folium_runs(query)
        for name, (kind, size) in KINDS.items():
            times = []
            for run in range(-2, runs):
                for view in VIEWS.values():
                    began = time.perf_counter()
                    content = render(query, Asked(kind, view, size, f"{name} {run}", BASE), workers)
                    if run >= 0:
                        times.append((time.perf_counter() - began) * 1000)
                    peak = max(peak, _resident(workers))
            found[name] = {**_summary(times), "kB": round(len(content) / 1024)}
        found["memory_mb"] = {"resting": round(resting), "peak": round(peak),
                              "added": round(peak - resting)}
        found["folium _to_png"] = _summary(folium_ms) if folium_ms else \
            "left out: selenium or chromedriver is not installed"
        if folium_ms:
            found["times faster than folium (p50)"] = round(
                statistics.median(folium_ms) / found["png 1080p"]["p50_ms"], 1)
        return found
    finally:
        workers.close()


def _summary(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {"p50_ms": round(statistics.median(ordered)),
            "p95_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]),
            "runs": len(ordered)}


def _resident(workers: Workers) -> float:
    """Megabytes of this process and of its drawing processes."""
    me = psutil.Process()
    family = [me, *(p for p in me.children(recursive=True) if "geo.snapshot.workers" in p.cmdline())]
    return sum(p.memory_info().rss for p in family) / 2**20


def _folium_runs(query: Query) -> list[float]:
    """The same records as folium draws them, photographed by its own means."""
    if not importlib.util.find_spec("selenium") or not shutil.which("chromedriver"):
        return []
    return [_timed(lambda: _folium_map(query)._to_png(1, driver=_driver())) for _ in range(FOLIUM_RUNS)]


def _driver() -> Any:
    from selenium import webdriver
    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1920,1080"):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))


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
