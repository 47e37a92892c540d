"""Chunks and their vectors: where they say they are, saying what their page says, and of one length."""

import math
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, select

from ingest.chunks import chunk_id
from ingest.records import chunk_from
from ingest.schema import chunks
from ingest.types import Chunk, PageText
from ingest.verification.originals import label
from ingest.verification.problems import REINDEX, Kind, Problem

_ROWS = 100  # chunks in memory at once, some kB each
_NORM_TOLERANCE = 1e-3  # float32 of any sensible dimension is far closer


class PassageCheck:
    """Looks at a document's chunks, page by page, in one go through both."""

    def __init__(self, connection: Connection, document: Row[Any], dimension: int) -> None:
        """Prepare.

        Args:
            connection: to read from.
            document: its row.
            dimension: length that vectors must have; 0: that of the first one, whatever it is.
        """
        self.count = 0
        self.dimension = dimension
        self._document = document
        query = select(chunks).where(chunks.c.doc_id == document.doc_id).order_by(chunks.c.position)
        rows = connection.execute(query, execution_options={"yield_per": _ROWS})
        self._pages = groupby(rows, key=lambda row: int(row.page_number))
        self._next = next(self._pages, None)

    def page(self, page_number: int, text: PageText | None) -> Iterator[Problem]:
        """The chunks of the next page."""
        while self._next is not None and self._next[0] <= page_number:
            number, rows = self._next
            for row in rows:
                yield from self._check(row, text if number == page_number else None)
            self._next = next(self._pages, None)

    def rest(self) -> Iterator[Problem]:
        """The chunks behind the last page."""
        while self._next is not None:
            yield from self.page(self._next[0], None)

    def _check(self, row: Row[Any], text: PageText | None) -> Iterator[Problem]:
        chunk = chunk_from(row)
        faults = [*_place_faults(chunk, self.count), *_text_faults(chunk, text)]
        self.count += 1
        for fault in faults:
            yield self._problem(Kind.CHUNK, chunk, fault)
        if fault := self._vector_fault(row.vector):
            yield self._problem(Kind.VECTOR, chunk, fault)

    def _vector_fault(self, stored: bytes) -> str:
        if len(stored) % 4 or not stored:
            return f"its vector has {len(stored)} bytes, which are no numbers"
        vector = np.frombuffer(stored, dtype="<f4").astype(np.float64)
        self.dimension = self.dimension or len(vector)
        if len(vector) != self.dimension:
            return f"its vector has {len(vector)} numbers, others have {self.dimension}"
        if not np.isfinite(vector).all():
            return "its vector holds what is no number"
        norm = float(np.linalg.norm(vector))
        return "" if math.isclose(norm, 1.0, abs_tol=_NORM_TOLERANCE) else f"its vector's length is {norm:.3f}, not 1"

    def _problem(self, kind: Kind, chunk: Chunk, what: str) -> Problem:
        where = f"{label(self._document, chunk.page_number)}, chunk {chunk.position}"
        return Problem(kind, where, what, REINDEX, doc_id=chunk.doc_id, page_number=chunk.page_number)


def _place_faults(chunk: Chunk, position: int) -> Iterator[str]:
    if chunk.position != position:
        yield f"it should be chunk {position}"
    if chunk.chunk_id != chunk_id(chunk.doc_id, chunk.page_number, chunk.line_start, chunk.line_end, chunk.text):
        yield "its id is not that of its place and text"


def _text_faults(chunk: Chunk, page: PageText | None) -> Iterator[str]:
    """Why a chunk is not from its page: its lines are running text of the page's lines, or rows of its tables."""
    if page is None:
        yield "there is no text of its page"
        return
    if not 0 <= chunk.line_start <= chunk.line_end <= len(page.lines):
        yield f"it claims lines {chunk.line_start} to {chunk.line_end} of {len(page.lines)}"
    lines, markdown = _letters("".join(line.text for line in page.lines)), _letters(page.markdown)
    said = (_letters(part) for part in chunk.text.split("\n"))
    if not all(part in lines or part in markdown for part in said):
        yield "its page does not say what it says"


def _letters(text: str) -> str:
    """Letters and digits alone: how lines are joined does not matter."""
    return "".join(filter(str.isalnum, text))
