"""The vectors as the library's database has them: what every copy of them in Chroma is kept in step with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Connection, select

from ingest import passages
from ingest.database import Database
from ingest.facts import LIBRARY_ID, MODEL, PURGES, get_count, get_fact
from ingest.registry import READY
from ingest.schema import chunks, documents

_BATCH = 2000  # entries in one piece; Chroma takes 5,461 at most, and ten times as long for pieces of 50
_MAX_VARIABLES = 900  # bound parameters in one statement


@dataclass(frozen=True, slots=True)
class Position:
    """How far a library's vectors are.

    Attributes:
        library_id: whose they are.
        model: the embedding model that they come from; all change with it.
        seq: number of the last change.
        purges: how many documents were removed. A copy of the vectors that was begun before the last removal is in
            step once it has applied it, but what was removed may still stand in its files.
    """

    library_id: str
    model: str
    seq: int
    purges: int = field(compare=False, default=0)


@dataclass(frozen=True, slots=True)
class Entries:
    """Vectors of some chunks.

    Attributes:
        chunk_ids: the chunks.
        doc_ids: the document of each.
        vectors: a row each, float32, of length 1.
    """

    chunk_ids: tuple[str, ...]
    doc_ids: tuple[str, ...]
    vectors: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.chunk_ids)


class VectorSource(Protocol):
    """The truth. Each method sees the library as it is now; a later call may see a later one."""

    def position(self) -> Position:
        """How far the vectors are."""
        ...

    def changed_since(self, seq: int) -> list[str]:
        """Documents that changed after a change."""
        ...

    def of_documents(self, doc_ids: Sequence[str]) -> Iterator[Entries]:
        """The vectors of documents, in pieces; none of documents that questions do not see."""
        ...

    def of_chunks(self, chunk_ids: Sequence[str]) -> Iterator[Entries]:
        """The vectors of chunks, in pieces; none of chunks that are gone."""
        ...

    def everything(self) -> Iterator[Entries]:
        """All vectors that questions see, in pieces."""
        ...

    def census(self) -> tuple[Position, set[str]]:
        """The chunks that questions see, and how far the vectors are at that moment."""
        ...


class DatabaseSource:
    """`VectorSource` of a library's database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def position(self) -> Position:
        """How far the vectors are, all of it at one moment."""
        with self._database.reading() as connection:
            return _position(connection)

    def changed_since(self, seq: int) -> list[str]:
        """Documents that changed after a change."""
        with self._database.reading() as connection:
            return passages.changed_since(connection, seq)

    def of_documents(self, doc_ids: Sequence[str]) -> Iterator[Entries]:
        """The vectors of documents, in pieces."""
        for part in _parts(doc_ids):
            yield from self._walk(chunks.c.doc_id.in_(part))

    def of_chunks(self, chunk_ids: Sequence[str]) -> Iterator[Entries]:
        """The vectors of chunks, in pieces."""
        for part in _parts(chunk_ids):
            yield from self._walk(chunks.c.chunk_id.in_(part))

    def everything(self) -> Iterator[Entries]:
        """All vectors that questions see, in pieces, each as the library is when it is read."""
        yield from self._walk(chunks.c.row > 0)

    def census(self) -> tuple[Position, set[str]]:
        """The chunks that questions see, and how far the vectors are at that moment."""
        query = select(chunks.c.chunk_id).join(documents).where(documents.c.status == READY)
        with self._database.reading() as connection:
            return _position(connection), set(connection.scalars(query))

    def _walk(self, condition: ColumnElement[bool]) -> Iterator[Entries]:
        last = 0
        while True:
            # A transaction a piece: a long one would keep SQLite from emptying its log.
            with self._database.reading() as connection:
                rows = _rows(connection, condition, last)
            if not rows:
                return
            yield _entries(rows)
            last = rows[-1].row


def _position(connection: Connection) -> Position:
    return Position(
        library_id=get_fact(connection, LIBRARY_ID),
        model=get_fact(connection, MODEL),
        seq=passages.last_change(connection),
        purges=get_count(connection, PURGES),
    )


def _parts(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(keys), _MAX_VARIABLES):
        yield keys[start : start + _MAX_VARIABLES]


def _rows(connection: Connection, condition: ColumnElement[bool], last: int) -> Sequence[Any]:
    columns = (chunks.c.row, chunks.c.chunk_id, chunks.c.doc_id, chunks.c.vector)
    query = select(*columns).join(documents).where(documents.c.status == READY, condition, chunks.c.row > last)
    return connection.execute(query.order_by(chunks.c.row).limit(_BATCH)).all()


def _entries(rows: Sequence[Any]) -> Entries:
    vectors = np.frombuffer(b"".join(row.vector for row in rows), dtype="<f4").reshape(len(rows), -1)
    return Entries(tuple(row.chunk_id for row in rows), tuple(row.doc_id for row in rows), vectors)
