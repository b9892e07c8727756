"""Workbooks that go back to the user: the file with a column of remarks, and empty templates.

Texts are written as texts: nothing in them becomes a formula or a link.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from geo.curate.imports.headings import FIELDS
from geo.curate.imports.planner import Item, Plan
from geo.curate.imports.record_builder import position_of
from geo.curate.imports.vocabularies import labels
from geo.i18n.words import Words
from geo.model.palette import BRAND
from geo.model.records import Catalogue

_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_FILL = {"refused": "#F9DEDC", "warned": "#FBF0D5"}
_MOST_ROWS = 1_000
#: What a template leaves out: other ways to say the position.
_NOT_IN_TEMPLATE = ("position", "x", "y", "precision")
_EXAMPLES: Mapping[str, Mapping[str, str]] = {
    "buyers": {
        "kind": "importer_wholesaler",
        "country": "FR",
        "crafts": "tapis_tissage;poterie_ceramique",
        "town": "Lyon",
        "lat": "45.76404",
        "lon": "4.83566",
        "year": "2019",
        "website": "https://example.org",
    },
    "sites": {
        "kind": "ensemble_artisanal",
        "status": "active",
        "crafts": "zellige;bois_marqueterie",
        "town": "Meknes",
        "lat": "33.89352",
        "lon": "-5.54727",
        "opened": "2015",
        "capacity": "40",
        "area": "1200",
    },
    "maisons": {
        "kind": "maison_artisane",
        "status": "active",
        "crafts": "tapis_tissage",
        "town": "Azrou",
        "lat": "33.43443",
        "lon": "-5.22126",
        "women_only": "1",
        "rural": "0",
    },
    "markets": {"country": "NO", "world_region": "europe", "capital": "Oslo"},
    "fairs": {
        "kind": "international",
        "country": "FR",
        "town": "Paris",
        "start": "2026-09-10",
        "end": "2026-09-14",
        "crafts": "tapis_tissage",
    },
}


def corrected(plan: Plan, t: Words) -> bytes:
    """The file as it was read, with a column of remarks: to be corrected and sent again."""
    return _returned(plan, t, (), lambda _item: ())


def located(plan: Plan, t: Words) -> bytes:
    """The file as it was read, with the position found for each row and its precision."""
    names = (
        t("import.sheet.found_lat"),
        t("import.sheet.found_lon"),
        t("import.sheet.found_precision"),
    )

    def found(item: Item | None) -> tuple[str, ...]:
        at = position_of(plan.kind, item.after) if item and item.after else None
        if item is None or item.after is None or at is None:
            return ("", "", "")
        inside = item.after.get("properties", item.after)
        precision = str(inside.get("precision") or "")
        return (f"{at[1]:.5f}", f"{at[0]:.5f}", t(f"precision.{precision}") if precision else "")

    return _returned(plan, t, names, found)


def _returned(
    plan: Plan, t: Words, more: Sequence[str], cells: Callable[[Item | None], Sequence[str]]
) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _OPTIONS)
    head, plain, fills = _formats(book)
    sheet = book.add_worksheet(t("import.sheet.data")[:31])
    if t.dir == "rtl":
        sheet.right_to_left()
    names = [*plan.table.columns, *more, t("import.sheet.line"), t("import.sheet.remarks")]
    for i, name in enumerate(names):
        sheet.write_string(0, i, name, head)
        sheet.set_column(i, i, 60 if i == len(names) - 1 else 18)
    sheet.freeze_panes(1, 0)
    items = {item.row: item for item in plan.items}
    for r, row in enumerate(plan.table.rows, start=1):
        item = items.get(row.number)
        style = fills.get(_grade(item), plain)
        for i, text in enumerate([*row.cells, *cells(item)]):
            sheet.write_string(r, i, text[:32_000], style)
        sheet.write_number(r, len(names) - 2, row.number, style)
        sheet.write_string(r, len(names) - 1, remarks_of(item, plan, t), style)
    sheet.autofilter(0, 0, max(len(plan.table.rows), 1), len(names) - 1)
    about = book.add_worksheet(t("import.sheet.about")[:31])
    about.set_column(0, 0, 100)
    for r, problem in enumerate(p for p in plan.problems if p.level != "note"):
        about.write_string(
            r, 0, f"{problem.where}: {problem.message(t)}"[:32_000].lstrip(": "), plain
        )
    book.close()
    return out.getvalue()


def remarks_of(item: Item | None, plan: Plan, t: Words) -> str:
    """The localized remarks on one row, refusals first; empty when there are none."""
    if item is None:
        return ""
    of_the_file = [
        (p.code, p.level, p.column, p.values)
        for p in plan.table.problems
        if item.row in p.rows and p.level != "note"
    ]
    remarks = sorted([*of_the_file, *item.remarks], key=lambda s: s[1] != "refuse")
    return " ".join(
        dict.fromkeys(
            t(
                f"import.problem.{code.lower()}",
                **{"where": "", "value": "", "n": "", "column": column, **values},
            )
            for code, _, column, values in remarks
        )
    )


def _grade(item: Item | None) -> str:
    if item is None or item.action == "refused":
        return "refused"
    return "warned" if any(level == "warn" for _, level, _, _ in item.remarks) else ""


def _formats(book: Any) -> tuple[Any, Any, dict[str, Any]]:
    return (
        book.add_format(
            {
                "bold": True,
                "bg_color": BRAND,
                "font_color": "#FFFFFF",
                "text_wrap": True,
                "valign": "vcenter",
            }
        ),
        book.add_format({"num_format": "@", "valign": "top"}),
        {
            grade: book.add_format({"num_format": "@", "valign": "top", "bg_color": colour})
            for grade, colour in _FILL.items()
        },
    )


def template(kind: str, catalogue: Catalogue, t: Words) -> bytes:
    """An empty workbook to fill in: headings, one example, and the values that are known."""
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, _OPTIONS)
    head, plain, fills = _formats(book)
    sheet = book.add_worksheet(t(f"import.kind.{kind}")[:31])
    values = book.add_worksheet(t("import.sheet.values")[:31])
    if t.dir == "rtl":
        sheet.right_to_left()
        values.right_to_left()
    known = _known(kind, catalogue, t)
    names = [n for n in FIELDS[kind] if n not in _NOT_IN_TEMPLATE]
    for i, name in enumerate(names):
        sheet.set_column(i, i, 34 if name in ("name", "crafts", "relation") else 18, plain)
        sheet.write_string(0, i, t(f"import.field.{name}"), head)
        sheet.write_string(1, i, _example(kind, name, t), fills["warned"])
    sheet.freeze_panes(1, 0)
    for column, (name, words_) in enumerate(known.items()):
        values.set_column(column, column, 34)
        values.write_string(0, column, t(f"import.field.{name}"), head)
        for r, word in enumerate(words_, start=1):
            values.write_string(r, column, word, plain)
        # A cell may hold several crafts: they are listed, not imposed.
        if name in names and name != "crafts":
            letter = chr(65 + column)
            title = values.get_name().replace("'", "''")
            sheet.data_validation(
                1,
                names.index(name),
                _MOST_ROWS,
                names.index(name),
                {
                    "validate": "list",
                    "source": f"='{title}'!${letter}$2:${letter}${len(words_) + 1}",
                    "error_type": "warning",
                },
            )
    book.close()
    return out.getvalue()


def _known(kind: str, catalogue: Catalogue, t: Words) -> dict[str, Sequence[str]]:
    """Field -> the words it may hold."""
    found: dict[str, Sequence[str]] = {}
    for name in FIELDS[kind]:
        if codes := labels(kind, name):
            found[name] = [t(key) for key in codes.values()]
    found.pop("precision", None)
    if kind == "buyers":
        found["country"] = sorted(t.country(m.iso2) for m in catalogue.markets)
    if kind in ("sites", "maisons"):
        found["region"] = [t.pick(a.name) for a in catalogue.regions]
        found["province"] = sorted(t.pick(a.name) for a in catalogue.provinces)
    return found


def _example(kind: str, name: str, t: Words) -> str:
    if name == "name":
        return t("import.sheet.example")
    value = _EXAMPLES[kind].get(name, "")
    if name == "country":
        return t.country(value)
    if name in ("women_only", "rural"):
        return t("import.sheet.yes" if value == "1" else "import.sheet.no") if value else ""
    words_ = labels(kind, name)
    return "; ".join(t(words_[code]) for code in value.split(";")) if words_ and value else value
