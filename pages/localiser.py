"""Locate: every facility, open or coming, region by region."""
from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.answers.names import area_name
from geo.i18n import words
from geo.model import IN_PROGRESS
from geo.service import current
from pages._ui import widgets
from pages._ui.tables import frame, show


def main() -> None:
    """Counts by region, then the facilities that pass the filters."""
    view, notices = st.session_state["kh_run"]
    t, query = words(view.lang), current()
    widgets.rail()
    widgets.strip(notices)
    st.header(t("page.localiser"))
    st.caption(t("localiser.intro"))
    regions = [r for r in query.codes("region") if not view.region or r in view.region]
    rows = []
    for code in regions:
        here = view.with_(region=(code,))
        opened = query.counts(here.with_(status=("active",)))
        coming = query.counts(here.with_(status=IN_PROGRESS))
        rows.append({
            t("column.region"): area_name(query.catalogue, code, t),
            t("localiser.sites_open"): opened["sites"],
            t("localiser.sites_coming"): coming["sites"],
            t("localiser.maisons_open"): opened["maisons"],
            t("localiser.maisons_coming"): coming["maisons"]})
    show(pd.DataFrame(rows), t)
    for collection in ("sites", "maisons"):
        data, answer = frame(collection, view, t)
        st.subheader(answer["text"])
        if answer["total"]:
            show(data, t)
            if answer["next"] is not None:
                st.caption(t("tables.first", n=t.number(len(data))))
        else:
            st.info(answer["empty"])


main()
