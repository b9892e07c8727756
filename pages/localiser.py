"""The Locate page: nearest facilities, coverage, siting. All of it follows the address."""

from __future__ import annotations

import streamlit as st

from geo.i18n.words import words
from pages._ui import widgets

HEIGHT_PX = 520
#: The filters of facilities, in the order of a delegate's questions.
FACETS = ("craft", "site", "status", "women", "training", "region", "province", "period", "origin")


def main() -> None:
    """Arrange the widgets of the page."""
    view, notices = st.session_state["kh_run"]
    widgets.rail(*FACETS)
    with st.container(key="kh-page", horizontal=True, gap=None):
        with st.container(key="kh-centre", gap=None):
            with st.container(key="kh-top", gap=None):
                widgets.mount("locate/start_place", within="kh-place")
                widgets.strip(notices, title=words(view.lang)("page.localiser"))
            with st.container(key="kh-map"):
                _map()
            widgets.mount("locate/coverage", within="kh-table")
        widgets.mount("locate/nearby", within="kh-dock")


def _map() -> None:
    # Imported here: no other page needs folium, and it takes half a second.
    from streamlit_folium import st_folium

    from geo.web.live_map import live_map

    st_folium(
        live_map(locate=True),
        key="kh_map_locate",
        height=HEIGHT_PX,
        use_container_width=True,
        returned_objects=[],
    )


main()
