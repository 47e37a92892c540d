"""Documents in the database: what is there, under which names, visible or not."""

import os
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from ingest.errors import AmbiguousDocument, DocumentNotFound
from ingest.records import DocumentRecord
from ingest.schema import changes, documents, paths
from ingest.types import SourceDocument

READY, PENDING, FAILED, RETIRED, REMOVED = "ready", "pending", "failed", "retired", "removed"
_MIN_ID = 6  # characters of a document id that may stand for it


def list_documents(connection: Connection) -> list[DocumentRecord]:
    """All documents, by name; those whose removal is begun are gone."""
    return _records(connection, documents.c.status != REMOVED)


def begun_removals(connection: Connection) -> list[DocumentRecord]:
    """Documents whose removal is begun and not finished, by name."""
    return _records(connection, documents.c.status == REMOVED)


def _records(connection: Connection, wanted: ColumnElement[bool]) -> list[DocumentRecord]:
    places: dict[str, list[str]] = {}
    for doc_id, path in connection.execute(select(paths.c.doc_id, paths.c.path).order_by(paths.c.path)):
        places.setdefault(doc_id, []).append(path)
    query = select(documents).where(wanted).order_by(documents.c.name, documents.c.doc_id)
    return [_record(row, places.get(row.doc_id, ())) for row in connection.execute(query)]


def get_document(connection: Connection, doc_id: str) -> DocumentRecord | None:
    """The document of an id; None where there is none, or its removal is begun."""
    query = select(documents).where(documents.c.doc_id == doc_id, documents.c.status != REMOVED)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    places = select(paths.c.path).where(paths.c.doc_id == doc_id).order_by(paths.c.path)
    return _record(row, connection.scalars(places).all())


def _record(row: Row[Any], places: Sequence[str]) -> DocumentRecord:
    return DocumentRecord(
        doc_id=row.doc_id,
        name=row.name,
        title=row.title,
        media_type=row.media_type,
        page_count=row.page_count,
        status=row.status,
        reason=row.reason,
        added_at=row.added_at,
        paths=tuple(places),
        reader=row.reader,
        superseded_by=row.superseded_by,
        size=row.size,
    )


def find_document(connection: Connection, key: str) -> DocumentRecord:
    """The document of an id, a path, a file name under which it was added, or the beginning of an id.

    Of the versions of one file, the visible one is meant; the others are found by their ids.

    Raises:
        DocumentNotFound: there is none.
        AmbiguousDocument: there are several.
    """
    found = matching(list_documents(connection), key)
    if not found:
        raise DocumentNotFound(f"No document {key} in the library; `ingest list` shows what is there.")
    if len(found) > 1:
        ids = ", ".join(document.doc_id[:12] for document in found)
        raise AmbiguousDocument(f"{len(found)} documents are named {key}; give one of their ids: {ids}.")
    return found[0]


def matching(everything: Sequence[DocumentRecord], key: str) -> list[DocumentRecord]:
    """Those of some documents that a key may mean, as `find_document` has it; several where it does not tell them."""
    place = os.path.abspath(key) if Path(key).name != key else ""
    return (
        [d for d in everything if d.doc_id == key]
        or _foremost([d for d in everything if place in d.paths])
        or _foremost([d for d in everything if key == d.name or key in (Path(path).name for path in d.paths)])
        or [d for d in everything if len(key) >= _MIN_ID and d.doc_id.startswith(key)]
    )


def _foremost(found: list[DocumentRecord]) -> list[DocumentRecord]:
    """Without retired versions where there is another, and without unfinished ones of a path that has a visible one."""
    current = [record for record in found if record.status != RETIRED]
    shown = {path for record in current if record.status == READY for path in record.paths}
    return [r for r in current if r.status == READY or shown.isdisjoint(r.paths)] or found


def get_status(connection: Connection, doc_id: str) -> str:
    """A document's status; empty where it is not there."""
    return connection.scalar(select(documents.c.status).where(documents.c.doc_id == doc_id)) or ""


def get_name(connection: Connection, doc_id: str) -> str:
    """A document's file name; empty where it is not there."""
    return connection.scalar(select(documents.c.name).where(documents.c.doc_id == doc_id)) or ""


