"""Documents of the ledger as readers get them: their values, what the checks found, what people corrected."""

import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from ingest.fields.finding import Fault, Finding
from ingest.fields.model import WHOLE, Extractor, FieldKind, FieldValue
from ingest.fields.normal import is_normal, scaled
from ingest.records import rounded
from ingest.types import Box

logger = logging.getLogger(__name__)

_MOST_ITEMS = 1_000_000


@dataclass(frozen=True, slots=True)
class Correction:
    """A value that a person set, or took away.

    Attributes:
        name: the field's.
        raw: as it was typed; empty where the field shall have no value.
        author: who.
        made_at: UTC, ISO 8601.
        item: which of the document's lines, from 0; `WHOLE` for all of it.
    """

    name: str
    raw: str
    author: str
    made_at: str
    item: int = WHOLE


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """A visible document with its fields.

    Attributes:
        doc_id: the document.
        document: its file name.
        title: its title.
        page_count: number of its pages.
        schema: its kind; empty where no schema describes it, or nobody has looked yet.
        version: what looked for its fields; empty where nobody has looked yet, or it failed.
        values: by name and item; corrections by hand among them.
        findings: checks that failed.
        notes: what a person should know.
        corrections: what people set or took away.
    """

    doc_id: str
    document: str
    title: str
    page_count: int
    schema: str = ""
    version: str = ""
    values: tuple[FieldValue, ...] = ()
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()

    def value(self, name: str, item: int = WHOLE) -> FieldValue | None:
        """The value of a field; None where it has none."""
        return next((value for value in self.values if (value.name, value.item) == (name, item)), None)

    def doubts(self, name: str) -> tuple[Finding, ...]:
        """The failed checks that put a field in doubt."""
        return tuple(finding for finding in self.findings if name in finding.fields)


def sound(values: Iterable[FieldValue]) -> list[FieldValue]:
    """Those values that can be stored: in the form of their kind, each field once for each item, the first one counts.

    A value that is wrong costs itself, not its document.
    """
    kept: dict[tuple[str, int], FieldValue] = {}
    for value in values:
        if not (is_normal(value.kind, value.value) and WHOLE <= value.item < _MOST_ITEMS):
            logger.warning("%s has no form of its kind and is left out: %r", value.name, value.value)
        elif (value.name, value.item) not in kept:
            kept[value.name, value.item] = value
    return list(kept.values())


def value_columns(doc_id: str, value: FieldValue) -> dict[str, Any]:
    """Column values of a field's value."""
    boxes = [rounded(box) for box in value.boxes]
    return {
        "doc_id": doc_id,
        "name": value.name,
        "item": value.item,
        "kind": str(value.kind),
        "raw": value.raw,
        "value": value.value,
        "scaled": scaled(value.kind, value.value),
        "page_number": value.page_number,
        "boxes": json.dumps(boxes),
        "confidence": value.confidence,
        "extractor": str(value.extractor),
    }


def value_from(row: Row[Any]) -> FieldValue:
    """The value of a row of the fields table."""
    return FieldValue(
        name=row.name,
        kind=FieldKind(row.kind),
        raw=row.raw,
        value=row.value,
        page_number=row.page_number,
        boxes=boxes_from(row.boxes),
        confidence=row.confidence,
        extractor=Extractor(row.extractor),
        item=row.item,
    )


def boxes_from(text: str) -> tuple[Box, ...]:
    """Boxes from their column."""
    return tuple((x0, y0, x1, y1) for x0, y0, x1, y1 in json.loads(text))


def finding_columns(doc_id: str, finding: Finding) -> dict[str, Any]:
    """Column values of a finding."""
    return {
        "doc_id": doc_id,
        "check": str(finding.check),
        "fields": json.dumps(finding.fields),
        "message": finding.fault.stored(),
        "other": finding.other,
    }


def finding_from(row: Row[Any]) -> Finding:
    """The finding of a row of the findings table."""
    return Finding(row.check, tuple(json.loads(row.fields)), Fault.from_stored(row.message), row.other)


def correction_from(row: Row[Any]) -> Correction:
    """The correction of a row of the corrections table."""
    return Correction(row.name, row.raw, row.author, row.made_at, row.item)
