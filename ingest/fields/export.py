"""The ledger in files: CSV, Excel, JSON, Parquet. What documents say is never taken for a formula."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import FieldError
from ingest.fields.frames import TableName, frame
from ingest.fields.hand import label
from ingest.fields.records import LedgerRecord
from ingest.fields.wording import finding_data

if TYPE_CHECKING:
    import pandas as pd
    from openpyxl.worksheet.worksheet import Worksheet

# What spreadsheets take for the beginning of a formula (owasp.org/www-community/attacks/CSV_Injection).
_FORMULA = re.compile(r"[\s]*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
# Excel's cells hold no other control characters, and no more.
_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_LONGEST = 32_767


class Format(StrEnum):
    """Kinds of files."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    PARQUET = "parquet"


def export(records: Sequence[LedgerRecord], form: Format, table: TableName) -> bytes:
    """The ledger as a file's content.

    Args:
        records: of `Library.ledger`.
        form: the kind of file. Excel has a sheet for each table, JSON each document with all that is known of it.
        table: which one CSV and Parquet have: ``documents``, ``items``, ``values`` or ``findings``.
    """
    if form is Format.JSON:
        return json.dumps([record_data(record) for record in records], indent=2).encode() + b"\n"
    if form is Format.XLSX:
        return _workbook(records)
    made = frame(records, table)
    return csv_of(made) if form is Format.CSV else _parquet(made)


def write(path: Path, content: bytes, *, force: bool = False) -> None:
    """Write a file, whole or not at all.

    Raises:
        FieldError: it is there already, or cannot be written.
    """
    if path.exists() and not (force and path.is_file()):
        raise FieldError(f"{path} is there already; replace it with --force, or give another name.")
    part = path.with_name(path.name + ".part")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise FieldError(f"{path} cannot be written ({error.strerror or error}); choose another place.") from error


def record_data(record: LedgerRecord) -> dict[str, Any]:
    """A document of the ledger for scripts. `item` is a line, from 0, or null for the whole document."""
    return {
        "doc_id": record.doc_id,
        "document": record.document,
        "title": record.title,
        "schema": record.schema,
        "version": record.version,
        "values": [
            {
                **{name: one for name, one in asdict(value).items() if name != "item"},
                "kind": str(value.kind),
                "extractor": str(value.extractor),
                "item": value.item if value.item >= 0 else None,
                "field": label(value.name, value.item),
                "failed_checks": [str(finding.check) for finding in record.doubts(value.name)],
            }
            for value in record.values
        ],
        "findings": list(map(finding_data, record.findings)),
        "corrections": [{**asdict(made), "item": made.item if made.item >= 0 else None} for made in record.corrections],
        "notes": list(record.notes),
    }


def as_text(value: Any) -> Any:
    """A cell of a CSV file. An apostrophe keeps spreadsheets from taking a text for a formula."""
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def csv_of(made: "pd.DataFrame") -> bytes:
    """A table as a CSV file: UTF-8, no text of which a spreadsheet takes for a formula."""
    # The byte order mark lets Excel see that it is UTF-8.
    safe = made.map(as_text).rename(columns=as_text)
    return bytes(safe.to_csv(index=False, lineterminator="\r\n").encode("utf-8-sig", "replace"))


def _parquet(made: "pd.DataFrame") -> bytes:
    target = BytesIO()
    made.to_parquet(target, engine="pyarrow", index=False)
    return target.getvalue()


def _workbook(records: Sequence[LedgerRecord]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for table in TableName:
        _fill(book.create_sheet(table), frame(records, table))
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def xlsx_of(made: "pd.DataFrame") -> bytes:
    """A table as an Excel file of one sheet."""
    from openpyxl import Workbook

    book = Workbook()
    _fill(book.worksheets[0], made)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _fill(sheet: "Worksheet", made: "pd.DataFrame") -> None:
    """Write a table with its heads; texts are typed as texts, whatever they begin with."""
    from openpyxl.styles import Font

    for row, values in enumerate([list(made.columns), *made.itertuples(index=False)], start=1):
        for column, value in enumerate(values, start=1):
            if value is None:
                continue
            cell = sheet.cell(row, column)
            if isinstance(value, str):
                cell.value = _ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", value)[:_LONGEST]
                cell.data_type = "s"
                cell.quotePrefix = _FORMULA.match(value) is not None
            else:
                cell.value = value
            if row == 1:
                cell.font = Font(bold=True)
    sheet.freeze_panes = "A2"
