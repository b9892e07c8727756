"""The Share page and the meeting in a real browser."""
from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.visits import PHONE, check, frame, shows, view_of


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
    page.wait_for_function("(b) => document.querySelector('.kh-preview img').getAttribute('src') !== b", arg=before)
    asked = parse_qs(urlsplit(page.locator(".kh-preview img").get_attribute("src")).query)
    assert asked["title"] == ["Tapis <b>&</b> Berlin"] and asked["market"] == ["DE"] and asked["size"] == ["540p"]
    check(page, "craft", "zellige")
    expect(page.locator(".kh-preview img")).to_have_attribute("src", re.compile("craft=zellige"))
    expect(page.locator(".kh-sharing .kh-field input")).to_have_value("Tapis <b>&</b> Berlin")
    drawn(page)


def test_every_file_comes_with_the_view_and_a_name(visit, app):
    page = visit("/partager?market=DE&craft=tapis_tissage")
    page.wait_for_selector(".kh-file")
    addresses = page.locator(".kh-file").evaluate_all("all => all.map((a) => a.getAttribute('href'))")
    endings = [re.match(r"/(?:snapshot|export|brief)\.(\w+)\?", a)[1] for a in addresses]
    assert endings == ["png"] * 4 + ["pptx", "pdf", "pdf", "html", "svg"] + [
        "xlsx", "csv", "geojson", "gpkg", "kmz", "gpx", "vcf"] + ["pdf"]
    for address, ending in zip(addresses, endings):
        if ending in ("csv", "svg", "xlsx"):
            answer = page.request.get(app + address)
            assert answer.ok and f".{ending}" in answer.headers["content-disposition"], address


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
    page = visit("/partager")
    for kept in ("{", "[]", '{"scenes": 3}', '{"scenes": [{"title": 5, "notes": "x"}, null]}'):
        page.evaluate("(kept) => localStorage.setItem('kharita.meeting', kept)", kept)
        page.reload()
        expect(page.locator(".kh-meeting h2")).to_be_visible()


def test_inside_another_page_the_map_stands_alone(visit):
    page = visit("/?market=DE&embed=1")
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
