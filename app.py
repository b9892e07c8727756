"""ASGI entry: the Streamlit pages and the HTTP routes, one process.

``streamlit run app.py`` finds ``app`` here; the pages live in ``pages/``.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import anyio.to_thread
import streamlit as st
from starlette.middleware import Middleware

from geo.core import logs
from geo.core.settings import Settings, SettingsError, settings
from geo.curate.api import routes as curate
from geo.explore.api import routes as explore
from geo.locate.api import routes as locate
from geo.locate.locator import locator
from geo.markets.api import routes as markets
from geo.ogc import routes as ogc
from geo.query.current import current
from geo.share.api import routes as share
from geo.watch.api import routes as watch
from geo.web import access, account_routes, assets, health, security_headers, tcp_nodelay
from geo.web.audit_middleware import AuditMiddleware
from geo.web.errors import EXCEPTION_HANDLERS, ErrorBoundary
from geo.web.metrics import MetricsMiddleware

#: Modules of routes: one per page, then what all pages share.
ROOMS = (explore, markets, locate, watch, share, curate, ogc, assets, account_routes, health)
log = logging.getLogger("kharita")
#: The only pictures from elsewhere, and only for a reader who asks for them (geo/web/live_map.py).
TILES = "https://tile.openstreetmap.org"


@asynccontextmanager
async def lifespan(_: object) -> AsyncIterator[None]:
    """Startup and shutdown; a thread loads what the first visitor would wait for."""
    logs.configure()
    health.start()
    tcp_nodelay.set_on_listening_sockets()
    threading.Thread(target=_warm_up, name="warm-up", daemon=True).start()
    yield
    await anyio.to_thread.run_sync(health.close)


def _warm_up() -> None:
    try:
        locator(current())
        # Not streamlit_folium: it must be imported inside a page to register its frame.
        import geo.web.live_map  # noqa: F401  folium takes half a second
    except Exception:
        log.exception("warm-up failed; the first visitor will wait a little longer")


def _hide_traceback(error: Exception) -> bool:
    """Log what went wrong and keep it off the page, which shows its own sentence."""
    log.error("page script failed", exc_info=error)
    return True


def _login(hours: float) -> access.Login | None:
    """The login of ``[auth]`` in ``secrets.toml``; None without one."""
    auth = st.secrets.get("auth") if st.secrets.load_if_toml_exists() else None
    if not auth:
        return None
    there = urlsplit(str(auth.get("redirect_uri", "")))
    return access.Login(
        str(auth.get("cookie_secret", "")),
        f"{there.scheme}://{there.netloc}",
        hours,
    )


def _configure_access() -> Settings:
    """Configure the login, or exit with all faults of the settings in one message."""
    address = st.get_option(
        "server.address"
    )  # reads the settings, where the secrets are among them
    faults: tuple[str, ...] = ()
    try:
        found = settings()
    except SettingsError as error:
        found, faults = error.usable, error.faults
    login = _login(found.login_hours)
    if fault := access.configuration_error(login, address, found):
        faults += (fault,)
    if faults:
        raise SystemExit(f"Kharita does not start. {' '.join(faults)}")
    access.configure(login, access.LOCAL)
    return found


SETTINGS = _configure_access()
ROUTES = [route for room in ROOMS for route in room.routes()]
MIDDLEWARE = [
    Middleware(MetricsMiddleware),
    Middleware(
        security_headers.SecurityHeadersMiddleware,
        shell=(Path(st.__file__).parent / "static" / "index.html").read_text("utf-8"),
        hosts=SETTINGS.hosts,
        framers=SETTINGS.frames,
        images=[TILES],
    ),
    Middleware(AuditMiddleware),
    Middleware(ErrorBoundary),
]
app = st.App(
    Path(__file__).parent / "pages" / "_ui" / "shell.py",
    lifespan=lifespan,
    routes=ROUTES,
    middleware=MIDDLEWARE,
    exception_handlers=EXCEPTION_HANDLERS,
    on_script_error=_hide_traceback,
)
