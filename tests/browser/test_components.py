"""The table and the panel alone, in a real browser, on answers chosen to be awkward."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser import samples
from tests.browser.component_page import Stage, refusal


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1000, "height": 1040}, locale="fr-FR")
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    yield page
    page.close()


@pytest.fixture
def stage(page: Page) -> Iterator[Stage]:
    stage = Stage(page)
    stage.answers = {
        "/api/facets": samples.facets(),
        "/api/rows/": samples.many(60),
        "/api/entity/buyer": samples.entity(),
        "/api/entity/overview": samples.overview(),
    }
    yield stage
    assert stage.problems == []


def asked_rows(stage: Stage) -> list[str]:
    return [a for a in stage.requested if a.startswith("/api/rows/")]


def table_row(page: Page, sel: str):
    return page.locator(f'tr[data-sel="{sel}"]')


# --- table ------------------------------------------------------------------------------


def test_tabs_carry_counts_and_ask_for_their_collection(stage: Stage, page: Page) -> None:
    stage.show("explore/table")
    tabs = page.get_by_role("tab")
    expect(tabs).to_have_text(["Acheteurs228", "Sites190", "Maisons110", "Rapports30", "Salons"])
    expect(tabs.nth(0)).to_have_attribute("aria-selected", "true")
    tabs.nth(0).click()
    tabs.nth(2).click()
    assert stage.intents() == [{"op": "set", "field": "tab", "value": "maisons"}]


def test_arrows_move_between_tabs_in_reading_direction(stage: Stage, page: Page) -> None:
    stage.show("explore/table", lang="ar")
    page.get_by_role("tab").nth(0).focus()
    page.keyboard.press("ArrowLeft")
    expect(page.get_by_role("tab").nth(1)).to_be_focused()


def test_text_of_rows_is_never_markup(stage: Stage, page: Page) -> None:
    hostile = samples.row(1, samples.HOSTILE, named=True, demo=True)
    hostile["cells"] = [{"text": samples.HOSTILE, "sub": samples.HOSTILE} for _ in hostile["cells"]]
    answer = samples.rows([hostile], text=samples.HOSTILE)
    answer["columns"][1]["label"] = samples.HOSTILE
    stage.answers["/api/rows/"] = answer
    stage.show("explore/table")
    expect(page.locator("tr[data-sel] .kh-name")).to_have_text(samples.HOSTILE)
    expect(page.locator("th").nth(1)).to_have_text(samples.HOSTILE)
    assert page.locator(".kh-rows :is(img, script)").count() == 0
    assert page.evaluate("window.hit") is None


def test_hostile_empty_text_and_error_are_text(stage: Stage, page: Page) -> None:
    stage.answers["/api/rows/"] = {**samples.rows([]), "empty": samples.HOSTILE}
    stage.show("explore/table")
    expect(page.locator(".kh-rows .kh-empty")).to_have_text(samples.HOSTILE)
    stage.answers["/api/rows/"] = refusal(400, samples.HOSTILE)
    stage.show("explore/table", filters="v=1&market=DE")
    expect(page.get_by_role("alert").locator("span")).to_have_text(samples.HOSTILE)
    assert page.evaluate("window.hit") is None


def test_click_or_enter_on_a_row_selects_it(stage: Stage, page: Page) -> None:
    stage.show("explore/table")
    table_row(page, "buyer:b3").click()
    expect(table_row(page, "buyer:b3")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(table_row(page, "buyer:b4")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(table_row(page, "buyer:b2")).to_be_focused()
    page.keyboard.press("Enter")
    assert stage.intents() == [
        {"op": "set", "field": "sel", "value": f"buyer:{b}"} for b in ("b3", "b2")
    ]


def test_the_rows_are_one_stop_of_the_tab_key(stage: Stage, page: Page) -> None:
    stage.show("explore/table", sel="buyer:b2")
    expect(page.locator('tr[data-sel][tabindex="0"]')).to_have_attribute("data-sel", "buyer:b2")
    assert page.locator('tr[data-sel][tabindex="0"]').count() == 1


def test_a_heading_sorts_both_ways_then_gives_up_sorting(stage: Stage, page: Page) -> None:
    stage.show("explore/table")
    heading = page.get_by_role("columnheader", name="Nom")
    seen = []
    for _ in range(3):
        heading.get_by_role("button").click()
        expect(page.locator(".kh-rows")).not_to_have_attribute("aria-busy", "true")
        seen.append(heading.get_attribute("aria-sort"))
    assert seen == ["ascending", "descending", "none"]
    assert [a.split("?")[1] for a in asked_rows(stage)] == [
        "v=1&limit=24",
        "v=1&sort=name&limit=24",
        "v=1&sort=-name&limit=24",
    ]
    page.get_by_role("columnheader", name="Depuis").get_by_role("button").click()
    expect(page.get_by_role("columnheader", name="Depuis")).to_have_attribute(
        "aria-sort", "descending"
    )
    assert stage.intents() == []


def test_sorting_still_works_after_a_selection(stage: Stage, page: Page) -> None:
    stage.show("explore/table")
    expect(table_row(page, "buyer:b0")).to_be_visible()
    stage.show("explore/table", sel="buyer:b1")
    page.get_by_role("columnheader", name="Nom").get_by_role("button").click()
    expect(page.get_by_role("columnheader", name="Nom")).to_have_attribute("aria-sort", "ascending")


def test_selecting_asks_for_no_rows(stage: Stage, page: Page) -> None:
    stage.show("explore/table")
    expect(table_row(page, "buyer:b0")).to_be_visible()
    stage.show("explore/table", sel="buyer:b1")
    expect(table_row(page, "buyer:b1")).to_have_attribute("aria-selected", "true")
    assert len(asked_rows(stage)) == 1


def test_old_rows_stay_until_the_new_ones_are_there(stage: Stage, page: Page) -> None:
    stage.show("explore/table")
    expect(table_row(page, "buyer:b0")).to_be_visible()
    stage.answers["/api/rows/buyers?v=1&market=DE"] = samples.rows([samples.row(900, "Limala")])
    stage.hold("market=DE&limit")
    stage.show("explore/table", filters="v=1&market=DE")
    expect(page.locator(".kh-rows")).to_have_attribute("aria-busy", "true")
    expect(page.locator(".kh-rows.waiting")).to_be_visible()  # only once the wait is felt
    expect(table_row(page, "buyer:b0")).to_be_visible()
    stage.release("market=DE&limit")
    expect(page.locator("tr[data-sel]")).to_have_count(1)
    expect(page.locator(".kh-rows.waiting")).to_have_count(0)


def test_a_late_answer_of_an_older_view_is_dropped(stage: Stage, page: Page) -> None:
    stage.answers["/api/rows/buyers?v=1&market=DE"] = samples.rows([samples.row(1, "ancienne")])
    stage.answers["/api/rows/buyers?v=1&market=FR"] = samples.rows([samples.row(2, "nouvelle")])
    stage.hold("market=DE&limit")
    stage.show("explore/table", filters="v=1&market=DE")
    stage.show("explore/table", filters="v=1&market=FR")
    expect(page.locator(".kh-name")).to_have_text(["nouvelle"])
    with page.expect_response("**/api/rows/buyers?v=1&market=DE*") as late:
        stage.release("market=DE&limit")
    late.value.finished()
    page.evaluate("new Promise(requestAnimationFrame)")
    expect(page.locator(".kh-name")).to_have_text(["nouvelle"])


def test_scrolling_down_brings_the_next_page_and_keeps_the_headings(
    stage: Stage, page: Page
) -> None:
    stage.show("explore/table")
    expect(page.locator("tr[data-sel]")).to_have_count(24)
    page.locator(".kh-scroll").evaluate("node => node.scrollTop = node.scrollHeight")
    expect(page.locator("tr[data-sel]")).to_have_count(48)
    page.locator(".kh-scroll").evaluate("node => node.scrollTop = node.scrollHeight")
    expect(page.locator("tr[data-sel]")).to_have_count(60)
    expect(page.locator(".kh-more")).to_have_count(0)
    top = page.evaluate(
        "document.querySelector('thead').getBoundingClientRect().top"
        " - document.querySelector('.kh-scroll').getBoundingClientRect().top"
    )
    heading = page.evaluate(
        "document.querySelector('th').getBoundingClientRect().top"
        " - document.querySelector('.kh-scroll').getBoundingClientRect().top"
    )
    assert top < -1000 and abs(heading) < 1


NEXT = "/api/rows/buyers?v=1&limit=24&offset=24"


def test_the_down_arrow_goes_on_into_the_next_page(stage: Stage, page: Page) -> None:
    stage.show("explore/table")
    stage.hold(NEXT)
    table_row(page, "buyer:b0").focus()
    page.keyboard.press("End")
    expect(table_row(page, "buyer:b23")).to_be_focused()
    page.keyboard.press("ArrowDown")
    stage.release(NEXT)
    expect(table_row(page, "buyer:b24")).to_be_focused()


def test_standing_on_the_button_loads_nothing_until_it_is_pressed(stage: Stage, page: Page) -> None:
    stage.show("explore/table")
    table_row(page, "buyer:b0").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".kh-more")).to_be_focused()
    expect(page.locator(".kh-more")).to_be_in_viewport()
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert NEXT not in stage.requested
    page.keyboard.press("Enter")
    expect(table_row(page, "buyer:b24")).to_be_focused()


def test_a_page_that_arrives_late_does_not_take_the_focus(stage: Stage, page: Page) -> None:
    stage.show("explore/table")
    stage.hold(NEXT)
    page.locator(".kh-more").focus()
    with page.expect_request(f"**{NEXT}"):
        page.keyboard.press("Enter")
    table_row(page, "buyer:b3").focus()
    stage.release(NEXT)
    expect(table_row(page, "buyer:b24")).to_be_attached()
    expect(table_row(page, "buyer:b3")).to_be_focused()


def test_a_page_that_fails_offers_to_try_again(stage: Stage, page: Page) -> None:
    stage.answers["/api/rows/buyers?v=1&limit=24&offset=24"] = refusal(
        503, "Réessayez dans un instant."
    )
    stage.show("explore/table")
    expect(page.locator("tr[data-sel]")).to_have_count(24)
    page.locator(".kh-scroll").evaluate("node => node.scrollTop = node.scrollHeight")
    expect(page.get_by_role("alert")).to_contain_text("Réessayez dans un instant.")
    del stage.answers["/api/rows/buyers?v=1&limit=24&offset=24"]
    page.get_by_role("button", name="Réessayer").click()
    expect(page.locator('tr[data-sel="buyer:b24"]')).to_be_attached()


def test_an_error_is_one_sentence_and_a_way_to_try_again(stage: Stage, page: Page) -> None:
    stage.answers["/api/rows/"] = refusal(500, "Le service ne répond pas.")
    stage.show("explore/table")
    expect(page.get_by_role("alert")).to_contain_text("Le service ne répond pas.")
    expect(page.get_by_role("tab")).to_have_count(5)
    stage.answers["/api/rows/"] = samples.many(3)
    page.get_by_role("button", name="Réessayer").click()
    expect(page.locator("tr[data-sel]")).to_have_count(3)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_rows_of_another_tab_do_not_survive_an_error(stage: Stage, page: Page) -> None:
    stage.show("explore/table")
    expect(table_row(page, "buyer:b0")).to_be_visible()
    stage.answers["/api/rows/sites"] = refusal(500, "Non.")
    stage.show("explore/table", tab="sites")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.locator("tr[data-sel]")).to_have_count(0)
    expect(page.get_by_role("tab", name="Sites")).to_have_attribute("aria-selected", "true")
    stage.show("explore/table", tab="buyers")
    expect(table_row(page, "buyer:b0")).to_be_visible()
    expect(page.get_by_role("alert")).to_have_count(0)


def test_without_counts_the_rows_still_come(stage: Stage, page: Page) -> None:
    stage.answers["/api/facets"] = refusal(500, "Non.")
    stage.show("explore/table")
    expect(table_row(page, "buyer:b0")).to_be_visible()
    expect(page.get_by_role("tab").nth(0)).to_have_text("Acheteurs")


def test_a_selection_made_elsewhere_comes_into_view_and_an_own_one_stays(
    stage: Stage, page: Page
) -> None:
    scroll = "document.querySelector('.kh-scroll').scrollTop"
    stage.show("explore/table")
    expect(table_row(page, "buyer:b0")).to_be_visible()
    stage.show("explore/table", sel="buyer:b20")
    expect(table_row(page, "buyer:b20")).to_be_in_viewport()
    away = page.evaluate(scroll)
    assert away > 0
    own = table_row(page, "buyer:b21")
    own.click()
    page.locator(".kh-scroll").evaluate("node => node.scrollTop = 0")  # gone on before the answer
    stage.show("explore/table", sel="buyer:b21")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    expect(own).to_have_attribute("aria-selected", "true")
    assert page.evaluate(scroll) == 0
    assert page.evaluate("window.scrollY") == 0


def test_the_empty_table_says_why(stage: Stage, page: Page) -> None:
    stage.answers["/api/rows/"] = samples.rows([])
    stage.show("explore/table")
    expect(page.locator(".kh-rows .kh-empty")).to_have_text(
        "Le filtre « Statut : prévu » ne laisse rien."
    )


def test_on_a_phone_rows_are_cards_of_two_lines(stage: Stage, page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 860})
    stage.answers["/api/rows/"] = samples.rows(
        [samples.row(1, samples.LONG, demo=True), samples.row(2)]
    )
    stage.show("explore/table")
    first = table_row(page, "buyer:b1")
    expect(first.locator(".kh-second")).to_be_visible()
    expect(first.locator(".kh-cell").first).to_be_hidden()
    expect(first.locator(".kh-tag-demo")).to_be_visible()
    box = first.bounding_box()
    assert box["width"] <= 400 and 44 <= box["height"] <= 72
    assert page.evaluate("document.documentElement.scrollWidth") <= 400


# --- panel ------------------------------------------------------------------------------

SEL = "buyer:limala"


def test_text_of_the_panel_is_never_markup(stage: Stage, page: Page) -> None:
    h = samples.HOSTILE
    stage.answers["/api/entity/buyer"] = samples.entity(
        title=h,
        subtitle=h,
        lead=h,
        note=h,
        tags=[{"text": h, "tone": "demo"}],
        facts=[{"label": h, "value": h, "href": h}],
        sources=[{"text": h, "href": h, "date": h}],
        sections=[
            {
                "key": "reports",
                "title": h,
                "text": h,
                "empty": h,
                "more": None,
                "rows": [
                    {
                        "sel": "report:R-1",
                        "class": "report",
                        "open": True,
                        "demo": False,
                        "title": h,
                        "sub": h,
                        "why": h,
                    }
                ],
            }
        ],
    )
    stage.show("explore/panel", sel=SEL)
    expect(page.locator(".kh-card h2")).to_have_text(h)
    assert page.locator(".kh-card :is(img, script, a)").count() == 0
    assert page.evaluate("window.hit") is None


#: What is no page of the web.
NO_PAGES = (
    "javascript:alert(1)",
    " JavaScript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc/passwd",
    "//evil.example",
    "kurier.at",
    "https://bank.example@evil.example/",
    "https://",
    "",
)


def test_only_pages_of_the_web_become_links(stage: Stage, page: Page) -> None:
    sources = [{"text": f"Source {n}", "href": a, "date": ""} for n, a in enumerate(NO_PAGES)]
    stage.answers["/api/entity/buyer"] = samples.entity(facts=[], sources=sources)
    stage.show("explore/panel", sel=SEL)
    expect(page.locator(".kh-sources li")).to_have_text([source["text"] for source in sources])
    expect(page.locator(".kh-card a")).to_have_count(0)


def test_a_source_opens_beside_the_app(stage: Stage, page: Page) -> None:
    stage.show("explore/panel", sel=SEL)
    link = page.locator(".kh-sources a")
    expect(link).to_have_attribute("href", "https://kurier.at/stil")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_have_attribute("target", "_blank")


def test_the_panel_asks_with_the_filters_and_shows_what_it_got(stage: Stage, page: Page) -> None:
    stage.show("explore/panel", sel=SEL, filters="v=1&market=DE")
    expect(page.locator(".kh-card h2")).to_have_text("Limala")
    assert "/api/entity/buyer/limala?v=1&market=DE" in stage.requested
    expect(page.locator("dt")).to_have_text(
        ["Filières", "Relation depuis", "Site web", "Position", "Vérifié"]
    )
    expect(page.locator('[data-section="suppliers"] .kh-item em')).to_have_text(
        ["Taznakht · en commun : Tapis et tissage", "Fès"]
    )
    expect(page.locator('[data-section="named"]')).to_contain_text("Aucun acheteur")


def test_every_action_of_the_panel_is_one_intent(stage: Stage, page: Page) -> None:
    stage.show("explore/panel", sel=SEL)
    page.locator('[data-section="suppliers"] .kh-item').first.click()
    page.get_by_role("button", name="Voir les 12").click()
    page.get_by_role("button", name="Voir les 76").click()
    page.get_by_role("button", name="Filtrer par : Allemagne").click()
    page.get_by_role("button", name="Fermer la fiche").click()
    assert stage.intents() == [
        {"op": "set", "field": "sel", "value": "site:taznakht"},
        {"op": "set", "field": "tab", "value": "reports"},
        {"op": "put", "value": {"craft": ["tapis_tissage"], "tab": "sites"}},
        {"op": "toggle", "field": "market", "value": "DE"},
        {"op": "set", "field": "sel", "value": ""},
    ]


def test_escape_closes_except_while_writing(stage: Stage, page: Page) -> None:
    stage.show("explore/panel", sel=SEL)
    expect(page.locator(".kh-card h2")).to_have_text("Limala")
    page.locator("#elsewhere").focus()
    page.keyboard.press("Escape")
    assert stage.intents() == []
    page.locator(".kh-card .kh-close").focus()
    page.keyboard.press("Escape")
    assert stage.intents() == [{"op": "set", "field": "sel", "value": ""}]


def test_nothing_selected_is_the_overview_without_a_way_to_close(stage: Stage, page: Page) -> None:
    stage.show("explore/panel")
    expect(page.locator(".kh-card h2")).to_have_text("Vue d’ensemble")
    expect(page.locator(".kh-close")).to_have_count(0)
    page.keyboard.press("Escape")
    assert stage.intents() == []


def test_focus_follows_an_opening_by_keyboard_only_and_comes_back(stage: Stage, page: Page) -> None:
    stage.show("explore/table")
    stage.show("explore/panel")
    table_row(page, "buyer:b1").click()
    stage.show("explore/panel", sel=SEL)
    expect(page.locator(".kh-card h2")).to_have_text("Limala")
    expect(page.locator(".kh-card h2")).not_to_be_focused()
    stage.show("explore/panel")
    expect(page.locator(".kh-card h2")).to_have_text("Vue d’ensemble")
    table_row(page, "buyer:b2").focus()
    page.keyboard.press("Enter")
    stage.show("explore/panel", sel=SEL)
    expect(page.locator(".kh-card h2")).to_be_focused()
    page.keyboard.press("Escape")
    expect(table_row(page, "buyer:b2")).to_be_focused()


def test_old_content_stays_and_dims_only_when_the_wait_is_felt(stage: Stage, page: Page) -> None:
    stage.show("explore/panel")
    expect(page.locator(".kh-card h2")).to_have_text("Vue d’ensemble")
    stage.hold("/api/entity/buyer")
    with page.expect_request("**/api/entity/buyer/**"):
        stage.show("explore/panel", sel=SEL)
    expect(page.locator(".kh-card h2")).to_have_text("Vue d’ensemble")
    expect(page.locator(".kh-card.waiting")).to_be_visible()
    stage.release("/api/entity/buyer")
    expect(page.locator(".kh-card h2")).to_have_text("Limala")
    expect(page.locator(".kh-card.waiting")).to_have_count(0)


def test_content_dims_after_300_ms_and_a_quick_answer_never_does(stage: Stage, page: Page) -> None:
    page.clock.install(time=0)
    page.clock.pause_at(1000)
    stage.hold("/api/entity/buyer")
    dimmed = page.locator(".kh-card.waiting")
    stage.show("explore/panel")
    expect(page.locator(".kh-card h2")).to_have_text("Vue d’ensemble")
    page.clock.run_for(1000)
    expect(dimmed).to_have_count(0)
    with page.expect_request("**/api/entity/buyer/**"):
        stage.show("explore/panel", sel=SEL)
    page.clock.run_for(299)
    expect(dimmed).to_have_count(0)
    page.clock.run_for(2)
    expect(dimmed).to_have_count(1)


def test_a_panel_that_fails_can_be_retried_and_closed(stage: Stage, page: Page) -> None:
    stage.answers["/api/entity/buyer"] = refusal(404, "Cette fiche n’existe pas.")
    stage.show("explore/panel", sel=SEL)
    expect(page.get_by_role("alert")).to_contain_text("Cette fiche n’existe pas.")
    expect(page.get_by_role("button", name="Fermer la fiche")).to_be_visible()
    stage.answers["/api/entity/buyer"] = samples.entity()
    page.get_by_role("button", name="Réessayer").click()
    expect(page.locator(".kh-card h2")).to_have_text("Limala")


def test_arabic_is_laid_out_from_the_right(stage: Stage, page: Page) -> None:
    stage.show("explore/panel", sel=SEL, lang="ar")
    expect(page.locator(".kh-card")).to_have_attribute("dir", "rtl")
    title, close = (
        page.locator(".kh-card h2 > span").bounding_box(),
        page.locator(".kh-close").bounding_box(),
    )
    assert close["x"] < title["x"]


def test_parts_of_a_line_stand_in_reading_order(stage: Stage, page: Page) -> None:
    stage.answers["/api/entity/buyer"] = samples.entity(subtitle="R-2025-09 · 10 دجنبر 2025")
    stage.show("explore/panel", sel=SEL, lang="ar")
    code, date = (page.locator(".kh-over bdi").nth(n).bounding_box() for n in (0, 1))
    assert code["x"] >= date["x"] + date["width"]


def test_on_a_phone_the_handle_gives_the_sheet_more_room(stage: Stage, page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 860})
    stage.show("explore/panel", sel=SEL)
    handle = page.get_by_role("button", name="Agrandir ou réduire la fiche")
    handle.click()
    expect(handle).to_have_attribute("aria-expanded", "true")
    assert page.evaluate("document.body.dataset.khSheet") == "tall"
    pull_down(page, handle)
    expect(handle).to_have_attribute("aria-expanded", "false")
    assert stage.intents() == []
    pull_down(page, handle)
    assert stage.intents() == [{"op": "set", "field": "sel", "value": ""}]


def pull_down(page: Page, handle) -> None:
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + 100)
    page.mouse.up()
