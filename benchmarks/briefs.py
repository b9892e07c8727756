"""How long a brief takes, and an atlas of every market, warm.

``measure_briefs()`` for ``make bench``; ``python -m benchmarks.briefs`` alone. Nothing is
remembered between runs but the ground of the maps, as after the first reader.
"""

from __future__ import annotations

import json
import statistics
import time
from typing import Any

from geo.model.records import LANGUAGES
from geo.query.current import current
from geo.render.workers import Workers
from geo.share.atlas import KINDS, atlas_pdf, checked_codes
from geo.share.brief import brief_pdf
from geo.share.minutes import MeetingNote, Shown, minutes_of
from geo.share.minutes_docx import minutes_docx

BASE = "https://kharita.example"


def measure_briefs(runs: int = 3) -> dict[str, Any]:
    """Milliseconds of a brief over every market and region in three languages; seconds of the
    atlas of every market, and of minutes of 40 scenes."""
    query, workers = current(), Workers(2)
    try:
        times: list[float] = []
        for run in range(-1, runs):
            for kind, make in KINDS.items():
                for i, code in enumerate(checked_codes(query, kind, [])):
                    lang = LANGUAGES[(i + run) % len(LANGUAGES)]
                    began = time.perf_counter()
                    brief_pdf(make(query, code, lang, base=BASE), workers)
                    if run >= 0:
                        times.append((time.perf_counter() - began) * 1000)
        codes = checked_codes(query, "market", [])
        began = time.perf_counter()
        atlas = atlas_pdf(query, "market", codes, "ar", workers, base=BASE)
        atlas_s = time.perf_counter() - began
        notes = tuple(MeetingNote("x" * 200, "market:DE", "y", "2026-12-01") for _ in range(10))
        shown = [Shown(f"{code}", f"market={code}", notes) for code in (codes * 2)[:40]]
        began = time.perf_counter()
        minutes_docx(minutes_of(query, "fr", "T", shown, workers, base=BASE))
        minutes_s = time.perf_counter() - began
    finally:
        workers.close()
    ordered = sorted(times)
    return {
        "brief": {
            "p50_ms": round(statistics.median(ordered)),
            "p95_ms": round(ordered[int(len(ordered) * 0.95)]),
            "runs": len(ordered),
        },
        "atlas": {"markets": len(codes), "seconds": round(atlas_s, 1), "kB": len(atlas) // 1024},
        "minutes": {
            "scenes": len(shown),
            "actions": 10 * len(shown),
            "seconds": round(minutes_s, 1),
        },
    }


if __name__ == "__main__":
    print(json.dumps(measure_briefs(), indent=2))
