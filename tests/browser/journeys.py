"""What a visitor of the app sees and does, in the words of the tests."""

from __future__ import annotations

import json
import re
import shutil
import time
import urllib.request
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import FrameLocator, Page

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 400, "height": 860}
SLOW_MS = 60_000
#: Degrees of a pixel at zoom 4: the map is placed on whole pixels.
ONE_PIXEL = 360 / (256 * 2**4)
HARMLESS = re.compile(r"Unrecognized feature|_stcore/(health|host-config)|404 \(Not Found\)")


def frame(page: Page) -> FrameLocator:
    """The frame that holds the map."""
    return page.frame_locator(".st-key-kh-map iframe")


def painted(page: Page) -> None:
    """Wait until map, table and sentence show the filters of the address."""
    frame(page).locator("html[data-painted]").wait_for(state="attached")
    page.wait_for_selector(".kh-facets[data-filters]", state="attached")
    page.wait_for_selector(".kh-rows[data-filters]", state="attached")


def shows(page: Page, wanted: str) -> None:
    """Wait until everything on the page follows the filters ``wanted``."""
    page.wait_for_selector(f'.kh-said[data-filters="{wanted}"]')
    page.wait_for_selector(f'.kh-rows[data-filters="{wanted}"]', state="attached")
    frame(page).locator(f'html[data-painted^="{wanted}|"]').wait_for(state="attached")


def view_of(page: Page) -> dict[str, str]:
    """The parameters of the address bar."""
    return {k: v[0] for k, v in parse_qs(urlsplit(page.url).query).items()}


def drawn(page: Page) -> dict[str, int]:
    """How many records the map draws, by class, counting what clusters stand for."""
    return (
        frame(page)
        .locator("html")
        .evaluate("""() => {
        const counts = {buyer: 0, site: 0, maison: 0, fair: 0};
        window.kharita.eachLayer((m) => { counts[m.properties.class] += m.properties.n || 1; });
        return counts; }""")
    )


def ask(base: str, path: str) -> dict:
    """An answer of the API."""
    with urllib.request.urlopen(base + path, timeout=20) as answer:
        return json.load(answer)


def eventually(check: Callable[[], bool]) -> None:
    """Wait until ``check`` holds: readers see a change once its catalogue is made."""
    until = time.monotonic() + SLOW_MS / 1000
    while not check():
        assert time.monotonic() < until, "it never came true"
        time.sleep(0.05)


def figure(page: Page, key: str) -> int:
    """A figure of the sentence above the map."""
    return int(page.locator(f'[data-figure="{key}"] b').inner_text().replace("\u202f", ""))


def check(page: Page, field: str, value: str) -> None:
    """Tick one value of a facet, unfolding it first."""
    facet = page.locator(f'.kh-facets details[data-field="{field}"]')
    if facet.get_attribute("open") is None:
        facet.locator("summary").click()
    box = facet.locator(f'input[data-value="{value}"]')
    if not box.count():
        facet.get_by_role("button", name=re.compile(r"\(\d+\)")).click()
    box.click()


def idle(page: Page) -> None:
    """Wait until Python has been told the address and has nothing left to do."""
    page.wait_for_selector('.stApp[data-test-script-state="notRunning"]')
