"""Logging in against a real provider, in the real app: name, role, write, removal, end."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from streamlit.web.server.starlette.starlette_app_utils import (
    create_signed_value,
    decode_signed_value,
)

from geo.store.audit_log import AuditLog
from tests.browser.journeys import DESKTOP, PHONE, SLOW_MS
from tests.conftest import ROOT, free_port, wait_for_health

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # the provider's own library announces its next version
    from oidc_provider_mock import User, run_server_in_thread

#: The provider warns about its own next version.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
SECRET = "0123456789abcdef" * 3
CLIENT_SECRET = "what-the-provider-gave-us"
COOKIE = "_streamlit_user"
EDITOR = 'editor = ["amina@example.ma"]\n'


@dataclass
class Place:
    """The app with a login, and the file of its roles."""

    base: str
    roles: Path


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder, port = tmp_path_factory.mktemp("login"), free_port()
    amina = User(sub="amina", claims={"email": "amina@example.ma", "name": "Amina <b>El</b> Fassi"})
    base, roles, secrets_file = (
        f"http://127.0.0.1:{port}",
        folder / "roles.toml",
        folder / "secrets.toml",
    )
    roles.write_text(EDITOR)
    with run_server_in_thread(user_claims=[amina]) as provider:
        secrets_file.write_text(f'''[auth]
redirect_uri = "{base}/oauth2callback"
cookie_secret = "{SECRET}"
[auth.office]
client_id = "kharita"
client_secret = "{CLIENT_SECRET}"
server_metadata_url = "http://localhost:{provider.server_port}/.well-known/openid-configuration"
''')
        with (folder / "log").open("w") as log:
            process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "streamlit",
                    "run",
                    "app.py",
                    "--server.port",
                    str(port),
                    "--server.address",
                    "127.0.0.1",
                    "--secrets.files",
                    str(secrets_file),
                ],
                cwd=ROOT,
                env={**os.environ, "KHARITA_VAR": str(folder / "var"), "KHARITA_ROLES": str(roles)},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_for_health(base, process)
        yield Place(base, roles)
        process.terminate()
        process.wait(timeout=20)
    told_to_the_log = (folder / "log").read_text()
    assert (
        told_to_the_log and SECRET not in told_to_the_log and CLIENT_SECRET not in told_to_the_log
    )


@pytest.fixture
def context(
    browser: Browser, place: Place, request: pytest.FixtureRequest
) -> Iterator[BrowserContext]:
    place.roles.write_text(EDITOR)
    made = browser.new_context(viewport=getattr(request, "param", DESKTOP))
    made.set_default_timeout(SLOW_MS)
    yield made
    made.close()


def write(page: Page, lang: str = "fr") -> tuple[int, str]:
    """Status and sentence of a write by this browser."""
    return tuple(
        page.evaluate(
            """(lang) => fetch(`/api/intake/none/publish?lang=${lang}`,
        {method: "POST", headers: {"x-kharita": "1"}, body: "{}"}).then(async (r) => [r.status,
          (await r.json()).error.text])""",
            lang,
        )
    )


def log_in(page: Page, place: Place, address: str) -> None:
    page.goto(place.base + address)
    page.locator(".kh-who-in").click()
    page.locator('button[value="amina"]').click()
    page.wait_for_url(place.base + address)
    page.locator(".kh-who details").wait_for()


@pytest.mark.parametrize(
    ("lang", "context", "role", "removed", "gone"),
    [
        ("fr", DESKTOP, "Rédacteur", "Il faut être rédacteur", "Connectez-vous"),
        ("ar", PHONE, "محرر", "هذا العمل متاح للمحررين", "سجّل الدخول"),
    ],
    indirect=["context"],
)
def test_from_log_in_to_log_out(place, context, lang, role, removed, gone):
    page = context.new_page()
    address = f"/veille?lang={lang}&market=DE" if lang != "fr" else "/veille?market=DE"
    page.goto(place.base + address)
    page.locator(".kh-who-in").wait_for()
    assert write(page, lang)[0] == 401
    log_in(page, place, address)
    page.locator(".kh-who summary").click()
    expect(page.locator(".kh-who-menu b")).to_have_text("Amina <b>El</b> Fassi")
    expect(page.locator(".kh-who-menu i")).to_have_text(role)
    expect(page.locator(".kh-publish .kh-drop")).to_be_visible()
    assert write(page, lang)[0] == 404, "an editor may publish, but this job does not exist"
    place.roles.write_text("")
    status, sentence = write(page, lang)
    assert status == 403 and removed in sentence
    page.locator(".kh-who-menu button").click()
    page.get_by_role("button", name="End session").click()
    page.locator(".kh-who-in").wait_for()
    assert COOKIE not in {c["name"] for c in context.cookies(place.base)}
    status, sentence = write(page, lang)
    assert status == 401 and gone in sentence
    entries = [
        (e["what"], e["short"], e["role"])
        for e in AuditLog(place.roles.parent / "var").latest()
        if "/api/" not in e["what"]
    ]
    assert entries[:2] == [
        ("GET /auth/logout", "a…@example.ma", "reader"),
        ("GET /oauth2callback", "a…@example.ma", "editor"),
    ]


def test_a_forged_or_old_login_is_refused_and_another_offered(place, context, monkeypatch):
    page = context.new_page()
    log_in(page, place, "/veille")
    held = next(c for c in context.cookies(place.base) if c["name"] == COOKIE)
    text = decoded(held["value"])
    for value in (
        held["value"][:-4] + "AAAA",
        create_signed_value("f" * 48, COOKIE, text).decode(),
    ):
        context.add_cookies([held | {"value": value}])
        status, sentence = write(page)
        assert status == 401 and "pas valable" in sentence
    now = time.time()
    with monkeypatch.context() as earlier:
        earlier.setattr("itsdangerous.timed.time.time", lambda: now - 13 * 3600)
        old = create_signed_value(SECRET, COOKIE, text).decode()
    context.add_cookies([held | {"value": old}])
    status, sentence = write(page)
    assert status == 401 and "a pris fin" in sentence
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # looked at again
    expect(page.locator(".kh-who-ended")).to_contain_text("Votre connexion a pris fin")
    page.locator(".kh-who-in").click()
    page.locator('button[value="amina"]').click()
    page.locator(".kh-who details").wait_for()
    assert write(page)[0] == 404


def decoded(value: str) -> str:
    return decode_signed_value(SECRET, COOKIE, value).decode()
