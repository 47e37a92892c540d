"""The command that shows, corrects and exports what documents state: ``fields``."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest import display
from ingest.command import FAILED, Command, Tools, running
from ingest.errors import FieldError
from ingest.fields.export import Format, export, record_data, write
from ingest.fields.frames import TableName
from ingest.fields.showing import show_ledger, show_record, show_unknown
from ingest.library import Library
from ingest.meter import BarMeter
from ingest.options import JsonOption, LibraryOption, VerboseOption
from ingest.records import DocumentRecord

if TYPE_CHECKING:
    from ingest.fields.finder import Finder
    from ingest.fields.records import LedgerRecord

FieldsArgument = Annotated[
    str | None,
    typer.Argument(metavar="[DOC]", help="A file name, a document id or its beginning; all documents without it."),
]
SchemaOption = Annotated[
    str | None, typer.Option("--schema", metavar="NAME", help="Documents of this kind alone, such as invoice.")
]
ExportOption = Annotated[
    Format | None, typer.Option("--export", help="Write a file instead of showing: csv, xlsx, json or parquet.")
]
TableOption = Annotated[TableName, typer.Option("--table", help="Which table csv and parquet have.")]
OutputOption = Annotated[
    Path | None,
    typer.Option("--output", metavar="FILE", help="The file; without it standard output, if that is no terminal."),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]
RefreshOption = Annotated[
    bool,
    typer.Option(
        "--refresh",
        help="Look for the fields of DOC again, or of all documents that nobody has looked at in this version. No page "
        "is read again.",
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Set a field by hand; may be repeated. A line's: NAME[2]=VALUE."),
]
UnsetOption = Annotated[
    list[str] | None, typer.Option("--unset", metavar="NAME", help="Say that a field has no value; may be repeated.")
]
RestoreOption = Annotated[
    list[str] | None,
    typer.Option("--restore", metavar="NAME", help="Take back --set or --unset, and look again; may be repeated."),
]
AuthorOption = Annotated[
    str | None, typer.Option("--author", metavar="NAME", help="Who corrects; without it the system's user.")
]


def fields(
    context: typer.Context,
    document: FieldsArgument = None,
    schema: SchemaOption = None,
    export_as: ExportOption = None,
    table: TableOption = TableName.DOCUMENTS,
    output: OutputOption = None,
    force: ForceOption = False,
    refresh: RefreshOption = False,
    set_: SetOption = None,
    unset: UnsetOption = None,
    restore: RestoreOption = None,
    author: AuthorOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Show what invoices, receipts and contracts state, each value with its page; correct it; export it.

    A correction by hand holds however often the document is read again. Checks that failed are shown beside the values
    that they put in doubt.
    """
    with running(library, as_json=as_json, verbose=verbose) as command:
        corrected = [*(set_ or ()), *(unset or ()), *(restore or ())]
        _check_options(document, export_as, output, corrected=bool(corrected), as_json=as_json)
        with command.open_library() as opened:
            tools: Tools = context.obj or Tools()
            chosen = opened.find(document) if document is not None else None
            if corrected and chosen is not None:
                wishes = _Wishes(tuple(set_ or ()), tuple(unset or ()), tuple(restore or ()), author)
                _correct(opened, tools.finder(command.settings), chosen, wishes)
            failed = False
            if refresh or restore:
                failed = _refresh(command, opened, tools, chosen)
            records = opened.ledger(schema, doc_ids=None if chosen is None else [chosen.doc_id])
            if export_as is None:
                _show(command, records, chosen, schema)
            else:
                _export(command, records, export_as, table, output, force=force)
            if failed:
                raise typer.Exit(FAILED)


def _check_options(
    document: str | None, export_as: Format | None, output: Path | None, *, corrected: bool, as_json: bool
) -> None:
    if corrected and document is None:
        raise FieldError(
            "--set, --unset and --restore correct one document; name it: ingest fields DOC --set NAME=VALUE."
        )
    if output is not None and export_as is None:
        raise FieldError("--output is for --export; say which kind of file.")
    if export_as is not None and output is None and (as_json or (sys.stdout.isatty() and export_as is not Format.CSV)):
        raise FieldError("Say with --output where the file shall be.")


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What shall be corrected, as it was typed."""

    set: tuple[str, ...]
    unset: tuple[str, ...]
    restore: tuple[str, ...]
    author: str | None


def _correct(library: Library, finder: "Finder", chosen: DocumentRecord, wishes: _Wishes) -> None:
    """Check all that was typed, then note it."""
    from ingest.fields.hand import current_user, nothing_at, place_of, value_of

    record = _visible(library, chosen)
    values = [value_of(typed, record, finder) for typed in wishes.set]
    values += [nothing_at(place_of(typed, record, finder), record, finder) for typed in wishes.unset]
    places = [place_of(typed, record, finder) for typed in wishes.restore]
    known = {(made.name, made.item) for made in record.corrections}
    for place, typed in zip(places, wishes.restore, strict=True):
        if (place.name, place.item) not in known:
            raise FieldError(f"{typed} was not corrected by hand; there is nothing to take back.")
    if values:
        library.correct_fields(chosen.doc_id, values, wishes.author or current_user())
    for place in places:
        library.withdraw_correction(chosen.doc_id, place.name, place.item)


def _visible(library: Library, chosen: DocumentRecord) -> "LedgerRecord":
    record = library.fields(chosen.doc_id)
    if record is None:
        raise FieldError(f"{chosen.name} is {chosen.status}: only documents that questions can see have fields.")
    return record


def _refresh(command: Command, library: Library, tools: Tools, chosen: DocumentRecord | None) -> bool:
    """Look for fields again; tells whether something failed."""
    from ingest.fields.finder import WorkerHands
    from ingest.fields.refreshing import refresh

    finder = tools.finder(command.settings)
    doc_ids = library.stale_fields(finder.version) if chosen is None else [_visible(library, chosen).doc_id]
    hands, meter = WorkerHands(command.settings), BarMeter(shown=not command.output.as_json)
    try:
        done = refresh(library, finder, hands, doc_ids, meter)
    finally:
        meter.clear()
        hands.close()
    names = {record.doc_id: record.name for record in library.documents()}
    command.output.remark(f"looked for the fields of {display.documents(len(done.done))}")
    for doc_id in done.busy:
        command.output.remark(f"another process works on {names.get(doc_id, doc_id)}, which finds its fields")
    for doc_id, reason in done.failed.items():
        command.output.problem(f"failed   {names.get(doc_id, doc_id)}: {reason}")
    command.output.data["refreshed"] = {"done": done.done, "busy": done.busy, "failed": done.failed}
    return bool(done.failed)


def _show(
    command: Command, records: "Sequence[LedgerRecord]", chosen: DocumentRecord | None, schema: str | None
) -> None:
    output = command.output
    output.data["documents"] = [record_data(record) for record in records]
    if chosen is not None and records:
        show_record(output, records[0])
    elif chosen is not None and schema is None:
        raise FieldError(f"{chosen.name} is {chosen.status}: only documents that questions can see have fields.")
    elif schema == "":
        show_unknown(output, records)
    elif schema is not None and not records:
        output.line(f"There is no document of the kind {schema}.")
    else:
        show_ledger(output, records)


def _export(
    command: Command,
    records: "Sequence[LedgerRecord]",
    form: Format,
    table: TableName,
    output: Path | None,
    *,
    force: bool,
) -> None:
    content = export(records, form, table)
    if output is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        return
    write(output, content, force=force)
    command.output.data |= {"file": str(output), "documents": len(records)}
    command.output.line(f"{display.documents(len(records))} in {output}")
