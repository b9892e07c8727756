"""A buyer's request read with plain rules: crafts, places, markets, quantity, date.

Knows: the vocabularies of the catalogue (synonyms in three languages, towns, regions) and a
few patterns. Not: guessing. Every term can be shown, removed or added by the reader; a text
that holds none gives none. A term is ``kind:code``: ``craft:zellige``, ``place:08.401``,
``market:DE``, ``quantity:500``, ``date:2026-03``, ``word:berbere``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
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


@dataclass(frozen=True, slots=True)
class Term:
    """One understood piece: its kind, its code, and the words it was read from."""

    kind: str
    code: str
    said: str = ""

    @property
    def text(self) -> str:
        return f"{self.kind}:{self.code}"


def read_terms(codes: Iterable[str], catalogue: Catalogue) -> list[Term]:
    """Terms given by their codes; what makes no sense is dropped."""
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
    """The terms of a pasted request, in the order of the text, each once."""
    found: list[tuple[int, Term]] = []
    plain = fold(text)
    dated = _dates(plain)
    found += dated
    hidden = plain
    for at, term in dated:
        hidden = hidden[:at] + " " * len(term.said) + hidden[at + len(term.said) :]
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
            said = " ".join(w for _, w in spans[at : at + length])
            codes = _lookup(said, index)
            if codes:
                found += [(spans[at][0], Term(kind, code, said)) for kind, code in codes]
                at += length
                break
        else:
            at += 1
    return found


def _lookup(
    said: str, index: dict[str, tuple[tuple[str, str], ...]]
) -> tuple[tuple[str, str], ...]:
    if said in index:
        return index[said]
    for glued in GLUED:
        bare = said.removeprefix(glued)
        if bare != said and len(bare) > 2 and bare in index:
            return index[bare]
    if said.isascii() and said.endswith("s") and len(said) > _SHORT:
        return index.get(said[:-1], ())
    return ()


@lru_cache(maxsize=2)
def _index(query: Query) -> dict[str, tuple[tuple[str, str], ...]]:
    """Folded phrase -> its terms. A craft's own words come before a place of the same name."""
    catalogue = query.catalogue
    found: dict[str, dict[tuple[str, str], None]] = {}

    def put(text: str, kind: str, code: str) -> None:
        phrase = " ".join(_WORD.findall(fold(text)))
        if len(phrase) > 2:
            found.setdefault(phrase, {})[(kind, code)] = None

    for row in catalogue.synonyms:
        kind, _, code = row["group"].partition(":")
        if kind in ("craft", "market") and _known(kind, code, catalogue):
            put(row["word"], kind, code)
            phrase = fold(row["word"])
            if kind == "craft" and " " in phrase:
                put(row["word"], "word", phrase)
    for lang in LANGUAGES:
        for craft in CRAFTS[:-1]:
            put(words(lang)(f"craft.{craft}"), "craft", craft)
        for market in catalogue.markets:
            put(market.name.get(lang, ""), "market", market.iso2)
    taken = set(found)
    for area in (*catalogue.provinces, *catalogue.regions):
        for name in area.name.values():
            if fold(name) not in taken:
                put(name, "place", area.code)
    for town in catalogue.towns:
        for name in (town.name, town.name_ar):
            if len(fold(name)) >= _SHORT and fold(name) not in taken and fold(name) not in found:
                put(name, "place", town.province)
    return {phrase: tuple(terms) for phrase, terms in found.items()}
