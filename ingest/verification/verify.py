"""All checks, one after another."""

import os
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Connection, select

from ingest.library import Library
from ingest.meter import Meter
from ingest.registry import READY
from ingest.schema import documents, paths
from ingest.verification.database import check_rows
from ingest.verification.fields import check_fields
from ingest.verification.index import check_index
from ingest.verification.journal import check_pages, check_readings, check_unfinished
from ingest.verification.leftovers import Place, check_leftovers
from ingest.verification.originals import check_original, check_row, is_id, label
from ingest.verification.passages import PassageCheck
from ingest.verification.problems import Kind, Note, Problem
from ingest.verification.words import check_words


class Verification:
    """One look at a library.

    Attributes:
        documents: number of documents that were looked at.
        pages: of their visible pages.
        chunks: of their chunks.
    """

    def __init__(self, library: Library, meter: Meter) -> None:
        """Prepare; the methods look."""
        self.documents = self.pages = self.chunks = 0
        self._library = library
        self._meter = meter
        self._dimension = 0

    def check_truth(self) -> Iterator[Problem | Note]:
        """What cannot be made again from the rest: documents, files, pages, chunks and vectors."""
        with self._library.reading() as connection:
            yield from check_rows(connection)
            ids = list(connection.scalars(select(documents.c.doc_id).order_by(documents.c.name, documents.c.doc_id)))
        self._meter.begin("documents", len(ids))
        for doc_id in ids:
            yield from self._document(doc_id)
            self._meter.step()

    def check_leftovers(self) -> Iterator[Problem]:
        """Files that nothing names."""
        self._meter.begin("files", None)
        library = self._library
        place = Place(library.folder, library.reading, lambda doc_id: library.claim(doc_id, wait=False))
        yield from check_leftovers(place)

    def check_derived(self) -> Iterator[Problem]:
        """What is made from the rest: the full-text index and Chroma's."""
        self._meter.begin("full text", None)
        yield from check_words(self._library.reading, self._meter.step)
        self._meter.begin("Chroma", None)
        yield from check_index(self._library)

    def _document(self, doc_id: str) -> Iterator[Problem | Note]:
        with self._library.reading() as connection:
            look = _Look(connection, self._library.folder, doc_id, self._dimension)
            found = dict.fromkeys(look.run())
        if found:
            # A document that is removed or published at this moment loses files before we look at them.
            with self._library.reading() as connection:
                look = _Look(connection, self._library.folder, doc_id, self._dimension)
                found = dict.fromkeys(finding for finding in look.run() if finding in found)
        self.documents += 1
        self.pages += look.pages
        self.chunks += look.chunks
        self._dimension = look.dimension
        yield from found


class _Look:
    """One look at a document, in one state of the library."""

    def __init__(self, connection: Connection, folder: Path, doc_id: str, dimension: int) -> None:
        self.pages = self.chunks = 0
        self.dimension = dimension
        self._connection = connection
        self._folder = folder
        self._doc_id = doc_id

    def run(self) -> Iterator[Problem | Note]:
        query = select(documents).where(documents.c.doc_id == self._doc_id)
        document = self._connection.execute(query).one_or_none()
        if document is None:
            return
        yield from check_row(document)
        if not is_id(document.doc_id):
            return  # it would be looked for outside the library
        places = self._connection.scalars(select(paths.c.path).where(paths.c.doc_id == self._doc_id)).all()
        damaged = list(check_original(self._folder, document, places))
        yield from damaged
        for place in places:
            if not os.path.isfile(place):
                yield Note(label(document), f"there is no file any more at {place}")
        mendable = all(problem.mendable for problem in damaged)
        passages = PassageCheck(self._connection, document, self.dimension)
        for page in check_pages(self._connection, self._folder, document, mendable=mendable):
            self.pages += 1
            yield from page.problems
            yield from passages.page(page.page_number, page.text)
        yield from passages.rest()
        yield from check_unfinished(self._connection, self._folder, document)
        yield from check_readings(self._connection, document)
        yield from check_fields(self._connection, document)
        self.chunks, self.dimension = passages.count, passages.dimension
        if self.chunks and document.status != READY:
            what = f"it is {document.status}, but has {self.chunks} chunks"
            yield Problem(Kind.DOCUMENT, label(document), what, "add its file again", doc_id=document.doc_id)
