"""Entity tagging of a text by plain matching that can be explained.

Names and synonyms are looked up as whole folded words, the longest first. Each proposal carries
the sentence it came from, what was matched, and a confidence: how rarely such a match errs, not a
probability. Figures are numbers with a unit; their period, market and craft come from the same
sentence only.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from geo.i18n.words import words
from geo.model.records import CRAFTS, LANGUAGES, Catalogue
from geo.text.folding import phrase
from geo.text.stemming import sentences, stem

KINDS = ("market", "craft", "town", "buyer", "organisation")
#: Confidence by what was matched.
NAME, SYNONYM, WORD, SHORT = 0.95, 0.85, 0.7, 0.4
MOST = 400
_WRITTEN = tomllib.loads((Path(__file__).parent / "words.toml").read_text("utf-8"))
_PREFIXES = re.compile(_WRITTEN["prefixes"])
_YEAR = re.compile(r"(?<!\d)(19[89]\d|20[0-4]\d)(?!\d)")
_NUMBER = (
    r"(?P<n>[+\-\u2212]?\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?|[+\-\u2212]?\d+(?:[.,]\d+)?)"
)
UNITS = tuple(_WRITTEN["units"].items())
_LABELS = tuple((name, tuple(words_)) for name, words_ in _WRITTEN["labels"].items())
_FIGURE = re.compile(
    _NUMBER
    + r"[ \u00a0\u202f]?(?P<u>"
    + "|".join(f"(?P<u{i}>{p})" for i, (_, p) in enumerate(UNITS))
    + ")",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """One entity found. ``page`` and ``sentence`` count from 1; ``matched`` is as written."""

    kind: str
    id: str
    label: str
    page: int
    sentence: int
    text: str
    matched: str
    confidence: float
    how: str
    figure: tuple[tuple[str, str], ...] = ()


#: Kind, identifier, name, confidence, and how it is known.
_Entry = tuple[str, str, str, float, str]


def _vocabulary(catalogue: Catalogue) -> Iterator[_Entry]:
    """Names and synonyms of markets and crafts."""
    for market in catalogue.markets:
        for lang in LANGUAGES:
            yield "market", market.iso2, market.name.get(lang, ""), NAME, "name"
            yield "market", market.iso2, words(lang).country(market.iso2), NAME, "name"
    for craft in CRAFTS[:-1]:
        for lang in LANGUAGES:
            yield "craft", craft, words(lang)(f"craft.{craft}"), NAME, "name"
    for row in catalogue.synonyms:
        kind, _, code = row["group"].partition(":")
        if kind in ("market", "craft"):
            yield kind, code, row["word"], SYNONYM if kind == "market" else WORD, "synonym"


def _records(catalogue: Catalogue) -> Iterator[_Entry]:
    """Names of buyers, towns and organisations."""
    for buyer in catalogue.buyers[:5000]:
        if buyer.provenance != "demo":
            yield "buyer", buyer.id, buyer.name, NAME, "name"
    for town in catalogue.towns:
        for name in (town.name, town.name_ar):
            yield "town", town.name, name, SYNONYM, "name"
    organisations = (o for r in catalogue.reports for n in r.notes for o in n.organisations)
    for name in dict.fromkeys(organisations):
        yield "organisation", name, name, NAME, "name"


class Tagger:
    """Lookup of the vocabularies and names of one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._entries: dict[str, list[tuple[tuple[str, ...], str, str, float, str]]] = {}
        self._labels: dict[tuple[str, str], str] = {}
        for entry in (*_vocabulary(catalogue), *_records(catalogue)):
            self._add(*entry)
        for entries in self._entries.values():
            entries.sort(key=lambda e: -len(e[0]))

    def _add(self, kind: str, id_: str, name: str, confidence: float, how: str) -> None:
        tokens = tuple(map(_bare, phrase(name).split()))
        if not tokens or (len(tokens) == 1 and len(tokens[0]) < 3 and kind != "market"):
            return
        if len(tokens) == 1 and len(tokens[0]) < 4:
            confidence = min(confidence, WORD)
        self._labels.setdefault((kind, id_), name)
        entry = (
            tuple(map(_root, tokens)) if kind == "craft" else tokens,
            kind,
            id_,
            confidence,
            how,
        )
        held = self._entries.setdefault(entry[0][0], [])
        if not any(e[:3] == entry[:3] for e in held):
            held.append(entry)

    def propose(self, pages: Iterable[str]) -> list[Proposal]:
        """Propose entities, one per kind and id (its surest sentence), and every figure."""
        best: dict[tuple[str, str], Proposal] = {}
        figures: list[Proposal] = []
        for page, text in enumerate(pages, start=1):
            for number, sentence in enumerate(sentences(text.replace("\n", " ")), start=1):
                found = self._in_sentence(sentence, page, number)
                for proposal in found:
                    key = (proposal.kind, proposal.id)
                    if key not in best or proposal.confidence > best[key].confidence:
                        best[key] = proposal
                figures += _figures(sentence, page, number, found)
        order = sorted(best.values(), key=lambda p: (KINDS.index(p.kind), -p.confidence, p.page))
        return [*order, *figures][:MOST]

    def _in_sentence(self, sentence: str, page: int, number: int) -> list[Proposal]:
        written = [(m.group(), m.start(), m.end()) for m in re.finditer(r"[^\W_]+", sentence)]
        folded = [
            (part, start, end)
            for word, start, end in written
            for part in phrase(word).split() or [""]
        ]
        plain = [_bare(w) for w, _, _ in folded]
        stemmed = [_root(w) if w else "" for w in plain]
        found, at = [], 0
        while at < len(folded):
            entry = self._longest(plain, stemmed, at)
            if entry is None:
                at += 1
                continue
            tokens, kind, id_, confidence, how = entry
            start, end = folded[at][1], folded[at + len(tokens) - 1][2]
            matched = sentence[start:end]
            at += len(tokens)
            if kind in ("buyer", "town", "market", "organisation") and matched[:1].islower():
                confidence = min(confidence, SHORT)  # a name written like a common word
            if (
                kind == "market"
                and len(tokens) == 1
                and len(tokens[0]) <= 3
                and not matched.isupper()
                and matched.isascii()
            ):
                continue
            found.append(
                Proposal(
                    kind,
                    id_,
                    self._labels[kind, id_],
                    page,
                    number,
                    sentence[:600],
                    matched,
                    confidence,
                    how,
                )
            )
        return found

    def _longest(
        self, plain: list[str], stemmed: list[str], at: int
    ) -> tuple[tuple[str, ...], str, str, float, str] | None:
        candidates = [(e, plain) for e in self._entries.get(plain[at], ()) if e[1] != "craft"]
        candidates += [(e, stemmed) for e in self._entries.get(stemmed[at], ()) if e[1] == "craft"]
        fits = [e for e, line in candidates if tuple(line[at : at + len(e[0])]) == e[0]]
        return max(fits, key=lambda e: (len(e[0]), e[3])) if fits else None


