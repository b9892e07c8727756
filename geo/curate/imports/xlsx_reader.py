"""Excel reader (.xlsx, .xlsm): values as stored, never a formula, a macro or a link run.

Read piece by piece with expat: a hundred thousand rows take seconds and little memory, and what
a library would follow (external links, drawings, macros) is never opened.

Sheet   the chosen one, else the visible one that reads most like a table of records.
Merged  a cell merged over several lines stands in each of them; that is noted.
Dates   as ISO text, found by the number format of their cells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from geo.curate.imports.headings import looks_like_header
from geo.curate.imports.problems import ImportProblem, ImportRejected, place
from geo.curate.imports.source_table import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Clock, Table, cell
from geo.curate.imports.table_detection import SheetLine, letter, table_of
from geo.curate.imports.xml_reader import Walker
from geo.curate.imports.zip_archive import ZipArchive

CORRUPT = "XLSX_CORRUPT"
MAX_SHEETS = 60
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})\Z")
#: Number formats of dates, built in; others are dates when they name days or years.
_DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_DATE_FORM = re.compile(r"[dy]", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


class _Sheet:
    """What one worksheet holds."""

    def __init__(self) -> None:
        self.lines: dict[int, dict[int, str]] = {}
        self.faults: dict[int, list[tuple[int, str, str]]] = {}
        self.merged: list[tuple[int, int, int, int]] = []
        self.hidden: list[int] = []
        self.formulas = False


def read_xlsx(
    content: bytes, name: str, clock: Clock, *, sheet: str = "", header_row: int | None = None
) -> Table:
    """The table of a workbook.

    Raises
    ------
    ImportRejected : ``XLSX_CORRUPT``, ``ZIP_…``, ``XML_DTD``, ``SHEET_MISSING`` and those of
        ``table_of``.
    """
    archive = ZipArchive(content, CORRUPT)
    if "xl/workbook.xml" not in archive.names:
        raise ImportRejected(
            "ODS_FILE"
            if "content.xml" in archive.names
            else "XLSB_FILE"
            if "xl/workbook.bin" in archive.names
            else CORRUPT
        )
    names, dates_1904 = _sheets(archive, clock)
    if not names:
        raise ImportRejected("EMPTY_FILE")
    styles = _date_styles(archive, clock)
    strings = _strings(archive, clock)
    visible = {n: path for n, (path, state) in names.items() if state == "visible"} or {
        n: p for n, (p, _) in names.items()
    }
    if sheet and sheet not in names:
        raise ImportRejected("SHEET_MISSING", sheet)
    chosen, found = _chosen(
        archive, {sheet: names[sheet][0]} if sheet else visible, strings, styles, dates_1904, clock
    )
    table = table_of(_lines(found), name, "xlsx", clock, header_row=header_row)
    _note_workbook(table, archive, chosen, names, found)
    return table


def _note_workbook(
    table: Table,
    archive: ZipArchive,
    chosen: str,
    names: Mapping[str, tuple[str, str]],
    found: _Sheet,
) -> None:
    table.detected["sheet"] = chosen
    table.choices["sheet"] = tuple(names)
    if len(names) > 1:
        table.note("SHEET_CHOSEN", chosen, n=str(len(names)))
    hidden = [n for n, (_, state) in names.items() if state != "visible" and n != chosen]
    if hidden:
        table.note("HIDDEN_SHEETS", ",".join(hidden[:10]))
    if found.merged:
        table.note("MERGED_CELLS", place("row", (m[0] for m in found.merged)))
    if found.hidden:
        table.note("HIDDEN_ROWS", place("row", found.hidden))
    if any(n.endswith("vbaProject.bin") for n in archive.names):
        table.problems.append(ImportProblem("MACROS_IGNORED", "warn"))
    if any(n.startswith("xl/externalLinks/") for n in archive.names):
        table.problems.append(ImportProblem("EXTERNAL_LINKS_IGNORED", "warn"))


def _part(
    archive: ZipArchive,
    name: str,
    clock: Clock,
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], None] = lambda _tag: None,
    text: Callable[[str], None] = lambda _text: None,
) -> None:
    walker = Walker(start, end, text, CORRUPT, clock)
    for piece in archive.pieces(name):
        walker.feed(piece)
    walker.close()


def _sheets(archive: ZipArchive, clock: Clock) -> tuple[dict[str, tuple[str, str]], bool]:
    """Sheet name -> part and state, in the order of the tabs; whether days count from 1904."""
    targets: dict[str, str] = {}

    def relation(tag: str, a: Mapping[str, str]) -> None:
        if tag == "Relationship" and a.get("TargetMode") != "External" and len(targets) < 1000:
            target = a.get("Target", "").replace("\\", "/")
            targets[a.get("Id", "")] = (
                target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            )

    if "xl/_rels/workbook.xml.rels" not in archive.names:
        raise ImportRejected(CORRUPT)
    _part(archive, "xl/_rels/workbook.xml.rels", clock, relation)
    found: dict[str, tuple[str, str]] = {}
    old: list[bool] = []

    def sheet(tag: str, a: Mapping[str, str]) -> None:
        if tag == "workbookPr":
            old.append(a.get("date1904", "0") in ("1", "true"))
        if tag != "sheet":
            return
        key = next((v for k, v in a.items() if k.rpartition(":")[2] == "id" and k != "sheetId"), "")
        part = targets.get(key, "")
        if part in archive.names and len(found) < MAX_SHEETS and "worksheets/" in part:
            found[cell(a.get("name", ""))[:80] or part] = (part, a.get("state", "visible"))

    _part(archive, "xl/workbook.xml", clock, sheet)
    return found, any(old)


def _date_styles(archive: ZipArchive, clock: Clock) -> frozenset[int]:
    """The cell styles whose numbers are dates."""
    if "xl/styles.xml" not in archive.names:
        return frozenset()
    forms: dict[str, str] = {}
    found: list[str] = []
    inside = [False]

    def start(tag: str, a: Mapping[str, str]) -> None:
        if tag == "numFmt" and len(forms) < 5000:
            forms[a.get("numFmtId", "")] = _QUOTED.sub("", a.get("formatCode", ""))
        elif tag == "cellXfs":
            inside[0] = True
        elif tag == "xf" and inside[0] and len(found) < 70_000:
            found.append(a.get("numFmtId", "0"))

    def end(tag: str) -> None:
        if tag == "cellXfs":
            inside[0] = False

    _part(archive, "xl/styles.xml", clock, start, end)
    return frozenset(
        i
        for i, form in enumerate(found)
        if _DATE_FORM.search(forms.get(form, ""))
        or (form not in forms and form.isdigit() and int(form) in _DATES)
    )


def _strings(archive: ZipArchive, clock: Clock) -> list[str]:
    if "xl/sharedStrings.xml" not in archive.names:
        return []
    shared = _SharedStrings()
    _part(archive, "xl/sharedStrings.xml", clock, shared.start, shared.end, shared.text)
    return shared.found


class _SharedStrings:
    """Parser of the shared strings, as their elements come; phonetic runs are left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._in_text = self._in_phonetic = False

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        """An element begins."""
        if tag == "si":
            self._parts.clear()
        self._in_text = tag == "t"
        if tag == "rPh":
            self._in_phonetic = True

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == "si":
            if len(self.found) > MAX_CELLS:
                raise ImportRejected("TOO_MANY_CELLS", limit=str(MAX_CELLS))
            self.found.append(cell("".join(self._parts)))
        elif tag == "rPh":
            self._in_phonetic = False
        self._in_text = False

    def text(self, value: str) -> None:
        """Text inside an element."""
        if self._in_text and not self._in_phonetic:
            self._parts.append(value)


