"""Plan an import before anything is stored: new, changed, unchanged and refused rows.

    table = read(content, name)                               # geo.curate.imports.reader
    plan = plan_of(table, "buyers", held, catalogue, Options(...))
    ledger.commit(edits(plan), author, reason, "import")

The plan of the same table, options and held records is always the same; after its edits were
committed, the plan of the same file changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from geo.core import clock
from geo.curate.imports.cell_parser import CellParser, ParsedRow
from geo.curate.imports.headings import FIELDS, KINDS, POSITION_FIELDS, Heading, headings
from geo.curate.imports.inference import Inference
from geo.curate.imports.plan import (
    Action,
    Demo,
    FieldChange,
    Item,
    Options,
    Plan,
    Progress,
    no_progress,
)
from geo.curate.imports.plan_rows import Items, propose
from geo.curate.imports.positions import Answers, locate
from geo.curate.imports.problems import ImportProblem, ImportRejected, Remarks
from geo.curate.imports.record_builder import is_demo
from geo.curate.imports.reference_data import Reference
from geo.curate.imports.source_table import Table
from geo.store.changes import Edit, Held

__all__ = [
    "Action",
    "Demo",
    "FieldChange",
    "Item",
    "Options",
    "Plan",
    "Progress",
    "edits",
    "plan_of",
    "rejected",
]

#: Fields that tell where something lies when there are no coordinates.
_SITUATED = {
    "buyers": ("country", "town", "address"),
    "sites": ("town", "commune", "province", "region"),
    "maisons": ("town", "commune", "province", "region"),
    "markets": ("country", "name"),
    "fairs": ("name",),
}


def plan_of(
    table: Table,
    kind: str,
    held: Mapping[str, Held],
    reference: Reference,
    options: Options | None = None,
    *,
    today: date | None = None,
    progress: Progress = no_progress,
) -> Plan:
    """Plan the import of a table.

    Parameters
    ----------
    kind : ``buyers``, ``sites``, ``maisons``, ``markets`` or ``fairs``.
    held : ``Ledger.held`` of the collection (``KINDS[kind]``).
    reference : vocabularies, places and outlines over the current catalogue; build it once.
    """
    options, today = options or Options(), today or clock.today()
    columns = headings(table.columns, options.columns, kind)
    problems = [*table.problems, *_missing(table, kind, columns)]
    unused = [h.heading for h in columns if h.field not in FIELDS[kind]]
    if unused:
        problems.append(ImportProblem("COLUMN_NOT_USED", "note", ",".join(unused[:20])))
    plan = Plan(
        kind,
        KINDS[kind],
        table,
        columns,
        [],
        problems,
        [],
        [],
        tuple(sorted(id_ for id_, h in held.items() if h.raw is not None and is_demo(kind, h.raw))),
        options,
        held,
    )
    if plan.outcome == "reject":
        return plan
    remarks = Remarks(table.unit)
    parser = CellParser(table, kind, columns, reference.words, options.values, remarks, today)
    rows = _parsed_rows(table, parser, options, progress)
    at = {name: i for name, i in parser.at.items() if name in POSITION_FIELDS}
    located = locate(
        table.rows,
        at,
        kind in ("sites", "maisons"),
        [r.values.get("country", "") for r in rows],
        reference.ground,
        remarks,
        Answers(options.crs, options.swap, options.west, options.places),
        {r.row.number for r in rows if r.refused},
    )
    if any(p.code == "DECIMAL_COMMA" for p in remarks.problems()):
        table.detected["decimal"] = ","
    inference = Inference(kind, reference, parser, located, options.geocode)
    inference.prepare(rows)
    Items(plan, inference, remarks, reference, held, options).make(rows, progress)
    propose(plan, rows, held, remarks, progress)
    for item in plan.items:
        item.remarks = tuple(remarks.by_row.get(item.row, ()))
    plan.guesses, plan.offers = parser.guesses.all(), located.offers
    plan.problems += [*remarks.problems(), *parser.problems()]
    return plan


def rejected(refused: ImportRejected, name: str, kind: str) -> Plan:
    """The plan of a file that could not be read: nothing but the reason."""
    table = Table(name, "", "row", (), [])
    return Plan(kind, KINDS[kind], table, (), [], [refused.problem], [], [], (), Options())


def edits(plan: Plan, chosen: Collection[int] | None = None, demo: Demo = "keep") -> list[Edit]:
    """The edits to commit.

    Parameters
    ----------
    chosen : rows to take; None: every new and every changed one.
    demo : ``all`` also removes every generated record of this kind, ``replaced`` as many as new
        records come in, those of the same country or region first.
    """
    taken = [
        i
        for i in plan.items
        if i.action in ("new", "changed") and (chosen is None or i.row in chosen)
    ]
    found = [Edit(plan.collection, i.id, i.after, i.revision) for i in taken]
    written = {e.id for e in found}
    gone = [id_ for id_ in plan.demo if id_ not in written]
    if demo == "keep":
        gone = []
    elif demo == "replaced":
        gone = _replaced(plan, [i for i in taken if i.action == "new"], gone)
    return found + [Edit(plan.collection, id_, None, plan.held[id_].revision) for id_ in gone]


def _replaced(plan: Plan, new: Sequence[Item], demo: Sequence[str]) -> list[str]:
    def where(raw: Mapping[str, Any] | None) -> str:
        inside = (raw or {}).get("properties", raw or {})
        return str(inside.get("country") or inside.get("region") or "")

    waiting: dict[str, list[str]] = {}
    for id_ in demo:
        waiting.setdefault(where(plan.held[id_].raw), []).append(id_)
    found = []
    rest = 0
    for item in new:
        near = waiting.get(where(item.after))
        if near:
            found.append(near.pop(0))
        else:
            rest += 1
    left = [id_ for id_ in demo if id_ not in set(found)]
    return found + left[:rest]


# --- steps ----------------------------------------------------------------------------


def _missing(table: Table, kind: str, columns: Sequence[Heading]) -> list[ImportProblem]:
    """Required columns that no heading names."""
    have = {h.field for h in columns if h.field}
    found = []
    placed = (
        table.located
        or "position" in have
        or {"x", "y"} <= have
        or {"lat", "lon"} <= have
        or bool(have & set(_SITUATED[kind]) - {"lat", "lon"})
    )
    if (
        kind != "markets"
        and not {"lat", "lon"} <= have
        and ({"lat", "lon"} & have or not placed)
        and not (table.located or "position" in have or {"x", "y"} <= have)
    ):
        lacking = ",".join(n for n in ("lat", "lon") if n not in have)
        found.append(
            ImportProblem(
                "MISSING_COLUMNS",
                "warn" if placed else "reject",
                lacking,
                values={"value": lacking},
            )
        )
    needed = "country" if kind == "markets" else "name"
    if needed not in have and not (kind == "markets" and "name" in have):
        found.append(ImportProblem("MISSING_COLUMNS", "reject", needed, values={"value": needed}))
    return found


def _parsed_rows(
    table: Table, parser: CellParser, options: Options, progress: Progress
) -> list[ParsedRow]:
    total = len(table.rows)
    position = {h: i for i, h in enumerate(table.columns)}
    found = []
    for i, row in enumerate(table.rows):
        if i % 1000 == 0:
            progress("reading", i, total)
        if corrected := options.cells.get(row.number):
            row.cells = list(row.cells)
            for heading, text in corrected.items():
                if heading in position:
                    row.cells[position[heading]] = text[:4000].strip()
        found.append(parser.read(row))
    return found
