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


Target = tuple[str, float, float]


def targets(kept: dict[str, Any]) -> list[Target]:
    """Label, value, greatest allowed value of everything that was measured."""
    return [target for part, of in TARGETS.items() if part in kept for target in of(kept[part])]


def snapshot_targets(found: dict[str, Any]) -> list[Target]:
    """Targets of pictures and files of a view."""
    targets = [
        (f"{kind}, p95 ms", found[kind]["p95_ms"], limit)
        for kind, limit in (("png 1080p", 500), ("pdf a4", 500), ("pptx", 1000))
    ]
    beside = found["beside folium"]
    if isinstance(beside, dict):
        targets.append(("PNG / folium's own, p50", 1 / beside["times faster (p50)"], 0.1))
    return targets


def brief_targets(found: dict[str, Any]) -> list[Target]:
    """Targets of printed briefs."""
    return [
        ("brief, p95 ms", found["brief"]["p95_ms"], 500),
        ("atlas of 34 markets, s", found["atlas"]["seconds"], 30),
    ]


def market_targets(found: dict[str, Any]) -> list[Target]:
    """Targets of the Markets page."""
    stability = found["draws_34x12x1000_ms"]["p95_ms"]
    slowest = {s: max(a["p95_ms"] for a in found[s].values()) for s in ("base", "buyers_100000")}
    return [
        ("rank stability, 34 x 12 x 1,000, p95 ms", stability, 100),
        ("slowest answer of Markets, base, p95 ms", slowest["base"], 300),
        ("slowest answer of Markets, buyers_100000, p95 ms", slowest["buyers_100000"], 1000),
    ]


def locate_targets(found: dict[str, Any]) -> list[Target]:
    """Targets of the Locate page."""
    return [
        ("suggestions, p95 ms", found["suggestions_p95_ms"], 30),
        ("nearest 20 of 1,000,000, p95 ms", found["nearest_20_of_1000000_p95_ms"], 20),
        ("coverage of the country, p95 ms", found["coverage_p95_ms"], 300),
        ("siting 10 of 1,500, s", found["siting_10_of_1500_s"], 5),
    ]


def watch_targets(found: dict[str, Any]) -> list[Target]:
    """Targets of the Watch page."""
    return [
        ("search in 10,000 reports, p95 ms", found["search_10k_p95_ms"], 50),
        ("opening a report, p95 ms", found["open_report_p95_ms"], 300),
        ("reading a PDF of 100 pages, s", found["pdf_100_pages_s"], 10),
    ]


def store_targets(found: dict[str, Any]) -> list[Target]:
    """Targets of both stores."""
    targets: list[Target] = []
    for name in ("files", "postgis"):
        targets += [
            (f"save at 100,000 records, {name}, p95 ms", found[name]["save_p95_ms"], 200),
            (f"commit of 100,000 records, {name}, s", found[name]["commit_s"], 60),
        ]
    return targets


def import_targets(found: dict[str, Any]) -> list[Target]:
    """Targets of the import."""
    large = found["rows_100000"]
    return [
        ("preview of 10,000 rows, s", found["rows_10000"]["preview_s"], 5),
        ("import of 100,000 rows, s", large["preview_s"] + large["store_s"], 60),
    ]


TARGETS = {
    "exploration": exploration_targets,
    "snapshots": snapshot_targets,
    "briefs": brief_targets,
    "markets": market_targets,
    "locate": locate_targets,
    "watch": watch_targets,
    "store": store_targets,
    "importing": import_targets,
    "load": load_targets,
}


if __name__ == "__main__":
    main(sys.argv[1:])
