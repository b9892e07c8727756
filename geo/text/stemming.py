"""Stemming: ``exportations`` matches ``exportation``; matches and scores in running text.

Latin words take the French stemmer, Arabic words the Arabic one (Snowball). Both sides of a
search go through the same folding (``geo.text.folding``) first, so accents never matter.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from functools import lru_cache

import snowballstemmer

from geo.text.folding import phrase

_WORD = re.compile(r"[^\W_]+")
_ARABIC = re.compile(r"[\u0600-\u06ff]")
_SENTENCE = re.compile(r"(?<=[.!?\u061f\u2026])\s+(?=[^\W_a-z]|[\u00ab\"(])")
_LOCK = threading.Lock()
_FRENCH, _ARABIC_STEMMER = snowballstemmer.stemmer("french"), snowballstemmer.stemmer("arabic")


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem of one folded word."""
    if word.isdigit():
        return word
    with _LOCK:  # a Snowball stemmer keeps the word it works on
        result: str = (_ARABIC_STEMMER if _ARABIC.search(word) else _FRENCH).stemWord(word)
        return result


def stems(text: str) -> list[str]:
    """The stems of a text, in its order."""
    return [stem(w) for w in phrase(text).split()]


def sentences(text: str) -> list[str]:
    """The sentences of a text, in its order, none empty."""
    return [s.strip() for s in _SENTENCE.split(text) if s.strip()]


class SearchTerms:
    """A parsed query: a conjunction of terms, each a list of alternatives.

    Parameters
    ----------
    terms : alternatives of each term (folded phrases), and whether its first one is still
        being typed, as ``geo.query.search`` gives them.
    """

    def __init__(self, terms: Iterable[tuple[list[str], bool]]) -> None:
        self.terms: list[list[tuple[tuple[str, ...], bool]]] = []
        for phrases, typing in terms:
            alternatives = [
                (tuple(stem(w) for w in p.split()), typing and i == 0)
                for i, p in enumerate(phrases)
            ]
            self.terms.append([a for a in alternatives if a[0]])
        self._words = {w for term in self.terms for words, _ in term for w in words}
        self._beginnings = tuple(words[-1] for term in self.terms for words, going in term if going)

    def __bool__(self) -> bool:
        return any(self.terms)

    def match(self) -> str:
        """Serialize as a MATCH expression of SQLite FTS5; only letters and digits enter it."""
        return " AND ".join(
            "("
            + " OR ".join(
                '"' + " ".join(words) + '"' + (" *" if going else "") for words, going in term
            )
            + ")"
            for term in self.terms
            if term
        )

    def hits(self, text: str) -> list[tuple[str, bool]]:
        """Split a text into pieces, each with whether it is a match; joined they are the text."""
        pieces: list[tuple[str, bool]] = []
        at = 0
        for word in _WORD.finditer(text):
            if self._is_found(word.group()):
                if word.start() > at:
                    pieces.append((text[at : word.start()], False))
                pieces.append((word.group(), True))
                at = word.end()
        return [*pieces, (text[at:], False)] if at < len(text) else pieces

    def score(self, text: str) -> int:
        """The number of terms that match in a text."""
        held = set(stems(text))
        return sum(
            any(
                all(w in held for w in words)
                or (going and any(h.startswith(words[-1]) for h in held))
                for words, going in term
            )
            for term in self.terms
        )

    def _is_found(self, word: str) -> bool:
        return any(
            s in self._words or (self._beginnings and s.startswith(self._beginnings))
            for s in _stems_of(word)
        )


@lru_cache(maxsize=65_536)
def _stems_of(word: str) -> tuple[str, ...]:
    return tuple(stems(word))
