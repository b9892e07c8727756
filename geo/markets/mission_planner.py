"""Mission plans: the buyers of a market, grouped by city and distance into days.

Only distances and a day's capacity count: no appointments, transport or prices. Buyers whose
city is unknown can't be placed on a day: they are listed apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from geo.model.records import Buyer
from geo.places.nearest import distance_km

PER_DAY = 4
#: Cities nearer than this (kilometres) may share a day.
SAME_DAY_KM = 120.0


@dataclass(slots=True)
class Stop:
    """Some buyers of one city on one day; ``km`` from the stop before, along the great circle."""

    city: str
    buyers: list[Buyer]
    lon_lat: tuple[float, float]
    km: float = 0.0


@dataclass(slots=True)
class MissionPlan:
    """Days of stops, the buyers that no day has room for, and those without a city."""

    days: list[list[Stop]] = field(default_factory=list)
    left: list[Buyer] = field(default_factory=list)
    placeless: list[Buyer] = field(default_factory=list)


def plan(buyers: Sequence[Buyer], days: int, *, per_day: int = PER_DAY) -> MissionPlan:
    """Fill the days: begin in the city with most buyers, then always go to the nearest one.

    Published buyers come before generated ones within a city.
    """
    result = MissionPlan(placeless=[b for b in buyers if b.lon_lat is None or not b.city])
    cities: dict[str, list[Buyer]] = {}
    for buyer in sorted(buyers, key=lambda b: (b.provenance == "demo", b.name, b.id)):
        if buyer.lon_lat is not None and buyer.city:
            cities.setdefault(buyer.city, []).append(buyer)
    at: tuple[float, float] | None = None
    room = 0
    for city in _route(cities):
        waiting = cities[city]
        here = waiting[0].lon_lat
        assert here is not None
        km = distance_km(at, here) if at else 0.0
        if km > SAME_DAY_KM:
            room = 0
        while waiting:
            if room == 0:
                if len(result.days) == days:
                    break
                result.days.append([])
                room = per_day
            taken, waiting = waiting[:room], waiting[room:]
            result.days[-1].append(Stop(city, taken, here, km))
            room -= len(taken)
            at, km = here, 0.0
        result.left += waiting
    return result


def _route(cities: dict[str, list[Buyer]]) -> list[str]:
    if not cities:
        return []

    def at(city: str) -> tuple[float, float]:
        found = cities[city][0].lon_lat
        assert found is not None  # buyers without a position are left out before
        return found

    order = [
        min(
            cities,
            key=lambda c: (-sum(b.provenance != "demo" for b in cities[c]), -len(cities[c]), c),
        )
    ]
    rest = sorted(set(cities) - set(order))
    while rest:
        nearest = min(rest, key=lambda c: (distance_km(at(order[-1]), at(c)), c))
        rest.remove(nearest)
        order.append(nearest)
    return order


def working_days(first: date, count: int) -> list[date]:
    """The first ``count`` weekdays (Monday to Friday) from a date on; public holidays unknown."""
    found: list[date] = []
    day = first
    while len(found) < count:
        if day.weekday() < 5:
            found.append(day)
        day += timedelta(days=1)
    return found
