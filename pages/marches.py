"""The Markets page: ranking, comparison, explanation, planning. All of it follows the address."""

from __future__ import annotations

import streamlit as st

from geo.i18n.words import words
from pages._ui import widgets


def main() -> None:
    """Arrange the components of the Markets page."""
    view, notices = st.session_state["kh_run"]
    t = words(view.lang)
    with st.sidebar:
        widgets.mount("markets/weights", within="kh-weights")
    widgets.rail()
    with st.container(key="kh-markets"):
        st.title(t("page.marches"))
        widgets.strip(notices)
        widgets.mount("markets/page", within="kh-market-sections")


main()
