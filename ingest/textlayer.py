"""A PDF page's own text, word by word, beside what the page shows at each word's place.

A text layer is a claim. It may be empty, carry unmapped glyphs, be an old OCR's guess under a scan, or hold
words that nobody sees (white on white, covered, beyond the page, too small), which is also a way to plant instructions.
What a file says in place of its glyphs (ActualText) is never read: the page does not show it.
This module reads and marks; `ingest.trust` decides.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pymupdf
from numpy.typing import NDArray
from PIL import Image

from ingest.boxes import union
from ingest.ink import MIN_SHOWN, Ink
from ingest.invisible import visible
from ingest.overlaps import overlaps
from ingest.scripts import is_cjk, separator
from ingest.types import Box, BoxOrigin, TextLine

# A glyph's span and the glyph itself, as PyMuPDF's "rawdict" has them.
Glyph = tuple[dict[str, Any], dict[str, Any]]

# A smaller type cannot be read on paper.
MIN_POINTS = 2.5
# Nor can letters with less room than this, in points, along their line or across it.
MIN_ADVANCE = 0.6
_MIN_HEIGHT = 2.0
_FEW_GLYPHS = 3  # of which one may be as narrow as it likes: "1"
# Grey levels (of 255) between the darkest and the lightest pixel of a word that can be seen.
MIN_CONTRAST = 24
# Span flags of PyMuPDF's dictionaries: the glyphs are filled, or stroked. Neither: drawn invisibly.
_PAINTED = 16 | 32
_NOWHERE = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class LayerWord:
    """One word of a text layer.

    Attributes:
        text: the word.
        box: in fractions of the page.
        line: the line it belongs to: equal for neighbours on one line.
        font: name of its font.
        painted: False where the glyphs are drawn invisibly, as scanners do under an image.
        seen: False where the page does not show it at its place, or too small to read.
        covered: whether an image was painted over its place after it.
        pieces: start, end, left and right edge of its parts: the word itself, or each character of CJK text.
    """

    text: str
    box: Box
    line: tuple[int, int]
    font: str
    painted: bool
    seen: bool
    covered: bool
    pieces: tuple[tuple[int, int, float, float], ...] = ()


def read_words(page: pymupdf.Page, image: Image.Image, scale: float) -> list[LayerWord]:
    """Read the words of a page's text layer, in the file's order; last those that it has outside the page.

    Words that are drawn twice, to look bold, are there once.

    Args:
        page: the PDF page, rotation removed.
        image: the same page rendered.
        scale: pixels of the image for each point of the page.
    """
    grey = np.asarray(image.convert("L"))
    covers = _covering_images(page)
    ink = Ink(page, grey, scale)
    words = []
    for line, run in _runs(page):
        span, text = run[0][0], "".join(char["c"] for _, char in run)
        box = union([char["bbox"] for _, char in run])
        fraction = _fraction(box, page.rect)
        if fraction is None:
            continue
        painted = bool(span.get("char_flags", _PAINTED) & _PAINTED) and span.get("alpha", 255) > 0
        # Blanks to be filled in ("____") lie below their glyphs' boxes; only letters and digits can mislead.
        blank = not any(character.isalnum() for character in text)
        seen = blank or (_legible(run, box) and contrast(grey, fraction) >= MIN_CONTRAST and _shown(run, ink))
        words.append(
            LayerWord(text, fraction, line, span["font"], painted, seen, _inside(box, covers), _pieces(run, page.rect))
        )
    beyond = [LayerWord(text, _NOWHERE, (-1, -1), "", True, False, False) for text in ink.beyond]
    return _without_doubles(words) + beyond


def _without_doubles(words: list[LayerWord]) -> list[LayerWord]:
    """The words without those that are painted twice in one place."""
    inked = [word for word in words if word.painted and any(map(str.isalnum, word.text))]
    pairs = ((inked[one], inked[other]) for one, other in overlaps([word.box for word in inked]))
    doubles = {id(later) for earlier, later in pairs if earlier.text == later.text}
    return [word for word in words if id(word) not in doubles]


def replaces_text(page: pymupdf.Page) -> bool:
    """Whether a page has other words in place of what its glyphs say (ActualText); hyphens do not count."""
    flags = pymupdf.TEXTFLAGS_TEXT
    said, shown = page.get_text(flags=flags), page.get_text(flags=flags | pymupdf.TEXT_IGNORE_ACTUALTEXT)
    return said != shown and list(filter(str.isalnum, said)) != list(filter(str.isalnum, shown))


def _legible(run: list[Glyph], box: Box) -> bool:
    """Whether a word is large enough to be read, and neither squeezed nor flattened."""
    width, height = box[2] - box[0], box[3] - box[1]
    if len(run) >= _FEW_GLYPHS and (max(width, height) < MIN_ADVANCE * len(run) or min(width, height) < _MIN_HEIGHT):
        return False
    return bool(min(span["size"] for span, _ in run) >= MIN_POINTS)


def _shown(run: list[Glyph], ink: Ink) -> bool:
    return ink.likeness([char for _, char in run]) >= MIN_SHOWN


def lines_of(words: list[LayerWord]) -> tuple[TextLine, ...]:
    """Put words of one line together, with the place of each word in it."""
    return tuple(_line(list(group)) for _, group in groupby(words, key=lambda word: word.line))


def contrast(grey: NDArray[np.uint8], box: Box) -> int:
    """Grey levels between the darkest and the lightest pixel in a box, 0..255."""
    height, width = grey.shape
    x0, x1 = int(box[0] * width), max(int(box[2] * width), int(box[0] * width) + 1)
    y0, y1 = int(box[1] * height), max(int(box[3] * height), int(box[1] * height) + 1)
    patch = grey[y0:y1, x0:x1]
    return int(patch.max()) - int(patch.min()) if patch.size else 0


def _runs(page: pymupdf.Page) -> Iterator[tuple[tuple[int, int], list[Glyph]]]:
    """Runs of glyphs without white space, each with the key of its line."""
    # What the glyphs say, not the words that the file wants read in their place (/ActualText).
    flags = (pymupdf.TEXTFLAGS_RAWDICT | pymupdf.TEXT_IGNORE_ACTUALTEXT) & ~pymupdf.TEXT_PRESERVE_IMAGES
    blocks = page.get_text("rawdict", flags=flags)["blocks"]
    for block_number, block in enumerate(blocks):
        for line_number, line in enumerate(block.get("lines", ())):
            characters = [(span, char) for span in line["spans"] for char in span["chars"] if visible(char["c"])]
            for is_space, run in groupby(characters, key=lambda pair: pair[1]["c"].isspace()):
                if not is_space:
                    yield (block_number, line_number), list(run)


def _pieces(run: list[Glyph], rect: pymupdf.Rect) -> tuple[tuple[int, int, float, float], ...]:
    """Parts of a run that may be highlighted alone: runs of Latin letters, and each CJK character."""
    pieces: list[tuple[int, int, float, float]] = []
    start, last_is_cjk = 0, True
    for _, char in run:
        end = start + len(char["c"])
        x0, x1 = char["bbox"][0] / rect.width, char["bbox"][2] / rect.width
        if pieces and not last_is_cjk and not is_cjk(char["c"]):
            pieces[-1] = (pieces[-1][0], end, min(pieces[-1][2], x0), max(pieces[-1][3], x1))
        else:
            pieces.append((start, end, x0, x1))
        start, last_is_cjk = end, is_cjk(char["c"])
    return tuple(pieces)


def _fraction(box: Box, rect: pymupdf.Rect) -> Box | None:
    """The part of a box that lies on the page, in fractions of it; None where nothing does."""
    x0, x1 = (min(max(value / rect.width, 0.0), 1.0) for value in (box[0], box[2]))
    y0, y1 = (min(max(value / rect.height, 0.0), 1.0) for value in (box[1], box[3]))
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None


def _covering_images(page: pymupdf.Page) -> list[tuple[pymupdf.Rect, pymupdf.Rect]]:
    """Pairs (text span, image painted over it later)."""
    images = [
        (number, pymupdf.Rect(box)) for number, (kind, box, *_) in enumerate(page.get_bboxlog()) if kind == "fill-image"
    ]
    if not images:
        return []
    return [
        (pymupdf.Rect(span["bbox"]), rect)
        for span in page.get_texttrace()
        for number, rect in images
        if span["seqno"] < number and rect.intersects(span["bbox"])
    ]


def _inside(box: Box, covers: list[tuple[pymupdf.Rect, pymupdf.Rect]]) -> bool:
    centre = pymupdf.Point((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return any(centre in span and centre in image for span, image in covers)


def _line(words: list[LayerWord]) -> TextLine:
    text, places = "", []
    for word in words:
        text += separator(text, word.text)
        pieces = word.pieces or ((0, len(word.text), word.box[0], word.box[2]),)
        places += [(len(text) + start, len(text) + end, x0, x1) for start, end, x0, x1 in pieces]
        text += word.text
    box = union([word.box for word in words])
    return TextLine(text=text, box=box, confidence=1.0, words=tuple(places), origin=BoxOrigin.LAYER)
