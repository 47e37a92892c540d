"""Options of the command line that several commands have."""

from typing import Annotated

import typer

JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document, for scripts.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", help="Log to stderr what goes on.")]
PageOption = Annotated[int | None, typer.Option("--page", min=1, metavar="N", help="This page alone.")]
