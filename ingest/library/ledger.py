"""The ledger of a library: the fields of its visible documents, and what people corrected of them."""

import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Connection, Select, Table, select

from ingest import registry
from ingest.errors import DocumentGone
from ingest.fields.finding import Check, Fault, Finding
from ingest.fields.model import FieldValue
from ingest.fields.records import LedgerRecord, correction_from, finding_from, value_from
from ingest.fields.storing import Found, correct, store, withdraw
from ingest.fields.wording import worded
from ingest.library.opened import OpenLibrary
from ingest.schema import corrections, documents, extractions, fields, findings
from ingest.scripts import ENGLISH

_T = TypeVar("_T")
_BATCH = 500  # documents in one statement


class Ledger(OpenLibrary):
    """Fields of visible documents. What a reader gets of a document is of one state."""

    def fields(self, doc_id: str) -> LedgerRecord | None:
        """The fields of a document; None where it is not visible."""
        return next(iter(self.ledger(doc_ids=[doc_id])), None)

    def ledger(self, schema: str | None = None, *, doc_ids: Collection[str] | None = None) -> list[LedgerRecord]:
        """The fields of visible documents, by file name.

        Args:
            schema: documents of this kind alone: ``invoice``; empty: those that no schema describes.
            doc_ids: these documents alone.
        """
        with self._reading() as connection:
            return list(_records(connection, schema, doc_ids))

    def stale_fields(self, version: str) -> list[str]:
        """Visible documents whose fields nobody has looked for in this version, by name."""
        query = select(documents.c.doc_id).outerjoin(extractions).where(documents.c.status == registry.READY)
        query = query.where(extractions.c.version.is_distinct_from(version))
        with self._reading() as connection:
            return list(connection.scalars(query.order_by(documents.c.name, documents.c.doc_id)))

    def save_fields(self, doc_id: str, reader: str, found: Found) -> None:
        """Put fields in place of those of a visible document; corrections hold.

        Args:
            doc_id: the document; the caller has its claim.
            reader: whose pages they were found on.
            found: the fields.

        Raises:
            DocumentGone: it was removed, or read anew, meanwhile.
        """
        with self._database.writing() as connection:
            self._check_visible(connection, doc_id, reader)
            store(connection, doc_id, found, self.duplicate_days)

    def correct_fields(self, doc_id: str, values: Sequence[FieldValue], author: str) -> None:
        """Set fields by hand, or take their values away. It holds however often the document is read again.

        Args:
            doc_id: a visible document.
            values: see `ingest.fields.storing.hand_value`; with an empty `raw` a field has no value from now on.
            author: who.

        Raises:
            DocumentGone: it is not visible any more.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._database.writing() as connection:
            self._check_visible(connection, doc_id)
            correct(connection, doc_id, values, author=author, made_at=now, days=self.duplicate_days)

    def withdraw_correction(self, doc_id: str, name: str, item: int) -> bool:
        """Forget a correction; tells whether there was one. Its value goes when fields are looked for again."""
        with self._database.writing() as connection:
            return withdraw(connection, doc_id, name, item)

    def duplicates(self) -> dict[str, tuple[Finding, ...]]:
        """Of visible documents that may be the same invoice as another one: the findings that say so."""
        query = select(findings).where(findings.c.check == Check.DUPLICATE).order_by(findings.c.row)
        found: dict[str, list[Finding]] = defaultdict(list)
        with self._reading() as connection:
            for row in connection.execute(query):
                found[row.doc_id].append(finding_from(row))
        return {doc_id: tuple(said) for doc_id, said in found.items()}

    def warnings(self, doc_id: str, language: str = ENGLISH) -> list[str]:
        """What a person should know of a document at once: that it is there twice, or that XML and page differ.

        Args:
            doc_id: the document.
            language: of what checks found: ``en`` or ``zh``. Notes are English.
        """
        visible = (documents.c.doc_id == doc_id, documents.c.status == registry.READY)
        told = select(findings.c.message).join(documents).where(*visible)
        told = told.where(findings.c.check.in_((Check.DUPLICATE, Check.XML))).order_by(findings.c.row)
        noted = select(extractions.c.notes).join(documents).where(*visible)
        with self._reading() as connection:
            said = [worded(Fault.from_stored(text), language) for text in connection.scalars(told)]
            return [*said, *json.loads(connection.scalar(noted) or "[]")]

    def _check_visible(self, connection: Connection, doc_id: str, reader: str | None = None) -> None:
        query = select(documents.c.reader).where(documents.c.doc_id == doc_id, documents.c.status == registry.READY)
        there = connection.scalar(query)
        if there is None or reader not in (None, there):
            raise DocumentGone("it was removed, replaced by a newer version, or read anew meanwhile; try again")


def _records(connection: Connection, schema: str | None, doc_ids: Collection[str] | None) -> Iterator[LedgerRecord]:
    columns = (documents.c.doc_id, documents.c.name, documents.c.title, documents.c.page_count)
    query = select(*columns, extractions.c.schema, extractions.c.version, extractions.c.notes).outerjoin_from(
        documents, extractions
    )
    query = query.where(documents.c.status == registry.READY).order_by(documents.c.name, documents.c.doc_id)
    if doc_ids is not None:
        query = query.where(documents.c.doc_id.in_(doc_ids))
    rows = [row for row in connection.execute(query) if schema is None or (row.schema or "") == schema]
    for start in range(0, len(rows), _BATCH):
        part = rows[start : start + _BATCH]
        ids = [row.doc_id for row in part]
        values = _by_document(connection, fields, ("name", "item"), ids, value_from)
        wrong = _by_document(connection, findings, ("row",), ids, finding_from)
        made = _by_document(connection, corrections, ("name", "item"), ids, correction_from)
        for row in part:
            key = row.doc_id
            yield LedgerRecord(
                key,
                row.name,
                row.title,
                row.page_count,
                row.schema or "",
                row.version or "",
                tuple(values.get(key, ())),
                tuple(wrong.get(key, ())),
                tuple(json.loads(row.notes or "[]")),
                tuple(made.get(key, ())),
            )


def _by_document(
    connection: Connection, table: Table, order: Iterable[str], doc_ids: Sequence[str], made: Callable[..., _T]
) -> dict[str, list[_T]]:
    query: Select[tuple[object, ...]] = select(table).where(table.c.doc_id.in_(doc_ids))
    found: dict[str, list[_T]] = defaultdict(list)
    for row in connection.execute(query.order_by(table.c.doc_id, *(table.c[name] for name in order))):
        found[row.doc_id].append(made(row))
    return found
