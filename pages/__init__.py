"""Streamlit page scripts: thin, each only mounts the components of its page."""
