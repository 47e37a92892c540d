"""Where pages are shown and analysed: in this process, or ahead of a server in others."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import CancelledError, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass
from threading import Lock
from typing import Protocol, TypeVar

from ingest.errors import PageError
from ingest.ocr import OcrEngine, build_detector
from ingest.pages import OpenDocument, open_document
from ingest.reader import PageReader, Reading, ReadPage, Sight
from ingest.settings import Settings
from ingest.types import Recognition, SourceDocument

_MOST_PROCESSES = 8
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class View:
    """How pages are shown and read."""

    settings: Settings
    reading: Reading


class Workers(Protocol):
    """Do a page's work on this machine. Safe to call from several threads."""

    def look(self, source: SourceDocument, page_number: int) -> Sight | ReadPage:
        """See `PageReader.look`."""
        ...

    def compose(self, sight: Sight, recognition: Recognition) -> ReadPage:
        """See `PageReader.compose`."""
        ...

    def close(self) -> None:
        """Release documents and processes; work under way is given up."""
        ...


class Desk:
    """Looks at pages in this process, with the last document kept open. `look` is for one thread at a time."""

    def __init__(self, view: View, detector: Callable[[], OcrEngine]) -> None:
        self._view = view
        self._detector = detector
        self._opened = ExitStack()
        self._current: tuple[str, OpenDocument, PageReader] | None = None

    def look(self, source: SourceDocument, page_number: int) -> Sight | ReadPage:
        """See `PageReader.look`."""
        document, reader = self._open(source)
        return reader.look(document, page_number)

    def compose(self, sight: Sight, recognition: Recognition) -> ReadPage:
        """See `PageReader.compose`."""
        known = self._current[2] if self._current and self._current[0] == sight.doc_id else self._reader(sight.doc_id)
        return known.compose(sight, recognition)

    def close(self) -> None:
        """Close the document."""
        self._current = None
        self._opened.close()

    def _open(self, source: SourceDocument) -> tuple[OpenDocument, PageReader]:
        if self._current is None or self._current[0] != source.doc_id:
            self.close()
            settings = self._view.settings
            opening = open_document(source, dpi=settings.dpi, max_pixels=settings.max_pixels)
            self._current = (source.doc_id, self._opened.enter_context(opening), self._reader(source.doc_id))
        return self._current[1:]

    def _reader(self, doc_id: str) -> PageReader:
        return PageReader(self._view.reading, doc_id, self._detector)


class Processes:
    """Looks at pages in a pool of processes. A page that kills its process costs that page alone."""

    def __init__(self, view: View, detector: Callable[[], OcrEngine]) -> None:
        """Prepare; processes are started with the first page.

        Args:
            view: how pages are shown and read.
            detector: makes the embedded engine for this process; the others make their own.
        """
        self._view = view
        self._count = view.settings.workers or min(_MOST_PROCESSES, os.cpu_count() or 1)
        self._composer = Desk(view, detector)
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None

    @property
    def count(self) -> int:
        """Number of processes."""
        return self._count

    def look(self, source: SourceDocument, page_number: int) -> Sight | ReadPage:
        """See `PageReader.look`."""
        return self._run(_look, source, page_number)

    def compose(self, sight: Sight, recognition: Recognition) -> ReadPage:
        """See `PageReader.compose`; where the engine wrote Markdown it is light work, and done here."""
        if recognition.markdown:
            return self._composer.compose(sight, recognition)
        return self._run(_compose, sight, recognition)

    def close(self) -> None:
        """Stop the processes."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def _run(self, work: Callable[..., T], *arguments: object) -> T:
        pool = self._running()
        try:
            return pool.submit(work, *arguments).result()
        except (BrokenProcessPool, CancelledError):
            pass  # this page killed its process, or another page did: tried once more, alone
        return self._run_alone(pool, work, *arguments)

    def _run_alone(self, broken: ProcessPoolExecutor, work: Callable[..., T], *arguments: object) -> T:
        with self._lock:
            if self._pool is broken:
                self._pool = None
        with ProcessPoolExecutor(1, _context(), _start, (self._view,)) as alone:
            try:
                return alone.submit(work, *arguments).result()
            except BrokenProcessPool as error:
                raise PageError(
                    "the process that rendered it died, of too little memory or of what is in the file; "
                    "print the file to a new PDF and add that"
                ) from error

    def _running(self) -> ProcessPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(self._count, _context(), _start, (self._view,))
            return self._pool


# A worker process has one desk for its life.
_desks: list[Desk] = []


def _context() -> multiprocessing.context.BaseContext:
    # Not forked: threads, locks and connections of this process must not be copied.
    return multiprocessing.get_context("spawn")


def _start(view: View) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair
    engines: list[OcrEngine] = []

    def detector() -> OcrEngine:
        # Made for the first document and kept for all: its models take a second to load.
        engines.extend([] if engines else [build_detector(threads=1)])
        return engines[0]

    _desks.append(Desk(view, detector))


def _look(source: SourceDocument, page_number: int) -> Sight | ReadPage:
    return _desks[0].look(source, page_number)


def _compose(sight: Sight, recognition: Recognition) -> ReadPage:
    return _desks[0].compose(sight, recognition)
