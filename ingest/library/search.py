"""Searching a library: by vectors, by words, by what documents are about."""

from collections.abc import Iterable, Sequence

import numpy as np
from sqlalchemy import Connection

from ingest import passages
from ingest.facts import LIBRARY_ID, MODEL, PURGES, get_count, get_fact
from ingest.library.opened import OpenLibrary
from ingest.passages import Vectors
from ingest.records import SubjectRecord
from ingest.types import Chunk


class Search(OpenLibrary):
    """What questions ask."""

    def search_dense(self, vector: list[float], limit: int) -> list[tuple[str, float]]:
        """Nearest chunks, best first, with their cosine (-1..1)."""
        found = self._index.search(vector, limit)
        if not self._in_snapshot:
            return found
        with self._reading() as then, self._database.reading() as now:
            changed = set(passages.changed_since(now, passages.last_change(then)))
            return self._as_of(then, changed, found, np.asarray(vector, dtype=np.float32))[:limit] if changed else found

    def _as_of(
        self, then: Connection, changed: set[str], found: list[tuple[str, float]], vector: Vectors
    ) -> list[tuple[str, float]]:
        """What would have been found before documents changed: theirs are compared one by one, as they were."""
        chunks = passages.get_chunks(then, (chunk_id for chunk_id, _ in found))
        result = [(i, cosine) for i, cosine in found if i in chunks and chunks[i].doc_id not in changed]
        for doc_id in changed:
            pieces, vectors = passages.document_chunks(then, doc_id)
            if pieces:
                result += zip((piece.chunk_id for piece in pieces), (vectors @ vector).tolist(), strict=True)
        return sorted(result, key=lambda pair: -pair[1])

    def search_words(
        self, words: Sequence[str], limit: int, doc_ids: Sequence[str] | None = None
    ) -> list[tuple[str, float]]:
        """Chunks with any of the words, best first, with their BM25 score."""
        with self._reading() as connection:
            return passages.search_chunks(connection, words, limit, doc_ids)

    def search_documents(self, words: Sequence[str], limit: int) -> list[tuple[str, float]]:
        """Documents whose title, beginning or name has any of the words, best first, with their BM25 score."""
        with self._reading() as connection:
            return passages.search_documents(connection, words, limit)

    def count_chunks_with(self, word: str) -> int:
        """Number of chunks that have a word."""
        with self._reading() as connection:
            return passages.count_chunks_with(connection, word)

    def subjects(self, doc_ids: Sequence[str]) -> list[SubjectRecord]:
        """What documents are about, in the order of their ids."""
        with self._reading() as connection:
            return passages.get_subjects(connection, doc_ids)

    def count_subjects(self, words: Sequence[str]) -> int:
        """Number of documents whose title, beginning or name has all of the words."""
        with self._reading() as connection:
            return passages.count_subjects(connection, words)

    def chunks(self, chunk_ids: Iterable[str]) -> dict[str, Chunk]:
        """Chunks by id; those that are gone are left out."""
        with self._reading() as connection:
            return passages.get_chunks(connection, chunk_ids)

    def document_chunks(self, doc_id: str) -> tuple[list[Chunk], Vectors]:
        """A document's chunks in order, and their vectors, one row each."""
        with self._reading() as connection:
            return passages.document_chunks(connection, doc_id)

    def similarities(self, vector: Vectors, chunk_ids: Iterable[str]) -> dict[str, float]:
        """Cosines (-1..1) of a vector and some chunks; those that are gone are left out."""
        with self._reading() as connection:
            found, vectors = passages.get_vectors(connection, chunk_ids)
        return dict(zip(found, (vectors @ vector).tolist(), strict=True)) if found else {}

    def generation(self) -> str:
        """The embedding model that the vectors come from."""
        with self._reading() as connection:
            return get_fact(connection, MODEL)

    def last_change(self) -> int:
        """Number of the last change of a document's chunks."""
        with self._reading() as connection:
            return passages.last_change(connection)

    def changed_since(self, seq: int) -> list[str]:
        """Documents whose chunks changed after a change."""
        with self._reading() as connection:
            return passages.changed_since(connection, seq)

    def count_chunks(self) -> int:
        """Number of chunks of visible documents."""
        with self._reading() as connection:
            return passages.count_chunks(connection)

    def library_id(self) -> str:
        """The library's own id, made with it: 32 hexadecimal digits."""
        with self._reading() as connection:
            return get_fact(connection, LIBRARY_ID)

    def purges(self) -> int:
        """How many documents were removed since the library was made."""
        with self._reading() as connection:
            return get_count(connection, PURGES)
