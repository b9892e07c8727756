"""Attacks in a real browser: the content security policy, and hostile text wherever text shows."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from geo.text.csv_injection import guarded
from tests.browser.journeys import DESKTOP, SLOW_MS, frame, painted
from tests.security.payloads import FORMULAS, MARKUP, PAYLOADS, RUN
from tests.security.stored import poisoned
from tests.sizes import PROFILE

#: Streamlit's protobuf library asks whether WebAssembly may run, and does without it.
PROBE = re.compile(r"script-src wasm-eval \S+/static/js/protobuf\.")
REFUSED = """addEventListener("securitypolicyviolation", (e) => (top.__refused ||= []).push(
    `${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber} ` +
    `in ${location.pathname}`));"""


@pytest.fixture(scope="module")
def guarded_reader(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that keeps every refusal of a policy."""
    context = browser.new_context(
        viewport=DESKTOP,
        permissions=["geolocation", "clipboard-read", "clipboard-write"],
        geolocation={"longitude": -5.0, "latitude": 34.03},
    )
    context.set_default_timeout(SLOW_MS)
    context.add_init_script(REFUSED)
    yield context
    context.close()


@pytest.fixture
def walk(guarded_reader: BrowserContext, app: str) -> Iterator[Page]:
    """A page that keeps every refusal of its policy and of its frames'."""
    page = guarded_reader.new_page()
    page.logged = []
    page.on(
        "console",
        lambda m: (
            page.logged.append(m.text)
            if "ontent Security Policy" in m.text or "ermissions policy" in m.text
            else None
        ),
    )
    yield page
    emptied(guarded_reader)


def emptied(context: BrowserContext) -> None:
    """Leave nothing of a test in a browser but what it fetched."""
    for page in context.pages:
        address = urlsplit(page.url)
        if address.scheme == "http":  # by the browser: a sandboxed page may not reach its storage
            origin = f"{address.scheme}://{address.netloc}"
            context.new_cdp_session(page).send(
                "Storage.clearDataForOrigin",
                {"origin": origin, "storageTypes": "local_storage,indexeddb"},
            )
        page.close()
    context.clear_cookies()


def present(page: Page) -> None:
    page.locator(".kh-scene").click()
    page.locator('[data-testid="stTopNavLink"]').nth(4).click()
    page.locator('[data-key="present"]').click()
    expect(page.locator(".kh-present h1")).to_be_visible()


def uploads(page: Page) -> None:
    page.set_input_files(
        "#kh-import-file",
        {
            "name": "a.csv",
            "mimeType": "text/csv",
            "buffer": b"Nom;Pays;Lat;Lon\nA;France;45,7;4,8\n",
        },
    )
    page.locator('.kh-import[data-planned="1"]').wait_for()


def downloads(page: Page) -> None:
    for part in ("/export.csv", "/snapshot.png"):
        with page.expect_download() as file:
            page.locator(f'.kh-file[href^="{part}"]').first.click()
        assert file.value.failure() is None and file.value.path().stat().st_size > 100


#: Address, what is there once it is drawn, what is done there.
PAGES: tuple[tuple[str, str, Callable[[Page], object] | None], ...] = (
    ("/?sel=buyer:limala-de", ".kh-panel, .st-key-kh-dock h2", painted),
    ("/?embed=1", "", painted),
    ("/?market=DE", ".kh-scene", present),
    ("/marches", ".kh-markets[data-shown]", None),
    ("/marches?sel=market:FR", '[data-page="FR"], .kh-markets[data-shown]', None),
    (
        "/localiser",
        ".kh-facets",
        lambda p: frame(p).locator("html[data-painted]").wait_for(state="attached"),
    ),
    (
        "/veille?sel=report:R-2024-05",
        ".kh-wcard",
        lambda p: frame(p).locator("html[data-chain]").wait_for(state="attached"),
    ),
    ("/partager?market=DE", ".kh-file", downloads),
    ("/donnees", ".kh-filled", None),
    ("/donnees?book=import", "#kh-import-file", uploads),
    (
        "/donnees?book=records&sel=site:cooperative-nissae-idadouchen-poterie",
        ".kh-pointmap .kh-pin.after",
        None,
    ),
    ("/donnees?book=history", "main, .stMain", None),
    ("/donnees?book=about", "main, .stMain", None),
    ("/sheet/08", "table", None),
    ("/argument", "h1", None),
    ("/digest.html", "h1", None),
    ("/ogc?f=html", "h1", None),
    ("/ogc/collections/buyers/items?f=html", "h1", None),
    ("/snapshot.svg", "svg", None),
    ("/digest.atom", "", None),
)


