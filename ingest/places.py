"""Where documents were seen, and which of them is the newest at a path."""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

from ingest.database import upsert
from ingest.records import PathRecord
from ingest.schema import documents, paths


@dataclass(frozen=True, slots=True)
class Place:
    """A file as it was seen.

    Attributes:
        path: absolute.
        size: bytes; None where unknown.
        modified: time of modification, nanoseconds since 1970; None where unknown.
    """

    path: str
    size: int | None = None
    modified: int | None = None


def note_place(connection: Connection, doc_id: str, place: Place) -> None:
    """Note that a document is what a file holds now; what it held before keeps its row until `take_places`."""
    newest = connection.scalar(select(func.max(paths.c.version)).where(paths.c.path == place.path)) or 0
    own = connection.scalar(select(paths.c.version).where(paths.c.path == place.path, paths.c.doc_id == doc_id))
    values = {
        "doc_id": doc_id,
        "path": place.path,
        "size": place.size,
        "modified": place.modified,
        "version": newest if own is not None and own == newest else newest + 1,
    }
    upsert(connection, paths, values, ("doc_id", "path"))


def take_places(connection: Connection, doc_id: str) -> list[str]:
    """Let a document be the only one at its paths, save for newer ones; give back those that are nowhere any more."""
    left: list[str] = []
    own = select(paths.c.path, paths.c.version).where(paths.c.doc_id == doc_id)
    for path, version in connection.execute(own).all():
        older = (paths.c.path == path) & (paths.c.doc_id != doc_id) & (paths.c.version < version)
        left += connection.scalars(select(paths.c.doc_id).where(older)).all()
        connection.execute(delete(paths).where(older))
    return [other for other in dict.fromkeys(left) if not has_place(connection, other)]


def documents_at(connection: Connection, path: str) -> list[str]:
    """The documents that a path leads to: one, or two while a new version is read."""
    return list(connection.scalars(select(paths.c.doc_id).where(paths.c.path == path).order_by(paths.c.doc_id)))


def forget_place(connection: Connection, path: str) -> list[str]:
    """Forget a path; give back the documents that are nowhere any more."""
    there = documents_at(connection, path)
    connection.execute(delete(paths).where(paths.c.path == path))
    return [doc_id for doc_id in there if not has_place(connection, doc_id)]


def has_place(connection: Connection, doc_id: str) -> bool:
    """Whether any path leads to a document."""
    return connection.scalar(select(paths.c.path).where(paths.c.doc_id == doc_id).limit(1)) is not None


def list_places(connection: Connection) -> dict[str, PathRecord]:
    """What was last seen at each path."""
    query = (
        select(paths.c.path, paths.c.doc_id, documents.c.status, paths.c.size, paths.c.modified)
        .join(documents, documents.c.doc_id == paths.c.doc_id)
        .order_by(paths.c.path, paths.c.version)
    )
    return {path: PathRecord(*values) for path, *values in connection.execute(query)}
