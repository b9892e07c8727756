"""The map frames the subject of a page: for its final size, once, without unwanted motion."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.journeys import DESKTOP, eventually, frame

WIDE = {"width": 1720, "height": 900}
night = pytest.mark.nightly
#: An address, and what the map's frame says once it has framed it; one of each page at a commit.
FRAMED = [
    ("/?market=DE,FR", "painted"),
    pytest.param("/?market=DE&at=10,51,6.5", "painted", marks=night),
    pytest.param("/", "painted", marks=night),
    pytest.param("/localiser", "located", marks=night),
    ("/localiser?place=town:2546187", "located"),
    pytest.param("/localiser?region=01", "located", marks=night),
    pytest.param("/veille?sel=report:R-2024-05", "chain", marks=night),
    ("/veille?sel=report:R-2024-05&proof=2", "chain"),
]


def camera(page: Page) -> list[float]:
    """Centre and zoom, to a thousandth."""
    return (
        frame(page)
        .locator("html")
        .evaluate("""() => { const map = window.kharita._map, { lat, lng } = map.getCenter();
        return [lng, lat, map.getZoom()].map((v) => Math.round(v * 1000) / 1000); }""")
    )


@pytest.mark.parametrize(("address", "says"), FRAMED)
def test_until_the_reader_acts_each_size_is_framed_as_if_it_were_the_first(visit, address, says):
    straight = visit(address, size=WIDE, fresh=True)
    frame(straight).locator(f"html[data-{says}]").wait_for(state="attached")
    page = visit(address, size=DESKTOP, fresh=True)
    frame(page).locator(f"html[data-{says}]").wait_for(state="attached")
    for opened in (straight, page):
        opened.wait_for_load_state("networkidle")
    page.set_viewport_size(WIDE)
    eventually(lambda: camera(page) == camera(straight))
    assert "at=" not in page.url.partition("?")[2] or "at=10," in page.url


def test_what_the_reader_looks_at_stays_when_the_size_changes(visit):
    page = visit("/?market=DE,FR", fresh=True)
    frame(page).locator(".leaflet-control-zoom-in").click()
    page.wait_for_url("**at=*")
    _, _, zoom = camera(page)
    corner = "() => window.kharita._map.containerPointToLatLng([0, 0])"
    before = frame(page).locator("html").evaluate(corner)
    page.set_viewport_size(WIDE)
    page.wait_for_function("""() => { const frame = document.querySelector('.st-key-kh-map iframe');
        return innerWidth === 1720 &&
          frame.contentWindow.kharita._map.getSize().x === frame.clientWidth; }""")
    after = frame(page).locator("html").evaluate(corner)
    assert camera(page)[2] == zoom
    assert after["lat"] == pytest.approx(before["lat"], abs=0.01) and after["lng"] == pytest.approx(
        before["lng"], abs=0.01
    )


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
def test_who_wants_no_motion_gets_none(visit, motion):
    page = visit("/?market=DE&at=3,44,4", reduced_motion=motion, fresh=True)
    inside = frame(page).locator("html")
    inside.evaluate(
        "() => { window.zooming = 0; window.kharita._map.on('zoomanim', () => { window.zooming "
        "+= 1; }); }"
    )
    frame(page).locator(".kh-fit").click()
    page.wait_for_function(
        "() => document.querySelector('.st-key-kh-map "
        "iframe').contentWindow.kharita._map.getZoom() > 4.5"
    )
    frame(page).locator(".leaflet-control-zoom-in").click()
    page.wait_for_url("**at=*")
    still = inside.evaluate("() => window.zooming === 0 && document.getAnimations().length === 0")
    assert still == (motion == "reduce")
    if motion == "reduce":
        page.locator(".kh-facets details summary").first.click()
        assert page.evaluate("() => document.getAnimations().length") == 0
