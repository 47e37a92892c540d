"""Documents and pages in the database: what is there, what is done, what failed and why."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from ingest.errors import AmbiguousDocument, DocumentNotFound
from ingest.files import as_text
from ingest.records import DocumentRecord, PageRecord, page_from, page_values
from ingest.schema import documents, pages, paths, readings
from ingest.types import PageText, SourceDocument

READY, PENDING, FAILED = "ready", "pending", "failed"
# Of a page: read; read, but a person should look at it.
DONE, REVIEW = "done", "review"
_MIN_ID = 6  # characters of a document id that may stand for it


def list_documents(connection: Connection) -> list[DocumentRecord]:
    """All documents, by name."""
    places: dict[str, list[str]] = {}
    for doc_id, path in connection.execute(select(paths).order_by(paths.c.path)):
        places.setdefault(doc_id, []).append(path)
    rows = connection.execute(select(documents).order_by(documents.c.name, documents.c.doc_id))
    return [
        DocumentRecord(
            doc_id=row.doc_id,
            name=row.name,
            title=row.title,
            media_type=row.media_type,
            page_count=row.page_count,
            status=row.status,
            reason=row.reason,
            added_at=row.added_at,
            paths=tuple(places.get(row.doc_id, ())),
        )
        for row in rows
    ]


def find_document(connection: Connection, key: str) -> DocumentRecord:
    """The document of an id, a path, a file name under which it was added, or the beginning of an id.

    Raises:
        DocumentNotFound: there is none.
        AmbiguousDocument: there are several.
    """
    everything = list_documents(connection)
    place = os.path.abspath(key) if Path(key).name != key else ""
    found = (
        [d for d in everything if d.doc_id == key or place in d.paths]
        or [d for d in everything if key == d.name or key in (Path(path).name for path in d.paths)]
        or [d for d in everything if len(key) >= _MIN_ID and d.doc_id.startswith(key)]
    )
    if not found:
        raise DocumentNotFound(f"No document {key} in the library; `ingest list` shows what is there.")
    if len(found) > 1:
        ids = ", ".join(document.doc_id[:12] for document in found)
        raise AmbiguousDocument(f"{len(found)} documents are named {key}; give one of their ids: {ids}.")
    return found[0]


def begin(connection: Connection, source: SourceDocument, page_count: int, *, keep_path: bool = True) -> str:
    """Enter a document, or another path of one that is there; give back its status."""
    connection.execute(
        insert(documents)
        .values(
            doc_id=source.doc_id,
            name=source.name,
            title="",
            intro="",
            media_type=source.media_type,
            size=source.size,
            page_count=page_count,
            status=PENDING,
            reason="",
            added_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        .on_conflict_do_nothing()
    )
    if keep_path:
        place = insert(paths).values(doc_id=source.doc_id, path=as_text(str(source.path)))
        connection.execute(place.on_conflict_do_nothing())
    status = connection.scalar(select(documents.c.status).where(documents.c.doc_id == source.doc_id))
    return str(status)


def set_status(connection: Connection, doc_id: str, status: str, reason: str = "") -> None:
    """Change a document's status."""
    connection.execute(update(documents).where(documents.c.doc_id == doc_id).values(status=status, reason=reason))


def set_subject(connection: Connection, doc_id: str, title: str, intro: str) -> None:
    """Note a document's title and introduction."""
    connection.execute(update(documents).where(documents.c.doc_id == doc_id).values(title=title, intro=intro))


def save_page(connection: Connection, reader: str, page: PageText) -> None:
    """Enter a page as done, or as done but to be looked at."""
    status = REVIEW if page.review else DONE
    values = {"reader": reader, "status": status, "reason": page.review, **page_values(page)}
    _upsert_page(connection, page.doc_id, page.page_number, values)


def save_page_failure(connection: Connection, reader: str, doc_id: str, page_number: int, reason: str) -> None:
    """Enter a page as failed, unless it was read before: then its text stays."""
    known = connection.scalar(
        select(pages.c.status).where(pages.c.doc_id == doc_id, pages.c.page_number == page_number)
    )
    if known in (DONE, REVIEW):
        return
    empty = {"engine": "", "source": "", "blocks": "[]", "lines": "[]", "warnings": "[]", "confidence": 0.0}
    _upsert_page(connection, doc_id, page_number, {"reader": reader, "status": "failed", "reason": reason, **empty})


def _upsert_page(connection: Connection, doc_id: str, page_number: int, values: dict[str, object]) -> None:
    statement = insert(pages).values(doc_id=doc_id, page_number=page_number, **values)
    connection.execute(statement.on_conflict_do_update(index_elements=["doc_id", "page_number"], set_=values))


def done_pages(connection: Connection, doc_id: str, reader: str) -> set[int]:
    """Numbers of the pages that this reader has already read."""
    query = select(pages.c.page_number).where(
        pages.c.doc_id == doc_id, pages.c.reader == reader, pages.c.status.in_((DONE, REVIEW))
    )
    return set(connection.scalars(query))


def get_pages(connection: Connection, doc_id: str, numbers: Iterable[int] | None = None) -> list[PageRecord]:
    """Journal entries of a document's pages, in order; those of the given numbers, or all."""
    query = select(pages).where(pages.c.doc_id == doc_id).order_by(pages.c.page_number)
    if numbers is not None:
        query = query.where(pages.c.page_number.in_(list(numbers)))
    return [
        PageRecord(row.page_number, page_from(row) if row.status in (DONE, REVIEW) else None, row.reason)
        for row in connection.execute(query)
    ]


def count_by_status(connection: Connection) -> dict[str, int]:
    """Number of documents in each status."""
    query = select(documents.c.status, func.count()).group_by(documents.c.status)
    return {status: count for status, count in connection.execute(query)}


def count_pages(connection: Connection) -> dict[str, int]:
    """Number of pages by where their text comes from; others under ``failed`` and ``needs review``."""
    counts: dict[str, int] = {}
    query = select(pages.c.status, pages.c.source, func.count()).group_by(pages.c.status, pages.c.source)
    for status, source, count in connection.execute(query):
        kind = {DONE: source, REVIEW: "needs review"}.get(status, "failed")
        counts[kind] = counts.get(kind, 0) + count
    return counts


def find_reading(connection: Connection, image_hash: str, engine: str) -> str | None:
    """What an engine once read from an image, for any document; None where it did not."""
    query = select(readings.c.recognition).where(readings.c.image_hash == image_hash, readings.c.engine == engine)
    return connection.scalar(query.limit(1))


def save_reading(connection: Connection, doc_id: str, image_hash: str, engine: str, recognition: str) -> None:
    """Keep what an engine read from an image, for as long as the document is there."""
    key = {"doc_id": doc_id, "image_hash": image_hash, "engine": engine}
    statement = insert(readings).values(recognition=recognition, **key)
    connection.execute(statement.on_conflict_do_update(index_elements=list(key), set_={"recognition": recognition}))


def delete_document(connection: Connection, doc_id: str) -> None:
    """Delete a document's row, and with it its paths and pages."""
    connection.execute(delete(documents).where(documents.c.doc_id == doc_id))
