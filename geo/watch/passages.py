"""Passages of a report, each with an address that evidence points at.

A passage is a sentence, a title or a figure of one note. ``W039.2`` is the second sentence of note
W039, ``W039.0`` its title, ``W039.f1`` its first figure. Whatever quotes a report quotes a
passage, so that the words can always be found again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from geo.model.records import Figure, Note, Report
from geo.text.stemming import SearchTerms, sentences


@dataclass(frozen=True, slots=True)
class Passage:
    """One piece of a note. ``number`` is 0 for the title; ``figure`` is set for a figure."""

    note: Note
    number: int
    text: str
    figure: Figure | None = None

    @property
    def address(self) -> str:
        """The address of the passage."""
        return f"{self.note.id}.{'f' if self.figure else ''}{self.number}"


@lru_cache(maxsize=20_000)
def _sentences(text: str) -> tuple[str, ...]:
    return tuple(sentences(text))


def sentences_of(note: Note) -> Iterator[Passage]:
    """The sentences of a note, in order."""
    for number, text in enumerate(_sentences(note.summary_fr), start=1):
        yield Passage(note, number, text)


def figures_of(note: Note) -> Iterator[Passage]:
    """The figures of a note, in order."""
    for number, figure in enumerate(note.figures, start=1):
        yield Passage(note, number, f"{figure.label} {figure.value} {figure.unit}".strip(), figure)


def title_of(note: Note) -> Passage:
    """The title of a note."""
    return Passage(note, 0, note.title_fr)


def best_passage(report: Report, wanted: SearchTerms | None) -> Passage | None:
    """The passage that shows best why a report is listed.

    With a query, the sentence (or title of a note) that holds most of its terms; without one,
    the first sentence with a figure, which is what a report brings; else the first.
    """
    passages = [p for n in report.notes for p in (*sentences_of(n), title_of(n))]
    if wanted:
        best = max(passages, key=lambda p: wanted.score(p.text), default=None)
        if best and wanted.score(best.text):
            return best
    body = [p for p in passages if p.number]
    return next((p for p in body if any(c.isdigit() for c in p.text)), body[0] if body else None)
