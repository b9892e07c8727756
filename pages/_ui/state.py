"""The view of this visitor, as the address says it.

The address is the only truth and the browser writes it (``geo/web/assets/ui/bus.js``): one
act of the reader is one entry of the history, so Back and Forward undo and redo it. Python is
told of each new address, so that the next page it draws starts from the same view. It never
writes ``st.query_params``: its escapes differ, and the address would change under the reader.
"""
from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import streamlit as st

from geo.codec import MAX_CHARS, decode, encode
from geo.errors import Notice
from geo.service import current
from geo.view import ViewState

_HELD = "kh_view"
_SEEN = "kh_seen"


def read_view(*, page_changed: bool) -> tuple[ViewState, list[Notice]]:
    """The view of the address, and what could not be kept of it.

    Streamlit's page may send an older address again with a run of its own: only one that was
    not seen before counts, else what the browser told since. A link of the top navigation
    drops the query: the last view is kept, and the browser puts its query back.
    """
    params = st.query_params.to_dict()
    told_since = params == st.session_state.get(_SEEN) and not (page_changed and params)
    st.session_state[_SEEN] = params
    if told_since or (page_changed and not params):
        params = _parsed(st.session_state.get(_HELD, ""))
    view, notices = decode(params, current().catalogue)
    st.session_state[_HELD] = encode(view)
    return view, notices


def told(value: Any, *, live: bool) -> bool:
    """Take over the address that the browser shows.

    Anything may arrive from a browser: what is not a short text is dropped, and whether the
    text makes sense is for the codec to judge.

    Parameters
    ----------
    live : whether the page follows the address without Python.

    Returns
    -------
    Whether the whole page has to be drawn anew: it is not live, or the language is another one.
    """
    query = value.get("query") if isinstance(value, dict) else None
    if not isinstance(query, str) or len(query) > MAX_CHARS:
        return False
    before, after = (_parsed(q).get("lang") for q in (st.session_state.get(_HELD, ""), query))
    st.session_state[_HELD] = query
    st.session_state[_SEEN] = st.query_params.to_dict()
    return not live or before != after


def _parsed(query: str) -> dict[str, str]:
    return dict(parse_qsl(query, max_num_fields=60)) if query else {}
