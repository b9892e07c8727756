"""The map page in a real browser, with every request that leaves the machine refused."""

from __future__ import annotations

import json
import re
import shutil
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from geo.core.paths import DATA_DIR
from geo.i18n.words import words
from tests.browser.journeys import (
    ONE_PIXEL,
    PHONE,
    ask,
    check,
    drawn,
    figure,
    frame,
    idle,
    painted,
    shows,
    view_of,
)


def test_two_clicks_to_the_carpet_buyers_of_germany(visit, app):
    page = visit()
    check(page, "market", "DE")
    shows(page, "market=DE")
    check(page, "craft", "tapis_tissage")
    shows(page, "market=DE&craft=tapis_tissage")
    expected = ask(app, "/api/facets?market=DE&craft=tapis_tissage")["counts"]
    assert figure(page, "buyers") == expected["buyers"] > 0
    assert page.locator(".kh-rows tbody tr").count() == min(24, expected["buyers"])
    assert view_of(page)["market"] == "DE" and view_of(page)["craft"] == "tapis_tissage"


def test_a_filter_never_remounts_the_map_nor_moves_it(visit):
    page = visit("/?at=3,44,4")
    inside = frame(page).locator("html")
    inside.evaluate("() => { window.same = true; }")
    page.locator(".kh-facets h2").click()  # from the reader's first act on, what they see holds
    corner = """() => { const c = map.getBounds().getNorthWest();
      return [c.lng, c.lat, map.getZoom()]; }"""
    before = inside.evaluate(corner)
    check(page, "market", "FR")
    shows(page, "market=FR")
    assert inside.evaluate("() => window.same") is True
    assert inside.evaluate(corner) == pytest.approx(before, abs=ONE_PIXEL)


def test_everything_placed_is_drawn_once(visit, app):
    page = visit("/?market=DE,FR,ES&at=3,44,3", fresh=True)
    counts = ask(app, "/api/layers/buyers?bbox=-180,-85,180,85&zoom=3&market=DE,FR,ES")
    total = sum(f["properties"].get("n", 1) for f in counts["features"])
    assert drawn(page)["buyer"] == total > 10


def test_a_mark_a_row_and_a_report_open_the_same_panel(visit):
    page = visit("/?market=DE")
    row = page.locator('.kh-rows tr[data-sel="buyer:limala-de"]')
    row.click()
    expect(page.locator(".kh-card h2")).to_contain_text("Limala")
    expect(row).to_have_attribute("aria-selected", "true")
    assert view_of(page)["sel"] == "buyer:limala-de"
    frame(page).locator("html").evaluate("""() => new Promise((done) => {
        const seek = () => { let hit = false; window.kharita.eachLayer((m) => {
          hit ||= m.selected; });
          hit ? done() : requestAnimationFrame(seek); }; seek(); })""")
    page.locator('.kh-card [data-section="reports"] button').first.click()
    expect(page.locator(".kh-card [data-section=notes]")).to_be_visible()
    assert view_of(page)["sel"].startswith("report:")
    page.go_back()
    expect(page.locator(".kh-card h2")).to_contain_text("Limala")


def test_a_click_on_a_mark_selects_it(visit):
    page = visit("/?market=DE&at=13.4,52.5,9")
    where = (
        frame(page)
        .locator("html")
        .evaluate("""() => new Promise((done) => {
        const seek = () => { let hit = null;
          window.kharita.eachLayer((m) => { if (m.properties.class === 'buyer') hit = m; });
          if (!hit) return requestAnimationFrame(seek);
          const p = map.latLngToContainerPoint(hit.getLatLng()); done([p.x, p.y, hit.id]); };
            seek(); })""")
    )
    frame(page).locator("#map_div").click(position={"x": where[0], "y": where[1]})
    if where[2]:
        page.wait_for_url(re.compile("sel=buyer"))
    else:
        frame(page).locator(".kh-list li button").first.click()
        page.wait_for_url(re.compile("sel=buyer"))
    expect(page.locator(".kh-card [data-section=suppliers]")).to_be_visible()


