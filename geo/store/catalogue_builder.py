"""Build the immutable catalogue from stored records.

Parsed records are cached: after an edit only the edited record is parsed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from geo.model.parsing import RECORDS, report
from geo.model.problems import Problem
from geo.model.records import Catalogue, Report
from geo.model.validation import ReferenceCodes, record_problems
from geo.store.shipped_files import PROVINCES, REGIONS, UNREADABLE, Base, label_of, made_of

#: collection -> label -> the record as compact JSON
Rows = Mapping[str, Mapping[str, bytes]]


class CatalogueBuilder:
    """Builds the catalogues of one store; caches parsed records between builds."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[ReferenceCodes, dict[str, tuple[bytes, Any]]]] = {}

    def catalogue(
        self,
        base: Base,
        rows: Rows,
        version: str,
        problems: Iterable[Problem] = (),
        imports: Iterable[tuple[str, bytes]] = (),
    ) -> Catalogue:
        """Build a catalogue of the valid records, with the problems of the others.

        Parameters
        ----------
        imports : file name and content of further reports, which nobody edits.
        """
        all_problems = [*base.problems, *problems]
        markets, faults = self._records("markets", rows["markets"], ReferenceCodes())
        all_problems += faults
        if not rows["markets"] and not any(p.file == RECORDS["markets"].file for p in all_problems):
            all_problems.append(Problem(RECORDS["markets"].file, "", "", "empty_file", ""))
        known = known_codes(base, None if faults else rows["markets"])
        found: dict[str, tuple[Any, ...]] = {"markets": markets}
        for name in RECORDS:
            if name != "markets":
                found[name], faults = self._records(name, rows[name], known)
                all_problems += faults
        more, faults = _imports(imports, known, rows["reports"])
        found["reports"] += more
        all_problems += faults
        return Catalogue(
            version=version,
            regions=base.regions,
            provinces=base.provinces,
            towns=base.towns,
            synonyms=base.synonyms,
            communes=base.communes,
            problems=tuple(all_problems),
            **found,
        )

    def _records(
        self, name: str, rows: Mapping[str, bytes], known: ReferenceCodes
    ) -> tuple[tuple[Any, ...], list[Problem]]:
        kind = RECORDS[name]
        before, held = self._made.get(name, (known, {}))
        if before != known:
            held = {}
        made: dict[str, tuple[bytes, Any]] = {}
        for label, content in rows.items():
            last = held.get(label)
            if last is None or last[0] is not content:
                last = (
                    content,
                    made_of(kind.file, label, orjson.loads(content), kind.parse, kind.check, known),
                )
            made[label] = last
        self._made[name] = (known, made)
        records = tuple(r for _, r in made.values() if not isinstance(r, tuple))
        return records, [p for _, r in made.values() if isinstance(r, tuple) for p in r]


def known_codes(base: Base, markets: Mapping[str, bytes] | None) -> ReferenceCodes:
    """Codes that records may refer to; ``markets`` is None unless all of them are valid."""
    file = RECORDS["markets"].file
    complete = bool(markets) and not any(p.file == file for p in base.problems)
    return ReferenceCodes(
        markets=frozenset(markets or ()) if complete else None,
        regions=base.codes(REGIONS, base.regions),
        provinces=base.codes(PROVINCES, base.provinces),
    )


def all_sound(name: str, rows: Mapping[str, bytes]) -> Mapping[str, bytes] | None:
    """The records of a collection without references; None when one of them is invalid."""
    check = RECORDS[name].check
    faulty = any(
        record_problems(check, orjson.loads(content), ReferenceCodes()) for content in rows.values()
    )
    return None if faulty else rows


def _imports(
    imports: Iterable[tuple[str, bytes]], known: ReferenceCodes, held: Mapping[str, bytes]
) -> tuple[tuple[Report, ...], list[Problem]]:
    """The readable imports; one that is damaged leaves the others served."""
    found: list[Report] = []
    faults: list[Problem] = []
    for name, content in imports:
        try:
            raw = orjson.loads(content)
            problems = record_problems("report", raw, known)
            faults += [
                Problem(name, label_of(raw, "id", 1), p.field, p.code, p.value) for p in problems
            ]
            if not problems and raw["id"] not in held:
                found.append(report(raw))
        except UNREADABLE as error:
            faults.append(Problem(name, "", "", "unreadable_record", str(error)[:80]))
    return tuple(found), faults
