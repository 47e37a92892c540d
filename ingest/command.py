"""The frame of every command: settings, output, and what becomes of errors."""

import logging
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from threading import current_thread, main_thread
from typing import TYPE_CHECKING

import typer

from ingest.display import Output, unexpected
from ingest.errors import IndexMismatch, LibraryError, LibraryNotWritable, PageciteError, was_interrupted
from ingest.library import Library
from ingest.report import INTERRUPTED, TERMINATED, Report
from ingest.settings import Settings, load_settings
from ingest.streams import own_stdout

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from ingest.fields.finder import Finder
    from ingest.ocr import OcrEngine
    from ingest.watch import Changes

logger = logging.getLogger(__name__)

STOPPED = "Stopped. What is done stays done; the same command goes on from there."
# Exit statuses; docs/cli.md lists them.
FAILED, UNUSABLE = 1, 3
# Errors of the library as a whole; others are about one document of it, or about an archive.
_OF_THE_LIBRARY = (LibraryError, LibraryNotWritable, IndexMismatch)


def _build_engine(settings: Settings) -> "OcrEngine":
    from ingest.ocr import choose_engine

    return choose_engine(settings)


def _build_embeddings(settings: Settings) -> "Embeddings":
    from ingest.embeddings import build_embeddings

    return build_embeddings(settings)


def _build_finder(settings: Settings) -> "Finder":
    from ingest.fields.finder import make_finder

    return make_finder(settings)


def _watch_folders(
    folders: Sequence[Path], library: Path, *, poll: bool, remark: Callable[[str], None]
) -> "AbstractContextManager[Changes]":
    from ingest.changes import FolderChanges

    return FolderChanges(folders, library, poll=poll, remark=remark)


@dataclass(frozen=True, slots=True)
class Tools:
    """What commands work with, made only when needed. Others may come as Typer's context object.

    Attributes:
        engine: makes what reads pages.
        embeddings: makes what embeds their text.
        changes: makes what tells of changes in folders.
        finder: makes what looks for fields.
        clock: seconds from any beginning.
    """

    engine: Callable[[Settings], "OcrEngine"] = _build_engine
    embeddings: Callable[[Settings], "Embeddings"] = _build_embeddings
    changes: "Callable[..., AbstractContextManager[Changes]]" = _watch_folders
    finder: "Callable[[Settings], Finder]" = _build_finder
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True)
class Command:
    """A running command: its settings and its output."""

    settings: Settings
    output: Output

    def has_library(self) -> bool:
        """Whether the library is there."""
        return Library.exists(self.settings.library, self.settings.database_url.get_secret_value())

    def open_library(self) -> Library:
        """Open the library, which must be there.

        Raises:
            LibraryError: there is none, or it is damaged.
        """
        if not self.has_library():
            raise LibraryError(f"No library in {self.settings.library}; run `ingest add PATH` first.")
        return Library.of(self.settings)


@contextmanager
def running(library: Path | None, *, as_json: bool, verbose: bool) -> Iterator[Command]:
    """Run a command's body. What goes wrong in it becomes one line on stderr and an exit status.

    Args:
        library: the folder given on the command line.
        as_json: one JSON document on stdout, whatever happens.
        verbose: log to stderr.

    Raises:
        typer.Exit: always, with the exit status.
    """
    with own_stdout() if as_json else nullcontext() as stdout:
        output = Output(as_json=as_json, stdout=stdout)
        with _guarded(output.finish, verbose):
            yield Command(load_settings(library=library), output)


@contextmanager
def reporting(name: str, library: Path | None, *, as_json: bool, verbose: bool) -> Iterator[tuple[Command, Report]]:
    """Run the body of a command that may take long, and tell how it goes.

    SIGTERM ends it as Ctrl-C does: with what is done kept, and a summary.

    Args:
        name: the command's.
        library: the folder given on the command line.
        as_json: one JSON object a line on stdout, as it happens, in place of lines for people.
        verbose: log to stderr.

    Raises:
        typer.Exit: always, with the exit status.
    """
    with own_stdout() if as_json else nullcontext() as stdout:
        report = Report(Output(as_json=as_json, stdout=stdout), name)
        with _guarded(report.finish, verbose), _terminable():
            yield Command(load_settings(library=library), report.output), report


@contextmanager
def _guarded(finish: Callable[[int, str], None], verbose: bool) -> Iterator[None]:
    """Let a body come to its end, however; `finish` gets the exit status and what is to be said of it."""
    logging.basicConfig(handlers=None if verbose else [logging.NullHandler()], level=logging.INFO)
    logging.captureWarnings(True)
    status, message = 0, ""
    try:
        yield
    except typer.Exit as left:
        status = left.exit_code
    except BrokenPipeError:
        raise  # whoever read our output has gone; Typer ends quietly
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 -- the last line of defence against a stack trace
        status, message = _explained(error, verbose)
    finish(status, message)
    raise typer.Exit(status)


class _Terminated(Exception):
    """SIGTERM came."""


@contextmanager
def _terminable() -> Iterator[None]:
    """Have SIGTERM stop the body as Ctrl-C does.

    Raises:
        _Terminated: it came.
    """
    came: list[int] = []

    def stop(number: int, _: object) -> None:
        came.append(number)
        raise KeyboardInterrupt

    if current_thread() is not main_thread():  # signals are the main thread's affair
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except BaseException as error:
        if came and was_interrupted(error):
            raise _Terminated from error
        raise
    finally:
        signal.signal(signal.SIGTERM, before)


def _explained(error: BaseException, verbose: bool) -> tuple[int, str]:
    """The exit status and the message of what ended a command."""
    if isinstance(error, _Terminated):
        return TERMINATED, STOPPED
    if was_interrupted(error):
        return INTERRUPTED, STOPPED
    if isinstance(error, PageciteError):
        return UNUSABLE if type(error) in _OF_THE_LIBRARY else FAILED, str(error)
    logger.error("Unexpected", exc_info=error)
    return FAILED, unexpected(error) + ("." if verbose else ". Run it with --verbose to see where.")
