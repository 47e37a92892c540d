"""The ``ingest`` command: fills and tends a library.

Light commands start fast: no model, no LangChain and no Chroma is imported before it is needed.
"""

import io
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest import display
from ingest.command import Command, Tools, running
from ingest.errors import LibraryError
from ingest.files import READABLE, find_files
from ingest.library import Library
from ingest.options import JsonOption, PageOption, VerboseOption
from ingest.progress import PageBar
from ingest.serving.command import serve_llm, serve_ocr
from ingest.task_command import ocr

if TYPE_CHECKING:
    from ingest.pipeline import Outcome

app = typer.Typer(name="ingest", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

LibraryOption = Annotated[
    Path | None,
    typer.Option(
        "--library",
        metavar="DIR",
        help="The library folder; without it the one in PAGECITE_LIBRARY, else data/library.",
        show_default=False,
    ),
]
DocumentArgument = Annotated[str, typer.Argument(metavar="DOC", help="A file name, a document id or its beginning.")]
DocumentsArgument = Annotated[
    list[str], typer.Argument(metavar="DOC", help="File names, document ids or their beginnings.")
]
PathsArgument = Annotated[list[Path], typer.Argument(metavar="PATH", help="Files, and folders with all in them.")]
RefreshOption = Annotated[
    bool, typer.Option("--refresh", help="Read every page again, though the library has it; ask the engine anew.")
]


def _show_version(wanted: bool) -> None:
    if wanted:
        try:
            number = version("pagecite")
        except PackageNotFoundError:
            number = "(not installed)"
        typer.echo(f"pagecite {number}")
        raise typer.Exit


@app.callback()
def _ingest(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Fill and tend a library of contracts and invoices, so that questions about them can be answered."""


@app.command()
def add(
    context: typer.Context,
    paths: PathsArgument,
    refresh: RefreshOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Add files and folders: PDF (digital, scanned or mixed), PNG, JPEG, TIFF with all its pages, WebP.

    What the library already has is not read again. A file that fails costs the others nothing; the exit status is
    then 1. It may be stopped at any moment: the same command goes on with the first page that is not done.
    """
    with running(library, as_json=as_json, verbose=verbose) as command:
        if not _add(command, paths, context.obj or Tools(), refresh):
            raise typer.Exit(1)


def _add(command: Command, paths: list[Path], tools: Tools, refresh: bool) -> bool:
    """Add files with a line for each; tell whether all of them are complete."""
    output = command.output
    output.data |= {"library": str(command.settings.library), "documents": []}
    files = list(find_files(paths))
    if not files:
        kinds, places = READABLE.replace("and", "or"), ", ".join(map(str, paths))
        output.line(f"Nothing to add: there is no {kinds} file in {places}.")
        return True
    outcomes: list[Outcome] = []
    bar = PageBar(len(files), shown=not output.as_json)
    try:
        with Library(command.settings.library) as library:
            for outcome in _outcomes(command, library, tools, files, bar, refresh):
                bar.clear()
                display.show_outcome(output, outcome)
                outcomes.append(outcome)
    finally:
        bar.clear()
        if outcomes:
            output.line(display.summary(outcomes))
    return not any(outcome.failed for outcome in outcomes)


def _outcomes(
    command: Command, library: Library, tools: Tools, files: list[Path], bar: PageBar, refresh: bool
) -> "Iterator[Outcome]":
    settings = command.settings
    library.check_model(settings.embedding_model)  # now, not after the seconds that loading takes
    bar.note("loading models")
    from ingest.pipeline import Pipeline

    pipeline = Pipeline(library, settings, tools.engine(settings), tools.embeddings(settings))
    return pipeline.add(files, bar, refresh=refresh)


@app.command("list")
def list_documents(library: LibraryOption = None, as_json: JsonOption = False, verbose: VerboseOption = False) -> None:
    """List the documents with their pages, status, id and title; the places of those that were added from several."""
    with running(library, as_json=as_json, verbose=verbose) as command, command.open_library() as opened:
        documents = opened.documents()
        command.output.data["documents"] = [display.document_data(record) for record in documents]
        display.show_documents(command.output, documents)


@app.command()
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
            raise LibraryError(f"{record.name} has {display.pages(record.page_count)}; there is no page {page}.")
        found = opened.pages(record.doc_id, None if page is None else [page])
        command.output.data |= display.document_data(record)
        command.output.data["pages"] = [display.page_data(entry) for entry in found]
        if page is None:
            display.show_pages(command.output, found)
        elif found and found[0].text is not None:
            command.output.text(found[0].text.markdown)
        else:
            reason = found[0].reason if found else f"page {page} is not read yet"
            raise LibraryError(f"{record.name}, {reason}. `ingest add` reads it when the file is added again.")


@app.command()
def remove(
    documents: DocumentsArgument,
    library: LibraryOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Remove documents with everything made from them. The files that they were added from stay where they are."""
    with running(library, as_json=as_json, verbose=verbose) as command, command.open_library() as opened:
        removed: list[dict[str, Any]] = []
        failed: list[dict[str, Any]] = []
        command.output.data |= {"removed": removed, "failed": failed}
        for key in documents:
            try:
                record = opened.find(key)
            except LibraryError as error:
                command.output.problem(f"failed   {key}: {error}")
                failed.append({"document": key, "reason": str(error)})
                continue
            opened.remove(record.doc_id)
            command.output.line(f"removed  {record.name}  {display.pages(record.page_count)}")
            removed.append({"doc_id": record.doc_id, "name": record.name})
        if failed:
            raise typer.Exit(1)


@app.command()
def status(library: LibraryOption = None, as_json: JsonOption = False, verbose: VerboseOption = False) -> None:
    """Show how much is in the library, what space it takes, and what failed and why."""
    with running(library, as_json=as_json, verbose=verbose) as command, command.open_library() as opened:
        data = command.output.data
        counts = opened.counts()
        data |= {"library": str(opened.folder), "documents": counts["documents"], "pages": counts["pages"]}
        data |= {"chunks": opened.count_chunks(), "embedding_model": opened.generation()}
        data["bytes"] = sum(file.stat().st_size for file in opened.folder.rglob("*") if file.is_file())
        incomplete = [record for record in opened.documents() if record.reason or record.status == "pending"]
        data["incomplete"] = [display.document_data(record) for record in incomplete]
        display.show_status(command.output)


@app.command()
def reindex(
    context: typer.Context,
    library: LibraryOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Cut and embed all documents again, as the settings are now: after a change of the embedding model or chunk size.

    No page is read again. Questions are answered from the old index until the new one is complete.
    """
    with running(library, as_json=as_json, verbose=verbose) as command, command.open_library() as opened:
        tools = context.obj or Tools()
        total = opened.count_ready()
        bar = PageBar(total, shown=not as_json)
        try:
            bar.note("loading models")
            from ingest.pipeline import reindex as make_index

            count = make_index(opened, command.settings, tools.embeddings(command.settings), bar)
        finally:
            bar.clear()
        command.output.data |= {"documents": count, "embedding_model": command.settings.embedding_model}
        command.output.line(f"reindexed {display.documents(count)} with {command.settings.embedding_model}")


@app.command()
def doctor(library: LibraryOption = None, as_json: JsonOption = False, verbose: VerboseOption = False) -> None:
    """Check that what the settings ask for works, from the OCR engine to the disk, and say what to do where not.

    The exit status is 1 where something failed.
    """
    with running(library, as_json=as_json, verbose=verbose) as command:
        from ingest.doctor import examine

        bar = PageBar(1, shown=not as_json)
        bar.note("examining")
        try:
            checks = list(examine(command.settings))
        finally:
            bar.clear()
        command.output.data["checks"] = [asdict(check) for check in checks]
        display.show_checks(command.output, checks)
        if any(check.verdict == "failed" for check in checks):
            raise typer.Exit(1)


app.command()(ocr)
# vLLM's own arguments may follow after --.
app.command("serve-ocr")(serve_ocr)
app.command("serve-llm")(serve_llm)


def main() -> None:
    """Run the command line."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a name that the terminal cannot write is no failure
    app()


if __name__ == "__main__":
    main()
