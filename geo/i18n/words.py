"""Localization in the reader's language: catalogues, plurals, numbers, dates, amounts, names.

The catalogues are gettext .po files read at start (no compiled copy to forget). Message
ids are dotted keys; French is the source and what a missing translation falls back to.
"""

from __future__ import annotations

import gettext
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache, lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_interval, get_month_names
from babel.lists import format_list
from babel.messages.pofile import read_po
from babel.numbers import format_compact_decimal, format_decimal

LOCALES_DIR = Path(__file__).parent / "locales"
LOCALES = {"fr": "fr_MA", "ar": "ar_MA", "en": "en"}
_YEARS = re.compile(r"([0-9]{4})-([0-9]{4})\Z")
DIRECTION = {"fr": "ltr", "ar": "rtl", "en": "ltr"}


@cache
def catalogue(lang: str) -> Mapping[str, object]:
    """The messages of one language: key -> text, or tuple of plural forms."""
    with (LOCALES_DIR / f"{lang}.po").open("rb") as file:
        po = read_po(file, locale=lang)
    return {
        (m.id if isinstance(m.id, str) else m.id[0]): m.string
        for m in po
        if m.id and m.string and m.string != ("",) and not m.fuzzy
    }


@cache
def _plural_form(lang: str) -> Callable[[int], int]:
    with (LOCALES_DIR / f"{lang}.po").open("rb") as file:
        po = read_po(file, locale=lang)
    return gettext.c2py(po.plural_expr)


def known_language(code: str) -> str:
    """The code of a language that has words: this one, else French."""
    return code if code in LOCALES else "fr"


class Words:
    """Localizer of one language.

    ``t("key", name=value)`` gives a text, ``t.n("key", count)`` the right plural with the
    number already formatted as ``{n}``. An unknown key is returned as it is, so that a
    missing word is visible and never an error.
    """

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.locale = Locale.parse(LOCALES[lang])
        self.dir = DIRECTION[lang]

    def __call__(self, key: str, **values: object) -> str:
        """Localized text of ``key`` with its placeholders filled."""
        text = catalogue(self.lang).get(key) or catalogue("fr").get(key) or key
        if isinstance(text, tuple):
            text = text[0]
        return _fill(str(text), values)

    def has(self, key: str) -> bool:
        """Whether the key exists in the source catalogue."""
        return key in catalogue("fr")

    def n(self, key: str, count: int, **values: object) -> str:
        """The plural of ``key`` for ``count``, which is also filled in as ``{n}``."""
        lang = self.lang if key in catalogue(self.lang) else "fr"
        forms = catalogue(lang).get(key)
        if not isinstance(forms, tuple):
            return self(key, n=self.number(count), **values)
        form = forms[min(_plural_form(lang)(count), len(forms) - 1)]
        return _fill(form, {"n": self.number(count), **values})

    def number(self, value: float) -> str:
        """Format a number with the language's separators, two decimals at most."""
        return _number(self.lang, float(value))

    def compact(self, value: int) -> str:
        """Format a count for a map mark: 12, 940, 1,2 k."""
        return str(value) if value < 1000 else _compact(self.lang, value)

    def date(self, text: str) -> str:
        """Format a partial ISO date (year, month or day known); empty stays empty."""
        parts = text.split("-")
        try:
            numbers = [int(p) for p in parts]
            if len(numbers) == 1:
                return str(numbers[0])
            if len(numbers) == 2:
                month = get_month_names("wide", context="stand-alone", locale=self.locale)
                return f"{month[numbers[1]]} {numbers[0]}"
            return format_date(date(*numbers), "long", locale=self.locale)
        except (ValueError, KeyError, TypeError):
            return text

    def period(self, text: str) -> str:
        """Format a published period; what is no period stays as it is.

        ``2022``, ``2022-11`` and ``2022-11-05`` are dates; ``start/end`` (and ``2019-2023``)
        the months or years between them, both included. January to December is the year.
        """
        years = _YEARS.match(text)
        ends = [p.strip() for p in (years.groups() if years else text.split("/"))]
        if len(ends) != 2 or "" in ends:
            return self.date(text)
        try:
            first, last = _month(ends[0], 1), _month(ends[1], 12)
        except ValueError:
            return text
        if first > last:
            return text
        full_years = (first.month, last.month) == (1, 12)
        return format_interval(first, last, "y" if full_years else "yMMMM", locale=self.locale)

    def all_of(self, items: Iterable[str]) -> str:
        """Format a list: ``a, b et c``."""
        return format_list(list(items), "standard", locale=self.locale)

    def any_of(self, items: Iterable[str]) -> str:
        """Format alternatives: ``a, b ou c``."""
        return format_list(list(items), "or", locale=self.locale)

    def country(self, iso2: str) -> str:
        """The CLDR name of a country; the code when CLDR has none."""
        result: str = self.locale.territories.get(iso2, iso2)
        return result

    def pick(self, names: Mapping[str, str]) -> str:
        """A name in this language, else French, else any."""
        return names.get(self.lang) or names.get("fr") or next(iter(names.values()), "")


def _month(text: str, default: int) -> date:
    """The first day of the month that a partial ISO date names; days are left out."""
    year, month, *_ = (*map(int, text.split("-")), default)
    return date(year, month, 1)


def _fill(text: str, values: Mapping[str, object]) -> str:
    return text.format_map(values) if values and "{" in text else text


@lru_cache(maxsize=4096)
def _number(lang: str, value: float) -> str:
    return format_decimal(value, format="#,##0.##", locale=LOCALES[lang], numbering_system="latn")


@lru_cache(maxsize=4096)
def _compact(lang: str, value: int) -> str:
    # The long forms of Arabic do not fit a mark: French and English letters stand for all.
    locale = "en" if lang == "en" else "fr"
    return format_compact_decimal(value, locale=locale, fraction_digits=1 if value < 10_000 else 0)


@cache
def words(lang: str) -> Words:
    """The shared localizer of one language."""
    return Words(lang)
