"""The command that drafts a question file: ``questions``.

What writes the draft belongs to a package above this one and is looked up by its name when it is wanted: imports run
one way.
"""

from collections.abc import Callable
from pathlib import Path
from pkgutil import resolve_name
from typing import Annotated

import typer

from ingest.command import running
from ingest.errors import LibraryError
from ingest.options import JsonOption, LibraryOption, VerboseOption
from ingest.settings import Settings

# Takes the settings, the file and the most questions; gives back how many it wrote.
Drafter = Callable[[Settings, Path, int], int]
DRAFTER = "retrieval.drafting:draft_file"

QuestionsArgument = Annotated[Path, typer.Argument(metavar="FILE", help="The question file to write; it must be new.")]
LimitOption = Annotated[int, typer.Option("--limit", min=1, metavar="N", help="Most questions.")]


def questions(
    file: QuestionsArgument,
    limit: LimitOption = 60,
    library: LibraryOption = None,
    as_json: JsonOption = False,
    verbose: VerboseOption = False,
) -> None:
    """Draft a question file from the library, to be corrected by hand and measured with.

    The questions come from titles, headings and labelled values; with an LLM, where one is set, from the pages' text.
    """
    with running(library, as_json=as_json, verbose=verbose) as command:
        if not command.has_library():
            raise LibraryError(f"No library in {command.settings.library}; run `ingest add PATH` first.")
        draft: Drafter = resolve_name(DRAFTER)
        count = draft(command.settings, file, limit)
        command.output.data |= {"file": str(file), "questions": count}
        command.output.line(
            f"{count} questions in {file}. Correct them before you measure: wording, pages, answers, what is missing."
        )