def test_every_page_runs_under_its_policy(walk, app):
    refused = {}
    for address, drawn, act in PAGES:
        answer = None
        if drawn or act:
            answer = walk.goto(app + address)
        if drawn:
            walk.locator(drawn).first.wait_for(state="attached")
        if act:
            act(walk)
        if answer and address.startswith(
            ("/?", "/marches", "/localiser", "/veille", "/partager", "/donnees")
        ):
            assert "script-src 'self' blob: 'sha256-" in answer.headers["content-security-policy"]
            walk.wait_for_load_state("networkidle")
        found = [
            r for r in walk.evaluate("top.__refused || []") if not PROBE.match(r)
        ] + walk.logged
        if found:
            refused[address] = sorted(set(found))
        walk.logged.clear()
    assert refused == {}


def test_the_policy_stops_a_script_that_got_in(walk, app):
    walk.goto(app)
    painted(walk)
    walk.evaluate(f"document.body.insertAdjacentHTML('beforeend', `<img src=x onerror={RUN}>`)")
    walk.wait_for_function("(top.__refused || []).some((r) => r.startsWith('script-src'))")
    assert walk.evaluate("top.__xss") is None


def test_a_page_that_was_kept_runs_too_and_may_ask_where_it_is(walk, app):
    walk.goto(app)
    painted(walk)
    walk.reload()  # the browser keeps the page, and asks whether it changed
    painted(walk)
    assert walk.evaluate("document.featurePolicy.allowedFeatures().includes('geolocation')")
    assert not walk.evaluate("document.featurePolicy.allowedFeatures().includes('camera')")


class _Elsewhere(BaseHTTPRequestHandler):
    def __init__(self, content: str, *rest) -> None:
        self.content = content
        super().__init__(*rest)

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(self.content.encode())

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[Callable[[str], str]]:
    """Serve a page from another origin."""
    servers = []

    def serve(content: str) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Elsewhere, content))
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_another_sites_page_neither_frames_ours_nor_holds_its_window(walk, app, elsewhere):
    """The map's frame runs the script it is sent: nobody else may send it one."""
    walk.goto(app)
    painted(walk)
    inner = walk.evaluate("new URL(document.querySelector('.st-key-kh-map iframe').src).pathname")
    evil = elsewhere(f"""<iframe id=a src="{app}{inner}"></iframe>
<iframe id=b src="{app}/?embed=1"></iframe><script>
        document.onclick = () => {{ window.held = open("{app}{inner}"); }};</script>""")
    seen = []
    walk.on("console", lambda m: seen.append(m.text))
    walk.goto(evil)
    walk.wait_for_load_state("networkidle")
    assert sum("frame-ancestors" in text for text in seen) == 2
    with walk.context.expect_page() as opened:
        walk.click("body", position={"x": 5, "y": 400})
    opened.value.wait_for_load_state()
    walk.wait_for_function("window.held.closed")
    assert opened.value.evaluate("opener") is None


# --- hostile text ---------------------------------------------------------------------

#: What ran, and what became an element, an event or an address, in every document of the window.
FOUND = """(within) => {
  const found = [];
  const look = (root, where) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.hasAttribute("data-xss") || node.localName === "x-ss")
        found.push(`${where}: <${node.localName}>`);
      for (const { name, value } of node.attributes) {
        if (name.startsWith("on")) found.push(`${where}: ${node.localName}.${name}`);
        if (["href", "src", "action", "formaction", "data", "xlink:href"].includes(name) &&
            /^[\\s\\x00-\\x20]*(javascript|vbscript|data:text)/i.test(value))
          found.push(`${where}: ${name}=${value}`);
        if (name === "style" && value.includes("evil.example")) found.push(`${where}: style`);
      }
      if (node.shadowRoot) look(node.shadowRoot, where);
      if (node.localName === "iframe" && node.contentDocument)
        look(node.contentDocument, `${where} > frame`);
    }
  };
  look((within && document.querySelector(within)) || document, location.pathname);
  if (top.__xss) found.push(`ran ${top.__xss} times`);
  return [...new Set(found)];
}"""
TYPED = f"\"'><img data-xss src=x onerror={RUN}>${{{RUN}}}"


