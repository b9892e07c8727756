"""Generated buyers by the million, for measurements only: all are marked ``demo``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import overload

import numpy as np

from geo.core import shipped
from geo.core.paths import DATA_DIR
from geo.model.records import BUYER_KINDS, CRAFTS, Buyer, Catalogue, Source
from geo.store.file_store import FileStore

SPREAD_DEGREES = 0.6
SEED = 7
LOOKED_AT = range(2022, 2026)
_SOURCE = (Source("", "demo"),)


class SyntheticBuyers(Sequence[Buyer]):
    """Lazy sequence of generated buyers, scattered around real cities.

    Parameters
    ----------
    count : how many.
    """

    def __init__(self, count: int) -> None:
        self._cities = shipped.rows(shipped.CITIES)
        chance = np.random.default_rng(SEED)
        self._city = chance.integers(0, len(self._cities), count)
        self._kind = chance.integers(0, len(BUYER_KINDS), count)
        self._craft = chance.integers(0, len(CRAFTS), (count, 2))
        self._year = chance.integers(2000, 2026, count)
        # Looked at in any month of the last years, or never: every step of the ages is met.
        months = [
            *(f"{year}-{month:02d}" for year in LOOKED_AT for month in range(1, 13)),
            "",
            "",
            "",
        ]
        self._looked_at = np.array(months)[chance.integers(0, len(months), count)]
        at = np.array([[float(c["lon"]), float(c["lat"])] for c in self._cities])
        self._lon_lat = at[self._city] + chance.normal(0, SPREAD_DEGREES, (count, 2))

    def __len__(self) -> int:
        return len(self._city)

    @overload
    def __getitem__(self, index: int) -> Buyer: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Buyer]: ...

    def __getitem__(self, index: int | slice) -> Buyer | Sequence[Buyer]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        if not 0 <= index < len(self):
            raise IndexError(index)
        city = self._cities[self._city[index]]
        crafts = sorted({CRAFTS[c] for c in self._craft[index]}, key=CRAFTS.index)
        lon, lat = self._lon_lat[index]
        return Buyer(
            id=f"demo-acteur-{index}",
            name=f"Acteur démo {index % 1000:03d}",
            kind=BUYER_KINDS[self._kind[index]],
            country=city["country_iso2"],
            city=city["name_fr"],
            crafts=tuple(crafts),
            relation_fr="",
            year=int(self._year[index]),
            website="",
            provenance="demo",
            precision="city",
            verified=str(self._looked_at[index]),
            sources=_SOURCE,
            lon_lat=(float(lon), float(lat)),
        )


class SyntheticStore:
    """The shipped data with its buyers replaced by generated ones."""

    def __init__(self, count: int) -> None:
        self._count = count

    def revision(self) -> str:
        """Never changes."""
        return f"synthetic:{self._count}"

    def load(self) -> Catalogue:
        """The catalogue."""
        return replace(
            FileStore(DATA_DIR).load(),
            version=f"synthetic-{self._count}",
            buyers=SyntheticBuyers(self._count),
        )
