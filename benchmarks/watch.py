"""How fast the watch room answers: ``python -m benchmarks.watch``.

Ten thousand reports are made from the sentences of the shipped ones, so that words are as
frequent as in real ones; no query is asked twice.
"""

from __future__ import annotations

import io
import json
import random
import statistics
import time
from collections.abc import Callable
from dataclasses import replace

import orjson

from geo.core.paths import DATA_DIR
from geo.i18n.words import words
from geo.model.records import Catalogue, Report
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.store.file_store import FileStore
from geo.watch.api.reading import reading_answer
from geo.watch.api.reports import watch_answer
from geo.watch.passages import sentences_of
from geo.watch.publish.text_extraction import read

REPORTS, ASKED = 10_000, 200
WORDS = (
    "tapis",
    "exportation",
    "allemagne",
    "zellige",
    "marché",
    "croissance",
    "design",
    "artisan",
    "salon",
    "poterie",
    "états-unis",
    "vannerie",
    "cuir",
    "babouche",
    "contrefaçon",
    "label",
    "الزرابي",
    "broderie",
)


def measure_watch() -> dict[str, float]:
    """Milliseconds (and seconds, where the name says so) of what readers wait for."""
    shipped = FileStore(DATA_DIR).load()
    start = time.perf_counter()
    index = Query(replace(shipped, reports=_many(shipped))).reports
    built = time.perf_counter() - start
    random.seed(2)
    pairs = random.sample([(a, b) for a in WORDS for b in WORDS if a != b], ASKED)
    search = [_ms(lambda p=p: index.ranked(ViewState(q=" ".join(p)))) for p in pairs]
    query, t = Query(shipped), words("fr")
    listed = [
        _ms(lambda p=p: orjson.dumps(watch_answer(query, ViewState(q=" ".join(p)), t)))
        for p in pairs
    ]
    opened = [
        _ms(lambda r=r: orjson.dumps(reading_answer(query, r.id, ViewState(), t)))
        for r in shipped.reports
    ]
    content = _pdf(100)
    return {
        "index_10k_s": round(built, 1),
        "search_10k_p50_ms": _p(search, 50),
        "search_10k_p95_ms": _p(search, 95),
        "list_30_p95_ms": _p(listed, 95),
        "open_report_p95_ms": _p(opened, 95),
        "open_report_worst_ms": round(max(opened), 1),
        "pdf_100_pages_s": round(_ms(lambda: read(content, "a.pdf")) / 1000, 2),
    }


def _many(shipped: Catalogue) -> tuple[Report, ...]:
    rng = random.Random(1)
    pool = [p.text for r in shipped.reports for n in r.notes for p in sentences_of(n)]
    made = []
    for number in range(REPORTS):
        base = shipped.reports[number % len(shipped.reports)]
        notes = tuple(
            replace(n, id=f"{n.id}-{number}", summary_fr=" ".join(rng.sample(pool, 4)))
            for n in base.notes
        )
        made.append(replace(base, id=f"G-{number}", notes=notes))
    return tuple(made)


def _pdf(pages: int) -> bytes:
    from geo.render.pdf import pdf_of

    line = "Les exportations de tapis vers le march\u00e9 progressent et les ateliers livrent."
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="600" height="800" viewBox="0 0 600 800" '
        'font-family="IBM Plex Sans Arabic"><title>t</title><desc>d</desc>'
        + "".join(
            f'<text x="20" y="{30 + 18 * i}" font-size="12">{i} {line}</text>' for i in range(40)
        )
        + "</svg>"
    )
    return io.BytesIO(pdf_of([svg] * pages, 210, 280, title="t", lang="fr")).getvalue()


def _ms(act: Callable[[], object]) -> float:
    start = time.perf_counter()
    act()
    return (time.perf_counter() - start) * 1000


def _p(values: list[float], percent: int) -> float:
    return round(statistics.quantiles(values, n=100)[percent - 1], 1)


if __name__ == "__main__":
    print(json.dumps(measure_watch(), indent=2))