@pytest.fixture(scope="module")
def infected(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The app over a store whose every text is hostile."""
    var: Path = tmp_path_factory.mktemp("infected")
    poisoned(var, PAYLOADS)
    return serve(KHARITA_VAR=str(var))


@pytest.fixture(scope="module")
def open_reader(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that enforces no policy."""
    context = browser.new_context(viewport=DESKTOP, bypass_csp=True)
    context.set_default_timeout(SLOW_MS)
    context.add_init_script(f"window.__look = {FOUND}")
    yield context
    context.close()


@pytest.fixture
def victim(open_reader: BrowserContext) -> Iterator[Page]:
    """A reader whose browser enforces no policy: the pages themselves must be safe."""
    page = open_reader.new_page()
    page.trouble = []
    page.on("dialog", lambda d: (page.trouble.append(f"dialog {d.message}"), d.dismiss()))
    page.on("request", lambda r: page.trouble.append(r.url) if "evil.example" in r.url else None)
    yield page
    emptied(open_reader)


def unharmed(page: Page, where: str) -> None:
    assert (page.evaluate(FOUND), page.trouble) == ([], []), where


def test_the_search_for_what_ran_finds_it(victim, app):
    """Most of the payloads do run where text is taken for markup."""
    victim.goto(f"{app}/digest.html")
    victim.evaluate(
        """(all) => { for (const text of all) { const node = document.createElement("div");
          document.body.append(node); node.innerHTML = text; } }""",
        [m for m in MARKUP if "<base" not in m and "refresh" not in m],
    )
    victim.wait_for_function("top.__xss >= 8")
    assert len(victim.evaluate(FOUND)) > 20 and victim.trouble


def test_on_the_map_page_text_is_text(victim, infected):
    victim.goto(f"{infected}/?v=1&q=onerror&layers=buyers,sites,fairs")
    painted(victim)
    unharmed(victim, "page")
    hover_all(victim)
    unharmed(victim, "tooltips")
    for tab in ("buyers", "sites", "maisons", "fairs", "reports"):
        if victim.locator(f'.kh-rows ~ * [data-tab="{tab}"], [data-tab="{tab}"]').count():
            victim.locator(f'[data-tab="{tab}"]').first.click()
            victim.wait_for_load_state("networkidle")
            unharmed(victim, f"table {tab}")


#: Open one panel after the other and look at each once it is drawn.
EACH_PANEL = """async (all) => {
  const found = []; let seen = 0;
  for (const sel of all) {
    window.kharita.go({ op: "set", field: "sel", value: sel });
    await new Promise((done) => {
      const heading = `.st-key-kh-dock [data-sel="${sel}"] h2`;
      const wait = () => document.querySelector(heading) ? done() : setTimeout(wait, 5);
      wait(); });
    seen += 1;
    found.push(...window.__look(".st-key-kh-dock"));
  }
  return { seen, found: [...new Set(found)] };
}"""


def hover_all(page: Page) -> None:
    """Move over every mark of the map."""
    frame(page).locator(
        "html"
    ).evaluate("""() => { const marks = []; window.kharita.eachLayer((m) => marks.push(m));
        for (const m of marks) { m.fire("mouseover", { latlng: m.getLatLng(), layer: m }, true);
          } }""")


def test_on_locate_labels_and_tooltips_are_text(victim, infected):
    victim.goto(f"{infected}/localiser?place=-5.9,32.1&km=100")
    frame(victim).locator("html[data-located]").wait_for(state="attached")
    frame(victim).locator(".kh-near.east, .kh-near.west").first.wait_for(state="attached")
    hover_all(victim)
    expect(frame(victim).locator(".leaflet-tooltip").last).not_to_have_text("")
    unharmed(victim, "locate")


PANELS = (("buyer", "ar"), ("site", "fr"), ("report", "en"), ("fair", "ar"))


@pytest.mark.parametrize(("kind", "lang"), PANELS)
def test_every_panel_shows_text(victim, infected, kind, lang):
    """At a commit each payload is in one of the panels, at night in all of them."""
    first, step = (0, 1) if PROFILE == "nightly" else (PANELS.index((kind, lang)), len(PANELS))
    numbers = range(first, len(PAYLOADS), step)
    victim.goto(f"{infected}/?v=1&lang={lang}&sel={kind}:attack-{first}")
    painted(victim)
    found = victim.evaluate(EACH_PANEL, [f"{kind}:attack-{n}" for n in numbers])
    assert found == {"seen": len(numbers), "found": []}
    unharmed(victim, kind)


PLACES = (
    ("/marches", ".kh-markets[data-shown]"),
    ("/marches?show=compare&compare=DE,FR,ES", ".kh-markets[data-shown]"),
    ("/marches?sel=market:DE", ".kh-markets[data-shown]"),
    ("/marches?show=gap", ".kh-markets[data-shown]"),
    ("/marches?show=make&request={q}", ".kh-markets[data-shown]"),
    ("/localiser?place=-5.9,32.1&km=100", ".kh-facets"),
    ("/veille?q={q}", ".kh-reports"),
    ("/veille?sel=report:attack-5", ".kh-wcard"),
    ("/partager?title={q}&q={q}", ".kh-file"),
    ("/donnees", ".kh-filled"),
    ("/donnees?book=records&q={q}", ".kh-data, .stMain"),
    ("/donnees?book=records&sel=buyer:attack-3", ".kh-form"),
    ("/donnees?book=records&sel=site:attack-9", ".kh-form"),
    ("/donnees?book=history", ".kh-sets"),
    (
        "/?q={q}&place={q}&zone={q}&terms={q}&sel={q}&lang={q}&market={q}&at={q}&shared={q}",
        ".kh-facets",
    ),
    ("/sheet/08", "table"),
    ("/argument", "h1"),
    ("/digest.html?since=2020-01-01", "h1"),
    ("/ogc/collections/buyers/items?f=html&limit=200", "h1"),
    ("/ogc/collections/sites/items/attack-1?f=html", "h1"),
    ("/ogc/collections/reports/items?f=html&limit=200", "h1"),
)


def test_wherever_text_is_shown_it_stays_text(victim, infected):
    for address, drawn in PLACES:
        victim.goto(infected + address.replace("{q}", quote(TYPED, safe="")))
        victim.locator(drawn).first.wait_for(state="attached")
        if ".kh" in drawn:
            victim.wait_for_load_state("networkidle")
        unharmed(victim, address)


def test_files_that_a_browser_opens_hold_text(victim, infected, tmp_path):
    parameters = urlencode({"title": TYPED, "q": "onerror"})
    for ending in ("html", "svg"):
        answer = victim.request.get(f"{infected}/snapshot.{ending}?v=1&{parameters}")
        assert answer.ok, answer.text()[:200]
        file = tmp_path / f"offline.{ending}"
        file.write_bytes(answer.body())
        victim.goto(file.as_uri())
        unharmed(victim, ending)


def test_what_a_colleague_sends_stays_text(victim, infected):
    """Titles of scenes and of shared views, notes, starred names, an uploaded report."""
    made = victim.request.post(
        f"{infected}/api/shared", data={"query": f"q={quote(TYPED)}", "title": TYPED, "lang": "fr"}
    )
    assert made.status == 201, made.text()
    code = made.json()["code"]
    kept = {
        "title": TYPED,
        "scenes": [
            {
                "id": f"s{n}",
                "title": payload,
                "query": "market=DE",
                "notes": [{"text": payload, "pin": "", "owner": payload, "due": payload}],
            }
            for n, payload in enumerate(PAYLOADS[::4])
        ],
    }
    stars = [{"sel": "buyer:attack-1", "name": TYPED, "note": TYPED}]
    victim.goto(f"{infected}/digest.html")
    victim.evaluate(
        "([meeting, stars]) => { localStorage.setItem('kharita.meeting', "
        "JSON.stringify(meeting)); localStorage.setItem('kharita.shortlist', "
        "JSON.stringify(stars)); }",
        [kept, stars],
    )
    victim.goto(f"{infected}/partager?shared={code}")
    expect(victim.locator(".kh-scenes input").first).to_have_value(PAYLOADS[0])
    victim.wait_for_load_state("networkidle")
    unharmed(victim, "share")
    victim.locator('[data-key="present"]').click()
    for payload in PAYLOADS[:20:4]:
        expect(victim.locator(".kh-present h1")).to_have_text(" ".join(payload.split()))
        unharmed(victim, "presenting")
        victim.keyboard.press("ArrowRight")
    victim.keyboard.press("Escape")
    victim.goto(f"{infected}/s/{code}")
    expect(victim.locator(".kh-shared")).to_contain_text(TYPED)
    unharmed(victim, "shared view")
    victim.goto(f"{infected}/veille")
    text = "\n\n".join(
        f"{n}. Limala commande des tapis. {payload}" for n, payload in enumerate(MARKUP)
    )
    victim.locator('.kh-publish input[type="file"]').set_input_files(
        files=[
            {
                "name": f"{TYPED.replace('/', '')}.md",
                "mimeType": "text/markdown",
                "buffer": f"# {TYPED}\n\n12 mars 2026. {text}".encode(),
            }
        ]
    )
    victim.locator('[data-proposal="buyer:limala-de"]').first.wait_for()
    unharmed(victim, "proposals")
    victim.locator('.kh-publish input[type="text"]').first.fill(TYPED)
    victim.locator(".kh-publish .kh-primary").click()
    victim.wait_for_function("() => location.search.includes('sel=report:I-')")
    expect(victim.locator("#kh-read-title")).to_contain_text(TYPED)
    frame(victim).locator('html[data-chain^="I-"]').wait_for(state="attached")
    unharmed(victim, "published")


def test_the_pages_own_csv_is_guarded_as_the_servers(walk, app):
    walk.goto(app)
    painted(walk)
    asset = walk.evaluate(
        "performance.getEntriesByType('resource').map((r) => r.name).find((n) => "
        "n.endsWith('/core/view_store.js'))"
    )
    made = walk.evaluate(
        "async ([url, all]) => { const { guarded } = await import(url); return all.map(guarded); }",
        [asset.replace("core/view_store.js", "markets/shortlist.js"), [*FORMULAS, *PAYLOADS]],
    )
    assert made == [guarded(text) for text in (*FORMULAS, *PAYLOADS)]
