"""Parse the cells of each row into values: numbers, dates, codes; uncertain readings are noted.

Scope: the vocabularies, the value parsers, what the user answered. Positions, identifiers and
records follow in ``positions`` and ``record_builder``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field as list_field
from datetime import date
from typing import Any

from geo.curate.imports import values
from geo.curate.imports.headings import KINDS, Heading
from geo.curate.imports.problems import ImportProblem, Level, Remarks
from geo.curate.imports.source_table import SourceRow, Table
from geo.curate.imports.vocabularies import Met, Vocabularies, Vocabulary
from geo.model.schema import SCHEMA, Field

#: Words that programs take for a missing value; a name or a country may be spelled so.
LITERALS = frozenset(("NA", "N/A", "NULL", "None", "NaN", "nan", "null", "none"))
_ACTIVE = re.compile(
    r"<\s*[a-z!/]|\$\{|`|javascript:|\x1f(?:[=@\t]|[+-](?=[^0-9 .,\x1f-]))", re.IGNORECASE
)
MOST_GUESSES = 2_000


@dataclass
class Guess:
    """One reading of the cells of a column that hold the same text.

    Attributes
    ----------
    field, raw : the field and the text in the file; ``raw`` is empty for what no cell says.
    codes : what it was taken for; empty when nothing fits.
    certainty : 0 to 1; 1 is no guess.
    how : ``exact``, ``parts``, ``close``, ``inside``, ``given``, ``unknown``, ``format``,
        ``default``, ``position``, ``name`` or ``place``.
    count, rows : how many rows, and the first few.
    """

    field: str
    raw: str
    codes: tuple[str, ...]
    certainty: float
    how: str
    count: int = 0
    rows: list[int] = list_field(default_factory=list)


def _fields_of(kind: str) -> dict[str, Field]:
    """Field of a file -> what it holds: this kind's first, then those it does not store."""
    found: dict[str, Field] = {}
    for collection in (KINDS[kind], *SCHEMA):
        for field in SCHEMA[collection]:
            if field.column:
                found.setdefault(field.column, field)
            for name in field.helps if field.type != "position" else ():
                found.setdefault(name, field if field.type == "one" else Field(name))
    return found


