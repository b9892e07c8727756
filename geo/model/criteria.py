"""Criteria of the market score: one table for the code, the sliders and the method page.

``axis``    attractiveness (what the market is) or readiness (what we have for it).
``weight``  of the default preset; sliders go from 0 to 100 by steps of 5.
``scale``   ``linear``; ``log`` for amounts; ``count`` = log(1 + n) for counts that may be zero.
``up``      whether more is better.
``unit``    key of the unit's words.
Bounds are the smallest and largest value over all the markets, never over a filtered set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

AXES = ("attractiveness", "readiness")
STEP = 5


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion of the market score."""

    key: str
    axis: str
    weight: int
    scale: str
    up: bool
    unit: str


CRITERIA = (
    Criterion("demand", "attractiveness", 25, "log", True, "mdh"),
    Criterion("growth", "attractiveness", 5, "linear", True, "pct"),
    Criterion("gdp", "attractiveness", 20, "log", True, "busd"),
    Criterion("gdp_head", "attractiveness", 10, "log", True, "usd"),
    Criterion("agreement", "attractiveness", 20, "linear", True, "access"),
    Criterion("distance", "attractiveness", 15, "linear", False, "km"),
    Criterion("imports", "attractiveness", 20, "log", True, "musd"),
    Criterion("buyers", "readiness", 30, "count", True, "buyers"),
    Criterion("sites", "readiness", 25, "count", True, "sites"),
    Criterion("reports", "readiness", 20, "count", True, "reports"),
    Criterion("fairs", "readiness", 15, "count", True, "fairs"),
    Criterion("rules", "readiness", 10, "count", True, "rules"),
)
KEYS = tuple(c.key for c in CRITERIA)
#: What a share link carries: ``demand.30``.
WEIGHT_CODES = tuple(f"{c.key}.{n}" for c in CRITERIA for n in range(0, 101, STEP))
#: Presets: what is not named keeps the weight of the table.
PRESETS: Mapping[str, Mapping[str, int]] = MappingProxyType(
    {
        "balanced": {},
        "demand": {
            "demand": 50,
            "growth": 25,
            "gdp": 10,
            "gdp_head": 5,
            "agreement": 5,
            "distance": 5,
        },
        "access": {
            "demand": 10,
            "growth": 5,
            "gdp": 10,
            "gdp_head": 5,
            "agreement": 45,
            "distance": 35,
        },
        "power": {
            "demand": 10,
            "growth": 5,
            "gdp": 25,
            "gdp_head": 45,
            "agreement": 10,
            "distance": 5,
        },
        "network": {"buyers": 60, "sites": 15, "reports": 10, "fairs": 10, "rules": 5},
    }
)
#: How far an agreement opens a market: a rule of ours, not a tariff table.
ACCESS: Mapping[str, float] = MappingProxyType(
    {
        "eu_association": 1.0,
        "uk_association": 1.0,
        "efta": 1.0,
        "fta_us": 1.0,
        "fta_turkey": 1.0,
        "fta_uae": 1.0,
        "gafta": 0.8,
        "afcfta": 0.5,
        "mfn": 0.0,
    }
)
#: A growth older than this says nothing of the market today.
GROWTH_SINCE = 2021
#: Below this share of the weights known, a market has no rank.
MIN_COVERAGE = 0.6


def weights_of(codes: tuple[str, ...]) -> dict[str, int]:
    """Parse weight codes; the last of two codes wins, the rest is the default."""
    found = {c.key: c.weight for c in CRITERIA}
    for code in codes:
        key, _, number = code.partition(".")
        if code in WEIGHT_CODES:
            found[key] = int(number)
    return found


def codes_of(weights: Mapping[str, int]) -> tuple[str, ...]:
    """Serialize the weights that differ from the default, for the address."""
    return tuple(
        f"{c.key}.{weights[c.key]}" for c in CRITERIA if weights.get(c.key, c.weight) != c.weight
    )


def preset_of(weights: Mapping[str, int]) -> str:
    """The preset that equals some weights; empty when there is none."""
    return next(
        (
            name
            for name, own in PRESETS.items()
            if all(weights[c.key] == own.get(c.key, c.weight) for c in CRITERIA)
        ),
        "",
    )


WHOLE_YEAR = "01-12"
#: Measures of an export statement that a chart can show.
MEASURES = ("value_mdh", "share_pct", "growth_pct")
