"""Where pages are shown and analysed: in this process, or ahead of a server in others."""

import multiprocessing
import os
import pickle
import signal
import sys
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from types import ModuleType
from typing import Any, Protocol, TypeVar

from ingest.errors import PageError
from ingest.ocr import OcrEngine, build_detector
from ingest.pages import OpenDocument, open_document
from ingest.reader import PageReader, Reading, ReadPage, Sight
from ingest.settings import Settings
from ingest.types import Recognition, SourceDocument

_MOST_PROCESSES = 8
_RESULT = ".done"
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
        self._closed = False
        self._alone = Lock()
        self._parcels = TemporaryDirectory(prefix="pagecite-pages-", ignore_cleanup_errors=True)

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
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is not None:
            processes = list((getattr(pool, "_processes", None) or {}).values())
            pool.shutdown(wait=False, cancel_futures=True)
            for process in processes:  # what they are at is given up; one that hangs must not keep us
                process.terminate()
        self._parcels.cleanup()

    def _run(self, work: Callable[..., T], *arguments: object) -> T:
        """Have a process do some work; what goes there and comes back lies in files.

        A pipe holds 64 KiB. A process that is killed while it sends more leaves half a message, and the pool would wait
        for the other half for ever.
        """
        with self._lock:
            self._refuse_if_closed()
        parcel = Path(self._parcels.name) / uuid.uuid4().hex
        _pack(parcel, arguments)
        try:
            self._deliver(work, parcel)
            result: T = _unpack(parcel.with_suffix(_RESULT))
            return result
        finally:
            parcel.unlink(missing_ok=True)
            parcel.with_suffix(_RESULT).unlink(missing_ok=True)

    def _deliver(self, work: Callable[..., T], parcel: Path) -> None:
        pool, done = self._submitted(work, parcel)
        try:
            done.result()
            return
        except (BrokenProcessPool, CancelledError):
            pass  # this page killed its process, or another page did: tried once more, alone
        self._deliver_alone(pool, work, parcel)

    def _deliver_alone(self, broken: ProcessPoolExecutor, work: Callable[..., T], parcel: Path) -> None:
        with self._lock:
            self._refuse_if_closed()
            if self._pool is broken:
                self._pool = None
        # One after another: whatever killed the process, most often too little memory, may be shared by all.
        with self._alone:
            self._refuse_if_closed()
            with ProcessPoolExecutor(1, _context(), _start, (self._view,)) as alone:
                try:
                    with _without_main():
                        done = alone.submit(_process, work, parcel)
                    done.result()
                except BrokenProcessPool as error:
                    raise PageError(
                        "the process that rendered it died, of too little memory or of what is in the file; "
                        "print the file to a new PDF and add that"
                    ) from error

    def _submitted(self, work: Callable[..., object], parcel: Path) -> "tuple[ProcessPoolExecutor, Future[None]]":
        with self._lock:  # a pool that is closed meanwhile would leave a process behind
            self._refuse_if_closed()
            if self._pool is None:
                self._pool = ProcessPoolExecutor(self._count, _context(), _start, (self._view,))
            try:
                with _without_main():
                    return self._pool, self._pool.submit(_process, work, parcel)
            except BrokenProcessPool as error:
                broken: Future[None] = Future()
                broken.set_exception(error)
                return self._pool, broken

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise CancelledError


# A worker process has one desk for its life.
_desks: list[Desk] = []


def _context() -> multiprocessing.context.BaseContext:
    # Not forked: threads, locks and connections of this process must not be copied.
    return multiprocessing.get_context("spawn")


@contextmanager
def _without_main() -> Iterator[None]:
    """Have processes started that do not run the program's main module again.

    A new process imports it first. A script without a guard would begin anew in each of them, and a page of Streamlit,
    which stands there for the main module, would run outside of Streamlit.
    """
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def _start(view: View) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's affair
    engines: list[OcrEngine] = []

    def detector() -> OcrEngine:
        # Made for the first document and kept for all: its models take a second to load.
        engines.extend([] if engines else [build_detector(threads=1)])
        return engines[0]

    _desks.append(Desk(view, detector))


def _process(work: Callable[..., object], parcel: Path) -> None:
    """Do the work for which the arguments are in the parcel, and put the result beside them."""
    _pack(parcel.with_suffix(_RESULT), work(*_unpack(parcel)))


def _pack(path: Path, value: object) -> None:
    with path.open("wb") as stream:
        pickle.dump(value, stream, protocol=pickle.HIGHEST_PROTOCOL)


def _unpack(path: Path) -> Any:
    # Our own processes' files in a folder that is ours alone.
    with path.open("rb") as stream:
        return pickle.load(stream)


def _look(source: SourceDocument, page_number: int) -> Sight | ReadPage:
    return _desks[0].look(source, page_number)


def _compose(sight: Sight, recognition: Recognition) -> ReadPage:
    return _desks[0].compose(sight, recognition)
