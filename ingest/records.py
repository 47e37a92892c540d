"""Rows of the library turned into values, and back."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from ingest.types import Block, BoxOrigin, Chunk, PageText, Recognition, TextLine, TextSource

# In the reason of a page that was read, but that a person should look at.
REVIEW_MARK = " needs review: "
_DIGITS = 5  # of a page's width or height: finer than a pixel


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A document as the library knows it.

    Attributes:
        doc_id: SHA-256 of its bytes.
        name: file name under which it was first added.
        title: found from its content.
        media_type: for example ``application/pdf``.
        page_count: number of pages.
        status: ``ready``, ``pending`` (not finished), ``failed``, or ``retired`` (an older version of a file, which
            questions do not see).
        reason: why it, or some of its pages, failed or need review; empty where none does.
        added_at: UTC, ISO 8601.
        paths: all places it was added from.
        reader: key of how its visible pages were read (`ingest.reader.reader_key`); empty where none are visible.
        superseded_by: id of the document that took a retired one's place.
        size: bytes of its file.
    """

    doc_id: str
    name: str
    title: str
    media_type: str
    page_count: int
    status: str
    reason: str
    added_at: str
    paths: tuple[str, ...] = ()
    reader: str = ""
    superseded_by: str = ""
    size: int = 0

    @property
    def state(self) -> str:
        """The status for people: a ready document may be there ``partly``, or some page of it may need ``review``."""
        if self.status != "ready" or not self.reason:
            return self.status
        return "review" if all(REVIEW_MARK in part for part in self.reason.split("; ")) else "partly"


@dataclass(frozen=True, slots=True)
class SubjectRecord:
    """What a document is about.

    Attributes:
        doc_id: the document.
        title: found from its content.
        intro: the beginning of its text, where contracts name their parties and invoices the seller.
        name: its file name.
    """

    doc_id: str
    title: str
    intro: str
    name: str


@dataclass(frozen=True, slots=True)
class PathRecord:
    """What was last seen at a path.

    Attributes:
        doc_id: the document of that content.
        status: that document's status.
        size: bytes of the file as it was then; None where unknown.
        modified: its time of modification, nanoseconds since 1970; None where unknown.
    """

    doc_id: str
    status: str
    size: int | None
    modified: int | None


@dataclass(frozen=True, slots=True)
class PageRecord:
    """A page's journal entry: its text, or why there is none (`text` is None).

    Attributes:
        page_number: 1-based.
        text: what was read.
        reason: why it failed or needs review; empty where it does not.
        image: its image's file name; empty where there is none.
    """

    page_number: int
    text: PageText | None
    reason: str
    image: str = ""


def page_values(page: PageText) -> dict[str, Any]:
    """Column values of a page's text."""
    confidences = [line.confidence for line in page.lines]
    return {
        "engine": page.engine,
        "source": str(page.source),
        "blocks": json.dumps(
            [[b.kind, b.markdown, rounded(b.box), b.line_start, b.line_end] for b in page.blocks], ensure_ascii=False
        ),
        "lines": json.dumps([_line_values(line) for line in page.lines], ensure_ascii=False),
        "warnings": json.dumps(page.warnings, ensure_ascii=False),
        "confidence": sum(confidences) / len(confidences) if confidences else 1.0,
    }


def page_from(row: Row[Any]) -> PageText:
    """The page text of a row of the pages table."""
    blocks = (
        Block(kind, markdown, tuple(box), start, end) for kind, markdown, box, start, end in json.loads(row.blocks)
    )
    return PageText(
        doc_id=row.doc_id,
        page_number=row.page_number,
        blocks=tuple(blocks),
        lines=tuple(map(_line_from, json.loads(row.lines))),
        engine=row.engine,
        source=TextSource(row.source),
        warnings=tuple(json.loads(row.warnings)),
        review=row.reason,
    )


def recognition_json(recognition: Recognition) -> str:
    """What an engine read, as it is kept."""
    return json.dumps(
        {
            "lines": [_line_values(line) for line in recognition.lines],
            "rotation": recognition.rotation,
            "markdown": recognition.markdown,
            "review": recognition.review,
        },
        ensure_ascii=False,
    )


def recognition_from(kept: str) -> Recognition:
    """What an engine read, from what was kept."""
    data = json.loads(kept)
    lines = tuple(map(_line_from, data["lines"]))
    return Recognition(lines, data["rotation"], data["markdown"], data["review"])


def _line_values(line: TextLine) -> list[Any]:
    words = [rounded(word) for word in line.words]
    return [line.text, rounded(line.box), round(line.confidence, 3), words, str(line.origin)]


def _line_from(values: list[Any]) -> TextLine:
    # Lines written by version 0.1 do not say where their box comes from.
    text, box, confidence, words, *origin = values
    places = tuple((int(start), int(end), x0, x1) for start, end, x0, x1 in words)
    return TextLine(text, tuple(box), confidence, places, *map(BoxOrigin, origin))


def chunk_from(row: Row[Any]) -> Chunk:
    """The chunk of a row of the chunks table."""
    return Chunk(
        chunk_id=row.chunk_id,
        doc_id=row.doc_id,
        page_number=row.page_number,
        position=row.position,
        title=row.title,
        heading=row.heading,
        text=row.text,
        line_start=row.line_start,
        line_end=row.line_end,
    )


def rounded(values: tuple[float, ...]) -> list[float]:
    """Places on a page as they are stored: finer than a pixel."""
    return [round(value, _DIGITS) for value in values]
