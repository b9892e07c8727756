"""What every answer tells the browser, and who is answered."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest
import streamlit
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from geo.core.settings import settings
from geo.i18n.words import words
from geo.web.security_headers import SAVED, SecurityHeadersMiddleware

SHELL = (Path(streamlit.__file__).parent / "static" / "index.html").read_text("utf-8")
FRAMER = "https://www.example.ma"
#: What a browser says when a page of ours frames the map.
FRAMED = {"sec-fetch-site": "same-origin", "sec-fetch-dest": "iframe"}


def client(base: str = "http://kharita.ma", **options) -> TestClient:
    async def answer(request: Request) -> Response:
        kind = request.query_params.get("kind", "text/html")
        if "if-none-match" in request.headers:
            return Response(status_code=304)
        return Response(
            "x",
            media_type=kind,
            headers=dict(pair.split("=", 1) for pair in request.query_params.getlist("header")),
        )

    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.close()

    app = Starlette(routes=[WebSocketRoute("/ws", talk), Route("/{path:path}", answer)])
    return TestClient(SecurityHeadersMiddleware(app, shell=SHELL, **options), base_url=base)


def policy(answer: Response) -> Mapping[str, str]:
    parts = (
        p.strip().partition(" ")
        for p in answer.headers["content-security-policy"].replace(",", ";").split(";")
    )
    return {name: value for name, _, value in parts}


def test_streamlits_pages_run_their_own_scripts_and_no_others():
    found = policy(client().get("/marches"))
    inline = re.findall(r"<script>(.*?)</script>", SHELL, re.DOTALL)
    assert len(inline) == 1 == len(re.findall(r"<script(?![^>]*\bsrc=)", SHELL)), (
        "Streamlit's page has changed"
    )
    digest = b64encode(sha256(inline[0].encode()).digest()).decode()
    assert found["script-src"] == f"'self' blob: 'sha256-{digest}'"
    assert (
        found["default-src"] == found["object-src"] == "'none'"
        and found["connect-src"] == found["frame-ancestors"] == "'self'"
    )


@pytest.mark.parametrize(
    "query", ["q=F%C3%A8s", "q=%FF%FE", "q=%", "q=%D9%81%D8%A7%D8%B3&embed=1", "&&=&"]
)
def test_words_of_every_language_in_an_address_are_no_reason_to_fail(query):
    assert client().get(f"/?{query}").status_code == 200


def test_a_page_the_browser_kept_keeps_its_policy():
    """A 304 has no content type: its own policy would replace the page's, and stop its scripts."""
    answer = client().get("/", headers={"if-none-match": '"x"'})
    assert answer.status_code == 304 and "content-security-policy" not in answer.headers


def test_only_the_maps_frame_may_run_text_and_take_pictures_from_elsewhere():
    app = client(images=["https://tile.example"])
    inside, page = policy(app.get("/component/x/index.html", headers=FRAMED)), policy(app.get("/"))
    assert "'unsafe-eval'" in inside["script-src"] and "https://tile.example" in inside["img-src"]
    assert "unsafe" not in page["script-src"] and page["img-src"] == "'self' data: blob:"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (FRAMED, 200),
        ({"referer": "http://kharita.ma/localiser?x=1"}, 200),
        ({"referer": "http://KHARITA.ma/"}, 200),
        (FRAMED | {"sec-fetch-dest": "empty"}, 200),
        ({}, 403),
        ({"referer": "http://evil.example/"}, 403),
        ({"referer": "http://kharita.ma.evil.example/"}, 403),
        ({"referer": "http://[/"}, 403),
        ({"referer": "http://evil.example/http://kharita.ma/"}, 403),
        (FRAMED | {"sec-fetch-dest": "document"}, 403),
        (FRAMED | {"sec-fetch-site": "cross-site", "referer": "http://kharita.ma/"}, 403),
        (FRAMED | {"sec-fetch-site": "none"}, 403),
    ],
)
def test_only_a_page_of_ours_opens_the_maps_frame(headers, status):
    """Without https a browser keeps no window apart.

    Another site's page must not get one that runs what it is sent.
    """
    app = client(hosts=("kharita.ma",))
    for path in ("/component/x/index.html", "/component/x/", "/component/x"):
        answer = app.get(path, headers=headers)
        assert answer.status_code == status and answer.headers["content-security-policy"]
    assert app.get("/component/x/main.js", headers=headers).status_code == 200


