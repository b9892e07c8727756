"""Excel and CSV exports: typed cells, nothing that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from geo.i18n.labels import crafts_text
from geo.model.palette import BRAND
from geo.share.export.export_columns import COLUMNS, Export
from geo.text.cleaning import clean
from geo.text.csv_injection import guarded

_CELL = 32_000
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}


def xlsx_of(export: Export) -> bytes:
    """A workbook: the records, what the file is, and the reports of the view."""
    t, out = export.t, io.BytesIO()
    book = xlsxwriter.Workbook(out, _OPTIONS)
    book.set_properties(
        {
            "title": t("export.name"),
            "comments": export.filters[:250],
            "created": datetime(export.day.year, export.day.month, export.day.day),
        }
    )
    head = book.add_format(
        {
            "bold": True,
            "bg_color": BRAND,
            "font_color": "#FFFFFF",
            "text_wrap": True,
            "valign": "vcenter",
        }
    )
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    bold = book.add_format({"bold": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    plain = {
        "whole": book.add_format({"num_format": "0"}),
        "number": book.add_format({"num_format": "#,##0.######"}),
    }
    sheet = _sheet(book, t("export.about.rows"), t.dir)
    for i, column in enumerate(COLUMNS):
        sheet.set_column(i, i, column.width)
        sheet.write_string(0, i, export.labels[column.key], head)
    sheet.freeze_panes(1, 1)
    for r, record in enumerate(export.records, start=1):
        row = export.row(record)
        for i, column in enumerate(COLUMNS):
            _write(sheet, r, i, row[column.key], column.kind, plain, day)
    sheet.autofilter(0, 0, max(len(export.records), 1), len(COLUMNS) - 1)
    about = _sheet(book, t("export.sheet.about"), t.dir)
    about.set_column(0, 0, 36)
    about.set_column(1, 1, 100)
    for r, (label, text) in enumerate(export.about()):
        about.write_string(r, 0, label, bold)
        about.write_string(r, 1, text[:_CELL], wrap)
    _reports(_sheet(book, t("snapshot.list.reports"), t.dir), export, head)
    book.close()
    return out.getvalue()


def _sheet(book: xlsxwriter.Workbook, name: str, direction: str) -> Worksheet:
    sheet = book.add_worksheet("".join(c for c in name if c not in "[]:*?/\\")[:31])
    if direction == "rtl":
        sheet.right_to_left()
    sheet.set_landscape()
    sheet.set_paper(8)  # A3: twenty columns are not read on less
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    return sheet


def _write(
    sheet: Worksheet, r: int, i: int, value: Any, kind: str, plain: dict[str, Any], day: Any
) -> None:
    if value is None or value == "":
        return
    if kind in plain:
        sheet.write_number(r, i, value, plain[kind])
        return
    if kind == "date":
        try:
            sheet.write_datetime(r, i, datetime.strptime(value, "%Y-%m-%d"), day)
            return
        except ValueError:  # a year or a month is known, not a day
            pass
    sheet.write_string(r, i, value[:_CELL])


def _reports(sheet: Worksheet, export: Export, head: Any) -> None:
    t = export.t
    labels = [
        t("export.col.id"),
        t("column.name"),
        t("column.kind"),
        t("column.date"),
        t("column.markets"),
        t("column.crafts"),
    ]
    for i, (label, width) in enumerate(zip(labels, (14, 60, 26, 14, 40, 50), strict=True)):
        sheet.set_column(i, i, width)
        sheet.write_string(0, i, label, head)
    for r, report in enumerate(export.reports, start=1):
        texts = [
            report.id,
            t.pick(report.title),
            t(f"report_kind.{report.kind}"),
            report.date,
            t.all_of(map(t.country, report.markets)) or t("panel.all_markets"),
            crafts_text(report.crafts, t) or t("panel.all_crafts"),
        ]
        for i, text in enumerate(texts):
            sheet.write_string(r, i, clean(text)[:_CELL])


def csv_of(export: Export) -> bytes:
    """UTF-8 with a byte order mark, one line per record; the last column states the filters.

    With no record, one line carries that column alone: the filters are always stated.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    t = export.t
    filters = "; ".join(f"{label}: {text}" for label, text in export.about()[:5])
    writer.writerow(
        [*(guarded(export.labels[c.key]) for c in COLUMNS), guarded(t("export.about.filters"))]
    )
    for record in export.records:
        row = export.row(record)
        writer.writerow([*(_cell(row[c.key]) for c in COLUMNS), guarded(filters)])
    if not export.records:
        writer.writerow([*[""] * len(COLUMNS), guarded(filters)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return guarded(value) if isinstance(value, str) else f"{value:.10g}"
