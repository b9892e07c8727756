"""Every route of the app answers an error in one shape: status, language, policy, never a cause."""

from __future__ import annotations

import ast
import copy
import importlib
import logging
import os
from pathlib import Path

import pytest
from starlette.responses import StreamingResponse
from starlette.routing import Route, WebSocketRoute, request_response
from starlette.testclient import TestClient

from geo.core.errors import BadRequest, Busy
from geo.i18n.words import known_language, words
from geo.model.problems import Problem
from geo.model.records import LANGUAGES
from geo.store.changes import Conflict, Edit, Held, ValidationFailed
from geo.web import access
from geo.web.errors import ErrorBoundary
from tests.conftest import ROOT
from tests.web_app import web_app

SECRET = "/srv/secret 0612345678"
ROUTES = web_app().routes
NAMES = [f"{sorted(route.methods)[0]} {route.path}" for route in ROUTES]
#: Addresses that are pages: their errors are pages, whatever a program would rather have.
PAGES = ("/sheet/{code}", "/argument")
BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.fixture(scope="module")
def app_module():
    """The app as it is served, not started; the door is put back."""
    before = os.environ.pop("KHARITA_ROLE", None)
    found = importlib.import_module("app")
    access.configure(None)
    if before is not None:
        os.environ["KHARITA_ROLE"] = before
    return found


class Stage:
    """An app that is another one for each test: one client, one event loop."""

    app = web_app([])

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)


@pytest.fixture(scope="module")
def stage():
    found = Stage()
    with TestClient(found) as client:
        yield found, client


@pytest.fixture
def raising(app_module, stage, monkeypatch, tmp_path):
    """A client of one route of the app, whose work ends in an error."""
    monkeypatch.setenv("KHARITA_VAR", str(tmp_path))

    def client_of(route: Route, error: Exception) -> TestClient:
        async def fail(request):
            raise error

        twin = copy.copy(route)
        twin.app = request_response(fail)
        stage[0].app = web_app([twin], app_module.MIDDLEWARE)
        return stage[1]

    return client_of


def address(route: Route) -> str:
    """A path that the route matches."""
    return str(route.url_path_for(route.name, **{n: 1 for n in route.param_convertors}))


def ask(client: TestClient, route: Route, lang: str, **headers: str):
    method = sorted(route.methods - {"HEAD"})[0]
    return client.request(method, f"{address(route)}?lang={lang}", headers=headers)


def sentence_of(route: Route, answer, status: int, key: str, **values: str) -> str:
    """The sentence of an answer to a program, once its shape is checked."""
    assert answer.status_code == status and answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors" in answer.headers["content-security-policy"]
    assert len(answer.headers["x-request-id"]) == 16
    if route.path in PAGES:
        assert answer.headers["content-type"] == "text/html; charset=utf-8"
        return answer.text
    assert answer.headers["content-type"] == "application/json"
    if route.path.startswith("/ogc"):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.json().keys() == {"code", "description"}
        return answer.json()["description"]
    assert answer.json().keys() == {"error"} and answer.json()["error"].keys() == {"code", "text"}
    assert answer.json()["error"]["code"] == key
    return answer.json()["error"]["text"]


