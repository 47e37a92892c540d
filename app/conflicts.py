"""Documents that do not say the same, beside an answer: each with its date and the button that opens its page."""

from collections.abc import Callable

import streamlit as st

from app.escaping import as_html, shortened
from app.texts import Texts
from ingest.scripts import CHINESE
from retrieval.describing import day
from retrieval.types import Citation, Conflict, ConflictKind, Side

_QUOTE = 200

Button = Callable[[Citation], None]


def show(conflict: Conflict, said: str, key: str, say: Texts, button: Button) -> None:
    """Show a conflict.

    Args:
        conflict: what stands against what.
        said: the answer's text; a quote that stands there is not repeated.
        key: of its container.
        say: the interface's texts.
        button: draws the button of a citation.
    """
    with st.container(border=True, key=key, gap="small"):
        st.html(f'<div class="pc-conflict">{as_html(say(f"conflict_{conflict.kind}"))}</div>')
        for place, side in enumerate(conflict.sides):
            with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"{key}_{place}"):
                st.html(_dated(conflict.kind, side, say), width="content")
                button(side.citation)
            if side.citation.quote not in said:
                st.html(f'<div class="pc-text">{as_html(shortened(side.citation.quote, _QUOTE))}</div>')


def _dated(kind: ConflictKind, side: Side, say: Texts) -> str:
    when = as_html(day(side.dated, chinese=say.language == CHINESE))
    state = ""
    if kind is ConflictKind.VERSIONS:
        name = "in_force" if side.in_force else "earlier"
        state = f' <span class="pc-{name}">{as_html(say(name))}</span>'
    return f'<div class="pc-side"><b>{when}</b>{state}</div>'
