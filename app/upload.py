"""Adding documents in the browser: upload, progress by page, what became of each file."""

import re
import tempfile
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, Protocol

import streamlit as st

from app import resources, session
from app.escaping import as_label, clean
from app.frame import shown_errors
from app.texts import Texts
from ingest.files import SUFFIXES
from ingest.library import Library
from ingest.outcomes import ADDED, PRESENT, UPDATED, Outcome
from ingest.settings import Settings

_TYPES = sorted(suffix.removeprefix(".") for suffix in SUFFIXES)
_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
_LONGEST = 80  # characters, in UTF-8 up to three bytes each; file systems take 255 bytes


class Upload(Protocol):
    """A file that a browser sent."""

    @property
    def name(self) -> str:
        """Its name, as the browser gave it."""
        ...

    def getbuffer(self) -> memoryview:
        """Its bytes."""
        ...


class Bar:
    """Progress of several files as one bar on the screen."""

    def __init__(self, say: Texts, files: int) -> None:
        """Draw the bar, for so many files."""
        self._say = say
        self._files = files
        self._file = self._page = self._pages = 0
        self._name = ""
        self._bar = st.progress(0.0, as_label(say("upload_preparing")))

    def file(self, name: str) -> None:
        """The next file's turn."""
        self._file += 1
        self._page = self._pages = 0
        self._name = name
        self._draw(self._say("upload_preparing"))

    def document(self, doc_id: str, name: str, pages: int) -> None:
        """Its pages are known."""
        self._name, self._page, self._pages = name, 0, pages
        self._draw(self._page_text())

    def note(self, text: str) -> None:
        """Something else goes on, such as waiting for another process."""
        self._draw(text)

    def page(self, doc_id: str) -> None:
        """One of its pages is done."""
        self._page += 1
        done = self._page >= self._pages
        self._draw(self._say("upload_index", name=self._name) if done else self._page_text())

    def _page_text(self) -> str:
        return self._say("upload_page", name=self._name, page=self._page + 1, pages=self._pages)

    def _draw(self, text: str) -> None:
        done = (self._file - 1 + (self._page / self._pages if self._pages else 0.0)) / self._files
        if self._files > 1:
            text = self._say("upload_file", file=self._file, files=self._files, text=text)
        self._bar.progress(min(1.0, max(0.0, done)), as_label(text))


def show(say: Texts, settings: Settings, scope: Literal["app", "fragment"] = "app") -> None:
    """The upload field, the progress of what was chosen, and what became of the last upload.

    Args:
        say: the interface's texts.
        settings: where and how to add.
        scope: what is drawn again when all files are done.
    """
    state = session.current()
    files = st.file_uploader(say("upload"), type=_TYPES, accept_multiple_files=True, key=f"upload_{state.uploads}")
    if files:
        with shown_errors():
            with st.spinner(say("loading")):
                resources.load_embeddings(settings)
            state.outcomes = ingest(say, settings, files)
            state.uploads += 1
            st.rerun(scope=scope)
    show_outcomes(say, state.outcomes)


def open_dialog(say: Texts, settings: Settings) -> None:
    """The same, over any page."""
    session.current().outcomes = []

    def content() -> None:
        # A dialog's first run belongs to the page's; files can only come in a later one, which is the dialog's own.
        show(say, settings, scope="fragment")
        if st.button(say("close"), key="upload_close"):
            st.rerun()

    st.dialog(say("add_documents"), on_dismiss="rerun")(content)()


def ingest(say: Texts, settings: Settings, files: Sequence[Upload]) -> list[Outcome]:
    """Add uploaded files under their own names, with progress on the screen.

    Raises:
        PageciteError: the models cannot be loaded, or the library cannot be written.
    """
    pipeline, library = resources.build_pipeline(settings), resources.open_library(settings)
    bar = Bar(say, len(files))
    outcomes: list[Outcome] = []
    for file in files:
        bar.file(file.name)
        with tempfile.TemporaryDirectory(prefix="pagecite-") as folder:
            path = Path(folder) / safe_name(file.name)
            path.write_bytes(file.getbuffer())
            outcomes += (_in_language(one, library, say) for one in pipeline.add([path], bar, keep_paths=False))
    return outcomes


def _in_language(outcome: Outcome, library: Library, say: Texts) -> Outcome:
    """An outcome with what checks found in the interface's language; the pipeline speaks English."""
    doc_id = outcome.doc_id
    said = dict(zip(library.warnings(doc_id), library.warnings(doc_id, say.language), strict=True)) if doc_id else {}
    return replace(outcome, warnings=tuple(said.get(warning, warning) for warning in outcome.warnings))


def safe_name(name: str) -> str:
    """A file name that stays in its folder and looks like what the user chose."""
    last = re.split(r"[/\\]", clean(unicodedata.normalize("NFC", name)))[-1]
    path = Path(_FORBIDDEN.sub("_", last).strip(" ."))
    suffix = path.suffix if len(path.suffix) <= _LONGEST // 2 else ""
    stem = path.name.removesuffix(suffix).strip(" .") or "document"
    return stem[: _LONGEST - len(suffix)] + suffix


def show_outcomes(say: Texts, outcomes: Sequence[Outcome]) -> None:
    """Tell what became of each file."""
    for outcome in outcomes:
        name = outcome.path.name
        if outcome.status in (ADDED, UPDATED) and not outcome.reason:
            st.success(as_label(say("added", name=name, pages=outcome.pages)), icon=":material/check_circle:")
        elif outcome.status in (ADDED, UPDATED):
            text = say("added_partly", name=name, pages=outcome.pages, reason=outcome.reason)
            st.warning(as_label(text), icon=":material/warning:")
        elif outcome.status == PRESENT:
            st.info(as_label(say("present", name=name)), icon=":material/info:")
        else:
            st.error(as_label(say("failed", name=name, reason=outcome.reason)), icon=":material/error:")
        for warning in outcome.warnings:
            st.caption(as_label(say("note", name=name, reason=warning)))
