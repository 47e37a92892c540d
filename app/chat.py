"""The chat page: conversation on the left, evidence on the right."""

import logging

import streamlit as st

from app import answers, evidence, filtering, resources, session, suggestions, upload
from app.escaping import as_label
from app.session import Exchange
from app.texts import Texts
from ingest.errors import PageciteError
from ingest.library import Library
from ingest.registry import READY
from ingest.settings import Settings, load_settings
from retrieval.types import Answer

logger = logging.getLogger(__name__)

_LONGEST = 2000  # characters of a question


def show() -> None:
    """Draw the page."""
    settings = load_settings()
    library = resources.open_library(settings)
    say = session.texts()
    counts = library.counts()
    _sidebar(say, settings, sum(counts["documents"].values()), sum(counts["pages"].values()))
    left, right = st.columns(2, gap="medium")
    # The viewer first: while an answer is being written, the open page stays as it is.
    with right:
        evidence.show(library)
    with left:
        _conversation(say, settings, library, empty=not counts["chunks"]["ready"])


def _sidebar(say: Texts, settings: Settings, documents: int, pages: int) -> None:
    with st.sidebar:
        st.caption(say("library_size", documents=documents, pages=pages))
        if st.button(say("add_documents"), icon=":material/upload_file:", width="stretch", key="add_documents"):
            upload.open_dialog(say, settings)
        if session.current().exchanges:
            st.button(
                say("new_conversation"),
                icon=":material/restart_alt:",
                width="stretch",
                key="new_conversation",
                on_click=session.current().restart,
            )


def _conversation(say: Texts, settings: Settings, library: Library, *, empty: bool) -> None:
    state = session.current()
    history = st.container(height=560, border=False, key="conversation", autoscroll=True)
    if not empty:
        filtering.show(say, library)
    if question := st.chat_input(say("ask"), max_chars=_LONGEST, submit_mode="disable", key="question"):
        session.ask(question)
    with history:
        for index, exchange in enumerate(state.exchanges):
            answers.show(exchange, index, say)
        if state.pending:
            _reply(say, settings, state.pending)
        elif not state.exchanges and empty:
            _welcome_empty(say, settings)
        elif not state.exchanges:
            _welcome(say, library)


def _reply(say: Texts, settings: Settings, question: str) -> None:
    """Answer the pending question as the answer comes, then draw the page again with it in the history."""
    state = session.current()
    answers.show_question(question)
    with st.chat_message("assistant", avatar=":material/find_in_page:"):
        try:
            exchange = Exchange(question, _stream(say, settings, question))
        except PageciteError as error:
            exchange = Exchange(question, None, str(error))
        except Exception:
            # Caught here so that the question does not stay pending, to fail again with every click.
            logger.exception("A question could not be answered")
            exchange = Exchange(question, None, say("fault"))
    # Only now: should a click interrupt the answer, the next run asks again.
    state.pending = None
    state.exchanges.append(exchange)
    if exchange.answer and exchange.answer.citations:
        first = exchange.answer.citations[0]
        session.open_citation(first, answers.cite_key(len(state.exchanges) - 1, first), chosen=False)
    st.rerun()


def _stream(say: Texts, settings: Settings, question: str) -> Answer | None:
    with st.spinner(say("loading")):
        chain = resources.load_chain(settings)
    written, answer = "", None
    with st.spinner(say("searching")):
        place = st.empty()
        asked = {"question": question, "history": session.current().history(), "filter": filtering.current()}
        for piece in chain.stream(asked):
            if isinstance(piece, Answer):
                answer = piece
            else:
                written += piece
                place.html(answers.text_html(written))
    return answer


def _welcome(say: Texts, library: Library) -> None:
    st.subheader(say("chat_title"), anchor=False)
    st.write(say("chat_hint"))
    upload.show_outcomes(say, session.current().outcomes)
    names = {document.name for document in library.documents() if document.status == READY}
    questions = suggestions.suggest(names, say.language)
    if questions:
        st.caption(say("suggestions"))
    with st.container(key="suggestions", gap="small"):
        for place, question in enumerate(questions):
            st.button(as_label(question), key=f"suggestion_{place}", on_click=session.ask, args=(question,))


def _welcome_empty(say: Texts, settings: Settings) -> None:
    st.subheader(say("empty_title"), anchor=False)
    st.write(say("empty_hint"))
    upload.show(say, settings)
    st.caption(say("empty_command"))
    st.code("ingest add FOLDER", language="bash")
