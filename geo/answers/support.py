"""The support desk in words: instruments, eligibility, programmes, fairs by month."""
from __future__ import annotations

import csv
import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from babel.dates import get_month_names

from geo.answers.marketpage import fair_line
from geo.errors import BadRequest
from geo.fairs import edition_days
from geo.i18n import Words, words
from geo.marketdata import fairs
from geo.model import CRAFTS
from geo.query import Query
from geo.settings import SOURCES_DIR
from geo.support import STATUSES, eligible, rows
from geo.text import fold
from geo.view import ViewState

GROUPS = ("instrument", "programme", "partenariat", "vente_en_ligne", "e_reputation", "salon")
_NUMBER = re.compile(r"\d{1,9}([.,]\d{1,3})?\Z")


def support_answer(query: Query, view: ViewState, t: Words, *, turnover: str, status: str) -> dict[str, Any]:
    """Everything published on support; the helper answers when something is said.

    Parameters
    ----------
    turnover : yearly turnover in million dirhams, as typed; empty when not said.
    """
    facts = {r["id"]: r for r in rows("seed_facts.csv")}
    return {
        "title": t("support.title"), "lead": t("support.lead"),
        "statuses": [{"key": s, "text": t(f"support.status.{s}")} for s in STATUSES],
        "verdicts": [{
            "key": v.instrument, "name": t(f"support.instrument.{v.instrument}"), "answer": v.answer,
            "answer_text": t(f"support.answer.{v.answer}"), "why": t(f"support.why.{v.why}"),
            "sources": [_fact_line(facts[i], t) for i in v.rows if i in facts]}
            for v in eligible(turnover_mdh=_turnover(turnover), status=status, crafts=view.craft)],
        "crafts_said": t.all_of(t(f"craft.{c}") for c in view.craft) if view.craft else t("support.no_craft"),
        "crafts": [{"key": c, "text": t(f"craft.{c}"), "on": c in view.craft} for c in CRAFTS],
        "groups": [{"key": g, "title": t(f"support.group.{g}"),
                    "rows": [_fact(r, t) for r in facts.values() if r["topic"] == g]} for g in GROUPS],
        "programmes_title": t("support.programmes"),
        "programmes": [_programme(r, t) for r in rows("programmes.csv")],
        "fairs_title": t("support.fairs"), "fairs_note": t("support.fairs_note"),
        "calendar": t("support.calendar"), "ics": _ics(view, t),
        "months": _months(view, t), "places": _places(view, t),
    }


def _turnover(text: str) -> float | None:
    if not text.strip():
        return None
    plain = fold(text).replace(" ", "")
    if not _NUMBER.match(plain):
        raise BadRequest("error.bad_parameter", name="turnover", value=text[:40])
    return float(plain.replace(",", "."))


def _fact(row: dict[str, str], t: Words) -> dict[str, str]:
    value = ""
    if row["value"]:
        number = t.number(float(row["value"]))
        value = t("unit.mdh", n=number) if row["unit"] == "MDH" else t("unit.pct", n=number) if row["unit"] == "%" else f"{number} {row['unit']}".strip()
    return {"id": row["id"], "title": row["label_fr"], "value": value,
            "text": " · ".join(x for x in (_period(row, t), row["note_fr"]) if x), "source": row["source_fr"]}


def _period(row: dict[str, str], t: Words) -> str:
    start, end = row["period_start"], row["period_end"]
    if not end:
        return t.date(start)
    return t.period(f"{start}-{end}" if len(start) == len(end) == 4 else f"{start[:7]}/{end[:7]}")


def _fact_line(row: dict[str, str], t: Words) -> dict[str, str]:
    fact = _fact(row, t)
    return {"text": " · ".join(x for x in (fact["id"], fact["title"], fact["value"]) if x), "source": fact["source"]}


def _programme(row: dict[str, str], t: Words) -> dict[str, str]:
    number = t.number(float(row["figure"])) if row["figure"] else ""
    return {"title": row["programme_fr"], "value": f"{number} {row['unit']}".strip(), "year": row["year"],
            "text": row["fact_fr"], "href": row["source_url"]}


def _months(view: ViewState, t: Words) -> list[dict[str, Any]]:
    """The fairs by month of the year; those without a month last."""
    names = get_month_names("wide", context="stand-alone", locale=t.locale)
    french = {fold(n): i for i, n in get_month_names("wide", context="stand-alone", locale=words("fr").locale).items()}
    found: dict[int, list[dict[str, Any]]] = {}
    for fair in _fairs(view):
        first = fold(fair["month"]).split("-")[0]
        line = {**fair_line(fair), "country": t.country(fair["country_iso2"]) if fair["country_iso2"] else t("support.online"),
                "iso2": fair["country_iso2"], "kind": t(f"support.fair.{fair['kind']}")}
        found.setdefault(french.get(first, 13), []).append(line)
    return [{"key": str(n), "title": names[n] if n < 13 else t("support.month_unknown"), "rows": found[n]} for n in sorted(found)]


def _fairs(view: ViewState) -> list[dict[str, str]]:
    return [f for f in fairs() if (not view.market or f["country_iso2"] in view.market)
            and (not view.craft or set(view.craft) & set(f["crafts"].split(";")))]


def _ics(view: ViewState, t: Words) -> str:
    """The editions whose days are published, as a calendar file; empty when there is none."""
    from icalendar import Calendar, Event  # only this file needs it

    calendar = Calendar()
    calendar.add("prodid", "-//Kharita//salons//FR")
    calendar.add("version", "2.0")
    dated = [(days, f) for f in _fairs(view) if (days := edition_days(f["edition_year"]))]
    for number, ((first, last), fair) in enumerate(sorted(dated, key=lambda d: (d[0], d[1]["name"]))):
        event = Event()
        event.add("uid", f"salon-{first.isoformat()}-{number}@kharita")
        event.add("dtstamp", datetime(first.year, first.month, first.day, tzinfo=UTC))
        event.add("dtstart", first)
        event.add("dtend", last + timedelta(days=1))
        event.add("summary", fair["name"])
        event.add("location", t("ui.comma").join(x for x in (fair["city"], t.country(fair["country_iso2"]) if fair["country_iso2"] else "") if x))
        event.add("url", fair["source_url"])
        calendar.add_component(event)
    return calendar.to_ical().decode("utf-8") if dated else ""


def _places(view: ViewState, t: Words) -> list[dict[str, Any]]:
    """Cities of fairs with a position, for the map of this page."""
    cities = _cities()
    found: dict[tuple[str, str], list[str]] = {}
    for fair in _fairs(view):
        key = (fair["country_iso2"], fold(fair["city"]))
        if key in cities:
            found.setdefault(key, []).append(fair["name"])
    return [{"lon_lat": list(cities[key][1]), "name": cities[key][0], "n": len(names), "text": " · ".join(names)}
            for key, names in found.items()]


@lru_cache(maxsize=1)
def _cities() -> dict[tuple[str, str], tuple[str, tuple[float, float]]]:
    """Country and folded name -> name and lon/lat degrees (GeoNames)."""
    found = {}
    for name in ("cities.csv", "towns.csv"):
        path = SOURCES_DIR / name
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                for r in csv.DictReader(file):
                    country = r.get("country_iso2") or "MA"
                    for spelling in (r["name"], r.get("name_fr") or r["name"]):
                        found.setdefault((country, fold(spelling)), (r.get("name_fr") or r["name"], (float(r["lon"]), float(r["lat"]))))
    return found
