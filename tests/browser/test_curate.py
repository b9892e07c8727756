"""The Data page in a real browser: what to mend, mending it, two editors at once, undoing."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from geo.i18n.words import words
from tests.browser.journeys import PHONE, ask, eventually, view_of

SITE = "site:cooperative-nissae-idadouchen-poterie"
#: What Chromium says of an answer that refuses.
REFUSALS = tuple(f"status of {status}" for status in (400, 403, 409, 422))
FORM = f"/donnees?book=records&sel={SITE}"


def save(page: Page, reason: str) -> None:
    page.locator('[data-key="author"]').fill("Amina Idrissi")
    page.locator('[data-key="reason"]').fill(reason)
    page.locator('[data-key="save"]').click()


def past(page: Page) -> list[str]:
    """The reasons of what was done to the record on show."""
    return page.locator(".kh-past li p span").all_inner_texts()


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_from_a_fault_to_a_mended_record_and_back(visit, editable, lang):
    t = words(lang)
    visit.expects += REFUSALS
    page = visit(f"/donnees?lang={lang}", base=editable)
    expect(page.locator('[data-collection="buyers"] .kh-filled li')).to_have_count(8)
    page.locator('[data-key="fault-no_year"]').click()
    expect(page.locator(".kh-tasks li").first.locator('[data-fault="no_year"]')).to_be_visible()
    page.locator(".kh-tasks [data-key^=mend-site]").first.click()
    form = page.locator(".kh-form")
    form.wait_for()
    sel = view_of(page)["sel"]
    name = page.locator(".kh-form-head h2").inner_text()
    page.locator('[data-key="f-year_opened"]').fill("1998")
    save(page, "")
    expect(form.locator(":scope > .kh-failed")).to_have_text(t("error.no_reason"))
    page.locator('[data-key="f-verified"]').fill("25/11/2026")
    save(page, "vu sur place")
    expect(page.locator('[data-field="verified"].wrong .kh-wrong')).to_have_text(
        t("form.problem.bad_value")
    )
    page.locator('[data-key="f-verified"]').fill("2026-11-25")
    page.locator('[data-key="save"]').click()
    expect(page.locator(".kh-past li").first).to_contain_text("vu sur place")
    expect(page.locator(".kh-past .kh-differ ins").filter(has_text="1998").first).to_be_visible()

    entity = f"/api/entity/{sel.replace(':', '/', 1)}?lang={lang}"
    eventually(lambda: "1998" in str(ask(editable, entity)))
    page.locator('[data-key="show-history"]').click()
    first = page.locator(".kh-sets > li").first
    expect(first).to_contain_text("vu sur place")
    first.locator(".kh-set").click()
    expect(first.locator(".kh-inside")).to_contain_text(name)
    first.locator("[data-key^=undo-set]").click()
    expect(page.locator(".kh-sets > li").first).to_contain_text(t("change.undo"))
    eventually(lambda: "1998" not in str(ask(editable, entity)))
    page.locator('[data-key="trail"] summary').click()
    expect(page.locator(".kh-trail tbody tr").first).to_contain_text("/undo")
    expect(page.locator(".kh-trail tbody tr").first).to_contain_text(t("role.administrator"))


def test_a_point_is_placed_by_pressing_the_map_or_by_typing(visit, editable):
    page = visit(FORM, base=editable)
    canvas = page.locator(".kh-pointmap")
    canvas.locator(".kh-pin.after").wait_for()
    before = page.locator('[data-key="position"]').input_value()
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] * 0.7, "y": box["height"] * 0.3})
    expect(page.locator('[data-key="position"]')).not_to_have_value(before)
    page.locator('[data-key="position"]').fill("somewhere")
    page.locator('[data-key="position"]').press("Tab")
    expect(page.locator('[data-field="geometry"] .kh-wrong')).to_have_text(
        words("fr")("ui.form.position_form")
    )
    page.locator('[data-key="position"]').fill("35,0721 ; -3,9612")
    page.locator('[data-key="position"]').press("Tab")
    page.locator('[data-key="f-verified"]').fill("2026-11")
    save(page, "GPS")
    expect(
        page.locator(".kh-past .kh-differ ins").filter(has_text="35.07210, -3.96120")
    ).to_be_visible()


def test_the_second_editor_sees_both_versions_and_chooses(visit, editable):
    visit.expects += REFUSALS
    one, two = visit(FORM, base=editable), visit(FORM, base=editable)
    for page, town in ((one, "Al Hoceima"), (two, "Imzouren")):
        page.locator('[data-key="f-verified"]').fill("2026-11-24")
        page.locator('[data-key="f-town"]').fill(town)
    one.locator('[data-key="f-capacity_artisans"]').fill("12")
    save(one, "premier")
    expect(one.locator(".kh-past li").first).to_contain_text("premier")
    save(two, "second")
    clash = two.locator(".kh-clash tbody tr")
    expect(clash).to_have_count(2)
    clash.filter(has_text=words("fr")("form.capacity_artisans")).locator("input").first.check()
    two.locator('[data-key="take"]').click()
    expect(two.locator(".kh-past li").first).to_contain_text("second")
    expect(two.locator('[data-key="f-town"]')).to_have_value("Imzouren")
    expect(two.locator('[data-key="f-capacity_artisans"]')).to_have_value("12")
    assert [re.sub(r".* · ", "", text) for text in past(two)][:2] == ["second", "premier"]
    two.locator("[data-key^=restore-]").last.click()
    expect(two.locator('[data-key="f-town"]')).to_have_value("Tamassint")


def test_a_new_record_is_found_on_the_map_and_can_be_removed(visit, editable):
    page = visit("/donnees?book=records", base=editable, size=PHONE)
    page.locator('[data-key="new"]').click()
    page.locator(".kh-form").wait_for()
    page.locator('[data-key="f-name"]').fill("Zarbia <b>Zürich</b>")
    for name, value in (
        ("kind", "importer_wholesaler"),
        ("country", "CH"),
        ("precision", "country"),
        ("provenance", "published"),
    ):
        page.locator(f'[data-key="f-{name}"]').select_option(value)
    page.locator('[data-key="f-verified"]').fill("2026")
    page.locator(".kh-source-line input").first.fill("Salon de Zürich")
    save(page, "rencontré au salon")
    expect(page.locator(".kh-form-head h2")).to_have_text("Zarbia <b>Zürich</b>")
    eventually(lambda: ask(editable, "/api/records/buyers?q=zarbia")["total"] == 1)
    page.locator('[data-key="reason"]').fill("doublon")
    page.locator('[data-key="remove"]').click()
    expect(page.locator(".kh-form-head p")).to_have_text(words("fr")("ui.form.removed"))
    eventually(lambda: ask(editable, "/api/records/buyers?q=zarbia")["total"] == 0)


def test_a_reader_is_told_what_it_takes(visit, serve):
    visit.expects += REFUSALS
    page = visit(FORM + "&lang=ar", base=serve(KHARITA_ROLE="reader"))
    expect(page.locator(".kh-sheet .kh-notice")).to_have_text(words("ar")("access.needs_editor"))
