"""Refresh the trade figures of the 34 markets from UN Comtrade and the World Bank.

Each service is all or nothing: the cached figures stay, with their date, until a complete new
answer is there. Imports are those of the HS headings of handicraft, which do not separate handmade
from industrial goods. From a command line: ``kharita trade``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from geo.core import clock, shipped
from geo.core.durable_files import atomic_write
from geo.core.errors import TradeError
from geo.core.http_client import Fetcher
from geo.core.settings import settings
from geo.markets.trade_cache import folder
from geo.model.records import Market

COMTRADE = "https://comtradeapi.un.org"
WORLDBANK = "https://api.worldbank.org"
#: Comtrade's own reporter codes where they are not the ISO numeric code.
REPORTERS = {"FR": 251, "US": 842, "CH": 757, "NO": 579, "IT": 380}
INDICATORS = {"gdp": "NY.GDP.MKTP.CD", "gdp_head": "NY.GDP.PCAP.CD"}
LICENCES = {
    "comtrade": "UN Comtrade, conditions of use of the United Nations Statistics Division",
    "worldbank": "World Bank, World Development Indicators, CC BY 4.0",
}
#: The public preview answers no more records than this: a full page may have been cut.
PREVIEW_MOST = 500
YEARS = 3
MAX_PAGES = 20
Progress = Callable[[int, int], None]
Values = dict[str, dict[str, tuple[float, int]]]


def fetcher(**options: Any) -> Fetcher:
    """The client of both services."""
    return Fetcher({"comtradeapi.un.org": "https", "api.worldbank.org": "https"}, **options)


@lru_cache(maxsize=1)
def headings() -> tuple[str, ...]:
    """The HS headings (4 digits) of handicraft."""
    return tuple(sorted({r["hs4"] for r in shipped.rows(shipped.HS_CODES) if r["hs4"]}))


def market_numbers(markets: Iterable[Market]) -> dict[str, int]:
    """Market -> Comtrade reporter code."""
    numbers = shipped.country_numbers()
    return {
        m.iso2: REPORTERS.get(m.iso2) or numbers[m.iso2]
        for m in markets
        if m.iso2 in REPORTERS or m.iso2 in numbers
    }


def comtrade(
    client: Fetcher,
    markets: Mapping[str, int],
    *,
    base: str = COMTRADE,
    key: str = "",
    last_year: int | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Values:
    """Imports of the handicraft headings from the world, newest year answered, US dollars.

    Raises
    ------
    TradeError : one market could not be read; nothing is returned then.
    """
    last = last_year or clock.now().year - 1
    years = ",".join(str(last - n) for n in range(YEARS))
    path = "/data/v1/get/C/A/HS" if key else "/public/v1/preview/C/A/HS"
    found: dict[str, tuple[float, int]] = {}
    for done, (iso2, number) in enumerate(sorted(markets.items())):
        progress(done, len(markets))
        params = {
            "reportercode": str(number),
            "flowCode": "M",
            "period": years,
            "cmdCode": ",".join(headings()),
            "partnerCode": "0",
            "partner2Code": "0",
            "customsCode": "C00",
            "motCode": "0",
        }
        if key:
            params["subscription-key"] = key
        value = imports_of(client.json(base + path, params), number, preview=not key)
        if value:
            found[iso2] = value
    progress(len(markets), len(markets))
    return {"imports": found}


def imports_of(answer: Any, reporter: int, *, preview: bool) -> tuple[float, int] | None:
    """The sum over headings of the newest year in one answer.

    Headings do not overlap, so within one year they may be added. Partial records (a customs
    procedure, a mode of transport) are parts of a total that is there too: left out.
    """
    rows = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(rows, list) or (answer.get("error") or ""):
        raise TradeError("trade.error.shape", host="comtradeapi.un.org")
    if preview and len(rows) >= PREVIEW_MOST:
        raise TradeError("trade.error.cut", host="comtradeapi.un.org")
    by_year: dict[int, dict[str, float]] = {}
    for row in rows:
        try:
            if (
                int(row["reporterCode"]) != reporter
                or int(row["partnerCode"]) != 0
                or row["flowCode"] != "M"
            ):
                continue
            if (
                row.get("customsCode", "C00") != "C00"
                or int(row.get("motCode") or 0)
                or int(row.get("partner2Code") or 0)
            ):
                continue
            if row["primaryValue"] is not None and str(row["cmdCode"]) in headings():
                by_year.setdefault(int(row["refYear"]), {})[str(row["cmdCode"])] = float(
                    row["primaryValue"]
                )
        except (KeyError, TypeError, ValueError):
            raise TradeError("trade.error.shape", host="comtradeapi.un.org") from None
    if not by_year:
        return None
    year = max(by_year)
    return sum(by_year[year].values()), year


def worldbank(
    client: Fetcher,
    markets: Sequence[str],
    *,
    base: str = WORLDBANK,
    last_year: int | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Values:
    """GDP and GDP per head, newest year known of each market, US dollars.

    Raises
    ------
    TradeError : one page could not be read; nothing is returned then.
    """
    last = last_year or clock.now().year
    found: Values = {}
    for done, (measure, code) in enumerate(INDICATORS.items()):
        progress(done, len(INDICATORS))
        newest: dict[str, tuple[float, int]] = {}
        page = pages = 1
        while page <= min(pages, MAX_PAGES):
            answer = client.json(
                f"{base}/v2/country/{';'.join(sorted(markets))}/indicator/{code}",
                {
                    "format": "json",
                    "date": f"{last - 7}:{last}",
                    "per_page": "1000",
                    "page": str(page),
                },
            )
            pages, rows = _page(answer)
            for row in rows:
                _take(row, markets, newest)
            page += 1
        found[measure] = newest
    progress(len(INDICATORS), len(INDICATORS))
    return found


def _page(answer: Any) -> tuple[int, list[dict[str, Any]]]:
    """An error is a list of one; a page is its header and its rows."""
    if not isinstance(answer, list) or len(answer) != 2 or not isinstance(answer[0], dict):
        raise TradeError("trade.error.shape", host="api.worldbank.org")
    try:
        return int(answer[0]["pages"]), list(answer[1] or [])
    except (KeyError, TypeError, ValueError):
        raise TradeError("trade.error.shape", host="api.worldbank.org") from None


def _take(
    row: dict[str, Any], markets: Sequence[str], newest: dict[str, tuple[float, int]]
) -> None:
    try:
        iso2, year, value = row["country"]["id"], int(row["date"]), row["value"]
        if value is not None and iso2 in markets and year > newest.get(iso2, (0, 0))[1]:
            newest[iso2] = (float(value), year)
    except (KeyError, TypeError, ValueError):
        raise TradeError("trade.error.shape", host="api.worldbank.org") from None


def keep(service: str, values: Values, *, into: Path | None = None) -> None:
    """Write an answer atomically: readers see the old file or the new one."""
    place = into or folder()
    content = {
        "service": service,
        "fetched": clock.now().date().isoformat(),
        "licence": LICENCES[service],
        "values": values,
    }
    atomic_write(place / f"{service}.json", json.dumps(content, ensure_ascii=False).encode())


def refresh(
    progress: Callable[[str, int, int], None] = lambda _service, _done, _total: None,
    *,
    markets: Sequence[Market],
    client: Fetcher | None = None,
) -> dict[str, TradeError | None]:
    """Refresh both services; each keeps its last good figures when it fails.

    Parameters
    ----------
    markets : the target markets of the store.

    Returns
    -------
    Service -> None, or the error that it gave.
    """
    client = client or fetcher()
    key = settings().comtrade_key
    tasks: dict[str, Callable[[], Values]] = {
        "worldbank": lambda: worldbank(
            client, [m.iso2 for m in markets], progress=lambda d, n: progress("worldbank", d, n)
        ),
        "comtrade": lambda: comtrade(
            client,
            market_numbers(markets),
            key=key,
            progress=lambda d, n: progress("comtrade", d, n),
        ),
    }
    result: dict[str, TradeError | None] = {}
    for service, task in tasks.items():
        try:
            values = task()
            if not any(values.values()):
                raise TradeError("trade.error.empty", host=service)
            keep(service, values)
            result[service] = None
        except TradeError as error:
            result[service] = error
    return result
