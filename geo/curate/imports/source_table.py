"""The source table that every reader returns, and the limits that every reader keeps.

Shape   one ``SourceRow`` per record, with its number in the file; cells are texts, as many as
        columns.
CRS     ``SourceRow.lon_lat`` is EPSG:4326, longitude first: positions of geographic files only.
        Tables keep their coordinates in cells; ``geo.curate.imports.positions`` parses them.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from geo.curate.imports.problems import ImportProblem, ImportRejected, Remarks

MAX_BYTES = 40 * 2**20
MAX_ROWS = 100_000
MAX_COLUMNS = 400
MAX_CELL = 4_000
MAX_CELLS = 1_500_000
MAX_NAME = 120
READ_SECONDS = 8.0


class Clock:
    """A deadline that long loops look at."""

    def __init__(self, seconds: float = READ_SECONDS) -> None:
        self._until = time.monotonic() + seconds

    def check(self) -> None:
        """Raise ``ImportRejected`` once the time is over."""
        if time.monotonic() > self._until:
            raise ImportRejected("TOO_SLOW")


@dataclass(slots=True)
class SourceRow:
    """One record as read.

    Attributes
    ----------
    number : row or feature number in the file, from 1.
    lon_lat : position of a geographic file, None when it has none.
    shape : code of what is wrong with the geometry, empty when nothing is.
    faults : codes about single cells: (code, column, value).
    """

    number: int
    cells: Sequence[str]
    lon_lat: tuple[float, float] | None = None
    shape: str = ""
    shape_values: dict[str, str] = field(default_factory=dict)
    faults: tuple[tuple[str, str, str], ...] = ()


@dataclass
class Table:
    """A file as read: columns, rows, and what was understood on the way.

    Attributes
    ----------
    name : the file's name, only ever shown.
    unit : ``row`` or ``feature``.
    located : whether positions come as geometry.
    detected : ``encoding``, ``separator``, ``sheet``, ``layer``, ``header_row``, ``crs`` …
    choices : what else could have been chosen: ``sheet``, ``layer``, ``crs`` -> names.
    """

    name: str
    format: str
    unit: str
    columns: tuple[str, ...]
    rows: list[SourceRow]
    located: bool = False
    problems: list[ImportProblem] = field(default_factory=list)
    detected: dict[str, str] = field(default_factory=dict)
    choices: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def note(self, code: str, where: str = "", **values: str) -> None:
        """Add a note on the file as a whole."""
        self.problems.append(ImportProblem(code, "note", where, values=values))

    def remark(self, remarks: Remarks) -> None:
        """Add the problems that remarks on rows merge into."""
        self.problems += remarks.problems()


def label(name: str) -> str:
    """A file's name as it is shown: its last part, without control or direction marks."""
    text = unicodedata.normalize("NFC", str(name)).replace("\\", "/").rpartition("/")[2]
    text = "".join(
        c for c in text if c.isprintable() and unicodedata.category(c) not in ("Cf", "Cs", "Cc")
    )
    text = " ".join(text.split())
    return (text[: MAX_NAME - 1] + "\u2026" if len(text) > MAX_NAME else text) or "?"


def ending(name: str) -> str:
    """The extension of a name, lower case; it decides nothing, a wrong one is reported."""
    return label(name).rpartition(".")[2].strip().casefold()


_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
#: Marks that turn the direction of what follows: a name must not hide its own end.
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069\u200b\ufeff]")


def cell(text: str) -> str:
    """A cell's text: one spelling of letters, no unseen marks, no spaces around."""
    if text.isascii() and text.isprintable():
        return text.strip()
    text = _BIDI.sub("", _CONTROL.sub("\ufffd", text))
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