def stamps(connection: Connection) -> dict[str, int]:
    """For each visible document the number of its last change."""
    query = (
        select(documents.c.doc_id, func.max(changes.c.seq))
        .join(changes, changes.c.doc_id == documents.c.doc_id, isouter=True)
        .where(documents.c.status == READY)
        .group_by(documents.c.doc_id)
        .order_by(documents.c.doc_id)
    )
    return {doc_id: seq or 0 for doc_id, seq in connection.execute(query)}


def enter(connection: Connection, source: SourceDocument, page_count: int) -> str:
    """Enter a document that is to be read, unless it is there; give back its status.

    One that failed before, or whose removal was begun, is pending again.
    """
    status = get_status(connection, source.doc_id)
    if status == REMOVED:
        delete_removed(connection, source.doc_id)
        status = ""
    if not status:
        connection.execute(insert(documents).values(**_new(source), page_count=page_count, status=PENDING))
    elif status in (PENDING, FAILED):
        changed = {"status": PENDING, "reason": "", "page_count": page_count}
        connection.execute(update(documents).where(documents.c.doc_id == source.doc_id).values(changed))
    return status if status in (READY, RETIRED) else PENDING


def refuse(connection: Connection, source: SourceDocument, reason: str) -> None:
    """Enter a document that cannot be opened as failed; one that is visible, or was, stays what it is."""
    status = get_status(connection, source.doc_id)
    if status == REMOVED:
        delete_removed(connection, source.doc_id)
        status = ""
    if not status:
        connection.execute(insert(documents).values(**_new(source), page_count=0, status=FAILED, reason=reason))
    else:
        fail(connection, source.doc_id, reason)


def _new(source: SourceDocument) -> dict[str, object]:
    return {
        "doc_id": source.doc_id,
        "name": source.name,
        "media_type": source.media_type,
        "size": source.size,
        "added_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def fail(connection: Connection, doc_id: str, reason: str) -> None:
    """Note that a document could not be read; one that is visible, or was, stays what it is."""
    connection.execute(
        update(documents)
        .where(documents.c.doc_id == doc_id, documents.c.status.in_((PENDING, FAILED)))
        .values(status=FAILED, reason=reason)
    )


def make_visible(connection: Connection, doc_id: str, reader: str, reason: str, page_count: int) -> None:
    """Let questions see a document, with the pages of a reader."""
    values = {"status": READY, "reader": reader, "reason": reason, "page_count": page_count, "superseded_by": ""}
    connection.execute(update(documents).where(documents.c.doc_id == doc_id).values(values))


def set_subject(connection: Connection, doc_id: str, title: str, intro: str) -> None:
    """Note a document's title and introduction."""
    connection.execute(update(documents).where(documents.c.doc_id == doc_id).values(title=title, intro=intro))


def put_away(connection: Connection, doc_ids: Iterable[str], status: str, superseded_by: str = "") -> None:
    """Let documents be retired, or removed."""
    values = {"status": status} | ({"superseded_by": superseded_by} if superseded_by else {})
    connection.execute(update(documents).where(documents.c.doc_id.in_(list(doc_ids))).values(values))


def older_versions(connection: Connection, doc_id: str) -> list[str]:
    """Retired documents whose place this one took, and those whose place these took before."""
    found = [doc_id]
    for newer in found:
        query = select(documents.c.doc_id).where(documents.c.superseded_by == newer, documents.c.status == RETIRED)
        found += [older for older in connection.scalars(query) if older not in found]
    return found[1:]


def with_status(connection: Connection, statuses: Sequence[str]) -> list[str]:
    """Ids of the documents with one of these statuses."""
    query = select(documents.c.doc_id).where(documents.c.status.in_(statuses)).order_by(documents.c.doc_id)
    return list(connection.scalars(query))


def count_by_status(connection: Connection) -> dict[str, int]:
    """Number of documents in each status."""
    query = select(documents.c.status, func.count()).where(documents.c.status != REMOVED).group_by(documents.c.status)
    return {status: count for status, count in connection.execute(query)}


def delete_removed(connection: Connection, doc_id: str) -> None:
    """Delete the row of a document whose removal was begun, and with it its paths, pages and readings."""
    connection.execute(delete(documents).where(documents.c.doc_id == doc_id, documents.c.status == REMOVED))
