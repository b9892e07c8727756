"""Every page in its main states: what accessibility and the pictures are judged on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page

from geo.i18n.words import words
from tests.browser.journeys import DESKTOP, PHONE, frame, idle, painted
from tests.browser.test_curate_import import messy

#: The day it is in the pictures.
DAY = "2026-11-25"
SITE = "site:cooperative-nissae-idadouchen-poterie"


def on_map(page: Page) -> None:
    painted(page)


def record(page: Page) -> None:
    painted(page)
    page.wait_for_selector(".kh-card[data-sel^=buyer]")


def alone(page: Page) -> None:
    frame(page).locator("html[data-painted]").wait_for(state="attached")
    page.wait_for_selector(".kh-open-whole")


def section(page: Page) -> None:
    page.wait_for_selector(".kh-markets[data-shown], .kh-data[data-shown]")


def located(page: Page) -> None:
    page.wait_for_selector(".kh-around[data-place]")
    frame(page).locator("html[data-located]").wait_for(state="attached")
    page.wait_for_selector(".kh-cover[data-query]")


def reading(page: Page) -> None:
    page.wait_for_selector(".kh-wcard")
    frame(page).locator("html[data-chain]").wait_for(state="attached")


def sharing(page: Page) -> None:
    page.wait_for_selector(".kh-file")
    page.wait_for_function("""() => { const img = document.querySelector('.kh-preview img');
        return img?.complete && img.naturalWidth > 0 && !img.hidden; }""")


def planning(page: Page) -> None:
    section(page)
    page.set_input_files("#kh-import-file", messy("Salon"))
    page.locator('.kh-import[data-planned="1"]').wait_for()
    page.wait_for_selector(".kh-import-rows[data-loaded]")


#: Name: address, page (a key of the catalogue), what says that it is whole.
STATES: dict[str, tuple[str, str, Callable[[Page], None]]] = {
    "map": ("/", "carte", on_map),
    "map-record": ("/?market=DE,FR&craft=tapis_tissage&sel=buyer:limala-de", "carte", record),
    "embed": ("/?market=DE&embed=1", "carte", alone),
    "rank": ("/marches?sel=market:DE", "marches", section),
    "baro": ("/marches?show=baro", "marches", section),
    "compare": ("/marches?show=compare&compare=DE,FR,US", "marches", section),
    "gap": ("/marches?show=gap", "marches", section),
    "make": ("/marches?show=make", "marches", section),
    "mission": ("/marches?show=mission&sel=market:DE&start=2027-01-11", "marches", section),
    "support": ("/marches?show=support", "marches", section),
    "list": ("/marches?show=list&stars=b:limala-de", "marches", section),
    "method": ("/marches?show=method", "marches", section),
    "locate": ("/localiser?place=town:2546187", "localiser", located),
    "watch": ("/veille", "veille", reading),
    "report": ("/veille?sel=report:R-2024-05&proof=2", "veille", reading),
    "share": ("/partager?market=DE", "partager", sharing),
    "quality": ("/donnees", "donnees", section),
    "import": ("/donnees?book=import", "donnees", planning),
    "form": (f"/donnees?book=records&sel={SITE}", "donnees", section),
    "history": ("/donnees?book=history", "donnees", section),
    "about": ("/donnees?book=about", "donnees", section),
}


@dataclass(frozen=True)
class Scene:
    """A state of the app as one reader meets it."""

    state: str
    lang: str
    size: str
    theme: str

    def __str__(self) -> str:
        return f"{self.state}-{self.lang}-{self.size}-{self.theme}"

    @property
    def title(self) -> str:
        """What the browser's tab should say."""
        return f"{words(self.lang)('page.' + STATES[self.state][1])} · Kharita"

    @property
    def address(self) -> str:
        path = STATES[self.state][0]
        return path if self.lang == "fr" else f"{path}{'&' if '?' in path else '?'}lang={self.lang}"

    @property
    def options(self) -> dict:
        """How the browser is set."""
        return {
            "viewport": DESKTOP if self.size == "desktop" else PHONE,
            "color_scheme": self.theme,
            "reduced_motion": "reduce",
            "timezone_id": "UTC",
            "locale": {"fr": "fr-MA", "ar": "ar-MA", "en": "en-GB"}[self.lang],
        }

    def settle(self, page: Page) -> None:
        """Wait until the state is whole: answers, letters and pictures."""
        STATES[self.state][2](page)
        idle(page)
        if page.locator(".st-key-kh-map").count():
            page.wait_for_load_state("networkidle")  # a map that moved to its answer asks once more
        page.wait_for_function("""() => document.fonts.status === 'loaded' &&
          !document.querySelector('[aria-busy=true]')
            && [...document.images].every((i) => i.complete)""")


#: Every state in French on a desktop by day; what a phone changes in Arabic by night; then mixed.
SCENES = [
    *(Scene(state, "fr", "desktop", "light") for state in STATES),
    *(
        Scene(state, "ar", "phone", "dark")
        for state in (
            "map-record",
            "rank",
            "gap",
            "mission",
            "locate",
            "report",
            "share",
            "quality",
            "import",
            "form",
        )
    ),
    *(Scene(state, "ar", "desktop", "light") for state in ("map-record", "report", "locate")),
    *(Scene(state, "en", "desktop", "dark") for state in ("map-record", "rank", "locate", "share")),
    *(Scene(state, "en", "phone", "light") for state in ("map", "watch")),
]
#: Whole pages whose pictures are compared at every commit.
WITNESSES = [
    Scene("map", "fr", "desktop", "light"),
    Scene("map-record", "fr", "desktop", "light"),
    Scene("map-record", "ar", "phone", "dark"),
    Scene("rank", "fr", "desktop", "light"),
    Scene("locate", "fr", "desktop", "light"),
    Scene("watch", "fr", "desktop", "light"),
    Scene("share", "fr", "desktop", "light"),
    Scene("quality", "fr", "desktop", "light"),
]
#: Every page once for the walk by keyboard, on a desk or on a phone.
WALKS = [
    Scene("map-record", "fr", "desktop", "light"),
    Scene("rank", "ar", "phone", "dark"),
    Scene("locate", "fr", "desktop", "light"),
    Scene("report", "ar", "phone", "dark"),
    Scene("share", "ar", "phone", "dark"),
    Scene("form", "fr", "desktop", "light"),
]
