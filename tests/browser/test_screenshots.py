"""Every page in its main states: open to everybody, right in each language, and looking as agreed.

No rule of axe is switched off and no part of a page is left out, Streamlit's own neither.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.resources import files

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page

from geo.i18n.words import words
from tests.browser import screenshots
from tests.browser.journeys import DESKTOP, check, shows
from tests.browser.readers import Readers
from tests.browser.screenshots import DIFFERS, RENEW
from tests.browser.states import DAY, SCENES, WALKS, WITNESSES, Scene
from tests.sizes import PROFILE

AXE = (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What no two runs share: the preview shows the address of the server, and a code made of it.
MASKED = {"share": [".kh-preview img"]}
#: A page at 1280 pixels seen at 200 %, and at 400 %.
ZOOMED, ZOOMED_MORE = {"width": 640, "height": 450}, {"width": 320, "height": 450}
MOST_STOPS = 400


@pytest.fixture(scope="module")
def still(serve: Callable[..., str]) -> str:
    """An app whose day stands still, so that nothing ages between two pictures."""
    return serve(KHARITA_TODAY=DAY)


@pytest.fixture(scope="module")
def scene(
    request: pytest.FixtureRequest, still: str, readers: Readers
) -> Iterator[tuple[Scene, Page]]:
    """One state of the app, whole: as it starts where its picture is taken, else moved to."""
    wanted: Scene = request.param
    profile = readers.take(wanted.options)
    pictured = wanted in WITNESSES or PROFILE == "nightly" or RENEW
    page = profile.visit(still, wanted.address, fresh=pictured)
    wanted.settle(page)
    yield wanted, page
    readers.give_back(profile)


every = pytest.mark.parametrize("scene", SCENES, indirect=True, ids=str)
walks = pytest.mark.parametrize("scene", WALKS, indirect=True, ids=str)
#: Whole pages are compared at night, for letters differ between browsers; a few at each commit.
pictured = pytest.mark.parametrize(
    "scene",
    [pytest.param(s, marks=[] if s in WITNESSES else pytest.mark.nightly) for s in SCENES],
    indirect=True,
    ids=str,
)


@pictured
def test_it_looks_as_agreed(scene):
    wanted, page = scene
    picture = screenshots.shoot(page, MASKED.get(wanted.state, []))
    if RENEW:
        return screenshots.keep(picture, str(wanted))
    assert screenshots.compare(picture, str(wanted), DIFFERS) == ""


@every
def test_nothing_stands_in_anybodys_way(scene):
    _, page = scene
    for part in page.frames:
        part.evaluate(AXE)
    found = page.evaluate(
        "(rules) => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", RULES
    )
    assert [
        (v["id"], node["target"], node["failureSummary"])
        for v in found["violations"]
        for node in v["nodes"]
    ] == []


#: Passages of nine words or more in Latin letters that nothing marks as French on an Arabic page.
UNMARKED = """() => {
    const walker = document.createTreeWalker(document.querySelector('[data-testid=stMain]'),
      NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
        const text = walker.currentNode.textContent.trim();
        const latin = text.split(/\\s+/).filter((word) =>
          /^[«(]?[A-Za-zÀ-ÿ’'-]{2,}[,.;:)»]?$/.test(word)).length;
        const at = walker.currentNode.parentElement;
        if (latin >= 9 && at.closest('[lang]').lang === 'ar' &&
          at.checkVisibility()) found.push(text.slice(0, 120));
    }
    return found;
}"""


@pytest.mark.parametrize("scene", [s for s in SCENES if s.lang == "ar"], indirect=True, ids=str)
def test_what_is_quoted_in_french_says_so(scene, catalogue):
    _, page = scene
    names = [
        r.name for r in (*catalogue.buyers, *catalogue.sites, *catalogue.fairs)
    ]  # proper names are of no language
    assert [
        text for text in page.evaluate(UNMARKED) if not any(name[:120] in text for name in names)
    ] == []


@every
def test_the_page_says_what_it_is_and_all_of_it_is_there(scene):
    wanted, page = scene
    page.wait_for_function("(title) => document.title === title", arg=wanted.title)
    seen = page.evaluate("""() => ({
        lang: document.documentElement.lang,
        dir: getComputedStyle(document.querySelector('[data-testid=stMain]')).direction,
        headings: document.querySelectorAll('h1').length,
        wide: document.documentElement.scrollWidth - innerWidth,
        failed: [...document.querySelectorAll('.kh-failed')].filter((n) =>
          n.checkVisibility()).length,
        raw: document.body.innerText
          .match(/\\b(undefined|NaN|null|ui\\.[a-z]+\\.?[a-z]*)\\b/g) })""")
    assert seen == {
        "lang": wanted.lang,
        "dir": words(wanted.lang).dir,
        "headings": 1,
        "wide": 0,
        "failed": 0,
        "raw": None,
    }


#: Where the focus is, deep in the map's frame too: what it is, whether it shows, what hides it.
STOP = """() => {
    let at = document.activeElement, [dx, dy] = [0, 0];
    while (at?.tagName === 'IFRAME' && at.contentDocument?.activeElement) {
        const box = at.getBoundingClientRect();
        [dx, dy] = [dx + box.left, dy + box.top];
        at = at.contentDocument.activeElement;
    }
    if (!at || at.matches('body, html, iframe')) return null;
    const list = (window.stops ||= []);
    let number = list.indexOf(at);
    const again = number >= 0;
    if (!again) number = list.push(at) - 1;
    const inFrame = at.ownerDocument !== document;
    let { left, top, right, bottom } = at.getBoundingClientRect();
    if (inFrame) { // what of it is inside the frame: a line of the map may run far beyond
        const { innerWidth, innerHeight } = at.ownerDocument.defaultView;
        [left, top, right, bottom] = [Math.max(left, 0), Math.max(top, 0),
          Math.min(right, innerWidth), Math.min(bottom, innerHeight)];
    }
    const points = [[.5, .5], [.1, .2], [.9, .2], [.1, .8], [.9, .8]];
    const seen = right > left && bottom > top && points.some(([x, y]) => {
        const hit = document.elementFromPoint(dx + left + (right - left) * x,
          dy + top + (bottom - top) * y);
        // A sheet that the reader opened may cover something: Escape closes it from anywhere.
        if (hit?.closest('.st-key-kh-dock, .st-key-kh-tabs') &&
          document.body.dataset.khSel === '1') return true;
        return hit && (inFrame ? hit.tagName === 'IFRAME' : at.contains(hit) ||
          hit.contains(at) || [...(at.labels || [])].some((l) => l.contains(hit)));
    });
    const ring = (node) => {
        if (!node) return false;
        return [null, '::after'].some((part) => {
            const s = at.ownerDocument.defaultView.getComputedStyle(node, part);
            return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 1) ||
              s.boxShadow !== 'none';
        });
    };
    const shown = ring(at) || ring(at.parentElement) || ring(at.nextElementSibling);
    return { again, seen, shown, what: at.outerHTML.slice(0, 140) };
}"""
#: What a mouse can press and the keyboard did not reach; one tab or radio of a group is enough.
MISSED = """() => {
    const can = 'a[href], button:not(:disabled), input:not(:disabled):not([type=hidden]), ' +
      'select, textarea, summary, [tabindex="0"]';
    return [...document.querySelectorAll(can)].filter((n) =>
      n.checkVisibility({ visibilityProperty: true }) && n.getClientRects().length
        && !window.stops.includes(n) && n.tabIndex >= 0 && !(n.type === 'radio' && !n.checked))
      .map((n) => n.outerHTML.slice(0, 140));
}"""


@walks
def test_the_keyboard_comes_everywhere_and_is_seen(scene):
    _, page = scene
    page.evaluate(
        "window.stops = []; document.activeElement.blur(); "
        "document.querySelector('[data-testid=stMain]').scrollTop = 0"
    )
    hidden, unmarked, count = [], [], 0
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None or stop["again"]:
            if count > 5:
                break
            continue
        count += 1
        if not stop["seen"]:
            hidden.append(stop["what"])
        if not stop["shown"]:
            unmarked.append(stop["what"])
    assert count > 10
    assert hidden == []
    assert unmarked == []
    assert page.evaluate(MISSED) == []


@walks
def test_magnified_nothing_is_lost_sideways(scene):
    wanted, page = scene
    for size in (ZOOMED, ZOOMED_MORE):
        page.set_viewport_size(size)
        page.wait_for_function(
            "(width) => innerWidth === width && document.documentElement.scrollWidth <= width",
            arg=size["width"],
        )
    page.set_viewport_size(wanted.options["viewport"])


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_the_first_stop_leads_past_the_filters_and_counts_are_said(visit, lang):
    page = visit(f"/?lang={lang}", size=DESKTOP)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "kh-skip"
    assert page.evaluate("document.activeElement.textContent") == words(lang)("ui.skip")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "H1"
    check(page, "market", "DE")
    shows(page, "market=DE" if lang == "fr" else f"lang={lang}&market=DE")
    counts = page.locator(".kh-counts[role=status]").inner_text()
    assert [n for n in counts.replace("،", ",").split(", ") if n][0].split()[0] == page.locator(
        '[data-figure="buyers"] b'
    ).inner_text()


def test_the_title_follows_page_and_language(visit):
    page = visit("/")
    page.wait_for_function("() => document.title === 'Carte · Kharita'")
    page.locator('[data-testid="stTopNavLink"]').nth(1).click()
    page.wait_for_function("() => document.title === 'Marchés · Kharita'")
    page.locator(".kh-langs [lang=en]").click()
    page.wait_for_function(
        "(title) => document.title === title", arg=f"{words('en')('page.marches')} · Kharita"
    )
    page.go_back()
    page.wait_for_function("() => document.title === 'Marchés · Kharita'")
    page.go_back()
    page.wait_for_function("() => document.title === 'Carte · Kharita'")


def test_a_picture_fails_for_what_moved_and_not_for_how_letters_are_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(screenshots, "FOLDER", tmp_path)
    kept = Image.new("RGB", (720, 450), "white")
    pen = ImageDraw.Draw(kept)
    for line in range(20):
        pen.text((30, 20 + 20 * line), "Tapis et tissage, poterie et zellige", fill="#16211f")
    screenshots.keep(kept, "it")
    assert screenshots.compare(kept, "it", tmp_path) == ""
    drawn_otherwise = Image.eval(kept, lambda v: min(255, v + 24))
    assert screenshots.compare(drawn_otherwise, "it", tmp_path) == ""
    moved = Image.new("RGB", kept.size, "white")
    moved.paste(kept, (0, 4))
    assert "of it differs" in screenshots.compare(moved, "it", tmp_path)
    assert (tmp_path / "it.png").exists()
