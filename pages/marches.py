"""Markets: the 34 target countries, who buys there and what the watch says of them."""
from __future__ import annotations

import pandas as pd
import streamlit as st

from geo.answers.names import agreements_text
from geo.i18n import words
from geo.service import current
from pages._ui import widgets
from pages._ui.tables import show


def main() -> None:
    """One row per market, following the filters."""
    view, notices = st.session_state["kh_run"]
    t, query = words(view.lang), current()
    widgets.rail()
    widgets.strip(notices)
    st.header(t("page.marches"))
    st.caption(t("marches.intro"))
    counts = query.facet_counts(view)["market"]
    rows = [{
        t("column.market"): t.pick(m.name), t("marches.world"): t(f"world.{m.world_region}"),
        t("marches.buyers"): counts[m.iso2],
        t("marches.reports"): len(query.reports.about_market(m.iso2)),
        t("fact.agreement"): agreements_text(m, t), t("marches.evidence"): t(f"evidence.{m.evidence}"),
    } for m in query.catalogue.markets if not view.market or m.iso2 in view.market]
    rows.sort(key=lambda row: -row[t("marches.buyers")])
    show(pd.DataFrame(rows), t)
    st.caption(t("marches.note"))


main()
