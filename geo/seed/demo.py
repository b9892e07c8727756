"""Generated records that complete the published ones to the announced counts.

They are told apart everywhere: ``provenance`` is ``demo`` and the name says so. Each sits in
a real town; nothing else about them is real. The same sources always give the same rows.
"""
from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from geo.i18n import words
from geo.model import CRAFTS, MAISON_KINDS
from geo.seed.tables import DEMO_SOURCE, feature, point, rows

Record = dict[str, Any]
SEED = 2025
#: How many demo buyers a market gets relative to others: by the rank of its exports.
WEIGHTS = {"US": 14, "FR": 12, "ES": 8, "DE": 9, "GB": 8, "IT": 7, "NL": 6, "BE": 6, "JP": 5,
           "AE": 6, "SA": 5, "CA": 5, "TR": 4, "CH": 5, "QA": 4}
BUYER_KINDS = {"importer_wholesaler": 30, "concept_store": 22, "designer_brand": 16,
               "retail_chain": 10, "department_store": 8, "hotel_contract": 8, "museum_shop": 4,
               "marketplace": 2}
CRAFT_WEIGHTS = {"tapis_tissage": 24, "poterie_ceramique": 20, "zellige": 12,
                 "cuir_maroquinerie": 14, "dinanderie_metal": 10, "vannerie": 9,
                 "vetement_traditionnel": 8, "bois_marqueterie": 8, "babouches": 6,
                 "produits_terroir_cosmetique": 8, "ferronnerie": 6, "bijouterie": 6,
                 "broderie_couture": 6, "pierre_marbre_platre": 5}
SITE_KINDS = {"complexe_artisanal": 30, "ensemble_artisanal": 24, "espace_commercialisation": 20,
              "centre_formation": 14, "village_artisanal": 8, "zone_activites": 4}
MAISONS = {"maison_artisane": 50, "dar_maalma": 35, "maison_artisan": 15}
RURAL_CRAFTS = {"tapis_tissage": 40, "broderie_couture": 22, "vannerie": 12,
                "poterie_ceramique": 10, "produits_terroir_cosmetique": 10, "bijouterie": 6}
NO_CITY_EVERY = 12


def buyers(sources: Path, published: list[Record], total: int) -> list[Record]:
    """Demo buyers over the markets, each market at least once."""
    chance = random.Random(f"buyers {SEED}")
    t = words("fr")
    markets = rows(sources, "markets")
    cities: dict[str, list[dict[str, str]]] = {}
    for city in rows(sources, "cities"):
        cities.setdefault(city["country_iso2"], []).append(city)
    served = {b["properties"]["country"] for b in published}
    wanted = [m["iso2"] for m in markets if m["iso2"] not in served]
    weights = [WEIGHTS.get(m["iso2"], 3) for m in markets]
    while len(wanted) < total - len(published):
        wanted.append(chance.choices(markets, weights)[0]["iso2"])
    found = []
    for number, iso2 in enumerate(wanted[: total - len(published)], start=1):
        kind = _one(chance, BUYER_KINDS)
        nowhere = number % NO_CITY_EVERY == 0
        city = None if nowhere else chance.choices(
            cities[iso2], [float(c["population"]) ** 0.5 for c in cities[iso2]])[0]
        place = city["name_fr"] if city else t.country(iso2)
        found.append(feature(
            f"demo-acteur-{number:03d}", point(city["lon"], city["lat"]) if city else None, {
                "name": f"Acteur démo {number:03d} · {t(f'buyer.{kind}').lower()}, {place}",
                "kind": kind, "country": iso2, "city": place if city else "",
                "crafts": _some(chance, CRAFT_WEIGHTS, 3), "relation_fr": "",
                "year": chance.choice([None, *range(2012, 2026)]), "website": "",
                "provenance": "demo", "precision": "city" if city else "country",
                "verified": "", "sources": DEMO_SOURCE}))
    return found


def sites(sources: Path, published: list[Record], *, active: int, in_progress: int, maisons: int
          ) -> list[Record]:
    """Demo sites and Maisons, enough to reach each announced count."""
    chance = random.Random(f"sites {SEED}")
    kinds = [(s["properties"]["kind"] in MAISON_KINDS, s["properties"]["status"] == "active")
             for s in published]
    towns = [r for r in rows(sources, "towns") if r["province_code"] and r["population"]]
    rural = [r for r in rows(sources, "communes") if r["milieu"] == "rural" and r["lon"]]
    known = _crafts_by_province(sources)
    found: list[Record] = []
    for is_open, missing in ((True, active - kinds.count((False, True))),
                             (False, in_progress - kinds.count((False, False)))):
        for _ in range(max(0, missing)):
            town = chance.choices(towns, [float(r["population"]) ** 0.5 for r in towns])[0]
            found.append(_site(chance, len(found) + 1, _one(chance, SITE_KINDS), town["name"], "",
                               town, is_open, None, known, CRAFT_WEIGHTS))
    for number in range(1, maisons - sum(maison for maison, _ in kinds) + 1):
        commune = chance.choice(rural)
        found.append(_site(chance, number, _one(chance, MAISONS), commune["name_fr"],
                           commune["name_fr"], commune, chance.random() < 0.85, True, known,
                           RURAL_CRAFTS))
    return found


def _site(chance: random.Random, number: int, kind: str, town: str, commune: str,
          at: dict[str, str], is_open: bool, rural: bool | None,
          known: dict[str, list[str]], weights: dict[str, int]) -> Record:
    maison = kind in MAISON_KINDS
    word = "Maison" if maison else "Site"
    local = {c: 60 for c in known.get(at["province_code"], []) if c in weights}
    status = "active" if is_open else chance.choice(["planned", "under_construction"])
    return feature(
        f"demo-{word.lower()}-{number:03d}", point(at["lon"], at["lat"]), {
            "name_fr": f"{word} démo {number:03d} · {words('fr')(f'site.{kind}').lower()}, {town}",
            "kind": kind, "status": status, "town": town, "commune": commune,
            "province": at["province_code"], "region": at["region_code"],
            "crafts": _some(chance, weights | local, 2),
            "year_opened": chance.choice([None, *range(2008, 2025)]) if is_open else None,
            "capacity_artisans": None, "area_m2": None, "budget_mad": None,
            "women_only": True if kind in ("maison_artisane", "dar_maalma") else None,
            "rural": rural, "precision": at["position_precision"], "geoname_id": at["geoname_id"],
            "fact_fr": "", "provenance": "demo", "verified": "", "sources": DEMO_SOURCE})


def _crafts_by_province(sources: Path) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows(sources, "craft_geography"):
        found.setdefault(row["province_code"], []).append(row["craft"])
    return found


def _one(chance: random.Random, weights: dict[str, int]) -> str:
    return chance.choices(list(weights), list(weights.values()))[0]


def _some(chance: random.Random, weights: dict[str, int], most: int) -> list[str]:
    picked = {_one(chance, weights) for _ in range(chance.randint(1, most))}
    return [c for c in CRAFTS if c in picked]
