"""The Locate page in a real browser: by keyboard, by click, on a phone, in French and Arabic."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from geo.i18n.words import words
from geo.locate import delegate_workbook
from geo.locate.locator import locator
from geo.locate.road_services import MINUTES
from geo.model.records import STATUSES
from geo.places.geocoding import ATTRIBUTION
from tests.browser.journeys import DESKTOP, PHONE, drawn
from tests.locate.test_road_services import KEY, areas, box, matrix
from tests.places.test_geocoding import FOUND, Faults, reply

IMILCHIL = "town:2546187"
SHOWN = """(place) => document.querySelector('.kh-around')?.dataset.place === place
  && document.querySelector('.st-key-kh-map iframe')
    ?.contentDocument?.documentElement?.dataset.located !== undefined"""
both = pytest.mark.parametrize("lang", ["fr", "ar"])
HOSTILE = "<img src=x onerror=window.hit=1>"


@pytest.fixture
def visit(visit: Callable[..., Page]) -> Callable[..., Page]:
    """Open the page; at the end nothing left the machine and nothing broke."""

    def opening(query: str = "", *, place: str = "", **options) -> Page:
        page = visit(f"/localiser?{query}", **options)
        page.wait_for_function(SHOWN, arg=place)
        page.wait_for_selector(
            ".kh-facets[data-filters]", state="attached"
        )  # the filters came, no error in their place
        return page

    opening.expects = visit.expects
    return opening


def field(page: Page):
    return page.get_by_role("combobox").first


def address(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def chosen(page: Page, place: str) -> None:
    page.wait_for_function(SHOWN, arg=place)
    assert address(page)["place"] == [place]


@pytest.mark.parametrize(
    ("lang", "typed", "name", "near"),
    [
        ("fr", "imilshil", "Imilchil", "Les 5 plus proches"),
        ("ar", "املشيل", "إملشيل", "أقرب 5 مرافق"),
    ],
)
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_place_is_found_by_keyboard_alone(visit, lang, typed, name, near, size):
    page = visit(f"lang={lang}", size=size)
    field(page).focus()
    page.keyboard.type(typed)
    expect(page.locator(".kh-places li").first).to_contain_text(name)
    page.keyboard.press("ArrowDown")
    expect(field(page)).to_have_attribute("aria-activedescendant", "kh-place-0")
    page.keyboard.press("Enter")
    chosen(page, IMILCHIL)
    expect(page.locator(".kh-around h2")).to_have_text(name)
    expect(page.locator(".kh-around h3").first).to_contain_text(near)
    expect(page.locator(".kh-stop")).to_have_count(5)
    expect(page.locator(".kh-places")).to_be_hidden()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.kh-place') !== null")
    page.go_back()
    page.wait_for_function(SHOWN, arg="")
    expect(field(page)).to_have_value("")


def test_enter_alone_takes_only_what_is_certain(visit):
    page = visit()
    field(page).fill("Tazarine")
    field(page).press("Enter")
    expect(page.locator(".kh-places li")).to_have_count(2)
    assert "place" not in address(page)
    expect(page.locator(".kh-place-note")).to_contain_text("Plusieurs lieux")
    texts = page.locator(".kh-places li").all_inner_texts()
    assert any("Zagora" in t for t in texts) and any(
        "Taza" in t.split("province", 1)[1] for t in texts
    )
    field(page).fill("Ouarzazate")
    field(page).press("Enter")
    chosen(page, "town:2540850")


def test_swapped_coordinates_are_offered_the_other_way(visit):
    page = visit()
    field(page).fill("-7.99, 31.63")
    expect(page.locator(".kh-places li").first).to_contain_text("Marrakech")
    expect(page.locator(".kh-place-note")).to_contain_text("hors du Maroc")
    page.locator(".kh-places li").first.click()
    chosen(page, "-7.99000,31.63000")


def test_a_position_abroad_says_so_and_offers_a_way_back(visit):
    page = visit("place=31.63,-7.99", place="31.63,-7.99")
    expect(page.locator(".kh-alert")).to_contain_text("hors du Maroc")
    page.locator(".kh-alert button").first.click()
    chosen(page, "-7.99000,31.63000")


def test_what_is_typed_stays_text(visit):
    page = visit()
    field(page).fill(HOSTILE)
    expect(page.locator(".kh-place-note")).to_contain_text(HOSTILE)
    assert page.evaluate("window.hit") is None


def test_a_click_on_the_map_is_a_place(visit):
    page = visit()
    frame = next(f for f in page.frames if "/component/" in f.url)
    frame.evaluate("() => { window.kharita._map.fire('click', {latlng: L.latLng(32.16, -5.63)}); }")
    chosen(page, "-5.63000,32.16000")
    expect(page.locator(".kh-around .kh-under")).to_contain_text("Midelt")
    assert frame.evaluate("document.querySelectorAll('.kh-pin').length") == 1


def test_the_position_of_the_device_is_a_place(visit):
    page = visit(permissions=["geolocation"], geolocation={"longitude": -5.0, "latitude": 34.03})
    page.get_by_role("button", name="Ma position").click()
    chosen(page, "-5.00000,34.03000")
    expect(page.locator(".kh-stop").first).to_contain_text(re.compile("Fès"))


def test_a_refused_position_is_said(visit):
    page = visit()
    page.get_by_role("button", name="Ma position").click()
    expect(page.locator(".kh-place-note")).to_contain_text("autorisez-la")


def test_the_address_restores_everything_and_the_list_is_sorted(visit):
    page = visit(
        f"place={IMILCHIL}&km=100&nearest=10&craft=tapis_tissage", place=IMILCHIL, fresh=True
    )
    expect(page.locator(".kh-stop")).to_have_count(10)
    metres = [
        float(t.replace("\u202f", "").replace("\xa0", " ").split()[0].replace(",", "."))
        for t in page.locator(".kh-stop b.kh-away").all_inner_texts()
    ]
    assert metres == sorted(metres)
    expect(page.locator("input[name=kh-km][value='100']")).to_be_checked()
    expect(page.locator("select").first).to_have_value("10")


def test_directions_open_elsewhere(visit):
    page = visit(f"place={IMILCHIL}", place=IMILCHIL)
    links = [
        a.get_attribute("href") for a in page.locator(".kh-stop").first.locator(".kh-ways a").all()
    ]
    assert links[0].startswith("geo:3") and "openstreetmap.org/directions" in links[1]
    assert "google.com/maps/dir" in links[2] and "32.15" in links[1] and "origin=32.15" in links[2]


def test_none_within_says_where_the_nearest_is(visit):
    page = visit(f"place={IMILCHIL}&km=10", place=IMILCHIL)
    expect(page.locator(".kh-alert")).to_contain_text("Aucun lieu ouvert à moins de 10 km")
    expect(page.locator(".kh-alert")).to_contain_text("Le plus proche est")


def test_coming_places_can_be_counted_by_keyboard(visit):
    page = visit("craft=zellige")
    gain = page.locator(".kh-gain")
    expect(gain).to_contain_text("ajouteraient")
    before = page.locator(".kh-bars li.on b").first.inner_text()
    page.get_by_role("switch", name="Compter les lieux à venir").focus()
    page.keyboard.press("Space")
    expect(gain).to_have_count(0)
    assert address(page)["coming"] == ["yes"]
    expect(page.locator(".kh-bars li.on b").first).not_to_have_text(before)


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_on_a_phone_the_answer_follows_the_map_and_nothing_sticks_out(visit, lang):
    page = visit(f"place={IMILCHIL}&lang={lang}", place=IMILCHIL, size=PHONE, fresh=True)
    chart, answer, table = (
        page.locator(s).bounding_box() for s in (".st-key-kh-map", ".kh-around", ".kh-cover")
    )
    assert (
        chart["y"] + chart["height"] <= answer["y"] and answer["y"] + answer["height"] <= table["y"]
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    for button in page.locator(".kh-place button:visible").all():
        assert button.bounding_box()["height"] >= 40


def test_rings_lines_and_coverage_are_on_the_map(visit):
    page = visit(f"place={IMILCHIL}", place=IMILCHIL)
    frame = next(f for f in page.frames if "/component/" in f.url)
    counts = frame.evaluate("""() => { const l = window.kharita.locate;
      const polylines = l.rings.getLayers().filter((x) => x instanceof L.Polyline).length;
      return [polylines, l.cover.getLayers().filter((x) => x instanceof L.GeoJSON).length]; }""")
    assert counts == [2 + 5, 75]
    page.get_by_role("radio", name="Masquer").check()
    frame.wait_for_function("window.kharita.locate.cover.getLayers().length === 0")
    page.get_by_role("radio", name="Régions").check()
    frame.wait_for_function(
        "window.kharita.locate.cover.getLayers().filter((x) => x instanceof L.GeoJSON).length "
        "=== 12"
    )


def sited(page: Page) -> list[str]:
    """Wait for the final answer of the address; the codes of the proposed communes."""
    page.wait_for_function("""() => {
      const sited = document.querySelector('.kh-cover')?.dataset.sited;
      return sited && sited === document.querySelector('.kh-cover').dataset.query; }""")
    return [n.get_attribute("data-code") for n in page.locator(".kh-next li").all()]


def test_new_sites_are_proposed_pinned_and_forbidden_by_keyboard(visit):
    page = visit("craft=zellige")
    page.get_by_role("tab", name="Où implanter").click()
    page.get_by_label("Nouveaux lieux").select_option("3")
    page.wait_for_selector(".kh-next li")
    codes = sited(page)
    assert len(codes) == 3 and address(page)["new"] == ["3"]
    frame = next(f for f in page.frames if "/component/" in f.url)
    frame.wait_for_function("document.querySelectorAll('.kh-proposed').length === 3")
    page.locator(f"[data-key='ban-{codes[0]}']").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f".kh-next li[data-code='{codes[0]}']", state="detached")
    others = sited(page)
    assert codes[0] not in others and address(page)["ban"] == [codes[0]]
    page.locator(f"[data-key='pin-{others[1]}']").focus()
    page.keyboard.press("Space")
    expect(page.locator(f"[data-key='pin-{others[1]}']")).to_have_attribute("aria-pressed", "true")
    assert sited(page)[0] == others[1]


def test_a_dragged_site_is_pinned_where_it_was_dropped(visit):
    page = visit("craft=zellige&new=2")
    page.wait_for_selector(".kh-next li")
    codes = sited(page)
    frame = next(f for f in page.frames if "/component/" in f.url)
    frame.wait_for_function("window.kharita.locate.plan.getLayers().length === 2")
    frame.evaluate("""() => { const m = window.kharita.locate.plan.getLayers()[0];
      m.setLatLng([32.15309, -5.62453]); m.fire('dragend'); }""")
    page.wait_for_selector(".kh-next li[data-code='08.363.15.07']")
    assert address(page)["pin"] == ["08.363.15.07"] and codes[0] not in address(page)["pin"]


def test_the_delegate_loop_in_the_browser(visit, editable, tmp_path, query):
    book = openpyxl.load_workbook(
        io.BytesIO(delegate_workbook.write(locator(query), "03", words("fr")))
    )
    book.worksheets[0].cell(2, 7).value = 535640000
    book.worksheets[0].cell(3, 4).value = "fermé"
    book.save(tmp_path / "f.xlsx")
    page = visit("region=03", base=editable)
    page.get_by_role("tab", name="Corriger").click()
    page.get_by_label("Votre nom").fill("Amina")
    page.set_input_files("#kh-fix-file", tmp_path / "f.xlsx")
    expect(page.locator(".kh-report")).to_contain_text("1 correction proposée")
    expect(page.locator(".kh-report li")).to_contain_text(["« fermé » n’est pas un statut connu."])
    page.get_by_role("button", name=re.compile("^Accepter")).click()
    expect(page.locator(".kh-fixes.done li")).to_contain_text(["accepté par Amina"])


def test_a_box_and_a_shape_select_and_live_in_the_address(visit):
    page = visit()
    frame = next(f for f in page.frames if "/component/" in f.url)
    inside = page.frame_locator(".st-key-kh-map iframe")
    inside.get_by_role("button", name="Choisir un rectangle").click()
    box = page.locator(".st-key-kh-map iframe").bounding_box()
    x, y = box["x"] + box["width"] * 0.45, box["y"] + box["height"] * 0.15
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 160, y + 120, steps=4)
    page.mouse.up()
    expect(page.locator(".kh-around h2")).to_have_text("Zone dessinée")
    zone = address(page)["zone"][0]
    assert zone.count(";") == 3 and "place" not in address(page)
    assert page.locator(".kh-stop").count() > 0
    inside.get_by_role("button", name="Effacer la zone").click()
    page.wait_for_function(SHOWN, arg="")
    assert "zone" not in address(page)
    inside.get_by_role("button", name="Dessiner une zone").click()
    frame.evaluate("""() => { for (const at of [[31, -8], [31, -7], [32, -7], [32, -8]])
      window.kharita._map.fire('click', {latlng: L.latLng(at)}); }""")
    inside.get_by_role("button", name="Dessiner une zone").click()
    expect(page.locator(".kh-around h2")).to_have_text("Zone dessinée")
    assert address(page)["zone"] == ["-8,31;-7,31;-7,32;-8,32"]
    assert frame.evaluate("window.kharita.locate.drawn.layer.getLayers().length") == 1


@pytest.fixture(scope="module")
def outside():
    """An address service of our own: a test chooses what it answers."""
    made = Faults()
    yield made
    made.server.shutdown()


@pytest.fixture(scope="module")
def roads():
    """A road server of our own, that answers until a test says otherwise."""
    made = Faults()
    made.act = lambda h: reply(
        h, areas(*map(box, MINUTES)) if "isochrones" in h.path else matrix(*[(52_000, 4_500)] * 5)
    )
    yield made
    made.server.shutdown()


@pytest.fixture(scope="module")
def connected(serve, outside, roads) -> str:
    """The app with both services."""
    return serve(
        KHARITA_GEOCODERS=f"nominatim:{outside.url}",
        KHARITA_CONTACT="tests@example.org",
        KHARITA_ORS=f"{roads.url} {KEY}",
    )


@both
def test_an_address_found_online_keeps_its_name_and_a_failure_is_said(
    visit, connected, outside, lang
):
    t = words(lang)
    name = "Rue Talaa Kebira, <b>Fès</b>, Maroc"
    outside.act = lambda h: reply(h, json.dumps([{**FOUND[0], "display_name": name}]).encode())
    page = visit(f"lang={lang}", base=connected)
    field(page).fill(f"99 talaa qwxz {lang}")
    offer = page.get_by_role("button", name=t("ui.place_online"))
    offer.focus()
    before = len(outside.requests)
    page.keyboard.press("Enter")
    expect(page.locator(".kh-places li").first).to_contain_text(name)
    expect(page.locator(".kh-place-note")).to_contain_text("OpenStreetMap")
    assert len(outside.requests) == before + 1
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    chosen(page, "-4.98000,34.06000;Rue Talaa Kebira, b Fès /b , Maroc")
    page.reload()
    page.wait_for_function(SHOWN, arg="-4.98000,34.06000;Rue Talaa Kebira, b Fès /b , Maroc")
    expect(page.locator(".kh-around h2")).to_have_text("Rue Talaa Kebira, b Fès /b , Maroc")
    expect(page.locator(".kh-around .kh-credit")).to_have_text(
        t("place.online", attribution=ATTRIBUTION)
    )
    outside.act = lambda h: reply(h, b"", 500)
    visit.expects.append("503 (Service Unavailable)")
    field(page).fill(f"98 talaa qwxz {lang}")
    offer.click()
    expect(page.locator(".kh-place-note")).to_have_text(t("geocode.unreachable"))
    expect(field(page)).to_have_value(f"98 talaa qwxz {lang}")


@both
def test_areas_by_road_are_drawn_and_stated_on_demand(visit, connected, roads, lang):
    t = words(lang)
    page = visit(f"place={IMILCHIL}&lang={lang}", place=IMILCHIL, base=connected)
    expect(page.locator(".kh-stop").first).to_contain_text(re.compile("1.*15"))
    assert (
        all("isochrones" not in path for _, path, _ in roads.requests) or lang == "ar"
    )  # only on demand
    page.get_by_role("switch", name=t("ui.reach")).focus()
    page.keyboard.press("Space")
    expect(page.locator(".kh-reach[data-reach='4'] li b")).to_have_text(
        [t("unit.minutes", n=str(m)) for m in MINUTES]
    )
    expect(page.locator(".kh-reach")).to_contain_text("openrouteservice")
    expect(page.locator(".kh-method")).to_contain_text("openrouteservice")
    assert address(page)["reach"] == ["yes"]
    frame = next(f for f in page.frames if "/component/" in f.url)
    frame.wait_for_function(
        "document.documentElement.dataset.reached === '4' && "
        "window.kharita.locate.reach.getLayers().length === 8"
    )
    assert KEY not in page.content()


def test_a_road_server_that_fails_is_said(visit, connected, roads):
    roads.act = lambda h: reply(h, b"<html>", 500)
    page = visit("place=town:2540850&reach=yes", place="town:2540850", base=connected)
    expect(page.locator(".kh-reach")).to_have_text(words("fr")("reach.failed"))
    expect(page.locator(".kh-stop").first).to_contain_text("route ≈")


@both
def test_what_the_map_shows_is_a_zone_by_keyboard_and_marks_list_and_legend_agree(visit, lang):
    t = words(lang)
    page = visit(f"at=-6,32,7.5&lang={lang}")
    frame = next(f for f in page.frames if "/component/" in f.url)
    inside = page.frame_locator(".st-key-kh-map iframe")
    inside.locator("html[data-painted]").wait_for(state="attached")
    inside.get_by_role("button", name=t("ui.zone.shown")).press("Enter")
    expect(page.locator(".kh-around h2")).to_have_text(t("near.zone"), timeout=20_000)
    zone = address(page)["zone"][0]
    assert zone.count(";") == 3
    frame.wait_for_function(
        "zone => document.documentElement.dataset.zone === `&zone=${encodeURIComponent(zone)}`",
        arg=zone,
    )
    marks = drawn(page)
    assert marks["site"] + marks["maison"] == page.locator(".kh-stop").count() > 5
    statuses = inside.locator(".kh-cover-legend .kh-key:has(canvas)")
    expect(statuses.first).to_contain_text(t("status.active"))
    assert statuses.count() == len(STATUSES) + 4
    page.locator(".kh-stop .kh-facility.under_construction .lines").first.wait_for(state="attached")
    inside.get_by_role("button", name=t("ui.zone.clear")).press("Enter")
    page.wait_for_function(SHOWN, arg="")
    frame.wait_for_function("() => document.documentElement.dataset.zone === ''")
    assert "zone" not in address(page) and sum(drawn(page).values()) > sum(marks.values())
