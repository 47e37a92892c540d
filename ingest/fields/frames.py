"""The ledger as tables for people who calculate: one row a document, one a line, one a value, one a failed check."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ingest.fields.finding import Check
from ingest.fields.model import WHOLE, FieldKind, FieldValue
from ingest.fields.normal import decimal_of
from ingest.fields.records import LedgerRecord
from ingest.fields.wording import worded

if TYPE_CHECKING:
    import pandas as pd


class TableName(StrEnum):
    """The tables."""

    DOCUMENTS = "documents"
    ITEMS = "items"
    VALUES = "values"
    FINDINGS = "findings"


# The usual order; fields of other schemas come behind, by name.
_ORDER = (
    "code number issue_date due_date seller buyer seller_tax_id buyer_tax_id currency net tax total total_words "
    "payable title party agreement_date effective_date expiration_date renewal notice_period governing_law total_value "
    "signature_date item_description item_quantity item_unit_price item_amount item_tax_rate"
).split()
_NUMERIC = (FieldKind.AMOUNT, FieldKind.NUMBER, FieldKind.PERCENT)
_VALUES = "doc_id document name line kind raw value page_number confidence extractor failed_checks".split()
_FINDINGS = "doc_id document check fields message other".split()


def frame(records: Sequence[LedgerRecord], table: TableName) -> "pd.DataFrame":
    """One of the tables.

    Args:
        records: of `Library.ledger`.
        table: ``documents``: a column for each field of the whole document, several parties in one cell; ``items``: a
            row for each line; ``values``: a row for each value, with its proof; ``findings``: a row for each failed
            check.

    Returns:
        Numbers are decimals, whole dates are dates. Lines are counted from 1; 0 is the whole document.
    """
    import pandas as pd

    made_by = {
        TableName.DOCUMENTS: _documents,
        TableName.ITEMS: _items,
        TableName.VALUES: _values,
        TableName.FINDINGS: _findings,
    }
    rows = made_by[table](records)
    columns = {TableName.VALUES: _VALUES, TableName.FINDINGS: _FINDINGS}.get(table) or _columns(rows)
    made = pd.DataFrame(rows, columns=columns, dtype=object)
    for name in made.columns:
        made[name] = pd.Series(_of_one_type(list(made[name])), dtype=object, index=made.index)
    return made


def _documents(records: Iterable[LedgerRecord]) -> list[dict[str, Any]]:
    names = {record.doc_id: record.document for record in records}
    return [
        {
            "doc_id": record.doc_id,
            "document": record.document,
            "document_title": record.title,
            "schema": record.schema,
            **_fields(value for value in record.values if not value.name.startswith("item_")),
            "failed_checks": ", ".join(dict.fromkeys(finding.check for finding in record.findings)),
            "duplicate_of": ", ".join(_twins(record, names)),
            "notes": " ".join(record.notes),
        }
        for record in records
    ]


def _twins(record: LedgerRecord, names: dict[str, str]) -> list[str]:
    return [names.get(one.other, one.other) for one in record.findings if one.check == Check.DUPLICATE]


def _items(records: Iterable[LedgerRecord]) -> list[dict[str, Any]]:
    rows = []
    for record in records:
        lines = [value for value in record.values if value.item != WHOLE and value.name.startswith("item_")]
        for item in sorted({value.item for value in lines}):
            found = _fields(value for value in lines if value.item == item)
            rows.append({"doc_id": record.doc_id, "document": record.document, "line": item + 1, **found})
    return rows


def _values(records: Iterable[LedgerRecord]) -> list[dict[str, Any]]:
    return [
        {
            "doc_id": record.doc_id,
            "document": record.document,
            "name": value.name,
            "line": value.item + 1,
            "kind": str(value.kind),
            "raw": value.raw,
            "value": value.value,
            "page_number": value.page_number,
            "confidence": value.confidence,
            "extractor": str(value.extractor),
            "failed_checks": ", ".join(finding.check for finding in record.doubts(value.name)),
        }
        for record in records
        for value in record.values
    ]


def _findings(records: Iterable[LedgerRecord]) -> list[dict[str, Any]]:
    return [
        {
            "doc_id": record.doc_id,
            "document": record.document,
            "check": str(finding.check),
            "fields": ", ".join(finding.fields),
            "message": worded(finding.fault),
            "other": finding.other,
        }
        for record in records
        for finding in record.findings
    ]


def _fields(values: Iterable[FieldValue]) -> dict[str, Any]:
    """Typed values by name; of a field that there is several times, as the parties of a contract, their texts."""
    found: dict[str, list[FieldValue]] = {}
    for value in values:
        found.setdefault(value.name, []).append(value)
    return {
        name: _typed(several[0]) if len(several) == 1 else "; ".join(value.value for value in several)
        for name, several in sorted(found.items(), key=lambda pair: _rank(pair[0]))
    }


def _typed(value: FieldValue) -> Any:
    if value.kind in _NUMERIC and (number := decimal_of(value.value)) is not None:
        return number
    if value.kind is FieldKind.DATE:
        try:
            return date.fromisoformat(value.value)
        except ValueError:  # a month
            return value.value
    return value.value


def _rank(name: str) -> tuple[int, str]:
    return _ORDER.index(name) if name in _ORDER else len(_ORDER), name


def _columns(rows: Sequence[dict[str, Any]]) -> list[str]:
    """Columns of all rows: what says which document it is, fields in their order, what is said of it."""
    names = dict.fromkeys(name for row in rows for name in row)
    first = [name for name in ("doc_id", "document", "document_title", "schema", "line") if name in names]
    last = [name for name in ("failed_checks", "duplicate_of", "notes") if name in names]
    return [*first, *sorted(names.keys() - {*first, *last}, key=_rank), *last]


def _of_one_type(column: list[Any]) -> list[Any]:
    """A column in which texts stand beside dates or numbers, all as texts; nothing is None."""
    values = [None if value is None or value != value else value for value in column]
    kinds = {type(value) for value in values if value is not None}
    if len(kinds) <= 1 or kinds <= {int, float}:
        return values
    return [None if value is None else _as_text(value) for value in values]


def _as_text(value: Any) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)
