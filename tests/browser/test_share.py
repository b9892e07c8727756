"""The Share page and the meeting in a real browser."""

from __future__ import annotations

import re
import zipfile
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.journeys import PHONE, check, frame, painted, shows, view_of


def drawn(page):
    """Wait until the preview is there."""
    page.wait_for_function("""() => { const img = document.querySelector('.kh-preview img');
        return img?.complete && img.naturalWidth > 0 && !img.hidden; }""")


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
def test_the_preview_follows_filters_and_title(visit, lang):
    page = visit(f"/partager?lang={lang}&market=DE")
    drawn(page)
    before = page.locator(".kh-preview img").get_attribute("src")
    page.locator(".kh-sharing .kh-field input").fill("Tapis <b>&</b> Berlin")
    page.wait_for_function(
        "(b) => document.querySelector('.kh-preview img').getAttribute('src') !== b", arg=before
    )
    parameters = parse_qs(urlsplit(page.locator(".kh-preview img").get_attribute("src")).query)
    assert (
        parameters["title"] == ["Tapis <b>&</b> Berlin"]
        and parameters["market"] == ["DE"]
        and parameters["size"] == ["540p"]
    )
    check(page, "craft", "zellige")
    expect(page.locator(".kh-preview img")).to_have_attribute("src", re.compile("craft=zellige"))
    expect(page.locator(".kh-sharing .kh-field input")).to_have_value("Tapis <b>&</b> Berlin")
    drawn(page)


def test_every_file_comes_with_the_view_and_a_name(visit, app):
    page = visit("/partager?market=DE&craft=tapis_tissage")
    page.wait_for_selector(".kh-file")
    addresses = page.locator(".kh-file").evaluate_all(
        "all => all.map((a) => a.getAttribute('href'))"
    )
    endings = [re.match(r"/(?:snapshot|export|brief)\.(\w+)\?", a)[1] for a in addresses]
    assert endings == ["png"] * 4 + ["pptx", "pdf", "pdf", "html", "svg"] + [
        "xlsx",
        "csv",
        "geojson",
        "gpkg",
        "kmz",
        "gpx",
        "vcf",
    ] + ["pdf"]
    for address, ending in zip(addresses, endings):
        if ending in ("csv", "svg", "xlsx"):
            answer = page.request.get(app + address)
            assert answer.ok and f".{ending}" in answer.headers["content-disposition"], address


def test_a_short_link_reopens_the_view_and_says_whether_it_changed(visit, app):
    page = visit("/partager?market=DE", permissions=["clipboard-read", "clipboard-write"])
    page.locator(".kh-sharing .kh-field input").fill("Réunion du lundi")
    page.locator('[data-key="short"]').click()
    code = page.locator(".kh-recent code").inner_text()
    assert page.evaluate("navigator.clipboard.readText()") == f"{app}/s/{code}"
    page.goto(f"{app}/s/{code}")
    painted(page)
    reminder = page.locator(".kh-shared")
    expect(reminder).to_contain_text("Réunion du lundi")
    expect(reminder).to_contain_text("rien n’a changé depuis")
    reminder.get_by_role("button", name="Comparer").click()
    expect(page.locator(".kh-compare figcaption")).to_have_count(2)
    page.wait_for_function(
        "() => [...document.querySelectorAll('.kh-two img')].every((i) => i.complete && "
        "i.naturalWidth > 0)"
    )
    expect(page.locator(".kh-compare")).to_contain_text("mêmes fiches")
    page.locator(".kh-shared [data-key=dismiss]").click()
    expect(page.locator(".kh-compare > *")).to_have_count(0)
    assert "shared" not in view_of(page) and view_of(page)["market"] == "DE"


def test_a_code_nobody_made_is_said_in_a_sentence(visit, app):
    page = visit("/partager?shared=ZZZZ9999")
    expect(page.locator(".kh-compare .kh-failed")).to_be_visible()


def test_an_atlas_shows_its_progress_and_comes_as_one_file(visit):
    page = visit("/partager?market=DE,FR")
    page.locator('[data-key="atlas-market"]').click()
    with page.expect_download() as download:
        page.locator(".kh-atlas .kh-file").click()
    content = download.value.path().read_bytes()
    assert content.startswith(b"%PDF") and len(PdfReader(download.value.path()).pages) == 2


