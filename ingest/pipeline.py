"""From files to a library: the one place where reading, cutting, embedding and storing meet."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np
from langchain_core.embeddings import Embeddings

from ingest.chunks import cut
from ingest.embeddings import embedding_text
from ingest.errors import BrokenFile, DocumentError, PageciteError
from ingest.files import find_files, identify
from ingest.flow import Job, PageFlow, page_flow
from ingest.library import Library
from ingest.ocr import OcrEngine
from ingest.pages import open_document
from ingest.passages import Vectors
from ingest.reader import reading_of
from ingest.records import PageRecord
from ingest.registry import READY
from ingest.settings import Settings
from ingest.titles import Subject, find_subject
from ingest.types import Chunk, PageText, SourceDocument
from ingest.workers import View

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
        warnings: what a person should know about its pages, those that need review first.
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

    def add(
        self,
        paths: Iterable[Path],
        progress: Progress | None = None,
        *,
        keep_paths: bool = True,
        refresh: bool = False,
    ) -> Iterator[Outcome]:
        """Add files and folders, one outcome a file, in their order; one file's failure does not touch the others.

        Stopped at any moment and called again, it goes on with the pages that are not done.

        Args:
            paths: files and folders.
            progress: is told how it goes.
            keep_paths: whether to note where the files were; not for uploads, whose place is gone afterwards.
            refresh: read all their pages again, also those that are done, and ask the engine anew.

        Raises:
            LibraryError: the library itself cannot be written.
            ModelError: the engine's server cannot be reached or must not be used.
        """
        view = View(self._settings, reading_of(self._settings, self._engine))
        with page_flow(self._library, self._engine, view) as flow:
            run = _Run(flow, progress or Silent(), keep_paths, refresh)
            reading: deque[Job | SourceDocument | Outcome] = deque()
            publishing: deque[Future[Outcome]] = deque()
            for path in find_files(paths):
                reading.append(self._begin(path, run))
                # Documents go on being read while those before them are waited for, embedded and stored.
                while reading and (len(reading) > flow.most or has_arrived(reading[0])):
                    publishing.append(self._hand_over(reading.popleft(), run))
                while publishing and (len(publishing) > flow.most or publishing[0].done()):
                    yield publishing.popleft().result()
            while reading or publishing:
                if reading:
                    publishing.append(self._hand_over(reading.popleft(), run))
                while publishing and (not reading or publishing[0].done()):
                    yield publishing.popleft().result()

    def _begin(self, path: Path, run: "_Run") -> "Begun":
        """Enter a file and send its pages on their way."""
        try:
            source = identify(path)
        except DocumentError as error:
            return Outcome(path, FAILED, reason=str(error))
        try:
            return self._send(source, run)
        except DocumentError as error:
            return Outcome(path, FAILED, source.doc_id, reason=str(error))

    def _send(self, source: SourceDocument, run: "_Run") -> "Begun":
        with open_document(source, dpi=self._settings.dpi, max_pixels=self._settings.max_pixels) as document:
            count = document.page_count
        known = self._library.begin(source, count, keep_path=run.keep_paths)
        run.progress.document(source.name, count)
        if source.doc_id in run.under_way:
            return source  # the same bytes under another name
        if known == READY and not run.refresh and (present := self._present(source, count)):
            return present
        run.under_way.add(source.doc_id)
        self._library.keep_original(source)
        done = set() if run.refresh else self._library.done_pages(source.doc_id, run.flow.reader)
        job = Job(source, refresh=run.refresh)
        for number in range(1, count + 1):
            if number in done:
                run.progress.page()
            else:
                run.flow.submit(job, number, run.progress.page)
        return job

    def _present(self, source: SourceDocument, page_count: int) -> Outcome | None:
        """The outcome for a document that is there as a whole; None where pages are missing."""
        records = self._library.pages(source.doc_id)
        if len(records) < page_count or any(record.text is None for record in records):
            return None
        return Outcome(source.path, PRESENT, source.doc_id, page_count, warnings=_reviews(records))

    def _hand_over(self, begun: "Begun", run: "_Run") -> "Future[Outcome]":
        """Wait for a document's pages, then have it made visible."""
        if isinstance(begun, Job):
            run.flow.finish(begun, run.progress.page)
            return run.flow.publish(lambda: self._outcome(begun, run))
        if isinstance(begun, SourceDocument):
            return run.flow.publish(lambda: self._twin(begun))
        return run.flow.publish(lambda: begun)

    def _twin(self, source: SourceDocument) -> Outcome:
        """The outcome for a document that was added under another name just before."""
        record = self._library.find(source.doc_id)
        if present := self._present(source, record.page_count):
            return present
        pages = sum(page.text is not None for page in self._library.pages(source.doc_id))
        return Outcome(source.path, PRESENT if pages else FAILED, source.doc_id, pages, record.reason)

    def _outcome(self, job: Job, run: "_Run") -> Outcome:
        source = job.source
        try:
            return self._publish(source, job.failures)
        except DocumentError as error:
            return Outcome(source.path, FAILED, source.doc_id, reason=str(error))
        finally:
            run.under_way.discard(source.doc_id)

    def _publish(self, source: SourceDocument, failures: Mapping[int, str]) -> Outcome:
        records = self._library.pages(source.doc_id)
        pages = [record.text for record in records if record.text is not None]
        reason = "; ".join(failures[number] for number in sorted(failures))
        if not pages:
            self._library.mark_failed(source.doc_id, reason)
            raise BrokenFile(f"no page could be read: {reason}")
        subject, chunks = prepare(pages, source.name, self._settings.chunk_chars)
        self._library.publish(source, subject, chunks, embed(self._embeddings, chunks))
        warnings = (*_reviews(records), *(warning for page in pages for warning in page.warnings))
        return Outcome(source.path, ADDED, source.doc_id, len(pages), reason, warnings)


# A document whose pages are on their way, one whose pages are on their way under another name, or what became of it.
Begun = Job | SourceDocument | Outcome


@dataclass(frozen=True, slots=True)
class _Run:
    """One call of `Pipeline.add`."""

    flow: PageFlow
    progress: Progress
    keep_paths: bool
    refresh: bool
    under_way: set[str] = field(default_factory=set)


def _reviews(records: Iterable[PageRecord]) -> tuple[str, ...]:
    """Why pages need a person's look."""
    return tuple(record.text.review for record in records if record.text is not None and record.text.review)


def has_arrived(begun: "Begun") -> bool:
    """Whether a document's pages need no more waiting for."""
    return not isinstance(begun, Job) or all(page.done() for page in begun.pages)


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
