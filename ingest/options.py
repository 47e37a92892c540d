"""Arguments and options of the command line that several commands have."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from ingest.errors import ConfigError

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document, for scripts.")]
EventsOption = Annotated[bool, typer.Option("--json", help="Print JSON objects, one a line, as it happens.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", help="Log to stderr what goes on.")]
PageOption = Annotated[int | None, typer.Option("--page", min=1, metavar="N", help="This page alone.")]
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
FoldersArgument = Annotated[list[Path], typer.Argument(metavar="FOLDER", help="Folders, with all below them.")]
PasswordOption = Annotated[
    list[str] | None,
    typer.Option(
        "--password",
        metavar="TEXT",
        help="A password to try on files that need one; may be repeated. Others on this machine can see it while the "
        "command runs: --password-file is safer.",
        show_default=False,
    ),
]
PasswordFileOption = Annotated[
    Path | None,
    typer.Option(
        "--password-file",
        metavar="FILE",
        help="A file of passwords, one a line; - for standard input.",
        allow_dash=True,
    ),
]


def read_passwords(given: list[str] | None, file: Path | None) -> tuple[str, ...]:
    """The passwords of the command line and of a file, each once; empty lines are none.

    Raises:
        ConfigError: the file cannot be read.
    """
    lines = _lines(file) if file is not None else []
    return tuple(dict.fromkeys([*(given or []), *(line for line in lines if line)]))


def _lines(file: Path) -> list[str]:
    try:
        # Kept as they are but for the line break: a password may begin or end with a space.
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        return data.decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        raise ConfigError(f"The password file {file} is not UTF-8; save it as UTF-8 text.") from error
    except OSError as error:
        raise ConfigError(f"The password file {file} cannot be read ({error.strerror}); check the path.") from error