def _bare(word: str) -> str:
    """An Arabic word without the conjunction and the article written onto it."""
    if word.isascii() or len(word) <= 3:
        return word
    match = _PREFIXES.match(word)
    return word[match.end() :] if match and len(word) - match.end() >= 3 else word


def _root(word: str) -> str:
    """What a word of a craft is compared by; an Arabic stem would unite words too far apart."""
    return stem(word) if word.isascii() else word


def _figures(sentence: str, page: int, number: int, found: list[Proposal]) -> list[Proposal]:
    markets = {p.id for p in found if p.kind == "market"}
    crafts = {p.id for p in found if p.kind == "craft"}
    years = sorted(set(_YEAR.findall(sentence)))
    held = [stem(w) for w in phrase(sentence).split()]
    label = next(
        (name for name, beginnings in _LABELS if any(h.startswith(beginnings) for h in held)),
        "valeur",
    )
    made = []
    for match in _FIGURE.finditer(sentence):
        value = (
            re.sub(r"[ \u00a0\u202f]", "", match["n"])
            .replace(",", ".")
            .replace("\u2212", "-")
            .lstrip("+")
        )
        unit = next(name for i, (name, _) in enumerate(UNITS) if match[f"u{i}"])
        about = (
            ("label", label if unit == "%" or label == "exportations" else unit),
            ("value", value),
            ("unit", unit),
            ("period", years[-1] if len(years) == 1 else ""),
            ("market", next(iter(markets)) if len(markets) == 1 else ""),
            ("craft", next(iter(crafts)) if len(crafts) == 1 else ""),
        )
        sure = SYNONYM if len(years) == 1 else WORD
        made.append(
            Proposal(
                "figure",
                f"{page}.{number}.{match.start()}",
                match.group().strip(),
                page,
                number,
                sentence[:600],
                match.group(),
                sure,
                "number",
                about,
            )
        )
    return made
