"""Share: the link that restores this view, and its records as a file."""
from __future__ import annotations

import streamlit as st

from geo.codec import encode
from geo.i18n import words
from pages._ui import widgets
from pages._ui.tables import frame, show


def main() -> None:
    """The permalink and what it holds."""
    view, notices = st.session_state["kh_run"]
    t = words(view.lang)
    widgets.rail()
    widgets.strip(notices)
    st.header(t("page.partager"))
    st.caption(t("partager.intro"))
    st.code(f"/?{encode(view)}", language=None, wrap_lines=True)
    st.subheader(t("partager.contents"))
    for collection in ("buyers", "sites", "maisons", "reports"):
        data, answer = frame(collection, view, t)
        with st.expander(answer["text"], expanded=collection == "buyers"):
            if answer["total"]:
                show(data, t, key=f"share_{collection}")
                if answer["next"] is not None:
                    st.caption(t("tables.first", n=t.number(len(data))))
            else:
                st.text(answer["empty"])


main()
