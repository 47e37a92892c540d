"""Fields of documents: readable, in the form of their kind, on pages that there are, and of visible documents alone."""

import json
from collections.abc import Iterator
from math import isfinite
from typing import Any

from sqlalchemy import Connection, Row, select

from ingest.fields.model import WHOLE, Extractor, FieldKind
from ingest.fields.normal import is_normal, scaled
from ingest.registry import READY
from ingest.schema import documents, extractions, fields, findings
from ingest.verification.originals import label
from ingest.verification.problems import Kind, Problem

_KINDS, _EXTRACTORS = frozenset(map(str, FieldKind)), frozenset(map(str, Extractor))


def check_fields(connection: Connection, document: Row[Any]) -> Iterator[Problem]:
    """What is stored of a document's fields, and of the checks that they failed."""
    key = document.doc_id
    looked = connection.execute(select(extractions).where(extractions.c.doc_id == key)).one_or_none()
    rows = connection.execute(select(fields).where(fields.c.doc_id == key).order_by(fields.c.name, fields.c.item)).all()
    if looked is not None and not _is_list_of_texts(looked.notes):
        yield _problem(document, "the notes on its fields cannot be read")
    if rows and looked is None:
        yield _problem(document, "it has fields, but nothing says what found them")
    if document.status != READY and (rows or looked is not None):
        yield _problem(document, f"it is {document.status}, but has fields")
    for row in rows:
        for what in _value_faults(row, document.page_count):
            yield _problem(document, f"field {row.name}: {what}")
    found = connection.execute(select(findings).where(findings.c.doc_id == key).order_by(findings.c.row)).all()
    for row in found:
        if what := _finding_fault(connection, row):
            yield _problem(document, f"check {row.check}: {what}")


def _problem(document: Row[Any], what: str) -> Problem:
    remedy = f"`ingest fields {document.doc_id[:12]} --refresh` looks for them again"
    return Problem(Kind.FIELD, label(document), what, remedy, doc_id=document.doc_id)


def _value_faults(row: Row[Any], page_count: int) -> Iterator[str]:
    if row.kind not in _KINDS or row.extractor not in _EXTRACTORS or row.item < WHOLE:
        yield "its kind, source or line does not exist"
        return
    kind = FieldKind(row.kind)
    if not is_normal(kind, row.value):
        yield f"{row.value!r} has not the form of its kind, {kind}"
    elif row.scaled != scaled(kind, row.value):
        yield f"it is {row.value}, but is added up as {row.scaled} ten-thousandths"
    if not 0 <= row.page_number <= page_count:
        yield f"it is on page {row.page_number} of {page_count}"
    if not (isfinite(row.confidence) and 0 <= row.confidence <= 1):
        yield f"its confidence is {row.confidence}"
    if not _is_list_of_boxes(row.boxes):
        yield "its boxes cannot be read"


def _finding_fault(connection: Connection, row: Row[Any]) -> str:
    if not _is_list_of_texts(row.fields):
        return "the fields that it concerns cannot be read"
    known = select(documents.c.doc_id).where(documents.c.doc_id == row.other, documents.c.status == READY)
    if row.other and connection.scalar(known) is None:
        return f"the document that it compares with ({row.other[:12]}) is not there"
    return ""


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _is_list_of_texts(text: str) -> bool:
    found = _loaded(text)
    return isinstance(found, list) and all(isinstance(one, str) for one in found)


def _is_list_of_boxes(text: str) -> bool:
    found = _loaded(text)
    return isinstance(found, list) and all(map(_is_box, found))


def _is_box(box: Any) -> bool:
    return isinstance(box, list) and len(box) == 4 and all(isinstance(edge, int | float) for edge in box)
