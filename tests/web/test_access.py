"""Who is who: the cookie, the file of the roles, the door of each route, the start."""

from __future__ import annotations

import importlib
import os
import re
import secrets
import subprocess
import sys
import time

import pytest
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.auth_util import set_cookie_with_chunks
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from geo.core.roles import ROLES, BadRoles, Roles, reaches, read_roles
from geo.core.settings import settings
from geo.store.audit_log import AuditLog
from geo.web import access, account_routes
from geo.web.access import Login, configuration_error, identify, require
from geo.web.audit_middleware import AuditMiddleware
from geo.web.login_cookie import COOKIE
from geo.web.requests import json_answer
from tests.conftest import ROOT
from tests.web_app import web_app

SECRET = "0123456789abcdef" * 4
ORIGIN = "http://localhost:8501"
OURS = {"x-kharita": "1"}


def cookies(secret=SECRET, **claims):
    """The cookies of a login, made as Streamlit makes them."""
    made: dict[str, str] = {}
    identity = {
        "origin": ORIGIN,
        "is_logged_in": True,
        "email": "amina@example.ma",
        "name": "Amina",
    } | claims

    def put(name, value):
        made[name] = create_signed_value(secret, name, value).decode("latin-1")

    set_cookie_with_chunks(
        put, lambda n, v: create_signed_value(secret, n, v), COOKIE, identity, cookie_attr_size=60
    )
    return made


@pytest.fixture
def login(tmp_path, monkeypatch):
    """A login is configured and Amina is an editor; gives the file of the roles."""
    path = tmp_path / "roles.toml"
    path.write_text('editor = ["Amina@Example.ma"]\n')
    monkeypatch.setenv("KHARITA_ROLES", str(path))
    monkeypatch.setenv("KHARITA_VAR", str(tmp_path / "var"))
    access.configure(Login(SECRET, ORIGIN, 1.0))
    yield path
    access.configure(None)


# --- the cookie -----------------------------------------------------------------------


def test_streamlits_own_cookie_is_read(login):
    who = identify(cookies(), "")
    assert (who.name, who.email, who.role, who.problem) == (
        "Amina",
        "amina@example.ma",
        "editor",
        "",
    )


def test_a_long_cookie_comes_in_parts(login):
    made = cookies(groups=[secrets.token_hex(20) for _ in range(200)])
    assert len(made) > 2 and identify(made, "").role == "editor"
    made.pop(f"{COOKIE}_2")
    assert identify(made, "").problem == "access.forged"


@pytest.mark.parametrize(
    "made",
    [
        {COOKIE: "x"},
        {COOKIE: ""},
        {COOKIE: "é"},
        cookies(secret="f" * 64),
        cookies(origin="https://evil.example"),
        cookies(is_logged_in=False),
        {COOKIE: cookies()[COOKIE][:-2] + "AA"},
        {COOKIE: create_signed_value(SECRET, COOKIE, "[1]").decode()},
        {COOKIE: create_signed_value(SECRET, COOKIE, "no json").decode()},
        {COOKIE: create_signed_value(SECRET, COOKIE, "chunks-99").decode()},
        {
            COOKIE: create_signed_value(
                SECRET, "_streamlit_user_tokens", '{"is_logged_in":true}'
            ).decode()
        },
    ],
)
def test_what_was_not_signed_for_us_is_nobody(login, made):
    who = identify(made, "")
    assert (who.email, who.role, who.problem) == ("", "reader", "access.forged")


def test_a_login_ends(login, monkeypatch):
    made, now = cookies(), time.time()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now - 3_590)
    nearly = cookies()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now - 3_700)
    old = cookies()
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: now + 3_600)
    early = cookies()
    assert [identify(c, "").problem for c in (made, nearly, old, early)] == [
        "",
        "",
        "access.expired",
        "access.expired",
    ]


@pytest.mark.parametrize(
    "claims",
    [{"email_verified": False}, {"email": None}, {"email": "amina"}, {"email": "a" * 300 + "@b"}],
)
def test_an_address_nobody_vouches_for_has_no_role(login, claims):
    who = identify(cookies(**claims), "")
    assert (who.email, who.role) == ("", "reader") and who.problem == ""


def test_a_name_is_text(login):
    assert identify(cookies(name="  A\n<b>\x00" + "x" * 200), "").name == "A <b> " + "x" * 74


# --- the roles ------------------------------------------------------------------------


def test_a_removal_counts_at_once(login):
    made = cookies()
    assert identify(made, "").role == "editor"
    login.write_text('editor = ["b@example.ma"]\n')
    assert identify(made, "").role == "reader"
    login.write_text('administrator = ["amina@example.ma"]\neditor = ["amina@example.ma"]\n')
    assert identify(made, "").role == "administrator"


