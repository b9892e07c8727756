"""Pictures of the components alone, on answers that never change: no server, no map, no day."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser

from tests.browser import samples, screenshots
from tests.browser.component_page import Stage, refusal
from tests.browser.screenshots import DIFFERS, RENEW

#: Where a component is laid on the stage page.
PLACES = {"explore/table": ".st-key-kh-table", "explore/panel": ".st-key-kh-dock"}
SEL = {"sel": "buyer:limala"}
DESKTOP, PHONE = {"width": 1000, "height": 1040}, {"width": 400, "height": 860}
DARK = "#101918"


@dataclass(frozen=True)
class Shot:
    """One component as one reader meets it."""

    name: str
    component: str
    lang: str = "fr"
    dark: bool = False
    phone: bool = False
    data: dict[str, str] = field(default_factory=dict)
    answers: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"component-{self.name}"


SHOTS = [
    Shot("table", "explore/table"),
    Shot("table-ar", "explore/table", lang="ar"),
    Shot("table-dark", "explore/table", dark=True),
    Shot("table-phone", "explore/table", phone=True),
    Shot("table-chosen", "explore/table", data={"sel": "buyer:b2"}),
    Shot("table-empty", "explore/table", answers={"/api/rows/": samples.rows([])}),
    Shot("table-failed", "explore/table", answers={"/api/rows/": refusal(500, "Une erreur.")}),
    Shot("panel", "explore/panel"),
    Shot("panel-buyer", "explore/panel", data=SEL),
    Shot("panel-buyer-ar", "explore/panel", lang="ar", data=SEL),
    Shot("panel-buyer-dark", "explore/panel", dark=True, data=SEL),
    Shot("panel-buyer-ar-phone-dark", "explore/panel", lang="ar", dark=True, phone=True, data=SEL),
]


@pytest.mark.parametrize("shot", SHOTS, ids=str)
def test_a_component_looks_as_agreed(browser: Browser, shot: Shot) -> None:
    context = browser.new_context(
        viewport=PHONE if shot.phone else DESKTOP, locale="fr-FR", reduced_motion="reduce"
    )
    page = context.new_page()
    stage = Stage(page)
    stage.answers = {
        "/api/facets": samples.facets(),
        "/api/rows/": samples.many(12),
        "/api/entity/buyer": samples.entity(),
        "/api/entity/overview": samples.overview(),
        **shot.answers,
    }
    if shot.dark:
        page.evaluate("(color) => { document.body.style.background = color; }", DARK)
    stage.show(shot.component, lang=shot.lang, **shot.data)
    place = page.locator(PLACES[shot.component])
    place.locator("article, tr[data-sel], .kh-empty, .kh-failed").first.wait_for()
    page.wait_for_function(
        "() => document.fonts.status === 'loaded' && !document.querySelector('[aria-busy=true]')"
    )
    assert page.locator("html").get_attribute("data-kh-theme") == ("dark" if shot.dark else "light")
    picture = screenshots.shoot(page, [])
    context.close()
    assert stage.problems == []
    if RENEW:
        return screenshots.keep(picture, str(shot))
    assert screenshots.compare(picture, str(shot), DIFFERS) == ""
