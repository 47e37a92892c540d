"""A ledger filled from known values, without reading any page: to measure questions over it by themselves."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import insert

from ingest.fields.finding import Fault, Finding
from ingest.fields.model import WHOLE, Extractor, FieldKind, FieldValue
from ingest.fields.records import finding_columns, value_columns
from ingest.library import Library
from ingest.schema import documents, extractions, fields, findings

_KINDS = {
    **dict.fromkeys(("net", "tax", "total", "payable", "total_value"), FieldKind.AMOUNT),
    **dict.fromkeys(
        "issue_date due_date agreement_date effective_date expiration_date signature_date".split(), FieldKind.DATE
    ),
    **dict.fromkeys(("seller", "buyer", "party"), FieldKind.NAME),
    "currency": FieldKind.CURRENCY,
    "number": FieldKind.ID,
}
_BOXES = ((0.1, 0.1, 0.4, 0.12),)


@dataclass(frozen=True, slots=True)
class Check:
    """A check that failed.

    Attributes:
        name: of the check.
        fields: that it concerns.
        message: in words.
        other: of a duplicate, the other document's file name.
    """

    name: str
    fields: tuple[str, ...] = ()
    message: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A document with its values.

    Attributes:
        name: its file name; its id is made from it (`id_of`).
        schema: the kind of document; None: its fields were never looked for.
        values: of the whole document, by field.
        parties: of a contract.
        status: of the document.
        reason: why it, or pages of it, could not be read.
        checks: those that failed.
        extractor: where the values come from.
    """

    name: str
    schema: str | None = "invoice"
    values: Mapping[str, str] = field(default_factory=dict)
    parties: tuple[str, ...] = ()
    status: str = "ready"
    reason: str = ""
    checks: tuple[Check, ...] = ()
    extractor: str = "rules"


def id_of(name: str) -> str:
    """The id of a document of a name."""
    return hashlib.sha256(name.encode()).hexdigest()


def fill(library: Library, entries: Iterable[Entry]) -> None:
    """Enter documents with their values, in one transaction.

    Raises:
        LibraryError: they cannot be written, or are there already.
    """
    now = datetime.now(UTC).isoformat()
    entered = list(entries)
    with library.writing() as connection:
        for entry in entered:
            doc_id = id_of(entry.name)
            row = {"doc_id": doc_id, "name": entry.name, "media_type": "application/pdf", "size": 1, "page_count": 1}
            row |= {"status": entry.status, "reason": entry.reason, "added_at": now}
            connection.execute(insert(documents).values(row))
            if entry.schema is not None:
                connection.execute(insert(extractions).values(doc_id=doc_id, schema=entry.schema, version="known"))
            if rows := list(_rows(doc_id, entry)):
                connection.execute(insert(fields), rows)
        for entry in entered:
            for check in entry.checks:
                connection.execute(insert(findings).values(_finding(entry, check)))


def _rows(doc_id: str, entry: Entry) -> Iterable[dict[str, object]]:
    values = [(name, WHOLE, value) for name, value in entry.values.items()]
    values += [("party", item, name) for item, name in enumerate(entry.parties)]
    for name, item, value in values:
        kind = _KINDS.get(name, FieldKind.TEXT)
        extractor = Extractor(entry.extractor)
        yield value_columns(doc_id, FieldValue(name, kind, value, value, 1, _BOXES, 1.0, extractor, item))


def _finding(entry: Entry, check: Check) -> dict[str, object]:
    other = id_of(check.other) if check.other else ""
    return finding_columns(id_of(entry.name), Finding(check.name, check.fields, Fault.in_words(check.message), other))
