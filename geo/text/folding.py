"""Folding, tokenizing and synonyms: normal forms for text search.

The same folding runs on queries and on indexed text, so that
``Fès``, ``FES`` and ``fes`` meet, as do ``أكادير`` and ``اكادير``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

#: Letters with several spellings, elision marks, and what decomposition leaves alone.
_LETTERS = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ı": "i",
        "ð": "d",
        "þ": "th",
        "'": " ",
        "’": " ",
        "‘": " ",
        "ʼ": " ",
        "ʿ": "",
        "ʾ": "",
        "ـ": "",
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ى": "ي",
        "ی": "ي",
        "ة": "ه",
        "ک": "ك",
        **{chr(0x660 + digit): str(digit) for digit in range(10)},
    }
)
#: Words that tie others together, folded: records need not hold them to answer a query.
_LINKING = frozenset(
    (
        "au",
        "aux",
        "avec",
        "chez",
        "dans",
        "de",
        "des",
        "du",
        "en",
        "et",
        "la",
        "le",
        "les",
        "ou",
        "par",
        "pour",
        "sur",
        "un",
        "une",
        "an",
        "and",
        "at",
        "by",
        "for",
        "from",
        "in",
        "of",
        "on",
        "the",
        "to",
        "with",
        "من",
        "في",
        "الي",
        "علي",
        "عن",
        "مع",
        "او",
        "و",
    )
)
_WORD = re.compile(r"[^\W_]+")
_ARTICLE = "ال"
#: What Arabic writes together with the next word (and, with, for, the), longest first.
GLUED = ("وال", "بال", "لل", "ال", "و", "ب", "ل")


def fold(text: str) -> str:
    """Normalize a text for comparison: no case, no accent, one spelling of Arabic letters.

    Accents, Arabic vowel signs and the tatweel go; ``أ إ آ`` become ``ا``, ``ى`` becomes
    ``ي``, ``ة`` becomes ``ه``; Persian ``ی ک`` and Arabic-Indic digits take their usual
    forms; ``œ`` and ``æ`` open into two letters; an apostrophe becomes a space; runs of
    spaces become one. Folding twice changes nothing.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        Lower-case text without leading, trailing or double spaces.
    """
    if text.isascii():  # most of a million names: nothing to decompose
        return " ".join(text.lower().replace("'", " ").split())
    # Casefolding may compose what decomposition undoes (İ, ŉ), hence once on each side.
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join([c for c in text if not unicodedata.combining(c)])
    return " ".join(bare.casefold().translate(_LETTERS).split())


def tokens(text: str) -> list[str]:
    """Tokenize a text: folded words; an Arabic word also without its article.

    A latin word of one letter is left out: it is what remains of an elision (``l'``,
    ``d'``).

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    list of str
        Words in the order of the text. ``الزليج`` gives ``الزليج`` then ``زليج``.
    """
    found = []
    for word in _words(text):
        found.append(word)
        bare = _without_article(word)
        if bare:
            found.append(bare)
    return found


def phrase(text: str) -> str:
    """The folded words of a text joined by spaces, articles kept as written.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    str
        ``"Maison de l'Artisan"`` gives ``"maison de artisan"``.
    """
    return " ".join(_words(text))


class Synonyms:
    """Thesaurus: groups of synonyms in French, Arabic and English.

    Parameters
    ----------
    rows
        Mappings with the keys ``group`` and ``word``; a word may be several words long and
        belong to several groups.
    """

    def __init__(self, rows: Iterable[Mapping[str, str]]) -> None:
        groups: dict[str, list[str]] = {}
        for row in rows:
            folded = phrase(row["word"])
            members = groups.setdefault(row["group"], [])
            if folded and folded not in members:
                members.append(folded)
        self._alternatives: dict[str, list[str]] = {}
        for members in groups.values():
            for word in members:
                known = self._alternatives.setdefault(word, [])
                known += [w for w in members if w not in known]
        self._longest = max((w.count(" ") + 1 for w in self._alternatives), default=1)

    def expand(self, query: str) -> list[list[str]]:
        """Parse a query into a conjunction of terms, each a list of synonymous phrases.

        The longest known phrase is taken first; a word that belongs to none is a term of
        its own. A linking word (``de``, ``in``, ``في``) outside a known phrase is no term,
        unless the query has nothing else.

        Parameters
        ----------
        query
            What the reader typed.

        Returns
        -------
        list of list of str
            One list per term, of folded phrases without duplicates: the term itself first,
            then an unlisted Arabic word without its article, then the words of the groups.
        """
        words = _words(query)
        terms: list[list[str]] = []
        linking: list[list[str]] = []
        at = 0
        while at < len(words):
            for length in range(min(self._longest, len(words) - at), 0, -1):
                term = " ".join(words[at : at + length])
                if length == 1 or term in self._alternatives:
                    break
            # A listed word stands as written: الرياض is the city, not any riad.
            bare = "" if term in self._alternatives else _without_article(term)
            known = self._alternatives.get(term) or self._alternatives.get(bare, [])
            kept = linking if term in _LINKING and not known else terms
            kept.append(list(dict.fromkeys([term, *([bare] if bare else []), *known])))
            at += length
        return terms or linking


def _words(text: str) -> list[str]:
    return [w for w in _WORD.findall(fold(text)) if len(w) > 1 or not (w.isascii() and w.isalpha())]


def _without_article(word: str) -> str:
    """An Arabic word without its article, or nothing when it has none or is too short."""
    return word[2:] if word.startswith(_ARTICLE) and len(word) > 4 else ""


def plain(heading: str) -> str:
    """The comparable form of a heading: its folded words."""
    return " ".join(_WORD.findall(fold(heading)))
