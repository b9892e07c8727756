"""Problems of an imported file: a stable code, its place, and its level.

Levels  ``reject``  the file as a whole cannot be used;
        ``refuse``  some rows are left out, the others can go in;
        ``warn``    the rows go in, but somebody should look;
        ``note``    what was understood on the way.
Words   ``import.problem.<code in lower case>`` in the catalogues.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from geo.core.errors import KharitaError
from geo.i18n.words import Words

Level = Literal["reject", "refuse", "warn", "note"]
Outcome = Literal["reject", "warn", "accept"]
#: A place names so many rows at most.
MOST_ROWS = 40
#: Codes whose place names the column after the rows.
_WITH_COLUMN = (
    "UNKNOWN_VALUE",
    "BAD_DATE",
    "BAD_YEAR",
    "BAD_FLAG",
    "BAD_URL",
    "DATE_IN_FUTURE",
    "CELL_TOO_LONG",
    "TEXT_TOO_LONG",
    "NOT_WHOLE",
    "WRONG_UNIT",
    "ERROR_CELL",
)


@dataclass(frozen=True, slots=True)
class ImportProblem:
    """One problem; ``rows`` count from 1 with the header as row 1 (features from 1).

    Attributes
    ----------
    where : the place in a stable form: ``row 3,4``, ``feature 2``, ``row 2 type``, a column, a
        coordinate system; empty when it is the file.
    values : what fills the message.
    """

    code: str
    level: Level
    where: str = ""
    rows: tuple[int, ...] = ()
    column: str = ""
    values: Mapping[str, str] = field(default_factory=dict)

    def message(self, t: Words) -> str:
        """The localized message."""
        return t(
            f"import.problem.{self.code.lower()}",
            **{
                "where": self.where,
                "column": self.column,
                "value": "",
                "n": t.number(len(self.rows)),
                **self.values,
            },
        )


class ImportRejected(KharitaError):
    """The file cannot be used; ``problem`` says why."""

    status = 422

    def __init__(self, code: str, where: str = "", **values: str) -> None:
        self.problem = ImportProblem(code, "reject", where, values=values)
        super().__init__(
            f"import.problem.{code.lower()}",
            **{"where": where, "column": "", "value": "", "n": "", **values},
        )

    def __reduce__(self) -> tuple[Any, ...]:
        p = self.problem
        return (_rejected, (p.code, p.where, dict(p.values)))


def _rejected(code: str, where: str, values: dict[str, str]) -> ImportRejected:
    return ImportRejected(code, where, **values)


class Remarks:
    """Remarks on rows, merged into one problem per code and column.

    Parameters
    ----------
    unit : what a row is called: ``row`` or ``feature``.
    """

    def __init__(self, unit: str) -> None:
        self._unit = unit
        self._found: dict[tuple[str, Level, str], tuple[list[int], dict[str, str]]] = {}
        self.by_row: dict[int, list[tuple[str, Level, str, dict[str, str]]]] = {}

    def say(self, code: str, level: Level, row: int, column: str = "", **values: str) -> None:
        """Add a remark; the first value met stands for all in the merged message."""
        values = {k: v if len(v) <= 80 else v[:79] + "\u2026" for k, v in values.items()}
        rows, _ = self._found.setdefault((code, level, column), ([], values))
        if not rows or rows[-1] != row:
            rows.append(row)
        if level != "note":
            self.by_row.setdefault(row, []).append((code, level, column, values))

    def problems(self) -> list[ImportProblem]:
        """One problem per code, level and column, with its rows."""
        return [
            ImportProblem(
                code, level, place(self._unit, rows, code, column), tuple(rows), column, values
            )
            for (code, level, column), (rows, values) in self._found.items()
        ]


def place(unit: str, rows: Iterable[int], code: str = "", column: str = "") -> str:
    """``row 3,4`` or ``row 2 type``; a long list ends in an ellipsis."""
    rows = sorted(set(rows))
    text = ",".join(map(str, rows[:MOST_ROWS])) + (",\u2026" if len(rows) > MOST_ROWS else "")
    named = column and (code in _WITH_COLUMN or (code == "BAD_NUMBER" and unit == "feature"))
    return f"{unit} {text} {column}" if named else f"{unit} {text}"


def outcome_of(problems: Iterable[ImportProblem]) -> Outcome:
    """What becomes of a file with these problems."""
    levels = {p.level for p in problems}
    if "reject" in levels:
        return "reject"
    return "warn" if levels & {"refuse", "warn"} else "accept"
