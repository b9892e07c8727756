"""Data: what the map is made of, whose it is, and what is wrong with it."""
from __future__ import annotations

import tomllib

import pandas as pd
import streamlit as st

from geo.i18n import words
from geo.model import PROVENANCES
from geo.service import current
from geo.settings import DATA_DIR, boundaries
from geo.view import ViewState
from pages._ui.tables import show


def main() -> None:
    """Counts by provenance, files with their credits, the outline in use."""
    view, _ = st.session_state["kh_run"]
    t, query = words(view.lang), current()
    st.header(t("page.donnees"))
    st.caption(t("donnees.intro", version=query.catalogue.version))
    counts = {p: query.counts(ViewState(origin=(p,))) for p in PROVENANCES}
    show(pd.DataFrame([{
        t("facet.origin"): t(f"origin.{p}"), t("ui.tab.buyers"): counts[p]["buyers"],
        t("ui.tab.sites"): counts[p]["sites"], t("ui.tab.maisons"): counts[p]["maisons"],
    } for p in PROVENANCES]), t)
    st.subheader(t("donnees.files"))
    try:
        files = tomllib.loads((DATA_DIR / "catalogue.toml").read_text("utf-8"))["file"]
    except (OSError, tomllib.TOMLDecodeError, KeyError):
        st.warning(t("donnees.no_catalogue"))
        files = []
    if files:
        show(pd.DataFrame([{
            t("donnees.file"): f["name"], t("donnees.records"): f["records"],
            t("donnees.credit"): f["credit"], t("donnees.licence"): f["licence"],
        } for f in files]), t)
    st.subheader(t("donnees.outline"))
    st.text(t(f"donnees.outline.{boundaries()}"))
    st.text(t("donnees.legal"))


main()