def test_buyers_without_a_city_are_a_tag_that_lists_them(visit, app):
    page = visit("/?market=DE&at=10,51,6")
    tag = frame(page).locator(".kh-tag").first
    expect(tag).to_contain_text("sans ville")
    tag.click()
    wanted = ask(app, "/api/rows/buyers?market=DE&unlocated=1")["total"]
    expect(frame(page).locator(".kh-list li")).to_have_count(wanted)
    frame(page).locator(".kh-list li button").first.click()
    page.wait_for_url(re.compile("sel=buyer"))


def test_choosing_a_report_narrows_everything(visit, app):
    page = visit("/?sel=report:R-2024-06")
    page.locator(".kh-card [data-key=filter]").click()
    shows(page, "report=R-2024-06")
    expected = ask(app, "/api/facets?report=R-2024-06")["counts"]
    assert {k: figure(page, k) for k in expected} == expected
    assert expected["reports"] == 1


def test_chips_blame_and_back(visit):
    page = visit("/?market=LU&buyer=museum_shop")
    blame = page.locator(".kh-blame")
    expect(blame).to_be_visible()
    blame.get_by_role("button").click()
    expect(blame).to_have_count(0)
    page.go_back()
    expect(blame).to_be_visible()
    page.locator(".kh-chip button").first.click()
    expect(page.locator(".kh-chip")).to_have_count(1)


def test_the_demo_switch_hides_every_generated_record(visit, app):
    page = visit()
    page.locator(".kh-demo input").click()
    shows(page, "origin=published,imported")
    assert figure(page, "buyers") == ask(app, "/api/facets?origin=published")["counts"]["buyers"]
    expect(page.locator(".kh-tag-demo")).to_have_count(0)


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_a_tolerated_age_narrows_everything_and_is_said(visit, app, lang):
    page = visit(f"/?lang={lang}")
    slider = page.locator("[data-key=fresh]")
    slider.focus()
    page.keyboard.press("Home")
    for _ in range(2):
        page.keyboard.press("ArrowLeft" if lang == "ar" else "ArrowRight")
    page.wait_for_url(re.compile("fresh=2y"))
    painted(page)
    counts = ask(app, f"/api/facets?lang={lang}&fresh=2y")["counts"]
    expect(page.locator('[data-figure="buyers"] b')).to_have_text(str(counts["buyers"]))
    assert 0 < counts["buyers"] < 52
    page.locator(".kh-said [data-key=chip-fresh-2y]").click()
    expect(page.locator('[data-figure="buyers"] b')).to_have_text("228")
    page.goto(f"{app}/?lang={lang}&sel=buyer:abc-carpet-home-us")
    expect(page.locator(".kh-card dl")).to_contain_text(words(lang)("fact.age"))


def test_search_folds_accents_and_knows_synonyms(visit):
    page = visit()
    page.locator(".kh-search input").fill("Fez")
    page.keyboard.press("Enter")
    shows(page, "q=Fez")
    page.locator('.kh-rows [data-key="tab-sites"]').click()
    expect(page.locator(".kh-rows tbody")).to_contain_text("Fès")


