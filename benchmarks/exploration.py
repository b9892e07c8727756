"""Exploring the map: ours, the naive twin and the floor, alternating in one run.

Each click waits until the page is idle; the naive page runs its script twice per click, and
not waiting for the second run would flatter us. Absolute times are noise: read the ratios.
"""

from __future__ import annotations

import os
import statistics
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from xstatic.pkg import jquery, leaflet, leaflet_markercluster

from benchmarks.apps import App
from benchmarks.layer_route import measure_layers

CLICKS = int(os.environ.get("BENCH_CLICKS", "30"))
SIZES = {"base": "", "10000": "synthetic:10000", "1000000": "synthetic:1000000"}
NAIVE = "naive 500"
WARM = 2


class Wires:
    """Bytes over every wire of one page, through the browser's own protocol."""

    def __init__(self, page: Page) -> None:
        self.http = self.socket = 0
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda e: self._add("http", e["encodedDataLength"]))
        for name in ("Sent", "Received"):
            session.on(
                f"Network.webSocketFrame{name}",
                lambda e: self._add("socket", _frame_bytes(e["response"])),
            )

    def _add(self, wire: str, count: float) -> None:
        setattr(self, wire, getattr(self, wire) + count)

    def take(self) -> tuple[float, float]:
        """Bytes since the last call: HTTP, websocket."""
        taken = self.http, self.socket
        self.http = self.socket = 0
        return taken


def _frame_bytes(response: dict[str, Any]) -> float:
    data = response["payloadData"]
    return len(data) * 3 / 4 if response["opcode"] == 2 else len(data)


def offline(page: Page) -> None:
    """Answer the naive page's CDN requests from local copies: there is no internet here."""
    copies = {
        "leaflet.js": leaflet,
        "leaflet.css": leaflet,
        "jquery": jquery,
        "markercluster": leaflet_markercluster,
    }

    def answer(route: Any) -> None:
        url = route.request.url
        if url.startswith("http://127.0.0.1"):
            route.continue_()
            return
        name = url.rsplit("/", 1)[-1]
        module = next((m for key, m in copies.items() if key in name), None)
        found = next(Path(module.BASE_DIR).rglob(f"*{name}"), None) if module else None
        if module is jquery:
            found = next(Path(module.BASE_DIR).rglob("jquery.min.js"))
        route.fulfill(body=found.read_bytes() if found else b"", status=200)

    page.context.route("**/*", answer)


