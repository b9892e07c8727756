"""Response of a shared shortlist: what its ids name, for the receiver to take or leave."""

from __future__ import annotations

from typing import Any

from geo.i18n.labels import kind_label, where
from geo.i18n.words import Words
from geo.model.view import ViewState
from geo.query.engine import Query

#: More than this makes an address that mail programs break.
MOST = 60


def stars_answer(query: Query, view: ViewState, t: Words) -> dict[str, Any]:
    """The records of a shared list, in its order; those that no longer exist are counted."""
    shared = view.stars[:MOST]
    rows = [row for star in shared if (row := _row(query, star, t))]
    gone = len(shared) - len(rows)
    return {
        "rows": rows,
        "title": t("stars.shared", n=t.number(len(rows))),
        "lead": t("stars.shared_lead"),
        "gone": t.n("stars.gone", gone) if gone else "",
    }


def _row(query: Query, star: str, t: Words) -> dict[str, str] | None:
    kind, _, id_ = star.partition(":")
    catalogue = query.catalogue
    if kind == "m":
        market = catalogue.market_by_code.get(id_)
        return (
            {
                "sel": f"market:{id_}",
                "name": t.pick(market.name),
                "text": t(f"world.{market.world_region}"),
            }
            if market
            else None
        )
    rows, records = (
        (catalogue.buyer_row, catalogue.buyers)
        if kind == "b"
        else (catalogue.site_row, catalogue.sites)
    )
    if id_ not in rows:
        return None
    record = records[rows[id_]]
    return {
        "sel": f"{'buyer' if kind == 'b' else 'site'}:{id_}",
        "name": record.name,
        "text": f"{kind_label(record, t)} \u00b7 {where(record, catalogue, t)}",
    }
