"""Offline lookup of positions by name: Moroccan towns and communes, and cities of the world.

An ambiguous name gives the namesakes and no choice, unless one place has ten times the people of
the others: that match has a lower certainty.

Precision: ``town``, ``commune`` or ``city``; the position is that of the place, never of the
record.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

from geo.core import shipped
from geo.model.records import Catalogue
from geo.places.gazetteer import EXACT, SOUNDS, Gazetteer
from geo.text.folding import plain

DOMINANT = 10
_PRECISIONS = {"town": "town", "commune": "commune"}


@dataclass(frozen=True, slots=True)
class PlaceMatch:
    """Result of a lookup by name.

    Attributes
    ----------
    lon_lat : None when only the area is known.
    precision : of the position, a code of the records.
    certainty : 0 to 1.
    namesakes : labels of all the candidates of an ambiguous name.
    """

    name: str
    lon_lat: tuple[float, float] | None
    precision: str
    province: str
    region: str
    certainty: float
    namesakes: tuple[str, ...] = ()


class Places:
    """Lookup of places by name over one catalogue."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.moroccan = lru_cache(maxsize=20_000)(self._moroccan)

    @cached_property
    def _gazetteer(self) -> Gazetteer:
        return Gazetteer(self._catalogue)

    @cached_property
    def _cities(self) -> dict[tuple[str, str], tuple[str, tuple[float, float]]]:
        """(country, folded name) -> name and position; the larger city keeps a name."""
        found: dict[tuple[str, str], tuple[str, tuple[float, float]]] = {}
        rows = sorted(shipped.rows(shipped.CITIES), key=lambda r: -int(r["population"] or 0))
        groups: dict[str, list[str]] = {}
        for row in self._catalogue.synonyms:
            if row["group"].startswith("city:"):
                groups.setdefault(row["group"], []).append(plain(row["word"]))
        others = {word: names for names in groups.values() for word in names}
        for row in rows:
            at = float(row["lon"]), float(row["lat"])
            names = {plain(row["name"]), plain(row["name_fr"])}
            names |= {w for n in list(names) for w in others.get(n, ())}
            for name in names - {""}:
                found.setdefault((row["country_iso2"], name), (row["name_fr"] or row["name"], at))
        # A town some record already lies in is known too.
        for buyer in self._catalogue.buyers:
            if buyer.lon_lat and buyer.city and buyer.precision == "city":
                found.setdefault((buyer.country, plain(buyer.city)), (buyer.city, buyer.lon_lat))
        return found

    def city(self, name: str, country: str) -> PlaceMatch | None:
        """Look up a city of a country."""
        hit = self._cities.get((country, plain(name)))
        return PlaceMatch(hit[0], hit[1], "city", "", "", 1.0) if hit else None

    def country_of_city(self, name: str) -> str:
        """The country of a city of this name; empty when there is none, or several."""
        folded = plain(name)
        countries = (
            {country for country, city in self._cities if city == folded} if folded else set()
        )
        return countries.pop() if len(countries) == 1 else ""

    def _moroccan(self, name: str, province: str = "", region: str = "") -> PlaceMatch | None:
        """A Moroccan town or commune; a province or region narrows the choice."""
        found = [
            f
            for f in self._gazetteer.search(name, 20)
            if f.tier in (EXACT, SOUNDS) and f.place.kind in _PRECISIONS
        ]
        here = [
            f
            for f in found
            if (not province or f.place.province == province)
            and (not region or f.place.region == region)
        ]
        if not here:
            return None
        best = [f for f in here if f.tier == here[0].tier]
        alike = (
            [f for f in best if f.place.province != best[0].place.province] if not province else []
        )
        place = best[0].place
        certainty = 1.0 if here[0].tier == EXACT else 0.8
        people = max((f.place.population or 0 for f in alike), default=0)
        if alike and (place.population or 0) >= DOMINANT * max(people, 1_000):
            alike, certainty = [], 0.7  # Dakhla is the city
        area = self._catalogue.area_by_code
        namesakes = (
            tuple(
                f"{f.place.names['fr']} ({area[f.place.province].name['fr']})"
                for f in [best[0], *alike]
                if f.place.province in area
            )
            if alike
            else ()
        )
        return PlaceMatch(
            place.names["fr"],
            place.lon_lat,
            _PRECISIONS[place.kind],
            place.province,
            place.region,
            certainty,
            namesakes,
        )
