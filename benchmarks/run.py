"""``make bench``: every measurement of the project, as JSON, a table, and what was asked of each.

``python -m benchmarks.run exploration snapshots`` measures only the parts it names and keeps
the other results. Absolute times are noise on a shared machine: read the ratios of one run.
"""

from __future__ import annotations

import importlib
import os
import platform
import sys
import time
from pathlib import Path
from typing import Any

import orjson

from benchmarks.exploration import exploration_table, exploration_targets
from benchmarks.load import load_targets

RESULTS = Path(__file__).parent / "results.json"
#: Part -> module and function that measures it.
PARTS = {
    "exploration": ("benchmarks.exploration", "measure_exploration"),
    "snapshots": ("benchmarks.snapshots", "measure_snapshots"),
    "briefs": ("benchmarks.briefs", "measure_briefs"),
    "markets": ("benchmarks.markets", "measure_markets"),
    "locate": ("benchmarks.locate", "measure_locate"),
    "watch": ("benchmarks.watch", "measure_watch"),
    "store": ("benchmarks.store", "measure_store"),
    "importing": ("benchmarks.importing", "measure_importing"),
    "complexity": ("benchmarks.complexity", "measure_complexity"),
}


def main(wanted: list[str]) -> None:
    """Measure, keep, print."""
    lines: list[str] = []
    for name in wanted or PARTS:
        module, function = PARTS[name]
        lines = keep(name, getattr(importlib.import_module(module), function)())
    print("\n".join(lines))


def keep(name: str, measured: dict[str, Any]) -> list[str]:
    """Put one part's results beside the others; the whole as Markdown."""
    kept: dict[str, Any] = orjson.loads(RESULTS.read_bytes()) if RESULTS.exists() else {}
    kept[name] = measured | {
        "machine": platform.platform(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "date": time.strftime("%Y-%m-%d"),
    }
    RESULTS.write_bytes(orjson.dumps(kept, option=orjson.OPT_INDENT_2) + b"\n")
    return report(kept)


def report(kept: dict[str, Any]) -> list[str]:
    """The results as Markdown, each target with what was reached."""
    lines = exploration_table(kept["exploration"]) if "exploration" in kept else []
    lines += ["", "| target | reached | met |", "|---|---|---|"]
    for label, value, limit in targets(kept):
        lines.append(
            f"| {label} ≤ {limit:g} | {value:.3g} | {'yes' if value <= limit else '**no**'} |"
        )
    return lines


def targets(kept: dict[str, Any]) -> list[tuple[str, float, float]]:
    """Label, value, greatest allowed value of everything that was measured."""
    found = exploration_targets(kept["exploration"]) if "exploration" in kept else []
    if shots := kept.get("snapshots"):
        found += [
            (f"{kind}, p95 ms", shots[kind]["p95_ms"], limit)
            for kind, limit in (("png 1080p", 500), ("pdf a4", 500), ("pptx", 1000))
        ]
        beside = shots["beside folium"]
        if isinstance(beside, dict):
            found.append(("PNG / folium's own, p50", 1 / beside["times faster (p50)"], 0.1))
    if briefs := kept.get("briefs"):
        found.append(("brief, p95 ms", briefs["brief"]["p95_ms"], 500))
        found.append(("atlas of 34 markets, s", briefs["atlas"]["seconds"], 30))
    if markets := kept.get("markets"):
        found.append(
            (
                "rank stability, 34 x 12 x 1,000, p95 ms",
                markets["draws_34x12x1000_ms"]["p95_ms"],
                100,
            )
        )
        for store, limit in (("base", 300), ("buyers_100000", 1000)):
            slowest = max(a["p95_ms"] for a in markets[store].values())
            found.append((f"slowest answer of Markets, {store}, p95 ms", slowest, limit))
    if locate := kept.get("locate"):
        found += [
            ("suggestions, p95 ms", locate["suggestions_p95_ms"], 30),
            ("nearest 20 of 1,000,000, p95 ms", locate["nearest_20_of_1000000_p95_ms"], 20),
            ("coverage of the country, p95 ms", locate["coverage_p95_ms"], 300),
            ("siting 10 of 1,500, s", locate["siting_10_of_1500_s"], 5),
        ]
    if watch := kept.get("watch"):
        found += [
            ("search in 10,000 reports, p95 ms", watch["search_10k_p95_ms"], 50),
            ("opening a report, p95 ms", watch["open_report_p95_ms"], 300),
            ("reading a PDF of 100 pages, s", watch["pdf_100_pages_s"], 10),
        ]
    if stores := kept.get("store"):
        for name in ("files", "postgis"):
            found += [
                (f"save at 100,000 records, {name}, p95 ms", stores[name]["save_p95_ms"], 200),
                (f"commit of 100,000 records, {name}, s", stores[name]["commit_s"], 60),
            ]
    if importing := kept.get("importing"):
        found += [
            ("preview of 10,000 rows, s", importing["rows_10000"]["preview_s"], 5),
            (
                "import of 100,000 rows, s",
                importing["rows_100000"]["preview_s"] + importing["rows_100000"]["store_s"],
                60,
            ),
        ]
    if load := kept.get("load"):
        found += load_targets(load)
    return found


if __name__ == "__main__":
    main(sys.argv[1:])