def test_an_atlas_can_be_given_up(visit):
    page = visit("/partager")
    page.locator('[data-key="atlas-market"]').click()
    expect(page.locator(".kh-atlas progress")).to_be_visible()
    page.locator(".kh-atlas .kh-link").click()
    expect(page.locator('[data-key="atlas-market"]')).to_be_visible()


@pytest.mark.parametrize("kind", ["docx", "pptx"])
def test_a_meeting_ends_with_its_minutes(visit, kind):
    page = visit("/?market=DE")
    page.locator(".kh-scene").click()
    page.locator('[data-testid="stTopNavLink"]').nth(4).click()
    with page.expect_download() as download:
        page.locator(f'[data-key="minutes-{kind}"]').click()
    assert download.value.suggested_filename == f"kharita.{kind}"
    with zipfile.ZipFile(download.value.path()) as file:
        assert file.testzip() is None
        parts = [
            n
            for n in file.namelist()
            if re.fullmatch(r"word/document\.xml|ppt/slides/slide\d+\.xml", n)
        ]
        assert any("Allemagne" in file.read(n).decode() for n in parts)


def test_scenes_are_kept_ordered_and_presented_with_the_keyboard(visit):
    page = visit("/?market=DE")
    page.locator(".kh-scene").click()
    check(page, "market", "DE")
    check(page, "market", "FR")
    shows(page, "market=FR")
    page.locator(".kh-scene").click()
    page.locator('[data-testid="stTopNavLink"]').nth(4).click()
    names = page.locator(".kh-scenes input")
    expect(names).to_have_count(2)
    names.nth(0).fill("Le marché allemand")
    names.nth(0).blur()
    page.locator(".kh-scenes li").nth(0).locator('[data-key^="ui.meet.down"]').click()
    expect(names.nth(1)).to_have_value("Le marché allemand")
    page.locator('[data-key="present"]').click()
    bar = page.locator(".kh-present")
    expect(bar.locator("h1")).to_have_text("France")
    shows(page, "market=FR")
    expect(page.locator(".kh-facets")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(bar.locator("h1")).to_have_text("Le marché allemand")
    shows(page, "market=DE")
    page.keyboard.press("n")
    notes = bar.locator(".kh-notes")
    expect(notes.locator("select option")).to_have_text(["La scène entière", "Allemagne"])
    notes.locator("textarea").fill("Appeler <Limala>")
    notes.locator("button[type=submit]").click()
    expect(bar.locator(".kh-notes li")).to_contain_text("Allemagne · Appeler <Limala>")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(bar).to_have_count(0)
    expect(page.locator(".kh-facets")).to_be_visible()


def test_presenting_needs_no_network_beyond_what_is_drawn(visit):
    page = visit("/?market=DE")
    page.locator(".kh-scene").click()
    page.locator('[data-testid="stTopNavLink"]').nth(4).click()
    page.locator('[data-key="present"]').click()
    expect(page.locator(".kh-present h1")).to_have_text("Allemagne")
    page.reload()
    expect(page.locator(".kh-present h1")).to_have_text("Allemagne")
    assert visit.outside == []


def test_what_the_browser_kept_may_be_anything(visit):
    page = visit("/partager", fresh=True)
    for kept in ("{", "[]", '{"scenes": 3}', '{"scenes": [{"title": 5, "notes": "x"}, null]}'):
        page.evaluate("(kept) => localStorage.setItem('kharita.meeting', kept)", kept)
        page.reload()
        expect(page.locator(".kh-meeting h2")).to_be_visible()


def test_inside_another_page_the_map_stands_alone(visit):
    page = visit("/?market=DE&embed=1", fresh=True)
    for part in (".kh-said", ".kh-facets", ".kh-rows", ".kh-search", '[data-testid="stHeader"]'):
        expect(page.locator(part)).to_be_hidden()
    box = page.locator(".st-key-kh-map").bounding_box()
    assert (box["x"], box["y"], box["width"]) == (0, 0, 1440) and box["height"] == 900
    assert "embed" not in page.locator(".kh-open-whole").get_attribute("href")


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_on_a_phone_nothing_is_wider_than_the_screen(visit, lang):
    page = visit(f"/partager?lang={lang}&market=DE", size=PHONE)
    page.wait_for_selector(".kh-file")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    assert view_of(page)["lang" if lang == "ar" else "market"] in ("ar", "DE")
    assert frame(page) is not None
