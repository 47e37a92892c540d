"""From files to a library: the one place where reading, cutting, embedding and storing meet."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from langchain_core.embeddings import Embeddings

from ingest.chunks import cut
from ingest.embeddings import embedding_text
from ingest.errors import BrokenFile, DocumentError, PageciteError, PageError, was_interrupted
from ingest.files import find_files, identify
from ingest.library import Library
from ingest.ocr import OcrEngine
from ingest.pages import OpenDocument, open_document
from ingest.passages import Vectors
from ingest.reader import PageReader, reader_key
from ingest.registry import READY
from ingest.settings import Settings
from ingest.titles import Subject, find_subject
from ingest.types import Chunk, PageText, SourceDocument

logger = logging.getLogger(__name__)

ADDED, PRESENT, FAILED = "added", "present", "failed"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    Attributes:
        path: the file.
        status: ``added``, ``present`` (the library had it already) or ``failed``.
        doc_id: its id, empty where the file could not be opened.
        pages: number of pages that can be asked about.
        reason: why it, or some of its pages, failed; empty where nothing did.
        warnings: what a person should know about its pages.
    """

    path: Path
    status: str
    doc_id: str = ""
    pages: int = 0
    reason: str = ""
    warnings: tuple[str, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether anything of the file is missing from the library."""
        return bool(self.reason)


class Progress(Protocol):
    """Is told how the work goes on."""

    def document(self, name: str, pages: int) -> None:
        """A document of so many pages is begun."""
        ...

    def page(self) -> None:
        """One of its pages is done."""
        ...


class Silent:
    """Progress that nobody watches."""

    def document(self, name: str, pages: int) -> None:
        """Nothing."""

    def page(self) -> None:
        """Nothing."""


class Pipeline:
    """Adds files to a library."""

    def __init__(self, library: Library, settings: Settings, engine: OcrEngine, embeddings: Embeddings) -> None:
        """Prepare.

        Raises:
            IndexMismatch: the library's vectors come from another embedding model than the setting's.
        """
        library.check_model(settings.embedding_model, claim=True)
        self._library = library
        self._settings = settings
        self._engine = engine
        self._embeddings = embeddings
        self._reader = reader_key(engine, settings.dpi, settings.max_pixels)

    def add(
        self, paths: Iterable[Path], progress: Progress | None = None, *, keep_paths: bool = True
    ) -> Iterator[Outcome]:
        """Add files and folders, one outcome a file; one file's failure does not touch the others.

        Stopped at any moment and called again, it goes on with the first page that is not done.

        Args:
            paths: files and folders.
            progress: is told how it goes.
            keep_paths: whether to note where the files were; not for uploads, whose place is gone afterwards.

        Raises:
            LibraryError: the library itself cannot be written.
        """
        for path in find_files(paths):
            yield self._add_file(path, progress or Silent(), keep_paths)

    def _add_file(self, path: Path, progress: Progress, keep_path: bool) -> Outcome:
        try:
            source = identify(path)
        except DocumentError as error:
            return Outcome(path, FAILED, reason=str(error))
        try:
            return self._add_document(source, progress, keep_path)
        except DocumentError as error:
            return Outcome(path, FAILED, source.doc_id, reason=str(error))

    def _add_document(self, source: SourceDocument, progress: Progress, keep_path: bool) -> Outcome:
        dpi, max_pixels = self._settings.dpi, self._settings.max_pixels
        with open_document(source, dpi=dpi, max_pixels=max_pixels) as document:
            known = self._library.begin(source, document.page_count, keep_path=keep_path)
            progress.document(source.name, document.page_count)
            if known == READY and (present := self._present(source, document.page_count)):
                return present
            self._library.keep_original(source)
            self._read_pages(document, source, progress)
        return self._publish(source)

    def _present(self, source: SourceDocument, page_count: int) -> Outcome | None:
        """The outcome for a document that is there as a whole; None where pages are missing."""
        record = self._library.find(source.doc_id)
        return None if record.reason else Outcome(source.path, PRESENT, source.doc_id, page_count)

    def _read_pages(self, document: OpenDocument, source: SourceDocument, progress: Progress) -> None:
        done = self._library.done_pages(source.doc_id, self._reader)
        reader = PageReader(self._engine, source.doc_id)
        for number in range(1, document.page_count + 1):
            if number not in done:
                self._read_page(reader, document, source, number)
            progress.page()

    def _read_page(self, reader: PageReader, document: OpenDocument, source: SourceDocument, number: int) -> None:
        try:
            page = reader.read(document, number)
        except PageError as error:
            if was_interrupted(error):
                raise KeyboardInterrupt from error
            logger.info("%s, page %d: %s", source.name, number, error)
            self._library.save_page_failure(self._reader, source.doc_id, number, f"page {number}: {error}")
            return
        self._library.keep_image(source.doc_id, number, page.image)
        self._library.save_page(self._reader, page.text)

    def _publish(self, source: SourceDocument) -> Outcome:
        records = self._library.pages(source.doc_id)
        pages = [record.text for record in records if record.text is not None]
        reason = "; ".join(record.reason for record in records if record.reason)
        if not pages:
            self._library.mark_failed(source.doc_id, reason)
            raise BrokenFile(f"no page could be read: {reason}")
        subject, chunks = prepare(pages, source.name, self._settings.chunk_chars)
        self._library.publish(source, subject, chunks, embed(self._embeddings, chunks))
        warnings = tuple(warning for page in pages for warning in page.warnings)
        return Outcome(source.path, ADDED, source.doc_id, len(pages), reason, warnings)


def prepare(pages: list[PageText], name: str, chunk_chars: int) -> tuple[Subject, list[Chunk]]:
    """Find what a document is about and cut it into chunks."""
    subject = find_subject(pages, name)
    return subject, cut(pages, title=subject.title, size=chunk_chars)


def embed(embeddings: Embeddings, chunks: list[Chunk]) -> Vectors:
    """Vectors of chunks, one row each, float32, length 1.

    Raises:
        PageciteError: the model failed.
    """
    if not chunks:
        return np.empty((0, 0), dtype=np.float32)
    try:
        vectors = embeddings.embed_documents([embedding_text(chunk) for chunk in chunks])
    except RuntimeError as error:
        raise PageciteError(f"The embedding model failed: {error}") from error
    return np.asarray(vectors, dtype=np.float32)


def reindex(library: Library, settings: Settings, embeddings: Embeddings, progress: Progress | None = None) -> int:
    """Cut and embed every document again from its stored pages, as the settings are now; no page is read again.

    Readers see the old index until the last moment, then the new one. Gives back the number of documents.
    """
    watcher = progress or Silent()
    renewed = []
    for record in library.documents():
        if record.status == READY:
            watcher.document(record.name, 1)
            pages = [page.text for page in library.pages(record.doc_id) if page.text is not None]
            subject, chunks = prepare(pages, record.name, settings.chunk_chars)
            renewed.append((record, subject, chunks, embed(embeddings, chunks)))
            watcher.page()
    library.replace_index(settings.embedding_model, renewed)
    return len(renewed)
