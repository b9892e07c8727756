"""The form of a record: questions, answers, choices, position, and its history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from geo.core.errors import BadRequest
from geo.curate.api.changes import change_answer, code_name, name_of, set_answer
from geo.curate.record_form import FORMS, PLACED, QUESTIONS, lon_lat_of, values_of
from geo.i18n.labels import is_open, problem_text, where
from geo.i18n.words import Words
from geo.model.records import Catalogue
from geo.model.schema import Field
from geo.model.validation import ReferenceCodes
from geo.model.view import RECORDS, ViewState
from geo.query.engine import Query
from geo.store.changes import Change, ChangeSet, Conflict, Held, ValidationFailed
from geo.text.folding import fold

#: Rows of the list that is searched, and how many are put in order first.
LISTED, MOST_SORTED = 60, 2_000


def collection_named(name: str) -> str:
    """A collection that has a form.

    Raises
    ------
    BadRequest : none of that name.
    """
    if name not in FORMS:
        raise BadRequest("error.bad_parameter", name="collection", value=name[:40])
    return name


def known_codes(catalogue: Catalogue) -> ReferenceCodes:
    """The codes a record may refer to; None where the list itself is missing."""
    return ReferenceCodes(
        markets=frozenset(m.iso2 for m in catalogue.markets) or None,
        regions=frozenset(a.code for a in catalogue.regions) or None,
        provinces=frozenset(a.code for a in catalogue.provinces) or None,
    )


def list_answer(query: Query, tab: str, q: str, t: Words) -> dict[str, Any]:
    """List the records of one tab that match ``q`` by name: the first ones, and their count.

    Raises
    ------
    BadRequest : no such tab.
    """
    if tab in RECORDS:
        columns = query.columns[tab]
        matching = np.flatnonzero(query.passing(tab, ViewState(q=q)))
        total, found = len(matching), [columns.record(i) for i in matching[:MOST_SORTED]]
        rows = [
            {
                "id": r.id,
                "name": r.name,
                "where": where(r, query.catalogue, t),
                "class": r.class_,
                "demo": r.provenance == "demo",
                "open": is_open(r),
            }
            for r in found
        ]
    elif tab in ("fairs", "markets"):
        rows = [
            row
            for row in _few(query.catalogue, tab, t)
            if fold(q) in fold(f"{row['name']} {row['where']}")
        ]
        total = len(rows)
    else:
        raise BadRequest("error.bad_parameter", name="collection", value=tab[:40])
    rows.sort(key=lambda row: fold(str(row["name"])))
    return {
        "rows": rows[:LISTED],
        "total": total,
        "text": t("records.listed", n=t.number(min(total, LISTED)), of=t.number(total)),
    }


def _few(catalogue: Catalogue, tab: str, t: Words) -> list[dict[str, Any]]:
    if tab == "markets":
        return [
            {
                "id": m.iso2,
                "name": t.pick(m.name),
                "where": m.capital,
                "class": "market",
                "demo": False,
                "open": True,
            }
            for m in catalogue.markets
        ]
    return [
        {
            "id": f.id,
            "name": f.name,
            "where": t("ui.comma").join(
                p for p in (f.city, t.country(f.country) if f.country else "", f.edition) if p
            ),
            "class": "fair",
            "demo": f.provenance == "demo",
            "open": True,
        }
        for f in catalogue.fairs
    ]


def form_answer(
    collection: str,
    id_: str,
    held: Held,
    history: Sequence[ChangeSet],
    catalogue: Catalogue,
    t: Words,
) -> dict[str, Any]:
    """The form of one record; of a new one when ``held`` has neither content nor revision."""
    values = values_of(collection, held.raw)
    return {
        "collection": collection,
        "id": id_,
        "revision": held.revision,
        "name": name_of(held.raw, t),
        "removed": held.raw is None and held.revision > 0,
        "demo": values.get("provenance") == "demo",
        "title": t(f"form.title.{collection}"),
        "fields": [_question(f, values[f.key], catalogue, t) for f in FORMS[collection]],
        "placed": collection in PLACED,
        "lon_lat": lon_lat_of(held.raw),
        "history": [
            {
                **set_answer(s, catalogue, t),
                "changes": [change_answer(c, catalogue, t) for c in s.changes],
            }
            for s in history
        ],
    }


def _question(field: Field, value: Any, catalogue: Catalogue, t: Words) -> dict[str, Any]:
    question: dict[str, Any] = {
        "name": field.key,
        "label": t(f"form.{field.key}"),
        "kind": QUESTIONS.get(field.type, field.type),
        "required": field.required,
        "value": {True: "yes", False: "no", None: ""}[value] if field.type == "flag" else value,
    }
    if t.has(f"form.{field.key}.hint"):
        question["hint"] = t(f"form.{field.key}.hint")
    codes = _codes(field, catalogue, t)
    if field.type == "one" and not isinstance(field.codes, str) and value not in field.codes:
        question["value"] = ""  # such as ``demo``: nobody can answer that by hand
    if codes:
        question["choices"] = [
            {"value": c, "label": code_name(field, c, catalogue, t)} for c in codes
        ]
        if isinstance(field.codes, str):
            question["choices"].sort(key=lambda choice: choice["label"])
    return question


def _codes(field: Field, catalogue: Catalogue, t: Words) -> Sequence[str]:
    listed: dict[str, Callable[[], list[str]]] = {
        "markets": lambda: [m.iso2 for m in catalogue.markets],
        "regions": lambda: [a.code for a in catalogue.regions],
        "provinces": lambda: [a.code for a in catalogue.provinces],
        "countries": lambda: [
            str(c) for c in t.locale.territories if len(str(c)) == 2 and str(c).isalpha()
        ],
    }
    return listed[field.codes]() if isinstance(field.codes, str) else field.codes


def problems_by_field(error: ValidationFailed, t: Words) -> dict[str, str]:
    """Localized validation errors, field by field."""
    return {
        p.field: t(f"form.problem.{p.code}")
        if t.has(f"form.problem.{p.code}")
        else problem_text(p, t)
        for p in error.problems
    }


def clashes_of(error: Conflict, catalogue: Catalogue, t: Words) -> list[dict[str, Any]]:
    """Both versions of each record in conflict: theirs (stored) and mine (not)."""
    return [
        {
            "revision": held.revision,
            "name": name_of(held.raw or edit.after, t),
            **{
                k: v
                for k, v in change_answer(
                    Change(edit.collection, edit.id, held.raw, edit.after, held.revision),
                    catalogue,
                    t,
                ).items()
                if k in ("fields", "from", "to")
            },
            "theirs": values_of(edit.collection, held.raw),
            "theirs_lon_lat": lon_lat_of(held.raw),
        }
        for edit, held in zip(error.edits, error.held, strict=True)
    ]
