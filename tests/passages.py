"""Pages and passages made by hand, as evidence of a question."""

from collections.abc import Sequence
from pathlib import Path

from ingest.types import Block, Chunk, PageText, TextLine, TextSource
from retrieval.types import Evidence

Passage = tuple[Evidence, PageText]


def passage(*lines: str, doc_id: str = "a", page: int = 1, title: str = "LEASE", source: str = "lease.pdf") -> Passage:
    """A page of running text, one line under the other, and the passage that is all of it."""
    written = tuple(TextLine(line, (0.1, 0.1 + 0.03 * n, 0.8, 0.12 + 0.03 * n)) for n, line in enumerate(lines))
    block = Block("text", "\n".join(lines), (0.1, 0.1, 0.8, 0.9), 0, len(lines))
    text = PageText(doc_id, page, (block,), written, "text-layer", TextSource.LAYER)
    chunk = Chunk(f"{doc_id}-{page}", doc_id, page, 0, title, "", "\n".join(lines), 0, len(lines))
    return Evidence(chunk, source, Path(f"{doc_id}-{page}.webp"), 1.0, 0.5), text


def pages_of(passages: Sequence[Passage]) -> dict[tuple[str, int], PageText]:
    """The pages of passages, by document id and page number."""
    return {(text.doc_id, text.page_number): text for _, text in passages}


def table(*rows: Sequence[str]) -> Passage:
    """A page with a table, its cells side by side."""
    written = tuple(
        TextLine(cell, (0.1 + 0.3 * column, 0.1 + 0.03 * n, 0.2 + 0.3 * column, 0.12 + 0.03 * n))
        for n, row in enumerate(rows)
        for column, cell in enumerate(row)
    )
    markdown = "\n".join(f"|{'|'.join(row)}|" for row in rows)
    block = Block("table", markdown, (0.1, 0.1, 0.8, 0.9), 0, len(written))
    text = PageText("t", 1, (block,), written, "text-layer", TextSource.LAYER)
    chunk = Chunk("t-1", "t", 1, 0, "INVOICE", "", markdown, 0, len(written))
    return Evidence(chunk, "invoice.pdf", Path("t-1.webp"), 1.0, 0.5), text
