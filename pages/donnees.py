"""The Data page: quality, import, record editing, history."""

from __future__ import annotations

import streamlit as st

from geo.i18n.words import words
from pages._ui import widgets


def main() -> None:
    """Mount the sections of the page."""
    view, _ = st.session_state["kh_run"]
    t = words(view.lang)
    with st.container(key="kh-databook"):
        st.title(t("page.donnees"))
        widgets.mount("curate/page", within="kh-data-sections")


main()
