"""Logging in and out: the header asks, Streamlit goes to the provider."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from geo.web import access


def offered() -> bool:
    """Whether this deployment has a login."""
    return access.login() is not None


def sign(asked: Any) -> None:
    """Do what the header asks: ``{"what": "in"}`` or ``{"what": "out"}``; anything else is dropped."""
    what = asked.get("what") if isinstance(asked, dict) else None
    if not offered() or what not in ("in", "out"):
        return
    if what == "out":
        st.logout()
        return
    auth = st.secrets["auth"]
    # One provider: written in [auth] itself, or in a section of its own.
    named = [
        name for name, told in auth.items() if isinstance(told, Mapping) and "client_id" in told
    ]
    st.login(None if "client_id" in auth or not named else named[0])
