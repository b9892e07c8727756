"""Folding, splitting and synonyms: how a typed word finds a written one."""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

_LETTERS = str.maketrans({
    "œ": "oe", "æ": "ae", "ß": "ss", "’": " ", "'": " ", "ʿ": "", "ʾ": "", "ـ": "",
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ة": "ه", "ک": "ك",
})
_WORD = re.compile(r"[^\W_]+")
_ARTICLE = "ال"


def fold(text: str) -> str:
    """The comparable form of a text: no case, no accent, one spelling of Arabic letters."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_LETTERS).casefold())
        text = "".join(c for c in text if not unicodedata.combining(c)).translate(_LETTERS)
    return " ".join(text.casefold().replace("'", " ").split())


def tokens(text: str) -> list[str]:
    """The words of a text, folded; an Arabic word also without its article."""
    found = []
    for word in _WORD.findall(fold(text)):
        if len(word) == 1 and word.isascii() and word.isalpha():
            continue  # l', d': what is left of an elision
        found.append(word)
        if word.startswith(_ARTICLE) and len(word) > 4:
            found.append(word[2:])
    return found


def phrase(text: str) -> str:
    """The folded words of a text as one phrase, articles kept as written."""
    return " ".join(w for w in _WORD.findall(fold(text))
                    if len(w) > 1 or not (w.isascii() and w.isalpha()))


class Synonyms:
    """Groups of words that mean the same in French, Arabic and English.

    Parameters
    ----------
    rows : mappings with ``group`` and ``word``.
    """

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        groups: dict[str, list[str]] = {}
        for row in rows:
            folded = phrase(row["word"])
            if folded and folded not in groups.setdefault(row["group"], []):
                groups[row["group"]].append(folded)
        self._alternatives: dict[str, list[str]] = {}
        for words in groups.values():
            for word in words:
                known = self._alternatives.setdefault(word, [])
                known += [w for w in words if w not in known]
        self._longest = max((w.count(" ") + 1 for w in self._alternatives), default=1)

    def expand(self, query: str) -> list[list[str]]:
        """A query as a conjunction of terms, each a list of phrases that mean the same.

        The longest known phrase is taken first; the term itself comes first in its list.
        """
        words = phrase(query).split()
        terms, at = [], 0
        while at < len(words):
            for length in range(min(self._longest, len(words) - at), 0, -1):
                term = " ".join(words[at: at + length])
                if length == 1 or term in self._alternatives:
                    break
            others = [w for w in self._alternatives.get(term, ()) if w != term]
            bare = [term[2:]] if term.startswith(_ARTICLE) and len(term) > 4 else []
            terms.append([term, *bare, *others])
            at += length
        return terms
