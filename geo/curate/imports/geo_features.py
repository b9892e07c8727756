"""What the readers of geographic files share: attributes as cells, geometry as positions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from geo.curate.imports.geometry import Convert, GeometryPosition
from geo.curate.imports.problems import ImportProblem, ImportRejected, Remarks
from geo.curate.imports.source_table import (
    MAX_CELL,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_ROWS,
    Clock,
    SourceRow,
    Table,
    cell,
)
from geo.curate.imports.table_detection import bad_names

#: Integers beyond this lose digits in most programs, ours included.
LARGEST = 2**53


@dataclass
class Feature:
    """A record as a reader found it."""

    attributes: Mapping[str, Any]
    place: GeometryPosition
    id: str = ""


@dataclass
class Gathered:
    """Collects features into a table."""

    name: str
    format: str
    clock: Clock
    convert: Convert | None = None
    columns: dict[str, int] = field(default_factory=dict)
    _bad: dict[str, None] = field(default_factory=dict)
    _rows: list[SourceRow] = field(default_factory=list)
    _nested: bool = False
    _cells: int = 0

    def add(self, feature: Feature, remarks: Remarks) -> None:
        """Take one more feature."""
        number = len(self._rows) + 1
        if number > MAX_ROWS:
            raise ImportRejected("TOO_MANY_ROWS", n=str(number), limit=str(MAX_ROWS))
        if number % 500 == 0:
            self.clock.check()
        values = dict(feature.attributes)
        if feature.id and not str(values.get("id") or ""):
            values["id"] = feature.id
        self._cells += len(values)
        if self._cells > MAX_CELLS:
            raise ImportRejected("TOO_MANY_CELLS", limit=str(MAX_CELLS))
        found: dict[int, str] = {}
        faults: list[Any] = []
        for key, value in values.items():
            name = cell(str(key))[:120]
            if not name or bad_names([name]):
                self._bad[name or "''"] = None
                continue
            at = self.columns.setdefault(name, len(self.columns))
            if at >= MAX_COLUMNS:
                raise ImportRejected("TOO_MANY_COLUMNS", n=str(at + 1), limit=str(MAX_COLUMNS))
            text, fault = self._text(value)
            if fault:
                remarks.say(fault, "warn", number, name, value=text)
            if len(text) > MAX_CELL:
                remarks.say("CELL_TOO_LONG", "refuse", number, name, limit=str(MAX_CELL))
                text = text[:MAX_CELL]
            found[at] = text
        place = feature.place
        at_ = self._converted(place.x_y) if place.x_y else None
        code = place.code or ("COORD_MISSING" if place.x_y and not at_ else "")
        self._rows.append(
            SourceRow(
                number,
                [found.get(i, "") for i in range(max(found, default=-1) + 1)],
                at_,
                code,
                place.values,
                tuple(faults),
            )
        )

    def table(self, remarks: Remarks) -> Table:
        """The table, once all features are in."""
        if not self._rows:
            raise ImportRejected("NO_ROWS")
        width = len(self.columns)
        for row in self._rows:
            row.cells = [*row.cells, *[""] * (width - len(row.cells))]
        table = Table(
            self.name, self.format, "feature", tuple(self.columns), self._rows, located=True
        )
        if self._nested:
            table.note("NESTED_PROPS_AS_JSON")
        if self._bad:
            table.problems.append(ImportProblem("BAD_COLUMN_NAME", "warn", ",".join(self._bad)))
        table.remark(remarks)
        return table

    def _converted(self, x_y: tuple[float, float]) -> tuple[float, float] | None:
        if self.convert is None:
            return x_y
        x, y = self.convert(*x_y)
        return (x, y) if abs(x) < 1e6 and abs(y) < 1e6 else None

    def _text(self, value: Any) -> tuple[str, str]:
        """An attribute as a cell, and the code of what is wrong with it."""
        if value is None:
            return "", ""
        if isinstance(value, str):
            return cell(value), ""
        if isinstance(value, bool):
            return ("1" if value else "0"), ""
        if isinstance(value, int):
            return str(value), "BAD_NUMBER" if abs(value) > LARGEST else ""
        if isinstance(value, float):
            odd = value != value or abs(value) == float("inf")
            return f"{value:.15g}", "BAD_NUMBER" if odd else ""
        if isinstance(value, list) and all(isinstance(v, str) for v in value):
            return cell("; ".join(value)), ""
        if isinstance(value, bytes):
            return "", ""
        self._nested = True
        try:
            return cell(orjson.dumps(value).decode()), ""
        except (orjson.JSONEncodeError, UnicodeError, RecursionError):
            return "", "BAD_NUMBER"
