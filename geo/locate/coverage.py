"""Coverage: how many people live within a distance of chosen facilities.

The communes of the 2024 census and where their settlement of that name lies; which facilities
count is the caller's choice.

Shape   one row per commune with a position; those without one are totals per province.
Units   people (census of 2024); distances in metres, geodesic (``geo.places.nearest``).
Missing a commune without a position is never counted as covered or uncovered: its people are
        counted apart. Positions favour towns, so shares do too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from geo.model.records import Catalogue, Commune
from geo.places.nearest import nearest_of_each

RADII_KM = (10, 25, 50)


@dataclass(frozen=True, slots=True)
class Coverage:
    """People of one area: all, with a known position, and reached within each distance.

    Attributes
    ----------
    people : everyone of the chosen milieu.
    placed : those whose commune has a position.
    reached : distance in km -> people within it of a chosen facility.
    rural, urban : (placed, reached within the distance looked at) of each milieu.
    gained : people within the distance looked at thanks to coming facilities alone.
    """

    people: int
    placed: int
    reached: dict[int, int]
    rural: tuple[int, int]
    urban: tuple[int, int]
    gained: int

    def share(self, km: int) -> float | None:
        """The share (0-1) of the placed people within a distance; None without any."""
        return self.reached[km] / self.placed if self.placed else None


def together(parts: Iterable[Coverage]) -> Coverage:
    """The coverage of several areas that share no commune."""
    parts = list(parts)
    radii = parts[0].reached if parts else dict.fromkeys(RADII_KM, 0)

    def pair(name: str) -> tuple[int, int]:
        return (sum(getattr(p, name)[0] for p in parts), sum(getattr(p, name)[1] for p in parts))

    return Coverage(
        sum(p.people for p in parts),
        sum(p.placed for p in parts),
        {r: sum(p.reached[r] for p in parts) for r in radii},
        pair("rural"),
        pair("urban"),
        sum(p.gained for p in parts),
    )


class Census:
    """The communes as columns."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.all: Sequence[Commune] = catalogue.communes
        self.placed = [c for c in catalogue.communes if c.lon_lat]
        at = np.array([c.lon_lat for c in self.placed], float).reshape(-1, 2)
        self.lon, self.lat = at[:, 0], at[:, 1]
        self.people = np.array([c.population_2024 for c in self.placed], np.int64)
        self.rural = np.array([c.rural for c in self.placed], bool)
        self.row = {c.code: i for i, c in enumerate(self.placed)}

    def metres_to(self, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
        """(n,) metres from each placed commune to its nearest point; infinite without any."""
        placed = np.isfinite(lon)
        return nearest_of_each(self.lon, self.lat, lon[placed], lat[placed])[1]

    def of_milieu(self, milieu: str) -> np.ndarray:
        """(n,) whether each placed commune is of a milieu: ``all``, ``rural`` or ``urban``."""
        return (
            np.ones(len(self.placed), bool)
            if milieu == "all"
            else self.rural == (milieu == "rural")
        )

    def by_area(
        self,
        unit: str,
        metres: np.ndarray,
        with_coming: np.ndarray | None = None,
        *,
        km: int = 50,
        milieu: str = "all",
    ) -> dict[str, Coverage]:
        """The coverage of every region, province or (``unit`` ``country``) of everything.

        Parameters
        ----------
        metres : (n,) from each placed commune to its nearest open facility.
        with_coming : the same, coming facilities included; None: nothing is gained.
        km : the distance that ``rural``, ``urban`` and ``gained`` look at.
        """
        codes: dict[str, int] = {}
        everyone = [(codes.setdefault(_area(c, unit), len(codes)), c) for c in self.all]
        size = len(codes)
        people = np.zeros(size, np.int64)
        for index, commune in everyone:
            if milieu == "all" or commune.rural == (milieu == "rural"):
                people[index] += commune.population_2024
        area = np.array([codes[_area(c, unit)] for c in self.placed], np.int64)
        counted = self.of_milieu(milieu)

        def total(mask: np.ndarray) -> np.ndarray:
            return np.bincount(area[mask], weights=self.people[mask], minlength=size).astype(
                np.int64
            )

        inside = metres <= km * 1000
        placed, radii = total(counted), sorted({*RADII_KM, km})
        reached = {r: total(counted & (metres <= r * 1000)) for r in radii}
        rural, rural_in = total(self.rural), total(self.rural & inside)
        urban, urban_in = total(~self.rural), total(~self.rural & inside)
        more = (
            total(counted & (with_coming <= km * 1000) & ~inside)
            if with_coming is not None
            else np.zeros(size, np.int64)
        )
        return {
            code: Coverage(
                int(people[i]),
                int(placed[i]),
                {r: int(reached[r][i]) for r in radii},
                (int(rural[i]), int(rural_in[i])),
                (int(urban[i]), int(urban_in[i])),
                int(more[i]),
            )
            for code, i in codes.items()
        }


def _area(commune: Commune, unit: str) -> str:
    return {"province": commune.province, "region": commune.region}.get(unit, "MA")
