"""One process's desk: the document that lies open on it, and what is known of those that lay there before."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TypeVar

from ingest.images import image_hash
from ingest.ocr import OcrEngine
from ingest.pages import OpenDocument, open_document
from ingest.reader import PageReader, Sight
from ingest.reading import ReadPage
from ingest.types import Recognition, SourceDocument
from ingest.workers import Glance, Recall, View

T = TypeVar("T")

# Documents whose fonts are remembered: as many as may be under way at once, and some more.
_MOST_READERS = 32


class Desk:
    """Reads pages in this process, one at a time, with the last document kept open."""

    def __init__(self, view: View, engine: Callable[[], OcrEngine]) -> None:
        """Prepare.

        Args:
            view: how pages are shown and read.
            engine: gives the engine that checks text layers, finds lines, and reads where no other does.
        """
        self._view = view
        self._engine = engine
        self._opened = ExitStack()
        self._current: tuple[str, OpenDocument] | None = None
        self._readers: dict[str, PageReader] = {}
        self._sight: Sight | None = None

    def open(self, source: SourceDocument) -> int:
        """Open a document; give back how many pages it has.

        Raises:
            DocumentError: it cannot be opened.
        """
        return self._open(source).page_count

    def read(self, source: SourceDocument, page_number: int, recall: Recall) -> ReadPage:
        """Read a page from beginning to end; see `Staff.read`."""
        sight = self.look(source, page_number)
        if isinstance(sight, ReadPage):
            return sight
        boxes = sight.wants_boxes
        recognition = recall(image_hash(sight.image), boxes, lambda: self._engine().read(sight.image, boxes=boxes))
        return self.compose(sight, recognition)

    def look(self, source: SourceDocument, page_number: int) -> Sight | ReadPage:
        """See `PageReader.look`."""
        return self._reader(source.doc_id).look(self._open(source), page_number)

    def compose(self, sight: Sight, recognition: Recognition) -> ReadPage:
        """See `PageReader.compose`."""
        return self._reader(sight.doc_id).compose(sight, recognition)

    def glance(self, source: SourceDocument, page_number: int) -> Glance | ReadPage:
        """`look`, with the page kept here for `recognise` and `finish`."""
        sight = self.look(source, page_number)
        if isinstance(sight, ReadPage):
            return sight
        self._sight = sight
        return Glance(image_hash(sight.image), sight.wants_boxes)

    def recognise(self) -> Recognition:
        """Have the engine read the page that was looked at last.

        Raises:
            PageError: it failed on this page.
        """
        assert self._sight is not None
        return self._engine().read(self._sight.image, boxes=self._sight.wants_boxes)

    def finish(self, recognition: Recognition) -> ReadPage:
        """`compose` for the page that was looked at last."""
        assert self._sight is not None
        sight, self._sight = self._sight, None
        return self.compose(sight, recognition)

    def perform(self, doc_id: str, work: Callable[[], T]) -> T:
        """See `Staff.perform`."""
        return work()

    def close(self) -> None:
        """Close the document."""
        self._current = self._sight = None
        self._opened.close()

    def _open(self, source: SourceDocument) -> OpenDocument:
        if self._current is None or self._current[0] != source.doc_id:
            self.close()
            settings = self._view.settings
            opening = open_document(
                source, dpi=settings.dpi, max_pixels=settings.max_pixels, passwords=self._view.passwords
            )
            self._current = (source.doc_id, self._opened.enter_context(opening))
        return self._current[1]

    def _reader(self, doc_id: str) -> PageReader:
        if doc_id not in self._readers:
            if len(self._readers) >= _MOST_READERS:
                del self._readers[next(iter(self._readers))]
            self._readers[doc_id] = PageReader(self._view.reading, doc_id, self._engine)
        return self._readers[doc_id]
