"""The view of this visitor: read from the address, changed by intents, written back.

The address is the only truth. A change is one write to ``st.query_params``, hence one
entry of the browser's history: Back and Forward undo and redo it.
"""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

import streamlit as st

from geo.codec import decode, encode
from geo.errors import AddressTooLong, Notice
from geo.model import Catalogue
from geo.service import current
from geo.view import FIELDS, ViewState
from pages._ui.widgets import Intent

_HELD = "kh_view"
_NOTICES = "kh_notices"


def read_view(*, page_changed: bool) -> tuple[ViewState, list[Notice]]:
    """The view of the address, and what could not be kept of it.

    A link of the top navigation drops the query: the last view is then kept, and the
    header's script puts it back in the address without a new entry in the history.
    """
    notices: list[Notice] = list(st.session_state.pop(_NOTICES, ()))
    view, bad = decode(_params(held=page_changed), current().catalogue)
    st.session_state[_HELD] = encode(view)
    return view, notices + bad


def do(intent: Intent) -> None:
    """Apply one intent of the reader and write the address: one entry of the history."""
    catalogue = current().catalogue
    view, _ = decode(_params(held=True), catalogue)
    try:
        query = encode(apply(view, intent, catalogue))
    except AddressTooLong as error:
        st.session_state[_NOTICES] = [
            Notice(error.key, tuple((k, str(v)) for k, v in error.values.items()))]
        return
    st.session_state[_HELD] = query
    st.query_params.from_dict(dict(parse_qsl(query)))


def _params(*, held: bool) -> dict[str, str]:
    """The parameters of the address; those of the last view when it has none and ``held``."""
    found = st.query_params.to_dict()
    return found or (dict(parse_qsl(st.session_state.get(_HELD, ""))) if held else {})


def apply(view: ViewState, intent: Mapping[str, Any], catalogue: Catalogue) -> ViewState:
    """The view after an intent; one that makes no sense changes nothing.

    ``toggle`` a code of a facet, ``set`` a field (optionally with the table's ``tab``), or
    ``clear`` one filter or all.
    """
    op, name, value = intent["op"], intent.get("field", ""), intent.get("value", "")
    if op == "clear" and not name:
        return view.cleared()
    info = FIELDS.get(name)
    if info is None:
        return view
    if op == "clear":
        return view.with_(**{name: info.default})
    if op == "toggle":
        if not info.many or value not in info.codes(catalogue):
            return view
        changed = view.toggle(name, value)
        if name == "layers":
            return changed.with_(layers=tuple(c for c in info.codes(catalogue) if c in changed.layers))
        return changed
    text = ",".join(value) if isinstance(value, list) else value
    asked, _ = decode({"tab": intent.get("tab") or view.tab, name: text}, catalogue)
    return view.with_(tab=asked.tab, **({} if name == "tab" else {name: getattr(asked, name)}))

