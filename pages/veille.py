"""The Watch page: the list of reports, the reader, and the map."""

from __future__ import annotations

import streamlit as st

from pages._ui import widgets

HEIGHT_PX = 400


def main() -> None:
    """Mount the list of reports, the map and the reader."""
    with st.container(key="kh-watch", horizontal=True, gap=None):
        widgets.mount("watch/report_list", within="kh-wlist")
        with st.container(key="kh-wright", gap=None):
            with st.container(key="kh-map"):
                _map()
            widgets.mount("watch/report", within="kh-wread")


def _map() -> None:
    # Imported here: no other page needs folium, and it takes half a second.
    from streamlit_folium import st_folium

    from geo.web.live_map import live_map

    st_folium(
        live_map(), key="kh_map", height=HEIGHT_PX, use_container_width=True, returned_objects=[]
    )


main()
