"""Question files: what to ask a library, and where the answers stand. People write them, so each row is checked.

JSON is a list of objects, CSV has the same names as its first line, with pages separated by ``;``. `Asked` says what
each means; other keys are ignored, so that one file can serve other programs too.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, PositiveInt, StringConstraints, ValidationError

from ingest.errors import PageciteError
from retrieval.types import Turn, as_question

_MAX_BYTES = 32 << 20
_Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4000)]
_GROUP = AliasChoices("group", "cat", "category", "language")
_ANSWERABLE = {"": None, "true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question whose answer is known.

    Attributes:
        question: as a user asks it.
        file: the document that answers: file name, path or id, as `ingest show` takes it; empty where none does.
        pages: 1-based pages that hold the answer; empty where unknown.
        answer: the expected words; empty where unknown.
        answerable: whether the documents answer it; where the file does not say, whether it has pages or an answer.
        group: what it is counted with beside the whole, for example a kind of clause; empty: none.
        history: earlier turns of its conversation, oldest first.
    """

    question: str
    file: str = ""
    pages: tuple[int, ...] = ()
    answer: str = ""
    answerable: bool = True
    group: str = ""
    history: tuple[Turn, ...] = ()

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same question in another run: its words, its file, and what was asked before."""
        return (self.question, self.file, *(turn.question for turn in self.history))


class _Row(BaseModel):
    """One entry as people write it."""

    model_config = ConfigDict(strict=True, extra="ignore", populate_by_name=True)

    question: Annotated[_Line, Field(min_length=1)]
    file: _Line | None = None
    pages: list[PositiveInt] | None = Field(None, max_length=10_000)
    answer: _Line | int | float | None = None
    answerable: bool | None = None
    group: _Line | None = Field(None, validation_alias=_GROUP)
    history: list[Any] | None = Field(None, max_length=100)


def load_questions(path: Path) -> list[Asked]:
    """Read a question file; its suffix ``.csv`` tells the two forms apart.

    Raises:
        PageciteError: the file cannot be read, or a row of it is wrong; the message names the row and the remedy.
            Rows of JSON count from 1, rows of CSV as a spreadsheet shows them, the names being row 1.
    """
    text = _text(path)
    rows = _csv_rows(path, text) if path.suffix.lower() == ".csv" else _json_rows(path, text)
    asked: list[Asked] = []
    first_rows: dict[tuple[str, ...], int] = {}
    for number, row in rows:
        try:
            one = _asked(row)
            if one.key in first_rows:
                raise ValueError(f"the same question about the same file as row {first_rows[one.key]}; delete one")
        except ValueError as error:
            raise PageciteError(f"{path}, row {number}: {_explain(error)}.") from error
        first_rows[one.key] = number
        asked.append(one)
    if not asked:
        raise PageciteError(f"{path}: there is no question in it; docs/evaluation.md shows what one looks like.")
    return asked


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise PageciteError(f"{path}: larger than {_MAX_BYTES >> 20} MB; split it into several question files.")
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PageciteError(f"{path}: cannot be read ({error.strerror}); name a question file.") from error
    except UnicodeDecodeError as error:
        raise PageciteError(f"{path}: not UTF-8; save it as “CSV UTF-8” or as JSON in UTF-8.") from error


def _json_rows(path: Path, text: str) -> Iterator[tuple[int, Any]]:
    try:
        entries = json.loads(text)
    except json.JSONDecodeError as error:
        raise PageciteError(f"{path}, line {error.lineno}: not JSON ({error.msg}); correct it there.") from error
    except (ValueError, RecursionError) as error:
        raise PageciteError(f"{path}: not JSON of a question file; it needs a list of objects.") from error
    if not isinstance(entries, list):
        raise PageciteError(f"{path}: needs a JSON list of objects with question, file and pages.")
    yield from enumerate(entries, start=1)


def _csv_rows(path: Path, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    head = text.split("\n", 1)[0]
    # Spreadsheets separate by what is usual in their country.
    separator = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 1
    try:
        if "question" not in (reader.fieldnames or ()):
            raise PageciteError(f"{path}, row 1: needs the names of the columns: question, file, pages, answer.")
        for number, row in enumerate(reader, start=2):
            if any(value for value in row.values()):
                yield number, _from_cells(row, path, number)
    except csv.Error as error:
        raise PageciteError(
            f"{path}, row {number + 1}: not CSV ({error}); save it from a spreadsheet again."
        ) from error


def _from_cells(row: dict[Any, Any], path: Path, number: int) -> dict[str, Any]:
    """A row of a spreadsheet, where all is text, as JSON would have it."""
    if None in row:
        raise PageciteError(f"{path}, row {number}: more cells than names in row 1; put texts with commas in quotes.")
    if row.get("history"):
        raise PageciteError(f"{path}, row {number}: earlier turns need a JSON file; empty the column history.")
    found = {name: cell for name, cell in row.items() if name != "history"}
    pages = [page.strip() for page in (row.get("pages") or "").split(";") if page.strip()]
    found["pages"] = [int(page) if page.isdecimal() and len(page) < 10 else page for page in pages]
    said = (row.get("answerable") or "").strip().casefold()
    found["answerable"] = _ANSWERABLE.get(said, said)
    return found


def _asked(row: Any) -> Asked:
    if not isinstance(row, dict):
        raise ValueError("not an object; write {question, file, pages} in braces")
    given = _Row.model_validate(row)
    answer = "" if given.answer is None else str(given.answer)
    pages = tuple(sorted(set(given.pages or ())))
    answerable = bool(pages or answer) if given.answerable is None else given.answerable
    if answerable and not given.file:
        raise ValueError("file is missing; name the document that answers, or write answerable: false")
    return Asked(
        question=given.question,
        file=given.file or "",
        pages=pages,
        answer=answer,
        answerable=answerable,
        group=given.group or "",
        history=as_question({"question": given.question, "history": given.history or []}).history,
    )


_REMEDIES = {
    "question": "write the question as text",
    "file": "write the document's file name",
    "pages": "write whole page numbers from 1 on, in CSV separated by ;",
    "answer": "write the expected words, at most 4,000 characters",
    "answerable": "write true or false",
    "group": "write a short name",
    "history": "write pairs of question and answer",
}


def _explain(error: ValueError) -> str:
    if not isinstance(error, ValidationError):
        return str(error).rstrip(".")
    first = error.errors(include_url=False)[0]
    field = str(first["loc"][0])
    field = "group" if field in _GROUP.choices else field
    # Without this, a whole chapter pasted into a cell would fill the screen.
    given = repr(first.get("input"))
    shown = given if len(given) <= 60 else given[:59] + "…"
    return f"{field} is {shown}: {first['msg']}; {_REMEDIES[field]}"


def evenly(asked: Sequence[Asked], limit: int | None) -> list[Asked]:
    """So many questions, taken from the whole list in even steps; all where there is no limit."""
    if limit is None or limit >= len(asked):
        return list(asked)
    return [asked[index * len(asked) // limit] for index in range(limit)]


def to_json(asked: Iterable[Asked]) -> str:
    """The text of a JSON question file, one row a line."""
    rows = [json.dumps(as_row(one), ensure_ascii=False) for one in asked]
    return "[\n  " + ",\n  ".join(rows) + "\n]\n" if rows else "[]\n"


def as_row(one: Asked) -> dict[str, Any]:
    """A question as a row of a JSON question file; what is empty is left out."""
    row: dict[str, Any] = {"question": one.question, "file": one.file, "pages": list(one.pages), "answer": one.answer}
    row["answerable"] = "" if one.answerable == bool(one.pages or one.answer) else one.answerable
    row |= {"group": one.group, "history": [[turn.question, turn.answer] for turn in one.history]}
    return {name: value for name, value in row.items() if value not in ("", [])}