def open_page(browser: Any, app: App) -> tuple[Page, Wires, float]:
    """A page of the app, ready to be clicked, and its cold load in seconds."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.set_default_timeout(120_000)
    wires = Wires(page)
    if app.name == NAIVE:
        offline(page)
    began = time.perf_counter()
    page.goto(app.address)
    app.wait(page, [] if app.ours else app.picked)
    loaded = time.perf_counter() - began
    app.settle(page)
    if app.ours:
        page.goto(f"{app.address}/?buyer={','.join(app.picked)}")
        app.wait(page, app.picked)
        app.settle(page)
    return page, wires, loaded


def one_click(
    app: App, page: Page, wires: Wires, picked: list[str], value: str
) -> dict[str, float]:
    """Toggle a value and measure until idle. Changes ``picked``."""
    wires.take()
    cpu, began = app.cpu_ms(), time.perf_counter()
    picked.remove(value) if value in picked else picked.append(value)
    app.click(page, value)
    app.wait(page, picked)
    ms = (time.perf_counter() - began) * 1000
    late = app.settle(page)
    http, socket = wires.take()
    return {
        "ms": ms + late,
        "cpu_ms": app.cpu_ms() - cpu,
        "http_kb": http / 1000,
        "socket_kb": socket / 1000,
    }


def pan_and_zoom(page: Page, wires: Wires) -> dict[str, float]:
    """Time from a camera change to the new marks, ten pans and a zoom."""
    frame = next(f for f in page.frames if "/component/" in f.url)
    wires.take()
    times = frame.evaluate("""async () => {
        const times = [];
        for (let i = 0; i < 11; i++) {
          delete document.documentElement.dataset.painted;
          const began = performance.now();
          if (i === 10) map.setZoom(map.getZoom() + 1, {animate: false});
          else map.panBy([i % 2 ? -180 : 180, 40], {animate: false});
          await new Promise((done) => { const look = () => document.documentElement.dataset.painted
            === undefined ? requestAnimationFrame(look) : done(); look(); });
          times.push(performance.now() - began);
        }
        return times; }""")
    http, socket = wires.take()
    return {
        "p50_ms": statistics.median(times),
        "max_ms": max(times),
        "http_kb": http / 1000 / 11,
        "socket_kb": socket / 1000 / 11,
    }


def gray(turn: int, bits: int) -> int:
    """Which value a turn toggles so that no filter comes twice (a Gray code).

    A filter that comes again is answered from caches: Streamlit's of messages, for the naive
    twin, and the browser's, for ours.
    """
    return (turn & -turn).bit_length() - 1 if turn % (1 << bits) else bits - 1


def summary(rows: list[dict[str, float]]) -> dict[str, float]:
    """Median and p95 of the clicks of one app."""

    def of(key: str, share: float) -> float:
        ordered = sorted(r[key] for r in rows)
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 1)

    return {
        "clicks": len(rows),
        "p50_ms": of("ms", 0.5),
        "p95_ms": of("ms", 0.95),
        "cpu_ms": of("cpu_ms", 0.5),
        "http_kb": of("http_kb", 0.5),
        "http_kb_max": of("http_kb", 1),
        "socket_kb": of("socket_kb", 0.5),
        "socket_kb_max": of("socket_kb", 1),
    }


def measure_exploration() -> dict[str, Any]:
    """Clicks, pans, cold load and memory of each app, and the layer route at a million points."""
    apps = [
        App(f"ours {name}", "app.py", settings={"KHARITA_STORE": address} if address else {})
        for name, address in SIZES.items()
    ]
    apps += [
        App(NAIVE, "benchmarks/naive_app.py"),
        App("floor", "benchmarks/floor_app.py", tuple("abcde")),
    ]
    results: dict[str, Any] = {"clicks": CLICKS, "apps": {}}
    try:
        for app in apps:
            app.start()
        with sync_playwright() as p:
            browser = p.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
            pages = {app.name: open_page(browser, app) for app in apps}
            picked = {app.name: app.picked for app in apps}
            rows: dict[str, list[dict[str, float]]] = {app.name: [] for app in apps}
            for turn in range(1, CLICKS + WARM + 1):
                for app in apps:
                    page, wires, _ = pages[app.name]
                    row = one_click(
                        app, page, wires, picked[app.name], app.values[gray(turn, len(app.values))]
                    )
                    if turn > WARM:
                        rows[app.name].append(row)
            for app in apps:
                page, wires, loaded = pages[app.name]
                results["apps"][app.name] = summary(rows[app.name]) | {
                    "cold_load_s": round(loaded, 2),
                    "rss_mb": round(app.rss_mb()),
                }
                if app.ours:
                    results["apps"][app.name]["pan_zoom"] = {
                        k: round(v, 1) for k, v in pan_and_zoom(page, wires).items()
                    }
    finally:
        for app in apps:
            app.stop()
    results["layer_route_1000000"] = measure_layers(1_000_000)
    return results


def exploration_table(results: dict[str, Any]) -> list[str]:
    """One row per app."""
    lines = [
        "| app | p50 ms | p95 ms | CPU ms | websocket kB | HTTP kB | cold load s | RSS MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, r in results["apps"].items():
        lines.append(
            f"| {name} | {r['p50_ms']} | {r['p95_ms']} | {r['cpu_ms']} | {r['socket_kb']} "
            f"| {r['http_kb']} | {r['cold_load_s']} | {r['rss_mb']} |"
        )
    return lines


def exploration_targets(results: dict[str, Any]) -> list[tuple[str, float, float]]:
    """Label, value, greatest allowed value."""
    apps = results["apps"]
    big, base, naive, floor = (apps[n] for n in ("ours 1000000", "ours base", NAIVE, "floor"))
    return [
        ("ours at 1,000,000 / naive at 500, median", big["p50_ms"] / naive["p50_ms"], 0.1),
        ("ours at 1,000,000 / naive at 500, p95", big["p95_ms"] / naive["p95_ms"], 0.1),
        ("ours at 1,000,000 / floor, median", big["p50_ms"] / floor["p50_ms"], 2.5),
        (
            "all wires, kB per click, greatest",
            max(a["http_kb_max"] + a["socket_kb_max"] for n, a in apps.items() if "ours" in n),
            64,
        ),
        ("websocket / naive", big["socket_kb"] / naive["socket_kb"], 0.01),
        ("server CPU / naive", big["cpu_ms"] / naive["cpu_ms"], 1 / 25),
        ("ours at 1,000,000 / ours at base, median", big["p50_ms"] / base["p50_ms"], 2),
        ("layer route at 1,000,000, p95 ms", results["layer_route_1000000"]["p95_ms"], 50),
        ("cold load of the base data, s", base["cold_load_s"], 3),
    ]
