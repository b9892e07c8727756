"""The map page: filters, summary, map, table and the docked panel."""

from __future__ import annotations

import streamlit as st

from geo.i18n.words import words
from pages._ui import widgets

HEIGHT_PX = 520


def main() -> None:
    """Arrange the widgets of the map page."""
    view, notices = st.session_state["kh_run"]
    widgets.rail()
    with st.container(key="kh-page", horizontal=True, gap=None):
        with st.container(key="kh-centre", gap=None):
            widgets.strip(notices, title=words(view.lang)("page.carte"))
            with st.container(key="kh-map"):
                _map()
            widgets.table()
        widgets.panel()


def _map() -> None:
    # Imported here: no other page needs folium, and it takes half a second.
    from streamlit_folium import st_folium

    from geo.web.live_map import live_map

    st_folium(
        live_map(), key="kh_map", height=HEIGHT_PX, use_container_width=True, returned_objects=[]
    )


main()
