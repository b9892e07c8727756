"""Plain tables of the pages that have no map, from the answers of ``geo.answers``."""
from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geo.answers.rows import MAX_PAGE, rows_answer
from geo.i18n import Words
from geo.service import current
from geo.view import ViewState

ROW_PX = 36


def frame(collection: str, view: ViewState, t: Words) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The first matching records as a table, and the answer they come from."""
    answer = rows_answer(current(), collection, view, t, limit=MAX_PAGE)
    columns = [c["label"] for c in answer["columns"]]
    rows = [[cell["text"] for cell in row["cells"]] for row in answer["rows"]]
    return pd.DataFrame(rows, columns=columns), answer


def show(data: pd.DataFrame, t: Words, **options: Any) -> Any:
    """Show a table, its first column at the side where reading begins."""
    order = list(data.columns)[::-1] if t.dir == "rtl" else list(data.columns)
    height = min(560, ROW_PX * (len(data) + 1) + 2)
    return st.dataframe(data[order], hide_index=True, width="stretch", height=height, **options)
