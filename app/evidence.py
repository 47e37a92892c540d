"""The evidence viewer: the page that proves an answer, with the quoted words highlighted."""

from dataclasses import replace

import streamlit as st

from app import pages, session
from app.escaping import as_html, as_label, shortened
from app.frame import shown_errors
from app.session import Mark, View
from app.texts import Texts
from ingest.errors import DocumentNotFound
from ingest.library import Library
from ingest.records import DocumentRecord
from ingest.types import Box

_ALT_QUOTE = 300  # characters of a quote that a screen reader reads with the image


@st.fragment
def show(library: Library) -> None:
    """Show the open page, or what this place is for."""
    say = session.texts()
    view = session.current().view
    with shown_errors():
        if view is None:
            _blank(say)
            return
        with st.container(key="evidence_chosen" if view.chosen else "evidence_auto", gap="small"):
            try:
                document = library.find(view.doc_id)
            except DocumentNotFound:
                st.info(say("gone"))
                return
            _head(say, document, view)
            _page(say, library, document, view)


def _blank(say: Texts) -> None:
    with st.container(key="evidence_blank"):
        text = f"<b>{as_html(say('viewer_empty'))}</b><span>{as_html(say('viewer_hint'))}</span>"
        st.html(f'<div class="pc-blank">{text}</div>')


def _head(say: Texts, document: DocumentRecord, view: View) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", wrap=False, gap="small"):
        st.html(
            f'<div class="pc-title">{as_html(document.title or document.name)}</div>'
            f'<div class="pc-file">{as_html(document.name)}</div>'
        )
        if st.button(say("close"), icon=":material/close:", help=say("close"), key="evidence_close", type="tertiary"):
            session.close_view()
            st.rerun()
    kind = say(view.mark.head or ("quoted" if view.mark.proof else "not_proof"))
    tone = "pc-quote" if view.mark.proof else "pc-quote pc-near"
    # A quote that scrolls must be within reach of the keyboard.
    st.html(
        f'<div class="pc-kind">{as_html(kind)}</div>'
        f'<div class="{tone}" tabindex="0" role="note">{as_html(view.mark.text)}</div>'
    )


def _page(say: Texts, library: Library, document: DocumentRecord, view: View) -> None:
    mark = view.mark
    further = dict(mark.further)
    own = view.page_number == mark.page_number
    here = own or view.page_number in further
    boxes = _boxes(library, document.doc_id, mark) if own else further.get(view.page_number, ())
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"):
        pages.pager(say, view.page_number, document.page_count, "evidence_page", _turn)
        if not here:
            st.button(
                say("to_quote", page=mark.page_number), key="evidence_back", on_click=_turn, args=(mark.page_number,)
            )
        for number in (mark.page_number, *further) if here and further else ():
            if number != view.page_number:
                key = "goes_on" if number > view.page_number else "begins"
                st.button(say(key, page=number), key=f"evidence_part_{number}", on_click=_turn, args=(number,))
        near = bool(boxes) and st.toggle(say("close_up"), key="evidence_near")
    record = next(iter(library.pages(document.doc_id, [view.page_number])), None)
    if record is not None and record.text is None:
        st.warning(as_label(say("page_missing", reason=record.reason)))
        return
    key = "page_alt_quote" if here else "page_alt"
    quote = shortened(mark.text, _ALT_QUOTE)
    alt = say(key, page=view.page_number, name=document.name, quote=quote)
    path = library.image_path(document.doc_id, view.page_number)
    pages.show_image(say, path, alt, boxes, proof=mark.proof, near=near)


def _boxes(library: Library, doc_id: str, mark: Mark) -> tuple[Box, ...]:
    """Where the words are: given, or those of the page's lines."""
    if mark.lines is None:
        return mark.boxes
    start, end = mark.lines
    text = next((record.text for record in library.pages(doc_id, [mark.page_number])), None)
    return tuple(line.box for line in text.lines[start:end]) if text else ()


def _turn(page: int) -> None:
    """Go to another page; what was chosen stays what it was."""
    view = session.current().view
    if view is not None:
        session.current().view = replace(view, page_number=page, chosen=True)
