"""Detect the table in the lines of a sheet: which lines are headings, which are records.

Above the headings there may be titles; the headings may take two lines (merged cells); below
them come repeated headings, lines of sums and empty lines, which are no records.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from geo.curate.imports.headings import examples, looks_like_header, recognise, total_words
from geo.curate.imports.problems import ImportProblem, ImportRejected, Level, Remarks, place
from geo.curate.imports.source_table import MAX_CELL, MAX_COLUMNS, MAX_ROWS, Clock, SourceRow, Table
from geo.text.folding import plain

HEADER_WITHIN = 40
#: Names that mean something to programs, or to us.
_RESERVED = re.compile(r"__|geometry\Z|geom\Z", re.IGNORECASE)


@dataclass(slots=True)
class SheetLine:
    """One line of a sheet: its number in the file, from 1, and its cells."""

    number: int
    cells: list[str]
    faults: tuple[tuple[int, str, str], ...] = ()


def table_of(
    lines: Sequence[SheetLine],
    name: str,
    format_: str,
    clock: Clock,
    *,
    header_row: int | None = None,
    ragged: bool = False,
) -> Table:
    """The table that a sheet holds.

    Parameters
    ----------
    lines : every line, empty ones without cells; no line twice.
    header_row : number of the line of headings; 0: there is none; None: find it.
    ragged : whether a line may lack cells by mistake (a text file, not a sheet).

    Raises
    ------
    ImportRejected : ``EMPTY_FILE``, ``NO_ROWS``, ``DUPLICATE_COLUMN``, ``TOO_MANY_COLUMNS``.
    """
    filled = [line for line in lines if any(line.cells)]
    if not filled:
        raise ImportRejected("EMPTY_FILE")
    at, heading = _heading(filled, header_row)
    width = len(heading)
    if width > MAX_COLUMNS:
        raise ImportRejected("TOO_MANY_COLUMNS", n=str(width), limit=str(MAX_COLUMNS))
    body = filled[at:]
    if header_row == 0:
        width = max(width, max(len(line.cells) for line in body[:200]))
        heading = [letter(i) for i in range(width)]
    table = Table(name, format_, "row", _names(heading, body), [])
    _note_heading(table, heading, filled, at)
    remarks = Remarks("row")
    _records(table, body, remarks, clock, ragged)
    table.remark(remarks)
    if not table.rows:
        raise ImportRejected("NO_ROWS")
    if len(table.rows) > MAX_ROWS:
        raise ImportRejected("TOO_MANY_ROWS", n=str(len(table.rows)), limit=str(MAX_ROWS))
    return table


def letter(index: int) -> str:
    """The letter of a column as spreadsheets name it: A, B … Z, AA."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(65 + rest) + text
    return text


def _heading(filled: list[SheetLine], chosen: int | None) -> tuple[int, list[str]]:
    """How many filled lines end the headings, and the headings."""
    if chosen == 0:
        return 0, filled[0].cells
    if chosen:
        for i, line in enumerate(filled):
            if line.number >= chosen:
                return i + 1, line.cells
        raise ImportRejected("NO_ROWS")
    best, end, found = 0.0, 1, filled[0].cells
    for i, line in enumerate(filled[:HEADER_WITHIN]):
        score = looks_like_header(line.cells[:MAX_COLUMNS])
        if score > best + 0.01:
            best, end, found = score, i + 1, line.cells
        if i and (both := _joined(filled[i - 1].cells, line.cells)):
            score = looks_like_header(both[:MAX_COLUMNS])
            if score > best + 0.5:
                best, end, found = score, i + 1, both
    return end, found


def _joined(upper: list[str], lower: list[str]) -> list[str] | None:
    """Headings on two lines as one; None when the lower line has everything."""
    width = max(len(upper), len(lower))
    upper, lower = upper + [""] * (width - len(upper)), lower + [""] * (width - len(lower))
    if all(low or not up for up, low in zip(upper, lower, strict=True)):
        return None
    return [low or up for up, low in zip(upper, lower, strict=True)]


