"""The Markets page in a real browser, in French and in Arabic; nothing may leave the machine."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from icalendar import Calendar
from playwright.sync_api import Page, expect

from geo.i18n.words import words
from geo.model.criteria import KEYS
from tests.browser.journeys import PHONE, view_of

SECTIONS = ("rank", "baro", "compare", "gap", "make", "mission", "support", "list", "method")
both = pytest.mark.parametrize("lang", ["fr", "ar"])


@pytest.fixture
def visit(visit: Callable[..., Page]) -> Callable[..., Page]:
    """Open the Markets page; at the end, nothing left the machine and nothing broke."""

    def opening(query: str, **options) -> Page:
        page = visit(f"/marches?{query}", **options)
        page.wait_for_selector(".kh-markets[data-shown]")
        return page

    opening.expects = visit.expects
    return opening


@both
def test_the_ranking_shows_34_markets_and_explains_the_one_that_is_chosen(visit, lang):
    page = visit(f"v=1&lang={lang}")
    t = words(lang)
    expect(page.locator("tr[data-market]")).to_have_count(34)
    page.click("[data-key=rank-DE]")
    why = page.locator("[data-why=DE]")
    expect(why).to_contain_text(t.country("DE"))
    expect(why.locator("li[data-criterion]")).to_have_count(7)
    expect(why.locator("[data-criterion=demand]")).to_contain_text(t("how.unpublished"))
    expect(why.locator("[data-criterion=gdp]")).to_contain_text("2019")
    assert view_of(page)["sel"] == "market:DE"
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.kh-markets')).direction") == t.dir
    )
    page.go_back()
    expect(why).to_have_count(0)


@both
def test_a_slider_changes_the_address_the_shares_and_the_order_without_python(visit, lang):
    page = visit(f"v=1&lang={lang}")
    before = page.locator("tr[data-market]").evaluate_all("rows => rows.map(r => r.dataset.market)")
    runs = page.evaluate("document.querySelectorAll('.stApp').length")
    page.locator("[data-criterion=gdp_head]").first.fill("100")
    page.wait_for_url(re.compile(r"weights="))
    assert "gdp_head.100" in view_of(page)["weights"]
    page.wait_for_function(
        "(before) => JSON.stringify([...document.querySelectorAll('tr[data-market]')].map(r => "
        "r.dataset.market)) !== before",
        arg=str(before).replace("'", '"').replace(" ", ""),
    )
    assert runs == 1
    page.reload()
    page.wait_for_selector(".kh-weights input")
    assert page.locator("[data-criterion=gdp_head]").first.input_value() == "100"


def test_a_preset_is_one_step_back(visit):
    page = visit("v=1")
    page.click("[data-key=preset-access]")
    expect(page.locator("[data-key=preset-access]")).to_have_attribute("aria-pressed", "true")
    page.go_back()
    expect(page.locator("[data-key=preset-balanced]")).to_have_attribute("aria-pressed", "true")


@both
def test_all_weights_zero_is_one_sentence(visit, lang):
    page = visit(f"v=1&lang={lang}&weights={','.join(f'{k}.0' for k in KEYS)}")
    expect(page.locator(".kh-markets .kh-notice").first).to_have_text(words(lang)("rank.zero"))


@both
def test_the_market_page_tells_everything_and_leads_on(visit, lang):
    page = visit(f"v=1&lang={lang}&sel=market:FR")
    t = words(lang)
    article = page.locator("[data-page=FR]")
    for key in (
        "figures",
        "buyers_kind",
        "buyers_city",
        "crafts",
        "rules",
        "fairs",
        "reports",
        "sites",
        "neighbours",
    ):
        expect(article.locator(f"[data-section={key}] h3")).to_contain_text(t(f"marketpage.{key}"))
    assert article.locator("[data-section=figures] a[href^=http]").count() >= 5
    article.locator("[data-section=neighbours] button").first.click()
    expect(article).to_have_count(0)
    assert view_of(page)["sel"].startswith("market:")


@both
def test_the_panel_of_the_map_and_the_page_of_a_market_lead_to_each_other(visit, lang):
    page = visit(f"v=1&lang={lang}&craft=zellige&sel=market:FR")
    page.click("[data-key=to-map]")
    page.locator(".kh-card [data-key=to-markets]").click()
    page.wait_for_selector('[data-page="FR"]')
    assert view_of(page) == {
        "v": "1",
        **({"lang": lang} if lang != "fr" else {}),
        "market": "FR",
        "craft": "zellige",
        "sel": "market:FR",
    }


@both
def test_two_markets_are_compared_with_the_reason(visit, lang):
    page = visit(f"v=1&lang={lang}&show=compare&compare=FR,US")
    t = words(lang)
    expect(page.locator(".kh-compared th[data-market]")).to_have_text(
        [t.country("US"), t.country("FR")]
    )
    expect(page.locator(".kh-because p")).to_have_count(1)
    expect(page.locator(".kh-because")).to_contain_text(t("criterion.gdp"))
    page.select_option("[data-key=add-market]", "DE")
    expect(page.locator(".kh-compared th[data-market]")).to_have_count(3)
    assert view_of(page)["compare"] == "FR,US,DE"


@both
def test_a_cell_of_the_matrix_opens_the_map_on_its_pair(visit, lang):
    page = visit(f"v=1&lang={lang}&show=gap")
    cell = page.locator("[data-cell=DE-tapis_tissage]")
    expect(cell).to_have_attribute("aria-label", re.compile(words(lang)("craft.tapis_tissage")))
    buyers = int(cell.locator("b").inner_text())
    cell.click()
    page.wait_for_selector(".kh-rows[data-filters]")
    view = view_of(page)
    assert (
        urlsplit(page.url).path == "/"
        and (view["market"], view["craft"]) == ("DE", "tapis_tissage")
        and "show" not in view
    )
    expect(
        page.locator(".kh-rows tr[data-sel] td:first-child:not(:has(.kh-tag-demo))")
    ).to_have_count(buyers)
    page.go_back()
    page.wait_for_selector("[data-cell=DE-tapis_tissage]")
    page.locator("[data-reports]").first.click()
    chip = page.locator(".kh-chips [data-report]").first
    id_ = chip.get_attribute("data-report")
    chip.click()
    page.wait_for_selector(f'.kh-wcard.on[data-report="{id_}"]')
    assert urlsplit(page.url).path == "/veille"


@both
def test_the_barometer_draws_lines_a_map_with_no_data_and_every_source(visit, lang):
    page = visit(f"v=1&lang={lang}&show=baro")
    t = words(lang)
    expect(page.locator(".kh-trend")).to_be_visible()
    expect(page.locator(".kh-land.blank")).not_to_have_count(0)
    expect(page.locator(".kh-worldmap .kh-legend")).to_contain_text(t("baro.no_data"))
    assert (
        page.locator("[data-statement] a[href^=http]").count()
        == page.locator("[data-statement]").count()
        > 50
    )
    assert page.locator(".kh-trend").get_attribute("aria-label")
    page.select_option("[data-key=window]", "01-07")
    expect(page.locator(".kh-markets .kh-notice")).to_contain_text(
        t("baro.part_year", window="")[:12].strip()
    )
    page.click("[data-key=measure-share_pct]")
    expect(page.locator("[data-key=measure-share_pct]")).to_have_attribute("aria-pressed", "true")


@both
def test_a_craft_leaves_only_its_own_figures_on_the_map(visit, lang):
    page = visit(f"v=1&lang={lang}&show=baro&craft=poterie_ceramique")
    t = words(lang)
    expect(page.locator(".kh-worldmap .kh-legend")).to_contain_text(t("baro.no_pair"))
    assert page.locator(".kh-land[data-iso2]:not(.blank)").evaluate_all(
        "nodes => nodes.map((n) => n.dataset.iso2)"
    ) == ["US"]


@pytest.mark.parametrize(
    ("lang", "text"),
    [
        ("fr", "Nous cherchons 200 tapis de Fès pour l’Allemagne avant mars 2027"),
        ("ar", "نريد 200 زربية من فاس إلى ألمانيا قبل مارس 2027"),
    ],
)
def test_a_request_becomes_terms_that_can_be_taken_away(visit, lang, text):
    page = visit(f"v=1&lang={lang}&show=make")
    page.fill("[data-key=request]", text)
    page.click("[data-key=understand]")
    for code in (
        "craft:tapis_tissage",
        "quantity:200",
        "place:03.231",
        "market:DE",
        "date:2027-03",
    ):
        expect(page.locator(f'[data-term="{code}"]')).to_be_visible()
    first = page.locator("[data-site]").first
    expect(first).to_contain_text(words(lang)("ui.make.why"))
    page.click('[data-key="term-craft:tapis_tissage"]')
    expect(page.locator("[data-site]")).to_have_count(0)
    expect(page.locator(".kh-section")).to_contain_text(words(lang)("supply.unsaid.craft"))


@both
def test_a_request_and_its_terms_come_back_with_their_link(visit, lang):
    page = visit(f"v=1&lang={lang}&show=make")
    page.fill("[data-key=request]", "200 tapis pour l’Allemagne")
    page.click("[data-key=understand]")
    page.wait_for_url(re.compile("request=200"))
    page.click('[data-key="term-market:DE"]')
    page.wait_for_url(re.compile("terms="))
    again = visit(urlsplit(page.url).query)
    expect(again.locator("[data-key=request]")).to_have_value("200 tapis pour l’Allemagne")
    expect(again.locator('[data-term="craft:tapis_tissage"]')).to_be_visible()
    expect(again.locator('[data-term="market:DE"]')).to_have_count(0)
    # Too long for an address: kept on the page, its terms in the link, and it is said.
    again.fill("[data-key=request]", "200 tapis pour l’Allemagne. " + "Merci de votre aide. " * 30)
    again.click("[data-key=understand]")
    expect(again.locator(".kh-section .kh-notice")).to_have_text(words(lang)("ui.make.not_in_link"))
    expect(again.locator('[data-term="market:DE"]')).to_be_visible()
    assert "request=" not in again.url and "terms=" in again.url
    expect(again.locator("[data-key=request]")).to_have_value(re.compile("Merci"))


def test_a_request_is_text_and_never_markup(visit):
    page = visit("v=1&show=make")
    page.fill("[data-key=add-word]", "<img src=x onerror=alert(1)>")
    page.press("[data-key=add-word]", "Enter")
    expect(page.locator("[data-term]")).to_contain_text("<img src=x")
    expect(page.locator(".kh-terms img")).to_have_count(0)


@both
def test_a_mission_is_saved_as_a_calendar(visit, lang):
    page = visit(f"v=1&lang={lang}&show=mission&sel=market:FR")
    expect(page.locator(".kh-day")).to_have_count(3)
    with page.expect_download() as saved:
        page.click("[data-key=ics]")
    assert saved.value.suggested_filename == "kharita-mission-FR.ics"
    with open(saved.value.path(), encoding="utf-8-sig") as file:
        events = Calendar.from_ical(file.read()).walk("VEVENT")
    assert len(events) == page.locator(".kh-stop").count()
    page.select_option("[data-key=mission-days]", "1")
    expect(page.locator(".kh-day")).to_have_count(1)
    page.fill("[data-key=mission-start]", "2027-03-01")
    page.wait_for_url(re.compile("start=2027-03-01"))
    page.reload()
    expect(page.locator("[data-key=mission-start]")).to_have_value("2027-03-01")


@both
def test_the_support_desk_answers_with_rule_and_source(visit, lang):
    page = visit(f"v=1&lang={lang}&show=support")
    t = words(lang)
    page.fill("[data-key=turnover]", "1,5")
    page.click("[data-key=check]")
    pact = page.locator("[data-verdict=pact]")
    expect(pact).to_contain_text(t("support.why.newly"))
    expect(pact).to_contain_text("S05")
    expect(page.locator(".kh-months h4").first).to_be_visible()
    page.locator(".kh-helper select").first.select_option("company")
    page.wait_for_url(re.compile("turnover=1,5&legal=company"))
    page.reload()
    expect(page.locator("[data-key=turnover]")).to_have_value("1,5")
    expect(pact).to_contain_text(t("support.why.newly"))


def test_a_turnover_that_is_no_number_is_said_and_the_page_stays(visit):
    page = visit("v=1&show=support")
    visit.expects.append("400 (Bad Request)")
    page.fill("[data-key=turnover]", "beaucoup")
    page.click("[data-key=check]")
    expect(page.locator(".kh-section > .kh-failed")).to_be_visible()
    expect(page.locator("[data-verdict=pact]")).to_be_visible()


@both
def test_a_star_with_a_note_outlives_a_reload_and_is_exported(visit, lang):
    page = visit(f"v=1&lang={lang}&sel=market:FR")
    page.click('[data-star="market:FR"]')
    page.click("[data-key=show-list]")
    page.fill('[data-key="note-market:FR"]', "=1+1, rappeler")
    page.press('[data-key="note-market:FR"]', "Tab")
    page.reload()
    note = page.locator('[data-key="note-market:FR"]')
    expect(note).to_have_value("=1+1, rappeler")
    with page.expect_download() as saved:
        page.click("[data-key=star-csv]")
    with open(saved.value.path(), encoding="utf-8-sig") as file:
        assert '"\'=1+1, rappeler"' in file.read()
    page.click('[data-key="unstar-market:FR"]')
    expect(note).to_have_count(0)


@both
def test_a_shared_shortlist_is_proposed_and_never_written_over(visit, lang):
    page = visit(f"v=1&lang={lang}&sel=market:FR")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click('[data-star="market:FR"]')
    page.click("[data-key=show-list]")
    page.click("[data-key=star-link]")
    expect(page.locator("[data-key=star-link]")).to_have_text(words(lang)("ui.star.copied"))
    shared = page.evaluate("navigator.clipboard.readText()")
    assert parse_qs(urlsplit(shared).query)["stars"] == ["m:FR"]
    page.fill('[data-key="note-market:FR"]', "rappeler")
    page.press('[data-key="note-market:FR"]', "Tab")
    page.goto(shared.replace("m:FR", "m:FR,m:DE,s:gone"))
    expect(page.locator("[data-shared]")).to_have_count(2)
    expect(page.locator('[data-key="note-market:DE"]')).to_have_count(0)
    page.click("[data-key=take-stars]")
    expect(page.locator('[data-key="note-market:DE"]')).to_be_visible()
    expect(page.locator('[data-key="note-market:FR"]')).to_have_value("rappeler")
    expect(page.locator("[data-shared]")).to_have_count(0)


@both
def test_the_method_is_the_code_s_own_table(visit, lang):
    page = visit(f"v=1&lang={lang}&show=method")
    expect(page.locator("tr[data-criterion]")).to_have_count(len(KEYS))
    expect(page.locator(".kh-rules")).to_contain_text(words(lang)("rank.reading.not_itc"))


@both
@pytest.mark.parametrize("show", SECTIONS)
def test_no_section_is_wider_than_a_phone(visit, show, lang):
    page = visit(f"v=1&lang={lang}&show={show}&sel=market:FR&compare=FR,DE,US", size=PHONE)
    page.wait_for_selector(f".kh-section[data-show={show}]")
    wide = page.evaluate(
        "[...document.querySelectorAll('[data-testid=stMain], .kh-section')].map(n => "
        "n.scrollWidth - n.clientWidth)"
    )
    assert max(wide) <= 1, wide


def test_a_tab_is_reached_with_the_arrows(visit):
    page = visit("v=1")
    page.focus("[data-key=show-rank]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_selector(".kh-section[data-show=baro]")
    assert view_of(page)["show"] == "baro"


def test_an_answer_that_fails_leaves_the_tabs_and_can_be_asked_again(visit):
    page = visit("v=1", own=True)
    visit.expects.append("500 (Internal")
    page.route(
        "**/api/markets/gap*",
        lambda route: route.fulfill(status=500, body="<html>", content_type="text/html"),
    )
    page.click("[data-key=show-gap]")
    expect(page.locator(".kh-section > .kh-failed")).to_be_visible()
    page.unroute("**/api/markets/gap*")
    page.click(".kh-section > .kh-failed button")
    expect(page.locator("[data-cell=DE-zellige]")).to_be_visible()


@both
def test_the_brief_prints_without_the_ranking(visit, lang):
    page = visit(f"v=1&lang={lang}&sel=market:FR")
    page.emulate_media(media="print")
    expect(page.locator(".kh-ranked")).to_be_hidden()
    expect(page.locator("[data-page=FR]")).to_be_visible()


@both
def test_both_axes_are_drawn_side_by_side_and_a_dot_explains_its_market(visit, lang):
    page = visit(f"v=1&lang={lang}")
    expect(page.locator("[data-dot]")).to_have_count(
        page.locator("tr[data-market]:not(.unranked)").count()
    )
    page.locator("[data-dot=US]").click()
    expect(page.locator("[data-why=US]")).to_contain_text(words(lang).country("US"))


@both
def test_a_brief_is_a_file_with_the_weights_in_use(visit, lang):
    page = visit(f"v=1&lang={lang}&sel=market:FR&weights=demand.85")
    link = page.locator('[data-key="file-FR/brief.pdf"]')
    assert "weights=demand.85" in link.get_attribute("href") and (
        lang == "fr" or f"lang={lang}" in link.get_attribute("href")
    )
    with page.expect_download() as saved:
        link.click()
    with open(saved.value.path(), "rb") as file:
        assert file.read(5) == b"%PDF-"
