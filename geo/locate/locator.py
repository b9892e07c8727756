"""Start places and the facilities around them.

CRS     EPSG:4326, longitude first; distances in metres on the WGS 84 ellipsoid.
Roads   no road network is stored. ``ROAD_FACTOR`` turns a distance as the crow flies into an
        estimate: 1.343 is the mean detour by road across 300 European cities (Environment and
        Planning B, 2023, doi 10.1177/23998083231168870). None is known for Morocco, and a
        mountain road is longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from geo.locate.coverage import Census
from geo.model.records import Area, Site
from geo.model.view import ViewState
from geo.places.coordinates import interpretations
from geo.places.gazetteer import Gazetteer, Place
from geo.places.nearest import Near, NearIndex
from geo.places.provinces import Areas
from geo.query.engine import Query
from geo.query.zone import in_zone, site_lon_lat, zone_of

ROAD_FACTOR = 1.343
ROAD_SOURCE_URL = "https://doi.org/10.1177/23998083231168870"
COLLECTIONS = ("sites", "maisons")
MAX_IN_ZONE = 200


@dataclass(frozen=True, slots=True)
class Start:
    """A place one starts from.

    Attributes
    ----------
    place : the gazetteer's place; None for coordinates.
    lon_lat : degrees. ``approximate`` when it is only the middle of the province.
    province : the province it lies in; None outside Morocco.
    name : what an online service calls these coordinates; empty without one.
    """

    ref: str
    place: Place | None
    lon_lat: tuple[float, float]
    approximate: bool
    province: Area | None
    name: str = ""

    @property
    def abroad(self) -> bool:
        """Whether it lies outside Morocco."""
        return self.province is None


class Locator:
    """Distances and start places over one version of the catalogue; read-only, thread-safe."""

    def __init__(self, query: Query) -> None:
        self.query = query
        self.catalogue = query.catalogue
        self.gazetteer = Gazetteer(query.catalogue)
        self.areas = Areas(query.catalogue)
        self.lon, self.lat = site_lon_lat(query)
        self.index = NearIndex(self.lon, self.lat)
        self._active = np.array([s.status == "active" for s in self.catalogue.sites], bool)

    @cached_property
    def census(self) -> Census:
        """The communes, as columns."""
        return Census(self.catalogue)

    def start(self, ref: str) -> Start | None:
        """Where a reference of the address stands; None when nothing bears it."""
        if ref[:1] in "-0123456789" and "," in ref:
            at, _, name = ref.partition(";")
            lon, lat = map(float, at.split(","))
            if abs(lon) > 180 or abs(lat) > 90:
                return None
            return Start(ref, None, (lon, lat), False, self.areas.province_at((lon, lat)), name)
        place = self.gazetteer.get(ref)
        if place is None:
            return None
        province = self.catalogue.area_by_code.get(place.province)
        if place.lon_lat:
            found = province or self.areas.province_at(place.lon_lat)
            return Start(ref, place, place.lon_lat, False, found)
        return Start(ref, place, province.label_lon_lat, True, province) if province else None

    def other_readings(self, lon_lat: tuple[float, float]) -> list[tuple[float, float]]:
        """What a position outside Morocco was probably meant to be."""
        meant = [
            r.lon_lat for r in interpretations(lon_lat)[1:] if self.areas.province_at(r.lon_lat)
        ]
        return list(dict.fromkeys(meant))

    def passing(self, view: ViewState) -> np.ndarray:
        """(n,) which facilities of the catalogue pass the filters (and lie in the drawn zone)."""
        mask = np.zeros(len(self.catalogue.sites), bool)
        for name in COLLECTIONS:
            columns = self.query.columns[name]
            mask[columns.row[self.query.passing(name, view)]] = True
        return mask & in_zone(self.query, view) if view.zone else mask

    def chosen(self, view: ViewState, *, coming: bool | None = None) -> np.ndarray:
        """Facilities that count for coverage: open ones, and coming ones on request.

        A region or province selects whose people are counted: a facility across its border
        serves them all the same, and counts.
        """
        coming = view.coming == "yes" if coming is None else coming
        mask = self.passing(view.with_(region=(), province=()))
        return mask if coming else mask & self._active

    def looked_at(self, view: ViewState) -> np.ndarray:
        """(n,) whether each placed commune is in the areas of a view, and of its milieu."""
        mask = self.census.of_milieu(view.milieu)
        if view.region:
            mask &= np.array([c.region in view.region for c in self.census.placed], bool)
        if view.province:
            mask &= np.array([c.province in view.province for c in self.census.placed], bool)
        return mask

    def zone_start(self, view: ViewState) -> Start | None:
        """The middle of the drawn zone, for a view that has no place; None without a zone."""
        if view.place or not view.zone:
            return None
        middle = zone_of(view).centroid
        if middle.is_empty:
            return None
        at = (round(middle.x, 5), round(middle.y, 5))
        return Start(f"{at[0]},{at[1]}", None, at, False, self.areas.province_at(at))

    def near(self, start: Start, view: ViewState) -> Near:
        """The nearest passing facilities, all within the radius, or all in the zone alone."""
        mask = self.passing(view)
        if not view.place and view.zone:
            return self.index.nearest(start.lon_lat, MAX_IN_ZONE, mask)
        if start.ref.startswith("site:"):
            mask[self.catalogue.site_row[start.ref[5:]]] = False
        if view.nearest == "within":
            return self.index.within(start.lon_lat, float(view.km) * 1000, mask)
        return self.index.nearest(start.lon_lat, int(view.nearest), mask)

    def nearest_open(self, start: Start, view: ViewState) -> tuple[Site, float] | None:
        """The nearest open facility that passes, and its distance in metres."""
        mask = self.passing(view) & self._active
        if start.ref.startswith("site:"):
            mask[self.catalogue.site_row[start.ref[5:]]] = False
        found = self.index.nearest(start.lon_lat, 1, mask)
        return (self.site(found.position[0]), float(found.metres[0])) if len(found) else None

    def site(self, position: int) -> Site:
        """The facility at a position of the arrays."""
        return self.catalogue.sites[int(position)]


@lru_cache(maxsize=2)
def locator(query: Query) -> Locator:
    """The locator over a query engine, built once per version of the data."""
    return Locator(query)
