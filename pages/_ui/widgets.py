"""Mount the page's own components: header tools, facet rail, strip, panel and table.

Each is a few lines of inline JavaScript that import a module from our assets; the module
asks the HTTP API for its content. What travels over the websocket is therefore only the
address of what to show: `data` stays under 300 bytes whatever the size of the data.

The reader's action comes back as one *intent*, a small dictionary such as
``{"op": "toggle", "field": "market", "value": "DE"}``, handed to ``on_do``.
"""
from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import streamlit as st

from geo.codec import data_query, encode
from geo.i18n import words
from geo.view import ViewState
from geo.web.assets import asset_url

Intent = dict[str, Any]
OnDo = Callable[[Intent], None]

_OPS = {"toggle", "set", "clear"}


@cache
def _component(name: str, url: str) -> Callable[..., Any]:
    # A module made from inline text lives at a blob: address, against which no path can be
    # resolved: hence the origin. The import itself is cached by the browser for good.
    # The line break matters: Streamlit takes one line with a slash for a file's path.
    js = f'export default c=>\nimport(location.origin+"{url}").then(m=>m.default(c))'
    return st.components.v2.component(f"kh-{name}", js=js, isolate_styles=False)


def mount(name: str, key: str, data: Mapping[str, Any], on_do: OnDo) -> None:
    """Show component ``name`` (a file of ``geo/web/assets/ui``) under widget key ``key``.

    Parameters
    ----------
    data : what the script receives, JSON-ready and short.
    on_do : called with one well-formed intent, before the script runs again.
    """
    def done() -> None:
        state = st.session_state.get(key)
        intent = read_intent(state.get("do") if state else None)
        if intent:
            on_do(intent)

    _component(name, asset_url(f"ui/{name}.js"))(key=key, data=dict(data), on_do_change=done)


def read_intent(value: Any) -> Intent | None:
    """The intent a browser sent, or None when it is not one.

    Anything may arrive from a browser: only known operations, short text and lists of short
    text go further. Whether field and value exist is for the view to judge.
    """
    if not isinstance(value, dict) or value.get("op") not in _OPS:
        return None
    field, what = value.get("field", ""), value.get("value", "")
    items = what if isinstance(what, list) else [what]
    if not isinstance(field, str) or len(items) > 400:
        return None
    if not all(isinstance(item, str) and len(item) <= 400 for item in items):
        return None
    if not field and value["op"] != "clear":
        return None
    tab = value.get("tab", "")
    return {"op": value["op"], "field": field, "value": what,
            "tab": tab if isinstance(tab, str) else ""}


def context(view: ViewState) -> dict[str, str]:
    """What every component needs: the address, its filters, the language and its words."""
    return {"query": encode(view), "filters": data_query(view), "lang": view.lang,
            "dir": words(view.lang).dir, "words": asset_url(f"words.{view.lang}.json")}


def head(view: ViewState, on_do: OnDo, *, page: str) -> None:
    """Brand, search box, language switch and share button, fixed in the header.

    ``page`` makes the script look at the address again after a navigation.
    """
    with st.container(key="kh-head"):
        mount("head", "w_head", {**context(view), "q": view.q, "page": page}, on_do)


def rail(view: ViewState, on_do: OnDo) -> None:
    """The facets, in the sidebar (a drawer on a phone)."""
    with st.sidebar, st.container(key="kh-rail"):
        mount("rail", "w_rail", context(view), on_do)


def strip(view: ViewState, on_do: OnDo, notices: list[str]) -> None:
    """What is shown, in one sentence; figures; notices."""
    with st.container(key="kh-strip"):
        mount("strip", "w_strip", {**context(view), "notice": notices}, on_do)


def table(view: ViewState, on_do: OnDo) -> None:
    """The records as rows, one tab per collection."""
    with st.container(key="kh-table"):
        mount("table", "w_table", {**context(view), "tab": view.tab, "sel": view.sel}, on_do)


def panel(view: ViewState, on_do: OnDo) -> None:
    """The selected record, docked beside the map (a sheet over it on a phone)."""
    with st.container(key="kh-dock"):
        mount("panel", "w_panel", {**context(view), "sel": view.sel}, on_do)
