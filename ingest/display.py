"""What the command line shows: lines for people, one JSON document for scripts."""

import json
import re
from collections.abc import Mapping, Sequence
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TextIO

import typer
from rich.cells import cell_len

from ingest.events import Event, as_line
from ingest.records import DocumentRecord, PageRecord

if TYPE_CHECKING:
    from ingest.doctor import Check

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
_BREAK = re.compile(r"[\n\r\t\v\f\x1c-\x1e\x85\u2028\u2029]+")
_SHORT_ID = 12  # characters of a document id that people are shown


def printable(text: str) -> str:
    """Text that cannot steer a terminal: control characters, also those that turn the direction, become a sign."""
    return _CONTROL.sub("\ufffd", text)


def one_line(text: str) -> str:
    """Printable text without line breaks, as a file name may have them."""
    return printable(_BREAK.sub(" ", text))


class Output:
    """Where a command puts what it has to say.

    Lines go to stdout as they come. With ``--json`` they are left out: a command that runs for long tells events
    instead, the others put `data` there at the end as the one document. Problems always go to stderr.
    """

    def __init__(self, *, as_json: bool, stdout: TextIO | None = None) -> None:
        """Prepare.

        Args:
            as_json: for scripts.
            stdout: where it goes; standard output without it.
        """
        self.as_json = as_json
        self.data: dict[str, Any] = {}
        self.lines = 0
        self._stdout = stdout
        self._telling = Lock()

    def line(self, text: str) -> None:
        """One line for people."""
        self._people(one_line(text).rstrip())

    def indented(self, text: str) -> None:
        """One line that belongs to the line before."""
        self._people("         " + one_line(text))

    def text(self, text: str) -> None:
        """Text of several lines for people."""
        self._people(printable(text))

    def event(self, event: Event) -> None:
        """One event for scripts, at once."""
        if self.as_json:
            with self._telling:
                typer.echo(as_line(event), file=self._stdout)

    def problem(self, text: str) -> None:
        """One line on stderr."""
        self.lines += 1
        typer.echo(one_line(text), err=True)

    def remark(self, text: str) -> None:
        """One line on stderr about what is no failure; scripts get an event instead."""
        if not self.as_json:
            self.problem(text)

    def finish(self, status: int, message: str = "") -> None:
        """Write the JSON document, where one is wanted; say what ended the command, where something did."""
        if message:
            self.data["error"] = message
            self.problem(f"ingest: {message}")
        if self.as_json:
            # ASCII alone: right in every locale, and names that are no UTF-8 survive.
            typer.echo(json.dumps(self.data, indent=2), file=self._stdout)

    def _people(self, text: str) -> None:
        if not self.as_json:
            self.lines += 1
            typer.echo(text, file=self._stdout)


def columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table; Chinese characters take two places."""
    rows = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(cell_len(row[index]) for row in rows) for index in range(len(rows[0]))] if rows else []
    return [
        "  ".join(cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def pages(count: int) -> str:
    """A number of pages, in words."""
    return f"{count} page" if count == 1 else f"{count} pages"


def documents(count: int) -> str:
    """A number of documents, in words."""
    return f"{count} document" if count == 1 else f"{count} documents"


def size(count: int) -> str:
    """A number of bytes for people."""
    value = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def duration(seconds: float) -> str:
    """A time for people: ``0.4 s``, ``12 s``, ``1 min 12 s``, ``2 h 5 min``."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def unexpected(error: BaseException) -> str:
    """What is said of an error that is a mistake of ours."""
    return f"This should not happen: {type(error).__name__}: {error}"


def document_data(record: DocumentRecord) -> dict[str, Any]:
    """A document for scripts."""
    return {
        "doc_id": record.doc_id,
        "name": record.name,
        "title": record.title,
        "media_type": record.media_type,
        "page_count": record.page_count,
        "status": record.status,
        "state": record.state,
        "reason": record.reason,
        "added_at": record.added_at,
        "paths": list(record.paths),
        "superseded_by": record.superseded_by,
    }