@pytest.mark.parametrize(
    "content",
    [
        "editor = [",
        "boss = []",
        'editor = "a@b"',
        "editor = [1]",
        'editor = ["a"]',
        "# " + "x" * 2**20,
        "\xff",
    ],
)
def test_a_file_that_cannot_be_read_makes_readers(login, content):
    assert identify(cookies(), "").role == "editor"
    login.write_bytes(content.encode("latin-1"))
    assert identify(cookies(), "").role == "reader"
    with pytest.raises(BadRoles):
        read_roles(login)


def test_no_file_makes_readers(tmp_path):
    assert (
        Roles(None).of("a@b.c")
        == Roles(tmp_path / "none").of("a@b.c")
        == Roles(None).of("")
        == "reader"
    )


def test_a_role_may_what_lower_ones_may():
    assert [[reaches(a, b) for b in ROLES] for a in ROLES] == [
        [True, False, False, False],
        [True, True, False, False],
        [True, True, True, False],
        [True] * 4,
    ]


# --- without a login ------------------------------------------------------------------


@pytest.mark.parametrize("role", ROLES)
def test_without_a_login_everybody_has_the_setting(monkeypatch, role):
    monkeypatch.setenv("KHARITA_ROLE", role)
    assert identify({}, "anything").role == role
    try:
        access.configure(None, access.LOCAL)
        for host in ("localhost", "localhost:8501", "127.0.0.1:1", "[::1]:8501", "LOCALHOST:80"):
            assert identify({}, host).role == role
        for host in ("evil.example:8501", "localhost.evil.example", "", "10.0.0.1", "[::2]:80"):
            assert identify({}, host).role == "reader"
    finally:
        access.configure(None)


@pytest.mark.parametrize(
    ("role", "address", "starts"),
    [
        ("reader", None, True),
        ("reader", "0.0.0.0", True),
        ("editor", None, False),
        ("editor", "0.0.0.0", False),
        ("administrator", "192.168.1.2", False),
        ("administrator", "localhost", True),
        ("steward", "127.0.0.1", True),
        ("steward", "::1", True),
        ("steward", "localhost.example", False),
    ],
)
def test_writing_for_everybody_needs_this_machine_only(monkeypatch, role, address, starts):
    monkeypatch.setenv("KHARITA_ROLE", role)
    assert (configuration_error(None, address, settings()) == "") is starts


@pytest.mark.parametrize("secret", ["", "short", "x" * 64, "change-me", "abc" * 20])
def test_a_guessable_secret_stops_the_start(secret, tmp_path, monkeypatch):
    assert "cookie_secret" in configuration_error(Login(secret, ORIGIN), None, settings())
    assert configuration_error(Login(SECRET, ORIGIN), None, settings()) == ""
    assert "redirect_uri" in configuration_error(Login(SECRET, "://"), None, settings())
    monkeypatch.setenv("KHARITA_ROLES", str(tmp_path / "none.toml"))
    assert "KHARITA_ROLES" in configuration_error(Login(SECRET, ORIGIN), None, settings())


def test_a_wrong_setting_is_named(monkeypatch):
    monkeypatch.setenv("KHARITA_ROLE", "boss")
    with pytest.raises(ValueError, match="boss"):
        settings()


# --- the door -------------------------------------------------------------------------


def client(**options):
    def act(request: Request):
        return json_answer({"by": require(request, "editor").name})

    return TestClient(
        web_app(
            [Route("/act", act, methods=["GET", "POST"]), *account_routes.routes()],
            [Middleware(AuditMiddleware)],
        ),
        **options,
    )


def test_a_write_says_who_and_refusals_say_why(login):
    for lang, word in (("fr", "Connectez-vous"), ("ar", "سجّل الدخول"), ("en", "Log in")):
        answer = client().post(f"/act?lang={lang}", headers=OURS)
        assert answer.status_code == 401 and word in answer.json()["error"]["text"]
    editor = client(cookies=cookies(), headers=OURS)
    assert editor.post("/act").json() == {"by": "Amina"}
    login.write_text("")
    assert editor.post("/act").status_code == 403
    assert (
        client(cookies={COOKIE: "forged"}, headers=OURS).post("/act").json()["error"]["code"]
        == "access.forged"
    )


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-kharita": "0"},
        OURS | {"origin": "https://evil.example"},
        OURS | {"sec-fetch-site": "cross-site"},
    ],
)
def test_a_write_from_elsewhere_is_refused_whoever_asks(login, headers):
    assert client(cookies=cookies()).post("/act", headers=headers).status_code == 403
    assert client(cookies=cookies()).get("/act", headers=headers).status_code == 200


