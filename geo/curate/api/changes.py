"""Localized change sets: what a record was, what it is, who changed it and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from geo.curate.record_form import FORMS, lon_lat_of, values_of
from geo.i18n.labels import area_name
from geo.i18n.words import Words
from geo.model.records import Catalogue
from geo.model.schema import Field
from geo.places.nearest import distances
from geo.store.changes import Change, ChangeSet, Raw

#: Times are kept in UTC and told in Morocco's.
HERE = ZoneInfo("Africa/Casablanca")
#: Changes of one set that are told at once.
MOST_DETAILED = 60


def set_answer(
    made: ChangeSet, catalogue: Catalogue, t: Words, *, detailed: bool = False
) -> dict[str, Any]:
    """One change set; ``detailed`` lists its changes field by field."""
    return {
        "number": made.number,
        "author": made.author,
        "reason": made.reason,
        "kind": t(f"change.{made.kind}"),
        "when": _when(made.time, t),
        "counts": [
            t.n(
                {
                    "new": "change.n_new",
                    "changed": "change.n_changed",
                    "removed": "change.n_removed",
                }[name],
                n,
            )
            for name, n in made.counts.items()
            if n
        ],
        "records": len(made.changes),
        "more": max(0, len(made.changes) - MOST_DETAILED) if detailed else 0,
        "changes": [change_answer(c, catalogue, t) for c in made.changes[:MOST_DETAILED]]
        if detailed
        else [],
    }


def change_answer(change: Change, catalogue: Catalogue, t: Words) -> dict[str, Any]:
    """One change, with the positions to draw."""
    return {
        "collection": change.collection,
        "id": change.id,
        "revision": change.revision,
        "existed": change.before is not None,
        "name": name_of(change.after or change.before, t),
        "what": t(
            "change.new"
            if change.before is None
            else "change.removed"
            if change.after is None
            else "change.changed"
        ),
        "fields": list(differences(change.collection, change.before, change.after, catalogue, t)),
        "from": lon_lat_of(change.before),
        "to": lon_lat_of(change.after),
    }


def differences(
    collection: str, before: Raw | None, after: Raw | None, catalogue: Catalogue, t: Words
) -> Iterator[dict[str, str]]:
    """The fields that differ: name, before and after as words; nothing for a field neither has."""
    for field in FORMS.get(collection, ()):
        old, new = (
            values_of(collection, raw)[field.key] if raw else None for raw in (before, after)
        )
        if old == new or (old in (None, "", []) and new in (None, "", [])):
            continue
        yield {
            "name": field.key,
            "field": t(f"form.{field.key}"),
            "before": shown(field, old, catalogue, t),
            "after": shown(field, new, catalogue, t),
        }
    old_at, new_at = lon_lat_of(before), lon_lat_of(after)
    if old_at != new_at:
        moved = (
            t("change.moved", km=t.number(round(_apart_m(old_at, new_at) / 1000, 1)))
            if old_at and new_at
            else ""
        )
        yield {
            "name": "position",
            "field": t("form.position"),
            "before": _position(old_at),
            "after": " ".join(filter(None, (_position(new_at), moved))),
        }


def shown(field: Field, value: Any, catalogue: Catalogue, t: Words) -> str:
    """The answer to one question of a form, as words."""
    if value in (None, "", []):
        return ""
    if field.type == "flag":
        return t("ui.yes" if value else "ui.no")
    if field.type == "sources":
        return " ; ".join(str(s.get("label") or s.get("url") or "") for s in value)
    if field.type in ("whole", "number"):
        return t.number(value)
    if field.type in ("date", "day"):
        return t.date(value)
    return (
        t.all_of(code_name(field, v, catalogue, t) for v in value)
        if field.type == "many"
        else code_name(field, str(value), catalogue, t)
    )


def code_name(field: Field, code: str, catalogue: Catalogue, t: Words) -> str:
    """The name of one code of a field; a text as it is."""
    if field.words:
        return t(f"{field.words}.{code}") if code else ""
    if field.codes in ("markets", "countries"):
        return t.country(code)
    return area_name(catalogue, code, t) if field.codes in ("regions", "provinces") else code


def name_of(raw: Raw | None, t: Words) -> str:
    """The name of a raw record."""
    inside = (raw or {}).get("properties", raw or {})
    name = inside.get("name") or inside.get("name_fr") or inside.get("title") or ""
    return t.pick(name) if isinstance(name, dict) else str(name)


def _apart_m(one: list[float], other: list[float]) -> float:
    return float(distances((one[0], one[1]), np.array([other[0]]), np.array([other[1]]))[0])


def _position(lon_lat: list[float] | None) -> str:
    # Isolated: figures beside Arabic words would change places.
    return f"\u2066{lon_lat[1]:.5f}, {lon_lat[0]:.5f}\u2069" if lon_lat else ""


def _when(time: str, t: Words) -> str:
    try:
        at = datetime.fromisoformat(time).astimezone(HERE)
    except ValueError:
        return time
    return t("change.when", date=t.date(at.date().isoformat()), time=f"{at:%H:%M}")
