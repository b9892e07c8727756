"""Kharita: the entry that `streamlit run app.py` finds."""
import csv
from pathlib import Path

import streamlit as st

st.set_page_config(page_title="Kharita", layout="wide")
with (Path(__file__).parent / "data" / "sources" / "sites.csv").open(encoding="utf-8") as handle:
    st.dataframe(list(csv.DictReader(handle)))
