"""Chunks, their vectors and the full-text index in the database."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, delete, func, insert, select

from ingest.fulltext import Entry, full_text
from ingest.records import SubjectRecord, chunk_from
from ingest.registry import READY
from ingest.schema import changes, chunks, documents
from ingest.types import Chunk

Vectors = NDArray[np.float32]

_MAX_VARIABLES = 900  # bound parameters in one statement


def replace_passages(
    connection: Connection, doc_id: str, *, title: str, intro: str, name: str, pieces: Sequence[Chunk], vectors: Vectors
) -> None:
    """Put a document's chunks, vectors and terms in place of what it had, and log the change.

    Args:
        connection: inside a transaction.
        doc_id: the document.
        title: its title.
        intro: the beginning of its text.
        name: its file name.
        pieces: its chunks.
        vectors: one row a chunk, float32, length 1.
    """
    delete_passages(connection, doc_id)
    index = full_text(connection)
    rows = _insert_chunks(connection, pieces, vectors)
    index.add_chunks([Entry(row, (c.title, c.heading, c.text)) for row, c in zip(rows, pieces, strict=True)])
    index.add_document(Entry(doc_id, (title, intro, name)))
    connection.execute(insert(changes).values(doc_id=doc_id))


def delete_passages(connection: Connection, doc_id: str) -> None:
    """Delete a document's chunks, vectors and terms; the caller logs the change."""
    full_text(connection).delete(doc_id)
    connection.execute(delete(chunks).where(chunks.c.doc_id == doc_id))


def log_change(connection: Connection, doc_id: str) -> None:
    """Tell every process that a document's chunks changed."""
    connection.execute(insert(changes).values(doc_id=doc_id))


def _insert_chunks(connection: Connection, pieces: Sequence[Chunk], vectors: Vectors) -> Sequence[int]:
    """Enter chunks; give back their rows, in the same order."""
    values = [
        {
            "chunk_id": chunk.chunk_id,
            "doc_id": chunk.doc_id,
            "page_number": chunk.page_number,
            "position": chunk.position,
            "title": chunk.title,
            "heading": chunk.heading,
            "text": chunk.text,
            "line_start": chunk.line_start,
            "line_end": chunk.line_end,
            "vector": np.asarray(vector, dtype="<f4").tobytes(),
        }
        for chunk, vector in zip(pieces, vectors, strict=True)
    ]
    if not values:
        return []
    inserted = insert(chunks).returning(chunks.c.row, sort_by_parameter_order=True)
    return connection.scalars(inserted, values).all()


def search_chunks(
    connection: Connection, words: Sequence[str], limit: int, doc_ids: Sequence[str] | None = None
) -> list[tuple[str, float]]:
    """Chunks of visible documents with any of the words, best first.

    Args:
        connection: to read from.
        words: index terms, as `ingest.tokens.terms` makes them.
        limit: how many at most.
        doc_ids: look in these documents alone.

    Returns:
        Pairs of chunk id and BM25 score, higher is better.
    """
    return full_text(connection).search_chunks(words, limit, doc_ids)


def search_documents(connection: Connection, words: Sequence[str], limit: int) -> list[tuple[str, float]]:
    """Visible documents whose title, beginning or name has any of the words, best first, with BM25 scores."""
    return full_text(connection).search_documents(words, limit)


def get_subjects(connection: Connection, doc_ids: Sequence[str]) -> list[SubjectRecord]:
    """What visible documents are about, in the order of their ids."""
    query = select(documents).where(documents.c.doc_id.in_(doc_ids[:_MAX_VARIABLES]), documents.c.status == READY)
    found = {row.doc_id: row for row in connection.execute(query)}
    rows = [found[doc_id] for doc_id in doc_ids if doc_id in found]
    return [SubjectRecord(row.doc_id, row.title, row.intro, row.name) for row in rows]


def count_chunks_with(connection: Connection, word: str) -> int:
    """Number of chunks that have a word."""
    return full_text(connection).count_chunks(word)


def count_subjects(connection: Connection, words: Sequence[str]) -> int:
    """Number of documents whose title, beginning or name has all of the words."""
    return full_text(connection).count_documents(words)


def get_chunks(connection: Connection, chunk_ids: Iterable[str]) -> dict[str, Chunk]:
    """Chunks of visible documents by id; ids that are gone are left out."""
    wanted = list(dict.fromkeys(chunk_ids))
    found: dict[str, Chunk] = {}
    for start in range(0, len(wanted), _MAX_VARIABLES):
        query = _visible().where(chunks.c.chunk_id.in_(wanted[start : start + _MAX_VARIABLES]))
        found |= {row.chunk_id: chunk_from(row) for row in connection.execute(query)}
    return found


def get_vectors(connection: Connection, chunk_ids: Iterable[str]) -> tuple[list[str], Vectors]:
    """Chunks of visible documents, and their vectors, one row each; ids that are gone are left out."""
    wanted = list(dict.fromkeys(chunk_ids))
    found: list[tuple[str, bytes]] = []
    for start in range(0, len(wanted), _MAX_VARIABLES):
        query = select(chunks.c.chunk_id, chunks.c.vector).join(documents).where(documents.c.status == READY)
        rows = connection.execute(query.where(chunks.c.chunk_id.in_(wanted[start : start + _MAX_VARIABLES])))
        found += [(row.chunk_id, row.vector) for row in rows]
    return [chunk_id for chunk_id, _ in found], _stacked([vector for _, vector in found])


def document_chunks(connection: Connection, doc_id: str) -> tuple[list[Chunk], Vectors]:
    """A visible document's chunks in order, and their vectors."""
    rows = connection.execute(_visible().where(chunks.c.doc_id == doc_id).order_by(chunks.c.position)).all()
    return [chunk_from(row) for row in rows], _stacked([row.vector for row in rows])


def _stacked(vectors: Sequence[bytes]) -> Vectors:
    rows = [np.frombuffer(vector, dtype="<f4") for vector in vectors]
    return np.stack(rows) if rows else np.empty((0, 0), dtype=np.float32)


def _visible() -> Select[Any]:
    return select(chunks).join(documents).where(documents.c.status == READY)


def count_chunks(connection: Connection) -> int:
    """Number of chunks of visible documents."""
    query = select(func.count()).select_from(chunks.join(documents)).where(documents.c.status == READY)
    return int(connection.scalar(query) or 0)


def last_change(connection: Connection) -> int:
    """Number of the last change; 0 where there was none."""
    return int(connection.scalar(select(func.max(changes.c.seq))) or 0)


def changed_since(connection: Connection, seq: int) -> list[str]:
    """Documents whose chunks changed after a change."""
    return list(connection.scalars(select(changes.c.doc_id).where(changes.c.seq > seq).distinct()))
