"""What an import would do, before anything is stored: new, changed, unchanged, refused.

    table = read(content, name)                               # geo.importing.reading
    plan = plan_of(table, "buyers", held, catalogue, Options(...))
    ledger.commit(edits(plan), author, reason, "import")

The plan of the same table, options and held records is always the same; after its edits were
committed, the plan of the same file changes nothing.
"""
from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from geo.importing import duplicates as twins
from geo.importing.columns import FIELDS, KINDS, POSITION_FIELDS, Heading, headings
from geo.importing.filling import Filling
from geo.importing.positions import Answers, Offer, locate
from geo.importing.problems import Outcome, Problem, Refused, Remarks, outcome_of
from geo.importing.records import (
    CHECKED,
    FEATURES,
    changed_fields,
    is_demo,
    made_id,
    of_kind,
    position_of,
    record,
    usable_id,
)
from geo.importing.reference import Reference
from geo.importing.table import Table
from geo.importing.understanding import Guess, Understanding, Understood
from geo.store.changes import Edit, Held
from geo.store.checks import Known, record_problems

Action = Literal["new", "changed", "unchanged", "refused", "left"]
Demo = Literal["keep", "replaced", "all"]
Progress = Callable[[str, int, int], None]
#: Fields that tell where something lies when there are no coordinates.
_SITUATED = {"buyers": ("country", "town", "address"), "sites": ("town", "commune", "province", "region"),
             "maisons": ("town", "commune", "province", "region"), "markets": ("country", "name"), "fairs": ("name",)}


@dataclass(frozen=True, slots=True)
class Options:
    """What the reader decided; the defaults decide nothing for them.

    Attributes
    ----------
    columns : heading -> field (``geo.importing.columns.FIELDS``), empty to leave a column out.
    values : field -> text -> code, several codes with ``;``, empty to leave the value out.
    cells : row -> heading -> text, corrections made before storing.
    crs : confirmed coordinate system of cells in metres, as ``EPSG:26191``.
    swap : ``flagged`` or ``all``: exchange latitude and longitude.
    west : put the missing minus sign of longitudes.
    places : row -> (lon, lat), dragged on the map.
    decisions : row -> ``new``, ``skip`` or the id of the held record it is.
    source, url, day : what the records say they come from: a name, a page, a partial ISO date.
    geocode : whether to look names up in the offline gazetteer.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    cells: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    crs: str = ""
    swap: str = ""
    west: bool = False
    places: Mapping[int, tuple[float, float]] = field(default_factory=dict)
    decisions: Mapping[int, str] = field(default_factory=dict)
    source: str = ""
    url: str = ""
    day: str = ""
    geocode: bool = True


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a record before and after; ``position`` is (lon, lat)."""

    field: str
    before: Any
    after: Any


@dataclass(slots=True)
class Item:
    """What becomes of one row.

    Attributes
    ----------
    id : of the record; empty for a row that was refused before it had one.
    before, after : raw records; None when there is none.
    revision : of the held record, 0 for a new one.
    remarks : (code, level, heading, values) of what refuses the row or is to be checked.
    placed_by : ``file``, ``gazetteer``, ``hand``, ``held`` or empty: how it got its position.
    """

    row: int
    action: Action
    id: str = ""
    name: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    revision: int = 0
    changes: tuple[FieldChange, ...] = ()
    remarks: tuple[tuple[str, str, str, Mapping[str, str]], ...] = ()
    alike: tuple[twins.Alike, ...] = ()
    placed_by: str = ""


