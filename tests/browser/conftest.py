"""The running app in Chromium: nothing leaves the machine, nothing breaks unseen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.journeys import CHROMIUM, DESKTOP, HARMLESS, SLOW_MS, painted
from tests.browser.readers import Profile, Readers

# A busy machine is slow, not wrong.
expect.set_options(timeout=SLOW_MS)
#: No name but this machine's is found. (`context.route` would switch the browser's cache off.)
NOTHING_OUTSIDE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"
HERE = ("127.0.0.1", "localhost", None)
#: What Chromium says of a request that did not leave, which the list of requests tells better.
NOT_FOUND = ("ERR_FAILED", "ERR_NAME_NOT_RESOLVED")
failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Remember whether a test failed: its pages are in nobody knows which state."""
    report = yield
    if report.when == "call":
        item.stash[failed] = report.failed
    return report


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with sync_playwright() as p:
        chromium = p.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", NOTHING_OUTSIDE]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def readers(browser: Browser) -> Readers:
    return Readers(browser)


@pytest.fixture(scope="package")
def editable(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """An app that tests may write to."""
    return serve(KHARITA_VAR=str(tmp_path_factory.mktemp("editable")))


class Watch:
    """What the pages of one test asked for outside, and what broke in them."""

    def __init__(self) -> None:
        self.outside: list[str] = []
        self.errors: list[str] = []

    def on(self, context: BrowserContext) -> None:
        for event, act in self._acts():
            context.on(event, act)

    def off(self, context: BrowserContext) -> None:
        for event, act in self._acts():
            context.remove_listener(event, act)

    def _acts(self) -> tuple[tuple[str, Callable[[Any], None]], ...]:
        return (
            ("request", self._request),
            ("weberror", self._error),
            ("console", self._console),
        )

    def _request(self, request: Any) -> None:
        if urlsplit(request.url).hostname not in HERE:
            self.outside.append(request.url)

    def _error(self, error: Any) -> None:
        self.errors.append(str(error.error))

    def _console(self, message: Any) -> None:
        if message.type == "error" and not HARMLESS.search(message.text):
            self.errors.append(message.text)


@pytest.fixture
def visit(
    readers: Readers, app: str, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Open an address of the app; at the end, nothing left the machine and nothing broke.

    A page that is open already is moved there. ``fresh`` starts it anew, for tests of its start;
    ``own`` takes a profile that is thrown away, for tests that break something in it.
    """
    used: list[Profile] = []
    thrown: list[Profile] = []
    watch = Watch()

    def opening(
        path: str = "/",
        *,
        base: str = app,
        size: dict[str, int] = DESKTOP,
        fresh: bool = False,
        own: bool = False,
        **options: Any,
    ) -> Page:
        options = {"viewport": size, **options}
        profile = Profile(readers.browser, options) if own else readers.take(options)
        (thrown if own else used).append(profile)
        watch.on(profile.context)
        page = profile.visit(base, path, fresh=fresh)
        if urlsplit(path).path == "/":
            painted(page)
        return page

    opening.outside = watch.outside
    opening.errors = watch.errors
    opening.expects = []  # console errors that a test provokes
    yield opening
    for profile in (*used, *thrown):
        watch.off(profile.context)
    for profile in thrown:
        profile.context.close()
    for profile in used:
        readers.give_back(profile, sound=not request.node.stash.get(failed, True))
    known = (*NOT_FOUND, *opening.expects)
    assert [e for e in watch.errors if not any(part in e for part in known)] == []
    if not getattr(opening, "expects_outside", False):
        assert watch.outside == []
