"""Entry script of every page: decodes the address, draws navigation and header, runs the page."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st

from geo.i18n.labels import notice_text
from geo.i18n.words import known_language, words
from geo.web.assets import asset_url
from pages._ui import widgets
from pages._ui.problems import show_problems
from pages._ui.state import read_view

PAGES = Path(__file__).parent.parent
#: File, icon. The file's name is the address; the first one lives at ``/``.
LISTED = (
    ("carte", "map"),
    ("marches", "public"),
    ("localiser", "near_me"),
    ("veille", "article"),
    ("partager", "ios_share"),
    ("donnees", "database"),
)

#: Pages whose parts all follow the address by themselves: a filter does not run their script.
LIVE = {"", "marches", "localiser", "partager", "veille", "donnees"}


def main() -> None:
    """Draw the frame shared by all pages and run the requested one."""
    st.set_page_config(
        page_title="Kharita", page_icon=_icon(), layout="wide", initial_sidebar_state="auto"
    )
    held_lang = st.query_params.get("lang") or st.session_state.get("kh_lang", "fr")
    t = words(known_language(held_lang))
    page = st.navigation(
        [
            st.Page(
                PAGES / f"{name}.py",
                title=t(f"page.{name}"),
                icon=f":material/{icon}:",
                url_path=name,
                default=name == "carte",
            )
            for name, icon in LISTED
        ],
        position="top",
    )
    changed = st.session_state.get("kh_page", page.url_path) != page.url_path
    view, notices = read_view(page_changed=changed)
    t = words(view.lang)
    st.session_state["kh_page"], st.session_state["kh_lang"] = page.url_path, view.lang
    st.session_state["kh_run"] = view, [notice_text(n, t) for n in notices]
    st.html(f'<style>@import url("{asset_url("app.css")}")</style>')
    st.set_page_config(page_title=f"{t(f'page.{page.url_path or LISTED[0][0]}')} · Kharita")
    widgets.head(view, page=page.url_path, repaired=bool(notices), live=page.url_path in LIVE)
    show_problems(t)
    page.run()
    with st.container(key="kh-tabs", horizontal=True):
        for name, icon in LISTED:
            st.page_link(PAGES / f"{name}.py", label=t(f"tab.{name}"), icon=f":material/{icon}:")


def _icon() -> str:
    """The icon's address: a file would be sent and fetched anew at each run."""
    here = urlsplit(st.context.url or "http://localhost")
    return f"{here.scheme}://{here.netloc}{asset_url('icon.png')}"


main()
