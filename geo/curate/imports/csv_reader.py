"""CSV reader (TSV and other text tables): encoding, line ends and separator are detected and noted.

Encoding   a byte order mark, else UTF-8, else UTF-16 by its zeros, else the single-byte encoding
           that reads best (CP1252, or CP1256 when it gives Arabic words). Lines that are not in the
           encoding of the others are named, and refused.
Separator  the one that gives headings we know and lines of one width.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections import Counter

from geo.curate.imports.headings import looks_like_header
from geo.curate.imports.problems import ImportProblem, ImportRejected, place
from geo.curate.imports.source_table import MAX_CELLS, MAX_ROWS, Clock, Table, cell
from geo.curate.imports.table_detection import SheetLine, table_of

SEPARATORS = (",", ";", "\t", "|")
#: A quoted cell of more lines than this has lost its closing quote.
MOST_LINES = 60
MOST_CHARS = 1 << 24
_END = "-- kharita: end --"
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_ARABIC = re.compile(r"[\u0621-\u064a]{3,}")
#: UTF-8 that somebody read as CP1252 and saved again.
_TWICE = re.compile(r"[\u00c2\u00c3][\x80-\xbf\u2018-\u203a\u0152-\u0178]|\u00d8[\x80-\xbf]\u00d9")


def read_delimited(
    content: bytes,
    name: str,
    clock: Clock,
    *,
    header_row: int | None = None,
    separator: str = "",
    encoding: str = "",
) -> Table:
    """The table of a text file.

    Parameters
    ----------
    separator, encoding : what the user chose; empty to detect it.

    Raises
    ------
    ImportRejected : ``EMPTY_FILE``, ``NOT_TEXT``, ``CSV_QUOTE``, ``TOO_MANY_ROWS`` and those of
        ``table_of``.
    """
    text, found, problems = decode(content, encoding)
    if not text.strip():
        raise ImportRejected("EMPTY_FILE")
    text, odd = _line_ends(text)
    first, _, rest = text.partition("\n")
    if re.fullmatch(r"sep=(.)", first.strip(), re.IGNORECASE):
        separator, text = separator or first.strip()[4:], "\n" + rest
    separator = separator if separator in SEPARATORS else _separator(text)
    lines = _parsed(text, separator, clock)
    table = table_of(
        lines,
        name,
        "tsv" if separator == "\t" else "csv",
        clock,
        header_row=header_row,
        ragged=True,
    )
    table.detected |= {"encoding": found, "separator": separator}
    table.problems = [*problems, *table.problems]
    if odd:
        table.note("LINE_ENDINGS")
    if separator != ",":
        table.note("SEPARATOR", value="TAB" if separator == "\t" else separator)
    return table


def decode(content: bytes, encoding: str = "") -> tuple[str, str, list[ImportProblem]]:
    """Decode bytes: the text, its encoding, and the problems of it.

    Raises
    ------
    ImportRejected : ``NOT_TEXT``.
    """
    if encoding:
        try:
            return content.decode(encoding), encoding, []
        except (UnicodeError, LookupError):
            pass
    for mark, known in _MARKS:
        if content.startswith(mark):
            try:
                text = (
                    content[len(mark) :].decode("utf-8")
                    if known == "utf-8"
                    else content.decode(known)
                )
            except UnicodeError:
                break
            if "\x00" in text:
                raise ImportRejected("NOT_TEXT")
            code = {
                "utf-8": "ENCODING_UTF8_BOM",
                "utf-16": "ENCODING_UTF16",
                "utf-32": "ENCODING_UTF32",
            }[known]
            return text, known, [ImportProblem(code, "note")]
    if b"\x00" in content:
        return _utf16(content)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return _single_bytes(content)
    if _binary(content):
        raise ImportRejected("NOT_TEXT")
    return text, "utf-8", _damage(text)


def _utf16(content: bytes) -> tuple[str, str, list[ImportProblem]]:
    """UTF-16 without its mark: every other byte of plain letters is zero."""
    head = content[:4000]
    for start, known in ((1, "utf-16-le"), (0, "utf-16-be")):
        zeros = head[start::2].count(0) / max(len(head) // 2, 1)
        if zeros > 0.6 and head[1 - start :: 2].count(0) == 0:
            try:
                return content.decode(known), known, [ImportProblem("ENCODING_UTF16", "note")]
            except UnicodeError:
                break
    raise ImportRejected("NOT_TEXT")


def _single_bytes(content: bytes) -> tuple[str, str, list[ImportProblem]]:
    if _binary(content):
        raise ImportRejected("NOT_TEXT")
    bad: list[int] = []
    good = 0
    lines = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    for number, line in enumerate(lines, start=1):
        if line.isascii():
            continue
        try:
            line.decode("utf-8")
            good += 1
        except UnicodeDecodeError:
            bad.append(number)
    known = "cp1256" if _arabic(content) else "cp1252"
    if good and bad:
        text = "\n".join(_either(line, known) for line in lines)
        return (
            text,
            "utf-8",
            [
                ImportProblem(
                    "ENCODING_MIXED",
                    "refuse",
                    place("row", bad),
                    tuple(bad),
                    values={"value": known.upper()},
                )
            ],
        )
    text = content.decode(known, "replace")
    return text, known, [ImportProblem(f"ENCODING_{known.upper()}", "note")]


def _either(line: bytes, known: str) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode(known, "replace")


def _arabic(content: bytes) -> bool:
    return len(_ARABIC.findall(content.decode("cp1256", "replace"))) > len(content) / 80


def _binary(content: bytes) -> bool:
    head = content[:8192]
    odd = sum(head.count(bytes([b])) for b in (*range(9), *range(14, 32), 127))
    return odd > len(head) / 50 or odd > 0 and len(content) < 64


def _damage(text: str) -> list[ImportProblem]:
    found = []
    for code, form in (("ENCODING_TWICE", _TWICE), ("ENCODING_LOST", re.compile("\ufffd"))):
        if form.search(text):
            rows = [n for n, line in enumerate(text.splitlines(), start=1) if form.search(line)]
            found.append(ImportProblem(code, "warn", place("row", rows), tuple(rows)))
    return found


def _line_ends(text: str) -> tuple[str, bool]:
    """The text with one kind of line end, and whether it had an unusual one."""
    if "\r" not in text:
        return text, False
    pairs, alone, feeds = text.count("\r\n"), text.count("\r"), text.count("\n")
    odd = alone > pairs or (0 < pairs < feeds)
    return text.replace("\r\n", "\n").replace("\r", "\n"), odd


def _separator(text: str) -> str:
    sample = text[:60_000]
    best, found = -1.0, ","
    for candidate in SEPARATORS:
        records = []
        try:
            for record in csv.reader(io.StringIO(sample), delimiter=candidate):
                if any(record):
                    records.append(record)
                if len(records) == 60:
                    break
        except csv.Error:
            continue
        if not records:
            continue
        width, often = Counter(map(len, records)).most_common(1)[0]
        known = max(looks_like_header([cell(c) for c in r[:400]]) for r in records[:20])
        score = 2 * known + (min(width, 12) * often / len(records) if width > 1 else 0)
        if score > best + 1e-9:
            best, found = score, candidate
    return found


def _parsed(text: str, separator: str, clock: Clock) -> list[SheetLine]:
    csv.field_size_limit(MOST_CHARS)
    lines: list[SheetLine] = []
    cells = 0
    # A line of our own at the end: a quote that was never closed swallows it.
    reader = csv.reader(
        itertools.chain(io.StringIO(text, newline="\n"), ["\n", _END]), delimiter=separator
    )
    before = 0
    try:
        for number, record in enumerate(reader, start=1):
            if number % 2000 == 0:
                clock.check()
            if reader.line_num - before > MOST_LINES:
                raise ImportRejected("CSV_QUOTE", f"row {number}")
            before = reader.line_num
            cells += len(record)
            if cells > MAX_CELLS:
                raise ImportRejected("TOO_MANY_CELLS", limit=str(MAX_CELLS))
            lines.append(SheetLine(number, [cell(c) for c in record]))
            if number > MAX_ROWS + 1000:
                raise ImportRejected(
                    "TOO_MANY_ROWS", n=str(text.count("\n") + 1), limit=str(MAX_ROWS)
                )
    except csv.Error as error:
        raise ImportRejected("CSV_QUOTE", f"row {len(lines) + 1}") from error
    if lines.pop().cells != [_END]:
        raise ImportRejected("CSV_QUOTE", f"row {len(lines) + 1}")
    return lines