def page_data(record: PageRecord) -> dict[str, Any]:
    """A page for scripts; `markdown` is null where the page could not be read."""
    text = record.text
    return {
        "page": record.page_number,
        "markdown": text.markdown if text else None,
        "source": str(text.source) if text else None,
        "engine": text.engine if text else None,
        "warnings": list(text.warnings) if text else [],
        "reason": record.reason,
    }


def show_documents(
    output: Output,
    records: Sequence[DocumentRecord],
    names: Mapping[str, str],
    *,
    hidden: int,
    doubts: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> None:
    """A table of documents.

    Args:
        output: where it goes.
        records: the documents.
        names: of all documents, by id.
        hidden: number of retired documents that are left out.
        doubts: what a person should know of documents, by id: that one is there twice.
    """
    if not records and not hidden:
        output.line("The library is empty; `ingest add PATH` fills it.")
        return
    rows = [("NAME", "PAGES", "STATUS", "ID", "TITLE")]
    for record in records:
        rows.append((record.name, str(record.page_count), record.state, record.doc_id[:_SHORT_ID], record.title))
    lines = columns(rows)
    output.line(lines[0])
    for record, line in zip(records, lines[1:], strict=True):
        output.text(line)
        for path in record.paths if len(record.paths) > 1 else ():
            output.indented(path)
        if record.superseded_by:
            newer = names.get(record.superseded_by, "a document that was removed")
            output.indented(f"superseded by {newer} ({record.superseded_by[:_SHORT_ID]})")
        for doubt in doubts.get(record.doc_id, ()):
            output.indented(doubt)
    if hidden:
        output.line(f"{hidden} older version{'s are' if hidden > 1 else ' is'} not shown; --all shows them too.")


def show_pages(output: Output, records: Sequence[PageRecord]) -> None:
    """Pages as Markdown, each below a comment: no renderer shows it, every script finds it."""
    for record in records:
        said = str(record.text.source) if record.text else "failed: " + _inside_comment(record)
        output.text(f"<!-- page {record.page_number} ({said}) -->\n")
        if record.text and record.text.markdown:
            output.text(record.text.markdown + "\n")


def _inside_comment(record: PageRecord) -> str:
    return record.reason.removeprefix(f"page {record.page_number}: ").replace("--", "- -")


def show_status(output: Output) -> None:
    """The figures of `Output.data`, as ``ingest status`` puts them there."""
    data = output.data
    figures = {
        "Library": f"{data['library']} (format {data['format']})",
        "Database": data["database"],
        "Vectors": data["vectors"],
        "Documents": _counted(data["documents"]),
        "Pages": _counted(data["pages"]),
        "Journal": _journal(data["journal"]),
        "Chunks": str(data["chunks"]),
        "Embeddings": data["embedding_model"] or "none yet",
        "Disk": size(data["bytes"]),
    }
    for line in columns(list(figures.items())):
        output.line(line)
    for record in data["incomplete"]:
        output.text(f"{record['state']:<8} {record['name']}: {record['reason'] or 'not finished; add it again'}")
    if data["removals"]:
        output.line(
            f"The removal of {documents(data['removals'])} is not finished; it goes on with the next `ingest add`."
        )


def _journal(counts: Mapping[str, int]) -> str:
    """What became of the pages so far; what did not occur is left out."""
    words = {"done": "done", "review": "need review", "failed": "failed", "pending": "to be read"}
    said = [f"{counts[status]} {word}" for status, word in words.items() if counts[status]]
    return ", ".join(said) or "0"


def show_checks(output: Output, checks: "Sequence[Check]") -> None:
    """What the doctor found: a table, each remedy below what it is for."""
    lines = columns([("", "CHECK", "FOUND"), *((check.verdict, check.name, check.detail) for check in checks)])
    output.line(lines[0])
    for check, line in zip(checks, lines[1:], strict=True):
        output.line(line)
        if check.remedy:
            output.indented(f"-> {check.remedy}")


def _counted(counts: dict[str, int]) -> str:
    kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items()))
    return f"{sum(counts.values())} ({kinds})" if counts else "0"