def test_layer_switches_and_camera_are_in_the_address(visit):
    page = visit()
    frame(page).locator(".kh-legend label").nth(1).click()
    page.wait_for_url(re.compile("layers=buyers,maisons|layers=buyers%2Cmaisons"))
    frame(page).locator('html[data-painted="|buyers,maisons"]').wait_for(state="attached")
    assert drawn(page)["site"] == 0
    frame(page).locator(".leaflet-control-zoom-in").click()
    page.wait_for_url(re.compile("at="))
    lon, lat, zoom = map(float, view_of(page)["at"].split(","))
    page.reload()
    painted(page)
    camera = (
        frame(page)
        .locator("html")
        .evaluate("() => [map.getCenter().lng, map.getCenter().lat, map.getZoom()]")
    )
    assert camera == pytest.approx([lon, lat, zoom], abs=ONE_PIXEL)


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_fairs_are_a_layer_a_list_and_a_panel_with_a_calendar(visit, app, lang):
    page = visit(f"/?lang={lang}&market=FR")
    assert drawn(page)["fair"] == 0
    frame(page).locator(".kh-legend label").nth(3).click()
    page.wait_for_url(re.compile("layers=buyers,sites,maisons,fairs"))
    frame(page).locator('html[data-painted$="|buyers,sites,maisons,fairs"]').wait_for(
        state="attached"
    )
    rows = ask(app, f"/api/rows/fairs?lang={lang}&market=FR&limit=200")["rows"]
    assert drawn(page)["fair"] == sum(r["lon"] is not None for r in rows) > 3
    page.locator('[data-tab="fairs"]').click()
    page.locator(f'tr[data-sel="{rows[0]["sel"]}"]').click()
    with page.expect_download() as download:
        page.locator('.kh-card [data-key="calendar"]').click()
    assert download.value.suggested_filename.endswith(".ics")
    # A click on the marks of Paris lists its editions, each of which opens its panel.
    page.locator('.kh-card [data-key="close"]').click()
    frame(page).locator("html").evaluate("""() => {
        const all = []; window.kharita.eachLayer((m) => m.properties.class === "fair" &&
          m.properties.n === 4 && all.push(m));
        window.kharita._click({ propagatedFrom: all[0], originalEvent: new Event("click"),
          type: "click" }); }""")
    listed = frame(page).locator(".kh-list li button")
    listed.first.wait_for()
    assert listed.count() == 4
    listed.first.press("Enter")
    page.wait_for_url(re.compile("sel=fair:"))


def test_a_language_changes_direction_and_keeps_the_view(visit):
    page = visit("/?market=DE")
    page.locator('.kh-langs [lang="ar"]').click()
    page.wait_for_url(re.compile("lang=ar"))
    expect(page.locator("html")).to_have_attribute("data-kh-dir", "rtl")
    expect(page.locator(".kh-chip")).to_contain_text("ألمانيا")
    direction = page.locator('[data-testid="stMain"]').evaluate(
        "n => getComputedStyle(n).direction"
    )
    assert direction == "rtl" and view_of(page)["market"] == "DE"
    expect(frame(page).locator(".kh-legend")).to_have_attribute("dir", "rtl")


@pytest.mark.parametrize("lang", ["fr", "ar", "en"])
def test_navigation_keeps_the_view(visit, lang):
    page = visit(f"/?lang={lang}&market=DE")
    page.locator('[data-testid="stTopNavLink"]').nth(1).click()
    page.wait_for_url(re.compile("/marches.*market=DE"))
    expect(page.locator(".kh-chip")).to_have_count(1)
    assert view_of(page)["market"] == "DE"


def test_a_bad_address_is_said_and_harmless(visit):
    page = visit("/?market=ZZ&lang=fr&at=oops", fresh=True)
    expect(page.locator(".kh-notice").first).to_contain_text("ZZ")
    assert figure(page, "buyers") == 228


def test_online_tiles_switch_themselves_off(visit):
    visit.expects_outside = True
    page = visit(own=True)
    frame(page).locator(".kh-legend label").last.click()
    expect(frame(page).locator(".kh-note")).to_be_visible()
    expect(frame(page).locator(".kh-legend label input").last).not_to_be_checked()
    assert visit.outside and all("openstreetmap" in url for url in visit.outside)


