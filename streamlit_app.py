"""Pagecite in the browser: ``streamlit run streamlit_app.py``."""

import streamlit as st

from app import chat, documents, frame, style

st.set_page_config(page_title="Pagecite", page_icon=style.ICON, layout="wide")
say = frame.prepare()
pages = [
    st.Page(chat.show, title=say("nav_chat"), icon=":material/forum:", url_path="chat", default=True),
    st.Page(documents.show, title=say("nav_library"), icon=":material/folder_open:", url_path="library"),
]
with frame.shown_errors():
    st.navigation(pages).run()
