"""The gazetteer of Moroccan towns: one name in French, one in Arabic, the spellings people type.

GeoNames mixes transliterations, airport codes and errors into its alternate names. The
census's names come first where a commune sits at the town, and noise is left out.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from geo.seed.tables import codes, number, rows
from geo.text.folding import fold

Record = dict[str, Any]
NOISE = ("White House", "Morocco City", "Medina", "الهراويين")
#: Written with the letters of Arabic alone: no Persian, Urdu or Sorani spelling.
_ARABIC = re.compile(r"[\u0621-\u063a\u0641-\u064a](?:[\u0621-\u064a '-]*[\u0621-\u064a])?\Z")


def towns(sources: Path) -> list[Record]:
    """The towns, in the order of the source: largest first."""
    communes = {r["geoname_id"]: r for r in rows(sources, "communes") if r["geoname_id"]}
    # As the records write it, so that a search by any other spelling finds them.
    usual = {
        r["geoname_id"]: r["town"]
        for name in ("craft_geography", "sites")
        for r in rows(sources, name)
        if r["position_precision"] == "town" and r["town"]
    }
    table = rows(sources, "towns")
    taken = {fold(r["name"]) for r in table}
    found = []
    for row in table:
        commune = communes.get(row["geoname_id"], {})
        name = usual.get(row["geoname_id"]) or commune.get("name_fr") or row["name"]
        arabic = [
            a
            for a in (commune.get("name_ar", ""), row["name_ar"], *codes(row["alt_ar"]))
            if _ARABIC.match(a) and a not in NOISE
        ]
        others = [a for a in codes(row["alt_latin"]) if _spelling(a) and fold(a) not in taken]
        # A spelling belongs to one town, the larger: GeoNames repeats some on namesakes.
        taken |= {fold(a) for a in others}
        latin = [commune.get("name_fr", ""), row["name"], *others]
        found.append(
            {
                "geoname_id": row["geoname_id"],
                "name": name,
                "name_ar": arabic[0] if arabic else "",
                "alt": _distinct([name, *arabic[:1]], [*latin, *arabic]),
                "province": row["province_code"],
                "region": row["region_code"],
                "population": number(row["population"]),
                "lon": float(row["lon"]),
                "lat": float(row["lat"]),
            }
        )
    return found


def _spelling(name: str) -> bool:
    # Airport codes are short or all capitals; machine transliterations have no capital at all.
    return name not in NOISE and len(name) > 3 and not name.isupper() and not name.islower()


def _distinct(known: list[str], names: list[str]) -> list[str]:
    seen = {fold(name) for name in known}
    kept = []
    for name in names:
        if name and fold(name) not in seen:
            seen.add(fold(name))
            kept.append(name)
    return kept
