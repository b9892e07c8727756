"""Recognise the field that each heading names, in French, Arabic or English, with a certainty.

A heading is folded and looked up in the table ``data/sources/import_columns.csv``: the same words,
then the same words without units and linking words, then a few letters off (RapidFuzz), then a
known word inside a longer heading. What the user chose comes first and is certain.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz import fuzz, process

from geo.core import shipped
from geo.model.schema import SCHEMA, in_order
from geo.text.folding import fold, plain

#: What can be imported, and the store's collection that holds it.
KINDS: Mapping[str, str] = {
    "buyers": "buyers",
    "sites": "sites",
    "maisons": "sites",
    "markets": "markets",
    "fairs": "fairs",
}


def _columns(kind: str) -> tuple[str, ...]:
    fields = SCHEMA[KINDS[kind]]
    names = [name for f in fields for name in (f.column, *f.helps) if name]
    return in_order(names, last=("precision",))


#: Kind -> the fields it stores, in the order of its template.
FIELDS: Mapping[str, tuple[str, ...]] = {kind: _columns(kind) for kind in KINDS}
#: Kind -> the field of another kind that exports write in one column with one of its own -> that
#: own one: the year of a site is that of its opening.
_OWN: Mapping[str, Mapping[str, str]] = {
    kind: {
        f.export: f.column
        for f in SCHEMA[KINDS[kind]]
        if f.export and f.column and f.export not in FIELDS[kind]
    }
    for kind in KINDS
}
#: How sure a heading is that names the same fact of another kind: its own heading comes first.
OF_ANOTHER = 0.95
POSITION_FIELDS = ("lat", "lon", "position", "x", "y")
CLOSE, INSIDE = 86, 0.6
#: Numbers that programs add to rows: an identifier only when there is no other.
_COUNTERS = ("fid", "ogc fid", "objectid")
COUNTED = 0.9
_WORD = re.compile(r"[^\W_]+")
_UNITS = re.compile(r"\([^)]*\)|\[[^\]]*\]")
_LINKING = frozenset(
    ("de", "du", "des", "la", "le", "les", "l", "d", "en", "of", "the", "et", "and", "ou")
)


@dataclass(frozen=True, slots=True)
class Heading:
    """What one column was taken for.

    Attributes
    ----------
    heading : as written in the file.
    field : one of ``FIELDS``' names; empty when it is not used.
    certainty : 0 to 1.
    how : ``given``, ``exact``, ``close``, ``inside``, ``taken`` (another column has the field) or
        ``unknown``.
    """

    heading: str
    field: str
    certainty: float
    how: str


def _key(heading: str) -> str:
    """The whole heading; the sign of « N° » counts as a letter."""
    return plain(heading.replace(chr(0xB0), "o"))


def _bare(heading: str) -> str:
    words = _WORD.findall(fold(_UNITS.sub(" ", heading)))
    return " ".join(w for w in words if w not in _LINKING)


@cache
def _table() -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (row["field"], row["lang"], row["word"]) for row in shipped.rows(shipped.IMPORT_COLUMNS)
    )


@cache
def _known() -> Mapping[str, str]:
    """Folded word -> field; the first field listed keeps a word."""
    found: dict[str, str] = {}
    for name, _, word in _table():
        if not name.startswith("#"):
            for form in (_key(word), _bare(word), plain(name)):
                if len(form) == 1 and form not in ("x", "y") and form.isascii():
                    continue
                found.setdefault(form, name)
    found.pop("", None)
    return found


@cache
def _ranks() -> Mapping[str, int]:
    """Folded word -> its place among the words of its language: the most usual come first."""
    found: dict[str, int] = {}
    counts: dict[tuple[str, str], int] = {}
    for name, lang, word in _table():
        counts[name, lang] = counts.get((name, lang), -1) + 1
        found.setdefault(_key(word), counts[name, lang])
    return found


def _rank(heading: str) -> int:
    return _ranks().get(_key(heading[:200]), 0)


@cache
def total_words() -> frozenset[str]:
    """What a line of sums begins with."""
    return frozenset(plain(word) for name, _, word in _table() if name == "#total")


@cache
def _labels() -> Mapping[str, str]:
    """The headings of our own templates and exports, in every language."""
    from geo.i18n.words import words
    from geo.model.records import LANGUAGES

    names = dict.fromkeys(f for fields in FIELDS.values() for f in fields)
    found = {
        plain(words(lang)(f"import.field.{name}")): name for lang in LANGUAGES for name in names
    }
    for field in (f for fields in SCHEMA.values() for f in fields if f.export and f.column):
        for lang in LANGUAGES:
            found.setdefault(plain(words(lang)(f"export.col.{field.export}")), field.column)
    # What we add to a file that goes back is not its sender's.
    return found | {
        plain(words(lang)(f"import.sheet.{name}")): ""
        for lang in LANGUAGES
        for name in ("line", "remarks")
    }


@cache
def examples() -> frozenset[str]:
    """The name of the example in our templates, in every language."""
    from geo.i18n.words import words
    from geo.model.records import LANGUAGES

    return frozenset(plain(words(lang)("import.sheet.example")) for lang in LANGUAGES)


def recognise(heading: str) -> tuple[str, float, str]:
    """The field of one heading, how sure, and how; ``("", 0, "unknown")`` when none fits."""
    return _met(_key(heading[:200]), _bare(heading[:200]))


@lru_cache(maxsize=4096)
def _met(folded: str, bare: str) -> tuple[str, float, str]:
    known = _known()
    for form in (folded, bare):
        if form in _labels():
            return _labels()[form], 1.0, "exact"
        if form in known:
            return known[form], COUNTED if form in _COUNTERS else 1.0, "exact"
    if len(bare) >= 5 and not bare.isdigit():
        close = process.extractOne(bare, list(known), scorer=fuzz.ratio, score_cutoff=CLOSE)
        if close:
            return known[close[0]], close[1] / 100 - 0.05, "close"
    words = bare.split()
    for length in range(len(words) - 1, 0, -1):
        for start in range(len(words) - length + 1):
            part = " ".join(words[start : start + length])
            if len(part) >= 4 and part in known:
                return known[part], INSIDE, "inside"
    return "", 0.0, "unknown"


def headings(
    columns: Sequence[str], given: Mapping[str, str] | None = None, kind: str = ""
) -> tuple[Heading, ...]:
    """What each column of a file is, one field at most once, the surest first.

    Parameters
    ----------
    kind : what the rows are; empty when nobody knows yet.
    given : heading -> field, or an empty text for a column to leave out.
    """
    given = given or {}
    found: list[Heading] = []
    for name in columns:
        if name in given:
            found.append(Heading(name, given[name], 1.0, "given"))
        else:
            field, certainty, how = recognise(name)
            if own := _OWN.get(kind, {}).get(field):
                field, certainty = own, certainty * OF_ANOTHER
            found.append(Heading(name, field, certainty, how))
    taken: set[str] = set()
    for i in sorted(
        range(len(found)),
        key=lambda i: (found[i].how != "given", -found[i].certainty, _rank(found[i].heading), i),
    ):
        item = found[i]
        if item.field and item.field in taken:
            found[i] = Heading(item.heading, "", item.certainty, "taken")
        elif item.field:
            taken.add(item.field)
    return tuple(found)


def looks_like_header(cells: Sequence[str]) -> float:
    """How much a line reads like headings: recognised names, less the numbers among them."""
    score = 0.0
    for text in cells:
        if not text or len(text) > 80:
            continue
        field, certainty, how = recognise(text)
        if field and how in ("exact", "close"):
            score += certainty if not text.isdigit() else 0
        elif field:
            score += 0.3
    return score
