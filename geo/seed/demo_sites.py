"""Generated sites and Maisons that complete the published ones to the announced counts.

See ``geo.seed.demo`` for what "demo" promises. Sites sit in towns, Maisons mostly in rural
communes, for they are meant for the women artisans of the countryside.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.model.records import MAISON_KINDS
from geo.seed.demo import CRAFT_WEIGHTS, one, some
from geo.seed.tables import DEMO_SOURCE, feature, point, rows
from geo.seed.towns import towns

Record = dict[str, Any]
#: Kinds: how frequent, and how the name says it.
SITES = {
    "complexe_artisanal": (30, "complexe artisanal"),
    "ensemble_artisanal": (24, "ensemble artisanal"),
    "espace_commercialisation": (20, "espace de commercialisation"),
    "centre_formation": (14, "centre de formation"),
    "village_artisanal": (8, "village artisanal"),
    "zone_activites": (4, "zone d'activités"),
}
MAISONS = {
    "maison_artisane": (50, "maison de l'artisane"),
    "dar_maalma": (35, "dar maâlma"),
    "maison_artisan": (15, "maison de l'artisan"),
}
RURAL_CRAFTS = {
    "tapis_tissage": 40,
    "broderie_couture": 22,
    "vannerie": 12,
    "poterie_ceramique": 10,
    "produits_terroir_cosmetique": 10,
    "bijouterie": 6,
}
#: A craft the place is known for weighs as much as all the others together.
KNOWN_FOR = 120
SMALLEST_TOWN = 5_000
URBAN_MAISON_EVERY = 9
OPEN_MAISONS = 0.85
YEARS_OPENED = (*[None] * 18, *range(2007, 2025))


@dataclass(frozen=True)
class _Place:
    """A real town or commune that can hold a demo record."""

    name: str
    commune: str
    province: str
    region: str
    lon: str
    lat: str
    geoname_id: str
    precision: str
    weight: float
    rural: bool | None


def sites(
    sources: Path, published: list[Record], *, active: int, in_progress: int, maisons: int
) -> list[Record]:
    """Demo sites and Maisons.

    Parameters
    ----------
    active, in_progress : how many sites that are not Maisons there must be, published included.
    maisons : how many Maisons there must be, whatever their status.
    """
    count = Counter(
        (s["properties"]["kind"] in MAISON_KINDS, s["properties"]["status"] == "active")
        for s in published
    )
    urban, rural = _places(sources)
    crafts = _Crafts(sources)
    chance = random.Random("demo sites 2025")
    statuses = ["active"] * (active - count[False, True]) + [
        "planned",
        "under_construction",
    ] * in_progress
    statuses = statuses[
        : max(0, active - count[False, True]) + max(0, in_progress - count[False, False])
    ]
    found = [
        _record(chance, "Site", n, status, place, SITES, crafts.at(place, CRAFT_WEIGHTS))
        for n, (status, place) in enumerate(
            zip(statuses, _drawn(chance, urban, len(statuses)), strict=True), start=1
        )
    ]
    chance = random.Random("demo maisons 2025")
    missing = max(0, maisons - count[True, True] - count[True, False])
    few = _drawn(chance, urban, missing // URBAN_MAISON_EVERY)
    places = _drawn(chance, rural, missing - len(few)) + few
    chance.shuffle(places)
    for number, place in enumerate(places, start=1):
        status = (
            "active"
            if chance.random() < OPEN_MAISONS
            else chance.choice(["planned", "under_construction"])
        )
        found.append(
            _record(
                chance, "Maison", number, status, place, MAISONS, crafts.at(place, RURAL_CRAFTS)
            )
        )
    return found


def _places(sources: Path) -> tuple[list[_Place], list[_Place]]:
    by_point = {r["geoname_id"]: r for r in rows(sources, "communes") if r["geoname_id"]}
    gazetteer = towns(sources)
    usual = {town["geoname_id"]: town["name"] for town in gazetteer}
    urban = []
    for town in gazetteer:
        commune = by_point.get(town["geoname_id"])
        if (town["population"] or 0) >= SMALLEST_TOWN and commune and commune["milieu"] == "urbain":
            urban.append(
                _Place(
                    town["name"],
                    commune["name_fr"],
                    town["province"],
                    town["region"],
                    town["lon"],
                    town["lat"],
                    town["geoname_id"],
                    "town",
                    town["population"] ** 0.5,
                    False,
                )
            )
    rural = [
        _Place(
            usual.get(r["geoname_id"], r["name_fr"]),
            r["name_fr"],
            r["province_code"],
            r["region_code"],
            r["lon"],
            r["lat"],
            r["geoname_id"],
            r["position_precision"],
            1.0,
            True,
        )
        for r in by_point.values()
        if r["milieu"] == "rural" and r["lon"]
    ]
    return urban, rural


def _drawn(chance: random.Random, places: list[_Place], wanted: int) -> list[_Place]:
    # Without putting back: no town gets two demo records of a kind.
    left = list(places)
    found = []
    for _ in range(wanted):
        found.append(left.pop(chance.choices(range(len(left)), [p.weight for p in left])[0]))
    return found


class _Crafts:
    """What a town, or else its province, is known for."""

    def __init__(self, sources: Path) -> None:
        self._known: dict[str, list[str]] = {}
        for row in rows(sources, "craft_geography"):
            for key in (row["geoname_id"], row["province_code"]):
                if key:
                    self._known.setdefault(key, []).append(row["craft"])

    def at(self, place: _Place, weights: dict[str, int]) -> dict[str, float]:
        """The weights of the crafts at a place."""
        known = self._known.get(place.geoname_id) or self._known.get(place.province) or []
        here = [c for c in dict.fromkeys(known) if c in weights]
        return {**weights, **{c: KNOWN_FOR / len(here) for c in here}}


def _record(
    chance: random.Random,
    word: str,
    number: int,
    status: str,
    place: _Place,
    kinds: dict[str, tuple[int, str]],
    crafts: dict[str, float],
) -> Record:
    kind = one(chance, {kind: weight for kind, (weight, _) in kinds.items()})
    return feature(
        f"demo-{word.lower()}-{number:03d}",
        point(place.lon, place.lat),
        {
            "name_fr": f"{word} démo {number:03d} · {kinds[kind][1]}, {place.name}",
            "kind": kind,
            "status": status,
            "town": place.name,
            "commune": place.commune,
            "province": place.province,
            "region": place.region,
            "crafts": some(chance, crafts, 2),
            "year_opened": chance.choice(YEARS_OPENED) if status == "active" else None,
            "capacity_artisans": None,
            "area_m2": None,
            "budget_mad": None,
            "women_only": True if kind in ("maison_artisane", "dar_maalma") else None,
            "rural": place.rural,
            "precision": place.precision,
            "geoname_id": place.geoname_id,
            "fact_fr": "",
            "provenance": "demo",
            "verified": "",
            "sources": DEMO_SOURCE,
        },
    )
