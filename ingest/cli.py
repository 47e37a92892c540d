"""The ``ingest`` command: fills and tends a library.

Light commands start fast: no model, no LangChain and no Chroma is imported before it is needed.
"""

import io
import sys
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from ingest import display
from ingest.care_command import export, import_archive, rebuild, verify
from ingest.command import FAILED, running
from ingest.fields_command import fields
from ingest.folder_commands import add, sync, watch
from ingest.library_commands import list_documents, reindex, remove, show, status
from ingest.options import JsonOption, LibraryOption, VerboseOption
from ingest.progress import PageBar
from ingest.questions_command import questions
from ingest.serving.command import serve_llm, serve_ocr
from ingest.task_command import ocr

app = typer.Typer(name="ingest", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


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
            raise typer.Exit(FAILED)


app.command()(add)
app.command()(sync)
app.command()(watch)
app.command("list")(list_documents)
app.command()(show)
app.command()(remove)
app.command()(fields)
app.command()(status)
app.command()(reindex)
app.command()(verify)
app.command()(rebuild)
app.command()(export)
app.command("import")(import_archive)
app.command()(doctor)
app.command()(ocr)
app.command()(questions)
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
