"""Plain tables of the pages that Streamlit draws."""
from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geo.i18n import Words

ROW_PX = 36


def show(data: pd.DataFrame, t: Words, **options: Any) -> Any:
    """Show a table, its first column at the side where reading begins."""
    order = list(data.columns)[::-1] if t.dir == "rtl" else list(data.columns)
    height = min(560, ROW_PX * (len(data) + 1) + 2)
    return st.dataframe(data[order], hide_index=True, width="stretch", height=height, **options)
