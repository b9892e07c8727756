"""View state of the session, synchronized with the address.

The address is the only truth and the browser writes it (``geo/web/static/core/view_store.js``): one
act of the reader is one entry of the history, so Back and Forward undo and redo it. A page
that Python draws receives each new address; the map page follows it without Python. Python
never writes ``st.query_params``: its escapes differ, and the address would change again.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import streamlit as st

from geo.core.errors import Notice
from geo.model.address import MAX_CHARS, decode, encode
from geo.model.view import ViewState
from geo.query.current import current

_HELD = "kh_view"
_SEEN = "kh_seen"


def read_view(*, page_changed: bool) -> tuple[ViewState, list[Notice]]:
    """Decode the view of the address, with notices about what was dropped.

    Streamlit's page may send an older address again with a run of its own: on the same page,
    only one that was not seen before counts, else what the browser sent since.
    """
    params = st.query_params.to_dict()
    if params == st.session_state.get(_SEEN) and not page_changed:
        params = dict(parse_qsl(st.session_state[_HELD], max_num_fields=60))
    else:
        st.session_state[_SEEN] = params
    view, notices = decode(params, current().catalogue)
    st.session_state[_HELD] = encode(view)
    return view, notices


def store_address(value: Any) -> None:
    """Store the address that the browser shows in the session.

    Anything may arrive from a browser: only a short text is stored; ``decode`` validates it.
    """
    query = value.get("query") if isinstance(value, dict) else None
    if isinstance(query, str) and len(query) <= MAX_CHARS:
        st.session_state[_HELD] = query
        st.session_state[_SEEN] = st.query_params.to_dict()