def _names(heading: list[str], body: list[SheetLine]) -> tuple[str, ...]:
    used = [
        i
        for i in range(len(heading))
        if heading[i] or any(i < len(line.cells) and line.cells[i] for line in body)
    ]
    width = max(used, default=-1) + 1
    names: list[str] = []
    for i, text in enumerate(heading[:width]):
        text = " ".join(text.split())[:120] or letter(i)
        if text in names:
            if recognise(text)[0]:
                raise ImportRejected("DUPLICATE_COLUMN", text, column=text)
            text = f"{text} ({letter(i)})"
        names.append(text)
    return tuple(names)


def _note_heading(table: Table, heading: list[str], filled: list[SheetLine], at: int) -> None:
    table.detected["header_row"] = str(filled[at - 1].number if at else 0)
    if at > 1:
        table.note("HEADER_ROW", f"row {filled[at - 1].number}", n=str(at - 1))
    unnamed = [letter(i) for i, text in enumerate(heading[: len(table.columns)]) if not text]
    if unnamed:
        table.note("UNNAMED_COLUMN", ",".join(unnamed[:10]))
    bad = bad_names(heading)
    if bad:
        table.problems.append(ImportProblem("BAD_COLUMN_NAME", "warn", ",".join(bad)))


def bad_names(columns: Sequence[str]) -> list[str]:
    """The names that no column may have; an empty one is shown as ``''`` by those who count it."""
    return [c for c in columns if c and _RESERVED.match(c)]


def _records(
    table: Table, body: list[SheetLine], remarks: Remarks, clock: Clock, ragged: bool
) -> None:
    width = len(table.columns)
    again = tuple(map(plain, table.columns))
    usual = Counter(len(line.cells) for line in body[:2000]).most_common(1)
    # Files that end every line with a separator, or none of them: no line is at fault.
    least = min(width, usual[0][0]) if usual else width
    skipped: dict[str, list[int]] = {}
    for i, line in enumerate(body):
        if i % 2000 == 0:
            clock.check()
        if not_a_record := _not_a_record(line.cells, again):
            skipped.setdefault(not_a_record, []).append(line.number)
            continue
        row = SourceRow(line.number, _fitted(line, table.columns, least if ragged else 0, remarks))
        if line.faults:
            row.faults = tuple(
                (code, table.columns[i], value) for i, code, value in line.faults if i < width
            )
        table.rows.append(row)
        if len(table.rows) > MAX_ROWS:
            return
    for code, rows in skipped.items():
        table.note(code, place("row", rows))


def _fitted(line: SheetLine, columns: tuple[str, ...], least: int, remarks: Remarks) -> list[str]:
    """The cells of a line, one for each column and none too long; what does not fit is remarked."""
    cells, width = line.cells, len(columns)

    def ragged(level: Level) -> None:
        remarks.say(
            "RAGGED_ROW", level, line.number, n_cells=str(len(line.cells)), n_columns=str(width)
        )

    if len(cells) < least:
        ragged("warn")
    if len(cells) > width:
        if any(cells[width:]):
            ragged("refuse")
        cells = cells[:width]
    elif len(cells) < width:
        cells = cells + [""] * (width - len(cells))
    if max(map(len, cells)) > MAX_CELL:
        for column, text in zip(columns, cells, strict=True):
            if len(text) > MAX_CELL:
                remarks.say("CELL_TOO_LONG", "refuse", line.number, column, limit=str(MAX_CELL))
        cells = [text[:MAX_CELL] for text in cells]
    return cells


def _not_a_record(cells: list[str], heading: tuple[str, ...]) -> str:
    filled = [text for text in cells if text]
    if any(text[0] == "(" and plain(text) in examples() for text in filled[:3]):
        return "EXAMPLE_ROW"
    if len(filled) <= max(2, len(heading) // 2):
        if plain(filled[0]) in total_words():
            return "TOTAL_ROW"
    elif plain(filled[0]) in heading and tuple(plain(c) for c in cells[: len(heading)]) == heading:
        return "REPEATED_HEADER"
    return ""
