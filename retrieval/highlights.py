"""Whether a highlight marks the words of its quote and nothing else.

Of digital pages, the truth is where the PDF itself places each glyph. Of scans, it is the ink of the digital page that
was scanned, under the same turn. A word is covered where at least 0.95 of its box is.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pymupdf

from ingest.library import Library
from ingest.types import Box, PageText, TextSource
from retrieval.glyphs import Glyphs, around, covered, folded, glyphs_of, likely_place, outside, places, words_at
from retrieval.turned import turned_glyphs
from retrieval.units import Unit, boxes_of, units_of

_MIN_LETTERS = 12  # a shorter quote may stand anywhere on a page
_COVERED = 0.95
_ALIKE = 0.8  # of a piece that was read with errors


@dataclass(frozen=True, slots=True)
class Marked:
    """The highlights of one or more quotes.

    Attributes:
        words: words of the quotes that were found among the page's glyphs.
        covered: those that the boxes cover.
        area: of the boxes, in pages.
        outside: of it, what lies outside the quotes' lines.
        quotes: quotes that were found.
        unknown: quotes whose words do not stand in the file as they do on the page, so that nothing can be said.
    """

    words: int = 0
    covered: int = 0
    area: float = 0.0
    outside: float = 0.0
    quotes: int = 0
    unknown: int = 0

    def __add__(self, other: "Marked") -> "Marked":
        return Marked(
            self.words + other.words,
            self.covered + other.covered,
            self.area + other.area,
            self.outside + other.outside,
            self.quotes + other.quotes,
            self.unknown + other.unknown,
        )

    @property
    def coverage(self) -> float:
        """Share of the words that are covered, 0..1."""
        return self.covered / self.words if self.words else 0.0

    @property
    def excess(self) -> float:
        """Share of the boxes' area outside the quotes' lines, 0..1."""
        return self.outside / self.area if self.area else 0.0


def measure_pages(library: Library, per_page: int, seed: int = 0) -> Iterator[tuple[str, int, Marked]]:
    """Random quotes of each page that was read from its text layer: document, page, and what their highlights mark.

    Args:
        library: whose documents.
        per_page: quotes of a page, at most.
        seed: of the choice.
    """
    for record in library.documents():
        with pymupdf.open(library.original_path(record.doc_id), filetype="pdf") as document:
            for page in library.pages(record.doc_id):
                if page.text is None or page.text.source != TextSource.LAYER:
                    continue
                glyphs = glyphs_of(document[page.page_number - 1])
                yield record.name, page.page_number, mark_page(page.text, glyphs, per_page, seed)


def measure_scan(library: Library, doc_id: str, pdf: Path, degrees: float, per_page: int, seed: int = 0) -> Marked:
    """Random quotes of each page of a scan whose digital pages are known.

    Args:
        library: that has read the scan.
        doc_id: the scan.
        pdf: what was scanned.
        degrees: by which it was turned, counter-clockwise.
        per_page: quotes of a page, at most.
        seed: of the choice.
    """
    total = Marked()
    with pymupdf.open(pdf) as document:
        for page in library.pages(doc_id):
            if page.text is not None:
                glyphs = turned_glyphs(document[page.page_number - 1], degrees)
                total += mark_page(page.text, glyphs, per_page, seed)
    return total


def mark_page(page: PageText, glyphs: Glyphs, per_page: int, seed: int = 0) -> Marked:
    """What the highlights of random quotes of a page mark."""
    units = [unit for unit in units_of(page) if len(folded(unit.text)) >= _MIN_LETTERS]
    chosen = random.Random(f"{seed} {page.doc_id} {page.page_number}").sample(units, min(per_page, len(units)))
    return sum((mark(page, unit, glyphs) for unit in chosen), Marked())


def mark(page: PageText, unit: Unit, glyphs: Glyphs) -> Marked:
    """What the highlight of a quote marks."""
    boxes = boxes_of(page, unit)
    found = [[_score(unit.text, place, boxes, glyphs)] for place in places(unit.text, glyphs)]
    if not found:
        # The file may have the pieces of a row apart: then each piece by itself.
        pieces = [page.lines[span.line].text[span.start : span.end] for span in unit.spans]
        each = [[_score(piece, place, boxes, glyphs) for place in _places(piece, glyphs)] for piece in pieces]
        if not all(each):
            return Marked(unknown=1)
        return _total([max(scores, key=lambda score: score[0] / max(score[1], 1)) for scores in each], boxes)
    return max((_total(scores, boxes) for scores in found), key=lambda marked: (marked.coverage, -marked.excess))


def _places(piece: str, glyphs: Glyphs) -> list[range]:
    found = list(places(piece, glyphs))
    likely = likely_place(piece, glyphs, _ALIKE) if not found else None
    return found or ([likely] if likely else [])


_Score = tuple[int, int, list[Box]]  # words covered, words, boxes of the quote's lines


def _score(text: str, place: range, boxes: Sequence[Box], glyphs: Glyphs) -> _Score:
    words = words_at(text, place)
    ok = 0
    for part in words:
        own = [glyphs.boxes[index] for index in part]
        ok += all(covered(line, boxes) >= _COVERED for line in lines_of(own))
    return ok, len(words), lines_of([glyphs.boxes[index] for index in place])


def _total(scores: Sequence[_Score], boxes: Sequence[Box]) -> Marked:
    lines = [line for _, _, own in scores for line in own]
    beyond, area = outside(boxes, lines)
    return Marked(sum(s[1] for s in scores), sum(s[0] for s in scores), area, beyond, quotes=1)


def lines_of(boxes: Sequence[Box]) -> list[Box]:
    """Glyphs put together while each stands beside the one before it, as boxes of lines."""
    found: list[list[Box]] = []
    for box in boxes:
        if found and _continues(found[-1][-1], box):
            found[-1].append(box)
        else:
            found.append([box])
    return [around(line) for line in found]


def _continues(before: Box, box: Box) -> bool:
    shared = min(before[3], box[3]) - max(before[1], box[1])
    return shared > 0.5 * min(before[3] - before[1], box[3] - box[1]) and box[2] > before[0]
