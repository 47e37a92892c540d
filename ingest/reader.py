"""Reading one page: its image, its trusted text, in order."""

from dataclasses import dataclass

import pymupdf
from PIL import Image

from ingest.layout import arrange, arrange_image
from ingest.ocr import OcrEngine
from ingest.pages import OpenDocument, turned
from ingest.textlayer import read_words
from ingest.trust import LayerJudge, Verdict
from ingest.types import Block, Box, PageText, Recognition, TextLine, TextSource

# Raise it when pages would be read differently by the same engine, so that they are read again.
_REVISION = 1
_LAYER = f"pymupdf {pymupdf.__version__}"
# An OCR line that lies this much within text that we already have says nothing new.
_SAME_PLACE = 0.3
_POOR_CONFIDENCE = 0.7


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A page's upright image and its text."""

    image: Image.Image
    text: PageText


class PageReader:
    """Reads the pages of one document."""

    def __init__(self, engine: OcrEngine, doc_id: str) -> None:
        self._engine = engine
        self._doc_id = doc_id
        self._judge = LayerJudge(engine)

    def read(self, document: OpenDocument, page_number: int) -> ReadPage:
        """Read a page.

        Raises:
            PageError: it cannot be rendered or recognised.
        """
        image = document.image(page_number)
        page = document.page(page_number)
        verdict = Verdict((), needs_ocr=True)
        if page is not None:
            verdict = self._judge.judge(read_words(page, image), image)
        recognition = self._engine.read(image) if verdict.needs_ocr else Recognition(())
        if not verdict.lines:
            image = turned(image, recognition.rotation)
        lines, source = _merged(verdict.lines, recognition)
        # The layout may look at the PDF page itself only where its text is exactly what we believe.
        settled = page if source == TextSource.LAYER and not verdict.hidden else None
        blocks: tuple[Block, ...] = ()
        if lines:
            blocks, lines = arrange(settled, lines) if settled else arrange_image(image, lines)
        text = PageText(
            doc_id=self._doc_id,
            page_number=page_number,
            blocks=blocks,
            lines=lines,
            engine=self._engine_name(source),
            source=source,
            warnings=tuple(_warnings(page_number, verdict, lines)),
        )
        return ReadPage(image, text)

    def _engine_name(self, source: TextSource) -> str:
        names = {TextSource.LAYER: _LAYER, TextSource.OCR: self._engine.name, TextSource.NONE: ""}
        return names.get(source, f"{_LAYER} + {self._engine.name}")


def reader_key(engine: OcrEngine, dpi: int, max_pixels: int) -> str:
    """Everything that decides how a page is read: the key of its journal entry beside document and number."""
    return f"{engine.name}; {_LAYER}; {dpi} dpi; {max_pixels} px; revision {_REVISION}"


def _merged(layer: tuple[TextLine, ...], recognition: Recognition) -> tuple[tuple[TextLine, ...], TextSource]:
    """The layer's lines, and what OCR saw where the layer has none."""
    if not layer:
        return recognition.lines, TextSource.OCR if recognition.lines else TextSource.NONE
    if recognition.rotation:
        return layer, TextSource.LAYER  # a text layer knows which way is up
    taken = [word for line in layer for word in _word_boxes(line)]
    new = tuple(line for line in recognition.lines if _covered(line.box, taken) < _SAME_PLACE)
    return layer + new, TextSource.BOTH if new else TextSource.LAYER


def _word_boxes(line: TextLine) -> list[Box]:
    if not line.words:
        return [line.box]
    return [(x0, line.box[1], x1, line.box[3]) for _, _, x0, x1 in line.words]


def _covered(box: Box, taken: list[Box]) -> float:
    """Share of a box that lies under other, disjoint boxes, 0..1."""
    area = (box[2] - box[0]) * (box[3] - box[1])
    shared = 0.0
    for other in taken:
        width = min(box[2], other[2]) - max(box[0], other[0])
        height = min(box[3], other[3]) - max(box[1], other[1])
        shared += width * height if width > 0 and height > 0 else 0.0
    return shared / area if area > 0 else 1.0


def _warnings(page_number: int, verdict: Verdict, lines: tuple[TextLine, ...]) -> list[str]:
    found = [f"page {page_number}: {verdict.reason}"] if verdict.reason else []
    if lines and sum(line.confidence for line in lines) / len(lines) < _POOR_CONFIDENCE:
        found.append(f"page {page_number}: hard to read, check the text against the image")
    return found
