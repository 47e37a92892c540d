"""Fields on the terminal: a document's values with their proof, and the ledger as a list."""

import shutil
import sys
from collections.abc import Sequence
from io import StringIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ingest.display import Output, columns, documents, one_line
from ingest.fields.hand import label
from ingest.fields.model import Extractor
from ingest.fields.records import LedgerRecord
from ingest.fields.wording import worded

_HEAD = ("FIELD", "VALUE", "PAGE", "CONFIDENCE", "FROM", "FAILED CHECKS")
_LIST = ("DOCUMENT", "KIND", "NUMBER", "DATE", "PARTY", "SUM", "FAILED CHECKS")
_SHORT = 40  # characters of a name in the list


def show_record(output: Output, record: LedgerRecord) -> None:
    """A document's fields: value, page, confidence, source and failed checks, what is wrong, who corrected what."""
    kind = record.schema or ("of no known kind" if record.version else "not looked at yet; --refresh looks")
    output.line(f"{record.document}: {kind}")
    if record.values:
        rows = [
            (
                label(value.name, value.item),
                value.value,
                str(value.page_number or ""),
                "" if value.extractor is Extractor.HAND else f"{value.confidence:.2f}",
                str(value.extractor),
                ", ".join(finding.check for finding in record.doubts(value.name)),
            )
            for value in record.values
        ]
        _table(output, _HEAD, rows)
    for finding in record.findings:
        output.line(f"{finding.check}: {worded(finding.fault)}")
    for note in record.notes:
        output.line(note)
    for made in record.corrections:
        what = f"set to {made.raw}" if made.raw else "unset"
        output.line(f"{label(made.name, made.item)} was {what} by {made.author} on {made.made_at}")


def show_ledger(output: Output, records: Sequence[LedgerRecord]) -> None:
    """A line for each document whose kind is known, and how many others there are."""
    known = [record for record in records if record.schema]
    if known:
        _table(output, _LIST, [_row(record) for record in known])
    if waiting := sum(not record.version for record in records):
        output.line(f"Nobody has looked for the fields of {documents(waiting)} yet; `ingest fields --refresh` does.")
    if others := sum(bool(record.version) and not record.schema for record in records):
        output.line(f"{documents(others)} of no known kind; --schema '' lists them.")
    if not records:
        output.line("There are no documents; `ingest add PATH` adds some.")


def show_unknown(output: Output, records: Sequence[LedgerRecord]) -> None:
    """The names of documents of no known kind."""
    for record in records:
        output.line(record.document)


def _row(record: LedgerRecord) -> tuple[str, ...]:
    checks = ", ".join(dict.fromkeys(finding.check for finding in record.findings))
    day, amount = (
        _first(record, "issue_date", "agreement_date", "effective_date"),
        _first(record, "total", "total_value"),
    )
    money = " ".join(filter(None, (amount, _first(record, "currency") if amount else "")))
    parties = "; ".join(value.value for value in record.values if value.name == "party")
    name = _cut(_first(record, "seller") or parties)
    return _cut(record.document), record.schema, _first(record, "number"), day, name, money, checks


def _first(record: LedgerRecord, *names: str) -> str:
    return next((value.value for name in names if (value := record.value(name))), "")


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"


def _table(output: Output, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Drawn on a terminal, where long cells are wrapped; plain columns elsewhere."""
    if output.as_json:
        return
    if not sys.stdout.isatty():
        for line in columns([head, *rows]):
            output.text(line)
        return
    table = Table()
    for name in head:
        table.add_column(Text(name))
    for row in rows:
        table.add_row(*(Text(one_line(cell)) for cell in row))
    drawn = StringIO()
    Console(file=drawn, width=shutil.get_terminal_size().columns, color_system=None).print(table)
    output.text(drawn.getvalue().rstrip())
