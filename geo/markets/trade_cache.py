"""Cached figures of the trade services, as stored on disk; empty without a network.

One file per service under ``KHARITA_VAR/trade``: ``{"service", "fetched", "licence", "values"}``
where ``values`` is measure -> market -> ``[value, year]``. ``geo.markets.trade_refresh`` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from geo.core.settings import settings

#: Measure -> service. Units: imports and GDP in US dollars, GDP per head in US dollars.
MEASURES = {"imports": "comtrade", "gdp": "worldbank", "gdp_head": "worldbank"}
PAGES = {"comtrade": "https://comtradeplus.un.org/", "worldbank": "https://data.worldbank.org/"}


@dataclass(frozen=True, slots=True)
class TradeFact:
    """One cached figure: US dollars, its year, the day it was fetched, the service."""

    value_usd: float
    year: int
    fetched: str
    service: str


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """The last good answer of one service."""

    service: str
    fetched: str
    licence: str
    values: Mapping[str, Mapping[str, tuple[float, int]]]


def folder() -> Path:
    """The folder of the cached answers."""
    return settings().var / "trade"


def kept(service: str) -> CachedAnswer | None:
    """The last good answer of a service; None when there is none that can be read."""
    path = folder() / f"{service}.json"
    try:
        return _read(path, path.stat().st_mtime_ns)
    except (OSError, ValueError, KeyError, TypeError):
        return None


@lru_cache(maxsize=8)
def _read(path: Path, _: int) -> CachedAnswer:
    raw = json.loads(path.read_text(encoding="utf-8"))
    values = {
        m: {iso2: (float(v), int(year)) for iso2, (v, year) in by.items()}
        for m, by in raw["values"].items()
    }
    return CachedAnswer(raw["service"], raw["fetched"], raw["licence"], values)


def fact(measure: str, iso2: str) -> TradeFact | None:
    """The cached figure of a market, or None."""
    service = MEASURES[measure]
    held = kept(service)
    found = held.values.get(measure, {}).get(iso2) if held else None
    return TradeFact(*found, held.fetched, service) if held and found else None


def revision() -> tuple[int, ...]:
    """Changes when an answer is kept."""
    return tuple(p.stat().st_mtime_ns for p in sorted(folder().glob("*.json")))