def test_another_site_frames_the_map_alone_and_only_if_it_is_named():
    browser = client(framers=[FRAMER])
    assert (
        policy(browser.get("/?embed=1"))["frame-ancestors"]
        == policy(browser.get("/component/x/index.html", headers=FRAMED))["frame-ancestors"]
        == f"'self' {FRAMER}"
    )
    assert (
        policy(browser.get("/"))["frame-ancestors"]
        == policy(browser.get("/?embed="))["frame-ancestors"]
        == "'self'"
    )
    assert policy(client().get("/?embed=1"))["frame-ancestors"] == "'self'"


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("kind=text/html&header=content-disposition=attachment", SAVED),
        ("kind=application/json", "default-src 'none'"),
        ("kind=image/svg%2Bxml", "default-src 'none'"),
        ("kind=text/javascript", "frame-ancestors 'self'"),
        ("kind=application/pdf", "frame-ancestors 'self'"),
        ("header=content-security-policy=default-src%20'none'", "default-src 'none'"),
    ],
)
def test_each_kind_of_answer_has_its_policy(query, wanted):
    answer = client().get(f"/x?{query}")
    assert answer.headers.get_list("content-security-policy")[0] == wanted
    assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
    assert (
        answer.headers["x-content-type-options"] == "nosniff"
        and answer.headers["referrer-policy"] == "same-origin"
    )
    assert (
        answer.headers["cross-origin-opener-policy"] == "same-origin"
        and "geolocation=(self)" in answer.headers["permissions-policy"]
    )


def test_https_is_asked_for_only_where_there_is_some():
    assert "strict-transport-security" not in client().get("/").headers
    assert (
        client("https://kharita.ma").get("/").headers["strict-transport-security"]
        == "max-age=31536000"
    )
    assert (
        "strict-transport-security"
        in client().get("/", headers={"x-forwarded-proto": "https"}).headers
    )


@pytest.mark.parametrize("host", ["kharita.ma", "KHARITA.MA:8501", "[::1]:8501", "127.0.0.1"])
def test_known_hosts_are_answered(host):
    app = client(hosts=("kharita.ma", "127.0.0.1", "[::1]"))
    assert app.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "kharita.ma.evil.example",
        "",
        "xkharita.ma",
        "kharita.ma@evil.example",
        "[::2]",
        "[",
        "\xff",
    ],
)
def test_unknown_hosts_are_refused_in_words(host):
    app = client(hosts=("kharita.ma", "127.0.0.1"))
    answer = app.get("/api/about?lang=ar", headers={"host": host.encode("latin-1")})
    assert answer.status_code == 421 and answer.json()["error"]["text"] == words("ar")(
        "error.unknown_host"
    )
    assert answer.headers["content-security-policy"]
    assert app.get("/healthz", headers={"host": host.encode("latin-1")}).status_code == 200


def test_an_unknown_host_gets_no_websocket():
    app = client(hosts=("kharita.ma",))
    with app.websocket_connect("/ws", headers={"host": "kharita.ma"}):
        pass
    with (
        pytest.raises(WebSocketDisconnect),
        app.websocket_connect("/ws", headers={"host": "evil.example"}),
    ):
        pass


@pytest.mark.parametrize(
    ("name", "read", "good", "bad"),
    [
        (
            "KHARITA_HOSTS",
            lambda: settings().hosts,
            ("", "a.ma LOCALHOST [::1]"),
            ("https://a.ma", "a.ma:80", "a;b", "*"),
        ),
        (
            "KHARITA_FRAMES",
            lambda: settings().frames,
            ("", "https://a.ma http://b.ma:8080"),
            ("a.ma", "https://a.ma/", "*", "https://a.ma;script-src", "https://*"),
        ),
    ],
)
def test_settings_that_name_hosts_are_read_strictly(monkeypatch, name, read, good, bad):
    for value in good:
        monkeypatch.setenv(name, value)
        assert read() == tuple(value.lower().split())
    for value in bad:
        monkeypatch.setenv(name, value)
        with pytest.raises(ValueError, match=name):
            read()
