"""The commands that look at a library and tend it: ``list``, ``show``, ``remove``, ``status`` and ``reindex``."""

from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy import make_url

from ingest import display
from ingest.command import FAILED, Command, Tools, reporting, running
from ingest.errors import DocumentNotFound, LibraryError, PageError
from ingest.fields.wording import finding_data, worded
from ingest.figures import count
from ingest.files import LIBRARY_FILE
from ingest.library import Library
from ingest.options import (
    DocumentArgument,
    DocumentsArgument,
    EventsOption,
    JsonOption,
    LibraryOption,
    PageOption,
    VerboseOption,
)
from ingest.records import DocumentRecord
from ingest.registry import matching
from ingest.settings import Settings

_RETIRED = "retired"
AllOption = Annotated[bool, typer.Option("--all", help="Also older versions that newer ones took the place of.")]


def list_documents(
    everything: AllOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """List the documents with their pages, status, id and title; the places of those that were added from several."""
    with running(library, as_json=as_json, verbose=verbose) as command, command.open_library() as opened:
        with opened.snapshot():
            documents, duplicates = opened.documents(), opened.duplicates()
        names = {record.doc_id: record.name for record in documents}
        shown = [record for record in documents if everything or record.status != _RETIRED]
        command.output.data["documents"] = [
            display.document_data(record) | {"duplicates": list(map(finding_data, duplicates.get(record.doc_id, ())))}
            for record in shown
        ]
        doubts = {doc_id: [worded(finding.fault) for finding in found] for doc_id, found in duplicates.items()}
        display.show_documents(command.output, shown, names, hidden=len(documents) - len(shown), doubts=doubts)


def show(
    document: DocumentArgument,
    page: PageOption = None,
    library: LibraryOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Print a document as Markdown, each page below a comment with its number and where its text comes from.

    With --page N it prints the Markdown of that page and nothing else.
    """
    with running(library, as_json=as_json, verbose=verbose) as command, command.open_library() as opened:
        record = opened.find(document)
        if page is not None and page > record.page_count:
            raise PageError(f"{record.name} has {display.pages(record.page_count)}; there is no page {page}.")
        found = opened.pages(record.doc_id, None if page is None else [page])
        command.output.data |= display.document_data(record)
        command.output.data["pages"] = [display.page_data(entry) for entry in found]
        if page is None:
            display.show_pages(command.output, found)
        elif found and found[0].text is not None:
            command.output.text(found[0].text.markdown)
        else:
            reason = found[0].reason if found else f"page {page} is not read yet"
            raise PageError(f"{record.name}, {reason}. `ingest add` reads it when the file is added again.")


def remove(
    documents: DocumentsArgument,
    library: LibraryOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Remove documents with their older versions and everything made from them. Their files stay where they are."""
    with running(library, as_json=as_json, verbose=verbose) as command, command.open_library() as opened:
        begun = opened.sweep()  # by a run that was killed
        failed = [key for key in documents if not _remove(command, opened, key, begun)]
        if failed:
            raise typer.Exit(FAILED)


def _remove(command: Command, library: Library, key: str, begun: list[DocumentRecord]) -> bool:
    output = command.output
    removed: list[dict[str, Any]] = output.data.setdefault("removed", [])
    failed: list[dict[str, Any]] = output.data.setdefault("failed", [])
    try:
        record = library.find(key)
        name = record.name
        gone = library.remove(
            record.doc_id, notify=lambda: output.remark(f"waiting for another process, which works on {name}")
        )
    except LibraryError as error:
        if isinstance(error, DocumentNotFound) and (finished := matching(begun, key)):
            output.line(f"removed  {finished[0].name}  (an earlier run had begun it)")
            removed.append({"doc_id": finished[0].doc_id, "name": finished[0].name, "older_versions": 0})
            return True
        output.problem(f"failed   {key}: {error}")
        failed.append({"document": key, "reason": str(error)})
        return False
    older = len(gone) - 1
    versions = f", with {older} older version{'s' if older > 1 else ''}" if older > 0 else ""
    output.line(f"removed  {name}  {display.pages(record.page_count)}{versions}")
    removed.append({"doc_id": record.doc_id, "name": name, "older_versions": max(0, older)})
    return True


def status(library: LibraryOption = None, as_json: JsonOption = False, verbose: VerboseOption = False) -> None:
    """Show how much is in the library, where it lives, what is not finished, and what failed and why."""
    with running(library, as_json=as_json, verbose=verbose) as command, command.open_library() as opened:
        data = command.output.data
        counts, settings = opened.counts(), command.settings
        with opened.reading() as connection:
            figures = count(connection, opened.folder)
        data |= {"library": str(opened.folder), "format": figures.format}
        data |= {"database": _database(settings), "vectors": _vectors(settings, figures.slots)}
        data |= {"documents": counts["documents"], "pages": counts["pages"], "journal": figures.journal}
        data |= {"chunks": opened.count_chunks(), "embedding_model": opened.generation()}
        data |= {"removals": figures.removals, "bytes": sum(map(_size, opened.folder.rglob("*")))}
        incomplete = [record for record in opened.documents() if record.status != _RETIRED and _unfinished(record)]
        data["incomplete"] = [display.document_data(record) for record in incomplete]
        display.show_status(command.output)


def _unfinished(record: DocumentRecord) -> bool:
    return bool(record.reason) or record.status == "pending"


def _database(settings: Settings) -> str:
    """Where the tables are."""
    url = settings.database_url.get_secret_value()
    return _public(url) if url else LIBRARY_FILE


def _vectors(settings: Settings, slots: int) -> str:
    """Where the vectors are."""
    if settings.chroma_url:
        return f"in the database, and a copy on the Chroma server {_public(settings.chroma_url)}"
    copies = "1 copy" if slots == 1 else f"{slots} copies"
    return f"in the database, and {copies} for Chroma in the folder"


def _public(url: str) -> str:
    """A URL without its password."""
    return make_url(url).render_as_string(hide_password=True)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:  # another process has just deleted it
        return 0


def reindex(
    context: typer.Context,
    library: LibraryOption = None,
    as_json: EventsOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Cut and embed all documents again, as the settings are now: after a change of the embedding model or chunk size.

    No page is read again. Questions are answered from the old index until the new one is complete.
    """
    with reporting("reindex", library, as_json=as_json, verbose=verbose) as (command, report):
        report.start(command.settings.library)
        with command.open_library() as opened:
            tools = context.obj or Tools()
            report.expect(opened.count_ready())
            report.note("loading models")
            from ingest.indexing import reindex as make_index

            renewed = make_index(opened, command.settings, tools.embeddings(command.settings), report)
        report.tally.count("reindexed", renewed)
        report.say(f"reindexed {display.documents(renewed)} with {command.settings.embedding_model}")
