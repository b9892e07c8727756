"""Inverted index of tokens in flat numpy arrays."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

import numpy as np

from geo.text.folding import tokens


class TokenIndex:
    """Inverted index over a sequence of texts, addressed by their position.

    Parameters
    ----------
    texts : the texts; folded and split here.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        vocabulary: dict[str, int] = {}
        token_of: list[int] = []
        text_of: list[int] = []
        self.size = 0
        for position, text in enumerate(texts):
            found = {vocabulary.setdefault(t, len(vocabulary)) for t in tokens(text)}
            token_of.extend(found)
            text_of.extend([position] * len(found))
            self.size = position + 1
        self._words = sorted(vocabulary)
        rank = np.empty(len(vocabulary), np.int64)
        rank[[vocabulary[w] for w in self._words]] = np.arange(len(vocabulary))
        ranks = rank[np.array(token_of, np.int64)] if token_of else np.empty(0, np.int64)
        order = np.argsort(ranks, kind="stable")
        self._texts = np.array(text_of, np.int32)[order]
        self._starts = np.searchsorted(ranks[order], np.arange(len(vocabulary) + 1))

    def holding(self, phrase: str, *, prefix: bool = False) -> np.ndarray:
        """Mask (size,) of the texts that hold every word of a folded phrase.

        Parameters
        ----------
        prefix : whether the last word may be the beginning of a longer one.
        """
        words = phrase.split()
        mask = np.full(self.size, bool(words))
        for i, word in enumerate(words):
            one = np.zeros(self.size, bool)
            for start, stop in self._ranges(word, prefix and i == len(words) - 1):
                one[self._texts[start:stop]] = True
            mask &= one
        return mask

    def _ranges(self, word: str, prefix: bool) -> Iterable[tuple[int, int]]:
        first = bisect_left(self._words, word)
        last = (
            bisect_left(self._words, word + "\U0010ffff")
            if prefix
            else first + (first < len(self._words) and self._words[first] == word)
        )
        # The postings of neighbouring words are neighbours: one slice serves them all.
        yield int(self._starts[first]), int(self._starts[last])
