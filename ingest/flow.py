"""Pages of several documents on their way through look, read and compose, a bounded number at once."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from threading import Condition, Event
from typing import ParamSpec, TypeVar

from ingest.errors import DocumentError, PageError, was_interrupted
from ingest.journal import again
from ingest.library import Library
from ingest.limits import give_back_large_blocks, trim
from ingest.ocr import OcrEngine
from ingest.reading import reader_key
from ingest.types import Recognition, SourceDocument
from ingest.workers import View, staff_for

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
        reader: the key of its pages in the journal; empty: the flow's.
        failures: why pages failed this time, by their number.
    """

    source: SourceDocument
    pages: "list[Future[None]]" = field(default_factory=list)
    refresh: bool = False
    reader: str = ""
    failures: dict[int, str] = field(default_factory=dict)


class PageFlow:
    """Reads pages into a library.

    Each page has a thread, which waits while worker processes show and read it, or an engine elsewhere reads it. No
    more pages are under way than keep them all busy, however long a document is. An engine that can only read one page
    at a time in this process does so in turn, in this thread.
    """

    def __init__(self, library: Library, engine: OcrEngine, view: View) -> None:
        self._library = library
        self._engine = engine
        self._reader = reader_key(view.reading, view.settings.dpi, view.settings.max_pixels)
        self._stopping = Event()
        self._under_way: dict[Future[None], str] = {}
        self._images = OneAtATime()
        self._staff, self.most = staff_for(engine, view)
        self._threads: Executor = ThreadPoolExecutor(self.most, "page") if self.most > 1 else AtOnce()
        self._publisher: Executor = ThreadPoolExecutor(1, "publish") if self.most > 1 else AtOnce()

    @property
    def reader(self) -> str:
        """Everything that decides how a page is read."""
        return self._reader

    def open(self, source: SourceDocument) -> int:
        """Open a document where its pages will be read; give back how many it has, at least 1.

        Raises:
            DocumentError: it cannot be opened.
            PageciteError: what should open it is not installed or cannot be started.
        """
        return self._staff.open(source)

    def submit(self, job: Job, page_number: int, done: Callable[[str], None]) -> None:
        """Send a page on its way; waits while too many are under way.

        Args:
            job: its document.
            page_number: 1-based.
            done: called in this thread with the document's id for each page that was seen to arrive, whosever it is.

        Raises:
            PageciteError: a page failed in a way that stops everything.
        """
        while len(self._under_way) >= self.most:
            self._arrivals(done)
        future = self._threads.submit(lambda: self._page(job, page_number))
        job.pages.append(future)
        self._under_way[future] = job.source.doc_id
        if future.done():
            self._arrivals(done)

    def finish(self, job: Job, done: Callable[[str], None]) -> None:
        """Wait until all pages of a document have arrived; see `submit`.

        Raises:
            PageciteError: a page failed in a way that stops everything.
        """
        while not self._under_way.keys().isdisjoint(job.pages):
            self._arrivals(done)

    def publish(self, work: Callable[[], T]) -> "Future[T]":
        """Have a document made visible, one after another, while pages of others are read."""

        def trimmed() -> T:
            try:
                return work()
            finally:
                trim()  # the embedding model leaves as much free memory behind as it takes

        return self._publisher.submit(trimmed)

    def perform(self, doc_id: str, work: Callable[[], T]) -> T:
        """Do other work on a document; see `Staff.perform`."""
        return self._staff.perform(doc_id, work)

    def _arrivals(self, done: Callable[[str], None]) -> None:
        arrived, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
        doc_ids = [(future, self._under_way.pop(future)) for future in arrived]
        for future, doc_id in doc_ids:
            future.result()
            done(doc_id)

    def close(self, *, failed: bool) -> None:
        """Let the workers go.

        Args:
            failed: give up pages under way, which are read again next time.
        """
        if failed:
            self._stopping.set()
            self._engine.close()
        self._staff.close()
        self._threads.shutdown(cancel_futures=True)
        self._publisher.shutdown(cancel_futures=True)

    def _page(self, job: Job, number: int) -> None:
        """A page's whole way; a failure of its own is entered in the journal."""
        if self._stopping.is_set():
            raise CancelledError
        source = job.source
        try:
            page = self._staff.read(source, number, partial(self._recall, job))
        except (PageError, DocumentError) as error:  # a file may be gone, or changed, since it was opened
            if was_interrupted(error):
                raise KeyboardInterrupt from error
            if self._stopping.is_set():
                raise CancelledError from error
            logger.info("%s, page %d: %s", source.name, number, error)
            job.failures[number] = f"page {number}: {error}"
            self._library.save_page_failure(job.reader or self._reader, source.doc_id, number, job.failures[number])
            return
        image = self._library.keep_image(source.doc_id, number, page.image)
        self._library.save_page(job.reader or self._reader, page.text, image)

    def _recall(self, job: Job, image: str, wants_boxes: bool, read: Callable[[], Recognition]) -> Recognition:
        """What the engine reads on a page, or once read on the same image; see `Recall`."""
        key = self._engine.name + ("" if wants_boxes else ", no boxes")
        whose = ""
        if job.refresh:  # what counts is what was read since it was begun, and then stopped
            key, whose = again(key), job.source.doc_id
        with self._images.turn(f"{image} {key}"):  # two equal pages: one is read, the other has its answer
            if known := self._library.find_reading(image, key, whose):
                recognition = known
            elif self._stopping.is_set():
                raise CancelledError  # the engine was closed; asked now, it would begin anew
            else:
                recognition = read()
            self._library.keep_reading(job.source.doc_id, image, key, recognition)
        return recognition


class OneAtATime:
    """Lets one thread at a time at each of many things."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._taken: set[str] = set()

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        """Wait until no other thread is at the thing of that name, and be at it for the time of the block."""
        with self._changed:
            self._changed.wait_for(lambda: key not in self._taken)
            self._taken.add(key)
        try:
            yield
        finally:
            with self._changed:
                self._taken.remove(key)
                self._changed.notify_all()


@contextmanager
def page_flow(library: Library, engine: OcrEngine, view: View) -> Iterator[PageFlow]:
    """A flow for the time of a ``with`` block; pages under way are given up when the block fails."""
    give_back_large_blocks()
    flow = PageFlow(library, engine, view)
    failed = True
    try:
        yield flow
        failed = False
    finally:
        flow.close(failed=failed)
