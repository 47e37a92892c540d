"""What surrounds every page: style, language switch, and errors told in one line."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from app import session, style
from app.escaping import as_label
from app.texts import NAMES, Texts, language_of
from ingest.errors import ConfigError, PageciteError
from ingest.settings import load_settings

logger = logging.getLogger(__name__)


def prepare() -> Texts:
    """Draw the frame and give back the interface's texts."""
    st.logo(style.LOGO, size="large")
    if session.LANGUAGE not in st.session_state:
        st.session_state[session.LANGUAGE] = language_of(_configured_language(), st.context.locale)
    say = session.texts()
    limit = say("upload_limit", size=st.get_option("server.maxUploadSize"))
    st.html(style.css(say("upload_button"), limit))
    with st.sidebar:
        st.caption(say("tagline"))
        st.segmented_control(
            say("language"),
            list(NAMES),
            format_func=NAMES.__getitem__,
            key=session.LANGUAGE,
            required=True,
            label_visibility="collapsed",
        )
    return say


@contextmanager
def shown_errors() -> Iterator[None]:
    """Show what goes wrong as one line: our errors as they are, any other as a fault that the log explains."""
    try:
        yield
    except PageciteError as error:
        st.error(as_label(str(error)), icon=":material/error:")
    except Exception:
        logger.exception("A page could not be drawn")
        st.error(as_label(session.texts()("fault")), icon=":material/error:")


def _configured_language() -> str:
    try:
        return load_settings().language
    except ConfigError:
        return "auto"  # the page itself says what is wrong with the settings
