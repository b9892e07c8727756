"""Streamlit's own floor: one widget and one empty component."""

import streamlit as st

empty = st.components.v2.component("floor", js="export default (c) => {\n}")
picked = [k for k in "abcde" if st.sidebar.checkbox(k, key=k)]
empty(key="floor", data={"picked": picked})
st.markdown(f"<i id='shown'>{'+'.join(picked) or 'all'}</i>", unsafe_allow_html=True)
