"""Responses of the import: the state of an upload, its plan, and pages of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from geo.curate.api.changes import differences
from geo.curate.imports.headings import FIELDS
from geo.curate.imports.importer import ordered
from geo.curate.imports.planner import Item, Plan
from geo.curate.imports.uploads import Upload
from geo.curate.imports.vocabularies import labels
from geo.curate.record_form import lon_lat_of
from geo.i18n.labels import area_name
from geo.i18n.words import Words
from geo.model.records import Catalogue

PAGE = 40
GUESSES = 200
POINTS = 200
#: What the rows on show can be.
SHOWN = ("new", "changed", "refused", "alike", "unchanged", "left")


def upload_answer(upload: Upload, catalogue: Catalogue, t: Words) -> dict[str, Any]:
    """The progress of an upload; once planned, everything about it but its rows."""
    state: dict[str, Any] = {
        "id": upload.id,
        "state": upload.status,
        "name": upload.name,
        "kind": upload.kind,
        "error": t(upload.error.key, **upload.error.values) if upload.error else "",
    }
    if upload.status == "running":
        return {
            **state,
            "stage": t(f"import.stage.{upload.stage}"),
            "done": upload.done,
            "of": upload.total,
        }
    if upload.plan is not None:
        state |= plan_answer(upload.plan, catalogue, t)
    return {**state, "made": upload.made}


def plan_answer(plan: Plan, catalogue: Catalogue, t: Words) -> dict[str, Any]:
    """What importing a file would do, and what can be answered."""
    counts = {**plan.counts, "alike": sum(bool(i.alike) for i in plan.items)}
    return {
        "outcome": plan.outcome,
        "file": plan.table.name,
        "kind": plan.kind,
        "counts": counts,
        "rows": t.n("import.rows", len(plan.items)),
        "demo": len(plan.demo),
        "demo_text": t.n("import.demo", len(plan.demo)) if plan.demo else "",
        "detected": [
            {"label": t(f"import.detected.{k}"), "value": v}
            for k, v in plan.table.detected.items()
            if t.has(f"import.detected.{k}")
        ],
        "choices": [
            {"key": k, "values": list(v), "taken": plan.table.detected.get(k, "")}
            for k, v in plan.table.choices.items()
        ],
        "problems": [
            {"code": p.code, "level": p.level, "where": _where(p, t), "text": p.message(t)}
            for p in ordered(plan.problems)
        ],
        "columns": [
            {"heading": h.heading, "field": h.field, "sure": h.how in ("exact", "given")}
            for h in plan.headings
        ],
        "fields": [{"value": f, "label": t(f"import.field.{f}")} for f in FIELDS[plan.kind]],
        "guesses": [
            _guess(g, plan, catalogue, t)
            for g in sorted(plan.guesses, key=lambda g: g.certainty)
            if g.certainty < 1 and g.raw
        ][:GUESSES],
        "supposed": [
            {
                "field": t(f"import.field.{g.field}"),
                "as": _codes(g, plan, catalogue, t),
                "n": g.count,
            }
            for g in plan.guesses
            if not g.raw
        ],
        "vocabularies": {
            f: _choices(plan.kind, f, catalogue, t)
            for f in {g.field for g in plan.guesses if g.raw and g.certainty < 1}
            if _choices(plan.kind, f, catalogue, t)
        },
        "offers": [
            {
                "kind": o.kind,
                "value": o.value,
                "text": t.n(
                    f"import.offer.{o.kind}",
                    len(o.rows),
                    value=o.value,
                    share=t.number(round(100 * o.share)),
                ),
            }
            for o in plan.offers
        ],
        "points": _points(plan),
    }


def rows_answer(
    plan: Plan, shown: str, offset: int, catalogue: Catalogue, t: Words
) -> dict[str, Any]:
    """One page of the rows that are new, changed, refused, left out, or like others."""
    wanted = [i for i in plan.items if (i.alike if shown == "alike" else i.action == shown)]
    cells = {row.number: row.cells for row in plan.table.rows}
    return {
        "rows": [_row(i, plan, cells, catalogue, t) for i in wanted[offset : offset + PAGE]],
        "total": len(wanted),
        "next": offset + PAGE if offset + PAGE < len(wanted) else None,
    }


def _row(
    item: Item, plan: Plan, cells: Mapping[int, Any], catalogue: Catalogue, t: Words
) -> dict[str, Any]:
    heads = {h.heading for h in plan.headings}
    named = next((h.heading for h in plan.headings if h.field == "name"), "")
    wrong = [
        (code, heading or (named if code == "NAME_MISSING" else ""), values)
        for code, level, heading, values in item.remarks
        if level in ("refuse", "warn")
    ]
    texts = dict(zip(plan.table.columns, cells.get(item.row, ()), strict=False))
    return {
        "row": item.row,
        "name": item.name or t("import.no_name"),
        "action": item.action,
        "fields": [
            {k: d[k] for k in ("field", "before", "after")}
            for d in differences(plan.collection, item.before, item.after, catalogue, t)
        ]
        if item.action in ("new", "changed")
        else [],
        "remarks": [
            {
                "text": _message(plan, item, code, heading, values, t),
                "heading": heading if heading in heads else "",
                "cell": texts.get(heading, "") if heading in heads else "",
            }
            for code, heading, values in wrong
        ],
        "placed": t(f"import.placed.{item.placed_by}")
        if item.placed_by in ("gazetteer", "hand")
        else "",
        "lon_lat": lon_lat_of(item.after),
        "alike": [
            {
                "id": a.other if isinstance(a.other, str) else "",
                "name": a.other_name,
                "row": a.other if isinstance(a.other, int) else 0,
                "why": t.all_of(t(f"import.alike.{reason}") for reason in a.reasons),
                "apart": t("import.alike.metres", n=t.number(round(a.metres)))
                if a.metres is not None
                else "",
            }
            for a in item.alike
        ],
    }


def _message(
    plan: Plan, item: Item, code: str, heading: str, values: Mapping[str, str], t: Words
) -> str:
    where = t("import.line" if plan.table.unit == "row" else "import.feature", n=item.row)
    return t(
        f"import.problem.{code.lower()}",
        **{"where": where, "column": heading, "value": "", "n": "1", **values},
    )


def _where(p: Any, t: Words) -> str:
    if len(p.rows) < 2:
        return t("import.line", n=p.rows[0]) if p.rows else p.where
    return t("import.lines", n=", ".join(map(str, p.rows[:6])) + (" …" if len(p.rows) > 6 else ""))


def _guess(g: Any, plan: Plan, catalogue: Catalogue, t: Words) -> dict[str, Any]:
    return {
        "field": g.field,
        "label": t(f"import.field.{g.field}"),
        "raw": g.raw,
        "codes": list(g.codes),
        "as": _codes(g, plan, catalogue, t),
        "sure": t.number(round(100 * g.certainty)),
        "n": g.count,
        "unknown": not g.codes,
    }


def _codes(g: Any, plan: Plan, catalogue: Catalogue, t: Words) -> str:
    names = {c["value"]: c["label"] for c in _choices(plan.kind, g.field, catalogue, t)}
    return t.all_of(names.get(c, c) for c in g.codes)


def _choices(kind: str, field: str, catalogue: Catalogue, t: Words) -> list[dict[str, str]]:
    """The codes a field takes, by name; none for free fields."""
    if field == "country":
        found = (
            [(m.iso2, t.pick(m.name)) for m in catalogue.markets]
            if kind != "fairs"
            else [(c, n) for c, n in t.locale.territories.items() if len(c) == 2 and c.isalpha()]
        )
    elif field in ("region", "province"):
        found = [
            (a.code, area_name(catalogue, a.code, t))
            for a in (catalogue.regions if field == "region" else catalogue.provinces)
        ]
    else:
        found = [(code, t(key)) for code, key in labels(kind, field).items()]
    return [
        {"value": code, "label": name} for code, name in sorted(found, key=lambda item: item[1])
    ]


def _points(plan: Plan) -> list[dict[str, Any]]:
    """Where new and changed records would lie, those that were guessed first."""
    found = [
        {
            "row": i.row,
            "name": i.name,
            "lon_lat": lon_lat_of(i.after),
            "from": lon_lat_of(i.before),
            "guessed": i.placed_by in ("gazetteer", "hand"),
        }
        for i in plan.items
        if i.action in ("new", "changed") and lon_lat_of(i.after)
    ]
    return sorted(found, key=lambda p: not p["guessed"])[:POINTS]
