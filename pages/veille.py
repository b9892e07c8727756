"""Watch room: the reports, newest first, and the published facts each is made of."""
from __future__ import annotations

import streamlit as st

from geo.answers.names import crafts_text, kind_label
from geo.i18n import Words, words
from geo.model import Note, Report
from geo.service import current
from pages._ui import widgets


def main() -> None:
    """One fold per report that passes the filters."""
    view, notices = st.session_state["kh_run"]
    t, query = words(view.lang), current()
    widgets.rail()
    widgets.strip(notices)
    st.header(t("page.veille"))
    st.caption(t("panel.report_note"))
    reports = query.matching_reports(view)
    if not reports:
        st.info(t("empty.reports"))
    for report in reports:
        _report(report, t, expanded=report.id in view.report or len(reports) == 1)


def _report(report: Report, t: Words, *, expanded: bool) -> None:
    when = t.date(report.date) or t("panel.undated")
    with st.expander(f"{_plain(t.pick(report.title))} · {when}", expanded=expanded):
        markets = " · ".join(t.country(m) for m in report.markets) or t("panel.all_markets")
        crafts = crafts_text(report.crafts, t) or t("panel.all_crafts")
        st.text(f"{report.id} · {kind_label(report, t)}\n{markets}\n{crafts}")
        for note in report.notes:
            _note(note, t)


def _note(note: Note, t: Words) -> None:
    with st.container(border=True):
        st.text(f"{note.id} · {note.title_fr}" + (f" · {t.date(note.date)}" if note.date else ""))
        st.text(note.summary_fr)
        for source in note.sources:
            if source.url.startswith(("https://", "http://")):
                st.link_button(_plain(source.label or source.url), source.url, type="tertiary")


def _plain(text: str) -> str:
    """Text that Streamlit's Markdown shows as it is."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]()#+-.!|~$:<>" else c for c in text)


main()
