"""One record as a form: questions, answers, choices, position, and what was done to it before."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from geo.answers.changes import change_answer, code_name, name_of, set_answer
from geo.answers.names import problem_text
from geo.errors import BadRequest
from geo.forms import EDITED, FEATURES, FORMS, Field, lon_lat_of, values_of
from geo.i18n import Words
from geo.model import Catalogue
from geo.store.changes import Change, ChangeSet, Conflict, Held, Unfit
from geo.store.checks import Known

#: ``sel`` of the view -> the collection whose form it opens.
COLLECTION_OF_SEL = {"buyer": "buyers", "site": "sites", "market": "markets", "fair": "fairs"}


def collection_named(name: str) -> str:
    """A collection that has a form.

    Raises
    ------
    BadRequest : none of that name.
    """
    if name not in EDITED or name not in FORMS:
        raise BadRequest("error.bad_parameter", name="collection", value=name[:40])
    return name


def known_codes(catalogue: Catalogue) -> Known:
    """The codes a record may refer to; None where the list itself is missing."""
    return Known(markets=frozenset(m.iso2 for m in catalogue.markets) or None,
                 regions=frozenset(a.code for a in catalogue.regions) or None,
                 provinces=frozenset(a.code for a in catalogue.provinces) or None)


def form_answer(collection: str, id_: str, held: Held, history: Sequence[ChangeSet], catalogue: Catalogue, t: Words) -> dict[str, Any]:
    """The form of one record; of a new one when ``held`` has neither content nor revision."""
    values = values_of(collection, held.raw)
    return {
        "collection": collection, "id": id_, "revision": held.revision, "name": name_of(held.raw, t), "removed": held.raw is None and held.revision > 0,
        "demo": values.get("provenance") == "demo", "title": t(f"form.title.{collection}"),
        "fields": [_question(f, values[f.name], catalogue, t) for f in FORMS[collection]],
        "placed": collection in FEATURES, "lon_lat": lon_lat_of(held.raw),
        "history": [{**set_answer(s, catalogue, t), "changes": [change_answer(c, catalogue, t) for c in s.changes]} for s in history]}


def _question(field: Field, value: Any, catalogue: Catalogue, t: Words) -> dict[str, Any]:
    told: dict[str, Any] = {"name": field.name, "label": t(f"form.{field.name}"), "kind": field.kind, "required": field.required,
                            "value": {True: "yes", False: "no", None: ""}[value] if field.kind == "flag" else value}
    if t.has(f"form.{field.name}.hint"):
        told["hint"] = t(f"form.{field.name}.hint")
    codes = _codes(field, catalogue)
    if codes:
        told["choices"] = [{"value": c, "label": code_name(field, c, catalogue, t)} for c in codes]
        if isinstance(field.codes, str):
            told["choices"].sort(key=lambda choice: choice["label"])
    return told


def _codes(field: Field, catalogue: Catalogue) -> Sequence[str]:
    listed = {"markets": lambda: [m.iso2 for m in catalogue.markets], "regions": lambda: [a.code for a in catalogue.regions],
              "provinces": lambda: [a.code for a in catalogue.provinces]}
    return listed[field.codes]() if isinstance(field.codes, str) else field.codes


def unfit_answer(error: Unfit, t: Words) -> dict[str, Any]:
    """What is wrong, field by field."""
    return {"error": {"code": error.key, "text": t(error.key)}, "fields": {p.field: t(f"form.problem.{p.code}") if t.has(f"form.problem.{p.code}")
                      else problem_text(p, t) for p in error.problems}}


def conflict_answer(error: Conflict, catalogue: Catalogue, t: Words) -> dict[str, Any]:
    """Both versions of what clashes: theirs, which is kept, and mine, which is not."""
    return {"error": {"code": error.key, "text": t(error.key)}, "clashes": [
        {"revision": held.revision, "name": name_of(held.raw or edit.after, t),
         **{k: v for k, v in change_answer(Change(edit.collection, edit.id, held.raw, edit.after, held.revision), catalogue, t).items() if k in ("fields", "from", "to")},
         "theirs": values_of(edit.collection, held.raw), "theirs_lon_lat": lon_lat_of(held.raw)}
        for edit, held in zip(error.edits, error.held, strict=True)]}
