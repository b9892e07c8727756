"""Security headers of every response, and the check of the Host header.

A route that sets its own Content-Security-Policy keeps it; everything else gets the one of its
kind: a page of Streamlit, the frame of the map (whose script
Streamlit sends it as text), a page of ours without script, a file to save, anything else.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Collection
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo.core.errors import CrossOrigin, KharitaError
from geo.web.errors import error_response

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
#: Pages of ours: no script runs in them, and nothing comes from elsewhere.
_PRINTED = ("/ogc", "/sheet/", "/argument", "/digest.html")
PRINTED = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:"
)
SAVED = "default-src 'none'; sandbox"
#: Pages for frames of ours: the map's runs the script it is sent, so nobody else may open it.
COMPONENT, PARTS = "/component/", (".js", ".css", ".map", ".json")
_PLAIN = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    # Another site's page must not hold a window of ours: the map's frame runs what it is sent.
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "geolocation=(self), fullscreen=(self), clipboard-write=(self), "
    "camera=(), microphone=(), "
    "payment=(), usb=(), serial=(), midi=(), display-capture=(), browsing-topics=()",
}
_YEAR_S = 31_536_000


class UnknownHost(KharitaError):
    """The Host header is not a name of this app."""

    status = 421


class SecurityHeadersMiddleware:
    """ASGI middleware that adds the security headers and rejects unknown hosts.

    Parameters
    ----------
    shell : the HTML that Streamlit serves for every page; its inline scripts, and no others, run.
    hosts : names this app answers to; empty: any. ``/healthz`` answers to any.
    framers : origins whose pages may show ``?embed=1`` in a frame.
    images : origins of map tiles that a reader may switch on.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        shell: str = "",
        hosts: Collection[str] = (),
        framers: Collection[str] = (),
        images: Collection[str] = (),
    ) -> None:
        self.app, self.hosts = app, frozenset(hosts)
        ours = " ".join(
            f"'sha256-{b64encode(sha256(s.encode()).digest()).decode()}'"
            for s in _INLINE.findall(shell)
        )
        rest = (
            "style-src 'self' 'unsafe-inline'; font-src 'self' data:; connect-src 'self'; "
            "frame-src 'self'; "
            "worker-src 'self' blob:; object-src 'none'; base-uri 'self'; form-action 'self'"
        )
        framed, pictures = " ".join(("'self'", *framers)), " ".join(("'self' data: blob:", *images))
        # A component's module is handed to the browser under an address of its own (blob:).
        self.page = (
            f"default-src 'none'; script-src 'self' blob: {ours}; "
            f"img-src 'self' data: blob:; {rest}"
        )
        self.embedded = f"{self.page}; frame-ancestors {framed}"
        self.page += "; frame-ancestors 'self'"
        self.map = (
            f"default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
            f"img-src {pictures}; {rest}; frame-ancestors {framed}"
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or reject its host or frame; add the headers to the response."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif self.hosts and scope["path"] != "/healthz" and _host(scope) not in self.hosts:
            if scope["type"] == "http":
                await error_response(Request(scope), UnknownHost("error.unknown_host"))(
                    scope, receive, self._send_with_headers(scope, send)
                )
            else:
                await send({"type": "websocket.close", "code": 1008})
        elif (
            scope["type"] == "http"
            and scope["path"].startswith(COMPONENT)
            and not scope["path"].endswith(PARTS)
            and not _within_ours(scope)
        ):
            await error_response(Request(scope), CrossOrigin("error.foreign_origin"))(
                scope, receive, self._send_with_headers(scope, send)
            )
        else:
            await self.app(
                scope,
                receive,
                self._send_with_headers(scope, send) if scope["type"] == "http" else send,
            )

    def _send_with_headers(self, scope: Scope, send: Send) -> Send:
        async def send_with_headers(message: Message) -> None:
            # Headers of a 304 replace those that the browser cached with the page: it gets none.
            if message["type"] == "http.response.start" and message["status"] != 304:
                headers = MutableHeaders(scope=message)
                for name, value in _PLAIN.items():
                    headers.setdefault(name, value)
                policy = self._policy(scope, headers)
                if policy:
                    headers.setdefault("content-security-policy", policy)
                if "frame-ancestors" not in headers.get("content-security-policy", ""):
                    headers.append("content-security-policy", "frame-ancestors 'self'")
                if scope["scheme"] == "https" or b"https" in dict(scope["headers"]).get(
                    b"x-forwarded-proto", b""
                ):
                    headers.setdefault("strict-transport-security", f"max-age={_YEAR_S}")
            await send(message)

        return send_with_headers

    def _policy(self, scope: Scope, headers: MutableHeaders) -> str:
        """The policy of a response; none for parts of pages, and for what a viewer shows."""
        path, kind = scope["path"], headers.get("content-type", "").partition(";")[0]
        if headers.get("content-disposition", "").startswith("attachment"):
            return SAVED
        if kind == "text/html":
            if path.startswith(COMPONENT):
                return self.map
            if path.startswith(_PRINTED):
                return PRINTED
            return (
                self.embedded
                if parse_qs(scope["query_string"].decode("latin-1")).get("embed")
                else self.page
            )
        # A script's own policy would bind the worker made of it; a viewer needs its own scripts.
        if kind in (
            "application/pdf",
            "text/javascript",
            "application/javascript",
            "text/css",
        ) or kind.startswith("font/"):
            return ""
        return "default-src 'none'"


def _within_ours(scope: Scope) -> bool:
    """Whether a frame of our own page requests it. Without https only the referrer tells."""
    headers: dict[bytes, bytes] = dict(scope["headers"])
    if b"sec-fetch-site" in headers:
        return headers[b"sec-fetch-site"] == b"same-origin" and headers.get(b"sec-fetch-dest") in (
            b"iframe",
            b"empty",
        )  # Streamlit asks first whether it is there
    try:
        return (
            urlsplit(headers.get(b"referer", b"").decode("latin-1")).netloc.lower()
            == headers.get(b"host", b"-").decode("latin-1").lower()
        )
    except ValueError:
        return False


def _host(scope: Scope) -> str:
    """Host name of the Host header, lower case, without port."""
    named: str = dict(scope["headers"]).get(b"host", b"").decode("latin-1").lower()
    return named.rpartition("]")[0] + "]" if named.startswith("[") else named.partition(":")[0]
