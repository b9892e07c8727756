"""A file as an administration sends it, from the drop to the map and back, in a real browser."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from io import BytesIO

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from geo.i18n.words import words
from tests.browser.journeys import PHONE, ask, eventually

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
HEAD = ["Raison sociale", "Type", "Pays", "Ville", "Filière", "Année", "Lat", "Long"]
ROWS = [
    [
        "Teppichhaus Köln GmbH",
        "Importateur",
        "Allemagne",
        "Cologne",
        "Tapis & kilims / poterie",
        2024,
        None,
        None,
    ],
    ["Dubai Souk Trading", "Grossiste", "E.A.U.", "Dubaï", "Lanternes", 2025, "25,2769", "55,2962"],
    ["Atelier Lyon", "Importateur", "France", "Lyon", "Vannerie", 2023, "4,8357", "45,7640"],
    ["", "Importateur", "Japon", "Tokyo", "Babouches", 2025, None, None],
    ["Teppichhaus Koln", "Importateur", "Allemagne", "Cologne", "Tapis", 2025, None, None],
    ["Total", None, None, None, None, 5, None, None],
]


def messy(title: str) -> dict:
    """Title lines above the header, a line of sums, a second sheet."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Contacts"
    for row in ([title], [], HEAD, *ROWS):
        sheet.append(row)
    book.create_sheet("Notes").append(["-"])
    out = BytesIO()
    book.save(out)
    return {"name": f"{title}.xlsx", "mimeType": EXCEL, "buffer": out.getvalue()}


def tally(page: Page, key: str):
    return page.locator(f'[data-key="count-{key}"] b')


def planned(page: Page, times: int) -> None:
    """Wait until the file was planned once more."""
    page.locator(f'.kh-import[data-planned="{times}"]').wait_for()


@pytest.mark.parametrize(("lang", "size"), [("fr", {"width": 1440, "height": 900}), ("ar", PHONE)])
def test_a_messy_file_goes_in_is_answered_and_comes_out_again(visit, editable, lang, size):
    t, before = words(lang), ask(editable, "/healthz")["counts"]
    page = visit(f"/donnees?book=import&lang={lang}", base=editable, size=size)
    page.set_input_files("#kh-import-file", messy(f"Salon {lang}"))
    planned(page, 1)
    expect(tally(page, "refused")).to_have_text("2")
    expect(tally(page, "new")).to_have_text("3")
    expect(page.locator('.kh-problems-list [data-code="POSSIBLE_DUPLICATE"]')).to_be_visible()

    page.locator('[data-key^="offer-swap"]').click()
    planned(page, 2)
    expect(tally(page, "new")).to_have_text("4")
    page.locator('.kh-import-rows[data-loaded="refused"]').wait_for()
    page.locator('[data-key^="cell-"]').fill("Zarbiyat Tokyo")
    page.locator('[data-key^="cell-"]').press("Enter")
    planned(page, 3)
    expect(tally(page, "refused")).to_have_text("0")
    page.locator('[data-key="count-alike"]').click()
    page.locator('.kh-import-rows[data-loaded="alike"] [data-key^="skip-"]').last.click()
    planned(page, 4)
    expect(tally(page, "left")).to_have_text("1")
    assert ask(editable, "/healthz")["counts"] == before, "stored before anybody said so"

    page.locator('[data-key="author"]').fill("Amina Idrissi")
    page.locator('[data-key="demo-replaced"]').check()
    page.locator('[data-key="store"]').click()
    expect(page.locator(".kh-stored h2")).to_have_text(t("ui.import.stored"))
    eventually(lambda: ask(editable, "/healthz")["counts"]["demo"] == before["demo"] - 4)
    assert ask(editable, "/healthz")["counts"]["buyers"] == before["buyers"]
    found = ask(editable, "/api/records/buyers?q=zarbiyat")["rows"]
    assert [r["name"] for r in found] == ["Zarbiyat Tokyo"]
    origin = ask(editable, f"/api/entity/buyer/{found[0]['id']}?lang={lang}")
    assert t("origin.imported") in json.dumps(origin, ensure_ascii=False)

    page.locator('[data-key="to-history"]').click()
    first = page.locator(".kh-sets > li").first
    expect(first).to_contain_text("Amina Idrissi")
    first.locator(".kh-set").click()
    first.locator("[data-key^=undo-set]").click()
    expect(page.locator(".kh-sets > li").first).to_contain_text(t("change.undo"))
    eventually(lambda: ask(editable, "/healthz")["counts"] == before)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("liste.csv", b"", "empty_file"),
        ("../../etc/liste.csv", b"a;b\n1;2\n", "missing_columns"),
        ("carte.geojson", b"<OGRVRTDataSource/>", "not_geojson"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_stores_nothing(
    visit, editable, name, content, code
):
    page = visit("/donnees?book=import", base=editable)
    page.set_input_files(
        "#kh-import-file", {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    planned(page, 1)
    expect(page.locator(".kh-import > .kh-failed").first).to_have_text(
        words("fr")("ui.import.rejected")
    )
    expect(
        page.locator(f'.kh-problems-list [data-code="{code.upper()}"].reject').first
    ).to_be_visible()
    assert page.locator('[data-key="store"]').count() == 0
    page.locator('[data-key="give-up"]').click()
    expect(page.locator("#kh-import-file")).to_be_attached()


def test_the_file_to_correct_and_the_templates_are_workbooks(visit, editable):
    page = visit("/donnees?book=import&lang=ar", base=editable)
    with page.expect_download() as template:
        page.locator('[data-key="template"]').click()
    assert openpyxl.load_workbook(BytesIO(template.value.path().read_bytes())).sheetnames
    page.set_input_files("#kh-import-file", messy("Salon"))
    planned(page, 1)
    with page.expect_download() as remarks:
        page.locator('[data-key="remarks"]').click()
    cells = [
        c.value
        for row in openpyxl.load_workbook(
            BytesIO(remarks.value.path().read_bytes())
        ).active.iter_rows()
        for c in row
    ]
    assert words("ar")(
        "import.problem.name_missing", where="", column="", value="", n=""
    ) in " ".join(map(str, cells))


def test_only_editors_import(serve):
    reader = serve(KHARITA_ROLE="reader")
    for path, method in (
        ("/api/import?kind=buyers", "POST"),
        ("/api/import/x", "GET"),
        ("/api/import/x/store", "POST"),
        ("/import/template/buyers.xlsx", "GET"),
    ):
        request = urllib.request.Request(
            reader + path,
            data=b"a" if method == "POST" else None,
            method=method,
            headers={"x-kharita": "1"},
        )
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=20)
        assert refused.value.code == 403
