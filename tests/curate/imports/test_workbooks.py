"""The workbooks that go back to their sender."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from geo.curate.imports.headings import FIELDS, KINDS
from geo.curate.imports.importer import Importer
from geo.curate.imports.workbooks import corrected, located, template
from geo.i18n.words import words
from geo.model.records import LANGUAGES

CONTENT = (
    b"Nom;Pays;Ville;Latitude;Longitude\n=1+1;France;Lyon;45,76;4,83\n<b>x</b>;France;Lyon;95;4\n"
    b"@SUM(A1);Pays inconnu;;;\n"
)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_corrected_file_names_what_is_wrong_row_by_row(bare: Importer, lang):
    t = words(lang)
    plan = bare.preview(CONTENT, "x.csv", "buyers")
    content = corrected(plan, t)
    sheet = openpyxl.load_workbook(io.BytesIO(content)).worksheets[0]
    lines = list(sheet.iter_rows(values_only=True))
    assert lines[0][:5] == ("Nom", "Pays", "Ville", "Latitude", "Longitude") and lines[0][-1] == t(
        "import.sheet.remarks"
    )
    assert [line[0] for line in lines[1:]] == ["=1+1", "<b>x</b>", "@SUM(A1)"] and [
        line[5] for line in lines[1:]
    ] == [2, 3, 4]
    assert (
        not lines[1][6]
        and t("import.problem.lat_out_of_range", value="95") in lines[2][6]
        and lines[3][6]
    )
    with zipfile.ZipFile(io.BytesIO(content)) as box:
        assert all(
            b"<f>" not in box.read(n) and b"hyperlink" not in box.read(n)
            for n in box.namelist()
            if "sheet" in n
        )


def test_the_corrected_file_can_be_sent_again(bare: Importer):
    plan = bare.preview(CONTENT, "x.csv", "buyers")
    again = bare.preview(corrected(plan, words("fr")), "y.xlsx", "buyers")
    assert again.counts == plan.counts
    assert [h.field for h in again.headings] == ["name", "country", "town", "lat", "lon", "", ""]


def test_the_located_file_has_the_positions_that_were_found(bare: Importer):
    plan = bare.preview(
        "Nom;Localit\u00e9\nA;Chefchaouen\nB;Nullepart\n".encode(), "x.csv", "sites"
    )
    lines = list(
        openpyxl.load_workbook(io.BytesIO(located(plan, words("fr"))))
        .worksheets[0]
        .iter_rows(values_only=True)
    )
    assert (
        lines[1][2:5] == ("35.16878", "-5.26360", words("fr")("precision.town")) and not lines[2][2]
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_template_is_recognised_and_its_example_never_comes_in(bare: Importer, kind, lang):
    t = words(lang)
    content = template(kind, bare.catalogue, t)
    plan = bare.preview(content, "modele.xlsx", kind)
    assert plan.outcome == "reject" and [p.code for p in plan.problems if p.level == "reject"] == [
        "NO_ROWS"
    ]
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    heads = [c.value for c in sheet[1]]
    assert len(heads) == len(
        [f for f in FIELDS[kind] if f not in ("position", "x", "y", "precision")]
    )
    for cell in sheet[2]:  # the example without its mark is a good record
        if cell.value and "(" in str(cell.value) and cell.value == t("import.sheet.example"):
            cell.value = "Atelier exemple"
    out = io.BytesIO()
    book.save(out)
    filled = bare.preview(out.getvalue(), "modele.xlsx", kind)
    assert filled.outcome == "accept" and filled.counts["new"] == 1, [
        (p.code, p.where, p.values) for p in filled.problems
    ]


def test_a_template_lists_the_values_that_are_allowed(bare: Importer):
    book = openpyxl.load_workbook(io.BytesIO(template("sites", bare.catalogue, words("fr"))))
    listed = [c.value for c in book.worksheets[1]["A"]]
    assert listed[0] == "Type" and "Ensemble artisanal" in listed
    assert len(book.worksheets[0].data_validations.dataValidation) == 4