def _chosen(
    archive: ZipArchive,
    paths: Mapping[str, str],
    strings: list[str],
    styles: frozenset[int],
    old: bool,
    clock: Clock,
) -> tuple[str, _Sheet]:
    """The sheet that reads most like a table; the first of equals."""
    best: tuple[float, str, _Sheet] | None = None
    for name, path in paths.items():
        sheet = _sheet(archive, path, strings, styles, old, clock)
        score = max(
            (
                looks_like_header(list(sheet.lines[n].values())[:MAX_COLUMNS])
                for n in sorted(sheet.lines)[:40]
            ),
            default=-1.0,
        )
        score += min(len(sheet.lines), 50) / 100
        if best is None or score > best[0] + 1e-9:
            best = score, name, sheet
    if best is None or not best[2].lines:
        raise ImportRejected("EMPTY_FILE")
    return best[1], best[2]


def _sheet(
    archive: ZipArchive,
    path: str,
    strings: list[str],
    styles: frozenset[int],
    old: bool,
    clock: Clock,
) -> _Sheet:
    sheet = _Sheet()
    reader = _Cells(sheet, strings, styles, old)
    _part(archive, path, clock, reader.start, reader.end, reader.text)
    return sheet


class _Cells:
    """Parser of a worksheet, as its elements come."""

    def __init__(
        self, sheet: _Sheet, strings: list[str], styles: frozenset[int], old: bool
    ) -> None:
        self._sheet, self._strings, self._styles = sheet, strings, styles
        self._zero = datetime(1904, 1, 1) if old else datetime(1899, 12, 30)
        self._row = self._column = self._count = 0
        self._kind = self._style = ""
        self._parts: list[str] = []
        self._taking = self._formula = False
        self._columns: dict[str, int] = {}

    def start(self, tag: str, a: Mapping[str, str]) -> None:
        if tag == "c":
            self._cell(a)
        elif tag in ("v", "t"):
            self._taking = True
        elif tag == "f":
            self._formula = True
        elif tag == "row":
            number = a.get("r", "")
            self._row = int(number) if number.isdigit() and len(number) < 8 else self._row + 1
            self._column = -1
            if a.get("hidden") in ("1", "true"):
                self._sheet.hidden.append(self._row)
        elif tag == "mergeCell":
            self._merge(a.get("ref", ""))

    def _cell(self, a: Mapping[str, str]) -> None:
        self._count += 1
        if self._count > MAX_CELLS:
            raise ImportRejected("TOO_MANY_CELLS", limit=str(MAX_CELLS))
        self._kind, self._style = a.get("t", "n"), a.get("s", "0")
        self._parts.clear()
        self._formula = False
        letters = a.get("r", "").rstrip("0123456789")
        at = self._columns.get(letters)
        if at is None:
            at = self._columns[letters] = _column(letters) if letters else self._column + 1
        self._column = at if letters else self._column + 1

    def end(self, tag: str) -> None:
        if tag in ("v", "t"):
            self._taking = False
        elif tag == "c":
            self._keep()

    def text(self, value: str) -> None:
        if self._taking:
            self._parts.append(value)

    def _keep(self) -> None:
        raw = "".join(self._parts)
        if self._column >= MAX_COLUMNS:
            if raw:
                raise ImportRejected(
                    "TOO_MANY_COLUMNS", n=letter(self._column), limit=str(MAX_COLUMNS)
                )
            return
        if self._kind == "e" or (not raw and self._formula):
            self._sheet.faults.setdefault(self._row, []).append(
                (
                    self._column,
                    "ERROR_CELL" if self._kind == "e" else "FORMULA_WITHOUT_VALUE",
                    raw[:20],
                )
            )
            self._sheet.lines.setdefault(self._row, {}).setdefault(self._column, "")
            return
        if not raw:
            return
        if len(self._sheet.lines) > MAX_ROWS + 1000:
            raise ImportRejected("TOO_MANY_ROWS", n=str(self._row), limit=str(MAX_ROWS))
        self._sheet.lines.setdefault(self._row, {})[self._column] = self._value(raw)

    def _value(self, raw: str) -> str:
        if self._kind == "s":
            try:
                return self._strings[int(raw)]
            except (ValueError, IndexError) as error:
                raise ImportRejected(CORRUPT) from error
        if self._kind == "b":
            return "1" if raw == "1" else "0"
        if self._kind != "n":
            return cell(raw)
        if self._style.isdigit() and int(self._style) in self._styles:
            return self._date(raw)
        return number_text(raw)

    def _date(self, raw: str) -> str:
        try:
            moment = self._zero + timedelta(days=float(raw))
        except (ValueError, OverflowError):
            return cell(raw)
        return moment.date().isoformat()

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        a, b = _REFERENCE.match(first), _REFERENCE.match(last)
        if a and b and len(self._sheet.merged) < 20_000:
            top, bottom = int(a[2]), int(b[2])
            left, right = _column(a[1]), _column(b[1])
            if bottom > top and left == right and bottom - top < 5_000:
                self._sheet.merged.append((top, bottom, left, right))


def number_text(raw: str) -> str:
    """A number as the sheet shows it: without the noise of binary fractions."""
    try:
        value = float(raw)
    except ValueError:
        return cell(raw)
    if value != value or abs(value) == float("inf"):
        return raw
    if value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{value:.15g}"


def _column(letters: str) -> int:
    found = 0
    for c in letters:
        if not "A" <= c <= "Z":
            raise ImportRejected(CORRUPT)
        found = found * 26 + ord(c) - 64
    return found - 1


def _lines(sheet: _Sheet) -> list[SheetLine]:
    budget = MAX_CELLS
    for top, bottom, column, _ in sheet.merged:
        value = sheet.lines.get(top, {}).get(column, "")
        budget -= bottom - top
        if value and budget > 0:
            for row in range(top + 1, bottom + 1):
                if row in sheet.lines:
                    sheet.lines[row].setdefault(column, value)
    found = []
    for row in sorted(sheet.lines):
        cells = sheet.lines[row]
        width = max(cells) + 1 if cells else 0
        found.append(
            SheetLine(
                row, [cells.get(i, "") for i in range(width)], tuple(sheet.faults.get(row, ()))
            )
        )
    return found
