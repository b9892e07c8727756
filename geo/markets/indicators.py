"""Raw values of the indicators of each market, with year, source and method.

Which record or publication a number comes from; weights and scores are in ``score``. Generated
records are never counted. ``Cell.value`` is None when nobody published it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np

from geo.core import shipped
from geo.markets.export_statistics import demand_of, growth_of
from geo.markets.trade_cache import PAGES, fact, revision
from geo.model.criteria import ACCESS, CRITERIA, GROWTH_SINCE, KEYS
from geo.model.export_statistics import exports
from geo.model.records import CRAFTS, TRUE_ORIGINS, Market
from geo.model.view import ViewState
from geo.places.nearest import distance_km
from geo.query.engine import Query

#: Where exports leave from: Casablanca, lon/lat degrees (GeoNames).
ORIGIN_LON_LAT = (-7.61138, 33.58831)
NATURAL_EARTH = "https://www.naturalearthdata.com/"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value; ``how`` is the key of the text that states its method."""

    value: float | None = None
    year: str = ""
    url: str = ""
    how: str = ""
    parts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MarketTable:
    """All markets and criteria: cells and the same numbers as an array (NaN = unknown)."""

    markets: tuple[Market, ...]
    cells: Mapping[str, Mapping[str, Cell]]
    raw: np.ndarray


def market_table(query: Query) -> MarketTable:
    """The table of one catalogue and of the cached trade figures."""
    return _table(query, revision())


@lru_cache(maxsize=2)
def _table(query: Query, _: tuple[int, ...]) -> MarketTable:
    markets = query.catalogue.markets
    economies = _economies()
    cells = {m.iso2: _cells(query, m, economies.get(m.iso2)) for m in markets}
    raw = np.array([[_nan(cells[m.iso2][k].value) for k in KEYS] for m in markets], float)
    return MarketTable(markets, cells, raw.reshape(len(markets), len(CRITERIA)))


def _nan(value: float | None) -> float:
    return float("nan") if value is None else float(value)


def _cells(
    query: Query, market: Market, economy: tuple[float, float, int] | None
) -> dict[str, Cell]:
    return {
        "demand": _demand(market),
        "growth": _growth(market),
        "gdp": _economy("gdp", market, economy),
        "gdp_head": _economy("gdp_head", market, economy),
        "agreement": _agreement(market),
        "distance": Cell(round(distance_km(ORIGIN_LON_LAT, market.label_lon_lat)), how="distance"),
        "imports": _kept("imports", market),
        **_readiness(query, market),
    }


def _demand(market: Market) -> Cell:
    found = demand_of(market.iso2, exports())
    if found is None:
        part = [
            r
            for r in exports()
            if r.market == market.iso2
            and r.scope == "market"
            and not r.whole_year
            and (r.value_mdh or r.share_base == "total")
        ]
        newest = max(part, key=lambda r: r.end, default=None)
        if newest is None:
            return Cell(how="unpublished")
        return Cell(how="part_year", url=newest.url, parts={"period": newest.period})
    value, row, total = found
    how = "amount" if total is None else "share"
    parts = {"share": row.share_pct} if total else {}
    return Cell(value, str(row.year), row.url, how, parts)


def _growth(market: Market) -> Cell:
    row = growth_of(market.iso2, exports())
    if row is None or row.year < GROWTH_SINCE:
        return Cell(
            how="unpublished" if row is None else "too_old", year=str(row.year) if row else ""
        )
    return Cell(row.growth_pct, str(row.year), row.url, "growth")


def _economy(key: str, market: Market, economy: tuple[float, float, int] | None) -> Cell:
    live = fact(key, market.iso2)
    if live:
        value = live.value_usd / 1e9 if key == "gdp" else live.value_usd
        return Cell(value, str(live.year), PAGES[live.service], "kept", {"date": live.fetched})
    if economy is None:
        return Cell(how="absent")
    population, gdp_musd, year = economy
    value = gdp_musd / 1e3 if key == "gdp" else gdp_musd * 1e6 / population
    return Cell(value, str(year), NATURAL_EARTH, key)


def _kept(key: str, market: Market) -> Cell:
    live = fact(key, market.iso2)
    if live is None:
        return Cell(how="not_loaded")
    return Cell(
        live.value_usd / 1e6, str(live.year), PAGES[live.service], "kept", {"date": live.fetched}
    )


def _agreement(market: Market) -> Cell:
    if not market.agreements:
        return Cell(how="absent")
    return Cell(max(ACCESS.get(a, 0.0) for a in market.agreements), how="agreement")


def _readiness(query: Query, market: Market) -> dict[str, Cell]:
    code = market.iso2
    wanted = crafts_in_demand(query, code)
    named = [r for r in query.catalogue.reports if code in r.markets]
    rules = [
        n for r in named for n in r.notes if n.kind == "reglementation_acces" and code in n.markets
    ]
    newest = max((r.date for r in named if r.date), default="")
    return {
        "buyers": Cell(known_buyers(query, ViewState(market=(code,))), how="buyers"),
        "sites": Cell(
            able_sites(query, tuple(wanted)) if wanted else 0,
            how="sites",
            parts={"crafts": tuple(wanted)[:3]},
        ),
        "reports": Cell(len(named), newest[:4], how="reports"),
        "fairs": Cell(sum(1 for f in query.catalogue.fairs if f.country == code), how="fairs"),
        "rules": Cell(len({n.id for n in rules}), how="rules"),
    }


def known_buyers(query: Query, view: ViewState) -> int:
    """How many buyers that are not generated pass a view."""
    return query.counts(view.with_(origin=TRUE_ORIGINS))["buyers"]


def able_sites(query: Query, crafts: tuple[str, ...]) -> int:
    """How many open sites and Maisons, generated ones left out, make one of the crafts."""
    counts = query.counts(ViewState(craft=crafts, status=("active",), origin=TRUE_ORIGINS))
    return counts["sites"] + counts["maisons"]


def crafts_in_demand(query: Query, market: str) -> dict[str, tuple[int, int]]:
    """Craft -> (known buyers, reports that name the market), most first."""
    buyers = query.tally("buyers", "craft", ViewState(market=(market,), origin=TRUE_ORIGINS))
    reports = [r for r in query.catalogue.reports if market in r.markets]
    found = {c: (buyers.get(c, 0), sum(1 for r in reports if c in r.crafts)) for c in CRAFTS}
    return dict(
        sorted(
            ((c, n) for c, n in found.items() if any(n)),
            key=lambda item: (-item[1][0], -item[1][1]),
        )
    )


@lru_cache(maxsize=1)
def _economies() -> dict[str, tuple[float, float, int]]:
    """Market -> population, GDP in million US dollars, year."""
    return {
        r["iso2"]: (float(r["population"]), float(r["gdp_musd"]), int(r["year"]))
        for r in shipped.rows(shipped.ECONOMIES)
        if r["population"]
    }
