"""Warning about problems of the data; the rest of the app goes on."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from geo.i18n.labels import problem_text
from geo.i18n.words import Words
from geo.query.current import current

SHOWN = 5


def show_problems(t: Words) -> None:
    """Show a warning with file, record and cause of each problem; nothing without problems."""
    problems = current().catalogue.problems
    if not problems:
        return
    with (
        st.container(key="kh-problems"),
        st.expander(t.n("problem.title", len(problems)), icon=":material/warning:"),
    ):
        for file, group in groupby(problems, key=lambda p: p.file):
            rows = list(group)
            for problem in rows[:SHOWN]:
                st.text(problem_text(problem, t))
            if len(rows) > SHOWN:
                st.text(t("problem.more", file=file, n=t.number(len(rows) - SHOWN)))
        st.text(t("problem.advice"))