def test_a_lost_network_keeps_what_was_drawn_and_offers_to_retry(visit):
    page = visit("/?at=3,44,4", own=True)
    before = drawn(page)
    page.context.route("**/api/layers/**", lambda route: route.abort())
    frame(page).locator(".leaflet-control-zoom-in").click()
    expect(frame(page).locator(".kh-alarm").first).to_be_visible()
    assert sum(drawn(page).values()) == sum(before.values())


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_on_a_phone_the_record_is_a_sheet_and_nothing_is_wider_than_the_screen(visit, lang):
    page = visit(f"/?lang={lang}&market=DE&sel=buyer:limala-de", size=PHONE, fresh=True)
    sheet = page.locator(".st-key-kh-dock")
    expect(sheet).to_be_visible()
    box = sheet.bounding_box()
    assert box["y"] > 300 and box["width"] == pytest.approx(400, abs=2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.locator(".kh-close").click()
    expect(sheet).to_be_hidden()


def test_hostile_text_is_shown_as_text(visit, serve, tmp_path):
    hostile = '<img src=x onerror="window.top.hit=1">${window.top.hit=2}</script>'
    (tmp_path / "sources").mkdir()
    for path in DATA_DIR.glob("*.*json"):
        shutil.copy(path, tmp_path / path.name)
    for name_ in ("synonyms.csv", "communes.csv"):
        shutil.copy(DATA_DIR / "sources" / name_, tmp_path / "sources")
    content = json.loads((tmp_path / "buyers.geojson").read_text("utf-8"))
    found = next(f for f in content["features"] if f["id"] == "limala-de")
    found["properties"] |= {"name": hostile, "relation_fr": hostile, "city": hostile}
    (tmp_path / "buyers.geojson").write_text(json.dumps(content), "utf-8")
    base = serve(KHARITA_STORE=f"files:{tmp_path}")
    page = visit("/?market=DE&sel=buyer:limala-de&at=13.4,52.5,12", base=base)
    expect(page.locator(".kh-card h2")).to_contain_text("<img src=x")
    assert page.evaluate("window.hit") is None


def test_each_act_is_one_entry_of_the_history_and_the_address_stays_readable(visit):
    page = visit(own=True)  # a history of its own: the browser keeps fifty entries
    entries = page.evaluate("history.length")
    for turn, (field, value) in enumerate(
        (("market", "DE"), ("market", "FR"), ("craft", "zellige")), 1
    ):
        check(page, field, value)
        page.wait_for_selector(f'.kh-said[data-filters*="{value}"]')
        idle(page)
        assert page.evaluate("history.length") == entries + turn
    assert urlsplit(page.url).query == "v=1&market=DE,FR&craft=zellige"
    page.go_back()
    shows(page, "market=DE,FR")


def test_a_text_with_signs_is_one_entry_too(visit):
    page = visit(own=True)
    entries = page.evaluate("history.length")
    page.locator(".kh-search input").fill("tapis & kilims (fès) *~'!")
    page.keyboard.press("Enter")
    page.wait_for_selector('.kh-said[data-filters^="q="]')
    idle(page)
    assert page.evaluate("history.length") == entries + 1
    assert view_of(page)["q"] == "tapis & kilims (fès) *~'!"


def test_camera_and_filters_survive_a_tour_of_the_pages(visit):
    page = visit()
    check(page, "market", "DE")
    shows(page, "market=DE")
    frame(page).locator(".leaflet-control-zoom-in").click()
    page.wait_for_url(re.compile("at="))
    camera = view_of(page)["at"]
    links = page.locator('[data-testid="stTopNavLink"]')
    links.nth(1).click()
    page.wait_for_url(re.compile("/marches.*market=DE"))
    expect(page.locator(".kh-markets[data-shown]")).to_be_visible()
    links.nth(0).click()
    page.wait_for_url(lambda url: urlsplit(url).path == "/" and "market=DE" in url)
    painted(page)
    assert view_of(page)["at"] == camera
    assert frame(page).locator("html").evaluate("() => map.getZoom()") == float(
        camera.split(",")[2]
    )


def test_filters_work_while_the_server_session_is_gone(visit):
    """The pages lose their websocket; what the map shows does not need it."""
    page = visit(own=True)
    page.context.route_web_socket(re.compile("_stcore/stream"), lambda ws: ws.close())
    page.evaluate("() => window.kharita.sync = () => {}")
    check(page, "market", "DE")
    shows(page, "market=DE")


def test_what_python_draws_follows_the_language_and_back(visit):
    page = visit("/?market=DE")
    page.locator('[data-testid="stTopNavLink"]').nth(5).click()
    heading = page.get_by_test_id("stMain").get_by_role("heading").first
    expect(heading).to_have_text("Données")
    page.locator('.kh-langs [lang="en"]').click()
    expect(heading).to_have_text("Data")
    page.go_back()
    expect(heading).to_have_text("Données")
    page.go_back()
    painted(page)
    assert view_of(page) == {"market": "DE"}
