"""Rows of the library turned into values, and back."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row

from ingest.types import Block, Chunk, PageText, TextLine, TextSource

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
        status: ``ready``, ``pending`` (not finished) or ``failed``.
        reason: why it, or some of its pages, failed; empty where nothing did.
        added_at: UTC, ISO 8601.
        paths: all places it was added from.
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
class PageRecord:
    """A page's journal entry: its text, or why there is none (`text` is None)."""

    page_number: int
    text: PageText | None
    reason: str


def page_values(page: PageText) -> dict[str, Any]:
    """Column values of a page's text."""
    confidences = [line.confidence for line in page.lines]
    return {
        "engine": page.engine,
        "source": str(page.source),
        "blocks": json.dumps(
            [[b.kind, b.markdown, _rounded(b.box), b.line_start, b.line_end] for b in page.blocks], ensure_ascii=False
        ),
        "lines": json.dumps(
            [
                [line.text, _rounded(line.box), round(line.confidence, 3), [_rounded(word) for word in line.words]]
                for line in page.lines
            ],
            ensure_ascii=False,
        ),
        "warnings": json.dumps(page.warnings, ensure_ascii=False),
        "confidence": sum(confidences) / len(confidences) if confidences else 1.0,
    }


def page_from(row: Row[Any]) -> PageText:
    """The page text of a row of the pages table."""
    blocks = (
        Block(kind, markdown, tuple(box), start, end) for kind, markdown, box, start, end in json.loads(row.blocks)
    )
    lines = (
        TextLine(text, tuple(box), confidence, tuple((int(s), int(e), x0, x1) for s, e, x0, x1 in words))
        for text, box, confidence, words in json.loads(row.lines)
    )
    return PageText(
        doc_id=row.doc_id,
        page_number=row.page_number,
        blocks=tuple(blocks),
        lines=tuple(lines),
        engine=row.engine,
        source=TextSource(row.source),
        warnings=tuple(json.loads(row.warnings)),
    )


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


def _rounded(values: tuple[float, ...]) -> list[float]:
    return [round(value, _DIGITS) for value in values]
