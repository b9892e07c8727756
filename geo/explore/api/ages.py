"""Localized ages of records and markets, and the slider that filters by age."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from babel.dates import format_timedelta

from geo.i18n.words import Words
from geo.model.freshness import looked_at, market_looked_at, months_since
from geo.model.records import AGE_MONTHS, OLDER, UNDATED, Buyer, Site
from geo.model.view import ViewState
from geo.query.engine import Query


def checked_text(record: Buyer | Site, query: Query, t: Words) -> str:
    """« vérifié il y a 3 ans », « jamais vérifié »."""
    return _age_text(looked_at(query.catalogue)(record), "checked", query, t)


def market_checked_text(iso2: str, query: Query, t: Words) -> str:
    """The same for a market: the age of the latest report that names it."""
    return _age_text(market_looked_at(query.catalogue, iso2), "watched", query, t)


def _age_text(text: str, family: str, query: Query, t: Words) -> str:
    months = months_since(text, query.today)
    if months is None:
        return t(f"age.{family}.never")
    if months < 1:
        return t(f"age.{family}.now")
    age = format_timedelta(
        timedelta(days=365 * (months // 12)) if months >= 12 else timedelta(days=30 * months),
        granularity="month",
        threshold=1,
        locale=t.locale,
    )
    return t(f"age.{family}", age=age)


def ages_answer(query: Query, view: ViewState, t: Words) -> dict[str, Any]:
    """The slider of tolerated ages: what each step would leave, and what has no date."""
    ages = query.ages(view)
    steps, total = [], 0
    for step in AGE_MONTHS:
        total += ages[step]
        steps.append(
            {"value": step, "label": t(f"fresh.{step}"), "text": t.n("count.records", total)}
        )
    everything = total + ages[OLDER] + ages[UNDATED]
    steps.append({"value": "", "label": t("fresh.any"), "text": t.n("count.records", everything)})
    return {
        "label": t("facet.fresh"),
        "hint": t("hint.fresh"),
        "value": view.fresh,
        "steps": steps,
        "undated": t.n("age.undated", ages[UNDATED]) if ages[UNDATED] else "",
    }
