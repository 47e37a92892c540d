"""What is in a library: documents, their pages and images, as they are at a moment."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from ingest import journal, passages, places, registry
from ingest.library.opened import OpenLibrary
from ingest.records import (
    DocumentRecord,
    PageRecord,
    PathRecord,
    recognition_from,
)
from ingest.types import PageText, Recognition

_BATCH = 50  # pages that are loaded at once


class Contents(OpenLibrary):
    """Documents and pages."""

    def documents(self) -> list[DocumentRecord]:
        """All documents, by name, unfinished, failed and retired ones included."""
        with self._reading() as connection:
            return registry.list_documents(connection)

    def find(self, key: str) -> DocumentRecord:
        """The document of a file name, path, id or beginning of an id.

        Raises:
            DocumentNotFound: there is none.
            AmbiguousDocument: there are several.
        """
        with self._reading() as connection:
            return registry.find_document(connection, key)

    def document(self, doc_id: str) -> DocumentRecord | None:
        """The document of an id; None where there is none."""
        with self._reading() as connection:
            return registry.get_document(connection, doc_id)

    def paths(self) -> dict[str, PathRecord]:
        """What was last seen at each path that files were added from."""
        with self._reading() as connection:
            return places.list_places(connection)

    def pages(
        self, doc_id: str, numbers: Iterable[int] | None = None, *, reader: str | None = None
    ) -> list[PageRecord]:
        """A document's pages in order, read and failed ones: those of the given numbers, or all.

        Args:
            doc_id: the document.
            numbers: 1-based.
            reader: whose; by default the visible ones, and where none is visible those of whoever has read most.
        """
        with self._reading() as connection:
            return journal.get_pages(connection, doc_id, numbers, reader)

    def texts(self, doc_id: str, reader: str) -> Iterator[PageText]:
        """A reader's pages of a document that have text, in order, a few at a time in memory."""
        notes = self.page_notes(doc_id, reader)
        done = [number for number, (status, _) in notes.items() if journal.is_read(status)]
        for start in range(0, len(done), _BATCH):
            records = self.pages(doc_id, done[start : start + _BATCH], reader=reader)
            yield from (record.text for record in records if record.text is not None)

    def page_notes(self, doc_id: str, reader: str) -> dict[int, tuple[str, str]]:
        """Status (pending, done, review, failed) and reason of each of a reader's pages, by number."""
        with self._reading() as connection:
            return journal.notes(connection, doc_id, reader)

    def counts(self) -> dict[str, dict[str, int]]:
        """Numbers of documents by status, of pages by text source (not of retired documents), and of chunks."""
        current = (registry.READY, registry.PENDING, registry.FAILED)
        with self._reading() as connection:
            return {
                "documents": registry.count_by_status(connection),
                "pages": journal.count_pages(connection, current),
                "chunks": {"ready": passages.count_chunks(connection)},
            }

    def count_ready(self) -> int:
        """Number of documents that questions can see."""
        with self._reading() as connection:
            return registry.count_by_status(connection).get(registry.READY, 0)

    def image_path(self, doc_id: str, page_number: int) -> Path:
        """Where a visible page's image is; a path without a file where there is none."""
        with self._reading() as connection:
            name = journal.image_name(connection, doc_id, page_number)
        return self._shelves.image_path(doc_id, name or "none.webp")

    def image_of(self, doc_id: str, page: PageRecord) -> Path:
        """Where the image of a page that has one is, whichever reader read it."""
        return self._shelves.image_path(doc_id, page.image)

    def original_path(self, doc_id: str) -> Path:
        """Where the copy of a document's file is."""
        return self._shelves.original_path(doc_id)

    def done_pages(self, doc_id: str, reader: str) -> set[int]:
        """Numbers of the pages that a reader has already read and whose image is there."""
        with self._reading() as connection:
            done = journal.done_pages(connection, doc_id, reader)
        return {number for number, name in done.items() if name and self._shelves.image_path(doc_id, name).is_file()}

    def find_reading(self, image_hash: str, engine: str, doc_id: str = "") -> Recognition | None:
        """What an engine once read from a page image; None where it did not.

        Args:
            image_hash: of `ingest.pages.image_hash`.
            engine: the engine's name, with version and all that decides what it reads.
            doc_id: for which document; for any by default.
        """
        with self._reading() as connection:
            kept = journal.find_reading(connection, image_hash, engine, doc_id)
        return None if kept is None else recognition_from(kept)
