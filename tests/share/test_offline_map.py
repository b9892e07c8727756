"""The offline file in Chromium, with every request refused."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from geo.explore.api.fairs import matching_fairs
from geo.model.records import LANGUAGES
from geo.model.view import ViewState
from geo.query.engine import Query
from geo.share.export.export_columns import export_of
from geo.share.offline_map import MAX_BYTES, html_of
from tests.render.scenes import BASE, DAY, HOSTILE, VIEWS, scene

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def opened(browser, tmp_path):
    """Open a file; at the end nothing was asked of a network and nothing broke."""
    problems: list[str] = []
    pages: list[Page] = []

    def opening(content: bytes) -> Page:
        path = tmp_path / "kharita.html"
        path.write_bytes(content)
        page = browser.new_context(offline=True, viewport={"width": 1280, "height": 860}).new_page()
        pages.append(page)
        page.on("pageerror", lambda e: problems.append(str(e)))
        page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
        page.on("dialog", lambda d: (problems.append("dialog"), d.dismiss()))

        def guard(route):
            if route.request.url != path.as_uri() and not route.request.url.startswith("data:"):
                problems.append(route.request.url)
                route.abort()
            else:
                route.continue_()

        page.route("**/*", guard)
        page.goto(path.as_uri())
        page.locator("#map[data-drawn]").wait_for()
        return page

    yield opening
    for page in pages:
        page.context.close()
    assert problems == []


def file_of(query: Query, name: str, lang: str, title: str = "") -> bytes:
    view = ViewState(lang=lang, **VIEWS[name])
    return html_of(
        scene(query, name, lang, title=title), export_of(query, view, base=BASE, today=DAY)
    )


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", sorted(VIEWS))
def test_file_is_light(query, name, lang):
    assert len(file_of(query, name, lang)) < MAX_BYTES


@pytest.mark.parametrize("lang", LANGUAGES)
def test_popups_open_and_the_map_moves(query, opened, lang):
    page = opened(file_of(query, "germany", lang))
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if lang == "ar" else "ltr")
    page.locator('.mark[data-n="1"]').first.click()
    expect(page.locator(".popup h3")).not_to_be_empty()
    page.keyboard.press("Escape")
    expect(page.locator(".popup")).to_have_count(0)
    drawn = page.locator("#map").get_attribute("data-drawn")
    page.locator(".controls button").first.click()
    expect(page.locator("#map")).not_to_have_attribute("data-drawn", drawn)


def test_every_placed_record_is_in_one_mark(query, opened):
    view = ViewState(**VIEWS["world"])
    page = opened(file_of(query, "world", "fr"))
    total = page.evaluate(
        "[...document.querySelectorAll('.mark[data-n]')].reduce((s, m) => s + +m.dataset.n, 0)"
    )
    assert total == len(export_of(query, view).placed)


def test_fairs_travel_with_the_file_when_their_layer_is_on(query, opened):
    view = ViewState(**VIEWS["germany"])
    export = export_of(query, view.with_(layers=("buyers", "fairs")), base=BASE, today=DAY)
    page = opened(html_of(scene(query, "germany", "fr"), export))
    fairs = matching_fairs(query, view)
    page.get_by_role("button", name=f"Salons ({len(fairs)})").click()
    expect(page.locator("tbody tr")).to_have_count(len(fairs))
    page.locator("tbody tr").first.click()
    expect(page.locator(".popup h3")).to_have_text(fairs[0].name)
    total = page.evaluate(
        "[...document.querySelectorAll('.mark[data-n]')].reduce((s, m) => s + +m.dataset.n, 0)"
    )
    assert total <= len(export.placed) + sum(f.lon_lat is not None for f in fairs)


def test_clusters_open_by_mouse_and_keyboard(query, opened):
    page = opened(file_of(query, "germany", "fr"))
    before = page.locator("#map").get_attribute("data-drawn")
    page.locator('.mark[data-n="2"]').first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function(
        """before => document.querySelector('.popup')
            || document.querySelector('#map').dataset.drawn !== before""",
        arg=before,
    )


def test_table_equals_the_query_and_filters_by_text(query, opened):
    view = ViewState(**VIEWS["germany"])
    page = opened(file_of(query, "germany", "fr"))
    assert page.locator("tbody tr").count() == query.counts(view)["buyers"]
    page.get_by_role("searchbox").fill("LIMALA berlin")
    expect(page.locator("tbody tr")).to_have_count(1)
    page.locator("tbody tr").click()
    expect(page.locator(".popup h3")).to_contain_text("Limala")
    page.get_by_role("searchbox").fill("zzzz")
    expect(page.locator("tbody tr")).to_have_text(["Aucune fiche."])


def test_markup_in_title_and_data_stays_text(query, opened, catalogue):
    evil = "</script><img src=x onerror=alert(1)><!--<script>"
    buyers = tuple(replace(b, name=f"{evil} {b.id}", city=HOSTILE[0]) for b in catalogue.buyers)
    page = opened(file_of(Query(replace(catalogue, buyers=buyers)), "germany", "fr", title=evil))
    expect(page.locator("h1")).to_have_text(evil)
    assert page.locator("img").count() == 0
    page.locator("tbody tr").first.click()
    expect(page.locator(".popup h3")).to_contain_text("onerror=alert(1)")
