"""Reading one page: its image, its trusted text, in order.

`look` is what this machine does before an engine reads, `compose` what it does after; between them an engine that
runs elsewhere can be kept busy with other pages.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pymupdf
from PIL import Image

from ingest.alignment import Written, align
from ingest.boxes import area, share_within
from ingest.hunyuan.markdown import plain_text, split_blocks
from ingest.images import turned
from ingest.invisible import visible
from ingest.layout import arrange, arrange_image
from ingest.ocr import OcrEngine
from ingest.pages import OpenDocument
from ingest.reading import Reading, ReadPage, layer_reader
from ingest.records import REVIEW_MARK
from ingest.textlayer import read_words, replaces_text
from ingest.trust import LayerJudge, Verdict, has_ink
from ingest.types import Block, Box, PageText, Recognition, TextLine, TextSource

# An OCR line that lies this much within text that we already have says nothing new.
_SAME_PLACE = 0.3
_POOR_CONFIDENCE = 0.7
_SURE = 0.8
_DAMAGED = "the file is damaged, and nothing is shown on this page; get the file from its source again"


@dataclass(frozen=True, slots=True)
class Sight:
    """A page that an engine has yet to read, with what is known of it.

    Attributes:
        doc_id: the document.
        page_number: 1-based.
        image: as it is to be read.
        verdict: on the PDF's text layer; without lines where there is none, or none to be believed.
        found: lines that the embedded detector found, where it was asked.
    """

    doc_id: str
    page_number: int
    image: Image.Image
    verdict: Verdict
    found: tuple[TextLine, ...] = ()

    @property
    def wants_boxes(self) -> bool:
        """Whether the places of the page's lines are still unknown."""
        return not self.found and (self.verdict.needs_ocr or not self.verdict.lines)


class PageReader:
    """Reads the pages of one document."""

    def __init__(self, reading: Reading, doc_id: str, detector: Callable[[], OcrEngine]) -> None:
        """Prepare.

        Args:
            reading: how pages are read.
            doc_id: the document.
            detector: makes the embedded engine that checks text layers and finds lines, when it is first needed.
        """
        self._reading = reading
        self._doc_id = doc_id
        self._make_detector = detector

    @cached_property
    def _detector(self) -> OcrEngine:
        return self._make_detector()

    @cached_property
    def _judge(self) -> LayerJudge:
        return LayerJudge(self._detector)

    def look(self, document: OpenDocument, page_number: int) -> Sight | ReadPage:
        """Show a page and judge its text layer: the whole page where the layer says it all, else what is to be read.

        Raises:
            PageError: it cannot be rendered or analysed.
        """
        image = document.image(page_number)
        page = document.page(page_number)
        verdict = Verdict((), needs_ocr=True)
        if page is not None:
            verdict = self._judge.judge(read_words(page, image, document.scale(page_number)), image)
            if replaces_text(page):
                said = "words that its file has in place of those on the page were set aside"
                verdict = replace(verdict, reason=verdict.reason or said, replaced=True)
        sight = Sight(self._doc_id, page_number, image, verdict)
        if verdict.needs_ocr or (self._reading.all_pages and verdict.lines):
            return self._with_lines(sight) if self._reading.detect and sight.wants_boxes else sight
        # The layout may look at the PDF page itself only where its text is exactly what we believe.
        settled = page if verdict.lines and not verdict.hidden and not verdict.replaced else None
        blank = not verdict.lines and document.is_damaged
        return self._composed(sight, image, verdict.lines, Recognition((), review=_DAMAGED if blank else ""), settled)

    def _with_lines(self, sight: Sight) -> Sight:
        recognition = self._detector.read(sight.image)
        # A text layer knows which way is up.
        turn = 0 if sight.verdict.lines else recognition.rotation
        lines = () if turn != recognition.rotation else recognition.lines
        return Sight(sight.doc_id, sight.page_number, turned(sight.image, turn), sight.verdict, lines)

    def compose(self, sight: Sight, recognition: Recognition) -> ReadPage:
        """Put together what is known of a page and what an engine read on it.

        Raises:
            PageError: its layout cannot be analysed.
        """
        verdict, image = sight.verdict, sight.image
        recognition = _visible(recognition)
        if not verdict.lines:
            image = turned(image, recognition.rotation)
        read = Recognition(sight.found, 0) if sight.found else _legible(recognition)
        if recognition.markdown and not read.lines and not verdict.lines:
            read = Recognition(self._detector.read(image).lines)
        lines = verdict.lines
        if verdict.needs_ocr or not lines:
            lines = _merged(verdict.lines, read)
        return self._composed(sight, image, lines, recognition, None)

    def _composed(
        self,
        sight: Sight,
        image: Image.Image,
        lines: tuple[TextLine, ...],
        recognition: Recognition,
        settled: pymupdf.Page | None,
    ) -> ReadPage:
        source = _source(sight.verdict.lines, lines, recognition)
        blocks: tuple[Block, ...] = ()
        if recognition.markdown:
            blocks, lines = align(_written(recognition.markdown), lines)
        elif lines:
            blocks, lines = arrange(settled, lines) if settled else arrange_image(image, lines)
        number = sight.page_number
        review = f"page {number}{REVIEW_MARK}{recognition.review}" if recognition.review else ""
        text = PageText(
            doc_id=self._doc_id,
            page_number=number,
            blocks=blocks,
            lines=lines,
            engine=self._engine_name(source),
            source=source,
            warnings=tuple(_warnings(number, sight, lines, wordless=not (blocks or lines or review))),
            review=review,
        )
        return ReadPage(image, text)

    def _engine_name(self, source: TextSource) -> str:
        layer = layer_reader()
        names = {TextSource.LAYER: layer, TextSource.OCR: self._reading.engine, TextSource.NONE: ""}
        return names.get(source, f"{layer} + {self._reading.engine}")


