"""No file that a spreadsheet opens holds a formula made of somebody's text."""

from __future__ import annotations

import csv
import io
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

import openpyxl
import pytest

from geo.curate.imports.headings import KINDS
from geo.curate.imports.importer import Importer
from geo.curate.imports.workbooks import corrected, located, template
from geo.i18n.words import words
from geo.locate import delegate_workbook
from geo.locate.locator import locator
from geo.markets.api.ranking import rank_answer
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.share.export.export_columns import export_of
from geo.share.export.formats import FORMATS
from geo.text.csv_injection import guarded
from tests.security.payloads import FORMULAS
from tests.security.stored import poisoned

T = words("fr")
DAY, BASE = date(2026, 11, 24), "https://kharita.example"
SPLIT_AT = (",", ";", "\t")


@dataclass
class Hostile:
    """Records whose texts are formulas, and an uploaded file of the same texts."""

    query: Query
    importer: Importer


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Hostile:
    store = poisoned(tmp_path_factory.mktemp("formulas"), FORMULAS)
    catalogue = store.load()
    assert not catalogue.problems
    return Hostile(Query(catalogue), Importer(store, catalogue))


def uploaded(hostile: Hostile) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(
        [["Nom", "Pays", FORMULAS[0], "Ville"], *([f, f, f, f] for f in FORMULAS)]
    )
    return out.getvalue().encode()


def exported(kind: str, hostile: Hostile) -> bytes:
    return FORMATS[kind].make(export_of(hostile.query, ViewState(), base=BASE, today=DAY))


def returned(write: Callable, hostile: Hostile) -> bytes:
    return write(hostile.importer.preview(uploaded(hostile), "=1+1.csv", "buyers"), T)


#: Everything that a spreadsheet opens, by name.
FILES: dict[str, Callable[[Hostile], bytes]] = {
    "export.csv": partial(exported, "csv"),
    "export.xlsx": partial(exported, "xlsx"),
    "sheet.xlsx": lambda h: delegate_workbook.write(locator(h.query), "08", T, seen=True),
    "rank.csv": lambda h: rank_answer(h.query, ViewState(), T)["csv"].encode("utf-8-sig"),
    "remarks.xlsx": partial(returned, corrected),
    "located.xlsx": partial(returned, located),
    **{
        f"template {kind}.xlsx": (lambda h, kind=kind: template(kind, h.query.catalogue, T))
        for kind in KINDS
    },
}


def starts_a_formula(cell: str) -> bool:
    """What a spreadsheet might run: written apart from the guard, sign by sign."""
    for sign in unicodedata.normalize("NFKC", cell):
        if not sign.isspace() and unicodedata.category(sign)[0] not in "CZ":
            return sign in "=+-@|%"
    return False


def is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("name", FILES)
def test_no_file_holds_a_formula(hostile, name):
    content = FILES[name](hostile)
    if name.endswith(".xlsx"):
        book, seen = openpyxl.load_workbook(io.BytesIO(content)), 0
        for sheet in book.worksheets:
            for cell in (c for row in sheet.iter_rows() for c in row):
                seen += isinstance(cell.value, str) and "=1+1" in cell.value
                assert cell.data_type != "f" and cell.hyperlink is None, cell
        with zipfile.ZipFile(io.BytesIO(content)) as box:
            assert not any(
                b"<f>" in box.read(n) or b"<hyperlink" in box.read(n)
                for n in box.namelist()
                if "worksheets/sheet" in n
            )
            assert not [n for n in box.namelist() if "externalLink" in n or "vba" in n.lower()]
    else:
        text, seen = content.decode("utf-8-sig"), 0
        for sign in SPLIT_AT:
            # Where the sign is not ours, quotes do not hold a cell together: the worst reading.
            quoting = csv.QUOTE_MINIMAL if sign == "," else csv.QUOTE_NONE
            for cell in (
                c
                for row in csv.reader(
                    io.StringIO(text, newline=""), delimiter=sign, quoting=quoting
                )
                for c in row
            ):
                seen += "=1+1" in cell
                assert not starts_a_formula(cell) or is_number(cell), (sign, cell)
    assert seen or name.startswith("template"), "the hostile texts are not in it"


@pytest.mark.parametrize("text", FORMULAS)
def test_a_guarded_text_starts_no_formula_and_guards_once(text):
    made = guarded(text)
    assert not any(starts_a_formula(part) for sign in ";\t\r\n" for part in made.split(sign))
    assert guarded(made) == made and made.replace("'", "") == text.replace("'", "")


@pytest.mark.parametrize(
    "text", ["Tapis = beau", "Rabat-Salé", "20 % de remise", "a@b.ma", "Fès ; Meknès", "« =1 »", ""]
)
def test_what_is_no_formula_is_left_alone(text):
    assert guarded(text) == text
