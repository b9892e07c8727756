"""Reader of the base documents of a store, each independent of the others.

A missing or broken document leaves the others served, and says which record and what is wrong.
GeoJSON is parsed as JSON, never through GDAL, which would follow references to other files.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import orjson

from geo.model import parsing
from geo.model.problems import Problem
from geo.model.records import Area, Commune, Town
from geo.model.validation import ReferenceCodes, record_problems

MAX_FILE_BYTES = 64 * 2**20
REGIONS, PROVINCES, TOWNS = "regions.geojson", "provinces.geojson", "towns.json"
SYNONYMS, COMMUNES = "sources/synonyms.csv", "sources/communes.csv"
#: What is never edited, and what holds the records as shipped.
REFERENCES = (REGIONS, PROVINCES, TOWNS, SYNONYMS, COMMUNES)
SHIPPED = tuple(kind.file for kind in parsing.RECORDS.values())
UNREADABLE = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)
T = TypeVar("T")


class TooBigDocument(Exception):
    """A document over ``MAX_FILE_BYTES``."""


@dataclass(frozen=True, slots=True)
class Base:
    """The records and reference data of a store before any change.

    Attributes
    ----------
    rows : collection -> label -> the record as compact JSON. The label is its id; what has none
        is labelled ``#`` and its place in the list, and kept so that it can be reported.
    digest : changes with the content of any document.
    """

    rows: Mapping[str, Mapping[str, bytes]]
    regions: tuple[Area, ...]
    provinces: tuple[Area, ...]
    towns: tuple[Town, ...]
    synonyms: tuple[dict[str, str], ...]
    communes: tuple[Commune, ...]
    problems: tuple[Problem, ...]
    digest: str

    def codes(self, file: str, areas: tuple[Area, ...]) -> frozenset[str] | None:
        """The codes of a reference file; None when it is damaged, so nothing is checked by it."""
        damaged = not areas or any(p.file == file for p in self.problems)
        return None if damaged else frozenset(a.code for a in areas)


def read_base(content_of: Callable[[str], bytes], *, records: bool = True) -> Base:
    """Parse every document.

    Parameters
    ----------
    content_of : name -> content; raises OSError or TooBigDocument.
    records : whether the shipped records are among the documents.
    """
    reader = _DocumentReader(content_of)
    rows = {name: reader.rows(kind) if records else {} for name, kind in parsing.RECORDS.items()}
    regions = reader.references(REGIONS, "features", "code", parsing.area, "region")
    provinces = reader.references(PROVINCES, "features", "code", parsing.area, "province")
    for name, areas in ((REGIONS, regions), (PROVINCES, provinces)):
        if not areas and not any(p.file == name for p in reader.problems):
            reader.problems.append(Problem(name, "", "", "empty_file", ""))
    return Base(
        rows=rows,
        regions=regions,
        provinces=provinces,
        towns=reader.references(TOWNS, "towns", "geoname_id", parsing.town, "town"),
        synonyms=reader.synonyms(),
        communes=reader.communes(),
        problems=tuple(reader.problems),
        digest=reader.digest.hexdigest(),
    )


#: A document with one of these is not there at all.
_GONE = (
    "file_missing",
    "file_unreadable",
    "file_too_big",
    "not_json",
    "no_list",
    "not_csv",
    "empty_file",
)


def mended(new: Base, old: Base) -> Base:
    """Fill the unreadable documents of ``new`` from ``old``, and report them.

    Somebody may be writing one at this moment, or have broken it: readers keep what they had.
    """
    gone = {p.file for p in new.problems if p.code in _GONE} - {
        p.file for p in old.problems if p.code in _GONE
    }
    if not gone:
        return new
    rows = {
        name: old.rows[name] if kind.file in gone else new.rows[name]
        for name, kind in parsing.RECORDS.items()
    }
    return replace(
        new,
        rows=rows,
        regions=old.regions if REGIONS in gone else new.regions,
        provinces=old.provinces if PROVINCES in gone else new.provinces,
        towns=old.towns if TOWNS in gone else new.towns,
        synonyms=old.synonyms if SYNONYMS in gone else new.synonyms,
        communes=old.communes if COMMUNES in gone else new.communes,
        # For a later look: what is still missing then is still to be had from here.
        problems=tuple(
            replace(p, code="file_held", value=p.code) if p.file in gone and p.code in _GONE else p
            for p in new.problems
        ),
    )


def label_of(raw: Any, id_key: str, number: int) -> str:
    """The id of a raw record, or its place in the list."""
    if isinstance(raw, dict):
        inside = raw.get("properties")
        value = raw.get(id_key) or (inside.get(id_key) if isinstance(inside, dict) else None)
        if isinstance(value, (str, int)) and str(value):
            return str(value)[:120]
    return f"#{number}"


class _DocumentReader:
    def __init__(self, content_of: Callable[[str], bytes]) -> None:
        self._content_of = content_of
        self.problems: list[Problem] = []
        self.digest = hashlib.sha256()

    def _bytes(self, name: str) -> bytes | None:
        try:
            content = self._content_of(name)
        except TooBigDocument:
            self.problems.append(Problem(name, "", "", "file_too_big", ""))
        except FileNotFoundError:
            self.problems.append(Problem(name, "", "", "file_missing", ""))
        except OSError as error:
            self.problems.append(Problem(name, "", "", "file_unreadable", error.strerror or ""))
        else:
            self.digest.update(name.encode() + b"\0" + content)
            return content
        return None

    def rows(self, kind: parsing.RecordKind) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        for number, raw in enumerate(self._list(kind.file, kind.list_key), start=1):
            label = label_of(raw, kind.id_key, number)
            if label in found:
                self.problems.append(Problem(kind.file, label, kind.id_key, "duplicate_id", label))
            else:
                found[label] = orjson.dumps(raw)
        return found

    def references(
        self, name: str, list_key: str, id_key: str, make: Callable[[dict[str, Any]], T], kind: str
    ) -> tuple[T, ...]:
        found: dict[str, T] = {}
        for number, raw in enumerate(self._list(name, list_key), start=1):
            label = label_of(raw, id_key, number)
            made = made_of(name, label, raw, make, kind, ReferenceCodes())
            if isinstance(made, tuple):
                self.problems += made
            elif label in found:
                self.problems.append(Problem(name, label, id_key, "duplicate_id", label))
            else:
                found[label] = made
        return tuple(found.values())

    def _list(self, name: str, list_key: str) -> list[Any]:
        content = self._bytes(name)
        if content is None:
            return []
        try:
            rows = orjson.loads(content)[list_key]
            if not isinstance(rows, list):
                raise TypeError(list_key)
            return rows
        except orjson.JSONDecodeError as error:
            self.problems.append(Problem(name, "", "", "not_json", f"{error.lineno}:{error.colno}"))
        except (KeyError, TypeError):
            self.problems.append(Problem(name, "", list_key, "no_list", list_key))
        return []

    def synonyms(self) -> tuple[dict[str, str], ...]:
        return tuple(
            {"group": r["group"], "word": r["word"]}
            for r in self._table(SYNONYMS)
            if r.get("group") and r.get("word")
        )

    def communes(self) -> tuple[Commune, ...]:
        found = {}
        for number, row in enumerate(self._table(COMMUNES), start=1):
            try:
                made = parsing.commune(row)
            except (KeyError, TypeError, ValueError) as error:
                self.problems.append(
                    Problem(
                        COMMUNES,
                        str(row.get("code") or f"#{number}")[:120],
                        "",
                        "unreadable_record",
                        str(error)[:80],
                    )
                )
                continue
            found[made.code] = made
        if not found and not any(p.file == COMMUNES for p in self.problems):
            self.problems.append(Problem(COMMUNES, "", "", "empty_file", ""))
        return tuple(found.values())

    def _table(self, name: str) -> list[dict[str, str]]:
        content = self._bytes(name)
        if content is None:
            return []
        try:
            return list(csv.DictReader(content.decode("utf-8").splitlines()))
        except (UnicodeDecodeError, csv.Error) as error:
            self.problems.append(Problem(name, "", "", "not_csv", str(error)[:80]))
            return []


def made_of(
    file: str,
    label: str,
    raw: Any,
    make: Callable[[dict[str, Any]], T],
    kind: str,
    known: ReferenceCodes,
) -> T | tuple[Problem, ...]:
    """Parse and validate a record: the record of the model, or its problems."""
    problems = record_problems(kind, raw, known)
    if problems:
        return tuple(Problem(file, label, p.field, p.code, p.value) for p in problems)
    try:
        return make(raw)
    except UNREADABLE as error:
        return (Problem(file, label, "", "unreadable_record", str(error)[:80]),)
