"""What flows through ingestion: document, page image, page text, chunk.

Page numbers are 1-based. Boxes are ``(x0, y0, x1, y1)`` in fractions of the upright page
image, each in 0..1, with the origin at the top left, so they hold at any resolution.
"""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from PIL.Image import Image

Box = tuple[float, float, float, float]


class TextSource(StrEnum):
    """Where a page's text comes from."""

    LAYER = "text-layer"
    OCR = "ocr"
    BOTH = "text-layer+ocr"
    NONE = "blank"


class BoxOrigin(StrEnum):
    """Where a line's box comes from."""

    LAYER = "text-layer"
    DETECTOR = "detector"
    SPOTTING = "spotting"
    ESTIMATED = "estimated"


@dataclass(frozen=True, slots=True)
class SourceDocument:
    """A file to ingest.

    Attributes:
        doc_id: SHA-256 of the file's bytes, in hexadecimal: same bytes, same document.
        name: the file's name as the user knows it.
        path: where it was read from.
        media_type: for example ``application/pdf``.
        size: bytes.
        modified: when the file was last changed, nanoseconds since 1970; None where unknown.
    """

    doc_id: str
    name: str
    path: Path
    media_type: str
    size: int
    modified: int | None = None


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of text as it stands on the page.

    Attributes:
        text: the words, without a line break.
        box: the line's box, in fractions of the page.
        confidence: 0..1; 1.0 for a trusted text layer, the recogniser's own figure for OCR.
        words: end offset in ``text`` and right edge of each word where known, so that part of a line can be
            highlighted exactly: ``((start, end, x0, x1), ...)`` with x in fractions of the page.
        origin: where the box comes from: the PDF's text layer, the embedded text detector, HunyuanOCR's spotting, or
            none of them, but the lines around it.
    """

    text: str
    box: Box
    confidence: float = 1.0
    words: tuple[tuple[int, int, float, float], ...] = ()
    origin: BoxOrigin = BoxOrigin.DETECTOR


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page as it is shown, upright.

    Attributes:
        doc_id: the document.
        page_number: 1-based.
        image: RGB.
    """

    doc_id: str
    page_number: int
    image: Image


@dataclass(frozen=True, slots=True)
class Recognition:
    """What an OCR engine read from one page image.

    Attributes:
        lines: lines in the engine's order, boxes relative to the image turned by `rotation`.
        rotation: degrees (0, 90, 180 or 270), clockwise, by which the given image must be turned to stand upright.
        markdown: the page as Markdown where the engine writes it itself, else None.
        review: why a person should look at the page, for example that nothing could be read though it is not blank;
            empty where there is no reason.
    """

    lines: tuple[TextLine, ...]
    rotation: int = 0
    markdown: str | None = None
    review: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a page's Markdown with its place: a heading, a paragraph, a list item, a table.

    Attributes:
        kind: the layout class, for example ``title``, ``section-header``, ``text``, ``list-item``, ``table``,
            ``page-header``, ``page-footer``, ``picture``, ``caption``, ``footnote``.
        markdown: the block's Markdown.
        box: in fractions of the page.
        line_start: index into the page's lines of the block's first line.
        line_end: one past its last line; equal to `line_start` where it has none.
    """

    kind: str
    markdown: str
    box: Box
    line_start: int
    line_end: int


@dataclass(frozen=True, slots=True)
class PageText:
    """The text of one page.

    Attributes:
        doc_id: the document.
        page_number: 1-based.
        blocks: the page's Markdown in reading order, block by block.
        lines: lines in reading order.
        engine: name and version of what read it, for example ``text-layer`` or ``rapidocr 3.10.0``.
        source: where the text comes from.
        warnings: what a person should know, for example that a hidden text layer was set aside.
        review: why a person should look at the page itself, for example that an engine found no text on a page that is
            not blank; empty where there is no reason.
    """

    doc_id: str
    page_number: int
    blocks: tuple[Block, ...]
    lines: tuple[TextLine, ...]
    engine: str
    source: TextSource
    warnings: tuple[str, ...] = ()
    review: str = ""

    @property
    def markdown(self) -> str:
        """The whole page as Markdown."""
        return "\n\n".join(block.markdown for block in self.blocks if block.markdown)


@dataclass(frozen=True, slots=True)
class Chunk:
    """A retrievable piece of one page.

    Attributes:
        chunk_id: unique, stable for the same document, page, place and text.
        doc_id: the document.
        page_number: 1-based; a chunk never crosses a page.
        position: 0-based order in the document.
        title: the document's title, found from its content.
        heading: section path, outermost first, joined by `` > ``; empty where there is none.
        text: Markdown.
        line_start: index into the page's lines of the first line.
        line_end: one past the last line.
    """

    chunk_id: str
    doc_id: str
    page_number: int
    position: int
    title: str
    heading: str
    text: str
    line_start: int
    line_end: int