def read_page(document: OpenDocument, page_number: int, doc_id: str, engine: OcrEngine) -> ReadPage:
    """Read one page with an embedded engine, here and now.

    Raises:
        PageError: it cannot be rendered or recognised.
    """
    reader = PageReader(Reading(engine.name), doc_id, lambda: engine)
    sight = reader.look(document, page_number)
    return sight if isinstance(sight, ReadPage) else reader.compose(sight, engine.read(sight.image))


def _written(markdown: str) -> list[Written]:
    return [Written(block.kind, block.markdown, plain_text(block)) for block in split_blocks(markdown)]


def _source(layer: tuple[TextLine, ...], lines: tuple[TextLine, ...], recognition: Recognition) -> TextSource:
    if not layer:
        return TextSource.OCR if lines or recognition.markdown else TextSource.NONE
    return TextSource.BOTH if len(lines) > len(layer) or recognition.markdown else TextSource.LAYER


def _merged(layer: tuple[TextLine, ...], recognition: Recognition) -> tuple[TextLine, ...]:
    """The layer's lines, and what OCR saw where the layer has none."""
    if not layer:
        return recognition.lines
    if recognition.rotation:
        return layer  # a text layer knows which way is up
    taken = [word for line in layer for word in _word_boxes(line)]
    return layer + tuple(line for line in recognition.lines if _covered(line.box, taken) < _SAME_PLACE)


def _word_boxes(line: TextLine) -> list[Box]:
    if not line.words:
        return [line.box]
    return [(x0, line.box[1], x1, line.box[3]) for _, _, x0, x1 in line.words]


def _covered(box: Box, taken: list[Box]) -> float:
    """Share of a box that lies under other, disjoint boxes, 0..1."""
    return sum(share_within(box, other) for other in taken) if area(box) > 0 else 1.0


def _warnings(page_number: int, sight: Sight, lines: tuple[TextLine, ...], *, wordless: bool) -> list[str]:
    reason = sight.verdict.reason
    found = [f"page {page_number}: {reason}"] if reason else []
    if lines and sum(line.confidence for line in lines) / len(lines) < _POOR_CONFIDENCE:
        found.append(f"page {page_number}: hard to read, check the text against the image")
    if wordless and has_ink(np.asarray(sight.image.convert("L"))):
        found.append(f"page {page_number}: no text was found on it, though it is not blank")
    return found


def _visible(recognition: Recognition) -> Recognition:
    """What was read, without the characters that only an engine that writes text can put there unseen."""
    markdown = None if recognition.markdown is None else visible(recognition.markdown)
    clean = (visible(line.text) for line in recognition.lines)
    lines = [
        line if text == line.text else replace(line, text=text, words=())
        for line, text in zip(recognition.lines, clean, strict=True)
    ]
    return replace(recognition, markdown=markdown, lines=tuple(line for line in lines if line.text.strip()))


def _legible(recognition: Recognition) -> Recognition:
    """What was read; nothing, where it is single characters alone and none of them sure, as pictures are read."""
    if recognition.markdown or any(map(_is_legible, recognition.lines)):
        return recognition
    return replace(recognition, lines=())


def _is_legible(line: TextLine) -> bool:
    return line.confidence >= _SURE or sum(map(str.isalnum, line.text)) > 1
