"""Response on the quality of the records, and on the sources of the map."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import lru_cache
from typing import Any

from geo.core import shipped
from geo.core.errors import BadRequest
from geo.core.settings import settings
from geo.curate.quality import (
    ASKED,
    COLLECTIONS,
    FAULTS,
    FRESHNESS,
    Assessment,
    Todo,
    assess,
    todo,
    twins_of,
)
from geo.i18n.labels import problem_text, where
from geo.i18n.words import Words
from geo.model.records import Buyer, Site
from geo.model.view import ViewState
from geo.query.engine import Query

PAGE = 40
PROBLEMS = 40


@lru_cache(maxsize=2)
def _assessed(
    query: Query, today: date
) -> tuple[tuple[Assessment, ...], tuple[Todo, ...], dict[str, list[str]]]:
    # None of it depends on the reader: worked out once a day for one version of the data.
    catalogue, pairs = query.catalogue, twins_of(query.catalogue)
    records: list[Buyer | Site] = [*catalogue.buyers, *catalogue.sites]
    name = {r.id: r.name for r in records} if pairs else {}
    twins: dict[str, list[str]] = {}
    for pair in pairs:
        for id_ in pair:
            twins.setdefault(id_, []).extend(name[other] for other in pair - {id_})
    return (
        tuple(assess(catalogue, c, today) for c in COLLECTIONS),
        tuple(todo(catalogue, today, pairs)),
        twins,
    )


def quality_answer(
    query: Query, t: Words, *, today: date, fault: str = "", offset: int = 0
) -> dict[str, Any]:
    """Each collection assessed, and the list to work through, one fault of it on request.

    Raises
    ------
    BadRequest : no such fault.
    """
    if fault and fault not in FAULTS:
        raise BadRequest("error.bad_parameter", name="fault", value=fault[:40])
    assessments, todos, twins = _assessed(query, today)
    number = Counter(f for task in todos for f in task.faults)
    # Generated records are replaced, not mended: they come up only when asked for.
    wanted = [x for x in todos if (fault in x.faults if fault else x.faults != ("demo",))]
    return {
        "collections": [_collection(a, t) for a in assessments],
        "faults": [
            {
                "value": f,
                "label": t(f"fault.{f}"),
                "hint": t(f"fault.{f}.hint"),
                "n": number[f],
                "text": t.number(number[f]),
            }
            for f in FAULTS
            if number[f]
        ],
        "todo": [_task(query, x, twins.get(x.id, []), t) for x in wanted[offset : offset + PAGE]],
        "total": len(wanted),
        "text": t.n("quality.todo", len(wanted)),
        "next": offset + PAGE if offset + PAGE < len(wanted) else None,
        "problems": [problem_text(p, t) for p in query.catalogue.problems[:PROBLEMS]],
    }


def _collection(a: Assessment, t: Words) -> dict[str, Any]:
    def share(n: int) -> int:
        return round(100 * n / a.real) if a.real else 0

    return {
        "key": a.collection,
        "title": t(f"quality.{a.collection}"),
        "real": t.number(a.real),
        "real_text": t.n("quality.real", a.real),
        "demo_text": t.n("quality.demo", a.demo) if a.demo else "",
        "fields": [
            {
                "key": name,
                "label": t(f"quality.field.{name}"),
                "pct": share(a.filled[name]),
                "text": t("quality.of", n=t.number(a.filled[name]), of=t.number(a.real)),
            }
            for name in ASKED[a.collection]
        ],
        "fresh": [
            {"key": k, "label": t(f"quality.fresh.{k}"), "n": a.fresh[k], "pct": share(a.fresh[k])}
            for k in FRESHNESS
            if a.fresh
        ],
        "precision": [
            {"label": t(f"precision.{k}"), "n": n}
            for k, n in sorted(a.precision.items(), key=lambda item: -item[1])
        ],
        "provenance": [
            {"label": t(f"origin.{k}"), "n": t.number(n)}
            for k, n in sorted(a.provenance.items(), key=lambda item: -item[1])
        ],
    }


def _task(query: Query, task: Todo, twins: list[str], t: Words) -> dict[str, Any]:
    catalogue = query.catalogue
    record = (
        catalogue.buyers[catalogue.buyer_row[task.id]]
        if task.collection == "buyers"
        else catalogue.sites[catalogue.site_row[task.id]]
    )
    return {
        "sel": f"{'buyer' if task.collection == 'buyers' else 'site'}:{task.id}",
        "class": record.class_,
        "name": task.name,
        "where": where(record, catalogue, t),
        "faults": [
            {
                "key": f,
                "label": t("quality.twin", name=" ; ".join(twins))
                if f == "twin" and twins
                else t(f"fault.{f}"),
            }
            for f in task.faults
        ],
        "demo": record.provenance == "demo",
    }


def about_answer(query: Query, t: Words) -> dict[str, Any]:
    """The files the map is made from with their credits, and the outline it draws."""
    files = shipped.credited_files()
    generated = query.counts(ViewState(origin=("demo",)))
    demo = {"buyers": generated["buyers"], "sites": generated["sites"] + generated["maisons"]}
    return {
        "version": t("donnees.intro", version=query.catalogue.version),
        "missing": "" if files else t("donnees.no_catalogue"),
        "files": [
            {
                "name": f["name"],
                "records": t.number(len(getattr(query.catalogue, name))),
                "demo": t.number(demo[name]) if demo.get(name) else "",
                "credit": f["credit"],
                "licence": f["licence"],
            }
            for f in files
            for name in (f["name"].partition(".")[0],)
        ],
        "outline": t(f"donnees.outline.{settings().boundaries}"),
        "legal": t("donnees.legal"),
    }
