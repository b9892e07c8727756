"""The panel when nothing is selected: what the map holds, and where to begin."""

from __future__ import annotations

from typing import Any

from geo.i18n.labels import title_of
from geo.i18n.words import Words
from geo.model.records import IN_PROGRESS
from geo.model.view import ViewState
from geo.query.engine import Query

TOP = 5


def overview(query: Query, id_: str, view: ViewState, t: Words) -> dict[str, Any] | None:
    """What passes the filters: the busiest markets, the newest reports."""
    if id_ != "all":
        return None
    counts = query.counts(view)
    coming = query.counts(view.with_(status=IN_PROGRESS)) if not view.status else None
    reports = query.matching_reports(view)
    facts = [
        ("buyers", counts["buyers"]),
        ("sites", counts["sites"]),
        ("maisons", counts["maisons"]),
    ]
    if coming:
        facts.append(("coming", coming["sites"] + coming["maisons"]))
    return {
        "title": t("overview.title"),
        "subtitle": t("overview.subtitle"),
        "lead": t("overview.lead"),
        "facts": [{"label": t(f"fact.{k}"), "value": t.number(n), "href": ""} for k, n in facts],
        "sections": [
            _markets(query, view, t),
            {
                "key": "reports",
                "title": t("section.latest"),
                "text": t.number(len(reports)),
                "rows": [
                    {
                        "sel": f"report:{r.id}",
                        "class": "report",
                        "open": True,
                        "demo": False,
                        "title": title_of(r, t),
                        "sub": f"{r.id} · {t.date(r.date) or t('panel.undated')}",
                        "why": "",
                    }
                    for r in reports[:TOP]
                ],
                "more": {
                    "text": t("ui.see_all", n=t.number(len(reports))),
                    "tab": "reports",
                    "field": "",
                    "value": "",
                }
                if len(reports) > TOP
                else None,
                "empty": t("empty.reports"),
            },
        ],
        "note": t("overview.note"),
    }


def _markets(query: Query, view: ViewState, t: Words) -> dict[str, Any]:
    totals = query.tally("buyers", "market", view)
    best = sorted((code for code in totals if totals[code]), key=lambda c: -totals[c])[:TOP]
    return {
        "key": "markets",
        "title": t("section.markets"),
        "text": t.n("count.markets", sum(map(bool, totals.values()))),
        "rows": [
            {
                "sel": f"market:{code}",
                "class": "market",
                "open": True,
                "demo": False,
                "title": t.country(code),
                "sub": t.n("count.buyers", totals[code]),
                "why": "",
            }
            for code in best
        ],
        "more": None,
        "empty": t("empty.buyers"),
    }
