"""The running app in Chromium: nothing leaves the machine, nothing breaks unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.journeys import CHROMIUM, DESKTOP, HARMLESS, SLOW_MS, painted

# A busy machine is slow, not wrong.
expect.set_options(timeout=SLOW_MS)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as p:
        chromium = p.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, app: str) -> Iterator[Callable[..., Page]]:
    """Open an address of the app; at the end, nothing left the machine and nothing broke."""
    pages: list[Page] = []
    outside: list[str] = []
    errors: list[str] = []

    def opening(path: str = "/", *, base: str = app, size: dict = DESKTOP, **options) -> Page:
        context = browser.new_context(viewport=size, **options)
        context.set_default_timeout(SLOW_MS)
        page = context.new_page()
        pages.append(page)

        def guard(route):
            if urlsplit(route.request.url).hostname in ("127.0.0.1", None):
                route.continue_()
            else:
                outside.append(route.request.url)
                route.abort()

        context.route("**/*", guard)
        page.on("pageerror", lambda e: errors.append(str(e)))
        page.on(
            "console",
            lambda m: (
                errors.append(m.text) if m.type == "error" and not HARMLESS.search(m.text) else None
            ),
        )
        page.goto(base + path)
        if urlsplit(path).path == "/":
            painted(page)
        return page

    opening.outside = outside
    opening.errors = errors
    opening.expects = []  # console errors that a test provokes
    yield opening
    for page in pages:
        page.context.close()
    assert [
        e for e in errors if not any(known in e for known in ("ERR_FAILED", *opening.expects))
    ] == []
    if not getattr(opening, "expects_outside", False):
        assert outside == []
