"""A question and its answer in the conversation, with the buttons that open its pages."""

import re
from collections.abc import Sequence
from typing import Literal

import streamlit as st

from app import conflicts, ledger, session
from app.escaping import as_html, as_label, shortened, without_marks
from app.session import Exchange
from app.texts import Texts
from ingest.scripts import CHINESE
from retrieval.describing import listed
from retrieval.types import Answer, Citation, Evidence

_REFERENCE = re.compile(r"\[\d+\]")
_NEAREST = 3  # passages listed where there is no answer
_EXCERPT = 180


def show(exchange: Exchange, index: int, say: Texts) -> None:
    """Show one exchange of the conversation."""
    show_question(exchange.question)
    with st.chat_message("assistant", avatar=":material/find_in_page:"):
        if exchange.answer is None:
            st.error(as_label(say("error", reason=exchange.error)), icon=":material/error:")
        else:
            _answer(exchange.answer, index, say)


def show_question(question: str) -> None:
    """Show a question."""
    with st.chat_message("user", avatar=":material/person:"):
        st.html(text_html(question))


def text_html(text: str) -> str:
    """A text as it is, line breaks included, its references [1] set off."""
    marked = _REFERENCE.sub(lambda found: f'<span class="pc-ref">{found.group()}</span>', as_html(text))
    return f'<div class="pc-text">{marked}</div>'


def cite_key(index: int, citation: Citation) -> str:
    """The key of a citation's button."""
    return f"cite_{index}_{citation.number}"


def _answer(answer: Answer, index: int, say: Texts) -> None:
    if answer.understood:
        st.caption(as_label(say("understood", question=answer.understood)))
    st.html(text_html(answer.text))
    for warning in answer.warnings:
        st.warning(as_label(warning), icon=":material/warning:")
    if answer.ledger is not None:
        ledger.show(answer.ledger, answer.question, index, say)
    _cited(answer, index, say)
    # A refusal says itself where was searched, but for the filter.
    if answer.documents and (answer.answered or answer.scope):
        names = listed(answer.documents, chinese=say.language == CHINESE)
        key = "searched_filter" if answer.scope else "searched"
        st.caption(as_label(say(key, names=names, filter=answer.scope)))
    if not answer.answered and answer.evidence:
        _nearest(answer.evidence[:_NEAREST], index, say)


def _cited(answer: Answer, index: int, say: Texts) -> None:
    """The citations, those that stand against each other together."""
    disputed = {side.citation.number for conflict in answer.conflicts for side in conflict.sides}
    if plain := [citation for citation in answer.citations if citation.number not in disputed]:
        _citations(plain, index, say)
    for place, conflict in enumerate(answer.conflicts):
        conflicts.show(
            conflict, answer.text, f"conflict_{index}_{place}", say, lambda citation: _cite(citation, index, say)
        )


def _citations(citations: Sequence[Citation], index: int, say: Texts) -> None:
    with st.container(horizontal=True, gap="small", key=f"cites_{index}"):
        for citation in citations:
            _cite(citation, index, say)


def _cite(citation: Citation, index: int, say: Texts) -> None:
    key = cite_key(index, citation)
    label = say("cite", number=citation.number, name=citation.source, page=citation.page_number)
    st.button(as_label(label), key=key, type=_button_type(key), on_click=session.open_citation, args=(citation, key))


def _nearest(passages: Sequence[Evidence], index: int, say: Texts) -> None:
    with st.container(border=True, key=f"nearest_{index}", gap="small"):
        st.html(f'<div class="pc-kind">{as_html(say("nearest"))}</div>')
        for place, evidence in enumerate(passages):
            key = f"near_{index}_{place}"
            st.button(
                as_label(say("passage", name=evidence.source, page=evidence.chunk.page_number)),
                key=key,
                type=_button_type(key),
                on_click=session.open_passage,
                args=(evidence, key),
            )
            st.html(f'<div class="pc-file">{as_html(shortened(without_marks(evidence.chunk.text), _EXCERPT))}</div>')


def _button_type(key: str) -> Literal["primary", "secondary"]:
    view = session.current().view
    return "primary" if view is not None and view.key == key else "secondary"
