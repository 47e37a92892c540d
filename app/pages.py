"""One page of a document on the screen: its image with marked words, and the way to its neighbours."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st
from PIL import Image, UnidentifiedImageError

from app import highlight
from app.escaping import as_label
from app.texts import Texts
from ingest.types import Box

_WIDTH = 1200  # pixels: sharp on screens of double density, and small to send


def show_image(
    say: Texts, path: Path, alt: str, boxes: tuple[Box, ...] = (), *, proof: bool = True, near: bool = False
) -> None:
    """Show a page image with its boxes marked.

    Args:
        say: the interface's texts.
        path: the image in the library.
        alt: what it shows, in words.
        boxes: what to mark.
        proof: marked as proof of an answer, or as a near passage.
        near: only the part around the boxes.
    """
    try:
        data = _marked(str(path), path.stat().st_mtime_ns, boxes, proof, near)
    except (OSError, UnidentifiedImageError):
        st.warning(say("image_missing"))
        return
    st.image(data, width="stretch", alt=alt)


def pager(say: Texts, page: int, pages: int, key: str, turn: Callable[[int], None]) -> None:
    """Buttons for the previous and the next page, with the page's number between them."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"pager_{key}", width="content"):
        st.button(
            say("previous"),
            icon=":material/chevron_left:",
            help=say("previous"),
            key=f"{key}_previous",
            disabled=page <= 1,
            on_click=turn,
            args=(page - 1,),
        )
        st.markdown(as_label(say("page_of", page=page, pages=pages)))
        st.button(
            say("next"),
            icon=":material/chevron_right:",
            help=say("next"),
            key=f"{key}_next",
            disabled=page >= pages,
            on_click=turn,
            args=(page + 1,),
        )


@st.cache_data(show_spinner=False, max_entries=128)
def _marked(path: str, mtime: int, boxes: tuple[Box, ...], proof: bool, near: bool) -> bytes:
    """A marked page as JPEG; `mtime` makes a page that was read again a new one."""
    with Image.open(path) as image:
        page = highlight.highlight(image, boxes, highlight.PROOF if proof else highlight.PASSAGE)
    if near:
        page = highlight.close_up(page, boxes)
    return highlight.encode(highlight.fit_width(page, _WIDTH))
