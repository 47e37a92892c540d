"""Pages of several documents on their way through look, read and compose, a bounded number at once."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from typing import ParamSpec, TypeVar

from ingest.errors import PageError, was_interrupted
from ingest.library import Library
from ingest.ocr import OcrEngine, build_detector
from ingest.pages import image_hash
from ingest.reader import ReadPage, Sight, reader_key
from ingest.types import Recognition, SourceDocument
from ingest.workers import Desk, Processes, View, Workers

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


class AtOnce(Executor):
    """Runs work at once, in the thread that submits it."""

    def submit(self, work: Callable[P, T], /, *arguments: P.args, **named: P.kwargs) -> "Future[T]":
        """Run it; an interrupt goes straight through."""
        future: Future[T] = Future()
        try:
            future.set_result(work(*arguments, **named))
        except Exception as error:  # noqa: BLE001 -- as an executor does: the one who waits gets it
            future.set_exception(error)
        return future


@dataclass(slots=True)
class Job:
    """A document whose pages are on their way.

    Attributes:
        source: the document.
        pages: its pages under way or done.
        refresh: whether what was read of an image before does not count.
        failures: why pages failed this time, by their number.
    """

    source: SourceDocument
    pages: "list[Future[None]]" = field(default_factory=list)
    refresh: bool = False
    failures: dict[int, str] = field(default_factory=dict)


class PageFlow:
    """Reads pages into a library.

    With an engine that reads one page at a time, everything happens in turn, in this thread. With one that reads
    several, each page has a thread, and worker processes show pages ahead of the engine. No more pages are under way
    than keep both busy, however long a document is.
    """

    def __init__(self, library: Library, engine: OcrEngine, view: View) -> None:
        self._library = library
        self._engine = engine
        self._view = view
        self._reader = reader_key(view.reading, view.settings.dpi, view.settings.max_pixels)
        self._stopping = Event()
        self._under_way: set[Future[None]] = set()
        self._workers, self._threads, self._publisher, self.most = self._staff()

    def _staff(self) -> tuple[Workers, Executor, Executor, int]:
        """Who shows pages, who takes them along their way, who publishes, and how many are under way at most."""
        if self._engine.concurrency == 1 and not self._view.settings.reads_with_hunyuan:
            return Desk(self._view, lambda: self._engine), AtOnce(), AtOnce(), 1
        detector = build_detector(self._view.settings.ocr_threads)
        workers = Processes(self._view, lambda: detector)
        most = self._engine.concurrency + 2 * workers.count
        return workers, ThreadPoolExecutor(most, "page"), ThreadPoolExecutor(1, "publish"), most

    @property
    def reader(self) -> str:
        """Everything that decides how a page is read."""
        return self._reader

    def submit(self, job: Job, page_number: int, done: Callable[[], None]) -> None:
        """Send a page on its way; waits while too many are under way.

        Args:
            job: its document.
            page_number: 1-based.
            done: called in this thread for each page that was seen to arrive.

        Raises:
            PageciteError: a page failed in a way that stops everything.
        """
        while len(self._under_way) >= self.most:
            self._arrivals(done)
        future = self._threads.submit(lambda: self._page(job, page_number))
        job.pages.append(future)
        self._under_way.add(future)
        if future.done():
            self._arrivals(done)

    def finish(self, job: Job, done: Callable[[], None]) -> None:
        """Wait until all pages of a document have arrived.

        Raises:
            PageciteError: a page failed in a way that stops everything.
        """
        while not self._under_way.isdisjoint(job.pages):
            self._arrivals(done)

    def publish(self, work: Callable[[], T]) -> "Future[T]":
        """Have a document made visible, one after another, while pages of others are read."""
        return self._publisher.submit(work)

    def _arrivals(self, done: Callable[[], None]) -> None:
        arrived, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
        self._under_way -= arrived
        for future in arrived:
            future.result()
            done()

    def close(self, *, failed: bool) -> None:
        """Let the workers go.

        Args:
            failed: give up pages under way, which are read again next time.
        """
        if failed:
            self._stopping.set()
            self._engine.close()
        self._workers.close()
        self._threads.shutdown(cancel_futures=True)
        self._publisher.shutdown(cancel_futures=True)

    def _page(self, job: Job, number: int) -> None:
        """A page's whole way; a failure of its own is entered in the journal."""
        if self._stopping.is_set():
            raise CancelledError
        source = job.source
        try:
            page = self._read(job, self._workers.look(source, number))
        except PageError as error:
            if was_interrupted(error):
                raise KeyboardInterrupt from error
            if self._stopping.is_set():
                raise CancelledError from error
            logger.info("%s, page %d: %s", source.name, number, error)
            job.failures[number] = f"page {number}: {error}"
            self._library.save_page_failure(self._reader, source.doc_id, number, job.failures[number])
            return
        self._library.keep_image(source.doc_id, number, page.image)
        self._library.save_page(self._reader, page.text)

    def _read(self, job: Job, sight: Sight | ReadPage) -> ReadPage:
        if isinstance(sight, ReadPage):
            return sight
        return self._workers.compose(sight, self._recognition(job, sight))

    def _recognition(self, job: Job, sight: Sight) -> Recognition:
        """What the engine reads on a page, or once read on the same image."""
        key = self._engine.name + ("" if sight.wants_boxes else ", no boxes")
        image = image_hash(sight.image)
        if not job.refresh and (known := self._library.find_reading(image, key)):
            recognition = known
        elif self._stopping.is_set():
            raise CancelledError  # the engine was closed; asked now, it would begin anew
        else:
            recognition = self._engine.read(sight.image, boxes=sight.wants_boxes)
        self._library.keep_reading(job.source.doc_id, image, key, recognition)
        return recognition


@contextmanager
def page_flow(library: Library, engine: OcrEngine, view: View) -> Iterator[PageFlow]:
    """A flow for the time of a ``with`` block; pages under way are given up when the block fails."""
    flow = PageFlow(library, engine, view)
    failed = True
    try:
        yield flow
        failed = False
    finally:
        flow.close(failed=failed)
