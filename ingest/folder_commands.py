"""The commands that read files into a library: ``ingest add``, ``sync`` and ``watch``."""

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.command import FAILED, Command, Tools, reporting
from ingest.errors import DocumentError
from ingest.files import READABLE, find_files
from ingest.folders import refuse_libraries, scan
from ingest.library import Library
from ingest.options import (
    EventsOption,
    FoldersArgument,
    LibraryOption,
    PasswordFileOption,
    PasswordOption,
    PathsArgument,
    VerboseOption,
    read_passwords,
)
from ingest.outlook import Outlook, Wishes, foresee, known_paths, look, outermost, problems
from ingest.plan import within
from ingest.report import Report
from ingest.sync import Sync, as_result
from ingest.watch import Settling, Watch

if TYPE_CHECKING:
    from ingest.pipeline import Pipeline

RefreshOption = Annotated[
    bool, typer.Option("--refresh", help="Read every page again, though the library has it; ask the engine anew.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
KeepOption = Annotated[
    bool, typer.Option("--keep-missing", help="Add and update, but remove nothing whose file is gone.")
]
FullOption = Annotated[
    bool, typer.Option("--full", help="Look into every file, not only into those whose size or date differs.")
]
EmptyOption = Annotated[
    bool,
    typer.Option("--allow-empty", help="Remove also where every file that the library knows of a folder is gone."),
]
SettleOption = Annotated[
    float,
    typer.Option(
        "--settle", min=0, max=3600, metavar="SECONDS", help="How long a file must not change before it is read."
    ),
]
EveryOption = Annotated[
    float | None,
    typer.Option(
        "--every", min=0.05, max=10080, metavar="MINUTES", help="Look also so often, whether or not changes are told."
    ),
]
PollOption = Annotated[
    bool, typer.Option("--poll", help="Look every two seconds: for network folders, whose changes are not told.")
]


def add(
    context: typer.Context,
    paths: PathsArgument,
    refresh: RefreshOption = False,
    password: PasswordOption = None,
    password_file: PasswordFileOption = None,
    library: LibraryOption = None,
    as_json: EventsOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Add files and folders: PDF (digital, scanned or mixed), PNG, JPEG, TIFF with all its pages, WebP.

    What the library already has is not read again. A file that fails costs the others nothing; the exit status is
    then 1. It may be stopped at any moment: the same command goes on with the first page that is not done.
    """
    with reporting("add", library, as_json=as_json, verbose=verbose) as (command, report):
        passwords = read_passwords(password, password_file)
        report.start(command.settings.library, [path for path in paths if os.path.isdir(path)])
        refuse_libraries(paths, command.settings.library)
        files = list(find_files(paths))
        if not files:
            report.say(_nothing(paths))
            return
        report.expect(len(files))
        with Library.of(command.settings) as opened:
            pipeline = _pipeline(command, opened, report, context.obj or Tools(), passwords)
            for outcome in pipeline.add(files, report, refresh=refresh):
                report.result(as_result(outcome))
        _end(not report.tally.failures)


def sync(
    context: typer.Context,
    folders: FoldersArgument,
    dry_run: DryRunOption = False,
    keep_missing: KeepOption = False,
    allow_empty: EmptyOption = False,
    full: FullOption = False,
    password: PasswordOption = None,
    password_file: PasswordFileOption = None,
    library: LibraryOption = None,
    as_json: EventsOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Make the library match folders: add what is new, read anew what changed, remove what is gone.

    A file that was renamed or moved is not read again. What was added from elsewhere stays. Where every file that the
    library knows of a folder is gone, nothing is removed, for its disk may be away.
    """
    with reporting("sync", library, as_json=as_json, verbose=verbose) as (command, report):
        passwords = read_passwords(password, password_file)
        wishes = _wishes(folders, command, full=full, keep_missing=keep_missing, may_empty=allow_empty)
        report.start(command.settings.library, wishes.folders, dry_run=dry_run)
        found = scan(wishes.folders, command.settings.library)
        with _library(command, make=bool(found.files) and not dry_run) as opened:
            outlook = look(known_paths(opened) if opened else {}, found, wishes, note=report.note)
            if dry_run:
                complete = foresee(outlook, wishes, report)
            else:
                complete = _carry_out(command, opened, outlook, report, context.obj or Tools(), passwords)
            report.tally.count("present", len(outlook.plan.same))
            report.tally.count("kept", len(outlook.plan.spare) if keep_missing else 0)
        if not dry_run and not report.tally.counts:
            report.say(_nothing(folders))
        _end(complete)


def watch(
    context: typer.Context,
    folders: FoldersArgument,
    settle: SettleOption = 2.0,
    every: EveryOption = None,
    poll: PollOption = False,
    keep_missing: KeepOption = False,
    allow_empty: EmptyOption = False,
    password: PasswordOption = None,
    password_file: PasswordFileOption = None,
    library: LibraryOption = None,
    as_json: EventsOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Sync folders, and go on as files arrive, change and go, until it is stopped with Ctrl-C or SIGTERM.

    A file that is still being written is left alone until it is whole. No failure ends the watch: a file that fails is
    told and tried again when it changes, and a library or a server that cannot be used is waited for.
    """
    with reporting("watch", library, as_json=as_json, verbose=verbose) as (command, report):
        passwords = read_passwords(password, password_file)
        wishes = _wishes(folders, command, keep_missing=keep_missing, may_empty=allow_empty)
        report.start(command.settings.library, wishes.folders)
        _refuse_missing(command, wishes)
        tools = context.obj or Tools()
        with ExitStack() as stack:
            opened = stack.enter_context(Library.of(command.settings))
            opened.check_model(command.settings.embedding_model)
            changes = tools.changes(wishes.folders, opened.folder, poll=poll, remark=report.remark)
            told = stack.enter_context(changes)
            report.say(f"Watching {', '.join(wishes.places)}. Ctrl+C ends it.")
            Watch(
                _worker(command, opened, report, tools, passwords),
                wishes,
                told,
                report,
                Settling(settle, tools.clock),
                tools.clock,
                every * 60 if every else None,
            ).run()


def _carry_out(
    command: Command,
    library: Library | None,
    outlook: Outlook,
    report: Report,
    tools: Tools,
    passwords: Sequence[str],
) -> bool:
    """Do what has to be done; tell whether all of it is done."""
    if library is None:
        results = list(problems(outlook))
        for result in results:
            report.result(result)
        return not results
    library.check_model(command.settings.embedding_model)
    results = list(_worker(command, library, report, tools, passwords).carry_out(outlook))
    return not any(result.reason for result in results)


def _worker(command: Command, library: Library, report: Report, tools: Tools, passwords: Sequence[str]) -> Sync:
    drop_old = command.settings.old_versions == "drop"
    return Sync(library, lambda: _pipeline(command, library, report, tools, passwords), report, drop_old)


def _pipeline(command: Command, library: Library, report: Report, tools: Tools, passwords: Sequence[str]) -> "Pipeline":
    settings = command.settings
    library.check_model(settings.embedding_model)  # now, not after the seconds that loading takes
    report.note("loading models")
    from ingest.pipeline import Pipeline

    finder = tools.finder(settings)  # first: a wrong schema is told before models are loaded
    engine, embeddings = tools.engine(settings), tools.embeddings(settings)
    return Pipeline(library, settings, engine, embeddings, passwords=tuple(passwords), finder=finder)


@contextmanager
def _library(command: Command, *, make: bool) -> Iterator[Library | None]:
    """The library, made where there is none; None where there is none and none is to be made."""
    if not (make or command.has_library()):
        yield None
        return
    with Library.of(command.settings) as opened:
        yield opened


def _wishes(folders: Sequence[Path], command: Command, **more: bool) -> Wishes:
    """What is asked for.

    Raises:
        DocumentError: one of the folders is a file, or lies in a library.
    """
    for folder in folders:
        if os.path.exists(folder) and not os.path.isdir(folder):
            raise DocumentError(f"{folder} is a file; give its folder, or use `ingest add`, which takes files.")
    refuse_libraries(folders, command.settings.library)
    return Wishes(outermost(folders), **more)


def _refuse_missing(command: Command, wishes: Wishes) -> None:
    """Make sure that a misspelled folder is not waited for.

    Raises:
        DocumentError: a folder is not there, and the library knows nothing from it.
    """
    missing = [index for index, folder in enumerate(wishes.folders) if not os.path.isdir(folder)]
    if missing:
        with _library(command, make=False) as opened:
            known = known_paths(opened) if opened else {}
        for index in missing:
            if not within(known, [wishes.places[index]]):
                raise DocumentError(f"There is no folder {wishes.folders[index]}; check the path.")


def _nothing(places: Sequence[Path]) -> str:
    kinds = READABLE.replace("and", "or")
    return f"Nothing to add: there is no {kinds} file in {', '.join(map(str, places))}."


def _end(complete: bool) -> None:
    if not complete:
        raise typer.Exit(FAILED)
