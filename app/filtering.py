"""The chat's filter: which documents may answer, chosen by a person."""

from collections.abc import Sequence
from datetime import date
from pathlib import PurePath

import streamlit as st

from app.escaping import as_label, clean
from app.texts import Texts
from ingest.library import Library
from ingest.records import DocumentRecord
from ingest.registry import READY
from ingest.scripts import CHINESE
from retrieval.describing import describe, type_name
from retrieval.filters import Filter
from retrieval.kinds import DocumentType

_FIELDS = ("documents", "types", "parties", "dated_from", "dated_to", "folders")
_KEEP = "filter_kept"  # survives a visit to another page, where widgets' own keys do not
_ROUND = "filter_round"  # counts how often it was cleared
_LABEL_CHARS = 60


def show(say: Texts, library: Library) -> None:
    """Draw the filter's button; what is chosen counts for every question until it is cleared."""
    chinese = say.language == CHINESE
    chosen = current()
    words = describe(chosen, chinese=chinese) if chosen else ""
    label = say("filter_on", filter=_short(clean(words))) if words else say("filter")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="filter_row"):
        with st.popover(as_label(label), icon=":material/filter_alt:", key="filter", width="content"):
            _fields(say, library, chinese)
        if words:
            st.button(say("filter_clear"), icon=":material/close:", type="tertiary", key="filter_clear", on_click=clear)


def current() -> Filter | None:
    """The chosen filter; None where there is none."""
    values = st.session_state.get(_KEEP, {})
    first, last = values.get("dated_from"), values.get("dated_to")
    if first and last and first > last:
        first, last = last, first
    lists = {name: tuple(values.get(name, ())) for name in ("documents", "types", "folders")}
    parties = tuple(part.strip() for part in values.get("parties", "").split(";"))
    return Filter(**lists, parties=parties, dated_from=first, dated_to=last) or None


def clear() -> None:
    """Choose nothing."""
    st.session_state[_KEEP] = {}
    # Fields with new keys are new fields, empty ones.
    st.session_state[_ROUND] = st.session_state.get(_ROUND, 0) + 1


def _fields(say: Texts, library: Library, chinese: bool) -> None:
    kept = st.session_state.setdefault(_KEEP, {})
    for name in _FIELDS:
        if _key(name) not in st.session_state and name in kept:
            st.session_state[_key(name)] = kept[name]
    records = [record for record in library.documents() if record.status == READY]
    names = sorted({record.name for record in records})
    _choices(say, "documents", names, {name: clean(name) for name in names})
    kinds = {str(kind): type_name(str(kind), chinese=chinese, plural=True) for kind in DocumentType}
    _choices(say, "types", list(kinds), kinds)
    with st.container(horizontal=True, gap="small", key="filter_dates"):
        for name in ("dated_from", "dated_to"):
            st.date_input(
                say(f"filter_{name}"),
                value=None,
                min_value=date(1950, 1, 1),
                max_value=date(2100, 12, 31),
                format="YYYY-MM-DD",
                key=_key(name),
                on_change=_keep,
                args=(name,),
            )
    st.text_input(
        say("filter_parties"),
        key=_key("parties"),
        placeholder=say("filter_parties_hint"),
        max_chars=200,
        on_change=_keep,
        args=("parties",),
    )
    if folders := _folders(records):
        _choices(say, "folders", folders, {folder: clean(folder) for folder in folders})


def _choices(say: Texts, name: str, options: Sequence[str], labels: dict[str, str]) -> None:
    key = _key(name)
    # A document may have left the library since it was chosen.
    if key in st.session_state:
        st.session_state[key] = [one for one in st.session_state[key] if one in labels]
    st.multiselect(
        say(f"filter_{name}"),
        list(options),
        format_func=labels.__getitem__,
        key=key,
        placeholder=say("filter_any"),
        on_change=_keep,
        args=(name,),
    )


def _folders(records: Sequence[DocumentRecord]) -> list[str]:
    """Folders that documents were added from, where there are several."""
    found = {str(PurePath(path).parent) for record in records for path in record.paths}
    return sorted(found) if len(found) > 1 else []


def _keep(name: str) -> None:
    if _key(name) in st.session_state:
        st.session_state[_KEEP] = {**st.session_state.get(_KEEP, {}), name: st.session_state[_key(name)]}


def _key(name: str) -> str:
    return f"filter_{name}_{st.session_state.get(_ROUND, 0)}"


def _short(text: str) -> str:
    return text if len(text) <= _LABEL_CHARS else text[: _LABEL_CHARS - 1].rstrip() + "…"
