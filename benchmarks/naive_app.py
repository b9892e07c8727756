"""The code everybody writes: 500 folium markers with popups, clustered, in st_folium."""

import folium
import streamlit as st
from folium.plugins import MarkerCluster
from streamlit_folium import st_folium

from benchmarks.apps import ALWAYS
from geo.store.synthetic_store import SyntheticBuyers

POINTS = 500

st.set_page_config(layout="wide")
buyers = list(SyntheticBuyers(POINTS))
kinds = sorted({b.kind for b in buyers})
picked = [k for k in kinds if st.sidebar.checkbox(k, value=k in ALWAYS, key=k)]
m = folium.Map(location=(40, 5), zoom_start=4)
cluster = MarkerCluster().add_to(m)
shown = [b for b in buyers if not picked or b.kind in picked]
for b in shown:
    lon, lat = b.lon_lat
    folium.Marker((lat, lon), popup=f"{b.name}<br>{b.city}", tooltip=b.name).add_to(cluster)
st_folium(m, use_container_width=True, height=600)
st.markdown(f"<i id='shown'>{'+'.join(picked) or 'all'}</i>", unsafe_allow_html=True)
