"""Map free words to codes: kinds, crafts, statuses, countries, provinces, with a certainty.

Words    of the three catalogues, ``synonyms.csv``, ``import_values.csv``, the country names of the
         CLDR (Babel) and the names of the areas.
Order    the whole text; then, where several values are allowed, its parts; a few letters off; a
         known word inside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from babel import Locale
from rapidfuzz import fuzz, process

from geo.curate.imports.headings import KINDS
from geo.curate.imports.values import listed
from geo.i18n.words import words
from geo.model.records import (
    BUYER_KINDS,
    CRAFTS,
    FAIR_KINDS,
    LANGUAGES,
    MAISON_KINDS,
    PRECISIONS,
    SITE_KINDS,
    STATUSES,
    WORLD_REGIONS,
    Catalogue,
)
from geo.model.schema import SCHEMA
from geo.text.folding import plain

EXACT, CLOSE, INSIDE = 1.0, 0.8, 0.65
_CLOSE = 87
_ARABIC_AND = chr(0x648)
_TYING = ("et", "and", _ARABIC_AND)
_PARTS = re.compile(
    f"\\s*(?:[;/|+&\\n,\u00b7\u2022{chr(0x60C)}{chr(0x61B)}]|\\s[-\u2013]\\s"
    f"|\\bet\\b|\\band\\b|\\s{_ARABIC_AND}\\s)\\s*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Met:
    """A match: codes, certainty, and how: ``exact``, ``parts``, ``close`` or ``inside``.

    ``unknown`` holds the parts that mean nothing to us.
    """

    codes: tuple[str, ...]
    certainty: float
    how: str
    unknown: tuple[str, ...] = ()


class Vocabulary:
    """Words and the codes they mean; folded, the first meaning of a word stays."""

    def __init__(self, pairs: Iterable[tuple[str, str]], *, inside: bool = True) -> None:
        self._codes: dict[str, str] = {}
        for word, code in pairs:
            folded = _bare(word)
            if folded:
                self._codes.setdefault(folded, code)
        self._list = list(self._codes)
        self._inside = inside
        self.one = lru_cache(maxsize=20_000)(self._one)
        self.many = lru_cache(maxsize=20_000)(self._many)

    def _one(self, text: str) -> Met:
        """The one code of a text."""
        folded = _bare(text[:200])
        if not folded:
            return Met((), 0.0, "unknown", (text,))
        if folded in self._codes:
            return Met((self._codes[folded],), EXACT, "exact")
        if len(folded) >= 5 and (
            close := process.extractOne(folded, self._list, scorer=fuzz.ratio, score_cutoff=_CLOSE)
        ):
            return Met((self._codes[close[0]],), CLOSE, "close")
        if self._inside:
            tokens = folded.split()
            for length in range(min(len(tokens), 5), 0, -1):
                for start in range(len(tokens) - length + 1):
                    part = " ".join(tokens[start : start + length])
                    if len(part) >= 3 and part in self._codes:
                        return Met((self._codes[part],), INSIDE, "inside")
        return Met((), 0.0, "unknown", (text,))

    def _many(self, text: str) -> Met:
        """All the codes of a text that may hold several values."""
        folded = _bare(text[:1000])
        if folded in self._codes:
            return Met((self._codes[folded],), EXACT, "exact")
        found = [self._part(p) for p in self._split(text[:1000])]
        codes = tuple(dict.fromkeys(c for f in found for c in f.codes))
        unknown = tuple(u for f in found for u in f.unknown)
        if not codes:
            return Met((), 0.0, "unknown", unknown or (text,))
        certainty = min(f.certainty for f in found if f.codes)
        how = found[0].how if len(found) == 1 else "parts"
        return Met(codes, certainty if not unknown else min(certainty, INSIDE), how, unknown)

    def _part(self, text: str) -> Met:
        """One value of several; words that nothing separates are all looked for."""
        met = self.one(text)
        if met.how != "inside":
            return met
        tokens, codes, at = _bare(text).split(), [], 0
        while at < len(tokens):
            length = next(
                (
                    n
                    for n in range(min(5, len(tokens) - at), 0, -1)
                    if len(part := " ".join(tokens[at : at + n])) >= 3 and part in self._codes
                ),
                0,
            )
            if length:
                codes.append(self._codes[" ".join(tokens[at : at + length])])
            at += length or 1
        return Met(tuple(dict.fromkeys(codes)) or met.codes, INSIDE, "inside")

    def _split(self, text: str) -> list[str]:
        """Split a cell into values; a known one with a comma or an « and » in it stays one."""
        parts = [p for p in _PARTS.split(text) if p.strip()][:60]
        found: list[str] = []
        at = 0
        while at < len(parts):
            for length in range(min(4, len(parts) - at), 0, -1):
                joined = " ".join(parts[at : at + length])
                if length == 1 or _bare(joined) in self._codes:
                    break
            found.append(joined)
            at += length
        return found


def _bare(text: str) -> str:
    """Folded words; an Arabic word without its article, initials joined (``E.A.U.``)."""
    folded = plain(text)
    tokens = folded.split()
    if tokens and all(len(t) == 1 for t in tokens):
        return "".join(tokens)
    tokens = [t for t in tokens if t not in _TYING] or tokens
    article = chr(0x627) + chr(0x644)
    return " ".join(t[2:] if t.startswith(article) and len(t) > 4 else t for t in tokens)


class Vocabularies:
    """Every vocabulary a file may use, over one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        synonyms = [
            (r["word"], *r["group"].split(":", 1)) for r in catalogue.synonyms if ":" in r["group"]
        ]

        def of(
            family: str,
            codes: Iterable[str],
            group: str = "",
            extra: Iterable[tuple[str, str]] = (),
        ) -> Vocabulary:
            codes = tuple(codes)
            return Vocabulary(
                [
                    *((c, c) for c in codes),
                    *((words(lang)(f"{family}.{c}"), c) for lang in LANGUAGES for c in codes),
                    *((w, c) for w, g, c in synonyms if g == (group or family) and c in codes),
                    *extra,
                ]
            )

        self.coded = lru_cache(maxsize=64)(of)
        self.crafts = of("craft", CRAFTS)
        self.buyer_kinds = of("buyer", BUYER_KINDS)
        self.site_kinds = of("site", SITE_KINDS)
        self.maison_kinds = of("site", MAISON_KINDS)
        self.fair_kinds = of("fair_kind", FAIR_KINDS)
        self.statuses = of("status", STATUSES)
        self.precisions = of("precision", PRECISIONS)
        self.world_regions = of("world", WORLD_REGIONS)
        self.classes = Vocabulary(((w, c) for w, c in listed("class").items()), inside=False)
        self.countries = Vocabulary(
            [*_countries(), *((w, c) for w, g, c in synonyms if g == "market")], inside=False
        )
        self.provinces = Vocabulary(_areas(catalogue.provinces))
        self.regions = Vocabulary(_areas(catalogue.regions))

    def kinds(self, kind: str) -> Vocabulary:
        """The kinds of what is imported."""
        return self.buyer_kinds if kind == "buyers" else self.site_kinds


def _areas(areas: Iterable[Any]) -> Iterable[tuple[str, str]]:
    for area in areas:
        yield area.code, area.code
        for name in area.name.values():
            yield name, area.code


def _countries() -> Iterable[tuple[str, str]]:
    """Every country by its codes and its names in French, Arabic and English."""
    yield from ((w, c) for w, c in listed("country").items())
    for locale in ("fr", "ar", "ar_MA", "en"):
        for code, name in Locale.parse(locale).territories.items():
            if len(code) == 2 and code.isalpha():
                yield name, code
                yield code, code


def labels(kind: str, field: str) -> Mapping[str, str]:
    """Code -> key of its word, of the fields that take codes; empty for the others."""
    if field == "kind" and kind not in ("buyers", "sites", "maisons"):
        return {}
    for collection in (KINDS[kind], *SCHEMA):
        for f in SCHEMA[collection]:
            if field in (f.column, *f.helps) and f.words:
                codes = MAISON_KINDS if (kind, field) == ("maisons", "kind") else f.codes
                return {c: f"{f.words}.{c}" for c in codes}
    return {}
