"""Mounts the JavaScript components of the pages: header, filters, summary, panel, table.

Each is a few lines of inline JavaScript that import a module from our assets. The modules
follow the address by themselves and ask the HTTP API for their content: a filter changes what
they show without a word over the websocket.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import streamlit as st

from geo.model.address import encode
from geo.model.view import ViewState
from geo.web.assets import asset_url
from pages._ui import login
from pages._ui.state import store_address


@cache
def _component(name: str, url: str) -> Callable[..., Any]:
    # A module made from inline text lives at a blob: address, against which no path can be
    # resolved: hence the origin. The import itself is cached by the browser for good.
    # The line break matters: Streamlit takes one line with a slash for a file's path.
    js = f'export default c=>\nimport(location.origin+"{url}").then(m=>m.default(c))'
    return st.components.v2.component(f"kh-{name.replace('/', '-')}", js=js, isolate_styles=False)


def mount(name: str, *, within: str, **data: Any) -> None:
    """Mount a component.

    Parameters
    ----------
    name : its module below ``geo/web/static``: room and file, without the ending.
    within : key of the container it fills, for the style sheet.
    data : what only Python knows, JSON-ready and short; the view is not part of it.
    """
    with st.container(key=within):
        _component(name, asset_url(f"{name}.js"))(key=f"w_{name}", data=data)


def head(view: ViewState, *, page: str, repaired: bool, live: bool) -> None:
    """Brand, search box, languages and share button, fixed in the header.

    It also sends Python the new address, unless the page is ``live``: all its parts then follow
    the address by themselves, and only another language needs Python.

    Parameters
    ----------
    repaired : whether the address held something unknown: the browser then corrects it.
    """

    def changed() -> None:
        store_address((st.session_state.get("w_head") or {}).get("go"))

    def signed() -> None:
        login.sign((st.session_state.get("w_head") or {}).get("sign"))

    with st.container(key="kh-head"):
        _component("shell/header", asset_url("shell/header.js"))(
            key="w_head",
            on_go_change=changed,
            on_sign_change=signed,
            data={
                "page": page,
                "repaired": encode(view) if repaired else None,
                "live": live,
                "login": login.offered(),
            },
        )


def rail(*fields: str) -> None:
    """The facets, in the sidebar (a drawer on a phone); all of them, or those named."""
    with st.sidebar:
        mount("explore/filters", within="kh-rail", only=list(fields))


def strip(notices: list[str], *, title: str = "") -> None:
    """Summary of the view: one sentence, figures, notices.

    Parameters
    ----------
    title : heading of a page that shows none, for those who hear it.
    """
    mount("explore/summary", within="kh-strip", notice=notices, title=title)


def table() -> None:
    """The records as rows, one tab per collection."""
    mount("explore/table", within="kh-table")


def panel() -> None:
    """The selected record, docked beside the map (a sheet over it on a phone)."""
    mount("explore/panel", within="kh-dock")
