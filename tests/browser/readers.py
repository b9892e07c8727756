"""Readers of the app: browser profiles that tests use one after the other, their pages left open.

A page takes seconds to start, and a fifth of a second to show another view. So a profile is not
thrown away after a test: it is emptied, and a visit to a page that is open in it moves that page
by the app's own view store.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playwright.sync_api import Browser, Error, Page

from tests.browser.journeys import SLOW_MS

#: Pages whose parts all follow the view store; the others say what a server held when they began.
MOVABLE = ("/", "/marches", "/localiser", "/veille", "/partager")
MOST_PAGES, MOST_PROFILES = 8, 6
STARTED = "() => Boolean(window.kharita?.view && document.querySelector('[data-testid=stMain]'))"
#: Show another view; what the parts say of the one before is taken away where they say it anew.
MOVE = """(query) => {
    const frame = document.querySelector('.st-key-kh-map iframe');
    const marks = frame?.contentDocument?.documentElement.dataset ?? {};
    window.khAwaited = ['painted', 'located', 'chain'].filter((name) => marks[name] !== undefined);
    for (const name of window.khAwaited) delete marks[name];
    document.activeElement?.blur();
    document.querySelector('[data-testid=stMain]').scrollTo(0, 0);
    window.kharita.open(query);
}"""
MOVED = """() => {
    const { query, filters } = window.kharita.view;
    const frame = document.querySelector('.st-key-kh-map iframe');
    const marks = frame?.contentDocument?.documentElement.dataset ?? {};
    const follow = (parts, name, value) =>
      [...document.querySelectorAll(parts)].every((part) => part.dataset[name] === value);
    return !document.querySelector('[aria-busy=true]')
      && document.querySelector('.stApp').dataset.testScriptState === 'notRunning'
      && window.khAwaited.every((name) => marks[name] !== undefined)
      && follow('.kh-markets, .kh-data', 'shown', query)
      && follow('.kh-facets, .kh-said, .kh-rows, .kh-card, .kh-reports', 'filters', filters);
}"""
#: Empty what a site may keep in a browser; whether there was nothing of ours.
EMPTY = """async () => {
    const kept = [localStorage, sessionStorage].flatMap((store) => Object.keys(store));
    localStorage.clear(); sessionStorage.clear();
    for (const { name } of await indexedDB.databases()) indexedDB.deleteDatabase(name);
    return !kept.some((key) => key.startsWith('kharita'))
      && !document.documentElement.dataset.khPresent;
}"""


@dataclass(frozen=True)
class Address:
    """What a page that stays open is moved within: server, page, language, in a frame or not."""

    base: str
    path: str
    lang: str
    embed: str

    @classmethod
    def of(cls, url: str) -> Address:
        parts = urlsplit(url)
        query = {"lang": ["fr"], "embed": [""], **parse_qs(parts.query)}
        base = f"{parts.scheme}://{parts.netloc}"
        return cls(base, parts.path or "/", query["lang"][0], query["embed"][0])


class Profile:
    """One browser profile and the pages open in it."""

    def __init__(self, browser: Browser, options: dict[str, Any]) -> None:
        self.options = options
        self.context = browser.new_context(**options)
        self.context.set_default_timeout(SLOW_MS)
        self.pages: dict[Address, Page] = {}

    def visit(self, base: str, path: str, *, fresh: bool) -> Page:
        """Open an address: by a move where its page is open, unless its start is what is tested."""
        address = Address.of(base + path)
        page = self.pages.get(address)
        if page and not fresh and address.path in MOVABLE:
            page.evaluate(MOVE, urlsplit(path).query)
            page.wait_for_function(MOVED)
            return page
        page = page or self._room()
        self.pages[address] = page
        page.goto(base + path)
        return page

    def _room(self) -> Page:
        if len(self.pages) >= MOST_PAGES:
            return self.pages.pop(next(iter(self.pages)))
        return self.context.new_page()

    def emptied(self) -> bool:
        """Make it as new but for its open pages; a page that kept something of a reader closes."""
        try:
            self._empty()
        except Error:  # a page that does not answer any more
            return False
        return True

    def _empty(self) -> None:
        permissions = self.options.get("permissions")
        self.context.unroute_all()
        self.context.clear_cookies()
        self.context.clear_permissions()
        if permissions:
            self.context.grant_permissions(permissions)
        self.pages = {}
        for page in self.context.pages:
            if page.evaluate(STARTED) and page.evaluate(EMPTY):
                page.unroute_all()
                page.emulate_media(media="null")
                page.set_viewport_size(self.options["viewport"])
                if self.pages.setdefault(Address.of(page.url), page) is page:
                    continue
            page.close()


@dataclass
class Readers:
    """The profiles of a run, by how their browser is set."""

    browser: Browser
    profiles: dict[str, list[Profile]] = field(default_factory=dict)
    busy: list[Profile] = field(default_factory=list)

    def take(self, options: dict[str, Any]) -> Profile:
        """A profile with these settings that nobody uses now."""
        alike = self.profiles.setdefault(json.dumps(options, sort_keys=True), [])
        free = next((profile for profile in alike if profile not in self.busy), None)
        if free is None:
            free = Profile(self.browser, options)
            alike.append(free)
        self.busy.append(free)
        return free

    def give_back(self, profile: Profile, *, sound: bool = True) -> None:
        """Empty a profile for the next; after a failure, or where there are many, close it."""
        self.busy.remove(profile)
        many = sum(map(len, self.profiles.values())) > MOST_PROFILES
        if many or not sound or not profile.emptied():
            self.profiles[json.dumps(profile.options, sort_keys=True)].remove(profile)
            profile.context.close()
