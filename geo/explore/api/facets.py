"""Response of ``/api/facets``: counts, facets, the sentence, and what emptied the view."""

from __future__ import annotations

from typing import Any

from geo.core.errors import Notice
from geo.explore.api.ages import ages_answer
from geo.explore.api.fairs import matching_fairs
from geo.explore.api.sentence import sentence
from geo.i18n.labels import area_name, chip_label, notice_text, value_label
from geo.i18n.words import Words
from geo.model.address import data_query
from geo.model.records import COLLECTIONS, WORLD_REGIONS
from geo.model.view import FACETS, RECORDS, FieldInfo, ViewState
from geo.query.engine import Query

#: The order people think in, which is not the order of the address.
RAIL = (
    "market",
    "craft",
    "buyer",
    "site",
    "status",
    "region",
    "province",
    "report",
    "period",
    "women",
    "training",
    "origin",
)


def facets_answer(query: Query, view: ViewState, notices: list[Notice], t: Words) -> dict[str, Any]:
    """Everything around the map that follows the filters."""
    counts = query.counts(view)
    by_name = {info.name: info for info in FACETS}
    values = query.facet_counts(view)
    return {
        "query": data_query(view),
        "notice": [notice_text(n, t) for n in notices],
        "counts": counts,
        "figures": [
            {
                "key": key,
                "class": key.removesuffix("s"),
                "value": t.number(counts[key]),
                "label": t.n(f"figure.{key}", counts[key]),
            }
            for key in COLLECTIONS
        ],
        "fairs": t.number(len(matching_fairs(query, view))),
        "demo": _demo(query, view, t),
        "ages": ages_answer(query, view, t),
        "sentence": sentence(query, view, t),
        "active": len(view.picks()),
        "facets": [_facet(query, by_name[name], view, values[name], t) for name in RAIL],
        "blame": blame_answer(query, view, counts, t),
    }


def blame_answer(
    query: Query, view: ViewState, counts: dict[str, int], t: Words
) -> dict[str, str] | None:
    """Which filter emptied the first empty collection; None when none is empty."""
    for name in RECORDS:
        found = None if counts[name] else query.blame(name, view)
        if found:
            info, enough = found
            label = t.any_of(
                chip_label(info, code, query.catalogue, t)
                for i, code in view.picks()
                if i.name == info.name
            )
            key = "blame.one" if enough else "blame.several"
            return {
                "text": f"{t(f'empty.{name}')} "
                f"{t(key, label=t(f'facet.{info.name}'), value=label)}",
                "field": info.name,
                "label": t("blame.remove"),
                "collection": name,
            }
    return None


def _demo(query: Query, view: ViewState, t: Words) -> dict[str, Any]:
    shown = not view.origin or "demo" in view.origin
    return {
        "count": t.number(query.demo_count),
        "on": shown,
        "label": t.n("count.demo", query.demo_count),
    }


def _facet(
    query: Query, info: FieldInfo, view: ViewState, counts: dict[str, int], t: Words
) -> dict[str, Any]:
    picked = getattr(view, info.name)
    rows = [
        {
            "value": code,
            "label": value_label(info, code, query.catalogue, t),
            "count": count,
            "text": t.number(count),
            "picked": code in picked,
            "disabled": not count and code not in picked,
        }
        for code, count in counts.items()
    ]
    if info.name == "report":
        for row in rows:
            row["sub"] = row["value"]
    return {
        "field": info.name,
        "label": t(f"facet.{info.name}"),
        "hint": t(f"hint.{info.name}"),
        "picked": len(picked),
        "groups": _groups(query, info, rows, t),
    }


def _groups(
    query: Query, info: FieldInfo, rows: list[dict[str, Any]], t: Words
) -> list[dict[str, Any]]:
    if info.name == "market":
        region = {m.iso2: m.world_region for m in query.catalogue.markets}
        groups = [
            (t(f"world.{w}"), [r for r in rows if region[r["value"]] == w]) for w in WORLD_REGIONS
        ]
    elif info.name == "province":
        # A region whose own record cannot be read still groups its provinces, under its code.
        parent = {a.code: a.region for a in query.catalogue.provinces}
        groups = [
            (area_name(query.catalogue, code, t), [r for r in rows if parent[r["value"]] == code])
            for code in dict.fromkeys((*query.codes("region"), *sorted(parent.values())))
        ]
    else:
        groups = [("", rows)]
    return [{"label": label, "values": values} for label, values in groups if values]