class Guesses:
    """The readings of a file, one for each field and text."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, tuple[str, ...]], Guess] = {}

    def note(
        self, name: str, raw: str, codes: Sequence[str], certainty: float, how: str, row: int
    ) -> None:
        """Count one cell that was read so."""
        key = (name, raw, tuple(codes))
        guess = self._found.get(key)
        if guess is None:
            if len(self._found) >= MOST_GUESSES:
                return
            guess = self._found[key] = Guess(name, raw[:200], tuple(codes), certainty, how)
        guess.count += 1
        if len(guess.rows) < 5:
            guess.rows.append(row)

    def all(self) -> list[Guess]:
        """All guesses, the least certain first."""
        return sorted(self._found.values(), key=lambda g: (g.certainty, g.field, -g.count))


@dataclass
class ParsedRow:
    """One row: values by field, absent where the file says nothing.

    A ``refused`` row goes no further.
    """

    row: SourceRow
    values: dict[str, Any]
    refused: bool = False


class CellParser:
    """Parser of the rows of one table for one kind of record.

    Parameters
    ----------
    given : field -> text -> code (several with ``;``), as the user answered; an empty code leaves
        the value out.
    """

    def __init__(
        self,
        table: Table,
        kind: str,
        headings: Sequence[Heading],
        vocabularies: Vocabularies,
        given: Mapping[str, Mapping[str, str]],
        remarks: Remarks,
        today: date,
    ) -> None:
        self.kind, self.remarks, self.guesses = kind, remarks, Guesses()
        self.at = {h.field: i for i, h in enumerate(headings) if h.field}
        self._heading = {h.field: h.heading for h in headings if h.field}
        self._words, self._given, self._today = vocabularies, given, today
        self._fields = _fields_of(kind)
        self._table = table
        self._literal: list[int] = []
        self._active: list[int] = []
        self._blocked = {r for p in table.problems if p.level == "refuse" for r in p.rows}

    def read(self, row: SourceRow) -> ParsedRow:
        """Parse one row."""
        found = ParsedRow(row, {}, row.number in self._blocked)
        for code, column, value in row.faults:
            level: Level = "refuse" if code == "FORMULA_WITHOUT_VALUE" else "warn"
            self.remarks.say(
                code, level, row.number, "" if level == "refuse" else column, value=value
            )
            found.refused |= level == "refuse"
        if found.refused:
            return found
        cells = row.cells
        if _ACTIVE.search("\x1f" + "\x1f".join(cells)):
            self._active.append(row.number)
        for name, i in self.at.items():
            text = cells[i]
            if text and not (values.missing(text)):
                self._take(name, text, found)
        return found

    def problems(self) -> list[ImportProblem]:
        """Problems of the file as a whole, once all rows were read."""
        found = []
        if self._literal:
            found.append(ImportProblem("LITERAL_NA_KEPT", "note", "", tuple(self._literal)))
        if self._active:
            found.append(ImportProblem("STORED_AS_TEXT", "note", "", tuple(self._active)))
        return found

    def heading(self, name: str) -> str:
        """The file's own heading of a field."""
        return self._heading.get(name, "")

    # --- cells ------------------------------------------------------------------------

    def _take(self, name: str, text: str, found: ParsedRow) -> None:
        field = self._fields.get(name)
        if field is None:
            return
        if name == "country":
            self._country(text, found)
        elif field.type in ("whole", "number"):
            read = values.number(text, field.unit, integer=field.type == "whole")
            self._plain(name, text, read, found)
        elif field.type == "year":
            self._year(name, text, found)
        elif field.type in ("date", "day"):
            self._day(name, text, found)
        elif field.type == "flag":
            self._plain(name, text, values.flag(text, name), found)
        elif field.type == "url":
            self._plain(name, text, values.website(text), found)
        elif field.type in ("one", "many"):
            self._code(name, text, field, found)
        else:
            self._text(name, text, field, found)

    def _text(self, name: str, text: str, field: Field, found: ParsedRow) -> None:
        number = found.row.number
        if name == "name" and text in LITERALS:
            self._literal.append(number)
        if field.personal and len(text) > field.most:
            self.remarks.say("TEXT_TOO_LONG", "warn", number, self._heading[name], value=text)
            return
        found.values[name] = text

    def _code(self, name: str, text: str, field: Field, found: ParsedRow) -> None:
        if name == "kind":
            self._kind(text, found)
            return
        vocabulary = {
            "crafts": self._words.crafts,
            "status": self._words.statuses,
            "precision": self._words.precisions,
            "province": self._words.provinces,
            "region": self._words.regions,
            "world_region": self._words.world_regions,
        }.get(name) or self._words.coded(field.words, tuple(field.codes))
        self._coded(name, text, vocabulary, found, many=field.type == "many")

    def _plain(self, name: str, text: str, read: values.Read, found: ParsedRow) -> None:
        if read.fault:
            if text in LITERALS:
                return
            self.remarks.say(read.fault, "warn", found.row.number, self._heading[name], value=text)
            return
        found.values[name] = read.value
        if read.guess:
            self.guesses.note(name, text, (str(read.value),), 0.7, "format", found.row.number)

    def _year(self, name: str, text: str, found: ParsedRow) -> None:
        read = values.year(text)
        if read.value and read.value > self._today.year and name == "year":
            read = values.Read(None, "DATE_IN_FUTURE")
        self._plain(name, text, read, found)

    def _day(self, name: str, text: str, found: ParsedRow) -> None:
        read = values.day(text)
        if read.value and name == "verified" and read.value > self._today.isoformat():
            read = values.Read(None, "DATE_IN_FUTURE")
        self._plain(name, text, read, found)

    def _coded(
        self, name: str, text: str, vocabulary: Vocabulary, found: ParsedRow, *, many: bool = False
    ) -> None:
        met = self._given_code(name, text) or (
            vocabulary.many(text) if many else vocabulary.one(text)
        )
        self.guesses.note(name, text, met.codes, met.certainty, met.how, found.row.number)
        if met.unknown:
            self.remarks.say(
                "UNKNOWN_VALUE", "warn", found.row.number, self._heading[name], value=met.unknown[0]
            )
        if met.codes:
            found.values[name] = list(met.codes) if many else met.codes[0]

    def _given_code(self, name: str, text: str) -> Met | None:
        answer = self._given.get(name, {}).get(text)
        if answer is None:
            return None
        return Met(tuple(c for c in answer.split(";") if c), 1.0, "given")

    def _kind(self, text: str, found: ParsedRow) -> None:
        """A column of kinds, or of what the rows are: buyers, sites."""
        if self.kind in ("markets",):
            return
        given = self._given_code("kind", text)
        met = given or (
            self._words.fair_kinds if self.kind == "fairs" else self._words.kinds(self.kind)
        ).one(text)
        if not met.codes or met.certainty < 1:
            class_ = self._words.classes.one(text)
            if class_.codes and not given:
                if class_.codes[0] != self.kind and not {class_.codes[0], self.kind} <= {
                    "sites",
                    "maisons",
                }:
                    self.remarks.say(
                        "OTHER_COLLECTION",
                        "refuse",
                        found.row.number,
                        self._heading["kind"],
                        value=text,
                    )
                    found.refused = True
                return
        self.guesses.note("kind", text, met.codes, met.certainty, met.how, found.row.number)
        if met.codes:
            found.values["kind"] = met.codes[0]
        elif not given:
            self.remarks.say(
                "UNKNOWN_VALUE", "warn", found.row.number, self._heading["kind"], value=text
            )

    def _country(self, text: str, found: ParsedRow) -> None:
        met = self._given_code("country", text) or self._words.countries.one(text)
        if text in LITERALS:
            # Namibia's code, or nobody's: kept as it is written, and the position decides.
            self._literal.append(found.row.number)
            found.values["country_literal"] = met.codes[0] if met.codes else ""
            return
        self.guesses.note("country", text, met.codes, met.certainty, met.how, found.row.number)
        if met.codes:
            found.values["country"] = met.codes[0]
        elif met.how != "given":
            self.remarks.say(
                "UNKNOWN_VALUE", "warn", found.row.number, self._heading["country"], value=text
            )
