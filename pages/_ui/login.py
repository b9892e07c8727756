"""Login and logout: the header requests them, Streamlit goes to the provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from geo.web import access


def offered() -> bool:
    """Whether this deployment has a login."""
    return access.login() is not None


def sign(request: Any) -> None:
    """Log in or out on a request of the header.

    Parameters
    ----------
    request : ``{"what": "in"}`` or ``{"what": "out"}``; anything else is ignored.
    """
    what = request.get("what") if isinstance(request, dict) else None
    if not offered() or what not in ("in", "out"):
        return
    if what == "out":
        st.logout()
        return
    auth = st.secrets["auth"]
    # One provider: written in [auth] itself, or in a section of its own.
    named = [
        name
        for name, section in auth.items()
        if isinstance(section, Mapping) and "client_id" in section
    ]
    st.login(None if "client_id" in auth or not named else named[0])
