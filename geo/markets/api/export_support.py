"""Response on export support: instruments, eligibility, programmes, fairs by month."""

from __future__ import annotations

import re
from typing import Any

from babel.dates import get_month_names

from geo.core import shipped
from geo.core.errors import BadRequest
from geo.explore.api.fairs import calendar_of, country_of, fair_line, matching_fairs
from geo.i18n.words import Words
from geo.markets.export_support import eligible
from geo.model.records import CRAFTS, Fair
from geo.model.view import LEGAL, ViewState
from geo.query.engine import Query
from geo.text.folding import fold

GROUPS = ("instrument", "programme", "partenariat", "vente_en_ligne", "e_reputation", "salon")
_NUMBER = re.compile(r"\d{1,9}([.,]\d{1,3})?\Z")


def support_answer(
    query: Query, view: ViewState, t: Words, *, turnover: str, status: str
) -> dict[str, Any]:
    """Everything published on support; the helper answers when something was entered.

    Parameters
    ----------
    turnover : yearly turnover in million dirhams, as typed; empty when unknown.
    """
    facts = {r["id"]: r for r in shipped.table(shipped.SEED_FACTS)}
    return {
        "title": t("support.title"),
        "lead": t("support.lead"),
        "statuses": [{"key": s, "text": t(f"support.status.{s}")} for s in LEGAL],
        "verdicts": [
            {
                "key": v.instrument,
                "name": t(f"support.instrument.{v.instrument}"),
                "answer": v.answer,
                "answer_text": t(f"support.answer.{v.answer}"),
                "why": t(f"support.why.{v.why}"),
                "sources": [_fact_line(facts[i], t) for i in v.rows if i in facts],
            }
            for v in eligible(turnover_mdh=_turnover(turnover), status=status, crafts=view.craft)
        ],
        "crafts_said": t.all_of(t(f"craft.{c}") for c in view.craft)
        if view.craft
        else t("support.no_craft"),
        "crafts": [{"key": c, "text": t(f"craft.{c}"), "on": c in view.craft} for c in CRAFTS],
        "groups": [
            {
                "key": g,
                "title": t(f"support.group.{g}"),
                "rows": [_fact(r, t) for r in facts.values() if r["topic"] == g],
            }
            for g in GROUPS
        ],
        "programmes_title": t("support.programmes"),
        "programmes": [_programme(r, t) for r in shipped.table(shipped.PROGRAMMES)],
        "fairs_title": t("support.fairs"),
        "fairs_note": t("support.fairs_note"),
        "calendar": t("support.calendar"),
        "ics": calendar_of(matching_fairs(query, view), t),
        "months": _months(query, view, t),
        "places": _places(query, view),
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
        value = (
            t("unit.mdh", n=number)
            if row["unit"] == "MDH"
            else t("unit.pct", n=number)
            if row["unit"] == "%"
            else f"{number} {row['unit']}".strip()
        )
    return {
        "id": row["id"],
        "title": row["label_fr"],
        "value": value,
        "text": " · ".join(x for x in (_period(row, t), row["note_fr"]) if x),
        "source": row["source_fr"],
    }


def _period(row: dict[str, str], t: Words) -> str:
    start, end = row["period_start"], row["period_end"]
    if not end:
        return t.date(start)
    return t.period(f"{start}-{end}" if len(start) == len(end) == 4 else f"{start[:7]}/{end[:7]}")


def _fact_line(row: dict[str, str], t: Words) -> dict[str, str]:
    fact = _fact(row, t)
    return {
        "text": " · ".join(x for x in (fact["id"], fact["title"], fact["value"]) if x),
        "source": fact["source"],
    }


def _programme(row: dict[str, str], t: Words) -> dict[str, str]:
    number = t.number(float(row["figure"])) if row["figure"] else ""
    return {
        "title": row["programme_fr"],
        "value": f"{number} {row['unit']}".strip(),
        "year": row["year"],
        "text": row["fact_fr"],
        "href": row["source_url"],
    }


def _months(query: Query, view: ViewState, t: Words) -> list[dict[str, Any]]:
    """The fairs by month of the year; those without a month last."""
    names = get_month_names("wide", context="stand-alone", locale=t.locale)
    found: dict[int, list[dict[str, Any]]] = {}
    for fair in matching_fairs(query, view):
        line = {
            **fair_line(fair, t),
            "country": country_of(fair, t),
            "iso2": fair.country,
            "kind": t(f"support.fair.{fair.kind}"),
        }
        found.setdefault(fair.months[0] if fair.months else 13, []).append(line)
    return [
        {
            "key": str(n),
            "title": names[n] if n < 13 else t("support.month_unknown"),
            "rows": found[n],
        }
        for n in sorted(found)
    ]


def _places(query: Query, view: ViewState) -> list[dict[str, Any]]:
    """Cities of fairs with a position, for the map of this page."""
    found: dict[tuple[float, float], list[Fair]] = {}
    for fair in matching_fairs(query, view):
        if fair.lon_lat:
            found.setdefault(fair.lon_lat, []).append(fair)
    return [
        {
            "lon_lat": list(at),
            "name": here[0].city,
            "n": len(here),
            "text": " · ".join(f.name for f in here),
        }
        for at, here in found.items()
    ]
