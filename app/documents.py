"""The library page: what is in it, adding, looking inside, removing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from app import pages, resources, session, upload
from app.escaping import as_html, as_label, clean
from app.texts import Texts
from ingest.library import Library
from ingest.records import DocumentRecord
from ingest.registry import FAILED, PENDING, READY
from ingest.settings import load_settings

_TABLE = "documents_table"
_CHOICE = "documents_choice"
_PAGE = "documents_page"
_TEXT_HEIGHT = 660  # pixels, about that of the image beside it
_MOST_ROWS = 12  # more scroll inside the table


def show() -> None:
    """Draw the page."""
    settings = load_settings()
    library = resources.open_library(settings)
    say = session.texts()
    records = library.documents()
    st.subheader(say("nav_library"), anchor=False)
    if not records:
        st.write(say("empty_hint"))
    upload.show(say, settings)
    _notice()
    if not records:
        return
    _figures(say, records)
    _table(say, records)
    if record := _choose(say, records):
        _document(say, library, record)


def _notice() -> None:
    state = session.current()
    if state.notice:
        st.success(as_label(state.notice), icon=":material/check_circle:")
        state.notice = ""


def _figures(say: Texts, records: Sequence[DocumentRecord]) -> None:
    ready = [record for record in records if record.status == READY]
    figures = (
        ("documents", len(ready)),
        ("pages", sum(record.page_count for record in ready)),
        ("problems", sum(1 for record in records if record.reason or record.status != READY)),
    )
    with st.container(horizontal=True, gap="large"):
        for key, value in figures:
            st.metric(say(key), value, width="content")


def _table(say: Texts, records: Sequence[DocumentRecord]) -> None:
    st.dataframe(
        [_row(say, record) for record in records],
        hide_index=True,
        key=_TABLE,
        on_select=lambda: _selected(records),
        selection_mode="single-row",
        height=min(len(records), _MOST_ROWS) * 35 + 38,
        alt=say("table_alt"),
        column_config={
            say("pages"): st.column_config.NumberColumn(width="small"),
            say("added_at"): st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        },
    )


def _row(say: Texts, record: DocumentRecord) -> dict[str, object]:
    mark = {READY: "✓", PENDING: "…", FAILED: "✗"}[record.status]
    reason = say("pending_reason") if record.status == PENDING and not record.reason else record.reason
    return {
        say("name"): clean(record.name),
        say("title"): clean(record.title),
        say("pages"): record.page_count,
        say("status"): f"{mark} {say(f'status_{record.status}')}",
        say("reason"): clean(reason),
        say("added_at"): datetime.fromisoformat(record.added_at).replace(tzinfo=None),
    }


def _selected(records: Sequence[DocumentRecord]) -> None:
    """A row was chosen or let go: the choice below the table follows."""
    rows = st.session_state[_TABLE].selection.rows
    st.session_state[_CHOICE] = records[rows[0]].doc_id if rows else None
    st.session_state[_PAGE] = 1


def _choose(say: Texts, records: Sequence[DocumentRecord]) -> DocumentRecord | None:
    known = {record.doc_id: record for record in records}
    if st.session_state.get(_CHOICE) not in known:
        st.session_state[_CHOICE] = None
    chosen = st.selectbox(
        say("open"),
        list(known),
        format_func=lambda doc_id: clean(known[doc_id].name),
        key=_CHOICE,
        placeholder=say("open_hint"),
        on_change=_to_page,
        args=(1,),
    )
    return known[chosen] if chosen else None


def _to_page(page: int) -> None:
    st.session_state[_PAGE] = page


def _document(say: Texts, library: Library, record: DocumentRecord) -> None:
    page = min(max(1, st.session_state.get(_PAGE, 1)), max(1, record.page_count))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.html(
            f'<div class="pc-title">{as_html(record.title or record.name)}</div>'
            f'<div class="pc-file">{as_html(record.name)}</div>',
            width="content",
        )
        pages.pager(say, page, record.page_count, _PAGE, _to_page)
        if st.button(say("remove"), icon=":material/delete:", key="remove"):
            _confirm_removal(say, library, record)
    for warning in library.warnings(record.doc_id, say.language):
        st.warning(as_label(warning))
    entry = next(iter(library.pages(record.doc_id, [page])), None)
    if entry is None or entry.text is None:
        st.warning(as_label(say("page_missing", reason=entry.reason if entry else say("pending_reason"))))
        return
    image, text = st.columns(2, gap="medium")
    with image:
        st.caption(say("page_image"))
        pages.show_image(say, library.image_path(record.doc_id, page), say("page_alt", page=page, name=record.name))
    with text:
        st.caption(say("page_text"))
        # As code: the text as it is, nothing in it rendered.
        st.code(clean(entry.text.markdown) or say("no_text"), language=None, wrap_lines=True, height=_TEXT_HEIGHT)
        for warning in entry.text.warnings:
            st.caption(as_label(warning))


def _confirm_removal(say: Texts, library: Library, record: DocumentRecord) -> None:
    def content() -> None:
        st.markdown(as_label(say("remove_text", name=record.name)))
        with st.container(horizontal=True):
            if st.button(say("remove_yes"), type="primary", key="remove_yes"):
                library.remove(record.doc_id)
                session.current().notice = say("removed", name=record.name)
                st.rerun()
            if st.button(say("cancel"), key="remove_cancel"):
                st.rerun()

    dialog: Any = st.dialog(say("remove_title"))
    dialog(content)()
