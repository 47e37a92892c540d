"""The library: one folder with a database, page images, originals and the vector cache.

``library.sqlite3`` · ``pages/<doc_id>/0001.webp`` · ``originals/<doc_id>`` · ``chroma/`` (can be rebuilt).
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from PIL import Image
from sqlalchemy import Connection, select
from sqlalchemy.dialects.sqlite import insert

from ingest import passages, registry
from ingest.database import Database
from ingest.errors import IndexMismatch, LibraryNotWritable
from ingest.files import LIBRARY_FILE
from ingest.passages import Vectors
from ingest.records import DocumentRecord, PageRecord, SubjectRecord, recognition_from, recognition_json
from ingest.schema import facts
from ingest.titles import Subject
from ingest.types import Chunk, PageText, Recognition, SourceDocument
from ingest.vectors import VectorIndex

_WEBP_QUALITY = 80


class Library:
    """A library folder, open. Safe to use from several threads, and beside other processes."""

    def __init__(self, folder: Path | str) -> None:
        """Open a library, creating it where there is none.

        Raises:
            LibraryNotWritable: the folder cannot be created or written.
            LibraryError: the database is damaged or of a newer format.
        """
        self.folder = Path(folder).absolute()
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise LibraryNotWritable(
                f"{self.folder} cannot be created ({error.strerror}); choose another folder with --library."
            ) from error
        self._database = Database(self.folder)
        self._index = VectorIndex(self.folder / "chroma", self)

    @staticmethod
    def exists(folder: Path | str) -> bool:
        """Whether there is a library in a folder."""
        return (Path(folder) / LIBRARY_FILE).is_file()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the vector cache and the database."""
        self._index.close()
        self._database.close()

    # Documents and pages

    def documents(self) -> list[DocumentRecord]:
        """All documents, by name, unfinished and failed ones included."""
        with self._database.reading() as connection:
            return registry.list_documents(connection)

    def find(self, key: str) -> DocumentRecord:
        """The document of a file name, path, id or beginning of an id.

        Raises:
            DocumentNotFound: there is none.
            AmbiguousDocument: there are several.
        """
        with self._database.reading() as connection:
            return registry.find_document(connection, key)

    def pages(self, doc_id: str, numbers: Iterable[int] | None = None) -> list[PageRecord]:
        """A document's pages in order: those of the given numbers, or all."""
        with self._database.reading() as connection:
            return registry.get_pages(connection, doc_id, numbers)

    def counts(self) -> dict[str, dict[str, int]]:
        """Numbers of documents by status, of pages by text source, and of chunks."""
        with self._database.reading() as connection:
            return {
                "documents": registry.count_by_status(connection),
                "pages": registry.count_pages(connection),
                "chunks": {"ready": passages.count_chunks(connection)},
            }

    def count_ready(self) -> int:
        """Number of documents that questions can see."""
        with self._database.reading() as connection:
            return registry.count_by_status(connection).get(registry.READY, 0)

    def image_path(self, doc_id: str, page_number: int) -> Path:
        """Where a page's image is."""
        return self.folder / "pages" / doc_id / f"{page_number:04d}.webp"

    def original_path(self, doc_id: str) -> Path:
        """Where the copy of a document's file is."""
        return self.folder / "originals" / doc_id

    # Writing

    def begin(self, source: SourceDocument, page_count: int, *, keep_path: bool = True) -> str:
        """Enter a document as pending, or note another path of one that is there; give back its status."""
        with self._database.writing() as connection:
            return registry.begin(connection, source, page_count, keep_path=keep_path)

    def keep_original(self, source: SourceDocument) -> None:
        """Copy a document's file into the library.

        Raises:
            LibraryNotWritable: the copy cannot be written.
        """
        target = self.original_path(source.doc_id)
        with _writing(target):
            if not (target.is_file() and target.stat().st_size == source.size):
                part = target.with_suffix(".part")
                shutil.copyfile(source.path, part)
                part.replace(target)

    def keep_image(self, doc_id: str, page_number: int, image: Image.Image) -> None:
        """Write a page's image.

        Raises:
            LibraryNotWritable: it cannot be written.
        """
        target = self.image_path(doc_id, page_number)
        with _writing(target):
            part = target.with_suffix(".part")
            image.save(part, "WEBP", quality=_WEBP_QUALITY, method=2)
            part.replace(target)

    def save_page(self, reader: str, page: PageText) -> None:
        """Enter a page as done by a reader."""
        with self._database.writing() as connection:
            registry.save_page(connection, reader, page)

    def save_page_failure(self, reader: str, doc_id: str, page_number: int, reason: str) -> None:
        """Enter a page as failed, with its reason."""
        with self._database.writing() as connection:
            registry.save_page_failure(connection, reader, doc_id, page_number, reason)

    def done_pages(self, doc_id: str, reader: str) -> set[int]:
        """Numbers of the pages that a reader has already read and whose image is there."""
        with self._database.reading() as connection:
            done = registry.done_pages(connection, doc_id, reader)
        return {number for number in done if self.image_path(doc_id, number).is_file()}

    def find_reading(self, image_hash: str, engine: str) -> Recognition | None:
        """What an engine once read from a page image; None where it did not.

        Args:
            image_hash: of `ingest.pages.image_hash`.
            engine: the engine's name, with version and all that decides what it reads.
        """
        with self._database.reading() as connection:
            kept = registry.find_reading(connection, image_hash, engine)
        return None if kept is None else recognition_from(kept)

    def keep_reading(self, doc_id: str, image_hash: str, engine: str, recognition: Recognition) -> None:
        """Keep what an engine read from a page image, until the document is removed."""
        with self._database.writing() as connection:
            registry.save_reading(connection, doc_id, image_hash, engine, recognition_json(recognition))

    def publish(self, source: SourceDocument, subject: Subject, pieces: Sequence[Chunk], vectors: Vectors) -> None:
        """Make a document visible to questions, in one step, in place of what was visible of it before."""
        with self._database.writing() as connection:
            pages = registry.get_pages(connection, source.doc_id)
            reason = "; ".join(page.reason for page in pages if page.reason)
            registry.set_status(connection, source.doc_id, registry.READY, reason)
            _index(connection, source.doc_id, source.name, subject, pieces, vectors)

    def mark_failed(self, doc_id: str, reason: str) -> None:
        """Note that a document could not be ingested."""
        with self._database.writing() as connection:
            registry.set_status(connection, doc_id, registry.FAILED, reason)

    def remove(self, doc_id: str) -> None:
        """Delete a document with everything that was made from it.

        The files go first: should the process die in between, the document is still listed and can be removed again.
        """
        shutil.rmtree(self.image_path(doc_id, 1).parent, ignore_errors=True)
        self.original_path(doc_id).unlink(missing_ok=True)
        with self._database.writing() as connection:
            passages.delete_passages(connection, doc_id)
            registry.delete_document(connection, doc_id)
            passages.log_change(connection, doc_id)

    # The embedding model

    def check_model(self, model: str, *, claim: bool = False) -> None:
        """Make sure that stored vectors come from this embedding model.

        Args:
            model: its name.
            claim: enter it where none is entered yet.

        Raises:
            IndexMismatch: they come from another one.
        """
        with self._database.writing() as connection:
            known = connection.scalar(select(facts.c.value).where(facts.c.name == "embedding_model"))
            if known is None and claim:
                connection.execute(insert(facts).values(name="embedding_model", value=model))
        if known is not None and known != model:
            raise IndexMismatch(
                f"The library's vectors were made by {known}, the setting is {model}. Set PAGECITE_EMBEDDING_MODEL "
                f"back to {known}, or run `ingest reindex` to make them again (no page is read again)."
            )

    def replace_index(
        self, model: str, documents: Sequence[tuple[DocumentRecord, Subject, Sequence[Chunk], Vectors]]
    ) -> None:
        """Put a new index in place of the old one, in one step: another model, other chunks, or both."""
        with self._database.writing() as connection:
            values = {"name": "embedding_model", "value": model}
            connection.execute(
                insert(facts).values(values).on_conflict_do_update(index_elements=["name"], set_={"value": model})
            )
            for record, subject, pieces, vectors in documents:
                _index(connection, record.doc_id, record.name, subject, pieces, vectors)

    # Searching

    def search_dense(self, vector: list[float], limit: int) -> list[tuple[str, float]]:
        """Nearest chunks, best first, with their cosine (-1..1)."""
        return self._index.search(vector, limit)

    def search_words(
        self, words: Sequence[str], limit: int, doc_ids: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """Chunks with any of the words, best first, with their BM25 score."""
        with self._database.reading() as connection:
            return passages.search_chunks(connection, words, limit, doc_ids)

    def search_documents(self, words: Sequence[str], limit: int) -> list[tuple[str, float]]:
        """Documents whose title, beginning or name has any of the words, best first, with their BM25 score."""
        with self._database.reading() as connection:
            return passages.search_documents(connection, words, limit)

    def count_chunks_with(self, word: str) -> int:
        """Number of chunks that have a word."""
        with self._database.reading() as connection:
            return passages.count_chunks_with(connection, word)

    def subjects(self, doc_ids: Sequence[str]) -> list[SubjectRecord]:
        """What documents are about, in the order of their ids."""
        with self._database.reading() as connection:
            return passages.get_subjects(connection, doc_ids)

    def count_subjects(self, words: Sequence[str]) -> int:
        """Number of documents whose title, beginning or name has all of the words."""
        with self._database.reading() as connection:
            return passages.count_subjects(connection, words)

    def chunks(self, chunk_ids: Iterable[str]) -> dict[str, Chunk]:
        """Chunks by id; those that are gone are left out."""
        with self._database.reading() as connection:
            return passages.get_chunks(connection, chunk_ids)

    def document_chunks(self, doc_id: str) -> tuple[list[Chunk], Vectors]:
        """A document's chunks in order, and their vectors, one row each."""
        with self._database.reading() as connection:
            return passages.document_chunks(connection, doc_id)

    # What the vector cache is kept in step with

    def generation(self) -> str:
        """The embedding model that the vectors come from."""
        with self._database.reading() as connection:
            return connection.scalar(select(facts.c.value).where(facts.c.name == "embedding_model")) or ""

    def last_change(self) -> int:
        """Number of the last change of a document's chunks."""
        with self._database.reading() as connection:
            return passages.last_change(connection)

    def changed_since(self, seq: int) -> list[str]:
        """Documents whose chunks changed after a change."""
        with self._database.reading() as connection:
            return passages.changed_since(connection, seq)

    def count_chunks(self) -> int:
        """Number of chunks of visible documents."""
        with self._database.reading() as connection:
            return passages.count_chunks(connection)


def _index(
    connection: Connection, doc_id: str, name: str, subject: Subject, pieces: Sequence[Chunk], vectors: Vectors
) -> None:
    registry.set_subject(connection, doc_id, subject.title, subject.intro)
    passages.replace_passages(
        connection, doc_id, title=subject.title, intro=subject.intro, name=name, pieces=pieces, vectors=vectors
    )


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    """Make the folder of a file and translate what goes wrong while it is written."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise LibraryNotWritable(
            f"{target} cannot be written ({error.strerror or error}); check permissions and free space."
        ) from error
