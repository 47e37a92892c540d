"""Who reads pages: worker processes, alone or beside an engine that runs elsewhere, or this process itself.

Files are opened, rendered and read in worker processes (`ingest.pool`). This one never touches what is in them: a file
that crashes or hangs what reads it, or takes too much memory, costs one page, or itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from ingest.errors import BrokenFile, PageError
from ingest.limits import cores, limits_of, machine_memory
from ingest.ocr import OcrEngine, build_detector, recipe_of
from ingest.pool import Pool
from ingest.reading import Reading, ReadPage
from ingest.settings import Settings
from ingest.types import Recognition, SourceDocument

if TYPE_CHECKING:
    from ingest.desk import Desk
    from ingest.reader import Sight

T = TypeVar("T")

_MOST_PROCESSES = 8
# With an embedded engine each has its models in memory, and takes about a gigabyte while it reads.
_MOST_READING = 4
_READING_MB = 1024


@dataclass(frozen=True, slots=True)
class View:
    """How pages are shown and read.

    Attributes:
        settings: resolution, limits, number of processes.
        reading: what reads them.
        passwords: what to try on encrypted files. Kept nowhere.
    """

    settings: Settings
    reading: Reading
    passwords: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Glance:
    """A page that a worker has looked at and an engine has yet to read.

    Attributes:
        image: hash of its image.
        wants_boxes: whether the places of its lines are still unknown.
    """

    image: str
    wants_boxes: bool


class Recall(Protocol):
    """What an engine once read on an image, or reads on it now."""

    def __call__(self, image: str, wants_boxes: bool, read: Callable[[], Recognition]) -> Recognition:
        """Give the recognition of an image.

        Args:
            image: its hash.
            wants_boxes: whether the places of lines are wanted.
            read: has the engine read it; called only where nothing is known.
        """
        ...


class Staff(Protocol):
    """Opens documents and reads their pages. Safe to use from as many threads as pages may be under way."""

    def open(self, source: SourceDocument) -> int:
        """Open a document; give back how many pages it has, at least 1.

        Raises:
            DocumentError: it cannot be opened.
            ConfigError: what should open it is not installed or cannot be started.
        """
        ...

    def read(self, source: SourceDocument, page_number: int, recall: Recall) -> ReadPage:
        """Read a page.

        Args:
            source: its document.
            page_number: 1-based.
            recall: is asked for what the engine reads.

        Raises:
            PageError: it cannot be rendered, recognised or analysed, or took too much time or memory.
            CancelledError: the staff was sent home.
        """
        ...

    def perform(self, doc_id: str, work: Callable[[], T]) -> T:
        """Do other work on a document where its file may be opened.

        Args:
            doc_id: the document.
            work: can be pickled.

        Raises:
            PageError: it took too much time or memory.
            CancelledError: the staff was sent home.
        """
        ...

    def close(self) -> None:
        """Release documents and processes; work under way is given up."""
        ...


def staff_for(engine: OcrEngine, view: View) -> tuple[Staff, int]:
    """Who reads pages with an engine, and how many pages may be under way at most."""
    if recipe := recipe_of(engine):
        processes = reading_processes(view.settings)
        # One more than are read: its text and image are stored meanwhile.
        return Readers(view, partial(recipe, max(1, cores() // processes)), processes), processes + 1
    if engine.concurrency == 1 and not view.settings.reads_with_hunyuan:
        from ingest.desk import Desk

        return Desk(view, lambda: engine), 1
    showing = Showers(view, engine)
    return showing, engine.concurrency + 2 * showing.count


def reading_processes(settings: Settings) -> int:
    """Number of processes that read with an embedded engine: as many as half of the memory has room for."""
    fitting = max(1, machine_memory() // 2 // _READING_MB)
    return settings.workers or min(_MOST_READING, cores(), fitting)


class Readers:
    """Pages are read in worker processes from beginning to end, each by its own copy of an embedded engine."""

    def __init__(self, view: View, recipe: Callable[[], OcrEngine], processes: int) -> None:
        """Prepare; processes are started with the first document.

        Args:
            view: how pages are shown and read.
            recipe: makes the engine, in each process.
            processes: how many.
        """
        self._pool = Pool(partial(_desk, view, recipe), processes, limits_of(view.settings))

    def open(self, source: SourceDocument) -> int:
        """See `Staff.open`."""
        return _opened(self._pool, source)

    def read(self, source: SourceDocument, page_number: int, recall: Recall) -> ReadPage:
        """See `Staff.read`. Between its steps the process keeps the page's image."""
        with self._pool.worker(source.doc_id) as worker:
            seen = worker.ask(_glance, source, page_number)
            if isinstance(seen, ReadPage):
                return seen
            recognition = recall(seen.image, seen.wants_boxes, lambda: worker.ask(_recognise))
            return worker.ask(_finish, recognition)

    def perform(self, doc_id: str, work: Callable[[], T]) -> T:
        """See `Staff.perform`."""
        return self._pool.perform(doc_id, work)

    def close(self) -> None:
        """See `Staff.close`."""
        self._pool.close()


