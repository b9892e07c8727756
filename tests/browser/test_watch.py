"""The watch room in a real browser: reading, the chain on the map, publishing in two languages."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from geo.i18n.words import words
from tests.browser.journeys import PHONE, frame, view_of

NOTE = """# {title}

12 mars 2026. Les exportations de tapis vers l'Allemagne ont progressé de 12 % en 2025, \
selon {word}.
Limala commande des tapis à Taznakht.
"""


def chain(page, report, proof=""):
    """Wait until the map draws the chain of a report."""
    frame(page).locator(f'html[data-chain="{report}|{proof}"]').wait_for(state="attached")


def test_opening_a_report_draws_its_chain_and_arrows_walk_it(visit):
    page = visit("/veille")
    page.locator('[data-key="card-R-2024-05"]').click()
    chain(page, "R-2024-05")
    assert view_of(page)["sel"] == "report:R-2024-05"
    lines = frame(page).locator("path.kh-line")
    assert lines.count() > 5
    page.locator('[data-step="1"]').click()
    chain(page, "R-2024-05", "1")
    page.keyboard.press("ArrowDown")
    chain(page, "R-2024-05", "2")
    expect(page.locator('[data-step="2"]')).to_be_focused()
    quoted = page.locator(".kh-chain li.on blockquote p").first.inner_text()
    expect(page.locator(".kh-text .kh-pointed").first).to_have_text(quoted)
    expect(frame(page).locator(".kh-proof-label b").first).to_have_text("Myrocco")
    page.keyboard.press("Home")
    chain(page, "R-2024-05", "1")
    page.go_back()
    chain(page, "R-2024-05", "2")


def test_an_address_restores_report_step_and_search(visit):
    page = visit(
        "/veille?q=imitation&sel=report:R-2024-05&proof=3&report_kind=concurrence", fresh=True
    )
    chain(page, "R-2024-05", "3")
    expect(page.locator(".kh-chain li.on")).to_have_class(re.compile("site"))
    expect(page.locator(".kh-reports mark").first).to_be_visible()
    expect(page.locator('[data-key="kind-concurrence"]')).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_cards_follow_every_filter_without_python(visit, lang):
    page = visit(f"/veille?lang={lang}")
    expect(page.locator(".kh-wcard")).to_have_count(30)
    page.locator('[data-key="kind-salon"]').click()
    expect(page.locator(".kh-wcard")).to_have_count(5)
    page.locator('.kh-menu[data-field="market"] summary').click()
    page.locator('.kh-menu [data-value="DE"]').check()
    page.wait_for_selector('.kh-reports[data-filters*="market=DE"]')
    count = page.locator(".kh-wcard").count()
    assert 0 < count <= 5 and view_of(page)["market"] == "DE"


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_a_file_is_published_and_drawn(visit, lang):
    page = visit(f"/veille?lang={lang}", fresh=True)
    page.locator(".kh-drop").wait_for()
    title = {"fr": "Tapis <b>en</b> Allemagne", "ar": "الزرابي في ألمانيا"}[lang]
    page.locator('.kh-publish input[type="file"]').set_input_files(
        files=[
            {
                "name": "note.md",
                "mimeType": "text/markdown",
                "buffer": NOTE.format(title="Note", word=lang).encode(),
            }
        ]
    )
    page.locator('[data-proposal="buyer:limala-de"]').wait_for()
    expect(page.locator('[data-proposal="market:DE"]')).to_be_checked()
    page.locator('.kh-publish input[type="text"]').first.fill(title)
    page.locator("[data-titles] summary").click()
    page.locator("[data-title=en]").fill("Carpets in Germany")
    town = page.locator('[data-correct="town:Taznakht"]')
    page.locator(".kh-proposals", has=town).locator("summary").click()
    town.fill("Tazarine")
    town.press("Tab")
    page.locator("[data-signals] summary").click()
    page.locator('[data-signal="DE|tapis_tissage"]').select_option("-" if lang == "ar" else "+")
    page.locator(".kh-publish .kh-primary").click()
    page.wait_for_function("() => location.search.includes('sel=report:I-2026-')")
    id_ = view_of(page)["sel"].removeprefix("report:")
    chain(page, id_)
    expect(page.locator("#kh-read-title")).to_have_text(title)
    expect(page.locator(f'[data-report="{id_}"] h2')).to_have_text(title)
    assert frame(page).locator("path.kh-line").count() >= 2
    expect(page.locator(".kh-wfacts")).to_contain_text("Tazarine")
    expect(page.locator(".kh-signals li").first).to_contain_text(words(lang)("signal.editor"))
    with page.expect_download() as saved:
        page.locator(f'a[href="/watch/original/{id_}"]').click()
    assert saved.value.suggested_filename == "note.md"
    page.locator('[data-key="back"]').click()
    page.locator('.kh-publish input[type="file"]').set_input_files(
        files=[
            {
                "name": "again.md",
                "mimeType": "text/markdown",
                "buffer": NOTE.format(title="Note", word=lang).encode(),
            }
        ]
    )
    expect(page.locator(".kh-publish .kh-failed")).to_contain_text(id_)


def test_a_reading_list_keeps_its_order(visit):
    page = visit("/veille?sel=report:R-2024-05")
    page.locator('[data-key="list"]').click()
    page.locator('[data-key="card-R-2024-06"]').click()
    chain(page, "R-2024-06")
    page.locator('[data-key="list"]').click()
    expect(page.locator('[data-key="list"]')).to_have_attribute("aria-pressed", "true")
    page.locator('[data-key="back"]').click()
    page.locator('[data-key="up-R-2024-06"]').click()
    assert "ids=R-2024-06%2CR-2024-05" in page.locator(".kh-list-part a").get_attribute("href")


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_nothing_is_wider_than_a_phone(visit, lang):
    page = visit(f"/veille?lang={lang}&sel=report:R-2024-05&proof=2", size=PHONE)
    chain(page, "R-2024-05", "2")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
