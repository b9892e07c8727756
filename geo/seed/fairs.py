"""The published editions of fairs: where, when, for which crafts, as far as their sources say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from geo.seed.fair_dates import edition_days, months_of
from geo.seed.tables import Row, codes, rows, sources_of
from geo.seed.towns import towns
from geo.text.folding import fold

Record = dict[str, Any]
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def fairs(sources: Path) -> list[Record]:
    """The editions, in the order of the source.

    An edition gets days only when both are complete, and the position of its city only when it
    names one that the gazetteers know: several cities, a country alone or « en ligne » give none.
    """
    cities = _cities(sources)
    return [
        _fair(row, cities.get((row["country_iso2"], fold(row["city"]))))
        for row in rows(sources, "fairs")
    ]


def _fair(row: Row, at: tuple[float, float] | None) -> Record:
    days = edition_days(row["edition_year"])
    years = _YEAR.findall(row["edition_year"])
    return {
        "id": row["id"],
        "name": row["name"],
        "kind": row["kind"],
        "country": row["country_iso2"],
        "city": row["city"],
        "venue": row["venue"],
        "months": months_of(row["month"]),
        "edition": row["edition_year"],
        "year": days[1].year if days else int(years[-1]) if years else None,
        "first": days[0].isoformat() if days else "",
        "last": days[1].isoformat() if days else "",
        "crafts": codes(row["crafts"]),
        "lon": at[0] if at else None,
        "lat": at[1] if at else None,
        "precision": "city" if at else "country",
        "provenance": "published",
        "verified": "",
        "sources": sources_of(row["source_url"]),
    }


def _cities(sources: Path) -> dict[tuple[str, str], tuple[float, float]]:
    """Country and folded name -> lon/lat degrees (GeoNames); the larger of two namesakes."""
    found: dict[tuple[str, str], tuple[float, float]] = {}
    for row in rows(sources, "cities"):
        for name in (row["name"], row["name_fr"]):
            found.setdefault(
                (row["country_iso2"], fold(name)), (float(row["lon"]), float(row["lat"]))
            )
    for town in towns(sources):
        for name in (town["name"], *town["alt"]):
            found.setdefault(("MA", fold(name)), (town["lon"], town["lat"]))
    return found