def test_the_app_serves_these_routes_inside_the_boundary(app_module):
    assert [r.path for r in app_module.ROUTES] == [r.path for r in ROUTES] and len(ROUTES) > 60
    assert app_module.MIDDLEWARE[-1].cls is ErrorBoundary


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_a_refusal_is_a_sentence_in_the_readers_language(route, raising):
    client = raising(route, BadRequest("error.bad_parameter", name="x", value="{y}"))
    for lang in (*LANGUAGES, "xx"):
        text = sentence_of(route, ask(client, route, lang), 400, "error.bad_parameter")
        assert text == words(known_language(lang))("error.bad_parameter", name="x", value="{y}")


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_what_nobody_foresaw_is_logged_and_never_told(route, raising, caplog):
    client = raising(route, RuntimeError(SECRET))
    answer = ask(client, route, "en")
    text = sentence_of(route, answer, 500, "error.internal")
    assert text == words("en")("error.internal")
    assert SECRET not in answer.text and "RuntimeError" not in answer.text
    (record,) = [r for r in caplog.records if r.name == "geo.web.errors"]
    assert record.levelno == logging.ERROR and str(record.exc_info[1]) == SECRET


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_a_full_server_says_when_to_come_back(route, raising):
    answer = ask(raising(route, Busy("error.busy")), route, "fr")
    assert sentence_of(route, answer, 503, "error.busy") == words("fr")("error.busy")
    assert answer.headers["retry-after"] == "5"


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_another_method_is_refused_in_the_same_shape(route, raising):
    client = raising(route, RuntimeError(SECRET))
    answer = client.request("PATCH", f"{address(route)}?lang=ar")
    text = sentence_of(route, answer, 405, "error.method_not_allowed")
    assert text == words("ar")("error.method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) == route.methods


@pytest.mark.parametrize("route", ROUTES, ids=NAMES)
def test_a_browser_that_opens_a_file_reads_a_sentence(route, raising):
    client = raising(route, BadRequest("error.bad_parameter", name="<b>", value="y"))
    answer, text = (
        ask(client, route, "en", **BROWSER),
        words("en")("error.bad_parameter", name="<b>", value="y"),
    )
    assert answer.status_code == 400
    if route.path in PAGES:
        assert "<b>" not in answer.text and answer.text == text.replace("<", "&lt;").replace(
            ">", "&gt;"
        )
    elif route.path.startswith("/ogc"):
        assert answer.json()["description"] == text
    elif route.path.startswith("/api/"):
        assert answer.json()["error"]["text"] == text
    else:
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        assert answer.text == text


def test_a_refused_edit_also_says_what_the_form_needs(raising):
    route = next(r for r in ROUTES if r.path == "/api/held/{collection}/{id}")
    edit, held = Edit("buyers", "x", {"name": "Mine"}, 1), Held({"name": "Theirs"}, 2)
    answer = ask(raising(route, Conflict([edit], [held])), route, "en")
    assert answer.status_code == 409 and answer.json().keys() == {"error", "clashes"}
    assert answer.json()["clashes"][0]["theirs"]["name"] == "Theirs"
    unfit = ValidationFailed([Problem("buyers", "x", "name", "missing", "")])
    answer = ask(raising(route, unfit), route, "en")
    assert answer.status_code == 422 and answer.json().keys() == {"error", "fields"}
    assert answer.json()["error"]["text"] == words("en")("error.unfit")
    assert list(answer.json()["fields"]) == ["name"]


def test_the_language_of_a_body_counts_before_that_of_the_address():
    async def fail(request):
        request.state.lang = "ar"
        raise BadRequest("error.bad_view")

    answer = TestClient(web_app([Route("/x", fail)])).get("/x?lang=en")
    assert answer.json()["error"]["text"] == words("ar")("error.bad_view")


@pytest.mark.parametrize(
    ("error", "reason"),
    [(BadRequest("error.bad_view"), "already started"), (RuntimeError(SECRET), "secret")],
)
def test_a_response_that_has_begun_is_not_answered_twice(error, reason):
    async def broken(request):
        async def parts():
            yield b"begun"
            raise error

        return StreamingResponse(parts())

    with pytest.raises(RuntimeError, match=reason):
        TestClient(web_app([Route("/x", broken)])).get("/x")


def test_an_error_of_a_websocket_goes_on():
    async def broken(socket):
        await socket.accept()
        raise ValueError(SECRET)

    client = TestClient(web_app([WebSocketRoute("/ws", broken)]))
    with pytest.raises(ValueError, match="secret"), client.websocket_connect("/ws") as socket:
        socket.receive_text()


# --- one place ------------------------------------------------------------------------

#: Where every exception is caught on purpose: the boundary, and the end of the process.
CATCHING = {"geo/web/errors.py", "geo/web/health.py"}


def caught(path: Path) -> set[str]:
    """The names of the exceptions that a module catches."""
    handlers = [
        n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.ExceptHandler)
    ]
    return {
        "everything" if h.type is None else name.id
        for h in handlers
        for name in ast.walk(h.type or ast.Name("everything"))
        if isinstance(name, ast.Name)
    }


def test_no_route_answers_an_error_by_itself():
    modules = [
        *ROOT.glob("geo/*/api/*.py"),
        *ROOT.glob("geo/web/*.py"),
        *ROOT.glob("geo/ogc/*.py"),
        ROOT / "geo" / "render" / "file_response.py",
    ]
    catching = {
        str(path.relative_to(ROOT))
        for path in modules
        if caught(path) & {"KharitaError", "Exception", "BaseException", "everything"}
    }
    assert len(modules) > 60 and catching == CATCHING
