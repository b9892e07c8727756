"""``docs/performance.md`` and its charts, made from ``results.json``: no figure is typed.

``python -m benchmarks.page``; ``make bench`` ends with it.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import orjson

from benchmarks.run import RESULTS, report

DOCS = Path(__file__).parent.parent / "docs"
NAMES = {
    "facets": "all counts",
    "ages": "all counts, by age",
    "layer": "map layer",
    "text": "text search",
    "loop": "plain loop, one filter",
}
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#52605E", "#7A5195")
WIDE, HIGH, LEFT, BOTTOM, RIGHT, TOP = 760, 380, 70, 44, 200, 16


def page(kept: dict[str, Any]) -> str:
    """The page: conditions, targets, the crowd, complexity."""
    dated = {name: part for name, part in kept.items() if isinstance(part, dict) and "date" in part}
    lines = [
        "# Performance",
        "",
        "Written by `make bench` and `make load` from `benchmarks/results.json`; `python -m "
        "benchmarks.page` writes it again. "
        "Absolute times are of one small machine whose cores the browser or the client shares: "
        "read the ratios.",
        "",
        "| part | measured | cores | Python |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {name} | {p['date']} | {p['cores']} | {p['python']} |" for name, p in dated.items()
    ]
    lines += ["", "## Ours, the usual way, an empty page", "", *report(kept)]
    if load := kept.get("load"):
        lines += [
            "",
            "## A crowd",
            "",
            *crowd(load),
            "",
            "![Answers against viewers](images/load.svg)",
        ]
    if "complexity" in kept:
        lines += [
            "",
            "## Against the number of points",
            "",
            "Medians of calls that never ask the same twice. A straight line upwards is work for "
            "every record; ours ask indexes and one lookup per signature.",
            "",
            "![Time against points](images/complexity.svg)",
            "",
            *complexity_table(kept["complexity"]["median_ms"]),
        ]
    return "\n".join(lines) + "\n"


def crowd(load: dict[str, Any]) -> list[str]:
    """What fifty viewers saw, where the machine gave in, what memory did."""
    e, m, s = load["explore"], load["memory"], load["soak"]
    knee = [k for k in load["knee"] if k["p95_ms"] <= 500]
    best = max(load["knee"], key=lambda k: k["per_second"])
    return [
        f"{e['viewers']} viewers for {load['seconds']:g} s, one filter every {load['pause_s']:g} "
        f"s each: {e['interactions']:,} filters, "
        f"median {e['p50_ms']:.0f} ms, p95 {e['p95_ms']:.0f} ms, p99 {e['p99_ms']:.0f} ms, "
        f"{e['errors']} errors.",
        "",
        f"Memory: {m['one_viewer_mb']:.0f} MB with one viewer, {m['after_mb']:.0f} MB after the "
        f"crowd: {m['per_session_mb']:.2f} MB a session. "
        f"{s['interactions_each']:,} filters each by a few viewers: {s['warm_mb']:.0f} MB after "
        f"the warm-up, {s['end_mb']:.0f} MB at the end ({s['growth_pct']:+.1f} %).",
        "",
        "Without any pause, so that the server never rests:",
        "",
        "| viewers | filters a second | median ms | p95 ms | errors |",
        "|---|---|---|---|---|",
        *(
            f"| {k['viewers']} | {k['per_second']:.0f} | {k['p50_ms']:.0f} | {k['p95_ms']:.0f} | "
            f"{k['errors']} |"
            for k in load["knee"]
        ),
        "",
        f"The knee: {max((k['viewers'] for k in knee), default=0)} viewers without a pause stay "
        f"under 500 ms (p95); the machine answers at most {best['per_second']:.0f} filters a "
        "second, "
        f"which is {best['per_second'] * load['pause_s']:.0f} people who change a filter every "
        f"{load['pause_s']:g} s.",
    ]


def complexity_table(medians: dict[str, dict[str, float]]) -> list[str]:
    """Operation by points."""
    points = sorted({int(n) for row in medians.values() for n in row})
    return [
        "| ms | " + " | ".join(f"{n:,}" for n in points) + " |",
        "|---|" + "---|" * len(points),
        *(
            f"| {NAMES[name]} | "
            + " | ".join(f"{row[str(n)]:.2f}" if str(n) in row else "" for n in points)
            + " |"
            for name, row in medians.items()
        ),
    ]


def chart(series: dict[str, list[tuple[float, float]]], across: str, up: str) -> str:
    """Lines on two logarithmic axes, as SVG; each line ends in its name.

    Parameters
    ----------
    series : name -> points (x, y), all above zero.
    """
    xs, ys = ([math.log10(p[i]) for line in series.values() for p in line] for i in (0, 1))
    x0, x1, y0, y1 = min(xs), max(xs), math.floor(min(ys)), math.ceil(max(ys))

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            LEFT + (math.log10(x) - x0) / ((x1 - x0) or 1) * (WIDE - LEFT - RIGHT),
            HIGH - BOTTOM - (math.log10(y) - y0) / ((y1 - y0) or 1) * (HIGH - BOTTOM - TOP),
        )

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} {HIGH}" '
        'font-family="Inter, sans-serif" font-size="12" fill="#16211f">',
        f'<rect width="{WIDE}" height="{HIGH}" fill="#fff"/>',
    ]
    for decade in range(y0, y1 + 1):
        _, y = at(10**x0, 10**decade)
        parts.append(
            f'<path d="M{LEFT} {y:.1f}H{WIDE - RIGHT}" stroke="#e4dfd5"/><text x="{LEFT - 8}" '
            f'y="{y + 4:.1f}" text-anchor="end">{10**decade:g}</text>'
        )
    for x in sorted({p[0] for line in series.values() for p in line}):
        across_px, _ = at(x, 10**y0)
        parts.append(
            f'<text x="{across_px:.1f}" y="{HIGH - BOTTOM + 18}" '
            f'text-anchor="middle">{x:,.0f}</text>'
        )
    parts.append(
        f'<text x="{(LEFT + WIDE - RIGHT) / 2:.0f}" y="{HIGH - 8}" text-anchor="middle" '
        f'fill="#52605e">{escape(across)}</text>'
        f'<text transform="translate(16 {HIGH / 2:.0f}) rotate(-90)" text-anchor="middle" '
        f'fill="#52605e">{escape(up)}</text>'
    )
    lowest: dict[float, float] = {}  # of the names beside one end
    for (name, line), colour in zip(
        sorted(series.items(), key=lambda item: -item[1][-1][1]), COLOURS, strict=False
    ):
        path = "L".join("{:.1f} {:.1f}".format(*at(*p)) for p in line)
        end_x, end_y = at(*line[-1])
        last = lowest[end_x] = max(
            end_y, lowest.get(end_x, -99.0) + 16
        )  # names never lie on each other
        parts.append(
            f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
            + "".join(
                '<circle cx="{:.1f}" cy="{:.1f}" r="3.5" fill="{}"/>'.format(*at(*p), colour)
                for p in line
            )
            + f'<text x="{end_x + 10:.1f}" y="{last + 4:.1f}" fill="{colour}">{escape(name)}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def main() -> None:
    """Write the page and its charts."""
    kept = orjson.loads(RESULTS.read_bytes())
    (DOCS / "performance.md").write_text(page(kept), "utf-8")
    if "complexity" in kept:
        (DOCS / "images" / "complexity.svg").write_text(
            chart(
                {
                    NAMES[name]: [(int(n), ms) for n, ms in row.items()]
                    for name, row in kept["complexity"]["median_ms"].items()
                },
                "points",
                "ms",
            ),
            "utf-8",
        )
    if load := kept.get("load"):
        (DOCS / "images" / "load.svg").write_text(
            chart(
                {
                    "p95": [(k["viewers"], k["p95_ms"]) for k in load["knee"]],
                    "median": [(k["viewers"], k["p50_ms"]) for k in load["knee"]],
                },
                "viewers who never pause",
                "ms",
            ),
            "utf-8",
        )


if __name__ == "__main__":
    main()
