"""Generated buyers that complete the published ones to the announced count.

Generated records are marked everywhere: ``provenance`` is ``demo`` and the name says so.
Each sits in a real town; nothing else about it is real. The same sources always give the
same rows: every purpose draws from its own seeded random generator.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo.model.records import CRAFTS
from geo.seed.tables import DEMO_SOURCE, feature, point, rows

Record = dict[str, Any]
#: How important a market is next to another, by the published export shares, softened: the
#: real share of the United States would leave nothing to the small markets.
WEIGHTS = {
    "US": 26,
    "FR": 20,
    "ES": 15,
    "DE": 14,
    "GB": 13,
    "IT": 12,
    "NL": 10,
    "BE": 9,
    "TR": 9,
    "AE": 9,
    "SA": 8,
    "CA": 8,
    "JP": 8,
    "CH": 7,
    "QA": 6,
    "CN": 6,
    "PT": 6,
}
ELSEWHERE = 4
#: Kinds of demo buyers: how frequent, and how the name says it.
KINDS = {
    "importer_wholesaler": (30, "importateur-grossiste"),
    "concept_store": (22, "concept store"),
    "designer_brand": (16, "marque de créateur"),
    "retail_chain": (10, "chaîne de magasins"),
    "department_store": (8, "grand magasin"),
    "hotel_contract": (8, "équipement hôtelier"),
    "museum_shop": (4, "boutique de musée"),
    "marketplace": (2, "vente en ligne"),
}
CRAFT_WEIGHTS = {
    "tapis_tissage": 24,
    "poterie_ceramique": 20,
    "zellige": 12,
    "cuir_maroquinerie": 14,
    "dinanderie_metal": 10,
    "vannerie": 9,
    "vetement_traditionnel": 8,
    "bois_marqueterie": 8,
    "babouches": 6,
    "produits_terroir_cosmetique": 8,
    "ferronnerie": 6,
    "bijouterie": 6,
    "broderie_couture": 6,
    "pierre_marbre_platre": 5,
}
NO_CITY_EVERY = 12
#: Half of the demo records have no year: real ones seldom say it either.
YEARS = (*[None] * 15, *range(2011, 2026))


def buyers(sources: Path, published: list[Record], total: int) -> list[Record]:
    """Demo buyers over the markets, each market at least once.

    Parameters
    ----------
    total : how many buyers there must be, published ones included.
    """
    chance = random.Random("demo buyers 2025")
    names = {row["iso2"]: row["name_fr"] for row in rows(sources, "markets")}
    cities: dict[str, list[dict[str, str]]] = {}
    for row in rows(sources, "cities"):
        cities.setdefault(row["country_iso2"], []).append(row)
    served = Counter(b["properties"]["country"] for b in published)
    found = []
    for number, iso2 in enumerate(_markets(list(names), served, total - len(published)), start=1):
        kind = one(chance, {kind: weight for kind, (weight, _) in KINDS.items()})
        drawn = one(
            chance, {row: float(c["population"]) ** 0.5 for row, c in enumerate(cities[iso2])}
        )
        city = None if number % NO_CITY_EVERY == 0 else cities[iso2][drawn]
        place = city["name_fr"] if city else names[iso2]
        found.append(
            feature(
                f"demo-acteur-{number:03d}",
                point(city["lon"], city["lat"]) if city else None,
                {
                    "name": f"Acteur démo {number:03d} · {KINDS[kind][1]}, {place}",
                    "kind": kind,
                    "country": iso2,
                    "city": place if city else "",
                    "crafts": some(chance, CRAFT_WEIGHTS, 3),
                    "relation_fr": "",
                    "year": chance.choice(YEARS),
                    "website": "",
                    "provenance": "demo",
                    "precision": "city" if city else "country",
                    "verified": "",
                    "sources": DEMO_SOURCE,
                },
            )
        )
    return found


def _markets(markets: list[str], served: Mapping[str, int], wanted: int) -> list[str]:
    # Highest averages: each next buyer goes to the market that is furthest below its weight;
    # a market nobody serves yet comes before all others.
    counts = Counter(served)
    order = []
    for _ in range(wanted):
        next_ = max(
            markets,
            key=lambda m: (
                counts[m] == 0,
                WEIGHTS.get(m, ELSEWHERE) / (counts[m] + 1),
                -markets.index(m),
            ),
        )
        counts[next_] += 1
        order.append(next_)
    return order


def one(chance: random.Random, weights: Mapping[Any, float]) -> Any:
    """One key, drawn by its weight."""
    return chance.choices(list(weights), list(weights.values()))[0]


def some(chance: random.Random, weights: Mapping[str, float], most: int) -> list[str]:
    """One to ``most`` crafts drawn by weight, in the order of the vocabulary."""
    picked = {one(chance, weights) for _ in range(chance.randint(1, most))}
    return [c for c in CRAFTS if c in picked]
