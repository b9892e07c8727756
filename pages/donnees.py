"""Data: how good the records are, bringing others in, changing one, what was changed."""

from __future__ import annotations

import streamlit as st

from geo.i18n.words import words
from pages._ui import widgets


def main() -> None:
    """The sections of the Data page."""
    view, _ = st.session_state["kh_run"]
    t = words(view.lang)
    with st.container(key="kh-databook"):
        st.title(t("page.donnees"))
        widgets.mount("curate/page", within="kh-data-sections")


main()
