"""The frame of every command: settings, output, and what becomes of errors."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from ingest.display import Output
from ingest.errors import LibraryError, PageciteError, was_interrupted
from ingest.library import Library
from ingest.settings import Settings, load_settings

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

    from ingest.ocr import OcrEngine

logger = logging.getLogger(__name__)

STOPPED = "Stopped. What is done stays done; the same command goes on from there."
INTERRUPTED = 130  # exit status, as shells have it: 128 + SIGINT


def _build_engine(settings: Settings) -> "OcrEngine":
    from ingest.ocr import choose_engine

    return choose_engine(settings)


def _build_embeddings(settings: Settings) -> "Embeddings":
    from ingest.embeddings import build_embeddings

    return build_embeddings(settings)


@dataclass(frozen=True, slots=True)
class Tools:
    """What reads pages and embeds their text, made only when needed. Others may come as Typer's context object."""

    engine: Callable[[Settings], "OcrEngine"] = _build_engine
    embeddings: Callable[[Settings], "Embeddings"] = _build_embeddings


@dataclass(frozen=True, slots=True)
class Command:
    """A running command: its settings and its output."""

    settings: Settings
    output: Output

    def open_library(self) -> Library:
        """Open the library, which must be there.

        Raises:
            LibraryError: there is none, or it is damaged.
        """
        folder = self.settings.library
        if not Library.exists(folder):
            raise LibraryError(f"No library in {folder}; run `ingest add PATH` first.")
        return Library(folder)


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
    logging.basicConfig(handlers=None if verbose else [logging.NullHandler()], level=logging.INFO)
    logging.captureWarnings(True)
    output = Output(as_json=as_json)
    status = 0
    try:
        yield Command(load_settings(library=library), output)
    except typer.Exit as left:
        status = left.exit_code
    except BrokenPipeError:
        raise  # whoever read our output has gone; Typer ends quietly
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 -- the last line of defence against a stack trace
        status = _tell(output, error, verbose)
    output.close()
    raise typer.Exit(status)


def _tell(output: Output, error: BaseException, verbose: bool) -> int:
    """Say what ended a command; give back the exit status."""
    status = 1
    if was_interrupted(error):
        message, status = STOPPED, INTERRUPTED
    elif isinstance(error, PageciteError):
        message = str(error)
    else:
        logger.error("Unexpected", exc_info=error)
        message = f"This should not happen: {type(error).__name__}: {error}."
        message += "" if verbose else " Run it with --verbose to see where."
    output.data["error"] = message
    output.problem(f"ingest: {message}")
    return status
