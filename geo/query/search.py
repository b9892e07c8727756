"""Full-text search over names, places, codes and report texts, in three languages at once.

A query is a conjunction of terms; each term stands for all its synonyms. Words that belong
to a code (a craft, a market, a kind) or to a place are looked up once per code or place,
not once per row.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from geo.i18n.words import words
from geo.model.records import LANGUAGES, Catalogue
from geo.model.view import FIELDS
from geo.query.columns import READERS, Columns
from geo.query.report_index import ReportTexts
from geo.text.folding import Synonyms, fold
from geo.text.stemming import SearchTerms
from geo.text.token_index import TokenIndex

#: Filters whose values can be searched by name.
SPOKEN = ("market", "craft", "buyer", "site", "status", "region", "province")


class Search:
    """The text index of one catalogue."""

    def __init__(self, catalogue: Catalogue, columns: Mapping[str, Columns]) -> None:
        self._catalogue = catalogue
        self._columns = columns
        self._synonyms = Synonyms(catalogue.synonyms)
        self._codes = {name: TokenIndex(self._code_texts(name)) for name in SPOKEN}
        spellings = _spellings(catalogue)
        self._places = {
            name: TokenIndex(f"{place} {spellings.get(fold(place), '')}" for place in c.place_names)
            for name, c in columns.items()
        }
        self._report_texts = ReportTexts(catalogue.reports)

    def rows(self, collection: str, q: str) -> np.ndarray:
        """Mask (n,) of the rows of a collection that match every term of the query."""
        columns = self._columns[collection]
        mask = np.ones(len(columns), bool)
        for phrases, prefix in self._terms(q):
            term = np.zeros(len(columns), bool)
            signatures = np.zeros(len(columns.weights), bool)
            for phrase in phrases:
                # Only what is being typed may go on; its synonyms are whole words.
                going = prefix and phrase == phrases[0]
                term |= columns.names.holding(phrase, prefix=going)
                term |= self._places[collection].holding(phrase, prefix=going)[columns.place]
                signatures |= self._signatures(columns, phrase, going)
            if signatures.any():
                term |= signatures[columns.signature]
            mask &= term
        return mask

    def reports(self, q: str) -> list[str]:
        """Ids of the reports whose texts, markets or crafts match every term, best first."""
        return self._report_texts.find(self.wanted(q))

    def wanted(self, q: str) -> SearchTerms:
        """The stems that a query matches in running text, synonyms included."""
        return SearchTerms(self._terms(q))

    def _terms(self, q: str) -> Iterable[tuple[list[str], bool]]:
        """Alternatives of each term, and whether it is still being typed (the last one)."""
        terms = self._synonyms.expand(q)
        last = fold(q).split()[-1:] if not q.endswith(" ") else []
        for phrases in terms:
            typing = bool(last) and any(p.split()[-1:] == last for p in phrases)
            yield phrases, typing and len(last[0]) > 1

    def _signatures(self, columns: Columns, phrase: str, prefix: bool) -> np.ndarray:
        found = np.zeros(len(columns.weights), bool)
        for name in READERS[columns.collection]:
            if name not in SPOKEN:
                continue
            hits = self._codes[name].holding(phrase, prefix=prefix)
            if not hits.any():
                continue
            if name in columns.bits:
                found |= columns.bits[name] & sum(1 << int(i) for i in np.flatnonzero(hits)) != 0
            else:
                found |= np.append(hits, False)[columns.codes[name]]
        return found

    def _code_texts(self, name: str) -> list[str]:
        """The words of each value of a filter, in every language."""
        codes = FIELDS[name].codes(self._catalogue)
        if name == "market":
            markets = self._catalogue.market_by_code
            return [" ".join(markets[c].name.values()) for c in codes]
        if name in ("region", "province"):
            areas = self._catalogue.area_by_code
            return [" ".join(areas[c].name.values()) for c in codes]
        return [" ".join(words(lang)(f"{name}.{c}") for lang in LANGUAGES) for c in codes]


def _spellings(catalogue: Catalogue) -> dict[str, str]:
    """Folded town name -> its other spellings in the gazetteer."""
    return {fold(t.name): " ".join((t.name_ar, *t.alternates)) for t in catalogue.towns}
