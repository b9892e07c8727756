"""Full-text index of reports: SQLite FTS5 in memory, ranked by BM25.

Stems are indexed, not words; the table stores no content. Titles count
six times a sentence, markets and crafts twice.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence

from geo.i18n.words import words
from geo.model.records import LANGUAGES, Report
from geo.text.stemming import SearchTerms, stems

_WEIGHTS = "6.0, 1.0, 2.0"


class ReportTexts:
    """Full-text index of a sequence of reports. Thread-safe."""

    def __init__(self, reports: Sequence[Report]) -> None:
        self._ids = [r.id for r in reports]
        self._lock = threading.Lock()
        self._index = sqlite3.connect(":memory:", check_same_thread=False)
        self._index.execute(
            "CREATE VIRTUAL TABLE texts USING fts5(title, body, tags, content='', "
            'columnsize=1, tokenize="unicode61 remove_diacritics 2")'
        )
        self._index.executemany(
            "INSERT INTO texts(rowid, title, body, tags) VALUES (?, ?, ?, ?)",
            ((i, *map(_indexed, _parts(r))) for i, r in enumerate(reports)),
        )
        self._index.commit()

    def find(self, wanted: SearchTerms) -> list[str]:
        """Ids of the reports that match every term, best rank first."""
        if not wanted:
            return []
        with self._lock:
            rows = self._index.execute(
                f"SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY bm25(texts, {_WEIGHTS})",  # noqa: S608  numbers of ours
                (wanted.match(),),
            ).fetchall()
        return [self._ids[i] for (i,) in rows]


def _indexed(text: str) -> str:
    return " ".join(stems(text))


def _parts(report: Report) -> tuple[str, str, str]:
    """Titles, texts, and the words of markets and crafts in every language."""
    notes = report.notes
    titles = [report.id, *report.title.values()]
    body = [
        part
        for n in notes
        for part in (
            n.id,
            n.title_fr,
            n.summary_fr,
            *n.organisations,
            *(f"{f.label} {f.value}" for f in n.figures),
        )
    ]
    tags = [
        name
        for lang in LANGUAGES
        for name in (
            *(words(lang)(f"craft.{c}") for c in report.crafts),
            *(words(lang).country(m) for m in report.markets),
            words(lang)(f"report_kind.{report.kind}"),
        )
    ]
    return " ".join(titles), " ".join(body), " ".join(tags)