def test_writes_and_refusals_are_in_the_log_and_reads_are_not(login, tmp_path):
    person = client(cookies=cookies(), headers=OURS)
    person.post("/act")
    person.get("/act")
    person.get("/api/me")
    client(headers=OURS).get("/act?token=secret")
    entries = AuditLog(tmp_path / "var").latest()
    assert [(e["what"], e["outcome"], e["role"], e["short"], e["needs"]) for e in entries] == [
        ("GET /act", 401, "reader", "", "editor"),
        ("POST /act", 200, "editor", "a…@example.ma", "editor"),
    ]


def test_an_administrator_reads_the_log(login):
    person = client(cookies=cookies(), headers=OURS)
    person.post("/act")
    assert person.get("/api/audit").status_code == 403
    login.write_text('administrator = ["amina@example.ma"]\n')
    newest, first = person.get("/api/audit").json()["entries"]
    assert newest["what"] == "GET /api/audit" and first["what"] == "POST /act"
    assert first["email"] == "amina@example.ma"
    for limit in ("0", "x", "1001", "-1", "١"):
        assert person.get("/api/audit", params={"limit": limit}).status_code == 400
    assert len(person.get("/api/audit?limit=1").json()["entries"]) == 1


@pytest.mark.parametrize(("lang", "role"), [("fr", "Rédacteur"), ("ar", "محرر"), ("en", "Editor")])
def test_a_person_is_told_who_they_are(login, lang, role):
    account = client(cookies=cookies()).get(f"/api/me?lang={lang}").json()
    assert account == {
        "login": True,
        "name": "Amina",
        "role": "editor",
        "role_text": role,
        "may": ["reader", "editor"],
        "problem": "",
    }
    assert client().get("/api/me").json()["problem"] == ""
    assert client(cookies={COOKIE: "x"}).get("/api/me").json()["problem"]


# --- every route of the app -----------------------------------------------------------

#: Writing methods that readers have, and why.
OPEN = {
    "POST /api/shared": "a reader shares a view; the store is bounded",
    "POST /api/jobs/atlas": "draws a file; nothing is kept",
    "DELETE /api/jobs/{id}": "stops one's own drawing; the id is the key",
    "POST /minutes.docx": "draws a file",
    "POST /minutes.pptx": "draws a file",
    "POST /api/corrections/{code}": "anybody may propose; a steward judges",
}


@pytest.fixture(scope="module")
def app_routes():
    """The routes of the app as it is served; the door is put back."""
    before = os.environ.pop("KHARITA_ROLE", None)
    routes = importlib.import_module("app").ROUTES
    access.configure(None)
    if before is not None:
        os.environ["KHARITA_ROLE"] = before
    return routes


def written(routes):
    return [
        (method, route.path)
        for route in routes
        for method in sorted(route.methods or ())
        if method not in ("GET", "HEAD")
    ]


def test_every_write_of_the_app_refuses_readers(app_routes, login):
    found = written(app_routes)
    assert len(found) > 8 and {f"{m} {p}" for m, p in found} >= OPEN.keys()
    login.write_text("")
    web = web_app(app_routes)
    for method, path in found:
        if f"{method} {path}" in OPEN:
            continue
        address = re.sub(r"\{(\w+)(:\w+)?\}", lambda m: "1" if m[2] == ":int" else m[1], path)
        for jar, status in (({}, 401), (cookies(), 403), ({COOKIE: "x"}, 401)):
            answer = TestClient(web, cookies=jar).request(
                method, address, headers=OURS, content=b"{}"
            )
            assert answer.status_code == status, (method, path)
            assert answer.json()["error"]["code"].startswith("access."), (method, path)


@pytest.mark.parametrize(
    ("role", "secret", "message"),
    [
        ("editor", "", "would let everybody"),
        ("boss", "", "must be one of"),
        ("", "change-me", "cookie_secret"),
    ],
)
def test_the_app_itself_does_not_start(tmp_path, role, secret, message):
    if secret:
        (tmp_path / ".streamlit").mkdir()
        (tmp_path / ".streamlit" / "secrets.toml").write_text(
            '[auth]\nredirect_uri = "http://localhost:8501/oauth2callback"\ncookie_secret = '
            f'"{secret}"\n'
        )
    ran = subprocess.run(
        [sys.executable, "-c", "import app"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT), "KHARITA_ROLE": role},
    )
    assert ran.returncode == 1 and message in ran.stderr
