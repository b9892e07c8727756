"""The Share page: a view as picture, slide, document, data or link; scenes of a meeting."""

from __future__ import annotations

import streamlit as st

from geo.core.settings import settings
from pages._ui import widgets


def main() -> None:
    """Mount the filters, the summary and the exports."""
    _, notices = st.session_state["kh_run"]
    widgets.rail()
    widgets.strip(notices)
    # Code to show the map in another site's page is for deployments that allow it.
    widgets.mount("share/page", within="kh-share", framed=bool(settings().frames))


main()
