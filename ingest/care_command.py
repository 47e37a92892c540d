"""The commands that care for a library as a whole: ``verify``, ``rebuild``, ``export`` and ``import``."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ingest import display
from ingest.command import FAILED, Command, Tools, running
from ingest.files import LIBRARY_FILE
from ingest.library import Library
from ingest.meter import BarMeter
from ingest.options import JsonOption, LibraryOption, VerboseOption

if TYPE_CHECKING:
    from ingest.archive import Manifest
    from ingest.verification import Problem

RepairOption = Annotated[bool, typer.Option("--repair", help="Mend what can be made again from what is whole.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace a file that is there.")]
ReplaceOption = Annotated[
    bool, typer.Option("--replace", help="Let it take the place of a library that has documents, or is damaged.")
]
ArchiveArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The archive.")]


@contextmanager
def _metered(as_json: bool) -> Iterator[BarMeter]:
    meter = BarMeter(shown=not as_json)
    try:
        yield meter
    finally:
        meter.clear()


def verify(
    context: typer.Context,
    repair: RepairOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Check everything in the library: documents, files, pages, chunks, vectors and indexes. Nothing is changed.

    Each problem is shown with what mends it; the exit status is then 1. With --repair, what is derived is mended.
    """
    with running(library, as_json=as_json, verbose=verbose) as command, _metered(as_json) as meter:
        problems = _look(command, meter, "problem")
        command.output.data["problems"] = list(map(_problem_data, problems))
        if repair and any(problem.mendable for problem in problems):
            _mend(command, context.obj or Tools(), problems, meter)
            before, problems = problems, _look(command, meter, "left")
            command.output.data |= {"mended": len(before) - len(problems), "left": list(map(_problem_data, problems))}
        meter.clear()
        command.output.line(_verdict(command.output.data, problems))
        if problems:
            raise typer.Exit(FAILED)


def _look(command: Command, meter: BarMeter, word: str) -> "list[Problem]":
    """Verify, and show what is found as it is found."""
    from ingest.verification import Problem, Verification, check_file

    settings, output = command.settings, command.output
    found: list[Problem] = []
    if not settings.database_url.get_secret_value() and Library.exists(settings.library):
        meter.begin("database", None)
        found = check_file(settings.library / LIBRARY_FILE)
        for problem in found:
            _show(output, meter, f"{word:<8} {problem}", output.problem)
        if found:
            return found  # opening it might write to it
    with command.open_library() as opened:
        check = Verification(opened, meter)
        for part in (check.check_truth, check.check_leftovers, check.check_derived):
            for finding in part():
                if isinstance(finding, Problem):
                    found.append(finding)
                    _show(output, meter, f"{word:<8} {finding}", output.problem)
                elif word != "left":
                    output.data.setdefault("notes", []).append(asdict(finding))
                    _show(output, meter, f"note     {finding}", output.line)
        output.data |= {"documents": check.documents, "pages": check.pages, "chunks": check.chunks}
    return found


def _show(output: display.Output, meter: BarMeter, text: str, put: Callable[[str], None]) -> None:
    meter.pause()
    put(text)


def _mend(command: Command, tools: Tools, problems: "list[Problem]", meter: BarMeter) -> None:
    from ingest.repair import Hands, mend

    with command.open_library() as opened:
        hands = Hands(opened, command.settings, lambda: tools.engine(command.settings), meter)
        for failure in mend(hands, problems):
            meter.pause()
            command.output.problem(f"failed   {failure}")


def _problem_data(problem: "Problem") -> dict[str, Any]:
    return asdict(problem)


def _verdict(data: dict[str, Any], problems: "list[Problem]") -> str:
    """What verification found, in one line."""
    looked = ""
    if "chunks" in data:
        looked = f"{display.documents(data['documents'])}, {display.pages(data['pages'])}, {data['chunks']} chunks: "
    if not problems:
        mended = f"all of {data['mended']} problems mended" if "mended" in data else "no problem found"
        return f"{looked}{mended}"
    count = f"{len(problems)} problem{'s' if len(problems) > 1 else ''}"
    if "mended" in data:
        return f"{looked}{data['mended']} mended, {count} left"
    mendable = sum(problem.mendable for problem in problems)
    return f"{looked}{count}, of which --repair mends {mendable}"


def rebuild(library: LibraryOption = None, as_json: JsonOption = False, verbose: VerboseOption = False) -> None:
    """Make the full-text index and Chroma's again from the database. Nothing is read or embedded again.

    Others may use the library meanwhile.
    """
    with running(library, as_json=as_json, verbose=verbose) as command, _metered(as_json) as meter:
        with command.open_library() as opened:
            meter.begin("rebuilding", None)
            opened.rebuild()
            data = {"documents": opened.count_ready(), "chunks": opened.count_chunks()}
        meter.clear()
        command.output.data |= data
        command.output.line(f"rebuilt the indexes of {display.documents(data['documents'])}, {data['chunks']} chunks")


def export(
    archive: ArchiveArgument,
    force: ForceOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Write the whole library into one file, a backup. Others may use the library meanwhile."""
    with running(library, as_json=as_json, verbose=verbose) as command, _metered(as_json) as meter:
        from ingest.archive import export_library

        with command.open_library() as opened:
            done = export_library(opened, archive, meter, force=force)
        meter.clear()
        output = command.output
        output.data |= {"archive": str(archive), "bytes": done.size, "flaws": list(done.flaws)}
        output.data |= done.manifest.model_dump(mode="json", exclude={"kind"})
        for flaw in done.flaws:
            output.problem(f"flaw     {flaw}; run `ingest verify --repair`, then export again")
        output.line(f"exported {_contents(done.manifest)} to {archive}  ({display.size(done.size)})")
        if done.flaws:
            raise typer.Exit(FAILED)


def import_archive(
    archive: ArchiveArgument,
    replace: ReplaceOption = False,
    library: LibraryOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Make a library from an archive that `ingest export` wrote, once all of the archive is found to be in order.

    Nothing is read or embedded again. Stopped at any moment, the same command does it again.
    """
    with running(library, as_json=as_json, verbose=verbose) as command, _metered(as_json) as meter:
        from ingest.archive import import_library

        settings, output = command.settings, command.output
        done = import_library(archive, settings, meter, replace=replace)
        meter.clear()
        output.data |= {"library": str(settings.library), "archive": str(archive)}
        output.data |= done.manifest.model_dump(mode="json", exclude={"kind"})
        output.data |= {"flaws": list(map(_problem_data, done.flaws)), "aside": str(done.aside or "")}
        for flaw in done.flaws:
            output.problem(f"flaw     {flaw}")
        output.line(f"imported {_contents(done.manifest)} into {settings.library}")
        if done.aside:
            output.line(f"The damaged library lies in {done.aside} now; delete it when nothing of it is missed.")
        if done.flaws:
            raise typer.Exit(FAILED)


def _contents(manifest: "Manifest") -> str:
    return f"{display.documents(manifest.documents)}, {display.pages(manifest.pages)}"
