"""Build the rows of a plan: identifiers, records, changes, possible duplicates."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from geo.curate.imports import duplicates as twins
from geo.curate.imports.cell_parser import ParsedRow
from geo.curate.imports.inference import Inference
from geo.curate.imports.plan import FieldChange, Item, Options, Plan, Progress
from geo.curate.imports.problems import Remarks
from geo.curate.imports.record_builder import (
    FEATURES,
    changed_fields,
    is_demo,
    made_id,
    of_kind,
    position_of,
    record,
    usable_id,
)
from geo.curate.imports.reference_data import Reference
from geo.model.parsing import RECORDS
from geo.model.validation import ReferenceCodes, record_problems
from geo.store.changes import Held


class Items:
    """Builder of the plan's items: identifier, record and changes of every row."""

    def __init__(
        self,
        plan: Plan,
        inference: Inference,
        remarks: Remarks,
        reference: Reference,
        held: Mapping[str, Held],
        options: Options,
    ) -> None:
        self._plan, self._inference, self._remarks, self._held, self._options = (
            plan,
            inference,
            remarks,
            held,
            options,
        )
        catalogue = reference.catalogue
        self._known = ReferenceCodes(
            markets=frozenset(catalogue.market_by_code),
            regions=frozenset(a.code for a in catalogue.regions),
            provinces=frozenset(a.code for a in catalogue.provinces),
        )
        label = options.source or plan.table.name
        self._about = {
            "source": {"url": options.url, "label": label, "date": options.day},
            "verified": options.day,
        }
        self._ids: dict[str, int] = {}
        self._raw_ids: dict[str, int] = {}

    def make(self, rows: Sequence[ParsedRow], progress: Progress) -> None:
        """Add the item of every row to the plan."""
        for i, row in enumerate(rows):
            if i % 1000 == 0:
                progress("planning", i, len(rows))
            self._plan.items.append(self._item(i, row))

    def _item(self, i: int, row: ParsedRow) -> Item:
        number, values = row.row.number, row.values
        item = Item(number, "refused", name=str(values.get("name", "")))
        decision = self._options.decisions.get(number, "")
        if decision == "skip":
            item.action = "left"
            return item
        if row.refused or not self._named(row):
            return item
        if not self._inference.infer(i, row):
            return item
        id_ = self._identified(row, decision)
        if not id_:
            return item
        item.id = id_
        held = self._held.get(id_)
        before = held.raw if held else None
        item.revision = held.revision if held else 0
        lon_lat, precision, item.placed_by = self._inference.placed(
            i, row, exists=before is not None and position_of(self._plan.kind, before) is not None
        )
        found = (
            values
            if before is None
            else {k: v for k, v in values.items() if k not in _inferred(row)}
        )
        after = record(self._plan.kind, id_, found, lon_lat, precision, self._about, before)
        faults = record_problems(RECORDS[self._plan.collection].check, after, self._known)
        if faults:
            self._remarks.say("UNFIT", "refuse", number, faults[0].field, value=faults[0].value)
            return item
        item.before, item.after = before, after
        if before is None:
            item.action = "new"
            self._inference.say_position(i, row)
            return item
        item.changes = tuple(
            FieldChange(*c) for c in changed_fields(self._plan.kind, before, after)
        )
        item.action = "changed" if item.changes else "unchanged"
        return item

    def _named(self, row: ParsedRow) -> bool:
        if self._plan.kind == "markets" or row.values.get("name"):
            return True
        self._remarks.say("NAME_MISSING", "refuse", row.row.number)
        return False

    def _identified(self, row: ParsedRow, decision: str) -> str:
        """The identifier of a row's record; empty when the row was refused."""
        number, given = row.row.number, str(row.values.get("id", ""))
        if given:
            if given in self._raw_ids:
                self._remarks.say(
                    "DUPLICATE_ID", "refuse", number, value=given, first=str(self._raw_ids[given])
                )
                return ""
            self._raw_ids[given] = number
        if decision and decision != "new" and decision in self._held:
            made = decision
        else:
            made = (
                given
                if given and (usable_id(given) or given in self._held)
                else made_id(self._plan.kind, row.values)
            )
        if made in self._ids or (decision == "new" and made in self._held):
            if self._plan.kind == "markets":
                self._remarks.say(
                    "DUPLICATE_ID", "refuse", number, value=made, first=str(self._ids.get(made, ""))
                )
                return ""
            n = 2
            while f"{made}-{n}" in self._ids:
                n += 1
            made = f"{made}-{n}"
        self._ids[made] = number
        return made


def _inferred(row: ParsedRow) -> Collection[str]:
    """The inferred fields of a row: they never replace what is known."""
    result: Collection[str] = row.values.get("inferred", ())
    return result


def propose(
    plan: Plan,
    rows: Sequence[ParsedRow],
    held: Mapping[str, Held],
    remarks: Remarks,
    progress: Progress,
) -> None:
    """Mark the rows that may duplicate a row of the file or a stored record."""
    if plan.kind == "markets":
        return
    progress("comparing", 0, 1)
    ids = {item.id for item in plan.items if item.id}
    mine, items = [], {}
    for item in plan.items:
        if item.after is not None and item.action in ("new", "changed"):
            mine.append(_compared(plan.kind, item.row, item.after))
            items[item.row] = item
    others = [
        _compared(plan.kind, id_, h.raw)
        for id_, h in held.items()
        if h.raw is not None
        and id_ not in ids
        and not is_demo(plan.kind, h.raw)
        and of_kind(plan.kind, h.raw.get("properties", h.raw))
    ]
    named = {r.row.number for r in rows if r.values.get("id")}
    met: dict[int, list[twins.Alike]] = {}
    for pair in twins.alike(mine, others):
        item = items[pair.row]
        if isinstance(pair.other, str) and item.action != "new":
            continue
        met.setdefault(pair.row, []).append(pair)
    for row, pairs in sorted(met.items()):
        items[row].alike = tuple(pairs[:5])
        if plan.options.decisions.get(row) != "new":
            # A file that gives both an identifier of their own says that they are two.
            claimed = all(
                isinstance(p.other, int) and p.other in named and row in named for p in pairs
            )
            remarks.say(
                "POSSIBLE_DUPLICATE", "note" if claimed else "warn", row, value=pairs[0].other_name
            )


def _compared(kind: str, key: int | str, raw: Mapping[str, Any]) -> twins.ComparedRecord:
    inside = raw["properties"] if kind in FEATURES else raw
    return twins.ComparedRecord(
        key,
        str(inside.get("name") or inside.get("name_fr") or ""),
        str(inside.get("country", "")),
        str(inside.get("city") or inside.get("town") or ""),
        str(inside.get("website", "")),
        position_of(kind, raw),
        inside.get("precision") == "building",
    )
