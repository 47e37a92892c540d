"""Pages in the database: which reader read what, what is still to be read, what failed and why."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from ingest.database import upsert
from ingest.records import REVIEW_MARK, PageRecord, page_from, page_values
from ingest.registry import REMOVED
from ingest.schema import documents, pages, readings
from ingest.types import PageText

# Of a page: to be read; read; read, but a person should look at it; not to be read.
PENDING, DONE, REVIEW, FAILED = "pending", "done", "review", "failed"
_READ = (DONE, REVIEW)
_AGAIN = "; again"
_KEYS = ("doc_id", "page_number", "reader")
_NOTHING = {
    "engine": "",
    "source": "",
    "blocks": "[]",
    "lines": "[]",
    "warnings": "[]",
    "confidence": 0.0,
    "image": "",
}


def again(key: str) -> str:
    """The key under which a reader's pages, or an engine's readings, are made anew beside those that are there.

    `settle` makes it the plain one.
    """
    return key + _AGAIN


def is_read(status: str) -> bool:
    """Whether a page of this status has text."""
    return status in _READ


def enter_pending(connection: Connection, doc_id: str, reader: str, page_count: int) -> None:
    """Enter the pages that a reader is to read, beside those it has read."""
    known = set(
        connection.scalars(select(pages.c.page_number).where(pages.c.doc_id == doc_id, pages.c.reader == reader))
    )
    rows = [
        {"doc_id": doc_id, "page_number": number, "reader": reader, "status": PENDING, "reason": "", **_NOTHING}
        for number in range(1, page_count + 1)
        if number not in known
    ]
    upsert(connection, pages, rows, _KEYS)


def save_page(connection: Connection, reader: str, page: PageText, image: str) -> None:
    """Enter a page as done, or as done but to be looked at, with its image's file name."""
    values = page_values(page) | {"status": REVIEW if page.review else DONE, "reason": page.review, "image": image}
    _enter(connection, page.doc_id, page.page_number, reader, values)


def save_page_failure(connection: Connection, reader: str, doc_id: str, page_number: int, reason: str) -> None:
    """Enter a page as failed. Where its text is visible from an earlier reading, that text is taken over, for review.

    A page that this reader itself has read stays as it is.
    """
    own = _row(connection, doc_id, page_number, reader)
    if own is not None and own["status"] in _READ:
        return
    visible = connection.scalar(select(documents.c.reader).where(documents.c.doc_id == doc_id)) or ""
    old = _row(connection, doc_id, page_number, visible)
    if old is None or old["status"] not in _READ:
        values = {**_NOTHING, "status": FAILED, "reason": reason}
    else:
        said = reason.removeprefix(f"page {page_number}: ")
        mark = f"page {page_number}{REVIEW_MARK}it could not be read again ({said}), so the earlier text stays"
        values = old | {"status": REVIEW, "reason": mark}
    _enter(connection, doc_id, page_number, reader, values)


def _row(connection: Connection, doc_id: str, page_number: int, reader: str) -> dict[str, Any] | None:
    query = select(pages).where(pages.c.doc_id == doc_id, pages.c.page_number == page_number, pages.c.reader == reader)
    row = connection.execute(query).mappings().one_or_none()
    return None if row is None else {name: value for name, value in row.items() if name not in _KEYS}


def _enter(connection: Connection, doc_id: str, page_number: int, reader: str, values: dict[str, Any]) -> None:
    upsert(connection, pages, {"doc_id": doc_id, "page_number": page_number, "reader": reader, **values}, _KEYS)


def done_pages(connection: Connection, doc_id: str, reader: str) -> dict[int, str]:
    """Image file names of the pages that this reader has read, by page number."""
    query = select(pages.c.page_number, pages.c.image).where(
        pages.c.doc_id == doc_id, pages.c.reader == reader, pages.c.status.in_(_READ)
    )
    return {number: image for number, image in connection.execute(query)}


def shown_reader(connection: Connection, doc_id: str) -> str:
    """Whose pages are shown: the visible ones, else those of the reader that has read or tried most; or nobody's."""
    row = connection.execute(select(documents.c.status, documents.c.reader).where(documents.c.doc_id == doc_id)).first()
    if row is None or row.status == REMOVED:
        return ""
    if row.reader:
        return str(row.reader)
    tried = (
        select(pages.c.reader, func.count().label("tried"))
        .where(pages.c.doc_id == doc_id, pages.c.status != PENDING)
        .group_by(pages.c.reader)
        .order_by(func.count().desc(), pages.c.reader)
    )
    return connection.scalar(tried.limit(1)) or ""


