"""How good the records are: what is filled in, how fresh, how precisely placed, what to mend.

Generated records are counted apart: how complete they are says nothing about the truth. The
table ``ASKED`` says what each collection should know; ``record_faults`` what is left to do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from geo.curate.imports.duplicates import ComparedRecord, alike
from geo.model.freshness import months_since
from geo.model.records import LANGUAGES, UNVERIFIED, Buyer, Catalogue, Market, Report, Site
from geo.model.schema import SCHEMA, Field, in_order
from geo.text.folding import fold

#: Coarser than a town: good for a count, not for finding the door.
COARSE = ("province", "region", "country", "unknown")
STALE_YEARS = 3
FRESHNESS = ("year", "three_years", "older", "never")
#: What is left to do, the gravest first.
FAULTS = (
    "twin",
    "no_position",
    "no_source",
    "coarse",
    "no_craft",
    "never_verified",
    "stale",
    "no_contact",
    "no_year",
    "demo",
)


def _sourced(record: Any) -> bool:
    return any(s.url for s in record.sources)


#: What it takes to know, where a value that is not empty does not do.
_KNOWN: Mapping[tuple[str, str], Callable[[Any], bool]] = MappingProxyType(
    {
        ("buyers", "source"): _sourced,
        ("sites", "source"): _sourced,
        ("sites", "town"): lambda s: bool(s.town or s.commune),
        ("markets", "evidence"): lambda m: m.evidence == "published",
        ("markets", "agreement"): lambda m: (
            bool(m.agreements) and m.agreement_source not in UNVERIFIED
        ),
    }
)
_FIRST = ("city", "town", "crafts", "position")
_LAST = ("told", "source", "agreement", "verified")


def _known(collection: str, field: Field) -> Callable[[Any], bool]:
    def filled(record: Any) -> bool:
        return getattr(record, field.name) not in ("", None, ())

    return _KNOWN.get((collection, field.quality), filled)


def _questions(collection: str) -> Mapping[str, Callable[[Any], bool]]:
    fields = {f.quality: _known(collection, f) for f in SCHEMA[collection] if f.quality}
    return MappingProxyType({name: fields[name] for name in in_order(fields, _FIRST, _LAST)})


#: Collection -> what it should know, and how to tell that it does.
ASKED: Mapping[str, Mapping[str, Callable[[Any], bool]]] = MappingProxyType(
    {
        "buyers": _questions("buyers"),
        "sites": _questions("sites"),
        "reports": MappingProxyType(
            {
                "date": lambda r: bool(r.date),
                "markets": lambda r: bool(r.markets),
                "crafts": lambda r: bool(r.crafts),
                "figures": lambda r: any(n.figures for n in r.notes),
                "source": lambda r: any(map(_sourced, r.notes)),
                "translated": lambda r: all(r.title.get(lang) for lang in LANGUAGES),
            }
        ),
        "markets": _questions("markets"),
    }
)
#: ``maisons`` are sites; they are judged as such.
COLLECTIONS = tuple(ASKED)


@dataclass(frozen=True, slots=True)
class Todo:
    """One record with what is left to do about it, in the order of ``FAULTS``."""

    collection: str
    id: str
    name: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """One collection.

    Attributes
    ----------
    real, demo : how many records were published or imported, and generated.
    filled : field -> how many of the real ones know it.
    fresh : age of the last verification of the real ones -> how many (``FRESHNESS``).
    precision, provenance : code -> how many; precision of the real ones only.
    """

    collection: str
    real: int
    demo: int
    filled: Mapping[str, int]
    fresh: Mapping[str, int]
    precision: Mapping[str, int]
    provenance: Mapping[str, int]


def records_of(catalogue: Catalogue, collection: str) -> Sequence[Buyer | Site | Report | Market]:
    """The records of one of ``COLLECTIONS``."""
    result: Sequence[Buyer | Site | Report | Market] = getattr(catalogue, collection)
    return result


def assess(catalogue: Catalogue, collection: str, today: date) -> Assessment:
    """Completeness, freshness, precision and provenance of one collection."""
    records = records_of(catalogue, collection)
    real = [r for r in records if _provenance(r) != "demo"]
    questions = ASKED[collection]
    return Assessment(
        collection,
        len(real),
        len(records) - len(real),
        filled={name: sum(map(knows, real)) for name, knows in questions.items()},
        fresh=_counted(FRESHNESS, (age_of(getattr(r, "verified", ""), today) for r in real))
        if "verified" in questions
        else {},
        precision=dict(Counter(getattr(r, "precision", "") for r in real))
        if "position" in questions
        else {},
        provenance=dict(Counter(map(_provenance, records))),
    )


def age_of(verified: str, today: date) -> str:
    """The class of ``FRESHNESS`` of a partial ISO date; a year alone counts as its last day."""
    months = months_since(verified, today)
    if months is None:
        return "never"
    return "year" if months < 12 else "three_years" if months < 12 * STALE_YEARS else "older"


def todo(catalogue: Catalogue, today: date, twins: Iterable[frozenset[str]] = ()) -> list[Todo]:
    """What is left to do, the gravest first, then by name.

    Parameters
    ----------
    twins : groups of ids of records that may be one.
    """
    doubled = frozenset().union(*twins)
    found = []
    placed: tuple[tuple[str, Sequence[Buyer | Site]], ...] = (
        ("buyers", catalogue.buyers),
        ("sites", catalogue.sites),
    )
    for collection, records in placed:
        for record in records:
            faults = record_faults(record, today)
            if record.id in doubled:
                faults = ("twin", *faults)
            if faults:
                found.append(Todo(collection, record.id, record.name, faults))
    rank = {fault: i for i, fault in enumerate(FAULTS)}
    return sorted(found, key=lambda t: (rank[t.faults[0]], -len(t.faults), fold(t.name)))


def twins_of(catalogue: Catalogue) -> list[frozenset[str]]:
    """Pairs of ids of real records that may be one: by name, place, website and distance."""
    found = []
    for records in (catalogue.buyers, catalogue.sites):
        real = [r for r in records if r.provenance != "demo"]
        known = [
            ComparedRecord(
                i,
                r.name,
                getattr(r, "country", "MA"),
                r.city if isinstance(r, Buyer) else r.town or r.commune,
                getattr(r, "website", ""),
                r.lon_lat,
                r.precision == "building",
            )
            for i, r in enumerate(real)
        ]
        found += [
            frozenset((real[pair.row].id, real[int(pair.other)].id)) for pair in alike(known, ())
        ]
    return found


def record_faults(record: Buyer | Site, today: date) -> tuple[str, ...]:
    """What is left to do about one buyer or site; a generated one is only to be replaced."""
    if record.provenance == "demo":
        return ("demo",)
    contact, year = (
        (record.website, record.year)
        if isinstance(record, Buyer)
        else (record.phone, record.year_opened)
    )
    age = age_of(record.verified, today)
    wrong = {
        "no_position": record.lon_lat is None,
        "no_source": not _sourced(record),
        "coarse": record.lon_lat is not None and record.precision in COARSE,
        "no_craft": not record.crafts,
        "never_verified": age == "never",
        "stale": age == "older",
        "no_contact": not contact,
        "no_year": year is None,
    }
    return tuple(fault for fault in FAULTS if wrong.get(fault))


def _provenance(record: Any) -> str:
    return getattr(record, "provenance", "published")


def _counted(keys: Sequence[str], values: Iterable[str]) -> dict[str, int]:
    found = Counter(values)
    return {key: found[key] for key in keys}