@dataclass
class Plan:
    """Everything an import would do and everything that is to be said about it."""

    kind: str
    collection: str
    table: Table
    headings: tuple[Heading, ...]
    items: list[Item]
    problems: list[Problem]
    guesses: list[Guess]
    offers: list[Offer]
    demo: tuple[str, ...]
    options: Options
    _held: Mapping[str, Held] = field(repr=False, default_factory=dict)

    @property
    def outcome(self) -> Outcome:
        """``reject``, ``warn`` or ``accept``."""
        return outcome_of(self.problems)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows are ``new``, ``changed``, ``unchanged``, ``refused``, ``left``."""
        found = dict.fromkeys(("new", "changed", "unchanged", "refused", "left"), 0)
        for item in self.items:
            found[item.action] += 1
        return found


def plan_of(table: Table, kind: str, held: Mapping[str, Held], reference: Reference, options: Options | None = None, *,
            today: date | None = None, progress: Progress = lambda stage, done, total: None) -> Plan:
    """The plan of importing a table.

    Parameters
    ----------
    kind : ``buyers``, ``sites``, ``maisons``, ``markets`` or ``fairs``.
    held : ``Ledger.held`` of the collection (``KINDS[kind]``).
    reference : vocabularies, places and outlines over the current catalogue; build it once.
    """
    options, today = options or Options(), today or date.today()
    columns = headings(table.columns, kind, options.columns)
    problems = [*table.problems, *_missing(table, kind, columns)]
    unused = [h.heading for h in columns if h.field not in FIELDS[kind]]
    if unused:
        problems.append(Problem("COLUMN_NOT_USED", "note", ",".join(unused[:20])))
    plan = Plan(kind, KINDS[kind], table, columns, [], problems, [], [],
                tuple(sorted(id_ for id_, h in held.items() if h.raw is not None and is_demo(kind, h.raw))), options, held)
    if plan.outcome == "reject":
        return plan
    remarks = Remarks(table.unit)
    understanding = Understanding(table, kind, columns, reference.words, options.values, remarks, today)
    rows = _understood(table, understanding, options, progress)
    at = {name: i for name, i in understanding.at.items() if name in POSITION_FIELDS}
    located = locate(table.rows, at, kind in ("sites", "maisons"), [r.values.get("country", "") for r in rows], reference.ground,
                     remarks, Answers(options.crs, options.swap, options.west, options.places),
                     {r.row.number for r in rows if r.refused})
    filling = Filling(kind, reference, understanding, located, options.geocode)
    filling.prepare(rows)
    _Items(plan, filling, remarks, reference, held, options).make(rows, progress)
    _propose(plan, rows, held, remarks, progress)
    for item in plan.items:
        item.remarks = tuple(remarks.by_row.get(item.row, ()))
    plan.guesses, plan.offers = understanding.guesses.all(), located.offers
    plan.problems += [*remarks.problems(), *understanding.said()]
    return plan


def rejected(refused: Refused, name: str, kind: str) -> Plan:
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
    taken = [i for i in plan.items if i.action in ("new", "changed") and (chosen is None or i.row in chosen)]
    found = [Edit(plan.collection, i.id, i.after, i.revision) for i in taken]
    written = {e.id for e in found}
    gone = [id_ for id_ in plan.demo if id_ not in written]
    if demo == "keep":
        gone = []
    elif demo == "replaced":
        gone = _replaced(plan, [i for i in taken if i.action == "new"], gone)
    return found + [Edit(plan.collection, id_, None, plan._held[id_].revision) for id_ in gone]


def _replaced(plan: Plan, new: Sequence[Item], demo: Sequence[str]) -> list[str]:
    def where(raw: Mapping[str, Any] | None) -> str:
        inside = (raw or {}).get("properties", raw or {})
        return str(inside.get("country") or inside.get("region") or "")
    waiting: dict[str, list[str]] = {}
    for id_ in demo:
        waiting.setdefault(where(plan._held[id_].raw), []).append(id_)
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

def _missing(table: Table, kind: str, columns: Sequence[Heading]) -> list[Problem]:
    """Required columns that no heading names."""
    have = {h.field for h in columns if h.field}
    found = []
    placed = table.located or "position" in have or {"x", "y"} <= have or {"lat", "lon"} <= have \
        or bool(have & set(_SITUATED[kind]) - {"lat", "lon"})
    if kind != "markets" and not {"lat", "lon"} <= have and ({"lat", "lon"} & have or not placed) \
            and not (table.located or "position" in have or {"x", "y"} <= have):
        lacking = ",".join(n for n in ("lat", "lon") if n not in have)
        found.append(Problem("MISSING_COLUMNS", "warn" if placed else "reject", lacking, values={"value": lacking}))
    needed = "country" if kind == "markets" else "name"
    if needed not in have and not (kind == "markets" and "name" in have):
        found.append(Problem("MISSING_COLUMNS", "reject", needed, values={"value": needed}))
    return found


def _understood(table: Table, understanding: Understanding, options: Options, progress: Progress) -> list[Understood]:
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
        found.append(understanding.read(row))
    return found


class _Items:
    """Makes the item of every row: its identifier, its record, what it changes."""

    def __init__(self, plan: Plan, filling: Filling, remarks: Remarks, reference: Reference, held: Mapping[str, Held],
                 options: Options) -> None:
        self._plan, self._filling, self._remarks, self._held, self._options = plan, filling, remarks, held, options
        catalogue = reference.catalogue
        self._known = Known(markets=frozenset(catalogue.market_by_code), regions=frozenset(a.code for a in catalogue.regions),
                            provinces=frozenset(a.code for a in catalogue.provinces))
        label = options.source or plan.table.name
        self._about = {"source": {"url": options.url, "label": label, "date": options.day}, "verified": options.day}
        self._ids: dict[str, int] = {}
        self._raw_ids: dict[str, int] = {}

    def make(self, rows: Sequence[Understood], progress: Progress) -> None:
        """Every row in turn."""
        for i, row in enumerate(rows):
            if i % 1000 == 0:
                progress("planning", i, len(rows))
            self._plan.items.append(self._item(i, row))

    def _item(self, i: int, row: Understood) -> Item:
        number, values = row.row.number, row.values
        item = Item(number, "refused", name=str(values.get("name", "")))
        decision = self._options.decisions.get(number, "")
        if decision == "skip":
            item.action = "left"
            return item
        if row.refused or not self._named(row):
            return item
        if not self._filling.fill(i, row):
            return item
        id_ = self._identified(row, decision)
        if not id_:
            return item
        item.id = id_
        held = self._held.get(id_)
        before = held.raw if held else None
        item.revision = held.revision if held else 0
        lon_lat, precision, item.placed_by = self._filling.placed(i, row, exists=before is not None and position_of(
            self._plan.kind, before) is not None)
        found = values if before is None else {k: v for k, v in values.items() if k not in row_defaults(row)}
        after = record(self._plan.kind, id_, found, lon_lat, precision, self._about, before)
        faults = record_problems(CHECKED[self._plan.kind], after, self._known)
        if faults:
            self._remarks.say("UNFIT", "refuse", number, faults[0].field, value=faults[0].value)
            return item
        item.before, item.after = before, after
        if before is None:
            item.action = "new"
            return item
        item.changes = tuple(FieldChange(*c) for c in changed_fields(self._plan.kind, before, after))
        item.action = "changed" if item.changes else "unchanged"
        return item

    def _named(self, row: Understood) -> bool:
        if self._plan.kind == "markets" or row.values.get("name"):
            return True
        self._remarks.say("NAME_MISSING", "refuse", row.row.number)
        return False

    def _identified(self, row: Understood, decision: str) -> str:
        """The identifier of a row's record; empty when the row was refused."""
        number, given = row.row.number, str(row.values.get("id", ""))
        if given:
            if given in self._raw_ids:
                self._remarks.say("DUPLICATE_ID", "refuse", number, value=given, first=str(self._raw_ids[given]))
                return ""
            self._raw_ids[given] = number
        if decision and decision != "new" and decision in self._held:
            made = decision
        else:
            made = given if given and (usable_id(given) or given in self._held) else made_id(self._plan.kind, row.values)
        if made in self._ids or (decision == "new" and made in self._held):
            if self._plan.kind == "markets":
                self._remarks.say("DUPLICATE_ID", "refuse", number, value=made, first=str(self._ids.get(made, "")))
                return ""
            n = 2
            while f"{made}-{n}" in self._ids:
                n += 1
            made = f"{made}-{n}"
        self._ids[made] = number
        return made


