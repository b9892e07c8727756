"""Moroccan exporters that the press names, by town.

Source  ``data/sources/moroccan_exporters.csv``: no telephone, no address, no person.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from geo.core import shipped
from geo.model.records import Catalogue
from geo.text.folding import fold


@dataclass(frozen=True, slots=True)
class Exporter:
    """One exporter; ``city`` is empty when no source says where it is."""

    id: str
    name: str
    city: str
    crafts: tuple[str, ...]
    relation_fr: str
    year: str
    url: str


@lru_cache(maxsize=4)
def exporters(folder: Path | None = None) -> tuple[Exporter, ...]:
    """Every exporter; a missing file is an empty list."""
    return tuple(
        Exporter(
            r["id"],
            r["name"],
            r["city"],
            tuple(c for c in r["crafts"].split(";") if c),
            r["relation_fr"],
            r["year"],
            r["source_url"],
        )
        for r in shipped.rows(shipped.EXPORTERS, folder)
    )


def exporters_in(region: str, catalogue: Catalogue) -> list[Exporter]:
    """The exporters of a region, by the town they are in; those without a town are left out."""
    regions = {a.code: a.region for a in catalogue.provinces}
    towns: dict[str, str] = {}
    for town in catalogue.towns:  # largest first: the first of a name is the one meant
        towns.setdefault(fold(town.name), regions.get(town.province, ""))
    return [e for e in exporters() if e.city and towns.get(fold(e.city)) == region]
