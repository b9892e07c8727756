"""Kharita's core: model, queries, stores, layers and routes. Nothing here knows Streamlit."""
