"""The map page: facets, sentence, map, table and the docked panel, always in step."""
from __future__ import annotations

from typing import Any

import streamlit as st

from geo.service import current
from pages._ui import widgets
from pages._ui.state import do

MAP_KEY = "kh_map"
HEIGHT_PX = 520


def main() -> None:
    """Arrange the widgets of the map page."""
    view, notices = st.session_state["kh_run"]
    widgets.rail(view, do)
    with st.container(key="kh-page", horizontal=True, gap=None):
        with st.container(key="kh-centre", gap=None):
            widgets.strip(view, do, notices)
            with st.container(key="kh-map"):
                _map(view)
            widgets.table(view, do)
        widgets.panel(view, do)


def _map(view: Any) -> None:
    # Imported here: no other page needs folium, and it takes half a second.
    from streamlit_folium import st_folium

    from geo.layers import live_map, live_message
    st_folium(live_map(), key=MAP_KEY, height=HEIGHT_PX, use_container_width=True,
              returned_objects=[], feature_group_to_add=live_message(current(), view),
              on_change=_on_map)


def _on_map() -> None:
    intent = widgets.read_intent((st.session_state.get(MAP_KEY) or {}).get("do"))
    if intent:
        do(intent)


main()
