"""What becomes of the layout model's Markdown: the words of the page, without the marks that the model adds."""

from types import SimpleNamespace
from typing import Any

import pymupdf
import pytest

from ingest.layout import arrange
from ingest.types import Block, TextLine

pytestmark = pytest.mark.unit

RECEIPT = (("HARBOUR TOOLS", 0.1, 0.1), ("Copper pipe", 0.1, 0.2), ("3.85", 0.6, 0.2), ("TOTAL 3.85", 0.1, 0.3))


def blocks_of(kind: str, markdown: str, lines: tuple[tuple[str, float, float], ...] = RECEIPT) -> tuple[Block, ...]:
    """The blocks of a page on which the model sees one region that holds all lines."""
    chunk = {"text": markdown, "page_boxes": [{"class": kind, "bbox": (0, 0, 100, 100), "pos": (0, len(markdown))}]}
    parent = SimpleNamespace(to_markdown=lambda **options: [chunk])
    page: Any = SimpleNamespace(rect=pymupdf.Rect(0, 0, 100, 100), number=0, parent=parent)
    found = tuple(TextLine(text, (x, y, x + 0.3, y + 0.03)) for text, x, y in lines)
    blocks, ordered = arrange(page, found)
    assert sorted(line.text for line in ordered) == sorted(text for text, _, _ in lines)
    return blocks


def test_what_stands_in_a_picture_is_its_text_row_by_row_without_comments_and_tags() -> None:
    written = "".join(f"{text}<br>" for text, _, _ in RECEIPT)
    marked = f"<!-- Start of picture text -->\n{written}<!-- End of picture text -->\n"
    [block] = blocks_of("picture", marked)
    assert block.markdown == "HARBOUR TOOLS\nCopper pipe 3.85\nTOTAL 3.85"
    assert (block.line_start, block.line_end) == (0, 4)


def test_a_picture_without_words_is_no_block() -> None:
    assert blocks_of("picture", "", ()) == ()


def test_text_that_a_pen_has_marked_is_text() -> None:
    [block] = blocks_of("text", "<mark>HARBOUR TOOLS</mark>", RECEIPT[:1])
    assert block.markdown == "HARBOUR TOOLS"
