"""Rule-based parser of a buyer's request: crafts, places, markets, quantity, date.

It matches the vocabularies of the catalogue (synonyms in three languages, towns, regions) and a
few patterns, and infers nothing. A term is ``kind:code``: ``craft:zellige``, ``place:08.401``,
``market:DE``, ``quantity:500``, ``date:2026-03``, ``word:berbere``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from babel.dates import get_month_names

from geo.i18n.words import words
from geo.model.records import CRAFTS, LANGUAGES, Catalogue
from geo.query.engine import Query
from geo.text.folding import GLUED, fold

KINDS = ("craft", "word", "quantity", "place", "market", "date")
MAX_TERMS = 24
LONGEST = 5
_WORD = re.compile(r"[^\W_]+")
_QUANTITY = re.compile(r"(?<![\d./-])(\d{1,3}(?:[ .,\u202f\u00a0]\d{3})+|\d{1,7})(?![\d/-])")
_ISO = re.compile(r"\b(20\d\d)-(0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?\b")
_SLASHED = re.compile(r"\b(?:0?[1-9]|[12]\d|3[01])[/.](0?[1-9]|1[0-2])[/.](20\d\d)\b")
_YEAR = re.compile(r"\A20[2-4]\d\Z")
#: A shorter name of a town is too easily another word.
_SHORT = 4
#: Folded phrase -> its terms (kind, code), in the order they were found.
_Phrases = dict[str, dict[tuple[str, str], None]]


@dataclass(frozen=True, slots=True)
class Term:
    """One parsed term: its kind, its code, and the phrase it was parsed from."""

    kind: str
    code: str
    phrase: str = ""

    @property
    def text(self) -> str:
        """The term serialized as ``kind:code``."""
        return f"{self.kind}:{self.code}"


def read_terms(codes: Iterable[str], catalogue: Catalogue) -> list[Term]:
    """Parse serialized terms; unknown ones are dropped."""
    found = []
    for text in list(codes)[:MAX_TERMS]:
        kind, _, code = text.strip().partition(":")
        if _known(kind, code, catalogue):
            found.append(Term(kind, code[:60]))
    return list(dict.fromkeys(found))


def _known(kind: str, code: str, catalogue: Catalogue) -> bool:
    if kind == "craft":
        return code in CRAFTS
    if kind == "market":
        return code in catalogue.market_by_code
    if kind == "place":
        return code in catalogue.area_by_code
    if kind == "quantity":
        return code.isascii() and code.isdigit() and len(code) <= 9
    if kind == "date":
        return re.fullmatch(r"20\d\d(-(0[1-9]|1[0-2]))?", code) is not None
    return kind == "word" and bool(fold(code))


def understand(text: str, query: Query) -> list[Term]:
    """Parse a pasted request into distinct terms, in the order of the text."""
    found: list[tuple[int, Term]] = []
    plain = fold(text)
    dated = _dates(plain)
    found += dated
    hidden = plain
    for at, term in dated:
        hidden = hidden[:at] + " " * len(term.phrase) + hidden[at + len(term.phrase) :]
    for match in _QUANTITY.finditer(hidden):
        number = re.sub(r"\D", "", match[1])
        if int(number) > 1 and not _YEAR.match(number):
            found.append((match.start(), Term("quantity", number, match[0].strip())))
            break
    found += _vocabulary(hidden, query)
    ordered: dict[str, Term] = {}
    for _, term in sorted(found, key=lambda f: f[0]):
        ordered.setdefault(term.text, term)
    return list(ordered.values())[:MAX_TERMS]


def _dates(plain: str) -> list[tuple[int, Term]]:
    found = [(m.start(), Term("date", f"{m[1]}-{m[2]}", m[0])) for m in _ISO.finditer(plain)]
    found += [
        (m.start(), Term("date", f"{m[2]}-{int(m[1]):02d}", m[0])) for m in _SLASHED.finditer(plain)
    ]
    pattern, months = _months()
    for m in pattern.finditer(plain):
        year = m["year"]
        found.append((m.start(), Term("date", f"{year}-{months[m['month']]:02d}", m[0])))
    return found


@lru_cache(maxsize=1)
def _months() -> tuple[re.Pattern[str], dict[str, int]]:
    months: dict[str, int] = {}
    for lang in LANGUAGES:
        for number, name in get_month_names(
            "wide", context="stand-alone", locale=words(lang).locale
        ).items():
            months[fold(name)] = number
    names = "|".join(sorted(map(re.escape, months), key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?P<month>{names}) (?P<year>20\d\d)\b"), months


def _vocabulary(plain: str, query: Query) -> list[tuple[int, Term]]:
    index = _index(query)
    spans = [(m.start(), m[0]) for m in _WORD.finditer(plain)]
    found: list[tuple[int, Term]] = []
    at = 0
    while at < len(spans):
        for length in range(min(LONGEST, len(spans) - at), 0, -1):
            phrase = " ".join(w for _, w in spans[at : at + length])
            codes = _lookup(phrase, index)
            if codes:
                found += [(spans[at][0], Term(kind, code, phrase)) for kind, code in codes]
                at += length
                break
        else:
            at += 1
    return found


def _lookup(
    phrase: str, index: dict[str, tuple[tuple[str, str], ...]]
) -> tuple[tuple[str, str], ...]:
    if phrase in index:
        return index[phrase]
    for glued in GLUED:
        bare = phrase.removeprefix(glued)
        if bare != phrase and len(bare) > 2 and bare in index:
            return index[bare]
    if phrase.isascii() and phrase.endswith("s") and len(phrase) > _SHORT:
        return index.get(phrase[:-1], ())
    return ()


@lru_cache(maxsize=2)
def _index(query: Query) -> dict[str, tuple[tuple[str, str], ...]]:
    """Folded phrase -> its terms. A craft's own words come before a place of the same name."""
    found: _Phrases = {}
    for text, kind, code in (*_synonyms(query.catalogue), *_names(query.catalogue)):
        _put(found, text, kind, code)
    taken = set(found)
    for area in (*query.catalogue.provinces, *query.catalogue.regions):
        for name in area.name.values():
            if fold(name) not in taken:
                _put(found, name, "place", area.code)
    for town in query.catalogue.towns:
        for name in (town.name, town.name_ar):
            if len(fold(name)) >= _SHORT and fold(name) not in taken and fold(name) not in found:
                _put(found, name, "place", town.province)
    return {phrase: tuple(terms) for phrase, terms in found.items()}


def _put(found: _Phrases, text: str, kind: str, code: str) -> None:
    phrase = " ".join(_WORD.findall(fold(text)))
    if len(phrase) > 2:
        found.setdefault(phrase, {})[(kind, code)] = None


def _synonyms(catalogue: Catalogue) -> Iterator[tuple[str, str, str]]:
    """Text, kind and code of the synonyms of crafts and markets."""
    for row in catalogue.synonyms:
        kind, _, code = row["group"].partition(":")
        if kind in ("craft", "market") and _known(kind, code, catalogue):
            yield row["word"], kind, code
            phrase = fold(row["word"])
            if kind == "craft" and " " in phrase:
                yield row["word"], "word", phrase


def _names(catalogue: Catalogue) -> Iterator[tuple[str, str, str]]:
    """Text, kind and code of the names of crafts and markets in every language."""
    for lang in LANGUAGES:
        for craft in CRAFTS[:-1]:
            yield words(lang)(f"craft.{craft}"), "craft", craft
        for market in catalogue.markets:
            yield market.name.get(lang, ""), "market", market.iso2
