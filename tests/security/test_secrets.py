"""No secret in the project, in what the app says, or in what it logs."""

from __future__ import annotations

import logging
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from geo.core.errors import KharitaError
from geo.core.settings import settings
from geo.locate.api import routes as located
from geo.query import current as service
from geo.web import access
from geo.web.access import Login, configuration_error
from geo.web.login_cookie import weak
from tests.conftest import ROOT
from tests.web_app import web_app

SECRET = "Xq7-canary-9dKzT2"
#: What keys look like, by who gives them out.
KEYS = re.compile(
    "|".join(
        (
            r"AKIA[0-9A-Z]{16}",
            r"gh[pousr]_[A-Za-z0-9]{36}",
            r"github_pat_\w{40}",
            r"xox[abprs]-[\w-]{12}",
            r"sk-[A-Za-z0-9_-]{24}",
            r"AIza[\w-]{35}",
            r"-----BEGIN [A-Z ]*PRIVATE KEY",
            r"eyJ[\w-]{16,}\.eyJ[\w-]{16,}\.",
            r"5b3ce3597851110001cf6248[0-9a-f]{8}",
            r"[a-z]+://[^\s/:@'\"{}<>]+:[^\s/@'\"{}<>]{6,}@[a-z0-9]",
        )
    )
)
#: A name that promises a secret, and a literal for it.
NAMED = re.compile(
    r"(?i)(secret|passw(or)?d|passphrase|api_?key|access_?token|client_?secret)\w*\"?\s*[:=]\s*[\"'](?P<value>[^\"'\s{}<>$]{8,})[\"']"
)
TEXTS = (
    ".py",
    ".js",
    ".md",
    ".toml",
    ".txt",
    ".in",
    ".ini",
    ".cfg",
    ".html",
    ".css",
    ".yml",
    ".yaml",
    ".sql",
    ".po",
    ".sh",
    ".service",
    "Makefile",
    "Containerfile",
)
#: Pretended ones: tests prove that these stay out of sight.
PRETENDED = ("tests/",)


def project_files() -> list[Path]:
    """Every text of the project, without what git leaves out."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True
    )
    names = (
        listed.stdout.splitlines()
        if listed.returncode == 0
        else [
            str(p.relative_to(ROOT))
            for p in ROOT.rglob("*")
            if p.is_file() and not {".venv", ".git", "var"} & set(p.parts)
        ]
    )
    return [ROOT / name for name in names if name.endswith(TEXTS) and (ROOT / name).is_file()]


def test_no_key_is_in_the_project():
    files, found = project_files(), []
    for path in files:
        name, text = path.relative_to(ROOT).as_posix(), path.read_text("utf-8", "replace")
        found += [(name, m[0][:12]) for m in KEYS.finditer(text) if not name.startswith(PRETENDED)]
        found += [(name, m[0][:20]) for m in NAMED.finditer(text) if not name.startswith(PRETENDED)]
    assert len(files) > 300 and found == []


@pytest.mark.parametrize(
    "text",
    [
        "AKIA" + "A" * 16,
        "ghp_" + "a" * 36,
        "-----BEGIN RSA " + "PRIVATE KEY-----",
        "postgresql://u:" + "hunter22@db/x",
        "api_key = '" + "0123456789abcdef'",
        '"client_secret": "' + 'abcdefghij"',
    ],
)
def test_the_search_finds_keys(text):
    assert KEYS.search(text) or NAMED.search(text)


def test_files_of_secrets_never_enter_the_project():
    for name in (".streamlit/secrets.toml", "var/reports/x"):
        ignored = subprocess.run(["git", "check-ignore", "-q", name], cwd=ROOT)
        if ignored.returncode != 128:  # no git here
            assert ignored.returncode == 0, name


# --- what is said and logged ----------------------------------------------------------


def messages_of(act: Callable[[], object]) -> str:
    """Everything an error says, its causes and its traceback too."""
    import traceback

    try:
        return repr(act())
    except (KharitaError, ValueError, OSError) as error:
        return "".join(traceback.format_exception(error))


def unreachable(scheme: str) -> str:
    return f"{scheme}://kharita:{SECRET}@127.0.0.1:1/kharita"


STORES = (
    f"postgis:{unreachable('postgresql')}",
    f"postgis:{unreachable('mysql')}",
    f"postgis:{unreachable('postgresql')}:x?a=b",
    unreachable("postgresql"),
    f"postgis:{SECRET}",
    SECRET,
    f"postgis:postgresql://[{SECRET}@h/d",
    f"synthetic:{SECRET}",
)


@pytest.mark.parametrize("address", STORES)
def test_a_store_that_cannot_be_opened_is_told_without_its_password(
    address, monkeypatch, tmp_path, caplog
):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("KHARITA_STORE", address)
    monkeypatch.setenv("KHARITA_VAR", str(tmp_path))
    messages = messages_of(service.current) + messages_of(service.ledger)
    client = TestClient(web_app(), raise_server_exceptions=False)
    answers = [client.get(path).text for path in ("/healthz", "/api/about", "/api/rows/buyers")]
    logged = "".join(
        r.getMessage() + (caplog.handler.format(r) if r.exc_info else "") for r in caplog.records
    )
    assert (
        messages
        and SECRET not in messages
        and SECRET not in "".join(answers)
        and SECRET not in logged
    )


@pytest.mark.parametrize(
    "value",
    [
        f"http://127.0.0.1:1 {SECRET}",
        f"ftp://h {SECRET}",
        f"http://127.0.0.1:1 {SECRET}\u00e9",
        f"{SECRET} http://127.0.0.1:1",
    ],
)
def test_the_key_of_the_road_service_stays_out_of_sight(value, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    monkeypatch.setenv("KHARITA_ORS", value)

    def ask() -> object:
        router = located.router()
        return repr(router), router.roads((-5.0, 34.0), [(-6.0, 33.0)])

    logged = messages_of(ask) + "".join(caplog.handler.format(r) for r in caplog.records)
    assert SECRET not in logged


@pytest.mark.parametrize("secret", ["", "changeme", SECRET, "x" * 64, "ab" * 40])
def test_a_weak_cookie_secret_keeps_the_app_from_starting_and_is_not_repeated(secret, monkeypatch):
    monkeypatch.delenv("KHARITA_ROLES", raising=False)
    login = Login(secret, "https://kharita.example")
    message = configuration_error(login, "0.0.0.0", settings()) + repr(login)
    assert (
        configuration_error(login, "0.0.0.0", settings())
        and (not secret or secret not in message)
        and weak(secret)
    )


def test_a_forged_cookie_is_neither_answered_nor_logged(monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    access.configure(Login("0123456789abcdef" * 4, "http://testserver"))
    try:
        client = TestClient(web_app(), cookies={"_streamlit_user": SECRET})
        answer = client.get("/api/about")
    finally:
        access.configure(None)
    assert (
        SECRET not in answer.text
        and SECRET not in caplog.text
        and "0123456789abcdef" not in caplog.text
    )
