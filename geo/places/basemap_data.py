"""What the base map draws of the store: markets, regions, provinces and towns of one catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import shapely
from shapely.geometry import MultiPolygon, shape
from shapely.geometry.base import BaseGeometry

from geo.core import shipped
from geo.model.records import Area, Catalogue, Market, Town
from geo.places.provinces import outline_of

#: The shipped outline is finer than the regions; so far apart, as a share, they are the same land.
_SAME_LAND = 1e-4


@dataclass(frozen=True, slots=True)
class BasemapData:
    """The reference records that a base map is drawn from; equal when their ``digest`` is."""

    digest: str
    markets: tuple[Market, ...] = field(default=(), compare=False, repr=False)
    regions: tuple[Area, ...] = field(default=(), compare=False, repr=False)
    provinces: tuple[Area, ...] = field(default=(), compare=False, repr=False)
    towns: tuple[Town, ...] = field(default=(), compare=False, repr=False)


def basemap_data(catalogue: Catalogue) -> BasemapData:
    """The base map's part of a catalogue; the same for two that differ in other records only."""
    return BasemapData(
        catalogue.reference_digest,
        catalogue.markets,
        catalogue.regions,
        catalogue.provinces,
        catalogue.towns,
    )


@lru_cache(maxsize=4)
def morocco_of(data: BasemapData) -> BaseGeometry:
    """The outline of Morocco: the union of the store's regions, in the detail that is shipped."""
    outline = shape(shipped.morocco_outline())
    regions = [shapely.make_valid(g) for a in data.regions if (g := outline_of(a)) is not None]
    if not regions:
        return outline
    union = shapely.union_all(regions)
    if union.symmetric_difference(outline).area <= _SAME_LAND * outline.area:
        return outline
    return MultiPolygon([part for part in shapely.get_parts(union) if part.geom_type == "Polygon"])