def get_pages(
    connection: Connection, doc_id: str, numbers: Iterable[int] | None = None, reader: str | None = None
) -> list[PageRecord]:
    """Journal entries of pages that were read or failed, in order; those of the given numbers, or all."""
    chosen = shown_reader(connection, doc_id) if reader is None else reader
    query = select(pages).where(pages.c.doc_id == doc_id, pages.c.reader == chosen, pages.c.status != PENDING)
    if numbers is not None:
        query = query.where(pages.c.page_number.in_(list(numbers)))
    return [
        PageRecord(row.page_number, page_from(row) if row.status in _READ else None, row.reason, row.image)
        for row in connection.execute(query.order_by(pages.c.page_number))
    ]


def notes(connection: Connection, doc_id: str, reader: str) -> dict[int, tuple[str, str]]:
    """Status and reason of each of a reader's pages, in order; light where the pages are heavy."""
    query = select(pages.c.page_number, pages.c.status, pages.c.reason).where(
        pages.c.doc_id == doc_id, pages.c.reader == reader
    )
    return {number: (status, reason) for number, status, reason in connection.execute(query.order_by("page_number"))}


def image_name(connection: Connection, doc_id: str, page_number: int) -> str:
    """File name of a shown page's image; empty where there is none."""
    query = select(pages.c.image).where(
        pages.c.doc_id == doc_id,
        pages.c.page_number == page_number,
        pages.c.reader == shown_reader(connection, doc_id),
    )
    return connection.scalar(query) or ""


def image_names(connection: Connection, doc_id: str) -> set[str]:
    """File names of all images of a document's pages, by whichever reader."""
    query = select(pages.c.image).where(pages.c.doc_id == doc_id, pages.c.image != "")
    return set(connection.scalars(query))


def discard(connection: Connection, doc_id: str, reader: str) -> None:
    """Forget what a reader read of a document, unless that is visible."""
    visible = select(documents.c.reader).where(documents.c.doc_id == doc_id).scalar_subquery()
    connection.execute(
        delete(pages).where(pages.c.doc_id == doc_id, pages.c.reader == reader, pages.c.reader != visible)
    )


def settle(connection: Connection, doc_id: str, reader: str) -> str:
    """Let a reader's pages be the only ones; one that read anew gets its plain key. Gives back the key."""
    connection.execute(delete(pages).where(pages.c.doc_id == doc_id, pages.c.reader != reader))
    plain = reader.removesuffix(_AGAIN)
    if plain != reader:
        connection.execute(update(pages).where(pages.c.doc_id == doc_id, pages.c.reader == reader).values(reader=plain))
        _settle_readings(connection, doc_id)
    return plain


def _settle_readings(connection: Connection, doc_id: str) -> None:
    """Let what was read anew take the place of what was read before."""
    own = readings.c.doc_id == doc_id
    anew = select(readings.c.image_hash, readings.c.engine).where(own, readings.c.engine.endswith(_AGAIN))
    for image_hash, engine in connection.execute(anew).all():
        image, plain = readings.c.image_hash == image_hash, engine.removesuffix(_AGAIN)
        connection.execute(delete(readings).where(own, image, readings.c.engine == plain))
        connection.execute(update(readings).where(own, image, readings.c.engine == engine).values(engine=plain))


def count_pages(connection: Connection, statuses: Sequence[str]) -> dict[str, int]:
    """Number of shown pages by where their text comes from; others under ``failed`` and ``needs review``.

    Args:
        connection: to read from.
        statuses: of the documents that count.
    """
    counts: dict[str, int] = {}
    query = (
        select(pages.c.status, pages.c.source, func.count())
        .join(documents, documents.c.doc_id == pages.c.doc_id)
        .where(documents.c.status.in_(statuses), pages.c.status != PENDING)
        .where((pages.c.reader == documents.c.reader) | (documents.c.reader == ""))
        .group_by(pages.c.status, pages.c.source)
    )
    for status, source, count in connection.execute(query):
        kind = {DONE: source, REVIEW: "needs review"}.get(status, "failed")
        counts[kind] = counts.get(kind, 0) + count
    return counts


def find_reading(connection: Connection, image_hash: str, engine: str, doc_id: str = "") -> str | None:
    """What an engine once read from an image, for a document or for any; None where it did not."""
    query = select(readings.c.recognition).where(readings.c.image_hash == image_hash, readings.c.engine == engine)
    if doc_id:
        query = query.where(readings.c.doc_id == doc_id)
    return connection.scalar(query.limit(1))


def save_reading(connection: Connection, doc_id: str, image_hash: str, engine: str, recognition: str) -> None:
    """Keep what an engine read from an image, for as long as the document is there."""
    values = {"image_hash": image_hash, "engine": engine, "doc_id": doc_id, "recognition": recognition}
    upsert(connection, readings, values, ("image_hash", "engine", "doc_id"))
