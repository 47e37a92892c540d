"""Question files: what to ask, and the pages where the answer stands."""

import json
from dataclasses import dataclass
from pathlib import Path

from ingest.errors import PageciteError


@dataclass(frozen=True, slots=True)
class Asked:
    """A question whose answer is known.

    Attributes:
        question: as a user asks it.
        file: path of the document, relative to the question file or as a file name; empty where none answers.
        pages: 1-based pages that hold the answer; empty where no document does.
        answer: the expected words, where known.
        language: for example ``en``; empty where unknown.
    """

    question: str
    file: str
    pages: tuple[int, ...]
    answer: str = ""
    language: str = ""


def load_questions(path: Path) -> list[Asked]:
    """Read a JSON list of ``{question, file, pages, answer?, language?}``; further keys are ignored.

    Raises:
        PageciteError: the file cannot be read or has another form.
    """
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))
        return [
            Asked(
                question=entry["question"],
                file=entry.get("file") or "",
                pages=tuple(entry.get("pages") or ()),
                answer=entry.get("answer") or "",
                language=entry.get("language") or "",
            )
            for entry in entries
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise PageciteError(
            f"{path}: not a question file ({error!r}); it needs a JSON list of objects with question, file and pages."
        ) from error
