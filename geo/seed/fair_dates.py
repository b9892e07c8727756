"""Parse the published dates of fair editions: two days, or nothing.

Only an edition whose first and last day and year are all written gets dates. A month alone,
« jusqu'au 16 décembre » or an announced year say too little for a calendar.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from babel.dates import get_month_names

from geo.i18n.words import words
from geo.text.folding import fold


@lru_cache(maxsize=1)
def _pattern() -> tuple[re.Pattern[str], dict[str, int]]:
    names = get_month_names("wide", context="stand-alone", locale=words("fr").locale)
    months = {fold(name): number for number, name in names.items()}
    month = "|".join(months)
    return re.compile(
        rf"(?<!\d)(?P<d1>\d{{1,2}})(?:er)?(?: (?P<m1>{month}))?(?: (?P<y1>20\d\d))? ?- ?"
        rf"(?P<d2>\d{{1,2}}) (?P<m2>{month}) (?P<y2>20\d\d)"
    ), months


def months_of(text: str) -> list[int]:
    """The months (1-12) that « mars-avril » names; none when it names none."""
    _, months = _pattern()
    return [months[name] for name in fold(text).split("-") if name in months]


def edition_days(text: str) -> tuple[date, date] | None:
    """First and last day of « 30 avril-11 mai 2025 » and its like; None when any is missing."""
    pattern, months = _pattern()
    found = pattern.search(fold(text))
    if not found:
        return None
    last_month, year = months[found["m2"]], int(found["y2"])
    first_month = months[found["m1"]] if found["m1"] else last_month
    try:
        first, last = (
            date(int(found["y1"] or year), first_month, int(found["d1"])),
            date(year, last_month, int(found["d2"])),
        )
    except ValueError:
        return None
    return (first, last) if first <= last else None
