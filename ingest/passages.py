"""Chunks, their vectors and the full-text index in the database."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Select, delete, func, insert, select, text

from ingest.records import SubjectRecord, chunk_from
from ingest.registry import READY
from ingest.schema import changes, chunks, documents
from ingest.tokens import terms
from ingest.types import Chunk

Vectors = NDArray[np.float32]

# Weights of the full-text columns, as bm25() of FTS5 takes them.
_CHUNK_WEIGHTS = "2.0, 2.0, 1.0"  # title, heading, body
_DOCUMENT_WEIGHTS = "2.0, 1.0, 0.5"  # title, intro, name
_MAX_TERMS = 120
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
    for chunk, vector in zip(pieces, vectors, strict=True):
        _insert_chunk(connection, chunk, vector)
    connection.execute(
        text("INSERT INTO document_terms (title, intro, name, doc_id) VALUES (:title, :intro, :name, :doc_id)"),
        {"title": _indexed(title), "intro": _indexed(intro), "name": _indexed(name), "doc_id": doc_id},
    )
    connection.execute(insert(changes).values(doc_id=doc_id))


def delete_passages(connection: Connection, doc_id: str) -> None:
    """Delete a document's chunks, vectors and terms; the caller logs the change."""
    rows = select(chunks.c.row).where(chunks.c.doc_id == doc_id)
    connection.execute(
        text("DELETE FROM chunk_terms WHERE rowid IN (SELECT row FROM chunks WHERE doc_id = :doc_id)"),
        {"doc_id": doc_id},
    )
    connection.execute(delete(chunks).where(chunks.c.row.in_(rows)))
    connection.execute(text("DELETE FROM document_terms WHERE doc_id = :doc_id"), {"doc_id": doc_id})


def log_change(connection: Connection, doc_id: str) -> None:
    """Tell every process that a document's chunks changed."""
    connection.execute(insert(changes).values(doc_id=doc_id))


def _insert_chunk(connection: Connection, chunk: Chunk, vector: NDArray[np.float32]) -> None:
    result = connection.execute(
        insert(chunks).values(
            chunk_id=chunk.chunk_id,
            doc_id=chunk.doc_id,
            page_number=chunk.page_number,
            position=chunk.position,
            title=chunk.title,
            heading=chunk.heading,
            text=chunk.text,
            line_start=chunk.line_start,
            line_end=chunk.line_end,
            vector=np.asarray(vector, dtype="<f4").tobytes(),
        )
    )
    connection.execute(
        text("INSERT INTO chunk_terms (rowid, title, heading, body) VALUES (:row, :title, :heading, :body)"),
        {
            "row": result.inserted_primary_key[0] if result.inserted_primary_key else None,
            "title": _indexed(chunk.title),
            "heading": _indexed(chunk.heading),
            "body": _indexed(chunk.text),
        },
    )


def _indexed(value: str) -> str:
    return " ".join(terms(value))


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
    if not words:
        return []
    scope, values = _scope(doc_ids)
    query = (
        f"SELECT c.chunk_id, -bm25(chunk_terms, {_CHUNK_WEIGHTS}) AS score FROM chunk_terms "
        "JOIN chunks c ON c.row = chunk_terms.rowid JOIN documents d ON d.doc_id = c.doc_id "
        f"WHERE chunk_terms MATCH :match AND d.status = '{READY}' {scope} ORDER BY score DESC, c.row LIMIT :limit"
    )
    rows = connection.execute(text(query), {"match": _match(words), "limit": limit, **values})
    return [(chunk_id, float(score)) for chunk_id, score in rows]


def search_documents(connection: Connection, words: Sequence[str], limit: int) -> list[tuple[str, float]]:
    """Visible documents whose title, beginning or name has any of the words, best first, with BM25 scores."""
    if not words:
        return []
    query = (
        f"SELECT t.doc_id, -bm25(document_terms, {_DOCUMENT_WEIGHTS}) AS score FROM document_terms t "
        f"JOIN documents d ON d.doc_id = t.doc_id WHERE document_terms MATCH :match AND d.status = '{READY}' "
        "ORDER BY score DESC, t.doc_id LIMIT :limit"
    )
    rows = connection.execute(text(query), {"match": _match(words), "limit": limit})
    return [(doc_id, float(score)) for doc_id, score in rows]


def get_subjects(connection: Connection, doc_ids: Sequence[str]) -> list[SubjectRecord]:
    """What visible documents are about, in the order of their ids."""
    query = select(documents).where(documents.c.doc_id.in_(doc_ids[:_MAX_VARIABLES]), documents.c.status == READY)
    found = {row.doc_id: row for row in connection.execute(query)}
    rows = [found[doc_id] for doc_id in doc_ids if doc_id in found]
    return [SubjectRecord(row.doc_id, row.title, row.intro, row.name) for row in rows]


def count_chunks_with(connection: Connection, word: str) -> int:
    """Number of chunks that have a word."""
    query = text("SELECT count(*) FROM chunk_terms WHERE chunk_terms MATCH :match")
    return int(connection.scalar(query, {"match": _match([word])}) or 0)


def count_subjects(connection: Connection, words: Sequence[str]) -> int:
    """Number of documents whose title, beginning or name has all of the words."""
    if not words:
        return 0
    query = text("SELECT count(*) FROM document_terms WHERE document_terms MATCH :match")
    return int(connection.scalar(query, {"match": _match(words, " AND ")}) or 0)


def _scope(doc_ids: Sequence[str] | None) -> tuple[str, dict[str, str]]:
    if doc_ids is None:
        return "", {}
    names = {f"doc{number}": doc_id for number, doc_id in enumerate(doc_ids[:_MAX_VARIABLES])}
    return f"AND c.doc_id IN ({', '.join(':' + name for name in names)})", names


def _match(words: Sequence[str], connective: str = " OR ") -> str:
    unique = list(dict.fromkeys(words))[:_MAX_TERMS]
    return connective.join('"' + word.replace('"', '""') + '"' for word in unique)


def get_chunks(connection: Connection, chunk_ids: Iterable[str]) -> dict[str, Chunk]:
    """Chunks of visible documents by id; ids that are gone are left out."""
    wanted = list(dict.fromkeys(chunk_ids))
    found: dict[str, Chunk] = {}
    for start in range(0, len(wanted), _MAX_VARIABLES):
        query = _visible().where(chunks.c.chunk_id.in_(wanted[start : start + _MAX_VARIABLES]))
        found |= {row.chunk_id: chunk_from(row) for row in connection.execute(query)}
    return found


def document_chunks(connection: Connection, doc_id: str) -> tuple[list[Chunk], Vectors]:
    """A visible document's chunks in order, and their vectors."""
    rows = connection.execute(_visible().where(chunks.c.doc_id == doc_id).order_by(chunks.c.position)).all()
    vectors = [np.frombuffer(row.vector, dtype="<f4") for row in rows]
    return [chunk_from(row) for row in rows], np.stack(vectors) if vectors else np.empty((0, 0), dtype=np.float32)


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
