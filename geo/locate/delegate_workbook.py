"""The Excel workbook a delegate corrects offline: write it, and read it back with remarks.

Written one row per facility of a region; a second sheet keeps what was sent, so that only
        what the delegate changed is proposed, even if the data moved on meanwhile.
Read    never trusted: size, packing, rows and cells are bounded; formulas are not run.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from geo.core.errors import KharitaError
from geo.core.zip_guard import GuardedZip, UnsafeZip, ZipLimits
from geo.i18n.words import Words, words
from geo.locate.locator import Locator
from geo.model.palette import BRAND
from geo.model.records import CRAFTS, LANGUAGES, STATUSES, Site
from geo.text.folding import fold
from geo.web.masking import shown

if TYPE_CHECKING:
    import openpyxl

COLUMNS = ("id", "name", "town", "status", "latitude", "longitude", "phone", "crafts")
EDITABLE = ("status", "latitude", "longitude", "phone", "crafts")
SENT = "kharita"
MAX_BYTES = 4 * 2**20
ZIP_LIMITS = ZipLimits(unpacked=40 * 2**20)
MAX_ROWS = 5_000
#: A semicolon, western or Arabic: the name of a craft may hold a comma.
_SEPARATOR = re.compile(r"[;\u061b]")
_PHONE = re.compile(r"\+?[0-9][0-9 .\-/]{5,24}\Z")


class BadWorkbook(KharitaError):
    """The file as a whole cannot be used."""


@dataclass
class WorkbookChanges:
    """The changes that a file proposes, and remarks on its lines.

    Attributes
    ----------
    changes : site, field, before, after, line.
    remarks : (line, key of the sentence, its values); line 0 is the file as a whole.
    """

    changes: list[dict[str, Any]] = field(default_factory=list)
    remarks: list[tuple[int, str, Mapping[str, str]]] = field(default_factory=list)

    def say(self, line: int, key: str, **values: str) -> None:
        """Add a remark, at most 200 of them."""
        if len(self.remarks) < 200:
            self.remarks.append((line, key, {k: v[:80] for k, v in values.items()}))


def write(here: Locator, region: str, t: Words, *, seen: bool = False) -> bytes:
    """Write the workbook of a region; with telephones when its reader may read them."""
    # Generated records are not facts: nobody can correct them.
    sites = sorted(
        (
            shown(s, seen)
            for s in here.catalogue.sites
            if s.region == region and s.provenance != "demo"
        ),
        key=lambda s: (s.province, fold(s.name)),
    )
    out = io.BytesIO()
    import xlsxwriter  # here and openpyxl below: only this loop needs them

    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    head = book.add_format(
        {"bold": True, "bg_color": BRAND, "font_color": "#FFFFFF", "text_wrap": True}
    )
    fixed = book.add_format({"font_color": "#66736F", "bg_color": "#F6F4EF"})
    free = book.add_format({"locked": False, "num_format": "0.00000"})
    words_ = book.add_format({"locked": False, "num_format": "@"})
    sheet = book.add_worksheet(t("excel.sheet")[:31])
    if t.dir == "rtl":
        sheet.right_to_left()
    sheet.freeze_panes(1, 2)
    for column, (key, width) in enumerate(
        zip(COLUMNS, (22, 44, 20, 20, 12, 12, 18, 44), strict=True)
    ):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, t(f"excel.{key}"), head)
    for row, site in enumerate(sites, start=1):
        for column, key in enumerate(COLUMNS):
            value = _cell(site, key, t)
            style = (
                fixed
                if key not in EDITABLE
                else free
                if key in ("latitude", "longitude")
                else words_
            )
            if isinstance(value, float):
                sheet.write_number(row, column, value, style)
            else:
                sheet.write_string(row, column, value, style)
    if sites:
        sheet.data_validation(
            1,
            3,
            len(sites),
            3,
            {"validate": "list", "source": [t(f"status.{s}") for s in STATUSES]},
        )
    sheet.write_comment(0, 7, t("excel.crafts_hint"))
    sent = book.add_worksheet(SENT)
    sent.very_hidden()
    sent.write_string(
        0,
        0,
        orjson.dumps(
            {"region": region, "lang": t.lang, "version": here.catalogue.version}
        ).decode(),
    )
    for row, site in enumerate(sites, start=1):
        sent.write_string(row, 0, orjson.dumps([site.id, _values(site)]).decode())
    book.close()
    return out.getvalue()


def read(content: bytes, here: Locator, region: str) -> WorkbookChanges:
    """Read the changes that a file proposes for a region, line by line.

    Raises
    ------
    BadWorkbook : no Excel file, too big, another region's, or without its identifiers.
    """
    book = _opened(content)
    found = WorkbookChanges()
    origin, sent = _sent(book)
    if origin and origin.get("region") != region:
        other = here.catalogue.area_by_code.get(str(origin.get("region")))
        raise BadWorkbook(
            "excel.error.region",
            found=other.name["fr"] if other else str(origin.get("region"))[:40],
        )
    sheet = next((s for s in book.worksheets if s.title != SENT), None)
    if sheet is None:
        raise BadWorkbook("excel.error.empty")
    # Beyond its last row openpyxl would make empty cells up to the limit.
    last = min(sheet.max_row, MAX_ROWS + 1)
    rows = sheet.iter_rows(max_row=last, max_col=40, values_only=True)
    at = _columns(next(rows, ()), found)
    if "id" not in at:
        raise BadWorkbook("excel.error.no_id", column=words("fr")("excel.id"))
    if not origin:
        found.say(0, "excel.remark.no_memory")
    lines, twice = _lines(rows, at["id"], found)
    for id_, (number, row) in lines.items():
        if id_ not in twice:
            _line(here, region, id_, number, row, at, sent, found)
    for id_ in sent:
        if id_ not in lines:
            found.say(0, "excel.remark.deleted", id=id_)
    return found


def _lines(
    rows: Iterable[tuple[Any, ...]], column: int, found: WorkbookChanges
) -> tuple[dict[str, tuple[int, tuple[Any, ...]]], set[str]]:
    """Identifier -> line number and cells, and the identifiers that stand on several lines."""
    lines: dict[str, tuple[int, tuple[Any, ...]]] = {}
    twice: set[str] = set()
    for number, row in enumerate(rows, start=2):
        id_ = _text(row[column] if column < len(row) else None)
        if not id_:
            if any(c is not None for c in row):
                found.say(number, "excel.remark.no_id")
            continue
        if id_ in lines:
            if id_ not in twice:
                found.say(lines[id_][0], "excel.remark.twice", id=id_)
            twice.add(id_)
            found.say(number, "excel.remark.twice", id=id_)
            continue
        lines[id_] = (number, row)
    return lines, twice


def _line(
    here: Locator,
    region: str,
    id_: str,
    number: int,
    row: tuple[Any, ...],
    at: dict[str, int],
    sent: dict[str, dict[str, Any]],
    found: WorkbookChanges,
) -> None:
    position = here.catalogue.site_row.get(id_)
    if position is None:
        found.say(number, "excel.remark.unknown", id=id_)
        return
    site = here.catalogue.sites[position]
    if site.region != region:
        found.say(number, "excel.remark.elsewhere", id=id_)
        return
    now, was = _values(site), sent.get(id_) or _values(site)

    def cell(key: str) -> Any:
        return row[at[key]] if key in at and at[key] < len(row) else None

    after: dict[str, Any] = {}
    if "status" in at and _text(cell("status")):
        _status(_text(cell("status")), number, found, after)
    if "phone" in at:
        phone = _phone(cell("phone"))
        if phone and not _PHONE.match(phone):
            found.say(number, "excel.remark.phone", value=phone)
        elif phone or was["phone"]:
            after["phone"] = phone
    if "crafts" in at and _text(cell("crafts")):
        _crafts(_text(cell("crafts")), number, found, after)
    if {"latitude", "longitude"} <= at.keys():
        _position(here, region, cell("latitude"), cell("longitude"), number, found, after)
    _compare(id_, number, (was, now, after), found)


def _compare(
    id_: str, number: int, states: tuple[dict[str, Any], ...], found: WorkbookChanges
) -> None:
    """Add what the delegate changed: values as sent, as they are now, and as they came back."""
    was, now, after = states
    for key, value in after.items():
        if value == was[key]:
            continue
        if now[key] != was[key] and now[key] != value:
            found.say(number, "excel.remark.moved_on", field=words("fr")(f"excel.field.{key}"))
        if value != now[key]:
            found.changes.append(
                {"site": id_, "field": key, "before": now[key], "after": value, "line": number}
            )


def _status(text: str, number: int, found: WorkbookChanges, after: dict[str, Any]) -> None:
    code = _code("status", STATUSES, text)
    if code is None:
        found.say(number, "excel.remark.status", value=text)
    else:
        after["status"] = code


def _crafts(text: str, number: int, found: WorkbookChanges, after: dict[str, Any]) -> None:
    names = [n for n in _SEPARATOR.split(text) if n.strip()]
    codes = [_code("craft", CRAFTS, n) for n in names]
    if None in codes:
        found.say(number, "excel.remark.crafts", value=names[codes.index(None)].strip())
    else:
        after["crafts"] = sorted(set(codes), key=CRAFTS.index)


def _position(
    here: Locator,
    region: str,
    lat: Any,
    lon: Any,
    number: int,
    found: WorkbookChanges,
    after: dict[str, Any],
) -> None:
    if not _text(lat) and not _text(lon):
        return
    try:
        y, x = _degrees(lat), _degrees(lon)
    except ValueError:
        found.say(number, "excel.remark.position", value=f"{_text(lat)} / {_text(lon)}")
        return
    province = here.areas.province_at((x, y)) if abs(x) <= 180 and abs(y) <= 90 else None
    if province is None:
        swapped = abs(x) <= 90 and abs(y) <= 180 and here.areas.province_at((y, x))
        found.say(
            number,
            "excel.remark.swapped" if swapped else "excel.remark.abroad",
            value=f"{y:g} / {x:g}",
        )
        return
    if province.region != region:
        found.say(
            number, "excel.remark.other_region", value=f"{y:g} / {x:g}", name=province.name["fr"]
        )
    after["position"] = [round(x, 5), round(y, 5)]


def _values(site: Site) -> dict[str, Any]:
    return {
        "status": site.status,
        "phone": site.phone,
        "crafts": sorted(site.crafts, key=CRAFTS.index),
        "position": [round(v, 5) for v in site.lon_lat] if site.lon_lat else None,
    }


def _cell(site: Site, key: str, t: Words) -> str | float:
    lon, lat = site.lon_lat or (None, None)
    value = {
        "id": site.id,
        "name": site.name,
        "town": site.town or site.commune,
        "status": t(f"status.{site.status}"),
        "latitude": lat,
        "longitude": lon,
        "phone": site.phone,
        "crafts": " ; ".join(t(f"craft.{c}") for c in site.crafts),
    }[key]
    return "" if value is None else float(value) if isinstance(value, float) else str(value)


def _opened(content: bytes) -> openpyxl.Workbook:
    if len(content) > MAX_BYTES:
        raise BadWorkbook("excel.error.big")
    try:
        GuardedZip(content, ZIP_LIMITS)
        import openpyxl

        return openpyxl.load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
    except UnsafeZip as error:
        big = error.reason == "bomb"
        raise BadWorkbook("excel.error.big" if big else "excel.error.unreadable") from error
    except Exception as error:  # openpyxl raises whatever its parsers meet
        raise BadWorkbook("excel.error.unreadable") from error


def _sent(book: openpyxl.Workbook) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """What the file was sent with: region and language, and the values of each facility."""
    if SENT not in book.sheetnames:
        return {}, {}
    cells = [r[0] for r in book[SENT].iter_rows(max_row=MAX_ROWS + 1, max_col=1, values_only=True)]
    try:
        origin, *rows = [orjson.loads(c) for c in cells if isinstance(c, str)]
        keys = {"status", "phone", "crafts", "position"}
        return dict(origin), {i: v for i, v in rows if isinstance(v, dict) and v.keys() == keys}
    except (ValueError, TypeError):
        return {}, {}


def _columns(head: tuple[Any, ...], found: WorkbookChanges) -> dict[str, int]:
    """Index of each column, by its label in any language; unknown and missing ones are remarked."""
    labels = {fold(words(lang)(f"excel.{key}")): key for lang in LANGUAGES for key in COLUMNS}
    at: dict[str, int] = {}
    for i, label in enumerate(head):
        key = labels.get(fold(_text(label)))
        if key and key not in at:
            at[key] = i
        elif _text(label):
            found.say(1, "excel.remark.column", value=_text(label))
    for key in EDITABLE:
        if key not in at:
            found.say(1, "excel.remark.no_column", value=words("fr")(f"excel.{key}"))
    return at


def _code(family: str, codes: tuple[str, ...], text: str) -> str | None:
    wanted = fold(text)
    return next(
        (
            c
            for c in codes
            if wanted in (fold(c), *(fold(words(lang)(f"{family}.{c}")) for lang in LANGUAGES))
        ),
        None,
    )


def _text(value: Any) -> str:
    return " ".join(str(value).split())[:300] if value is not None else ""


def _phone(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # Excel takes a number for a number, and drops its zero
    text = _text(value)
    return f"0{text}" if isinstance(value, int) and len(text) == 9 else text


def _degrees(value: Any) -> float:
    if isinstance(value, bool):
        raise ValueError(value)
    if isinstance(value, (int, float)):
        return float(value)
    number = float(_text(value).replace(",", ".").replace("−", "-"))
    if number != number or abs(number) > 360:
        raise ValueError(value)
    return number
