"""Fields in the database: put in place of what was there, corrected by hand, checked, and forgotten."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, Connection, delete, insert, or_, select, update

from ingest.errors import FieldError
from ingest.fields.checks import check
from ingest.fields.duplicates import find_duplicates
from ingest.fields.finding import Check, Finding
from ingest.fields.model import Extraction, Extractor, FieldKind, FieldValue
from ingest.fields.records import correction_from, finding_columns, finding_from, sound, value_columns, value_from
from ingest.fields.typed import normalise_typed
from ingest.schema import corrections, documents, extractions, fields, findings

DUPLICATE_DAYS = 7


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in a document, and by what.

    Attributes:
        extraction: the fields.
        version: of what looked for them; empty where that failed, so that it is tried again.
        kinds: how fields are normalised, by their names: corrections are kept as they were typed.
    """

    extraction: Extraction
    version: str
    kinds: Mapping[str, FieldKind] = field(default_factory=dict)


def store(connection: Connection, doc_id: str, found: Found | None, days: int = DUPLICATE_DAYS) -> None:
    """Put what was found in a visible document in place of what is stored of it. Corrections by hand hold.

    Args:
        connection: inside a transaction; the one that makes the document visible, or a later one.
        doc_id: the document.
        found: None where nobody has looked: nothing is stored then.
        days: between two invoices of one seller and sum that are taken for duplicates, at most.
    """
    kinds = _known_kinds(connection, doc_id)
    forget(connection, doc_id)
    if found is None:
        return
    extraction = found.extraction
    notes = json.dumps(extraction.notes, ensure_ascii=False)
    row = {"doc_id": doc_id, "schema": extraction.schema, "version": found.version, "notes": notes}
    connection.execute(insert(extractions).values(row))
    values = _corrected(connection, doc_id, sound(extraction.values), kinds | dict(found.kinds))
    _write(connection, doc_id, values, extraction.findings, days)


def forget(connection: Connection, doc_id: str) -> None:
    """Delete all that was found in a document, also what it has to do with others. Corrections stay."""
    for table in (extractions, fields):
        connection.execute(delete(table).where(table.c.doc_id == doc_id))
    connection.execute(delete(findings).where(or_(findings.c.doc_id == doc_id, findings.c.other == doc_id)))


def correct(
    connection: Connection, doc_id: str, values: Sequence[FieldValue], *, author: str, made_at: str, days: int
) -> None:
    """Note corrections by hand, and let them hold at once.

    Args:
        connection: inside a transaction.
        doc_id: a visible document.
        values: by a hand; with an empty `raw` a field has no value from now on.
        author: who.
        made_at: UTC, ISO 8601.
        days: see `store`.
    """
    for value in values:
        key = {"doc_id": doc_id, "name": value.name, "item": value.item}
        connection.execute(delete(corrections).where(*_at(doc_id, value.name, value.item)))
        connection.execute(insert(corrections).values(**key, raw=value.raw, author=author, made_at=made_at))
    if connection.scalar(select(extractions.c.doc_id).where(extractions.c.doc_id == doc_id)) is None:
        # Nobody has looked for its fields yet: that is still to be done.
        connection.execute(insert(extractions).values(doc_id=doc_id, schema="", version="", notes="[]"))
    made = {(value.name, value.item): value for value in values}
    kept = [one for one in load_values(connection, doc_id) if (one.name, one.item) not in made]
    by_hand = [value for value in made.values() if value.raw]
    _write(connection, doc_id, [*kept, *by_hand], _noted(connection, doc_id), days)


def withdraw(connection: Connection, doc_id: str, name: str, item: int) -> bool:
    """Delete a correction; what was found instead comes back when its fields are looked for again. Tells whether."""
    gone = connection.execute(delete(corrections).where(*_at(doc_id, name, item))).rowcount > 0
    if gone:
        connection.execute(update(extractions).where(extractions.c.doc_id == doc_id).values(version=""))
    return gone


def load_values(connection: Connection, doc_id: str) -> list[FieldValue]:
    """A document's values, by name and item."""
    query = select(fields).where(fields.c.doc_id == doc_id).order_by(fields.c.name, fields.c.item)
    return [value_from(row) for row in connection.execute(query)]


def _at(doc_id: str, name: str, item: int) -> tuple[ColumnElement[bool], ...]:
    return corrections.c.doc_id == doc_id, corrections.c.name == name, corrections.c.item == item


def _known_kinds(connection: Connection, doc_id: str) -> dict[str, FieldKind]:
    query = select(fields.c.name, fields.c.kind).where(fields.c.doc_id == doc_id)
    return {name: FieldKind(kind) for name, kind in connection.execute(query)}


def _noted(connection: Connection, doc_id: str) -> list[Finding]:
    """What was found wrong on the way, and cannot be found in the values."""
    query = select(findings).where(findings.c.doc_id == doc_id, findings.c.check == Check.XML)
    return list(map(finding_from, connection.execute(query)))


def _corrected(
    connection: Connection, doc_id: str, values: Iterable[FieldValue], kinds: Mapping[str, FieldKind]
) -> list[FieldValue]:
    """Values, with those that people set in place of those that were found."""
    query = select(corrections).where(corrections.c.doc_id == doc_id)
    made = {(row.name, row.item): correction_from(row) for row in connection.execute(query)}
    by_hand = []
    for correction in made.values():
        if correction.raw:
            kind = kinds.get(correction.name, FieldKind.TEXT)
            by_hand.append(hand_value(correction.name, kind, correction.raw, correction.item))
    return [*(value for value in values if (value.name, value.item) not in made), *by_hand]


def hand_value(name: str, kind: FieldKind, raw: str, item: int) -> FieldValue:
    """The value that a person's input means; it stands on no page."""
    try:
        return FieldValue(name, kind, raw, normalise_typed(kind, raw), extractor=Extractor.HAND, item=item)
    except FieldError:  # the field's kind changed since: it is shown as it was typed
        return FieldValue(name, FieldKind.TEXT, raw, raw, extractor=Extractor.HAND, item=item)


def _write(
    connection: Connection, doc_id: str, values: Sequence[FieldValue], noted: Sequence[Finding], days: int
) -> None:
    """Put values in place of a document's, and find out what is wrong with them."""
    connection.execute(delete(fields).where(fields.c.doc_id == doc_id))
    connection.execute(delete(findings).where(or_(findings.c.doc_id == doc_id, findings.c.other == doc_id)))
    if rows := [value_columns(doc_id, value) for value in values]:
        connection.execute(insert(fields), rows)
    schema = connection.scalar(select(extractions.c.schema).where(extractions.c.doc_id == doc_id)) or ""
    by_hand = {value.name for value in values if value.extractor is Extractor.HAND}
    # Where sources contradict each other, a person's word settles it.
    open_ones = [finding for finding in noted if by_hand.isdisjoint(finding.fields)]
    rows = [finding_columns(doc_id, finding) for finding in (*open_ones, *check(values))]
    name = connection.scalar(select(documents.c.name).where(documents.c.doc_id == doc_id)) or ""
    for twin in find_duplicates(connection, doc_id, schema, values, days):
        rows.append(finding_columns(doc_id, twin.finding))
        rows.append(finding_columns(twin.finding.other, twin.seen_from(doc_id, name)))
    if rows:
        connection.execute(insert(findings), rows)
