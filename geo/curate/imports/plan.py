"""The plan of an import: its options, its rows, and the problems found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from geo.curate.imports.cell_parser import Guess
from geo.curate.imports.duplicates import Alike
from geo.curate.imports.headings import Heading
from geo.curate.imports.positions import Offer
from geo.curate.imports.problems import ImportProblem, Outcome, outcome_of
from geo.curate.imports.source_table import Table
from geo.store.changes import Held

Action = Literal["new", "changed", "unchanged", "refused", "left"]
Demo = Literal["keep", "replaced", "all"]
Progress = Callable[[str, int, int], None]


def no_progress(_stage: str, _done: int, _total: int) -> None:
    """Report to nobody: the default of every ``progress``."""


@dataclass(frozen=True, slots=True)
class Options:
    """Decisions of the user; the defaults decide nothing.

    Attributes
    ----------
    columns : heading -> field (``imports.headings.FIELDS``), empty to leave a column out.
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
    """The planned outcome of one row.

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
    alike: tuple[Alike, ...] = ()
    placed_by: str = ""


@dataclass
class Plan:
    """What an import would do, and every problem and guess on the way."""

    kind: str
    collection: str
    table: Table
    headings: tuple[Heading, ...]
    items: list[Item]
    problems: list[ImportProblem]
    guesses: list[Guess]
    offers: list[Offer]
    demo: tuple[str, ...]
    options: Options
    held: Mapping[str, Held] = field(repr=False, default_factory=dict)

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