class Showers:
    """Worker processes show pages ahead of an engine that runs elsewhere, and put together what it reads."""

    def __init__(self, view: View, engine: OcrEngine) -> None:
        """Prepare; processes are started with the first document.

        Args:
            view: how pages are shown and read.
            engine: what reads them; safe to use from several threads.
        """
        self._view = view
        self._engine = engine
        self._detector = build_detector(view.settings.ocr_threads)
        self.count = view.settings.workers or min(_MOST_PROCESSES, cores())
        recipe = partial(build_detector, threads=1)
        self._pool = Pool(partial(_desk, view, recipe), self.count, limits_of(view.settings))

    def open(self, source: SourceDocument) -> int:
        """See `Staff.open`."""
        return _opened(self._pool, source)

    def read(self, source: SourceDocument, page_number: int, recall: Recall) -> ReadPage:
        """See `Staff.read`. While the engine reads, the process shows other pages."""
        from ingest.images import image_hash

        with self._pool.worker(source.doc_id) as worker:
            sight = worker.ask(_look, source, page_number)
        if isinstance(sight, ReadPage):
            return sight
        image, boxes = sight.image, sight.wants_boxes
        recognition = recall(image_hash(image), boxes, lambda: self._engine.read(image, boxes=boxes))
        return self._composed(sight, recognition)

    def _composed(self, sight: "Sight", recognition: Recognition) -> ReadPage:
        if recognition.markdown:  # light work, on an image that was made here
            from ingest.reader import PageReader

            return PageReader(self._view.reading, sight.doc_id, lambda: self._detector).compose(sight, recognition)
        with self._pool.worker(sight.doc_id) as worker:
            return worker.ask(_compose, sight, recognition)

    def perform(self, doc_id: str, work: Callable[[], T]) -> T:
        """See `Staff.perform`."""
        return self._pool.perform(doc_id, work)

    def close(self) -> None:
        """See `Staff.close`."""
        self._pool.close()


def _opened(pool: "Pool[Desk]", source: SourceDocument) -> int:
    try:
        with pool.worker(source.doc_id) as worker:
            return worker.ask(_open, source)
    except PageError as error:
        raise BrokenFile(f"it cannot be opened: {error}") from error


# What follows runs in worker processes.


def _desk(view: View, recipe: Callable[[], OcrEngine]) -> "Desk":
    from PIL import Image

    from ingest.desk import Desk

    Image.MAX_IMAGE_PIXELS = None  # images are measured before they are decoded, by the settings' limit
    return Desk(view, cache(recipe))  # made for the first page that needs it: its models take a second to load


def _open(desk: "Desk", source: SourceDocument) -> int:
    return desk.open(source)


def _look(desk: "Desk", source: SourceDocument, page_number: int) -> "Sight | ReadPage":
    return desk.look(source, page_number)


def _compose(desk: "Desk", sight: "Sight", recognition: Recognition) -> ReadPage:
    return desk.compose(sight, recognition)


def _glance(desk: "Desk", source: SourceDocument, page_number: int) -> Glance | ReadPage:
    return desk.glance(source, page_number)


def _recognise(desk: "Desk") -> Recognition:
    return desk.recognise()


def _finish(desk: "Desk", recognition: Recognition) -> ReadPage:
    return desk.finish(recognition)