def row_defaults(row: Understood) -> Collection[str]:
    """The fields of a row that were supposed, not said: they never replace what is known."""
    result: Collection[str] = row.values.get("supposed", ())
    return result


def _propose(plan: Plan, rows: Sequence[Understood], held: Mapping[str, Held], remarks: Remarks, progress: Progress) -> None:
    """Say which rows may be records that exist, in the file or in the store."""
    if plan.kind == "markets":
        return
    progress("comparing", 0, 1)
    ids = {item.id for item in plan.items if item.id}
    mine, items = [], {}
    for item in plan.items:
        if item.after is not None and item.action in ("new", "changed"):
            mine.append(_compared(plan.kind, item.row, item.after))
            items[item.row] = item
    others = [_compared(plan.kind, id_, h.raw) for id_, h in held.items()
              if h.raw is not None and id_ not in ids and not is_demo(plan.kind, h.raw)
              and of_kind(plan.kind, h.raw.get("properties", h.raw))]
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
            claimed = all(isinstance(p.other, int) and p.other in named and row in named for p in pairs)
            remarks.say("POSSIBLE_DUPLICATE", "note" if claimed else "warn", row, value=pairs[0].other_name)


def _compared(kind: str, key: int | str, raw: Mapping[str, Any]) -> twins.Known:
    inside = raw["properties"] if kind in FEATURES else raw
    return twins.Known(key, str(inside.get("name") or inside.get("name_fr") or ""), str(inside.get("country", "")),
                       str(inside.get("city") or inside.get("town") or ""), str(inside.get("website", "")),
                       position_of(kind, raw), inside.get("precision") == "building")


