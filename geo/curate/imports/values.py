"""Parse numbers, years, dates and flags as people write them.

Each parser takes a text and gives a ``Read``: the value, or a fault. Nothing is invented: what can
be read in two ways is read in the more usual one and marked as a guess.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache
from typing import Any

from babel.dates import get_month_names

from geo.core import shipped
from geo.text.folding import plain

LARGEST = 1e12
#: Languages whose months are read: those of the app, and the Levant's Arabic names.
_MONTH_LOCALES = ("fr", "ar_MA", "ar_TN", "ar_SY", "ar", "en")
_DIGITS = {
    **{0x660 + d: str(d) for d in range(10)},
    **{0x6F0 + d: str(d) for d in range(10)},
    0x66B: ".",
    0x66C: " ",
    0xA0: " ",
    0x202F: " ",
    0x2009: " ",
    0x2212: "-",
    0x2019: "'",
}
_GROUPED = re.compile(r"[0-9]{1,3}(?:[ '][0-9]{3})+(?![0-9])")
#: How the unit of a number is written -> what it counts, and how many of what is kept; the words
#: for people are in ``import_values.csv``.
_SCALES: Mapping[str, tuple[str, float]] = {
    **{"m2": ("m2", 1.0), "m\u00b2": ("m2", 1.0), "ha": ("m2", 1e4)},
    **dict.fromkeys(("dh", "dhs", "mad", "dirhams"), ("mad", 1.0)),
    **{"mdh": ("mad", 1e6), "mmdh": ("mad", 1e9)},
}
_MILLIONS = r"millions?(?: de)?(?: dhs?| mad| dirhams)?"
_PLAIN = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?\Z", re.IGNORECASE)
_ISO = re.compile(r"([12][0-9]{3})(?:[-/]([01]?[0-9])(?:[-/]([0-3]?[0-9])(?:[T ].*)?)?)?\Z")
_DAY_FIRST = re.compile(r"([0-3]?[0-9])[-/. ]([01]?[0-9]|[12][0-9])[-/. ]([12][0-9]{3}|[0-9]{2})\Z")
_MONTH_FIRST = re.compile(r"([01]?[0-9])[-/.]([12][0-9]{3})\Z")
_YEAR = re.compile(r"(?<![0-9])(1[0-9]{3}|20[0-9]{2})(?![0-9])")


@dataclass(frozen=True, slots=True)
class Read:
    """A parsed value; ``fault`` is a code, ``guess`` means that another reading is possible."""

    value: Any
    fault: str = ""
    guess: bool = False


@lru_cache(maxsize=50_000)
def number(text: str, unit: str = "", *, integer: bool = False) -> Read:
    """Parse a number that is not negative, without its unit; else ``BAD_NUMBER``.

    A unit of something else is ``WRONG_UNIT``: hectares are no artisans. Half a whole thing is
    ``NOT_WHOLE``.

    ``1 234,5``, ``1,234.5`` and ``1.234,5`` are clear; ``1,234`` is a decimal unless whole things
    are counted, and then a guess; ``1.234.567`` is none: nobody knows what was meant.
    """
    text, counted, scale = _without_unit(text.translate(_DIGITS).strip())
    if counted not in ("", unit):
        return Read(None, "WRONG_UNIT")
    text, guess = _plain_number(text, integer=integer)
    if not _PLAIN.match(text):
        return Read(None, "BAD_NUMBER")
    value = float(text) * scale
    if not 0 <= value < LARGEST:
        return Read(None, "BAD_NUMBER")
    if integer and not value.is_integer():
        return Read(None, "NOT_WHOLE")
    return Read(int(value) if value.is_integer() else value, "", guess)


def _without_unit(text: str) -> tuple[str, str, float]:
    """Split a number from its unit: the rest, what the unit counts, and its scale."""
    written = _unit().search(text)
    if not written or not written.start():
        return text, "", 1.0
    word = written[1].lower()
    if word.startswith("million"):
        counted, scale = "mad", 1e6
    else:
        counted, scale = _SCALES.get(word) or (listed("unit")[plain(word)], 1.0)
    return text[: written.start()].strip(), counted, scale


@cache
def _unit() -> re.Pattern[str]:
    words = sorted((*_SCALES, *listed("unit")), key=len, reverse=True)
    return re.compile(rf"\s*({'|'.join(words)}|{_MILLIONS})\.?\s*\Z", re.IGNORECASE)


def _plain_number(text: str, *, integer: bool) -> tuple[str, bool]:
    """A number with a point and without groups, empty when unclear; whether it is a guess."""
    text = _GROUPED.sub(lambda m: re.sub("[ ']", "", m[0]), text)
    dots, commas = text.count("."), text.count(",")
    guess = False
    if dots and commas:
        mark, other = (".", ",") if text.rfind(".") > text.rfind(",") else (",", ".")
        if text.count(mark) > 1:
            return "", False
        text = text.replace(other, "").replace(mark, ".")
    elif commas > 1:
        if not re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+", text):
            return "", False
        text = text.replace(",", "")
    elif commas or dots:
        thousands = re.fullmatch(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}", text)
        guess = bool(thousands)
        text = re.sub("[.,]", "", text) if thousands and integer else text.replace(",", ".")
    return text, guess


@lru_cache(maxsize=20_000)
def year(text: str) -> Read:
    """A year, also out of a date."""
    text = text.translate(_DIGITS).strip()
    if re.fullmatch(r"[0-9]{4}(\.0)?", text):
        value = int(text[:4])
        return Read(value) if 1000 <= value <= 2100 else Read(None, "BAD_YEAR")
    found = _YEAR.findall(text)
    if len(found) == 1 or (found and re.search(r"[-/ ]", text) and len(found) == 2):
        return Read(int(found[0]), "", True)
    day_ = day(text)
    if day_.value:
        return Read(int(day_.value[:4]), "", True)
    return Read(None, "BAD_YEAR")


@lru_cache(maxsize=20_000)
def day(text: str) -> Read:
    """Parse a date as partial ISO text (year, month or day); day first where it is ambiguous."""
    text = text.translate(_DIGITS).strip()
    if match := _ISO.match(text):
        return _date(match[1], match[2], match[3])
    if match := _DAY_FIRST.match(text):
        first, second, years = match.groups()
        if len(years) == 2:
            years = f"20{years}" if int(years) < 70 else f"19{years}"
        if int(second) > 12 >= int(first):
            return _date(years, first, second, guess=True)
        return _date(years, second, first, guess=len(match[3]) == 2)
    if match := _MONTH_FIRST.match(text):
        return _date(match[2], match[1], None)
    if re.fullmatch(r"[2-5][0-9]{4}(\.[0-9]+)?", text):  # days since 1900, as a sheet counts them
        return Read((date(1899, 12, 30) + timedelta(days=int(float(text)))).isoformat(), "", True)
    words = plain(text).split()
    months = [i for i, w in enumerate(words) if w in _months()]
    years = [w for w in words if re.fullmatch(r"[12][0-9]{3}", w)]
    if len(months) == 1 and len(years) == 1:
        days = [w for w in words if re.fullmatch(r"[0-3]?[0-9](er|st|nd|rd|th)?", w)]
        return _date(
            years[0],
            str(_months()[words[months[0]]]),
            re.sub("[a-z]", "", days[0]) if len(days) == 1 else None,
        )
    return Read(None, "BAD_DATE")


def _date(year_: str, month: str | None, day_: str | None, *, guess: bool = False) -> Read:
    try:
        made = date(int(year_), int(month or 1), int(day_ or 1)).isoformat()
    except ValueError:
        return Read(None, "BAD_DATE")
    return Read(made[: 10 if day_ else 7 if month else 4], "", guess)


@cache
def _months() -> Mapping[str, int]:
    found: dict[str, int] = {}
    for locale in _MONTH_LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number_, name in get_month_names(width, context, locale).items():
                    key = plain(name)
                    if key and " " not in key:
                        found.setdefault(key, number_)
    return found


@cache
def listed(prefix: str) -> Mapping[str, str]:
    """Folded word -> code, of the groups ``prefix:code`` in ``import_values.csv``."""
    return {
        plain(r["word"]) or r["word"].strip(): r["group"].partition(":")[2]
        for r in shipped.table(shipped.IMPORT_VALUES)
        if r["group"].partition(":")[0] == prefix
    }


@lru_cache(maxsize=5_000)
def flag(text: str, name: str) -> Read:
    """Yes or no; a column's own words first (``rural``, ``mixte``)."""
    word = plain(text)
    code = listed(name).get(word) or listed("flag").get(word)
    return Read(code == "yes") if code else Read(None, "BAD_FLAG")


@lru_cache(maxsize=50_000)
def missing(text: str) -> bool:
    """Whether a cell is empty or holds a word for a missing value."""
    return not text or (plain(text) or text) in listed("missing")


@lru_cache(maxsize=50_000)
def website(text: str) -> Read:
    """A web address that may become a link: http or https, or a host alone."""
    text = text.strip()
    if re.fullmatch(r"https?://[^\s<>\"\\]{3,2000}", text, re.IGNORECASE):
        return Read(text)
    if re.fullmatch(r"(www\.)?[\w-]+(\.[\w-]+)+(/[^\s<>\"\\]{0,400})?", text):
        return Read(f"https://{text}")
    return Read(None, "BAD_URL")
